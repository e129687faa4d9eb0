import type { Analysis } from '../model/analysis.js';
import { streamKey } from '../model/clock.js';
import type { Timed } from '../model/detection.js';
import type {
  CorrelationMiss,
  ExplainedCause,
  ExplainedDetection,
  ExplainedItem,
  ExplainedRule,
  ExplanationReport,
  NearMiss,
} from '../model/explanation.js';
import type { Incident } from '../model/incident.js';
import type { Comparison, CorrelationRule, LogsourceRule, Rule } from '../model/rule.js';
import type { Attribution, Cause, Finding } from '../model/verdict.js';
import { formatMaybe, formatTime, seconds } from './time.js';

/** Detections shown for each item. */
const SEEN_SHOWN = 3;
const TEXT_SHOWN = 300;
const REFUTED = -6;

/** What the stages know beyond the analysis, asked for one incident. */
export interface Asked {
  readonly incident: Incident;
  readonly attribution: Attribution;
  /** Only this cause; null: all. */
  readonly cause: string | null;
  readonly nearMiss: (finding: Finding) => NearMiss | null;
  /** The rule that was asked for; null where none was. */
  readonly rule: Rule | null;
  readonly correlationMiss: CorrelationMiss | null;
}

export function composeExplanation(analysis: Analysis, asked: Asked, version: string): ExplanationReport {
  const { incident, attribution } = asked;
  const resolution = incident.defining.first?.time?.resolution ?? 1;
  return {
    schemaVersion: '1.0',
    tool: { name: 'faultline', version },
    incident: {
      id: incident.id,
      kind: incident.kind,
      entity: incident.entity,
      summary: incident.summary,
      onset: {
        earliest: formatMaybe(incident.onset?.earliest ?? null, resolution),
        latest: formatMaybe(incident.onset?.latest ?? null, resolution),
      },
      verdict: attribution.verdict,
      verdictGaps: attribution.short,
    },
    causes: attribution.causes
      .filter(({ cause }) => asked.cause === null || cause === asked.cause)
      .map((cause) => composeCause(cause, asked, analysis)),
    whyNot: asked.rule === null ? null : composeRule(asked.rule, asked, analysis),
  };
}

function composeCause(cause: Cause, asked: Asked, analysis: Analysis): ExplainedCause {
  const { hypothesis } = cause;
  return {
    cause: cause.cause,
    hypothesis: hypothesis.id,
    title: hypothesis.title,
    mechanism: hypothesis.mechanism.trim(),
    state: cause.state,
    probability: cause.probability,
    score: round(cause.score),
    prior: cause.prior,
    refutation: cause.state === 'refuted' ? REFUTED : 0,
    items: cause.findings.map((finding) => composeItem(finding, asked, analysis)),
    controls: asked.attribution.controls
      .filter(({ id }) => hypothesis.controls.includes(id))
      .map(({ id, statement, weight }) => ({ id, statement, weight: round(weight) })),
  };
}

function composeItem(finding: Finding, { nearMiss }: Asked, analysis: Analysis): ExplainedItem {
  const { item, window, status, detections } = finding;
  const miss = status === 'observed' ? null : nearMiss(finding);
  return {
    id: item.id,
    statement: finding.statement,
    status,
    order: finding.order,
    weight: round(finding.weight),
    ifObserved: item.present,
    ifAbsent: item.absent,
    decisive: item.decisive,
    refutes: item.refutes,
    family: item.family,
    rules: item.observe,
    join: item.join,
    window:
      window.latest === 0
        ? { from: null, to: null }
        : { from: formatTime(window.earliest, 1_000_000), to: formatTime(window.latest, 1_000_000) },
    beforeSeconds: item.beforeSeconds,
    afterSeconds: item.afterSeconds,
    because: finding.because,
    seen: detections.slice(0, SEEN_SHOWN).map((one) => composeDetection(one, analysis)),
    count: detections.length,
    nearest:
      miss === null
        ? null
        : {
            ...composeDetection(miss.detection, analysis),
            outsideSeconds: round(miss.outsideSeconds),
            isOther: miss.isOther,
          },
  };
}

function composeDetection(detection: Timed, { sources }: Analysis): ExplainedDetection {
  const origin = detection.origins[0];
  const text = origin?.text ?? detection.statement;
  const resolution = detection.first?.time?.resolution ?? 1;
  return {
    rule: detection.rule,
    entity: detection.entity?.name ?? null,
    time: formatMaybe(detection.start, resolution),
    uncertaintySeconds: seconds(detection.uncertainty),
    path: sources.find(({ id }) => id === (origin?.source ?? detection.source))?.path ?? detection.source,
    line: origin?.at?.line ?? null,
    record: origin?.at?.record ?? null,
    statement: detection.statement,
    text: text.length > TEXT_SHOWN ? `${text.slice(0, TEXT_SHOWN - 1)}…` : text,
  };
}

