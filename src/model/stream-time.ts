import type { Clocks, Placed } from './clock.js';
import type { StreamStats } from './coverage.js';
import { DAY, type Micros } from './time.js';

/** 1973-01-01 on the yearless calendar: stamps beyond it were counted into the next year. */
const YEAR_AFTER: Micros = 1096 * DAY;

/** True time of a moment as stream statistics give it (written time; of a stated offset the segments know). */
export function placeWritten(
  stream: StreamStats,
  key: string,
  clocks: Clocks,
  written: Micros,
): Pick<Placed, 'utc' | 'uncertainty'> | null {
  const segment = clocks.streams.get(key)?.segments[0];
  if (segment === undefined) return null;
  if (stream.clock === 'uptime') return { utc: written + segment.offset, uncertainty: segment.uncertainty };
  const { yearless } = stream;
  const time = { micros: written, clock: 'wall', utcOffset: null, yearless, resolution: 0 } as const;
  const turned = stream.yearTurns.length > 0 && written >= YEAR_AFTER;
  return clocks.place(key, time, turned ? Number.MAX_SAFE_INTEGER : 0, null);
}
