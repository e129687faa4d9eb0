import type { Report, ReportEvidence, ReportIncident, ReportOrigin, ReportStep } from '../model/report.js';
import { codeCell, codeSpan, escapeMarkdown as esc } from './harmless.js';
import { causeWords, durationWords, gapSentences, missingOf, percent, verdictSentence } from './words.js';

const LAYERS: Readonly<Record<string, string>> = {
  guest: 'guest',
  hypervisor: 'host',
  backup: 'backup',
  storage: 'storage',
  network: 'network',
  inventory: 'inventory',
};

/** The post-mortem: what a person pastes into a ticket. */
export function toMarkdown(report: Report): string {
  const paths = new Map(report.sources.map((s) => [s.id, s.path]));
  const parts = [
    '# Post-mortem',
    '',
    ...summary(report),
    ...report.incidents.flatMap((incident) => incidentSection(incident, paths)),
    ...patternsSection(report),
    ...sourcesSection(report),
    ...unreadSection(report),
    ...limitsSection(report),
  ];
  return `${parts.join('\n').replace(/\n{3,}/g, '\n\n')}\n`;
}

function summary(report: Report): readonly string[] {
  const head = `faultline ${report.tool.version}, rules ${report.tool.rulePacks.map((p) => `${p.id} ${p.version}`).join(', ')}.`;
  const { matched, silent, notApplicable, errored } = report.ruleOutcomes;
  const rules = `${report.sources.length} sources read; ${matched} rules matched, ${silent} were silent, ${notApplicable} were not applicable because their source is not in the evidence, ${errored} failed.`;
  if (report.incidents.length === 0) return ['## Summary', '', `No incidents. ${rules} ${esc(head)}`, ''];
  return [
    '## Summary',
    '',
    '| | when (UTC) | what | entity | verdict |',
    '|---|---|---|---|---|',
    ...report.incidents.map(
      (i) =>
        `| ${i.id} | ${i.start ?? 'undated'} | ${esc(i.kind)} | ${esc(i.entity.name)} | ${esc(verdictSentence(i))} |`,
    ),
    '',
    `${rules} ${esc(head)}`,
    '',
  ];
}

function incidentSection(incident: ReportIncident, paths: ReadonlyMap<string, string>): readonly string[] {
  const lasted = durationWords(incident.start, incident.end);
  return [
    `## ${incident.id}: ${esc(incident.summary)}`,
    '',
    `**${esc(verdictSentence(incident))}**`,
    '',
    `Began between ${incident.onset.earliest ?? '?'} and ${incident.onset.latest ?? '?'}${incident.end === null ? '' : `, ended ${incident.end} (${lasted})`}.`,
    ...(incident.symptoms.length === 0
      ? []
      : [
          `Symptoms of the same episode: ${incident.symptoms.map((s) => esc(`${s.kind} (${s.statement})`)).join('; ')}.`,
        ]),
    ...(incident.related.length === 0 ? [] : [`Within half an hour: ${incident.related.join(', ')}.`]),
    ...(incident.verdict !== 'likely'
      ? []
      : ['', 'Not confirmed because:', '', ...gapSentences(incident.verdictGaps).map((gap) => `- ${esc(gap)}`)]),
    '',
    ...timelineTable(incident, paths),
    ...causesTable(incident),
    ...incident.causes
      .slice(0, 3)
      .flatMap((cause) => evidenceSection(cause.cause, cause.evidence, cause.against, paths)),
    ...falseTrails(incident),
    ...missingSection(incident),
    ...recommendations(incident),
  ];
}

/** More rows than this are summed up: the JSON has them all. */
const ROWS = 60;

function timelineTable(incident: ReportIncident, paths: ReadonlyMap<string, string>): readonly string[] {
  const rows = incident.timeline.slice(0, ROWS);
  const rest = incident.timeline.length - rows.length;
  return [
    '### Timeline',
    '',
    '| time (UTC) | ± s | layer | what | where | as written |',
    '|---|---|---|---|---|---|',
    ...rows.map(timelineRow(paths)),
    ...(rest > 0 ? [`| | | | and ${rest} more, in the JSON report | | |`] : []),
    '',
  ];
}

/** Characters of a line shown in the table; the place leads to the rest. */
const SHOWN = 160;

function timelineRow(paths: ReadonlyMap<string, string>): (step: ReportStep) => string {
  return (step) => {
    const origin = step.origins[0];
    const where = origin === undefined ? '' : esc(placeOf(origin, paths));
    const written = origin === undefined ? '' : codeCell(origin.text.slice(0, SHOWN));
    return `| ${step.time ?? 'undated'} | ${step.uncertaintySeconds} | ${LAYERS[step.layer] ?? esc(step.layer)} | ${esc(step.statement)} | ${where} | ${written} |`;
  };
}

function causesTable(incident: ReportIncident): readonly string[] {
  return [
    '### Causes weighed',
    '',
    '| cause | probability | state | meaning |',
    '|---|---|---|---|',
    ...incident.causes.map(
      (c) => `| ${esc(c.cause)} | ${percent(c.probability)} | ${c.state} | ${esc(causeWords(c.cause))} |`,
    ),
    '',
  ];
}

