import type { Analysis } from '../model/analysis.js';
import type { Entity, Origin, Timed } from '../model/detection.js';
import type { Incident } from '../model/incident.js';
import type {
  ReportCause,
  ReportEvidence,
  ReportIncident,
  ReportMissing,
  ReportOrigin,
  ReportStep,
} from '../model/report.js';
import { HOUR, MINUTE } from '../model/time.js';
import type { Attribution, Cause, Control, Finding, NextEvidence } from '../model/verdict.js';
import { formatMaybe, formatTime, seconds } from './time.js';

/** Shown text of one origin: enough to recognise the line, the rest is where the origin points. */
const TEXT_SHOWN = 2000;
const ORIGINS_SHOWN = 10;
/** A step of the timeline shows where it was read first; evidence shows more places. */
const PLACES_SHOWN = 2;
/** Steps that one evidence item adds to the timeline; `count` of the item says how many there were. */
const STEPS_SHOWN = 10;

export function composeIncidents(analysis: Analysis): readonly ReportIncident[] {
  // Walked once, not once for each incident.
  const byEntity = new Map<string, Timed[]>();
  for (const detection of analysis.detections) {
    if (detection.entity === null || detection.role === 'noise') continue;
    const key = entityKey(detection.entity);
    const own = byEntity.get(key);
    if (own === undefined) byEntity.set(key, [detection]);
    else own.push(detection);
  }
  return analysis.incidents.map((incident, i) =>
    composeIncident(incident, analysis.attributions[i], analysis, byEntity.get(entityKey(incident.entity)) ?? []),
  );
}

function entityKey({ type, name }: Entity): string {
  return `${type}:${name}`;
}

function composeIncident(
  incident: Incident,
  attribution: Attribution | undefined,
  analysis: Analysis,
  own: readonly Timed[],
): ReportIncident {
  const causes = attribution?.causes ?? [];
  const resolution = incident.defining.first?.time?.resolution ?? 1;
  return {
    id: incident.id,
    kind: incident.kind,
    entity: incident.entity,
    start: formatMaybe(incident.start, resolution),
    end: formatMaybe(incident.end),
    onset: {
      earliest: formatMaybe(incident.onset?.earliest ?? null, resolution),
      latest: formatMaybe(incident.onset?.latest ?? null, resolution),
    },
    summary: incident.summary,
    verdict: attribution?.verdict ?? 'undetermined',
    verdictGaps: attribution?.short ?? [],
    causes: causes.map((cause) => composeCause(cause, attribution?.controls ?? [], analysis)),
    timeline: timelineOf(incident, causes, analysis, own),
    chain: chainOf(causes[0]),
    contributing: contributingOf(causes),
    falseTrails: falseTrailsOf(causes),
    symptoms: incident.symptoms.map(({ kind, detection }) => ({
      kind,
      time: formatMaybe(detection.start),
      statement: detection.statement,
    })),
    related: relatedOf(incident, analysis),
    nextEvidence: nextOf(attribution?.next ?? null),
    recommendations: attribution?.recommendations ?? [],
  };
}

function composeCause(cause: Cause, controls: readonly Control[], analysis: Analysis): ReportCause {
  const evidence = [
    ...cause.findings.filter((f) => f.weight > 0).map((f) => evidenceOf(f, analysis)),
    ...controlEvidence(cause, controls, 1),
  ];
  const against = [
    ...cause.findings.filter((f) => f.weight < 0).map((f) => evidenceOf(f, analysis)),
    ...controlEvidence(cause, controls, -1),
  ];
  return {
    cause: cause.cause,
    hypothesis: cause.hypothesis.id,
    probability: cause.probability,
    state: cause.state,
    attributes: cause.attributes,
    evidence,
    against,
    missing: missingOf(cause),
  };
}

