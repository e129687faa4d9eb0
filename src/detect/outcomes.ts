import type { Timed } from '../model/detection.js';
import type { Incident } from '../model/incident.js';
import type { LogsourceRule, Rule, RuleOutcome } from '../model/rule.js';
import type { ReadSource } from '../model/source.js';
import type { Attribution } from '../model/verdict.js';

export interface OutcomeOfRule {
  readonly rule: string;
  readonly outcome: RuleOutcome;
  readonly why: string;
  readonly count: number;
}

/** How every rule ended: a rule without its source is `not-applicable`, never `silent`. */
export function ruleOutcomes(
  rules: readonly Rule[],
  sources: readonly ReadSource[],
  detections: readonly Timed[],
  incidents: readonly Incident[],
  attributions: readonly Attribution[],
): readonly OutcomeOfRule[] {
  const formats = new Set(sources.map((s) => s.format));
  const channels = new Set(
    sources.flatMap((s) =>
      s.streams.flatMap((stream) => (stream.channel === null ? [] : [stream.channel.toLowerCase()])),
    ),
  );
  const logsources = new Map(
    rules.flatMap((rule): [string, LogsourceRule][] => (rule.kind === 'logsource' ? [[rule.id, rule]] : [])),
  );
  const counts = new Map<string, number>();
  const add = (id: string, n: number): void => void counts.set(id, (counts.get(id) ?? 0) + n);
  for (const detection of detections) add(detection.rule, detection.count);
  for (const incident of incidents) add(incident.rule, 1);
  for (const attribution of attributions)
    for (const [rank, cause] of attribution.causes.entries())
      if (cause.state === 'supported' || rank === 0) add(cause.hypothesis.id, 1);
  const given = (logsource: LogsourceRule | undefined): boolean =>
    logsource !== undefined &&
    logsource.formats.some((f) => formats.has(f)) &&
    (logsource.channels === null || logsource.channels.some((c) => channels.has(c.toLowerCase())));
  const applicable = new Map<string, boolean>();
  const applies = (id: string): boolean => {
    const known = applicable.get(id);
    if (known !== undefined) return known;
    applicable.set(id, false);
    const rule = byId.get(id);
    const answer = rule !== undefined && appliesTo(rule);
    applicable.set(id, answer);
    return answer;
  };
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const appliesTo = (rule: Rule): boolean => {
    switch (rule.kind) {
      case 'detection':
        return given(logsources.get(rule.logsourceId));
      case 'logsource':
        return given(rule);
      case 'metric':
        return rule.objects.some((o) => channels.has(o.toLowerCase()));
      case 'correlation':
        return rule.rules.some(applies);
      case 'incident':
        return rule.opens.some(applies);
      case 'hypothesis':
        return incidents.some((i) => rule.explains[i.kind] !== undefined);
    }
  };
  return rules
    .filter((rule) => rule.kind !== 'logsource')
    .map((rule) => outcomeOf(rule, counts.get(rule.id) ?? 0, applies(rule.id)))
    .sort((a, b) => (a.rule < b.rule ? -1 : 1));
}

function outcomeOf(rule: Rule, count: number, applies: boolean): OutcomeOfRule {
  if (count > 0) return { rule: rule.id, outcome: 'matched', why: '', count };
  if (applies) return { rule: rule.id, outcome: 'silent', why: '', count: 0 };
  return { rule: rule.id, outcome: 'not-applicable', why: whyNot(rule), count: 0 };
}

function whyNot(rule: Rule): string {
  switch (rule.kind) {
    case 'detection':
      return `no ${rule.logsourceId.replace(/^[^/]+\/logsources\//, '')} in the evidence`;
    case 'metric':
      return `no series of ${rule.objects.join(', ')} in the evidence`;
    case 'hypothesis':
      return 'no incident of a kind it explains';
    default:
      return 'none of the rules it builds on applies';
  }
}
