import type { StreamClock } from '../model/clock.js';
import type { ClockOverride } from '../model/clock-override.js';
import type { StreamStats } from '../model/coverage.js';
import { segmentsOf } from './wall.js';
import { readZone } from './zone.js';

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
  const segments = entries.flatMap(({ from, zone, skew, uncertainty }, i) => {
    const offsetAt = readZone(zone);
    // Where an entry begins and ends, in written time: true time and its own offset.
    const written = (utc: number): number => utc + offsetAt(utc) - skew;
    const start = from === null || i === 0 ? null : written(from);
    const next = entries[i + 1]?.from ?? null;
    const end = next === null ? null : written(next);
    return segmentsOf(stream, clock.year, { offsetAt, uncertainty })
      .filter(
        (part) => (end === null || (part.from ?? -Infinity) < end) && (start === null || (part.to ?? Infinity) > start),
      )
      .map((part) => ({
        from: start === null ? part.from : Math.max(start, part.from ?? -Infinity),
        to: end === null ? part.to : Math.min(end, part.to ?? Infinity),
        offset: part.offset + skew,
        uncertainty,
      }));
  });
  const kept = clock.issues.filter(
    ({ code }) => !['assumed-zone', 'clock-sync-assumed', 'derived-zone'].includes(code),
  );
  return {
    ...clock,
    basis: 'stated',
    zone: entries[0]?.zone ?? null,
    segments,
    isFinal: true,
    proofs: [{ kind: 'override', peer: null, residualSeconds: null }],
    issues: kept,
  };
}
