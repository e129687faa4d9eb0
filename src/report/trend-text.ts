import type {
  ExposureUnit,
  Rate,
  RateComparison,
  TrendCheck,
  TrendReport,
  TrendRow,
  TrendVerdict,
} from '../model/trend.js';
import { harmlessLine } from './harmless.js';
import type { Palette } from './text.js';

const WIDTH = 80;
const BAR = 30;

/** The verdict, what it rests on, and the nights themselves. */
export function trendToText(report: TrendReport, palette: Palette): string {
  const { change, kinds, cause, vms, checks, verdict, perVmNight, perRun } = report;
  const when = change.isNight ? `in the night from ${change.from} to ${change.to}` : `at ${change.from}`;
  const of = cause === null ? '' : ` by ${harmlessLine(cause)}`;
  const lines = [
    `${palette.strong(PAINTS[verdict](palette)(harmlessLine(report.sentence)))}`,
    `    change    ${when}`,
    `    events    ${kinds.map(harmlessLine).join(', ')}${of}; one for each VM and night`,
    `    watched   ${namesOf(vms)}`,
    '',
    ...rateLines('VM-night', perVmNight),
    ...(perRun.before.exposure + perRun.after.exposure > 0 ? rateLines('backup run', perRun) : []),
    '',
    ...(verdict === 'cannot-tell' ? [] : checks.flatMap((check) => checkLines(check, palette))),
    ...noteLines(report, palette),
  ];
  return `${[...lines, ...chart(report, palette)].join('\n')}\n`;
}

const PAINTS: Readonly<Record<TrendVerdict, (palette: Palette) => (text: string) => string>> = {
  fixed: ({ good }) => good,
  fewer: ({ good }) => good,
  'fewer-unproven': ({ warn }) => warn,
  'no-change': ({ warn }) => warn,
  worse: ({ bad }) => bad,
  'cannot-tell': ({ dim }) => dim,
};

const NAMES_SHOWN = 8;

function namesOf(vms: readonly string[]): string {
  if (vms.length === 0) return 'no VM on both sides of the change';
  const shown = vms.slice(0, NAMES_SHOWN).map(harmlessLine).join(', ');
  return vms.length > NAMES_SHOWN ? `${shown} and ${vms.length - NAMES_SHOWN} more` : shown;
}

function rateLines(unit: string, { before, after, ratio }: RateComparison): readonly string[] {
  const lines = [`for each ${unit}`, rateLine('before', before), rateLine('after', after)];
  if (ratio === null) return lines;
  const { estimate, low, high } = ratio;
  const to = high === null ? 'no upper end' : figure(high);
  const value = estimate === null ? '' : `${figure(estimate)}, `;
  return [...lines, `    after / before ${value}95 % interval ${figure(low)} to ${to}`];
}

function rateLine(side: string, { events, exposure, rate, low, high }: Rate): string {
  const head = `    ${side.padEnd(7)} ${String(events).padStart(5)} in ${figure(exposure).padEnd(6)}`;
  if (rate === null || low === null || high === null) return `${head}  not watched`;
  return `${head}  rate ${figure(rate)}, 95 % interval ${figure(low)} to ${figure(high)}`;
}

const UNITS: Readonly<Record<ExposureUnit, string>> = {
  'vm-night': 'VM-nights',
  'backup-run': 'backup runs',
  'site-night': 'nights',
};

function checkLines(
  { id, statement, unit, comparison, nightsNeeded }: TrendCheck,
  palette: Palette,
): readonly string[] {
  const { before, after, pFewer, cleanNeeded, cleanNeededAtKnownRate } = comparison;
  const counts = `${before.events} in ${figure(before.exposure)}, ${after.events} in ${figure(after.exposure)} ${UNITS[unit]}`;
  const isMet = pFewer !== null && pFewer < 0.05;
  const mark = isMet ? palette.good('met    ') : palette.warn('not met');
  const p = pFewer === null ? 'no p value' : `p = ${figure(pFewer)}`;
  const lines = [`${mark}  ${id}: ${harmlessLine(statement)}`, `         ${counts}: ${p}`];
  if (isMet) return lines;
  if (cleanNeeded === null)
    return [...lines, `         ${palette.dim('no number of clean nights makes it below 0.05')}`];
  const least = cleanNeededAtKnownRate ?? cleanNeeded;
  const nights = nightsNeeded === null ? '' : `, ${nightsNeeded} nights as watched since`;
  return [
    ...lines,
    `         below 0.05 after ${cleanNeeded} clean ${UNITS[unit]} more${nights}`,
    `         ${palette.dim(`(${least} if the rate before were exactly known)`)}`,
  ];
}

const WHY: Readonly<Record<TrendReport['uncounted'][number]['why'], string>> = {
  'no-log': 'it lies in no night or backup that its own log recorded',
  undated: 'no clock reaches it',
  undetermined: 'its cause is not determined',
  'vm-on-one-side': 'its VM was not watched before the change',
};

function noteLines({ uncounted, cautions, leftOut }: TrendReport, palette: Palette): readonly string[] {
  const lines = uncounted.map(
    ({ incident, vm, time, why }) =>
      `${incident} of ${harmlessLine(vm)} (${time ?? 'undated'}) is in no rate: ${WHY[why]}`,
  );
  lines.push(...cautions.map(harmlessLine));
  for (const side of ['before', 'after'] as const) {
    const own = leftOut.filter((one) => one.side === side).map(({ vm }) => vm);
    if (own.length > 0) lines.push(`watched only ${side} the change, so left out: ${namesOf(own)}`);
  }
  return lines.map((line) => `${palette.warn('note')}     ${line}`);
}

/** A row for each night or week: the exposure as a bar, an X for each event. */
function chart({ rows, rowNights, unit, change }: TrendReport, palette: Palette): readonly string[] {
  if (rows.length === 0) return [];
  const most = Math.max(...rows.map(({ exposure }) => exposure));
  const line = (row: TrendRow): string => rowLine(row, most, palette);
  const head = `${rowNights === 1 ? 'night of' : 'week from'}    ${`${UNITS[unit]} watched (=)`.padEnd(BAR + 7)}events (X)`;
  const mark = `---------- change ${change.isNight ? `in the night of ${change.from.slice(0, 10)}` : change.from} `;
  return [
    '',
    palette.dim(head),
    ...rows.filter(({ side }) => side === 'before').map(line),
    mark.padEnd(WIDTH - 10, '-'),
    ...rows.filter(({ side }) => side === 'after').map(line),
  ];
}

function rowLine({ from, exposure, events, vms }: TrendRow, most: number, palette: Palette): string {
  const bar = exposure === 0 ? 'not watched' : '='.repeat(Math.max(1, Math.round((exposure / most) * BAR)));
  const head = `${from}  ${bar.padEnd(BAR)} ${exposure === 0 ? '     ' : figure(exposure).padStart(5)}  `;
  if (events === 0) return head.trimEnd();
  const marks = events > 5 ? `${events} X` : 'X'.repeat(events);
  const room = WIDTH - head.length - marks.length - 1;
  const names = [...new Set(vms)].map(harmlessLine).join(', ');
  const shown = names.length > room ? `${names.slice(0, room - 1)}…` : names;
  return `${head}${palette.bad(marks)} ${shown}`;
}

/** Three digits that count; whole numbers whole. */
function figure(value: number): string {
  if (Number.isInteger(value)) return String(value);
  if (Math.abs(value) >= 100) return String(Math.round(value * 10) / 10);
  return value !== 0 && Math.abs(value) < 0.0001 ? value.toExponential(1) : String(Number(value.toPrecision(3)));
}
