import { DAY, type Micros } from '../model/time.js';
import { compare, type Log } from './logs.js';
import { usualSilence } from './rhythm.js';

/** All that the evidence holds of one log of one machine: its files, rotated or collected day by day. */
export interface Archive {
  readonly kind: 'events' | 'text' | 'metrics' | 'backup';
  readonly machine: string | null;
  /** In time order. */
  readonly logs: readonly [Log, ...Log[]];
  /** True time from which on nothing of it is missing at its beginning; `-Infinity`: record id 1 is there. */
  readonly from: Micros;
  /** True time up to which its silence means that nothing happened. */
  readonly to: Micros;
  readonly uncertainty: Micros;
}

/** Jobs run once a night: for a day after one, their log is quiet because nothing ran. */
const NIGHTLY = DAY;

const SOLID_RECORDS = 20;

/** Text logs of one machine stand for each other: each holds what the kernel said, or says that it could not. */
export function collectArchives(logs: readonly Log[]): readonly Archive[] {
  const groups = new Map<string, Log[]>();
  for (const log of logs) {
    const kind = kindOf(log);
    const key = `${kind}|${kind === 'backup' ? '' : (log.machine ?? '')}|${kind === 'events' ? log.stream.channel?.toLowerCase() : ''}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [log]);
    else known.push(log);
  }
  const ends = endsOfMachines(logs);
  return [...groups.values()].map((group) => archiveOf(group, ends));
}

function kindOf({ source, stream }: Log): Archive['kind'] {
  if (source.layer === 'backup') return 'backup';
  if (stream.sampling !== null || stream.objectTypes.length > 0) return 'metrics';
  return stream.contiguous === null ? 'text' : 'events';
}

function archiveOf(group: readonly Log[], ends: ReadonlyMap<string, Micros>): Archive {
  const byTime = (a: Log, b: Log): number => a.span.earliest - b.span.earliest || compare(a.source.path, b.source.path);
  const logs = [...group].sort(byTime) as [Log, ...Log[]];
  const [first] = logs;
  const kind = kindOf(first);
  // A handful of lines in auth.log reaches back without showing anything.
  const solid = logs.find(({ stream }) => kind !== 'text' || stream.records >= SOLID_RECORDS) ?? first;
  const quiet = kind === 'backup' ? NIGHTLY : 0;
  const last = Math.max(...logs.map((log) => log.span.latest + Math.max(quiet, usualSilence(log.stream) ?? 0)));
  const isWhole = kind === 'events' && logs.some(({ stream }) => stream.firstRecordId === 1);
  return {
    ...{ kind, machine: kind === 'backup' ? null : first.machine, logs },
    from: isWhole ? -Infinity : solid.span.earliest,
    to: kind === 'events' ? Math.max(last, ends.get(first.machine ?? '') ?? -Infinity) : last,
    uncertainty: Math.max(...logs.map((log) => log.place(log.stream.first ?? 0)?.uncertainty ?? 0)),
  };
}

/** A quiet channel was exported with the others of its computer: it had nothing to say up to their last record. */
function endsOfMachines(logs: readonly Log[]): ReadonlyMap<string, Micros> {
  const ends = new Map<string, Micros>();
  for (const { machine, stream, span } of logs) {
    if (machine === null || stream.contiguous === null) continue;
    ends.set(machine, Math.max(span.latest, ends.get(machine) ?? -Infinity));
  }
  return ends;
}
