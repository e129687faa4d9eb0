import { HOUR, MINUTE, type Micros, SECOND } from '../../src/model/time.js';
import { civilMicros } from '../../src/parser/stamp.js';

// Event Viewer, "Copy details as text". `Date:` is local time in the form of the viewer's locale, without seconds' fraction:
//   Log Name:      Microsoft-Windows-Hyper-V-VMMS-Admin
//   Date:          11/21/2017 4:57:53 AM
//   Event Xml:
//   <Event ...><System>...<TimeCreated SystemTime="2017-11-21T10:57:53.874847300Z" />
const DATE_LINE = /^[ \t]*(?:Date|Datum|Fecha|Data):[ \t]+(\S[^\r\n]{0,60})$/gm;
const DAY_TIME = /^(\d{1,4})[./-](\d{1,2})[./-](\d{2,4}),? (\d{1,2})[:.](\d\d)[:.](\d\d)(?: ([AP])\.?M\.?)?$/i;

/** Zones lie between UTC-12:00 and UTC+14:00 and are whole quarters of an hour. */
const EARLIEST = -12 * HOUR;
const LATEST = 14 * HOUR;
const QUARTER = 15 * MINUTE;

/**
 * Local time minus UTC from the `Date:` line before an event and the event's own UTC time. Every order of day, month
 * and year is tried; the offset counts only when exactly one comes out, to the second. Null otherwise.
 */
export function offsetOfCopiedDate(before: string, utc: Micros): Micros | null {
  const line = [...before.matchAll(DATE_LINE)].at(-1)?.[1];
  if (line === undefined) return null;
  const offsets = new Set<Micros>();
  for (const local of readingsOf(line.trim())) {
    const offset = local - Math.floor(utc / SECOND) * SECOND;
    if (offset >= EARLIEST && offset <= LATEST && offset % QUARTER === 0) offsets.add(offset);
  }
  const [offset] = offsets;
  return offsets.size === 1 && offset !== undefined ? offset : null;
}

function readingsOf(text: string): Micros[] {
  const m = DAY_TIME.exec(text.replaceAll(/[\u00a0\u202f\u200e]/g, (c) => (c === '\u200e' ? '' : ' ')));
  if (m === null) return [];
  const [a, b, c] = [Number(m[1]), Number(m[2]), Number(m[3])];
  const hour = hourOf(Number(m[4]), m[7]);
  if (hour === null) return [];
  const long = (year: number): number => (year < 100 ? 2000 + year : year);
  const orders = [
    [long(c), a, b],
    [long(c), b, a],
    [long(a), b, c],
  ] as const;
  return orders.flatMap(([year, month, day]) => {
    const micros = civilMicros(year, month - 1, day, hour, Number(m[5]), Number(m[6]), 0);
    return micros === null ? [] : [micros];
  });
}

function hourOf(hour: number, half: string | undefined): number | null {
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return null;
  return (hour % 12) + (half.toUpperCase() === 'P' ? 12 : 0);
}
