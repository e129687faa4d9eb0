import type { StreamStats } from '../model/coverage.js';
import type { Interval } from '../model/time.js';
import { inYear } from './year.js';

/** From its first to its last written time, in the years they are in. */
export function spanOfStream(stream: StreamStats, year: number | null): Interval {
  const first = year === null ? (stream.first ?? 0) : inYear(stream.first ?? 0, year);
  const last = year === null ? (stream.last ?? first) : inYear(stream.last ?? 0, year + stream.yearTurns.length);
  return { earliest: first, latest: last };
}
