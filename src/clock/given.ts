import type { ClockSegment, Fold, StreamClock, ZoneCourse } from '../model/clock.js';
import type { ClockOverride } from '../model/clock-override.js';
import type { StreamStats } from '../model/coverage.js';
import { DAY } from '../model/time.js';
import { spanOfStream } from './span-of-stream.js';
import { courseOfZone, offsetIn } from './zone-courses.js';
import { zonedSegments, zonesOnly } from './zoned-segments.js';

/** The entries that speak of a stream, in time order. */
export function overridesOf(
  overrides: readonly ClockOverride[],
  path: string,
  { host, channel }: StreamStats,
): readonly ClockOverride[] {
  const same = (given: string | null, own: string | null): boolean =>
    given === null || given.toLowerCase() === own?.toLowerCase();
  return overrides
    .filter((one) => one.path === path && same(one.host, host) && same(one.channel, channel))
    .sort((x, y) => (x.from ?? -Infinity) - (y.from ?? -Infinity));
}

/** A clock as a person gave it: nothing that the source states or others prove changes it. */
export function givenClock(clock: StreamClock, stream: StreamStats, entries: readonly ClockOverride[]): StreamClock {
  const span = spanOfStream(stream, clock.year);
  // An entry may say that the clock was off by years.
  const skews = entries.map(({ skew }) => Math.abs(skew));
  const reach = 2 * DAY + Math.max(0, ...skews);
  const courseOf = (zone: string): ZoneCourse =>
    courseOfZone(zone, { earliest: span.earliest - reach, latest: span.latest + reach });
  const folds: Fold[] = [];
  const zones: ClockSegment[] = [];
  const segments = entries.flatMap(({ from, zone, skew, uncertainty }, i) => {
    const course = courseOf(zone);
    // Where an entry begins and ends, in written time: true time and its own offset.
    const written = (utc: number): number => utc + offsetIn(course, utc) - skew;
    const start = from === null || i === 0 ? null : written(from);
    const next = entries[i + 1]?.from ?? null;
    const end = next === null ? null : written(next);
    const zoned = zonedSegments([course], stream, clock.year, uncertainty);
    folds.push(...zoned.folds);
    const parts = zoned.segments
      .filter(
        (part) => (end === null || (part.from ?? -Infinity) < end) && (start === null || (part.to ?? Infinity) > start),
      )
      .map((part) => ({
        from: start === null ? part.from : Math.max(start, part.from ?? -Infinity),
        to: end === null ? part.to : Math.min(end, part.to ?? Infinity),
        offset: part.offset,
        uncertainty: part.uncertainty,
      }));
    zones.push(...zonesOnly(parts, uncertainty));
    return parts.map((part) => ({ ...part, offset: part.offset + skew }));
  });
  const kept = clock.issues.filter(
    ({ code }) => !['assumed-zone', 'clock-sync-assumed', 'derived-zone'].includes(code),
  );
  const proofs = [{ kind: 'override', peer: null, residualSeconds: null }];
  return {
    ...clock,
    basis: 'stated',
    zoning: {
      basis: 'stated',
      segments: zones,
      least: 0,
      proofs,
      note: 'an entry of the clock file (--clocks) says so',
    },
    zone: entries[0]?.zone ?? null,
    courses: entries.slice(0, 1).map(({ zone }) => courseOf(zone)),
    segments,
    folds,
    passes: [],
    isFinal: true,
    proofs,
    issues: kept,
  };
}
