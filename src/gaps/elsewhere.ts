import { type Hole, SHORTEST } from './holes.js';
import type { Log } from './logs.js';

/** Path of a log that holds records of the same machine well inside the hole: the one with the most records. */
export function elsewhereOf({ span, uncertainty }: Hole, log: Log, machine: readonly Log[]): string | null {
  const writing = machine.filter((other) => {
    if (other.key === log.key || other.stream.clock !== 'wall') return false;
    const placed = other.place(other.stream.first ?? 0);
    const slack = other.clockId === log.clockId ? 0 : uncertainty + (placed?.uncertainty ?? 0);
    const inner = { earliest: span.earliest + slack + SHORTEST, latest: span.latest - slack - SHORTEST };
    if (inner.latest <= inner.earliest) return false;
    if (other.span.earliest > inner.latest || other.span.latest < inner.earliest) return false;
    return !other.stream.silences.some((silence) => {
      const from = other.place(silence.earliest)?.utc ?? Infinity;
      const to = other.place(silence.latest)?.utc ?? -Infinity;
      return from <= inner.earliest && to >= inner.latest;
    });
  });
  const best = writing.reduce<Log | null>((a, b) => (a === null || b.stream.records > a.stream.records ? b : a), null);
  return best?.source.path ?? null;
}

/** A file in which logs of several machines were put together: that it lacks one of them for a while loses nothing. */
export function isMerged({ source }: Log): boolean {
  return new Set(source.streams.map(({ host }) => host)).size > 1;
}

/** Path of another copy of the channel that holds all of these record ids, or null. */
export function twinOf(ids: NonNullable<Hole['ids']>, log: Log, machine: readonly Log[]): string | null {
  const channel = log.stream.channel?.toLowerCase();
  const twin = machine.find(
    (other) =>
      other.key !== log.key &&
      other.stream.channel?.toLowerCase() === channel &&
      (other.stream.contiguous ?? []).some((run) => run.firstId <= ids.from && run.lastId >= ids.to),
  );
  return twin?.source.path ?? null;
}
