import { type Clocks, type Fold, type Placed, type StreamClock, streamKey } from '../model/clock.js';
import type { ClockOverride } from '../model/clock-override.js';
import type { StreamStats } from '../model/coverage.js';
import type { Detection } from '../model/detection.js';
import type { ReadSource } from '../model/source.js';
import type { Interval, Micros, WrittenTime } from '../model/time.js';
import { bootClocks } from './boots.js';
import { deriveOnWall, type OnWall } from './derive.js';
import { givenClock, overridesOf } from './given.js';
import { measureStreams } from './measure.js';
import { aheadIn, passAt } from './passes.js';
import { yearsOfSeries } from './rotated-years.js';
import { segmentAt } from './segment-at.js';
import { type AnchorSource, NO_ANCHORS } from './sightings.js';
import { yearsMeasured, zonesAgreed, zonesMeasured } from './told-by-events.js';
import { resolveWall, type ToldYear } from './wall.js';
import { inYear, turnsBefore } from './year.js';
import { readOverrides } from './zone.js';
import { UNMEASURED } from './zone-of-stream.js';

/** Gives every stream a clock. Nothing here looks at today's date or at the machine's own zone. */
export function alignClocks(
  sources: readonly ReadSource[],
  detections: readonly Detection[],
  zones: readonly string[],
  anchors: AnchorSource = NO_ANCHORS,
  given: readonly ClockOverride[] = [],
): Clocks {
  const overrides = readOverrides(zones);
  const dated = datedRange(sources);
  const streams = new Map<string, StreamClock>();
  const stats = new Map<string, StreamStats>();
  const owners = new Map<string, { readonly stream: StreamStats; readonly source: ReadSource }>();
  for (const source of sources) {
    for (const stream of source.streams) {
      const key = streamKey(source.id, stream.host, stream.channel);
      stats.set(key, stream);
      owners.set(key, { stream, source });
      if (stream.clock !== 'wall') continue;
      const clock = resolveWall(key, stream, source, sources, overrides, dated);
      const entries = overridesOf(given, source.path, stream);
      streams.set(key, entries.length === 0 ? clock : givenClock(clock, stream, entries));
    }
  }
  const onWall = (key: string, time: WrittenTime, byteOffset: number | null): OnWall | null =>
    placeOnWall(streams.get(key), stats.get(key), time, byteOffset);
  const placeWall = (key: string, time: WrittenTime, byteOffset: number | null): Placed | null =>
    onWall(key, time, byteOffset)?.placed ?? null;
  const measured = { sources, streams, detections, anchors, place: placeWall, comparisons: new Map() };
  const retell = (years: ReadonlyMap<string, number>, by: ToldYear['by']): void => {
    for (const [key, year] of years) {
      const { stream, source } = owners.get(key) as { stream: StreamStats; source: ReadSource };
      streams.set(key, resolveWall(key, stream, source, sources, overrides, dated, { year, by }));
    }
  };
  retell(yearsOfSeries(sources, streams), 'series');
  retell(yearsMeasured(measured), 'events');
  for (const [key, clock] of zonesMeasured(measured)) streams.set(key, clock);
  for (const [key, clock] of zonesAgreed(measured)) streams.set(key, clock);
  const found = measureStreams(measured);
  for (const [key, clock] of found.streams) streams.set(key, clock);
  const boots = bootClocks(sources, detections, placeWall);
  for (const [key, clock] of boots.streams) streams.set(key, clock);
  return {
    streams,
    place: (key, time, byteOffset, boot) =>
      time.clock === 'wall' ? placeWall(key, time, byteOffset) : boots.place(key, time, boot),
    derive(key, time, byteOffset, boot) {
      if (time.clock !== 'wall') return boots.derive(key, time, boot);
      const [clock, stream, steps] = [streams.get(key), stats.get(key), onWall(key, time, byteOffset)];
      return clock === undefined || stream === undefined || steps === null
        ? null
        : deriveOnWall(clock, stream, time, steps);
    },
    doubtWithout: found.doubtWithout,
  };
}

/** What the sources that state date and year cover together; null when none does. */
function datedRange(sources: readonly ReadSource[]): Interval | null {
  let earliest = Infinity;
  let latest = -Infinity;
  for (const { streams, clock } of sources) {
    for (const stream of streams) {
      if (stream.clock !== 'wall' || stream.yearless || stream.first === null || stream.last === null) continue;
      earliest = Math.min(earliest, stream.first);
      latest = Math.max(latest, stream.last);
    }
    for (const evidence of clock) {
      if (evidence.kind === 'stated-offset' || evidence.utc === null) continue;
      earliest = Math.min(earliest, evidence.utc);
      latest = Math.max(latest, evidence.utc);
    }
  }
  return earliest <= latest ? { earliest, latest } : null;
}

function placeOnWall(
  clock: StreamClock | undefined,
  stats: StreamStats | undefined,
  time: WrittenTime,
  byteOffset: number | null,
): OnWall | null {
  if (clock === undefined || stats === undefined) return null;
  const turns = time.yearless && clock.year !== null ? turnsBefore(stats.yearTurns, byteOffset) : 0;
  const written = time.yearless && clock.year !== null ? inYear(time.micros, clock.year + turns) : time.micros;
  const ahead = aheadIn(clock.passes, passAt(clock.passes, byteOffset));
  const fold = clock.folds.find(({ span }) => written >= span.earliest && written < span.latest) ?? null;
  const lookedUp = atOnce(fold, written, byteOffset);
  const segment = segmentAt(clock.segments, lookedUp + ahead);
  if (segment === null) return null;
  const steps = { written, turns, fold, lookedUp, segment };
  const { clockId } = clock;
  if (time.utcOffset !== null && !clock.isFinal) {
    const uncertainty = (clock.basis === 'assumed' ? UNMEASURED : segment.uncertainty) + time.resolution;
    const basis = clock.basis === 'assumed' ? 'stated' : clock.basis;
    return { ...steps, isByStamp: true, placed: { utc: written - time.utcOffset, uncertainty, basis, clockId } };
  }
  const uncertainty = segment.uncertainty + time.resolution;
  const stated = statedInstead(clock, time, lookedUp);
  return {
    ...steps,
    isByStamp: stated !== null,
    placed: { utc: written + ahead + segment.offset + (stated ?? 0), uncertainty, basis: clock.basis, clockId },
  };
}

/**
 * What a measured clock is more, if the offset that this very stamp states is taken for the zone of its stretch: which of two
 * offsets a stamp beside their change has, the stretches tell by its time alone, and a clock that was set back has both.
 */
function statedInstead(
  { measurement, isFinal, zoning }: StreamClock,
  { utcOffset }: WrittenTime,
  lookedUp: Micros,
): Micros | null {
  if (!isFinal || measurement === undefined || utcOffset === null || zoning === undefined) return null;
  const zoned = segmentAt(zoning.segments, lookedUp);
  return zoned === null ? null : 0 - utcOffset - zoned.offset;
}

/** In an hour that comes twice the second time is read where the hour ends: with the offset that holds from there on. */
function atOnce(fold: Fold | null, written: Micros, byteOffset: number | null): Micros {
  return fold !== null && byteOffset !== null && byteOffset >= fold.byteOffset ? fold.span.latest : written;
}
