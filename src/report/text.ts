import type { Report, ReportCause, ReportEvidence, ReportIncident, ReportNext, ReportOrigin } from '../model/report.js';
import { harmlessLine } from './harmless.js';
import { gapSentences, missingOf, percent, verdictSentence } from './words.js';

/** How the text is coloured; the identity where colour is off. Colour repeats what words already say. */
export interface Palette {
  readonly strong: (text: string) => string;
  readonly good: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly dim: (text: string) => string;
}

export const PLAIN: Palette = { strong: same, good: same, warn: same, bad: same, dim: same };

function same(text: string): string {
  return text;
}

/** The report for a terminal: verdicts first, then why, then what could not be read. */
export function toText(report: Report, palette: Palette): string {
  const paths = new Map(report.sources.map((s) => [s.id, s.path]));
  const lines = [...headline(report, palette), ''];
  for (const incident of report.incidents) lines.push(...incidentLines(incident, paths, palette), '');
  for (const pattern of report.patterns) lines.push(`${palette.strong('pattern')}  ${harmlessLine(pattern.statement)}`);
  if (report.patterns.length > 0) lines.push('');
  lines.push(...closing(report, palette));
  return `${lines.join('\n')}\n`;
}

function headline(report: Report, palette: Palette): readonly string[] {
  const n = report.incidents.length;
  const head = n === 0 ? palette.good('no incidents') : palette.strong(`${n} incident${n === 1 ? '' : 's'}`);
  return [
    `faultline ${report.tool.version}: ${head} in ${report.sources.length} source${report.sources.length === 1 ? '' : 's'}`,
  ];
}

function incidentLines(
  incident: ReportIncident,
  paths: ReadonlyMap<string, string>,
  palette: Palette,
): readonly string[] {
  const colour =
    incident.verdict === 'confirmed' ? palette.bad : incident.verdict === 'likely' ? palette.warn : palette.dim;
  const lines = [
    `${palette.strong(incident.id)}  ${incident.start ?? 'undated'}  ${palette.strong(harmlessLine(incident.entity.name))}  ${incident.kind}`,
    `    ${harmlessLine(incident.summary)}`,
    `    ${colour(harmlessLine(verdictSentence(incident)))}`,
  ];
  for (const gap of incident.verdict === 'likely' ? gapSentences(incident.verdictGaps) : [])
    lines.push(`    ${palette.dim(`not confirmed: ${harmlessLine(gap)}`)}`);
  if (incident.verdict === 'undetermined') lines.push(...seenLines(incident, paths, palette));
  const leader = incident.causes[0];
  if (leader !== undefined) lines.push(...causeLines(leader, paths, palette));
  lines.push(...competitorLines(incident, palette));
  for (const trail of incident.falseTrails) {
    lines.push(
      `    false trail ${trail.cause}: ${harmlessLine(trail.lookedGuilty)}; exonerated: ${harmlessLine(trail.exoneratedBy)}`,
    );
  }
  if (incident.nextEvidence !== null) lines.push(...nextLines(incident.nextEvidence, palette));
  // A confirmed verdict needs nothing more; the JSON and the post-mortem still list it.
  const missing = incident.verdict === 'confirmed' ? [] : missingOf(incident.causes).slice(0, 6);
  for (const m of missing) {
    lines.push(
      `    missing  ${harmlessLine(m.need)} (${m.reason})`,
      `             ${palette.dim(`get it: ${harmlessLine(m.howToGet)}`)}`,
    );
  }
  for (const r of incident.recommendations) lines.push(`    do       ${harmlessLine(r.text)}`);
  return lines;
}

function nextLines(
  { need, reason, couldRefute, couldShow, howToGet, keptFor }: ReportNext,
  palette: Palette,
): readonly string[] {
  const tells = [
    ...(couldRefute.length > 0 ? [`could refute ${couldRefute.join(', ')}`] : []),
    ...(couldShow.length > 0 ? [`could show ${couldShow.join(', ')}`] : []),
  ];
  return [
    `    next     ${harmlessLine(need)} (${harmlessLine(reason)})${tells.length > 0 ? `: ${tells.join('; ')}` : ''}`,
    `             ${palette.dim(`get it: ${harmlessLine(howToGet)} (kept: ${harmlessLine(keptFor)})`)}`,
  ];
}

