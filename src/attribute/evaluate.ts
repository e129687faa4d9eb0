import type { Timed } from '../model/detection.js';
import type { Incident } from '../model/incident.js';
import { kernelInRange } from '../model/kernel-version.js';
import type { EvidenceItem, LogsourceRule, Rule } from '../model/rule.js';
import { type Interval, type Micros, type Order, SECOND } from '../model/time.js';
import type { Topology } from '../model/topology.js';
import type { Dark, Finding } from '../model/verdict.js';
import { type Alive, liveness } from './coverage.js';
import { type Doubt, relate, slackBetween, spanOf } from './order.js';
import { joins, machinesFor, type Scope } from './scope.js';
import type { SpanIndex } from './span-index.js';

/** Everything an evidence item may look at. */
export interface Bench {
  /** Detections and correlations by rule. */
  readonly byRule: ReadonlyMap<string, SpanIndex>;
  readonly rules: ReadonlyMap<string, Rule>;
  readonly logsources: ReadonlyMap<string, LogsourceRule>;
  readonly alive: readonly Alive[];
  readonly topology: Topology;
  readonly doubt: Doubt;
  /** The largest of them. */
  readonly mostDoubt: Micros;
}

/** An observation that clocks only allow, not force, into the window counts this much of its weight. */
const POSSIBLE = 0.6;

export function evaluateItem(item: EvidenceItem, incident: Incident, scope: Scope, bench: Bench): Finding {
  const window = windowOf(item, incident);
  const statement = item.statement.replaceAll('{entity}', incident.entity.name);
  const base = { item, statement, window };
  const observed = window === null ? [] : observe(item, incident, scope, bench, window);
  const certain = observed.filter((o) => o.order === 'certain');
  const nominal = observed.filter((o) => o.nominal);
  if (certain.length > 0)
    return {
      ...base,
      window: window as Interval,
      status: 'observed',
      order: 'certain',
      weight: item.present,
      detections: certain.map((o) => o.detection),
      because: '',
      dark: [],
    };
  if (nominal.length > 0) {
    return {
      ...base,
      window: window as Interval,
      status: 'observed',
      order: 'possible',
      weight: item.present * POSSIBLE,
      detections: nominal.map((o) => o.detection),
      because: 'the clocks allow it but do not force it',
      dark: [],
    };
  }
  const at: Interval = window ?? { earliest: 0, latest: 0 };
  const none = { ...base, window: at, detections: [], order: 'impossible' as Order };
  if (window === null)
    return { ...none, status: 'unknown', weight: 0, because: 'the incident has no place on the timeline', dark: [] };
  if (observed.length > 0)
    return {
      ...none,
      status: 'unknown',
      weight: 0,
      because: 'seen nearby, and the clocks cannot tell whether in this window',
      dark: [],
    };
  const dark = darkSources(item, incident, scope, bench, window);
  if (dark.length > 0)
    return {
      ...none,
      status: 'unknown',
      weight: 0,
      because: dark.map((d) => `${d.logsource.title}: ${d.reason}`).join('; '),
      dark,
    };
  const unable = unableRule(item, scope, bench) ?? tooFewMachines(item, bench);
  if (unable !== null) return { ...none, status: 'unknown', weight: 0, because: unable, dark: [] };
  return {
    ...none,
    status: 'absent',
    weight: item.absent ?? 0,
    because: 'every source that would show it was recording over the whole window',
    dark: [],
  };
}

/** From before the earliest beginning to after the incident's own first record. */
function windowOf(item: EvidenceItem, incident: Incident): Interval | null {
  if (incident.onset === null) return null;
  const until = Math.max(incident.onset.latest, incident.defining.start ?? incident.onset.latest);
  return {
    earliest: incident.onset.earliest - item.beforeSeconds * SECOND,
    latest: until + item.afterSeconds * SECOND,
  };
}

interface Observed {
  readonly detection: Timed;
  readonly order: Order;
  readonly nominal: boolean;
}

function observe(
  item: EvidenceItem,
  incident: Incident,
  scope: Scope,
  bench: Bench,
  window: Interval,
): readonly Observed[] {
  const found: Observed[] = [];
  for (const id of item.observe) {
    for (const detection of bench.byRule.get(id)?.near(window, incident.defining.uncertainty + 2 * bench.mostDoubt) ??
      []) {
      // Old damage and known noise are never evidence of what happened now.
      if (detection.role === 'noise' || detection.role === 'echo' || !joins(item.join, scope, detection)) continue;
      const span = spanOf(detection);
      if (span === null) continue;
      const { order, nominal } = relate(span, window, slackBetween(detection, incident, bench.doubt));
      if (order !== 'impossible') found.push({ detection, order, nominal });
    }
  }
  return found.sort(
    (a, b) => (a.detection.start ?? 0) - (b.detection.start ?? 0) || (a.detection.id < b.detection.id ? -1 : 1),
  );
}