function composeRule(rule: Rule, asked: Asked, analysis: Analysis): ExplainedRule {
  const outcome = analysis.outcomes.find((one) => one.rule === rule.id);
  return {
    rule: rule.id,
    kind: rule.kind,
    outcome: outcome?.outcome ?? 'not-applicable',
    why: outcome?.why ?? '',
    count: outcome?.count ?? 0,
    nearest: nearestOf(rule, asked.incident, analysis),
    reads: logsourcesOf(rule, analysis).map((logsource) => ({
      logsource: logsource.id,
      ...coverageOf(logsource, asked.incident, analysis),
      gives: logsource.gives,
      howToGet: logsource.get,
    })),
    correlation: rule.kind === 'correlation' ? composeCorrelation(asked.correlationMiss, analysis) : null,
  };
}

function coverageOf(
  { formats, channels }: LogsourceRule,
  { start }: Incident,
  { sources, coverage }: Analysis,
): Pick<ExplainedRule['reads'][number], 'isGiven' | 'recording' | 'dark'> {
  const wanted = channels?.map((channel) => channel.toLowerCase()) ?? null;
  const stretches = new Map(coverage.map((one) => [one.key, one.stretches]));
  const recording = new Set<string>();
  const all = new Set<string>();
  for (const source of sources) {
    if (!formats.includes(source.format)) continue;
    for (const { host, channel } of source.streams) {
      if (wanted !== null && !wanted.includes(channel?.toLowerCase() ?? '')) continue;
      const name = host ?? source.path;
      all.add(name);
      const covers = stretches.get(streamKey(source.id, host, channel)) ?? [];
      if (start !== null && covers.some(({ earliest, latest }) => earliest <= start && latest >= start))
        recording.add(name);
    }
  }
  const dark = [...all].filter((name) => !recording.has(name));
  return { isGiven: all.size > 0, recording: [...recording].sort(), dark: dark.sort() };
}

function nearestOf(rule: Rule, { start }: Incident, analysis: Analysis): ExplainedDetection | null {
  const away = (one: Timed): number => Math.abs((one.start ?? 0) - (start ?? 0));
  const own = analysis.detections.filter((one) => one.rule === rule.id && one.start !== null);
  const [first] = own.sort((a, b) => away(a) - away(b) || (a.id < b.id ? -1 : 1));
  return first === undefined ? null : composeDetection(first, analysis);
}

/** Of a rule and of those that it builds on. */
function logsourcesOf(rule: Rule, { rules }: Analysis): readonly LogsourceRule[] {
  const byId = new Map(rules.map((one) => [one.id, one]));
  const found = new Map<string, LogsourceRule>();
  const visit = (id: string): void => {
    const one = byId.get(id);
    if (one?.kind === 'logsource') found.set(id, one);
    if (one?.kind === 'detection') visit(one.logsourceId);
    if (one?.kind === 'correlation') one.rules.forEach(visit);
    if (one?.kind === 'incident') one.opens.forEach(visit);
  };
  visit(rule.id);
  return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function composeCorrelation(miss: CorrelationMiss | null, analysis: Analysis): ExplainedRule['correlation'] {
  if (miss === null) return null;
  const { rule, members } = miss;
  const outcomes = new Map(analysis.outcomes.map((one) => [one.rule, one.outcome]));
  return {
    type: rule.type,
    timespanSeconds: rule.timespanSeconds,
    group: rule.groupBy.map((field, i) => ({ field, value: miss.group[i] ?? '' })),
    asks: asksOf(rule),
    reached:
      miss.reached === null
        ? `${new Set(members.map((one) => one.rule)).size} of ${rule.rules.length} rules`
        : String(round(miss.reached)),
    members: members.slice(0, SEEN_SHOWN).map((one) => composeDetection(one, analysis)),
    absent: miss.absent.map(({ rule: id, outside, elsewhere }) => ({
      rule: id,
      outcome: outcomes.get(id) ?? 'not-applicable',
      outsideSeconds: outside === null ? null : round(outside.seconds),
      at:
        outside !== null
          ? composeDetection(outside.detection, analysis)
          : elsewhere === null
            ? null
            : composeDetection(elsewhere.detection, analysis),
      differs: elsewhere?.differs ?? [],
    })),
    isOutOfOrder: miss.isOutOfOrder,
  };
}

const SIGNS: Readonly<Record<Comparison['op'], string>> = {
  ...{ gt: 'more than', gte: 'at least', lt: 'less than', lte: 'at most', eq: 'exactly', neq: 'other than' },
};

/** What a correlation has to reach, in words. */
function asksOf({ type, rules, comparisons, field, percentile }: CorrelationRule): string {
  const limits = comparisons.map(({ op, value }) => `${SIGNS[op]} ${value}`).join(' and ');
  switch (type) {
    case 'event_count':
      return `${limits} of ${rules.join(', ')}`;
    case 'value_count':
      return `${limits} different values of ${field ?? '?'}`;
    case 'temporal':
      return limits === '' ? `all of ${rules.join(', ')}` : `${limits} of ${rules.join(', ')}`;
    case 'temporal_ordered':
      return `${rules.join(', then ')}`;
    default:
      return `${type.replace('value_', '')}${percentile === null ? '' : ` ${percentile}`} of ${field ?? '?'} ${limits}`;
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
