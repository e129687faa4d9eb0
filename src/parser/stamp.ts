import { DAY, HOUR, MINUTE, type Micros, SECOND, type WrittenTime, YEARLESS_YEAR } from '../model/time.js';
import { monthIndex } from './month.js';

export { monthIndex };

/** A stamp and the number of characters it took. */
export interface ReadStamp {
  readonly time: WrittenTime;
  readonly length: number;
}

/** Civil time read as if it were UTC; null when a field is out of range (month 13, 30 February, hour 24). */
export function civilMicros(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  micros: number,
): Micros | null {
  if (!(month >= 0 && month <= 11 && day >= 1 && day <= daysInMonth(year, month))) return null;
  // A leap second is written :60 and lies in the next second.
  if (!(hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59 && second >= 0 && second <= 60)) return null;
  return daysFromCivil(year, month + 1, day) * DAY + hour * HOUR + minute * MINUTE + second * SECOND + micros;
}

function daysInMonth(year: number, month: number): number {
  if (month === 1) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 3 || month === 5 || month === 8 || month === 10 ? 30 : 31;
}

/** Days since 1970-01-01 in the proleptic Gregorian calendar. */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yoe = y - era * 400;
  const doy = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146097 + yoe * 365 + Math.floor(yoe / 4) - Math.floor(yoe / 100) + doy - 719468;
}

/** Digits after the point as microseconds: "5" is 500000, "1234567" (100 ns) is cut to 123456. */
export function fractionMicros(digits: string | undefined): Micros {
  return digits === undefined || digits === '' ? 0 : Number(digits.slice(0, 6).padEnd(6, '0'));
}

export function fractionResolution(digits: string | undefined): Micros {
  return 10 ** Math.max(0, 6 - (digits?.length ?? 0));
}

// The readers below go by character code: a regular expression costs 150-200 ns a line, these cost about 40.

function isDigit(text: string, at: number): boolean {
  const digit = text.charCodeAt(at) - 48;
  return digit >= 0 && digit <= 9;
}

/** -1 when there are no two digits. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}

/** Microseconds of the day of `hh:mm:ss`; -1 when it is not one. */
function clockMicros(text: string, at: number): Micros {
  if (text.charCodeAt(at + 2) !== COLON || text.charCodeAt(at + 5) !== COLON) return -1;
  const hour = twoDigits(text, at);
  const minute = twoDigits(text, at + 3);
  const second = twoDigits(text, at + 6);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return -1;
  return (hour * 3600 + minute * 60 + second) * SECOND;
}

let knownDate = -1;
let knownMidnight: Micros | null = null;

/** `civilMicros` of a midnight. A log has a few dates and millions of stamps, so the last one is kept. */
function midnightOf(year: number, month: number, day: number): Micros | null {
  const date = (year * 16 + month) * 128 + day;
  if (date !== knownDate) {
    knownMidnight = civilMicros(year, month, day, 0, 0, 0, 0);
    knownDate = date;
  }
  return knownMidnight;
}

/** Microseconds that one unit of the last of so many decimals is worth; more than six are cut. */
const DECIMALS: readonly Micros[] = [1_000_000, 100_000, 10_000, 1000, 100, 10, 1];

/** The `digits` decimals from `at`, in microseconds. */
function decimals(text: string, at: number, digits: number): Micros {
  let value = 0;
  const read = Math.min(digits, 6);
  for (let i = 0; i < read; i++) value = value * 10 + text.charCodeAt(at + i) - 48;
  return value * (DECIMALS[read] as number);
}

const BLANK = 32;
const PLUS = 43;
const COMMA = 44;
const MINUS = 45;
const DOT = 46;
const COLON = 58;
const UPPER_T = 84;
const UPPER_Z = 90;

/** Number of digits from `at`, at most `limit`. */
function digitRun(text: string, at: number, limit: number): number {
  let run = 0;
  while (run < limit && isDigit(text, at + run)) run++;
  return run;
}

/**
 * RFC 3339 and its relatives: `2024-03-01T02:14:07.123456+01:00`, a blank for the T, a decimal comma
 * (dmesg --time-format iso), `+0100` (journalctl before systemd 255), no zone at all.
 */
export function readIsoStamp(text: string, from = 0): ReadStamp | null {
  if (text.charCodeAt(from + 4) !== MINUS || text.charCodeAt(from + 7) !== MINUS) return null;
  const separator = text.charCodeAt(from + 10);
  if (separator !== UPPER_T && separator !== BLANK) return null;
  const second = secondOf(text, from);
  if (second === null) return null;
  let at = from + 19;
  let digits = 0;
  let fraction = 0;
  const point = text.charCodeAt(at);
  if (point === DOT || point === COMMA) {
    for (; digits < 9; digits++) {
      const digit = text.charCodeAt(at + 1 + digits) - 48;
      if (!(digit >= 0 && digit <= 9)) break;
      if (digits < 6) fraction = fraction * 10 + digit;
    }
    if (digits > 0) at += digits + 1;
  }
  const resolution = DECIMALS[Math.min(digits, 6)] as number;
  const micros = second + fraction * resolution;
  const zoneAt = text.charCodeAt(at) === BLANK ? at + 1 : at;
  const zone = readZone(text, zoneAt);
  if (zone === 0) {
    return { time: { micros, clock: 'wall', utcOffset: null, yearless: false, resolution }, length: at - from };
  }
  const utcOffset = ((zone >> 3) - ZONE_BIAS) * MINUTE;
  const length = zoneAt + (zone & 7) - from;
  return { time: { micros, clock: 'wall', utcOffset, yearless: false, resolution }, length };
}