/** Logsources that would have to be alive for "not there" to mean anything, and are not. */
function darkSources(
  item: EvidenceItem,
  incident: Incident,
  scope: Scope,
  bench: Bench,
  window: Interval,
): readonly Dark[] {
  const dark: Dark[] = [];
  for (const need of needsOf(item, bench)) {
    const machines = machinesFor(need.logsource, item.join, scope, bench.topology);
    const result = liveness(bench.alive, {
      logsource: need.logsource,
      channels: need.channels,
      scope: machines,
      window,
      slack: incident.defining.uncertainty + bench.doubt(incident.defining.stream),
      clockId: incident.defining.clock,
      lastWord: incident.defining.start ?? window.latest,
      detectableSeconds: need.detectableSeconds,
    });
    if (!result.alive) dark.push({ logsource: need.logsource, scope: machines ?? [], reason: result.reason });
  }
  return dark;
}

interface Need {
  readonly logsource: LogsourceRule;
  readonly channels: readonly string[] | null;
  readonly detectableSeconds: number | null;
}

function needsOf(item: EvidenceItem, bench: Bench): readonly Need[] {
  const needs = new Map<string, Need>();
  for (const id of item.needs) {
    const logsource = bench.logsources.get(id);
    if (logsource !== undefined) needs.set(id, { logsource, channels: null, detectableSeconds: null });
  }
  for (const id of item.observe) addRuleNeeds(id, item.needs.length > 0, bench, needs);
  return [...needs.values()];
}

/** A detection needs its logsource, a metric rule some source of its objects, a correlation what its rules need. */
function addRuleNeeds(id: string, named: boolean, bench: Bench, needs: Map<string, Need>): void {
  const rule = bench.rules.get(id);
  if (rule?.kind === 'correlation') for (const inner of rule.rules) addRuleNeeds(inner, named, bench, needs);
  if (rule?.kind === 'detection' && !named) {
    const logsource = bench.logsources.get(rule.logsourceId);
    if (logsource !== undefined) needs.set(rule.logsourceId, { logsource, channels: null, detectableSeconds: null });
  }
  if (rule?.kind === 'metric') {
    const givers = [...bench.logsources.values()].filter((l) => l.logsource.category === 'metric');
    const giver =
      givers.find((l) =>
        bench.alive.some((s) => l.formats.includes(s.format) && rule.objects.includes(s.channel ?? '')),
      ) ?? givers.find((l) => l.logsource.product === (rule.objects.includes('iostat') ? 'iostat' : 'perfmon'));
    if (giver !== undefined)
      needs.set(giver.id, { logsource: giver, channels: rule.objects, detectableSeconds: rule.detectableSeconds });
  }
}

/** A rule whose message this kernel would not print proves nothing by its absence. */
function unableRule(item: EvidenceItem, scope: Scope, bench: Bench): string | null {
  for (const id of item.observe) {
    const rule = bench.rules.get(id);
    if (rule?.kind !== 'detection' || rule.able === null || rule.able.kernel.length === 0) continue;
    const kernel =
      bench.alive.find(
        (s) =>
          s.kernel !== null && s.host !== null && scope.guests.some((g) => g.toLowerCase() === s.host?.toLowerCase()),
      )?.kernel ?? null;
    if (kernel === null || kernelInRange(kernel, rule.able.kernel) !== true) return rule.able.statement;
  }
  return null;
}

/** "Several hosts at once" cannot be seen, or excluded, where fewer hosts than that gave logs. */
function tooFewMachines(item: EvidenceItem, bench: Bench): string | null {
  for (const id of item.observe) {
    const rule = bench.rules.get(id);
    if (rule?.kind !== 'correlation' || rule.type !== 'value_count') continue;
    const least = Math.max(...rule.comparisons.map((c) => (c.op === 'gt' ? c.value + 1 : c.value)), 2);
    if (bench.topology.hosts.length < least) return `logs of fewer than ${least} hosts are in the evidence`;
  }
  return null;
}