function controlEvidence(cause: Cause, controls: readonly Control[], sign: 1 | -1): readonly ReportEvidence[] {
  return controls
    .filter((c) => cause.hypothesis.controls.includes(c.id) && Math.sign(c.weight) === sign)
    .map((c) => ({
      id: `control-${c.id}`,
      statement: c.statement,
      weight: round(c.weight),
      order: 'certain',
      count: c.incidents.length,
      origins: [],
    }));
}

function evidenceOf(finding: Finding, analysis: Analysis): ReportEvidence {
  const absent = finding.status === 'absent';
  return {
    id: finding.item.id,
    statement: absent
      ? `not seen although it would have been: ${finding.statement} (${finding.because})`
      : describe(finding),
    weight: round(finding.weight),
    order: absent ? 'certain' : finding.order,
    count: finding.detections.length,
    origins: originsOf(finding.detections, analysis),
  };
}

/** The item's sentence, and what exactly was seen. */
function describe(finding: Finding): string {
  const said = [...new Set(finding.detections.map((d) => d.statement))];
  const more = said.length > 3 ? ` and ${said.length - 3} more` : '';
  return `${finding.statement}: ${said.slice(0, 3).join('; ')}${more}`;
}

/** The first of them: a storm has thousands. */
function originsOf(detections: readonly Timed[], analysis: Analysis): readonly ReportOrigin[] {
  const origins: ReportOrigin[] = [];
  for (const detection of detections) {
    for (const origin of detection.origins) {
      if (origins.length === ORIGINS_SHOWN) return origins;
      origins.push(originOf(origin, detection, analysis));
    }
  }
  return origins;
}

function originOf(origin: Origin, detection: Timed, analysis: Analysis): ReportOrigin {
  const base = detection.first?.time ?? null;
  const placed =
    origin.written === null || base === null
      ? null
      : analysis.clocks.place(
          detection.stream,
          { ...base, micros: origin.written },
          origin.at.byteOffset,
          detection.first?.boot ?? null,
        );
  return {
    source: origin.source,
    line: origin.at.line,
    byteOffset: origin.at.byteOffset,
    record: origin.at.record,
    series: origin.series,
    value: origin.value,
    interval: origin.interval === null ? null : seconds(origin.interval),
    time: placed === null ? null : formatTime(placed.utc, base?.resolution ?? 1),
    text: origin.text.length > TEXT_SHOWN ? `${origin.text.slice(0, TEXT_SHOWN)}…` : origin.text,
  };
}

function missingOf(cause: Cause): readonly ReportMissing[] {
  const missing: ReportMissing[] = [];
  const seen = new Set<string>();
  for (const finding of cause.findings) {
    if (finding.status !== 'unknown') continue;
    for (const { logsource, scope, reason } of finding.dark) {
      const key = `${logsource.id}|${finding.item.id}`;
      if (seen.has(key)) continue;
      seen.add(key);
      missing.push({
        need: `${logsource.title}${scope.length > 0 ? ` of ${scope.join(', ')}` : ''}`,
        window: [formatMaybe(finding.window.earliest) ?? 'undated', formatMaybe(finding.window.latest) ?? 'undated'],
        wouldShow: `${finding.item.present >= 0 ? 'for' : 'against'} ${cause.cause}: whether ${finding.statement}`,
        howToGet: logsource.get,
        keptFor: logsource.kept,
        reason,
      });
    }
  }
  return missing;
}

function nextOf(next: NextEvidence | null): ReportIncident['nextEvidence'] {
  if (next === null) return null;
  const { logsource, scope, reason, refutes, shows, bits } = next;
  return {
    need: `${logsource.title}${scope.length > 0 ? ` of ${scope.join(', ')}` : ''}`,
    reason,
    couldRefute: refutes,
    couldShow: shows,
    bits: round(bits),
    howToGet: logsource.get,
    keptFor: logsource.kept,
  };
}