let knownMinute = '';
let knownMicros: Micros = 0;

/** `2024-03-01T02:14:07`. Most lines share the minute of the line before, and comparing it costs less than reading it. */
function secondOf(text: string, from: number): Micros | null {
  const second = twoDigits(text, from + 17);
  if (second < 0 || second > 60) return null;
  if (knownMinute !== '' && text.startsWith(knownMinute, from)) return knownMicros + second * SECOND;
  const century = twoDigits(text, from);
  const year = twoDigits(text, from + 2);
  const month = twoDigits(text, from + 5);
  const day = twoDigits(text, from + 8);
  const ofDay = clockMicros(text, from + 11);
  if (century < 0 || year < 0 || month < 1 || day < 1 || ofDay < 0) return null;
  const midnight = midnightOf(century * 100 + year, month - 1, day);
  if (midnight === null) return null;
  // A copy: a slice would keep the whole line.
  knownMinute = ` ${text.slice(from, from + 17)}`.slice(1);
  knownMicros = midnight + ofDay - second * SECOND;
  return midnight + ofDay;
}

const ZONE_BIAS = 1440;

/** `Z`, `+02:00` or `-0530`: its length in the low three bits, above them its minutes plus `ZONE_BIAS`; 0 when none stands here. */
function readZone(text: string, at: number): number {
  const sign = text.charCodeAt(at);
  if (sign === UPPER_Z) return (ZONE_BIAS << 3) | 1;
  if (sign !== PLUS && sign !== MINUS) return 0;
  const hours = twoDigits(text, at + 1);
  const colon = text.charCodeAt(at + 3) === COLON ? 1 : 0;
  const minutes = twoDigits(text, at + 3 + colon);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return 0;
  const offset = hours * 60 + minutes;
  return ((ZONE_BIAS + (sign === MINUS ? -offset : offset)) << 3) | (5 + colon);
}

/** `Z`, `+02:00`, `-0530` as local minus UTC; null for undefined. */
export function readOffset(text: string | undefined): Micros | null {
  if (text === undefined) return null;
  if (text === 'Z') return 0;
  const sign = text.startsWith('-') ? -1 : 1;
  return sign * (Number(text.slice(1, 3)) * HOUR + Number(text.slice(-2)) * MINUTE);
}

/**
 * `Mar  3 02:14:07`, with a fraction as journalctl short-precise writes it. No year, no zone.
 * Also read because daemons and relays write them (rsyslog tests/parsertest-parse1.sh): `AUG 10 22:18:24`,
 * `Mar 7 19:06:53`, and with a year `Mar  7 2008 19:06:53`, which is then a stamp with a year.
 * Localised months (`Mär 03 02:14:07`) come from journalctl, which prints with the viewer's locale.
 */
export function readBsdStamp(text: string, from = 0): ReadStamp | null {
  const fast = text.charCodeAt(from + 3) === BLANK && text.charCodeAt(from + 6) === BLANK;
  const month = fast ? monthIndex(text.slice(from, from + 3)) : null;
  if (month === null || !isDigit(text, from + 7) || text.charCodeAt(from + 9) !== COLON) {
    return readLooseBsdStamp(text, from);
  }
  const padded = text.charCodeAt(from + 4) === BLANK && isDigit(text, from + 5);
  const day = padded ? text.charCodeAt(from + 5) - 48 : twoDigits(text, from + 4);
  return finishBsdStamp(text, from, month, day, null, from + 7);
}

// Mär 03 02:14:07 | août 19 11:08:37 | Mar 7 19:06:53 | Mar  7 2008 19:06:53
const LOOSE_BSD = /(\p{L}{2,6}\.?) {1,2}(\d{1,2})(?: (\d{4}))? (?=\d\d:\d\d:\d\d)/uy;

function readLooseBsdStamp(text: string, from: number): ReadStamp | null {
  const first = text.charCodeAt(from);
  if (!(first >= 65 && first <= 122)) return null;
  LOOSE_BSD.lastIndex = from;
  const m = LOOSE_BSD.exec(text);
  if (m === null) return null;
  const month = monthIndex(m[1] as string);
  if (month === null) return null;
  const year = m[3] === undefined ? null : Number(m[3]);
  return finishBsdStamp(text, from, month, Number(m[2]), year, from + m[0].length);
}

function finishBsdStamp(
  text: string,
  from: number,
  month: number,
  day: number,
  year: number | null,
  clockAt: number,
): ReadStamp | null {
  const ofDay = clockMicros(text, clockAt);
  if (ofDay < 0 || day < 1) return null;
  const midnight = midnightOf(year ?? YEARLESS_YEAR, month, day);
  if (midnight === null) return null;
  let end = clockAt + 8;
  const digits = text.charCodeAt(end) === DOT ? digitRun(text, end + 1, 6) : 0;
  const fraction = decimals(text, end + 1, digits);
  if (digits > 0) end += digits + 1;
  const next = text.charCodeAt(end);
  if (end < text.length && next !== BLANK && next !== COLON) return null;
  return {
    time: {
      micros: midnight + ofDay + fraction,
      clock: 'wall',
      utcOffset: null,
      yearless: year === null,
      resolution: DECIMALS[digits] as number,
    },
    length: end - from,
  };
}

/** A wall time without zone from its parts. Null when out of range. */
export function wallTime(
  micros: Micros | null,
  resolution: Micros,
  utcOffset: Micros | null = null,
): WrittenTime | null {
  return micros === null ? null : { micros, clock: 'wall', utcOffset, yearless: false, resolution };
}
