import { streamKey } from '../model/clock.js';
import type { Detection } from '../model/detection.js';
import type { LogRecord } from '../model/record.js';
import type { ReadSource } from '../model/source.js';

/** Hits with a kernel stamp kept per source: each may tie the boot of one log to the wall time of another. */
const KEPT = 10_000;
/** A boot beyond those is still known by one of its records. */
const BOOTS = 10_000;

/** Kernel records among the hits, as the clock stage takes them: the same record in two logs dates the one that has no wall time. */
export interface Sightings {
  add(record: LogRecord): void;
  finish(source: ReadSource): readonly Detection[];
}

export function keepSightings(): Sightings {
  const kept: LogRecord[] = [];
  const boots = new Set<string>();
  let last: LogRecord | null = null;
  const isLast = ({ host, channel, boot }: LogRecord): boolean =>
    last !== null && last.host === host && last.channel === channel && last.boot === boot;
  return {
    add(record) {
      if (record.uptime === null || record.time === null) return;
      if (kept.length >= KEPT && (isLast(record) || boots.size >= BOOTS)) return;
      const boot = `${record.host}|${record.channel}|${record.boot}`;
      if (kept.length >= KEPT && boots.has(boot)) return;
      boots.add(boot);
      last = record;
      kept.push({ ...record, text: '', fields: {} });
    },
    finish: (source) => kept.map((record) => sighting(source, record)),
  };
}

function sighting({ id, layer }: ReadSource, record: LogRecord): Detection {
  return {
    ...{ id: '', rule: '', role: 'marker', level: 'informational', layer, source: id },
    stream: streamKey(id, record.host, record.channel),
    ...{ entity: null, captures: {}, statement: '', first: record, last: record, count: 1 },
    ...{ began: null, epoch: null, origins: [] },
  };
}
