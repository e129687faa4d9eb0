import { DAY, HOUR, MINUTE, type Micros, SECOND, type WrittenTime } from '../../src/model/time.js';
import { readNumber } from '../../src/parser/backup-record.js';
import { civilMicros, fractionMicros, fractionResolution, wallTime } from '../../src/parser/stamp.js';

/** Which of two numbers with slashes is the day. */
export type DateOrder = 'day-first' | 'month-first';
export type DateReader = (text: string, order: DateOrder) => WrittenTime | null;

const CLOCK = String.raw`(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:\s?([AaPp])\.?[Mm]\.?)?`;
const SUFFIX = String.raw`(?:\s?\(?(Z|(?:UTC|GMT)?\s?[+-]\d{1,2}(?::?\d\d)?|UTC|GMT)\)?)?$`;
// 2024-03-01T22:00:00.0000000   2024-03-01 22:00:00+01:00   2024/03/01 22:00
const YEAR_FIRST = new RegExp(String.raw`^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:T|,?\s+)${CLOCK}${SUFFIX}`);
// 3/1/2024 10:00:00 PM   01.03.2024 22:00   01/03/2024 22:00:00   1-3-2024, 22:00
const YEAR_LAST = new RegExp(String.raw`^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?:T|,?\s+)${CLOCK}${SUFFIX}`);

/** A date and time in any common layout, with the zone behind it if it has one. */
export function readDate(text: string, order: DateOrder): WrittenTime | null {
  const trimmed = text.trim();
  const first = YEAR_FIRST.exec(trimmed);
  if (first !== null) return build([first[1], first[2], first[3]], first.slice(4));
  const last = YEAR_LAST.exec(trimmed);
  if (last === null) return null;
  // Dots are day first everywhere; slashes and dashes are not.
  const isDayFirst = last[2] === '.' || order === 'day-first';
  return build(isDayFirst ? [last[4], last[3], last[1]] : [last[4], last[1], last[3]], last.slice(5));
}

type Part = string | undefined;

function build(date: readonly Part[], clock: readonly Part[]): WrittenTime | null {
  const [hourText, minute, second, fraction, half, zone] = clock;
  const hour = half === undefined ? Number(hourText) : (Number(hourText) % 12) + (/p/i.test(half) ? 12 : 0);
  if (half !== undefined && (Number(hourText) > 12 || Number(hourText) < 1)) return null;
  const micros = civilMicros(
    Number(date[0]),
    Number(date[1]) - 1,
    Number(date[2]),
    hour,
    Number(minute),
    Number(second ?? 0),
    fractionMicros(fraction),
  );
  const resolution = second === undefined ? MINUTE : fraction === undefined ? SECOND : fractionResolution(fraction);
  return wallTime(micros, resolution, zone === undefined ? null : readZone(zone));
}

/** `Z`, `UTC`, `+02:00`, `UTC-5` as local minus UTC; null for the name of a zone. */
export function readZone(text: string): Micros | null {
  const zone = text.trim().replace(/^(?:UTC|GMT)\s?(?=[+-])/i, '');
  if (/^(?:Z|UTC|GMT)$/i.test(zone)) return 0;
  const m = /^([+-])(\d{1,2})(?::?(\d\d))?(?::00)?$/.exec(zone);
  if (m === null || Number(m[2]) > 14 || Number(m[3] ?? 0) > 59) return null;
  return (m[1] === '-' ? -1 : 1) * (Number(m[2]) * HOUR + Number(m[3] ?? 0) * MINUTE);
}

/** What one value says about the order in its column: `same` is a date under both; null is not such a date. */
export function dateOrderOf(text: string): DateOrder | 'either' | 'same' | null {
  const m = YEAR_LAST.exec(text.trim());
  if (m === null || m[2] === '.') return null;
  const first = Number(m[1]);
  const second = Number(m[3]);
  if (first === second) return 'same';
  if (first > 12) return 'day-first';
  return second > 12 ? 'month-first' : 'either';
}

