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
  const counts = countMatches(detections, incidents, attributions);
  const applies = applicability(rules, givenBy(sources), incidents);
  return rules
    .filter((rule) => rule.kind !== 'logsource')
    .map((rule) => outcomeOf(rule, counts.get(rule.id) ?? 0, applies(rule.id)))
    .sort((a, b) => (a.rule < b.rule ? -1 : 1));
}

/** A hypothesis matches where it is supported or leads. */
function countMatches(
  detections: readonly Timed[],
  incidents: readonly Incident[],
  attributions: readonly Attribution[],
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const add = (id: string, n: number): void => void counts.set(id, (counts.get(id) ?? 0) + n);
  for (const detection of detections) add(detection.rule, detection.count);
  for (const incident of incidents) add(incident.rule, 1);
  for (const { causes } of attributions) {
    for (const [rank, cause] of causes.entries())
      if (cause.state === 'supported' || rank === 0) add(cause.hypothesis.id, 1);
  }
  return counts;
}

interface Given {
  readonly formats: ReadonlySet<string>;
  readonly channels: ReadonlySet<string>;
}

function givenBy(sources: readonly ReadSource[]): Given {
  const streams = sources.flatMap((source) => source.streams);
  return {
    formats: new Set(sources.map((source) => source.format)),
    channels: new Set(streams.flatMap(({ channel }) => (channel === null ? [] : [channel.toLowerCase()]))),
  };
}

function isGiven(logsource: LogsourceRule | undefined, { formats, channels }: Given): boolean {
  if (logsource === undefined || !logsource.formats.some((format) => formats.has(format))) return false;
  return logsource.channels === null || logsource.channels.some((channel) => channels.has(channel.toLowerCase()));
}

/** Whether a rule, or any rule it builds on, has its source in the evidence. The loader refuses cycles. */
function applicability(rules: readonly Rule[], given: Given, incidents: readonly Incident[]): (id: string) => boolean {
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const known = new Map<string, boolean>();
  const judge = (rule: Rule): boolean => {
    switch (rule.kind) {
      case 'detection': {
        const logsource = byId.get(rule.logsourceId);
        return logsource?.kind === 'logsource' && isGiven(logsource, given);
      }
      case 'logsource':
        return isGiven(rule, given);
      case 'metric':
        return rule.objects.some((object) => given.channels.has(object.toLowerCase()));
      case 'correlation':
        return rule.rules.some(applies);
      case 'incident':
        return rule.opens.some(applies);
      case 'hypothesis':
        return incidents.some((incident) => rule.explains[incident.kind] !== undefined);
    }
  };
  const applies = (id: string): boolean => {
    const rule = byId.get(id);
    const answer = known.get(id) ?? (rule !== undefined && judge(rule));
    known.set(id, answer);
    return answer;
  };
  return applies;
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