/** The incident's own detections and whatever evidence any cause used, once each, in time order. */
function timelineOf(
  incident: Incident,
  causes: readonly Cause[],
  analysis: Analysis,
  own: readonly Timed[],
): readonly ReportStep[] {
  const used = new Set<Timed>(incident.detections);
  for (const cause of causes)
    for (const finding of cause.findings)
      for (const detection of finding.detections.slice(0, STEPS_SHOWN)) used.add(detection);
  const from = (incident.onset?.earliest ?? 0) - 2 * HOUR;
  const to = Math.max(incident.defining.end ?? 0, incident.onset?.latest ?? 0) + 30 * MINUTE;
  for (const detection of own)
    if (detection.start !== null && detection.start >= from && detection.start <= to) used.add(detection);
  return [...used]
    .sort((a, b) => (a.start ?? Infinity) - (b.start ?? Infinity) || (a.id < b.id ? -1 : 1))
    .map((detection) => stepOf(detection, analysis));
}

function stepOf(detection: Timed, analysis: Analysis): ReportStep {
  const times = detection.count > 1 ? ` (${detection.count} times until ${formatMaybe(detection.end, 1_000_000)})` : '';
  return {
    time: formatMaybe(detection.start, detection.first?.time?.resolution ?? 1),
    uncertaintySeconds: seconds(detection.uncertainty),
    layer: detection.layer,
    statement: `${detection.entity === null ? '' : `${detection.entity.name}: `}${detection.statement}${times}`,
    origins: detection.origins.slice(0, PLACES_SHOWN).map((o) => originOf(o, detection, analysis)),
  };
}

/** What was seen of the leading cause, in time order: the links from its beginning to the incident. */
function chainOf(leader: Cause | undefined): ReportIncident['chain'] {
  if (leader === undefined || leader.cause === 'undetermined') return [];
  const links = leader.findings
    .filter((f) => f.status === 'observed' && f.weight > 0)
    .flatMap((f) => f.detections.slice(0, 1));
  return [...new Set(links)]
    .sort((a, b) => (a.start ?? 0) - (b.start ?? 0) || (a.id < b.id ? -1 : 1))
    .map((d) => ({
      cause: leader.cause,
      statement: d.statement,
      time: formatMaybe(d.start, d.first?.time?.resolution ?? 1),
    }));
}

function contributingOf(causes: readonly Cause[]): ReportIncident['contributing'] {
  return causes.slice(1).flatMap((cause) => {
    if (cause.state !== 'supported') return [];
    const strongest = [...cause.findings].filter((f) => f.status === 'observed').sort((a, b) => b.weight - a.weight)[0];
    return strongest === undefined ? [] : [{ cause: cause.cause, statement: describe(strongest) }];
  });
}

function falseTrailsOf(causes: readonly Cause[]): ReportIncident['falseTrails'] {
  return causes.flatMap((cause) => {
    if (cause.state !== 'refuted') return [];
    const guilty = [...cause.findings]
      .filter((f) => f.status === 'observed' && f.item.present > 0)
      .sort((a, b) => b.item.present - a.item.present)[0];
    const proof = cause.findings.find(
      (f) =>
        (f.item.refutes === 'absent' && f.status === 'absent') ||
        (f.item.refutes === 'present' && f.status === 'observed'),
    );
    if (guilty === undefined || proof === undefined) return [];
    const exoneratedBy =
      proof.status === 'absent' ? `not seen although it would have been: ${proof.statement}` : describe(proof);
    return [{ cause: cause.cause, lookedGuilty: describe(guilty), exoneratedBy }];
  });
}

/** Other incidents whose span lies within half an hour of this one. */
function relatedOf(incident: Incident, analysis: Analysis): readonly string[] {
  const { start } = incident;
  if (start === null) return [];
  return analysis.incidents
    .filter((other) => other !== incident && other.start !== null && Math.abs(other.start - start) <= 30 * MINUTE)
    .map((other) => other.id);
}

function round(weight: number): number {
  return Math.round(weight * 100) / 100;
}