function evidenceSection(
  cause: string,
  evidence: readonly ReportEvidence[],
  against: readonly ReportEvidence[],
  paths: ReadonlyMap<string, string>,
): readonly string[] {
  if (evidence.length === 0 && against.length === 0) return [];
  return [
    `### Evidence on ${esc(cause)}`,
    '',
    ...evidence.flatMap((e) => evidenceLines('for', e, paths)),
    ...against.flatMap((e) => evidenceLines('against', e, paths)),
    '',
  ];
}

function evidenceLines(side: string, e: ReportEvidence, paths: ReadonlyMap<string, string>): readonly string[] {
  const weight = `${e.weight > 0 ? '+' : ''}${e.weight}`;
  return [
    `- **${side}** (${weight}, order ${e.order}): ${esc(e.statement)}`,
    ...e.origins.slice(0, 3).map((o) => `  - ${esc(placeOf(o, paths))}: ${codeSpan(o.text.slice(0, 400))}`),
  ];
}

function placeOf(origin: ReportOrigin, paths: ReadonlyMap<string, string>): string {
  const path = paths.get(origin.source) ?? origin.source;
  if (origin.record !== null) return `${path} record ${origin.record}`;
  return origin.line === null ? path : `${path}:${origin.line}`;
}

function falseTrails(incident: ReportIncident): readonly string[] {
  if (incident.falseTrails.length === 0) return [];
  return [
    '### False trails',
    '',
    ...incident.falseTrails.map(
      (t) => `- ${esc(t.cause)} looked guilty: ${esc(t.lookedGuilty)}. Exonerated: ${esc(t.exoneratedBy)}.`,
    ),
    '',
  ];
}

function nextLines(next: ReportIncident['nextEvidence']): readonly string[] {
  if (next === null) return [];
  const { need, reason, couldRefute, couldShow, howToGet, keptFor } = next;
  const tells = [
    ...(couldRefute.length > 0 ? [`could refute ${couldRefute.join(', ')}`] : []),
    ...(couldShow.length > 0 ? [`could show ${couldShow.join(', ')}`] : []),
  ];
  const what = tells.length > 0 ? ` It ${tells.join(' and ')}.` : '';
  return [
    `**Get first**: ${esc(need)} (${esc(reason)}).${esc(what)} ${codeSpan(howToGet)}; usually kept: ${esc(keptFor)}`,
    '',
  ];
}

/** The most probable causes' needs come first; the rest is in the JSON report. */
const MISSING = 8;

function missingSection(incident: ReportIncident): readonly string[] {
  const missing = missingOf(incident.causes);
  if (missing.length === 0) return [];
  return [
    '### What was missing',
    '',
    ...nextLines(incident.nextEvidence),
    ...missing
      .slice(0, MISSING)
      .flatMap((m) => [
        `- ${esc(m.need)} (${esc(m.reason)}), ${m.window[0]} to ${m.window[1]}. Would show ${esc(m.wouldShow.slice(0, 3).join('; '))}.`,
        `  - get it: ${codeSpan(m.howToGet)}; usually kept: ${esc(m.keptFor)}`,
      ]),
    ...(missing.length > MISSING ? [`- and ${missing.length - MISSING} more, in the JSON report`] : []),
    '',
  ];
}

function recommendations(incident: ReportIncident): readonly string[] {
  if (incident.recommendations.length === 0) return [];
  return [
    '### Recommendations',
    '',
    // References come from rule packs, not from evidence: they stay links.
    ...incident.recommendations.map(
      (r) => `- ${esc(r.text)} Why: ${esc(r.why)}${r.references.map((url) => ` <${url}>`).join('')}`,
    ),
    '',
  ];
}

function patternsSection(report: Report): readonly string[] {
  if (report.patterns.length === 0) return [];
  return ['## Patterns', '', ...report.patterns.map((p) => `- ${esc(p.statement)} (${p.incidents.join(', ')})`), ''];
}

function sourcesSection(report: Report): readonly string[] {
  return [
    '## Sources',
    '',
    '| | path | format | records | clock | SHA-256 |',
    '|---|---|---|---|---|---|',
    ...report.sources.map(
      (s) =>
        `| ${s.id} | ${esc(s.path)} | ${s.format} | ${s.records} | ${s.clock.basis}${s.clock.uncertaintySeconds === null ? '' : `, ± ${s.clock.uncertaintySeconds} s`} | ${codeSpan(s.sha256)} |`,
    ),
    '',
  ];
}

function unreadSection(report: Report): readonly string[] {
  const lines = report.sources.flatMap((s) =>
    s.issues.map((i) => `- ${esc(s.path)}: ${i.code} (${i.severity}, ${i.count}): ${esc(i.note)}`),
  );
  const files = report.issues.map((i) => `- ${esc(i.path ?? '')}: ${i.code}: ${esc(i.note)}`);
  if (lines.length + files.length === 0) return ['## What could not be read', '', 'Everything was read.', ''];
  return ['## What could not be read, and what was assumed', '', ...files, ...lines, ''];
}

function limitsSection(report: Report): readonly string[] {
  return ['## Limits of this evidence', '', ...report.limits.map((limit) => `- ${esc(limit)}`), ''];
}