/** Where no cause is named, what was seen is the report: the first steps as they stand in the log. */
function seenLines(incident: ReportIncident, paths: ReadonlyMap<string, string>, palette: Palette): readonly string[] {
  return incident.timeline.slice(0, 4).flatMap((step) => {
    const origin = step.origins[0];
    const line = `    seen     ${step.time ?? 'undated'}  ${harmlessLine(step.statement)}`;
    if (origin === undefined) return [line];
    return [
      line,
      `                    ${palette.dim(`${placeOf(origin, paths)}  ${shorten(harmlessLine(origin.text), 110)}`)}`,
    ];
  });
}

function causeLines(cause: ReportCause, paths: ReadonlyMap<string, string>, palette: Palette): readonly string[] {
  return [
    ...cause.evidence.flatMap((e) => evidenceLines('for    ', e, paths, palette)),
    ...cause.against.flatMap((e) => evidenceLines('against', e, paths, palette)),
  ];
}

function evidenceLines(
  label: string,
  evidence: ReportEvidence,
  paths: ReadonlyMap<string, string>,
  palette: Palette,
): readonly string[] {
  const weight = `${evidence.weight > 0 ? '+' : ''}${evidence.weight}`;
  const order = evidence.order === 'certain' ? '' : ` [${evidence.order}]`;
  const lines = [`    ${label}  ${weight.padStart(5)}  ${harmlessLine(evidence.statement)}${order}`];
  for (const origin of evidence.origins.slice(0, 2)) {
    lines.push(
      `                    ${palette.dim(`${placeOf(origin, paths)}  ${shorten(harmlessLine(origin.text), 110)}`)}`,
    );
  }
  return lines;
}

function placeOf(origin: ReportOrigin, paths: ReadonlyMap<string, string>): string {
  const path = harmlessLine(paths.get(origin.source) ?? origin.source);
  if (origin.record !== null) return `${path} record ${origin.record}`;
  return origin.line === null ? path : `${path}:${origin.line}`;
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

function competitorLines(incident: ReportIncident, palette: Palette): readonly string[] {
  const others = incident.causes.slice(1);
  const open = others.filter(({ state }) => state !== 'refuted');
  const refuted = others.filter(({ state }) => state === 'refuted').map(({ cause }) => cause);
  const lines: string[] = [];
  if (open.length > 0)
    lines.push(`others   ${open.map((c) => `${c.cause} ${percent(c.probability)} ${c.state}`).join(', ')}`);
  if (refuted.length > 0) lines.push(`refuted  ${refuted.join(', ')}`);
  return lines.map((line) => `    ${palette.dim(line)}`);
}

function closing(report: Report, palette: Palette): readonly string[] {
  const lines: string[] = [];
  const records = report.sources.reduce((sum, s) => sum + s.records, 0);
  const formats = new Map<string, number>();
  for (const s of report.sources) formats.set(s.format, (formats.get(s.format) ?? 0) + 1);
  lines.push(
    `read     ${report.sources.length} sources, ${records} records: ${
      [...formats]
        .sort()
        .map(([f, n]) => `${n} ${f}`)
        .join(', ') || 'none'
    }`,
  );
  const { matched, silent, notApplicable, errored } = report.ruleOutcomes;
  lines.push(
    `rules    ${matched + silent + notApplicable + errored} evaluated: ${matched} matched, ${silent} silent, ${notApplicable} not applicable (their source is not in the evidence), ${errored} errored`,
  );
  for (const s of report.sources) {
    for (const issue of s.issues) {
      if (issue.severity === 'info') continue;
      const where =
        issue.line !== null ? `:${issue.line}` : issue.byteOffset !== null ? ` byte ${issue.byteOffset}` : '';
      lines.push(
        `${palette.warn('unread  ')} ${harmlessLine(s.path)}${where}  ${issue.code} x${issue.count}: ${harmlessLine(issue.note)}`,
      );
    }
  }
  for (const issue of report.issues)
    lines.push(
      `${palette.warn('unread  ')} ${harmlessLine(issue.path ?? '')}  ${issue.code}: ${harmlessLine(issue.note)}`,
    );
  for (const limit of report.limits) lines.push(palette.dim(`limit    ${harmlessLine(limit)}`));
  return lines;
}
