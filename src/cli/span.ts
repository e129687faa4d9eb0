import type { Interval, Micros } from '../model/time.js';
import { UserError } from '../model/user-error.js';

/** `--since` and `--until`: RFC 3339 with zone, or a date (UTC). Null when neither is given. */
export function readSpan(since: string | undefined, until: string | undefined): Interval | null {
  if (since === undefined && until === undefined) return null;
  const earliest = since === undefined ? -Infinity : instant('--since', since);
  const latest = until === undefined ? Infinity : instant('--until', until);
  if (earliest > latest) throw new UserError('--since lies after --until', 'swap them');
  return { earliest, latest };
}

const FORM = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/;

/** `--change`: an instant, or a date, which is all that is known of when that day's change was made. */
export function readChange(text: string): { readonly at: Micros; readonly isDate: boolean } {
  return { at: instant('--change', text), isDate: text.length === 10 };
}

function instant(option: string, text: string): Micros {
  const ms = FORM.test(text) ? Date.parse(text.replace(' ', 'T')) : Number.NaN;
  if (Number.isNaN(ms) || !isOnCalendar(text.slice(0, 10)))
    throw new UserError(`${option} "${text}" is no time`, 'use 2024-03-03 or 2024-03-03T02:00:00Z (with Z or +01:00)');
  return ms * 1000;
}

/** 30 February would be read as the first or second of March. */
function isOnCalendar(date: string): boolean {
  return new Date(Date.parse(date)).toISOString().startsWith(date);
}
