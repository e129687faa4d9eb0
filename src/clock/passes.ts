import type { Pass, StreamClock } from '../model/clock.js';
import type { StreamStats } from '../model/coverage.js';
import { HOUR, MINUTE, type Micros } from '../model/time.js';
import { dated } from './year.js';

/** A pass of a log, and where it begins by what the log states. Times of one clock run on when what is `ahead` is added to them. */
export interface LogPass extends Pass {
  /** Last stamp before it and first stamp of it, placed. */
  readonly before: Micros;
  readonly after: Micros;
  /** What `ahead` is of placed times: between the two the zone may have changed. */
  readonly placedAhead: Micros;
}

/** A clock that was set back by more than this; less is disorder of writers. Where no zone is known it may be summer time. */
const REWIND: Micros = 2 * MINUTE;
const REWIND_UNZONED: Micros = 100 * MINUTE;
/** A log that is back where it was so soon was not set: a line came late. */
const RETURN: Micros = HOUR;
/** A log that falls back more often, or every few records, was not stamped in the order of its lines: a list, newest first. */
const REWINDS_MOST = 8;
const RECORDS_EACH = 20;

/**
 * Where a log falls back and goes on from there: in time order within each pass, and in the order of the file between them. Not
 * where records are numbered: an event log that went round its file has its oldest records last, and nothing was set.
 */
export function passesOf(
  stats: StreamStats,
  clock: StreamClock,
  place: (written: Micros, byteOffset: number | null) => Micros | null,
): readonly LogPass[] {
  if (stats.contiguous !== null) return [];
  const passes: LogPass[] = [];
  const least = clock.basis === 'assumed' ? REWIND_UNZONED : REWIND;
  let ahead = 0;
  let placedAhead = 0;
  for (const step of [...stats.stepsBack].sort((x, y) => x.byteOffset - y.byteOffset)) {
    if (step.from - step.to < least || returns(stats, step)) continue;
    const before = place(step.from, step.byteOffset - 1);
    const after = place(step.to, step.byteOffset);
    if (before === null || after === null || before - after < least) continue;
    const from = dated(step.from, stats, clock.year) + ahead;
    ahead = from - dated(step.to, stats, clock.year);
    placedAhead += before - after;
    passes.push({
      byteOffset: step.byteOffset,
      fell: { from: step.from, to: step.to },
      from,
      ahead,
      before,
      after,
      placedAhead,
    });
    if (passes.length > REWINDS_MOST) return [];
  }
  return stats.records < RECORDS_EACH * passes.length ? [] : passes;
}

function returns({ silences }: StreamStats, { from, to }: StreamStats['stepsBack'][number]): boolean {
  return silences.some(
    ({ earliest, latest }) =>
      earliest >= to && earliest <= Math.min(to + RETURN, from) && latest - earliest >= (from - to) / 2,
  );
}

/** Number of the pass that a place of the file lies in, the first is 0. */
export function passAt(passes: readonly Pass[], byteOffset: number | null): number {
  if (byteOffset === null) return 0;
  let pass = 0;
  while (pass < passes.length && byteOffset >= (passes[pass] as Pass).byteOffset) pass++;
  return pass;
}

/** What has to be added to stamps of a pass. */
export function aheadIn(passes: readonly Pass[], pass: number): Micros {
  return passes[pass - 1]?.ahead ?? 0;
}

export function placedAheadIn(passes: readonly LogPass[], pass: number): Micros {
  return passes[pass - 1]?.placedAhead ?? 0;
}

/** Two logs of one clock fall back together, to within the distance of their records. */
const TOGETHER: Micros = 30 * MINUTE;

/** The passes of a log as another of the same clock has them; null where they are not the same. */
export function sharedPasses(own: readonly LogPass[], others: readonly LogPass[]): readonly LogPass[] | null {
  if (own.length !== others.length) return null;
  const isShared = own.every((pass, i) => Math.abs(pass.placedAhead - placedAheadIn(others, i + 1)) <= TOGETHER);
  return isShared ? own.map((pass, i) => ({ ...pass, placedAhead: placedAheadIn(others, i + 1) })) : null;
}

/** Passes whose placed times hold both stamps. */
export function passesAround(passes: readonly LogPass[], earliest: Micros, latest: Micros): readonly number[] {
  const found: number[] = [];
  for (let pass = 0; pass <= passes.length; pass++) {
    const begins = passes[pass - 1]?.after ?? Number.NEGATIVE_INFINITY;
    const ends = passes[pass]?.before ?? Number.POSITIVE_INFINITY;
    if (earliest >= begins && latest <= ends) found.push(pass);
  }
  return found;
}
