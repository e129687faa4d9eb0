import type {
  ExplainedCause,
  ExplainedDetection,
  ExplainedItem,
  ExplainedRule,
  ExplanationReport,
} from '../model/explanation.js';
import { harmlessLine } from './harmless.js';
import type { Palette } from './text.js';
import { causeWords, gapSentences, percent } from './words.js';

const TEXT_SHOWN = 110;

/** The tree of conditions for a terminal: the leader, or the cause that was asked for, item by item; of the others a line. */
export function explanationToText(report: ExplanationReport, palette: Palette): string {
  const { incident, causes, whyNot } = report;
  const { earliest, latest } = incident.onset;
  const lines = [
    `${palette.strong(incident.id)}  ${palette.strong(harmlessLine(incident.entity.name))}  ${incident.kind}: ${incident.verdict}`,
    `    ${harmlessLine(incident.summary)}`,
    `    began ${earliest === latest ? (earliest ?? 'at no known time') : `between ${earliest} and ${latest}`}`,
  ];
  if (incident.verdict === 'confirmed') lines.push('    every condition of confirmed holds');
  for (const gap of gapSentences(incident.verdictGaps))
    lines.push(`    ${palette.warn('not met')}  ${harmlessLine(gap)}`);
  if (whyNot !== null) return `${[...lines, '', ...ruleLines(whyNot, palette)].join('\n')}\n`;
  const [leader, ...others] = causes;
  if (leader !== undefined) lines.push('', ...causeLines(leader, palette));
  if (others.length > 0) lines.push('', palette.dim('others, each in full with --cause:'));
  for (const other of others) lines.push(otherLine(other));
  return `${lines.join('\n')}\n`;
}

function otherLine({ cause, state, probability, score, items }: ExplainedCause): string {
  const against = items.find((item) => item.refutes !== null && isRefuting(item));
  const because = against === undefined ? '' : `  by ${against.id}: ${harmlessLine(against.statement)}`;
  return `    ${cause.padEnd(32)} ${percent(probability).padStart(5)}  ${state.padEnd(15)} score ${signed(score)}${because}`;
}

function isRefuting({ refutes, status, order }: ExplainedItem): boolean {
  return refutes === 'absent' ? status === 'absent' : status === 'observed' && order === 'certain';
}

function causeLines(cause: ExplainedCause, palette: Palette): readonly string[] {
  const evidence = cause.score - cause.prior - cause.refutation;
  const refuted = cause.refutation === 0 ? '' : ` ${signed(cause.refutation)} as it is refuted`;
  return [
    `${palette.strong(cause.cause)}  ${percent(cause.probability)}  ${cause.state}: ${causeWords(cause.cause)}`,
    `    score ${signed(cause.score)} = prior ${signed(cause.prior)}, evidence ${signed(evidence)}${refuted}  (${cause.hypothesis})`,
    ...cause.items.flatMap((item) => itemLines(item, palette)),
    ...cause.controls.map(({ statement, weight }) => `    ${weightOf(weight)}  control  ${harmlessLine(statement)}`),
  ];
}

function itemLines(item: ExplainedItem, palette: Palette): readonly string[] {
  const marks = [item.decisive ? 'decisive' : null, isRefutingItem(item) ? 'refutes' : null].filter(
    (mark) => mark !== null,
  );
  const paint = item.weight > 0 ? palette.good : item.weight < 0 || isRefutingItem(item) ? palette.bad : palette.dim;
  const head = `    ${weightOf(item.weight)}  ${paint(statusOf(item))}  ${item.id}${marks.length > 0 ? ` (${marks.join(', ')})` : ''}: ${harmlessLine(item.statement)}`;
  const { from, to } = item.window;
  const lines = [head];
  if (from !== null)
    lines.push(`           ${palette.dim(`looked for from ${from} to ${to}, ${JOINS[item.join] ?? item.join}`)}`);
  for (const seen of item.seen) lines.push(`           ${palette.dim(detectionLine(seen))}`);
  if (item.count > item.seen.length)
    lines.push(`           ${palette.dim(`and ${item.count - item.seen.length} more`)}`);
  if (item.because !== '') lines.push(`           ${harmlessLine(item.because)}`);
  if (item.nearest !== null) lines.push(`           ${palette.dim(nearestLine(item.nearest))}`);
  return lines;
}

function isRefutingItem(item: ExplainedItem): boolean {
  return item.refutes !== null && isRefuting(item);
}

const JOINS: Readonly<Record<string, string>> = {
  vm: 'of this VM',
  host: 'of its host',
  volume: 'of its volume',
  cluster: 'of any host',
  others: 'of the other VMs of its volume',
};

function statusOf({ status, order, weight, ifAbsent }: ExplainedItem): string {
  if (status === 'observed') return order === 'certain' ? 'seen' : `seen, order ${order}`;
  if (status === 'unknown') return 'unknown';
  return weight !== 0 || ifAbsent !== null ? 'not there' : 'not there, which says nothing';
}

