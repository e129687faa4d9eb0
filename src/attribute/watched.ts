import type { ReadSource } from '../model/source.js';
import { DAY, type Interval, isDated, type Micros } from '../model/time.js';
import type { Topology } from '../model/topology.js';
import { type Alive, QUIET_LIMIT } from './coverage.js';

/** When each VM's own guest log was provably recording: stretches in time order that do not touch. */
export type Watched = ReadonlyMap<string, readonly Interval[]>;

/**
 * Files of one machine are one log: what a rotation leaves between two of them is no more than a silence inside one. A host's
 * or a backup's log does not count, because the harm would not stand in it.
 */
export function watchedVms(alive: readonly Alive[], sources: readonly ReadSource[], topology: Topology): Watched {
  const guestLogs = new Map(sources.filter(({ layer }) => layer === 'guest').map(({ id, path }) => [id, path]));
  const stretches = new Map<string, Interval[]>();
  for (const stream of alive) {
    const path = guestLogs.get(stream.source);
    if (path === undefined || stream.proof !== 'proven') continue;
    const vm = ownerOf(stream, path, topology);
    const dated = stream.stretches.filter(({ earliest, latest }) => isDated(earliest) && isDated(latest));
    stretches.set(vm, [...(stretches.get(vm) ?? []), ...dated]);
  }
  const merged = [...stretches].map(([vm, own]): [string, readonly Interval[]] => [vm, merge(own)]);
  return new Map(merged.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** As incidents name it: the VM, else the machine as it calls itself, else the file. */
function ownerOf({ host, clockId }: Alive, path: string, topology: Topology): string {
  const name = host ?? (clockId?.startsWith('host:') ? (clockId.slice(5).split('#', 1)[0] ?? null) : null);
  return name === null ? `(${path})` : (topology.vmOf(name) ?? name);
}

function merge(stretches: readonly Interval[]): readonly Interval[] {
  const merged: { earliest: Micros; latest: Micros }[] = [];
  for (const { earliest, latest } of stretches.toSorted((a, b) => a.earliest - b.earliest)) {
    const last = merged.at(-1);
    if (last !== undefined && earliest <= last.latest + QUIET_LIMIT) last.latest = Math.max(last.latest, latest);
    else merged.push({ earliest, latest });
  }
  return merged;
}

/** A night, or a part of one: all of it but what a quiet log may be silent for. */
export function isSeenThrough(stretches: readonly Interval[], span: Interval): boolean {
  const length = span.latest - span.earliest;
  return unseen(stretches, span) <= (QUIET_LIMIT * Math.min(DAY, length)) / DAY;
}

/** Without any break: for spans that a silence of a quiet log could hide whole. */
export function isSeenWhole(stretches: readonly Interval[], { earliest, latest }: Interval): boolean {
  return stretches.some((stretch) => stretch.earliest <= earliest && stretch.latest >= latest);
}

/**
 * Up to an event: harm often ends the log that would tell the rest (a root that went read-only), so what counts is that the
 * log was going on when it came.
 */
export function isSeenUpTo(stretches: readonly Interval[], from: Micros, event: Micros): boolean {
  const isGoingOn = stretches.some(({ earliest, latest }) => earliest <= event && latest >= event - QUIET_LIMIT);
  return isGoingOn && (event <= from || unseen(stretches, { earliest: from, latest: event }) <= QUIET_LIMIT);
}

function unseen(stretches: readonly Interval[], { earliest, latest }: Interval): Micros {
  const seen = stretches.map((s) => Math.max(0, Math.min(s.latest, latest) - Math.max(s.earliest, earliest)));
  return latest - earliest - seen.reduce((sum, part) => sum + part, 0);
}
