import type { Clocks } from '../model/clock.js';
import type { Timed } from '../model/detection.js';
import type { Incident } from '../model/incident.js';
import type { HypothesisRule, LogsourceRule, Rule } from '../model/rule.js';
import type { ReadSource } from '../model/source.js';
import { SECOND } from '../model/time.js';
import type { Topology } from '../model/topology.js';
import type { Attribution, Cause, Control, Finding } from '../model/verdict.js';
import { consistencyControl } from './controls.js';
import { type Alive, aliveStreams } from './coverage.js';
import { type Bench, evaluateItem } from './evaluate.js';
import { nextEvidence } from './next-evidence.js';
import { scopeOf } from './scope.js';
import { rankCauses, type Scored } from './score.js';
import { indexSpans } from './span-index.js';
import { decide } from './verdict.js';

export interface AttributionInput {
  readonly incidents: readonly Incident[];
  readonly detections: readonly Timed[];
  readonly rules: readonly Rule[];
  readonly sources: readonly ReadSource[];
  readonly clocks: Clocks;
  readonly topology: Topology;
}

export interface AttributionResult {
  readonly attributions: readonly Attribution[];
  readonly controls: readonly Control[];
  readonly alive: readonly Alive[];
}

/** Weighs every hypothesis on every incident. */
export function attribute(input: AttributionInput): AttributionResult {
  const alive = aliveStreams(input.sources, input.clocks);
  const byRule = new Map<string, Timed[]>();
  for (const detection of input.detections) {
    const list = byRule.get(detection.rule);
    if (list === undefined) byRule.set(detection.rule, [detection]);
    else list.push(detection);
  }
  const rules = new Map(input.rules.map((rule) => [rule.id, rule]));
  const logsources = new Map(
    input.rules.flatMap((rule): [string, LogsourceRule][] => (rule.kind === 'logsource' ? [[rule.id, rule]] : [])),
  );
  const spans = new Map([...byRule].map(([rule, list]) => [rule, indexSpans(list)]));
  const bench: Bench = {
    ...{ byRule: spans, rules, logsources, alive, topology: input.topology },
    ...{ doubt: () => 0, mostDoubt: 0 },
  };
  const hypotheses = input.rules.filter((rule): rule is HypothesisRule => rule.kind === 'hypothesis');
  const controls = controlsOf(hypotheses, byRule, input, alive);
  const attributions = input.incidents.map((incident) => {
    const weigh = (by: Bench): Attribution => attributeOne(incident, hypotheses, by, controls);
    return withoutOwnRecords(incident, weigh(bench), bench, input.clocks, weigh);
  });
  return { attributions, controls, alive };
}

/** Controls are built in; a hypothesis says which ones speak for it. The runs come from the backup rules of the core pack. */
function controlsOf(
  hypotheses: readonly HypothesisRule[],
  byRule: ReadonlyMap<string, readonly Timed[]>,
  input: AttributionInput,
  alive: readonly Alive[],
): readonly Control[] {
  if (!hypotheses.some((h) => h.controls.includes('consistency'))) return [];
  const runs = (id: string): readonly Timed[] => byRule.get(id) ?? [];
  const control = consistencyControl(
    runs('core/backup/vm-application-consistent'),
    runs('core/backup/vm-crash-consistent'),
    input.incidents,
    input.topology,
    alive,
  );
  return control === null ? [] : [control];
}

const STRENGTH = { undetermined: 0, likely: 1, confirmed: 2 } as const;

/**
 * The verdict again with clocks that the incident's own records had no part in measuring: they must not prove the order in
 * which they came. The weaker of the two counts.
 */
function withoutOwnRecords(
  incident: Incident,
  first: Attribution,
  bench: Bench,
  clocks: Clocks,
  weigh: (bench: Bench) => Attribution,
): Attribution {
  if (first.verdict === 'undetermined' || incident.start === null) return first;
  const observed = first.causes[0]?.findings.filter(({ status }) => status === 'observed') ?? [];
  const records = [...incident.detections, ...observed.flatMap(({ detections }) => detections)];
  const doubts = clocks.doubtWithout(
    new Set(records.map(({ id }) => id)),
    [...new Set(records.map(({ stream }) => stream))],
    incident.start,
  );
  if (doubts.size === 0) return first;
  const mostDoubt = Math.max(...doubts.values());
  const again = weigh({ ...bench, doubt: (stream) => doubts.get(stream) ?? 0, mostDoubt });
  if (STRENGTH[again.verdict] >= STRENGTH[first.verdict]) return first;
  const wider = Math.ceil(mostDoubt / SECOND);
  const because = `without the records of this incident itself its clocks are known to ${wider} s less, and the order is not certain`;
  return { ...again, short: [...again.short, because] };
}

function attributeOne(
  incident: Incident,
  hypotheses: readonly HypothesisRule[],
  bench: Bench,
  controls: readonly Control[],
): Attribution {
  const scope = scopeOf(incident, bench.topology);
  const scored: Scored[] = [];
  for (const hypothesis of hypotheses) {
    const prior = hypothesis.explains[incident.kind];
    if (prior === undefined) continue;
    const items = hypothesis.evidence.filter((item) => item.for === null || item.for.includes(incident.kind));
    const findings: readonly Finding[] = items.map((item) => evaluateItem(item, incident, scope, bench));
    const speaking = controls.filter((c) => hypothesis.controls.includes(c.id) && c.incidents.includes(incident.id));
    scored.push({ hypothesis, prior, findings, controls: speaking });
  }
  const causes: readonly Cause[] = rankCauses(scored);
  const { verdict, short } = decide(incident, causes, bench, scope);
  const leader = causes[0];
  return {
    incident: incident.id,
    verdict,
    short,
    causes,
    recommendations: verdict === 'undetermined' ? [] : (leader?.hypothesis.remedy ?? []),
    controls: controls.filter((c) => c.incidents.includes(incident.id)),
    next: nextEvidence(verdict, causes),
  };
}
