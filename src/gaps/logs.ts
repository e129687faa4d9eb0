import { type Clocks, streamKey } from '../model/clock.js';
import type { StreamStats } from '../model/coverage.js';
import type { ReadSource } from '../model/source.js';
import { placedSpan, placeWritten } from '../model/stream-time.js';
import type { Interval, Micros } from '../model/time.js';
import type { Topology } from '../model/topology.js';
import { shortName } from '../model/windows-name.js';

/** One stream with a place on the common timeline. */
export interface Log {
  readonly source: ReadSource;
  readonly stream: StreamStats;
  readonly key: string;
  /** VM or host it belongs to, by the name detections are told under (lower case, without domain); null: nobody knows. */
  readonly machine: string | null;
  /** True time of its first and last sign of life. */
  readonly span: Interval;
  readonly clockId: string;
  /** True time and error bar of a written time of this stream. */
  place(written: Micros, pass?: 'first' | 'second'): { readonly utc: Micros; readonly uncertainty: Micros } | null;
}

/** Streams that a clock reaches, in an order that does not depend on the order of the sources. */
export function placeLogs(sources: readonly ReadSource[], clocks: Clocks, topology: Topology): readonly Log[] {
  const logs = sources.flatMap((source) =>
    source.streams.flatMap((stream) => {
      const key = streamKey(source.id, stream.host, stream.channel);
      const place: Log['place'] = (written, pass) => placeWritten(stream, key, clocks, written, pass);
      const span = placedSpan(stream, key, clocks);
      if (span === null) return [];
      const clockId = clocks.streams.get(key)?.clockId ?? key;
      return [{ source, stream, key, machine: machineOf(source, stream, topology), span, clockId, place }];
    }),
  );
  return logs.sort((a, b) => compare(a.source.path, b.source.path) || compare(a.key, b.key));
}

function machineOf(source: ReadSource, { host }: StreamStats, topology: Topology): string | null {
  const name = host ?? source.pathHost;
  if (name === null) return null;
  const names = source.layer === 'guest' ? [topology.vmOf(name)] : [topology.hostOf(name), topology.vmOf(name)];
  return shortName(names.find((known) => known !== null) ?? name);
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
