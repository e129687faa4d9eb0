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

/** What a stream without years says of them: times in 1972 and after, as it counted its own turns. */
export interface Yearless {
  readonly first: Micros;
  readonly last: Micros;
  readonly turns: number;
  /** Turns before each 29 February that it has. */
  readonly leapTurns: readonly number[];
}

export function yearlessOf({ first, last, yearTurns, leapTurns }: StreamStats): Yearless {
  return { first: first ?? 0, last: last ?? first ?? 0, turns: yearTurns.length, leapTurns };
}

/** From its first to its last stamp, if the first was written in this year. */
export function spanInYear({ first, last, turns }: Yearless, year: number): Interval {
  const earliest = inYear(first, year);
  return { earliest, latest: Math.max(earliest, inYear(last, year + turns)) };
}

/** Years tried beyond what other sources tell: a leap year is four away, eight round 1900 and 2100. */
const LEAPS = 8;

/**
 * The year in which a yearless stream lies nearest to what is dated; of those in which each of its 29 Februaries is one, if any
 * is. Never today's year. `reach`: how far away a span of the stream lies, 0 or less where it is possible.
 */
function yearBy(stream: Yearless, around: Interval, reach: (span: Interval) => Micros): number {
  const from = new Date(around.earliest / 1000).getUTCFullYear() - 1 - stream.turns - LEAPS;
  const to = new Date(around.latest / 1000).getUTCFullYear() + 1 + LEAPS;
  const years = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const fitting = years.filter((year) => stream.leapTurns.every((turns) => isLeap(year + turns)));
  let best: number | null = null;
  let bestDistance = Infinity;
  for (const year of fitting.length > 0 ? fitting : years) {
    const distance = Math.max(0, reach(spanInYear(stream, year)));
    // Ties go to the later year: a log is collected soon after it ends.
    if (best === null || distance <= bestDistance) [best, bestDistance] = [year, distance];
  }
  return best ?? from;
}

function isLeap(year: number): boolean {
  return new Date(Date.UTC(year, 1, 29)).getUTCDate() === 29;
}

/** Nearest to what the dated sources of the case cover. */
export function yearNear(stream: Yearless, dated: Interval): number {
  return yearBy(stream, dated, ({ earliest, latest }) => Math.max(earliest - dated.latest, dated.earliest - latest));
}

/** The one whose end is nearest to a day: files are named after the day on which they end, or that they cover. */
export function yearEndingNear(stream: Yearless, day: Micros): number {
  return yearBy(stream, { earliest: day, latest: day }, ({ latest }) => Math.abs(latest - day));
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
