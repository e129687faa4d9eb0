import type { ReportGap, ReportLoss, ReportMark, ReportStreamClock } from '../model/clocks-report.js';
import { GAP_WORDS } from '../model/gap.js';
import { harmlessLine } from './harmless.js';
import type { Palette } from './text.js';

/** Gaps and losses shown of one clock; JSON has all. */
const GAPS_SHOWN = 5;
const LOSSES_SHOWN = 3;

/** Where one log has nothing, longest first, and what proves the rest. */
export function gapLines(clock: ReportStreamClock, palette: Palette): readonly string[] {
  const longest = [...clock.gaps].sort((a, b) => b.seconds - a.seconds || (a.from < b.from ? -1 : 1));
  const most = [...clock.losses].sort((a, b) => b.lines - a.lines || (a.from < b.from ? -1 : 1));
  return [
    ...aliveLines(clock),
    ...longest.slice(0, GAPS_SHOWN).map((gap) => `    ${paint(gap, palette)(`gap      ${gapText(gap, clock)}`)}`),
    ...more(longest.length - GAPS_SHOWN, 'shorter'),
    ...most.slice(0, LOSSES_SHOWN).map((loss) => `    ${palette.warn(`lost     ${lossText(loss)}`)}`),
    ...more(most.length - LOSSES_SHOWN, 'smaller'),
  ];
}

function aliveLines({ aliveBy, recordIds, usualSilenceSeconds, gaps }: ReportStreamClock): readonly string[] {
  if (aliveBy === 'unknown')
    return ['    alive    unknown between two records: too few, or written only when something happens'];
  if (aliveBy === 'record-ids' && recordIds !== null) {
    const { first, last } = recordIds;
    if (gaps.length > 0) return [`    alive    by record ids ${first} to ${last}, but for the gaps`];
    return [`    alive    proven by record ids: none is missing from ${first} to ${last}`];
  }
  if (usualSilenceSeconds === null) return [];
  const usual = duration(usualSilenceSeconds);
  return [
    aliveBy === 'sampling'
      ? `    alive    by its samples, at most ${usual} apart`
      : `    alive    by its rhythm: silences of up to ${usual} are usual`,
  ];
}

function more(count: number, kind: string): readonly string[] {
  return count > 0 ? [`             and ${count} ${kind}`] : [];
}

const UNEXPLAINED: ReadonlySet<string> = new Set(['silence', 'record-ids-missing', 'rotated', 'not-collected']);

function paint({ cause }: ReportGap, palette: Palette): Palette['dim'] {
  return UNEXPLAINED.has(cause) ? palette.warn : palette.dim;
}

function gapText(gap: ReportGap, { aliveBy, path }: ReportStreamClock): string {
  const { cause, missing, elsewhere } = gap;
  const thing = aliveBy === 'sampling' ? 'sample' : 'record';
  const counted = missing === null ? '' : `, ${missing} ${thing}${missing === 1 ? '' : 's'} missing`;
  const wrote =
    elsewhere === null || elsewhere === path ? '' : `; the machine wrote meanwhile in ${harmlessLine(elsewhere)}`;
  return `${duration(gap.seconds)}  ${gap.from} to ${gap.to}  ${cause}: ${GAP_WORDS[cause]}${counted}${sayers(gap.because)}${wrote}`;
}

function lossText({ lines, isExact, from, to, because }: ReportLoss): string {
  const count = isExact ? `${lines} lines` : lines === 0 ? 'lines of unknown number' : `at least ${lines} lines`;
  return `${count}  ${from}${to === from ? '' : ` to ${to}`}  rate-limited${sayers(because.slice(0, 1))}`;
}

/** The first and the last record that tells of it: ` (journal on sda1-8 aborted, syslog:12; web01 was reset from outside, ...)`. */
function sayers(because: readonly ReportMark[]): string {
  if (because.length === 0) return '';
  const shown = because.filter((_, i) => i === 0 || i === because.length - 1);
  return ` (${shown.map((mark) => `${harmlessLine(mark.statement)}, ${placeOf(mark)}`).join('; ')})`;
}

function placeOf({ path, line, record }: ReportMark): string {
  const file = harmlessLine(path);
  if (record !== null) return `${file} record ${record}`;
  return line === null ? file : `${file}:${line}`;
}

/** `6 h 16 min`, `2 d 3 h`, `90 s`. */
function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 120) return `${whole} s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h${minutes % 60 === 0 ? '' : ` ${minutes % 60} min`}`;
  return `${Math.floor(hours / 24)} d${hours % 24 === 0 ? '' : ` ${hours % 24} h`}`;
}
