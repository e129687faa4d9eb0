export type TimePart = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year';

/** Smallest and largest value; ISO 8601 has a week 53. */
export const TIME_PARTS: ReadonlyMap<TimePart, readonly [number, number]> = new Map<
  TimePart,
  readonly [number, number]
>([
  ['minute', [0, 59]],
  ['hour', [0, 23]],
  ['day', [1, 31]],
  ['week', [1, 53]],
  ['month', [1, 12]],
  ['year', [0, 9999]],
]);

// "2024-03-03T02:14:07.1234567Z", "2024-03-03 02:14:07+01:00"
const STAMP = /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,12})?)?(?:[Zz]|[+-]\d{2}:?\d{2})?$/;
const DAY_MS = 86_400_000;

/** Part of an RFC 3339 text as written, without any zone arithmetic; null when the text is not one. */
export function timePartOf(text: string, part: TimePart): number | null {
  const match = STAMP.exec(text);
  if (match === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = match.slice(1).map(Number);
  const midnight = Date.UTC(year, month - 1, day);
  const real = new Date(midnight);
  if (real.getUTCMonth() !== month - 1 || real.getUTCDate() !== day || hour > 23 || minute > 59) return null;
  switch (part) {
    case 'minute':
      return minute;
    case 'hour':
      return hour;
    case 'day':
      return day;
    case 'week':
      return isoWeek(midnight);
    case 'month':
      return month;
    case 'year':
      return year;
  }
}

/** ISO 8601: the week belongs to the year of its Thursday. */
function isoWeek(midnight: number): number {
  const weekday = (new Date(midnight).getUTCDay() + 6) % 7;
  const thursday = midnight + (3 - weekday) * DAY_MS;
  const newYear = Date.UTC(new Date(thursday).getUTCFullYear(), 0, 1);
  return Math.floor((thursday - newYear) / (7 * DAY_MS)) + 1;
}
