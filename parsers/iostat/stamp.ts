import { HOUR, MINUTE, type Micros, SECOND } from '../../src/model/time.js';
import { civilMicros, monthIndex, readIsoStamp } from '../../src/parser/stamp.js';

/** Midnight of a date as written, read both ways; equal where only one reading exists in the way it is written. */
export interface WrittenDate {
  readonly dayFirst: Micros | null;
  readonly monthFirst: Micros | null;
}

/** What `iostat -t` prints above a sample. */
export interface WrittenStamp {
  /** Null: the line has a time only, the date is the one of the run. */
  readonly date: WrittenDate | null;
  readonly timeOfDay: Micros;
  readonly utcOffset: Micros | null;
}

export type DateOrder = 'day-first' | 'month-first';

/** The order this date proves by itself: one of its two readings does not exist. */
export function provenOrder(date: WrittenDate): DateOrder | null {
  if (date.dayFirst === null) return 'month-first';
  return date.monthFirst === null ? 'day-first' : null;
}

export function isAmbiguous(date: WrittenDate): boolean {
  return date.dayFirst !== null && date.monthFirst !== null && date.dayFirst !== date.monthFirst;
}

export function midnight(date: WrittenDate, order: DateOrder): Micros | null {
  return order === 'day-first' ? (date.dayFirst ?? date.monthFirst) : (date.monthFirst ?? date.dayFirst);
}

// 2024-03-01  2024/03/01  2024年03月01日  2024년 03월 01일
const YEAR_FIRST = /^(\d{4})[-/.年년] ?(\d{1,2})[-/.月월] ?(\d{1,2})[.日號일]?$/;
// 03/01/2024  01.03.2024  1. 3. 24  01-03-24
const YEAR_LAST = /^(\d{1,2})([-/.]) ?(\d{1,2})\2 ?(\d{4}|\d{2})\.?$/;
// Friday 01 March 2024  01 Mar, 2024
const DAY_NAME = /^(?:[A-Z][a-z]{2,8},? )?(\d{1,2})[. -]+([A-Z][a-z]{2})[a-z]{0,6},?[ -](\d{4})$/;
// Friday, March 01, 2024  Mar 01 2024
const NAME_DAY = /^(?:[A-Z][a-z]{2,8},? )?([A-Z][a-z]{2})[a-z]{0,6} (\d{1,2}),? (\d{4})$/;

/**
 * strftime `%x` of the recorder's locale. The locales of glibc 2.36 that put the year last and separate with points or
 * dashes put the day first; with slashes C, POSIX and en_US put the month first and some eighty others the day.
 */
export function readDate(text: string): WrittenDate | null {
  const ymd = YEAR_FIRST.exec(text);
  if (ymd !== null) return certain(civil(ymd[1], Number(ymd[2]) - 1, ymd[3]));
  const last = YEAR_LAST.exec(text);
  if (last !== null) {
    const [, first, separator, second, year] = last;
    const dayFirst = civil(year, Number(second) - 1, first);
    if (separator !== '/') return certain(dayFirst);
    const monthFirst = civil(year, Number(first) - 1, second);
    return dayFirst === null && monthFirst === null ? null : { dayFirst, monthFirst };
  }
  const named = DAY_NAME.exec(text);
  if (named !== null) return certain(civil(named[3], monthIndex(named[2] ?? ''), named[1]));
  const american = NAME_DAY.exec(text);
  return american === null ? null : certain(civil(american[3], monthIndex(american[1] ?? ''), american[2]));
}

function certain(micros: Micros | null): WrittenDate | null {
  return micros === null ? null : { dayFirst: micros, monthFirst: micros };
}

function civil(year: string | undefined, month: number | null, day: string | undefined): Micros | null {
  if (year === undefined || month === null) return null;
  // sysstat exists since 1999; no capture with two digits is from the last century.
  return civilMicros(Number(year) + (year.length === 2 ? 2000 : 0), month, Number(day), 0, 0, 0, 0);
}

/** No locale's stamp is longer; rows of devices always are. */
const STAMP_LIMIT = 64;
// 02:00:01 PM  14:00:01  14.00.01  14時00分01秒  02:00:01 PM IST
const TIME =
  /(?:^|\s)(\d{1,2})[:.時时點시] ?(\d{2})[:.分분] ?(\d{2})[秒초]?(?: ?([AaPp])\.?[Mm]\.?)?(?: [A-Z][A-Za-z]{1,4})?$/;

/** The line above a sample: `11/30/2021 02:00:01 PM`, `2024-03-03T02:14:07+0100`, `Time: 14:00:01`. */
export function readStamp(line: string): WrittenStamp | null {
  if (line.length > STAMP_LIMIT) return null;
  const text = line.trim();
  const iso = readIsoStamp(text);
  if (iso !== null && iso.length === text.length) {
    const { micros, utcOffset } = iso.time;
    const timeOfDay = micros % (24 * HOUR);
    const date = micros - timeOfDay;
    return { date: { dayFirst: date, monthFirst: date }, timeOfDay, utcOffset };
  }
  const m = TIME.exec(text);
  const timeOfDay = m === null ? null : readTimeOfDay(m);
  if (m === null || timeOfDay === null) return null;
  const before = text.slice(0, m.index).trim();
  if (before === '' || before === 'Time:') return { date: null, timeOfDay, utcOffset: null };
  const date = readDate(before);
  return date === null ? null : { date, timeOfDay, utcOffset: null };
}

function readTimeOfDay(m: RegExpExecArray): Micros | null {
  const half = m[4]?.toLowerCase();
  let hour = Number(m[1]);
  if (half !== undefined) {
    // 12 AM is midnight, 12 PM is noon.
    if (hour < 1 || hour > 12) return null;
    hour = (hour % 12) + (half === 'p' ? 12 : 0);
  }
  const minute = Number(m[2]);
  const second = Number(m[3]);
  if (hour > 23 || minute > 59 || second > 60) return null;
  return hour * HOUR + minute * MINUTE + second * SECOND;
}
