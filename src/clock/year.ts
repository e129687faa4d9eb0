import type { StreamStats } from '../model/coverage.js';
import { DAY, type Interval, type Micros, YEARLESS_YEAR } from '../model/time.js';

/** Moves a stamp read in 1972 to another year, same month, day and time of day. 29 February becomes 1 March where it must. */
export function inYear(micros: Micros, year: number): Micros {
  const ms = Math.floor(micros / 1000);
  const date = new Date(ms);
  const moved = Date.UTC(
    year,
    date.getUTCMonth(),
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
    date.getUTCMilliseconds(),
  );
  return moved * 1000 + (micros - ms * 1000);
}

/** Statistics of a log without years count 366 days for each turn of the year, from 1972 on. */
const TURN: Micros = 366 * DAY;
const FIRST: Micros = 730 * DAY;

/** A time of such statistics, taken apart: the turns of the year before it, and the stamp as the log has it, in 1972. */
export function withoutTurns(counted: Micros): { readonly turns: number; readonly stamp: Micros } {
  const turns = Math.max(0, Math.floor((counted - FIRST) / TURN));
  return { turns, stamp: counted - turns * TURN };
}

/** A time of the statistics in the years that the log is of. */
export function dated(counted: Micros, { yearless }: Pick<StreamStats, 'yearless'>, year: number | null): Micros {
  if (!yearless || year === null) return counted;
  const { turns, stamp } = withoutTurns(counted);
  return inYear(stamp, year + turns);
}

/** How often the year turned before this place of the source. */
export function turnsBefore(turns: readonly number[], byteOffset: number | null): number {
  if (byteOffset === null) return 0;
  let count = 0;
  for (const turn of turns) if (byteOffset >= turn) count++;
  return count;
}

/**
 * The year in which a yearless stream lies nearest to what the dated sources of the case cover. Never today's year.
 * `first` and `last` are in 1972 and after, as the stream counted its own turns.
 */
export function yearNear(first: Micros, turns: number, dated: Interval): number {
  const from = new Date(dated.earliest / 1000).getUTCFullYear() - 1 - turns;
  const to = new Date(dated.latest / 1000).getUTCFullYear() + 1;
  let best = from;
  let bestDistance = Infinity;
  for (let year = from; year <= to; year++) {
    const start = inYear(first, year);
    const end = inYear(first, year + turns);
    const distance = Math.max(0, start - dated.latest, dated.earliest - Math.max(start, end));
    // Ties go to the later year: a log is collected soon after it ends.
    if (distance <= bestDistance) {
      best = year;
      bestDistance = distance;
    }
  }
  return best;
}

/** Distance that still counts as "the same incident"; beyond it the guessed year is shown as doubtful. */
export const YEAR_DOUBT = 180 * DAY;

/** The year of a stamp whose absolute time is known to within a zone. */
export function yearOfEpoch(written: Micros, utc: Micros): number {
  const around = new Date(utc / 1000).getUTCFullYear();
  let best = around;
  for (const year of [around - 1, around, around + 1]) {
    if (Math.abs(inYear(written, year) - utc) < Math.abs(inYear(written, best) - utc)) best = year;
  }
  return best;
}

export { YEARLESS_YEAR };
