import type { Clocks, Placed, StreamClock } from './clock.js';
import type { StreamStats } from './coverage.js';
import { DAY, type Interval, type Micros } from './time.js';

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
  const clock = clocks.streams.get(key) as StreamClock;
  if (stream.clock === 'uptime') return { utc: written + segment.offset, uncertainty: segment.uncertainty };
  const { yearless } = stream;
  const time = { micros: written, clock: 'wall', utcOffset: null, yearless, resolution: 0 } as const;
  const turns = stream.yearTurns.length > 0;
  const isLate = turns ? written >= YEAR_AFTER : pass === 'second';
  if (clock.passes.length === 0) return clocks.place(key, time, isLate ? Number.MAX_SAFE_INTEGER : 0, null);
  const found = passesOfStream(stream, clock).find(({ span }) => written >= span.earliest && written <= span.latest);
  return clocks.place(key, time, found?.byteOffset ?? 0, null);
}

/** The UTC that the machine took it for: by its zone, however far its clock is off. */
export function ownTime(stream: StreamStats, key: string, clocks: Clocks, written: Micros): Micros | null {
  if (stream.clock !== 'wall') return placeWritten(stream, key, clocks, written)?.utc ?? null;
  const time = { micros: written, clock: 'wall', utcOffset: null, yearless: stream.yearless, resolution: 0 } as const;
  const isLate = stream.yearTurns.length > 0 && written >= YEAR_AFTER;
  const derived = clocks.derive(key, time, isLate ? Number.MAX_SAFE_INTEGER : 0, null);
  return derived === null ? null : derived.written - (derived.zone?.offset ?? 0);
}

/** A stretch of a log within which its stamps run on. */
export interface StreamPass {
  /** Written time. */
  readonly span: Interval;
  /** Where it begins in the file. */
  readonly byteOffset: number;
}

/** In the order of the file; one, from the first to the last stamp, where the clock was not set back. */
export function passesOfStream(
  { first, last, opening, closing }: StreamStats,
  clock: StreamClock,
): readonly StreamPass[] {
  if (first === null || last === null) return [];
  if (clock.passes.length === 0) return [{ span: { earliest: first, latest: last }, byteOffset: 0 }];
  const ends = [...clock.passes.map(({ fell }) => fell.from), closing ?? last];
  return ends.map((latest, i): StreamPass => {
    const begins = clock.passes[i - 1];
    const earliest = begins === undefined ? (opening ?? first) : begins.fell.to;
    return { span: { earliest, latest: Math.max(earliest, latest) }, byteOffset: begins?.byteOffset ?? 0 };
  });
}

/** True time of the first and the last record; null where nothing reaches its clock. */
export function placedSpan(stream: StreamStats, key: string, clocks: Clocks): Interval | null {
  const { first, last, opening, closing } = stream;
  const isSetBack = (clocks.streams.get(key)?.passes.length ?? 0) > 0;
  const [from, to] = isSetBack ? [opening, closing] : [first, last];
  const [earliest, latest] = [from, to].map((written, i) =>
    written === null ? null : placeInPass(stream, key, clocks, written, i === 0 ? 'first' : 'last'),
  );
  if (earliest == null || latest == null) return null;
  return { earliest: earliest.utc, latest: Math.max(earliest.utc, latest.utc) };
}

function placeInPass(
  stream: StreamStats,
  key: string,
  clocks: Clocks,
  written: Micros,
  pass: 'first' | 'last',
): Pick<Placed, 'utc' | 'uncertainty'> | null {
  const last = clocks.streams.get(key)?.passes.at(-1);
  if (pass === 'first' || last === undefined) return placeWritten(stream, key, clocks, written);
  const time = { micros: written, clock: 'wall', utcOffset: null, yearless: stream.yearless, resolution: 0 } as const;
  return clocks.place(key, time, last.byteOffset, null);
}
