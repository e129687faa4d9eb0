import type { Clocks, Placed } from './clock.js';
import type { StreamStats } from './coverage.js';
import { DAY, type Micros } from './time.js';

/** 1973-01-01 on the yearless calendar: stamps beyond it were counted into the next year. */
const YEAR_AFTER: Micros = 1096 * DAY;

/**
 * True time of a moment as stream statistics give it (written time; of a stated offset the segments know). `pass`: which one
 * in an hour that comes twice.
 */
export function placeWritten(
  stream: StreamStats,
  key: string,
  clocks: Clocks,
  written: Micros,
  pass: 'first' | 'second' = 'first',
): Pick<Placed, 'utc' | 'uncertainty'> | null {
  const segment = clocks.streams.get(key)?.segments[0];
  if (segment === undefined) return null;
  if (stream.clock === 'uptime') return { utc: written + segment.offset, uncertainty: segment.uncertainty };
  const { yearless } = stream;
  const time = { micros: written, clock: 'wall', utcOffset: null, yearless, resolution: 0 } as const;
  const turns = stream.yearTurns.length > 0;
  const isLate = turns ? written >= YEAR_AFTER : pass === 'second';
  return clocks.place(key, time, isLate ? Number.MAX_SAFE_INTEGER : 0, null);
}