function nearestLine(nearest: NonNullable<ExplainedItem['nearest']>): string {
  const { outsideSeconds, isOther, entity } = nearest;
  const when =
    outsideSeconds === 0
      ? 'in the window'
      : `${spanWords(Math.abs(outsideSeconds))} ${outsideSeconds < 0 ? 'before' : 'after'} the window`;
  return `nearest: ${when}${isOther ? `, but of ${harmlessLine(entity ?? 'nobody known')}` : ''}: ${detectionLine(nearest)}`;
}

function detectionLine(detection: ExplainedDetection): string {
  const { rule, time, uncertaintySeconds, path, line, record, statement, text } = detection;
  const place = record !== null ? ` record ${record}` : line !== null ? `:${line}` : '';
  // The XML of an event begins alike for all of them.
  const shown = harmlessLine(record === null ? text : statement);
  const cut = shown.length > TEXT_SHOWN ? `${shown.slice(0, TEXT_SHOWN - 1)}…` : shown;
  return `${time ?? 'undated'} ± ${uncertaintySeconds} s  ${rule}  ${harmlessLine(path)}${place}  ${cut}`;
}

/** Why a rule did not fire. */
function ruleLines(rule: ExplainedRule, palette: Palette): readonly string[] {
  const times = rule.count === 1 ? 'once' : `${rule.count} times`;
  const lines = [
    `${palette.strong(rule.rule)}  ${rule.kind}: ${rule.outcome === 'matched' ? `matched ${times}` : rule.outcome}${rule.why === '' ? '' : `: ${harmlessLine(rule.why)}`}`,
  ];
  if (rule.nearest !== null) lines.push(`    nearest to the incident: ${detectionLine(rule.nearest)}`);
  for (const { logsource, isGiven, recording, dark, gives, howToGet } of rule.reads) {
    lines.push(`    ${isGiven ? 'reads  ' : palette.warn('missing')}  ${logsource}: ${harmlessLine(gives)}`);
    if (recording.length > 0) lines.push(`             recording when it began: ${namesOf(recording)}`);
    if (dark.length > 0) lines.push(`             ${palette.warn(`not recording then: ${namesOf(dark)}`)}`);
    if (!isGiven) lines.push(`             ${palette.dim(`get it: ${harmlessLine(howToGet)}`)}`);
  }
  if (rule.correlation !== null) lines.push(...correlationLines(rule.correlation, palette));
  else if (rule.kind === 'correlation' && rule.count === 0)
    lines.push('    none of the rules that it puts together matched');
  return lines;
}

const NAMES_SHOWN = 6;

function namesOf(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_SHOWN).map(harmlessLine).join(', ');
  return names.length > NAMES_SHOWN ? `${shown} and ${names.length - NAMES_SHOWN} more` : shown;
}

function correlationLines(
  { timespanSeconds, group, asks, reached, members, absent, isOutOfOrder }: NonNullable<ExplainedRule['correlation']>,
  palette: Palette,
): readonly string[] {
  const by = group.map(({ field, value }) => `${field} ${harmlessLine(value)}`).join(', ');
  const lines = [
    `    asks for ${asks} within ${spanWords(timespanSeconds)}${by === '' ? '' : `, of one ${group.map(({ field }) => field).join(' and ')}`}`,
    `    came nearest with ${reached}${by === '' ? '' : ` (${by})`}:`,
    ...members.map((member) => `      ${palette.dim(detectionLine(member))}`),
  ];
  if (isOutOfOrder) lines.push('    all are there, but not in that order beyond what the clocks leave open');
  for (const { rule, outcome, outsideSeconds, at, differs } of absent) {
    if (outsideSeconds !== null && at !== null) {
      const side = outsideSeconds < 0 ? 'before' : 'after';
      const where = outsideSeconds === 0 ? 'inside it' : `${spanWords(Math.abs(outsideSeconds))} ${side} it`;
      lines.push(`    lacks ${rule}: nearest ${where}`, `      ${palette.dim(detectionLine(at))}`);
    } else if (at !== null) {
      const what = differs.map(
        ({ field, wanted, found }) => `${field} ${harmlessLine(found ?? 'unknown')}, not ${harmlessLine(wanted)}`,
      );
      lines.push(`    lacks ${rule}: nearest has ${what.join('; ')}`, `      ${palette.dim(detectionLine(at))}`);
    } else lines.push(`    lacks ${rule}: ${outcome}`);
  }
  return lines;
}

function weightOf(weight: number): string {
  return signed(weight).padStart(5);
}

function signed(value: number): string {
  const rounded = Math.round(value * 100) / 100;
  return `${rounded > 0 ? '+' : ''}${rounded}`;
}

/** "43 s", "12 min", "3.5 h", "2.1 days". */
function spanWords(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds * 10) / 10} s`;
  if (seconds < 7200) return `${Math.round(seconds / 6) / 10} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 360) / 10} h`;
  return `${Math.round(seconds / 8640) / 10} days`;
}
