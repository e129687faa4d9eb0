import { readRotation } from '../model/rotation.js';
import type { Hole } from './holes.js';
import type { Log } from './logs.js';
import { usualSilence } from './rhythm.js';

/** Logs that were cut into files by rotation or by day: of one name (or channel) and machine; each in time order. */
export function seriesOf(logs: readonly Log[]): readonly (readonly Log[])[] {
  const series = new Map<string, Log[]>();
  for (const log of logs) {
    if (log.source.layer === 'backup' || log.stream.clock !== 'wall') continue;
    const { host, channel, contiguous } = log.stream;
    // Whatever an export of a channel is called (`Archive-System-2024-01-16-08-15-30-123.evtx`), its ids tell where it belongs.
    const name = contiguous === null ? `${readRotation(log.source.path).name}|${log.source.format}` : '';
    const key = `${name}|${log.machine ?? host ?? ''}|${channel ?? ''}`;
    const known = series.get(key);
    if (known === undefined) series.set(key, [log]);
    else known.push(log);
  }
  return [...series.values()].map((files) => [...files].sort((a, b) => a.span.earliest - b.span.earliest));
}

/** What lies between two files of a series: nothing where rotation cut a log that went on. */
export function holesBetween(series: readonly Log[]): readonly { readonly log: Log; readonly hole: Hole }[] {
  const holes: { log: Log; hole: Hole }[] = [];
  let before: Log | undefined;
  for (const log of series) {
    if (before !== undefined && log.span.earliest > before.span.latest) {
      const hole = holeBetween(before, log);
      if (hole !== null) holes.push({ log, hole });
    }
    if (before === undefined || log.span.latest >= before.span.latest) before = log;
  }
  return holes;
}

/** Counters that restart with a new file need a sample to compare with: one more than inside a file may be missing. */
const SEAM_SAMPLES = 3;

function holeBetween(before: Log, after: Log): Hole | null {
  const ids = after.stream.contiguous === null ? null : idSeam(before, after);
  if (ids !== null && ids.from > ids.to) return null;
  const span = { earliest: before.span.latest, latest: after.span.earliest };
  const { sampling } = after.stream;
  const text = largest(usualSilence(before.stream), usualSilence(after.stream));
  const samples = sampling === null ? null : Math.round((span.latest - span.earliest) / sampling) - 1;
  return {
    ...{ span, ids, isSeam: true, isPassedTwice: false, isFileMissing: isFileMissing(before, after) },
    usual: ids !== null ? 0 : sampling !== null ? SEAM_SAMPLES * sampling : text,
    missing: ids === null ? samples : ids.to - ids.from + 1,
    uncertainty: Math.max(errorAt(before, before.stream.last), errorAt(after, after.stream.first)),
  };
}

function errorAt(log: Log, written: number | null): number {
  return written === null ? 0 : (log.place(written)?.uncertainty ?? 0);
}

/** Record ids that neither file holds; `from` beyond `to` where the second goes on where the first ends. */
function idSeam(before: Log, after: Log): Hole['ids'] {
  const last = before.stream.contiguous?.at(-1)?.lastId;
  const first = after.stream.firstRecordId;
  return last === undefined || first === null ? null : { from: last + 1, to: first - 1 };
}

function isFileMissing(before: Log, after: Log): boolean {
  const [older, newer] = [readRotation(before.source.path).number, readRotation(after.source.path).number];
  return older !== null && newer !== null && older > newer + 1;
}

function largest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}
