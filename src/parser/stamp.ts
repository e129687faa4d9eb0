import { DAY, HOUR, MINUTE, type Micros, SECOND, type WrittenTime, YEARLESS_YEAR } from '../model/time.js';

const MONTHS: Readonly<Record<string, number>> = {
  jan: 0,
  feb: 1,
  mar: 2,
  apr: 3,
  may: 4,
  jun: 5,
  jul: 6,
  aug: 7,
  sep: 8,
  oct: 9,
  nov: 10,
  dec: 11,
};

/** 0-11, or null. English three-letter names only: syslog and journalctl never localise them. */
export function monthIndex(name: string): number | null {
  return MONTHS[name.toLowerCase()] ?? null;
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
  if (month < 0 || month > 11 || day < 1 || day > daysInMonth(year, month)) return null;
  // A leap second is written :60 and lies in the next second.
  if (hour > 23 || minute > 59 || second > 60) return null;
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

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?\s?(Z|[+-]\d\d:?\d\d)?/;

/**
 * RFC 3339 and its relatives: `2024-03-01T02:14:07.123456+01:00`, a blank for the T, a decimal comma
 * (dmesg --time-format iso), `+0100` (journalctl before systemd 255), no zone at all.
 * `length` is the number of characters read.
 */
export function readIsoStamp(text: string): { readonly time: WrittenTime; readonly length: number } | null {
  const m = RFC3339.exec(text);
  if (m === null) return null;
  const micros = civilMicros(
    Number(m[1]),
    Number(m[2]) - 1,
    Number(m[3]),
    Number(m[4]),
    Number(m[5]),
    Number(m[6]),
    fractionMicros(m[7]),
  );
  if (micros === null) return null;
  return {
    time: { micros, clock: 'wall', utcOffset: readOffset(m[8]), yearless: false, resolution: fractionResolution(m[7]) },
    length: m[0].length,
  };
}

/** `Z`, `+02:00`, `-0530` as local minus UTC; null for undefined. */
export function readOffset(text: string | undefined): Micros | null {
  if (text === undefined) return null;
  if (text === 'Z') return 0;
  const sign = text.startsWith('-') ? -1 : 1;
  return sign * (Number(text.slice(1, 3)) * HOUR + Number(text.slice(-2)) * MINUTE);
}

const RFC3164 = /^([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?= |$)/;

/** `Mar  3 02:14:07`, with a fraction as journalctl short-precise writes it. No year, no zone. */
export function readBsdStamp(text: string): { readonly time: WrittenTime; readonly length: number } | null {
  const m = RFC3164.exec(text);
  if (m === null) return null;
  const month = monthIndex(m[1] as string);
  if (month === null) return null;
  const micros = civilMicros(
    YEARLESS_YEAR,
    month,
    Number(m[2]),
    Number(m[3]),
    Number(m[4]),
    Number(m[5]),
    fractionMicros(m[6]),
  );
  if (micros === null) return null;
  return {
    time: { micros, clock: 'wall', utcOffset: null, yearless: true, resolution: fractionResolution(m[6]) },
    length: m[0].length,
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
