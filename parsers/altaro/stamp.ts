import { HOUR, type Micros, SECOND, type WrittenTime } from '../../src/model/time.js';
import { civilMicros, fractionMicros, fractionResolution, readIsoStamp, wallTime } from '../../src/parser/stamp.js';

/** Stamps are looked for in the first characters: `[2026-09-24 01:30:05,123] INFO` has one bracket before it. */
const SEARCH = 40;

// 24/09/2026 01:30:05.123      9/24/2026 1:30:05 AM      24.09.2026 01:30:05
const SLASHED =
  /^(\d{1,2})([/.-])(\d{1,2})\2(\d{4}),?[ T](\d{1,2}):(\d\d):(\d\d)(?:[.,](\d{1,7}))?(?: ?([AP])\.?M\.?)?(?!\d)/i;
const BEGIN = /\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}[ T,]/;

export interface FoundStamp {
  readonly time: WrittenTime;
  /** The other reading of day and month, where both are dates; null where only one is. */
  readonly swapped: WrittenTime | null;
  /** Index behind the stamp. */
  readonly end: number;
}

/**
 * The layout of Altaro's lines is not documented and no log is public, so any common date and time near the begin of
 * a line is taken; day before month, unless only the other order gives a date or the clock has twelve hours.
 */
export function findStamp(line: string): FoundStamp | null {
  const head = line.slice(0, SEARCH + 40);
  const begin = BEGIN.exec(head.slice(0, SEARCH));
  if (begin === null) return null;
  const text = head.slice(begin.index);
  const iso = readIsoStamp(text.replace(/^(\d{4})\/(\d\d)\/(\d\d)/, '$1-$2-$3'));
  return iso === null
    ? readSlashed(text, begin.index)
    : { time: iso.time, swapped: null, end: begin.index + iso.length };
}

function readSlashed(text: string, begin: number): FoundStamp | null {
  const m = SLASHED.exec(text);
  if (m === null) return null;
  const dayFirst = slashedTime(m, 1, 3);
  // Dots and dashes are never written month first.
  const monthFirst = m[2] === '/' ? slashedTime(m, 3, 1) : null;
  const [likely, other] = m[9] === undefined ? [dayFirst, monthFirst] : [monthFirst, dayFirst];
  const time = likely ?? other;
  if (time === null) return null;
  const isTwofold = likely !== null && other !== null && likely.micros !== other.micros;
  return { time, swapped: isTwofold ? other : null, end: begin + m[0].length };
}

function slashedTime(m: RegExpExecArray, day: number, month: number): WrittenTime | null {
  const half = m[9]?.toUpperCase();
  const hour = half === undefined ? Number(m[5]) : (Number(m[5]) % 12) + (half === 'P' ? 12 : 0);
  const micros = civilMicros(
    Number(m[4]),
    Number(m[month]) - 1,
    Number(m[day]),
    hour,
    Number(m[6]),
    Number(m[7]),
    fractionMicros(m[8]),
  );
  return wallTime(micros, m[8] === undefined ? SECOND : fractionResolution(m[8]));
}

/** The reading closer to `near`: a log of one operation lies within hours of the start in its name. */
export function settleStamp(
  found: FoundStamp,
  near: Micros | null,
): { readonly time: WrittenTime; readonly isSure: boolean } {
  if (found.swapped === null) return { time: found.time, isSure: true };
  if (near === null) return { time: found.time, isSure: false };
  const first = Math.abs(found.time.micros - near);
  const second = Math.abs(found.swapped.micros - near);
  const time = second < first ? found.swapped : found.time;
  return { time, isSure: Math.min(first, second) < 20 * 24 * HOUR };
}