const FORMAT_TOKEN = /'[^']*'|"[^"]*"|yyyy|yy|MM|M|dd|d|HH|H|hh|h|mm|m|ss|s|[fF]+|tt|zzz|K/g;
const TOKENS: Readonly<Record<string, readonly [name: string, pattern: string]>> = {
  yyyy: ['year', '\\d{4}'],
  yy: ['year', '\\d\\d'],
  MM: ['month', '\\d\\d'],
  M: ['month', '\\d{1,2}'],
  dd: ['day', '\\d\\d'],
  d: ['day', '\\d{1,2}'],
  HH: ['hour', '\\d\\d'],
  H: ['hour', '\\d{1,2}'],
  hh: ['hour', '\\d\\d'],
  h: ['hour', '\\d{1,2}'],
  mm: ['minute', '\\d\\d'],
  m: ['minute', '\\d{1,2}'],
  ss: ['second', '\\d\\d'],
  s: ['second', '\\d{1,2}'],
  f: ['fraction', '\\d{1,9}'],
  tt: ['half', '[AaPp]\\.?[Mm]\\.?'],
  zzz: ['zone', '[+-]\\d\\d:?\\d\\d|Z'],
  K: ['zone', '(?:[+-]\\d\\d:?\\d\\d|Z)?'],
};

/** A .NET date format (`dd.MM.yyyy HH:mm:ss`) as a reader; null when it lacks a part or names one twice. */
export function compileTimeFormat(format: string): DateReader | null {
  const names = new Set<string>();
  let pattern = '';
  let copied = 0;
  for (const m of format.matchAll(FORMAT_TOKEN)) {
    if (/^['"]/.test(m[0])) continue;
    const token = TOKENS[/^f/i.test(m[0]) ? 'f' : m[0]];
    if (token === undefined || names.has(token[0])) return null;
    names.add(token[0]);
    pattern += `${literal(format.slice(copied, m.index))}(?<${token[0]}>${token[1]})`;
    copied = m.index + m[0].length;
  }
  for (const part of ['year', 'month', 'day', 'hour', 'minute']) if (!names.has(part)) return null;
  const compiled = new RegExp(`^${pattern}${literal(format.slice(copied))}$`);
  return (text) => {
    const part = compiled.exec(text.trim())?.groups;
    if (part === undefined) return null;
    const year = part.year?.length === 2 ? `20${part.year}` : part.year;
    const { month, day, hour, minute, second, fraction, half, zone } = part;
    return build([year, month, day], [hour, minute, second, fraction, half, zone === '' ? undefined : zone]);
  };
}

function literal(text: string): string {
  return text.replace(/['"]/g, '').replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

// 01:23:45   1.02:03:04 (days)   00:15:32.1234567   12:34 (minutes and seconds are not written so: hours and minutes)
const CLOCK_DURATION = /^(?:(\d{1,4})[. ])?(\d{1,4}):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?$/;
// 1h 23m 45s   2 hours, 5 minutes   90 min
const WORDS = /(\d{1,9}(?:[.,]\d{1,3})?)\s*(ms|milli|d|h|m|s)[a-z]*\b/gi;
const UNITS: Readonly<Record<string, Micros>> = { d: DAY, h: HOUR, m: MINUTE, s: SECOND, ms: SECOND / 1000 };

/** A duration as microseconds; a bare number is in `unit` (the header's), else in seconds. */
export function readDuration(text: string, unit: string): Micros | null {
  const trimmed = text.trim();
  const m = CLOCK_DURATION.exec(trimmed);
  if (m !== null) {
    const [days, hours, minutes, seconds] = [m[1], m[2], m[3], m[4]].map((part) => Number(part ?? 0));
    return (
      (days ?? 0) * DAY + (hours ?? 0) * HOUR + (minutes ?? 0) * MINUTE + (seconds ?? 0) * SECOND + fractionMicros(m[5])
    );
  }
  if (/^[\d.,\s]+$/.test(trimmed)) return scale(readNumber(trimmed), unit === '' ? 's' : unit);
  const words = [...trimmed.matchAll(WORDS)];
  if (words.length === 0 || trimmed.replace(WORDS, '').replace(/[\s,]|and/g, '') !== '') return null;
  return words.reduce((sum, word) => sum + (scale(readNumber(word[1] ?? ''), word[2] ?? '') ?? 0), 0);
}

function scale(value: number | null, unit: string): Micros | null {
  const word = unit.toLowerCase();
  const size = UNITS[/^(?:ms|milli)/.test(word) ? 'ms' : word.charAt(0)];
  return value === null || size === undefined ? null : Math.round(value * size);
}
