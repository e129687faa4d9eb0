import type { Planned, ReadingKeys } from './case-plan.js';
import type { KeptReading } from './keep-metrics.js';
import type { InputReading } from './model/reading.js';
import { hashContent, isUntouched } from './store/identity.js';
import { saveColumns } from './store/metrics.js';
import type { CaseFile } from './store/open.js';
import { saveReading } from './store/readings.js';
import { withSourceId } from './store/source-ids.js';
import { insertSource, moveSource, type NewSource, removeStale, renewSource } from './store/sources.js';
import { fillTables } from './store/tables.js';

/** A source the case answered for: only its place, its time of change or its judgement may be new. Returns its row. */
export function keepTouched(
  open: CaseFile,
  keys: ReadingKeys,
  { identity, match, use, id }: Planned,
  reading: InputReading | null,
): number | null {
  if (match.state !== 'unchanged' || identity === null) return null;
  const { stored } = match;
  if (use === 'samples' && reading !== null)
    open.write(() => {
      renewSource(open, stored.id, keys.rules);
      save(open, stored.id, withSourceId(reading, id, ''));
    });
  if (stored.identity.mtimeNs !== identity.mtimeNs || stored.identity.file !== identity.file)
    open.write(() => {
      removeStale(open, stored.path, ({ id: other, file }) => file === identity.file && other !== stored.id);
      moveSource(open, stored.id, identity);
    });
  return stored.id;
}

/**
 * Keeps what was read, in one transaction, instead of what stood for this path. `files` are those of the run. Null: it
 * cannot be kept, because the file changed while it was read (the next run reads it again) or has no identity.
 */
export function keepFresh(
  open: CaseFile,
  keys: ReadingKeys,
  plan: Planned,
  kept: KeptReading,
  files: ReadonlySet<string>,
): number | null {
  const { identity, input } = plan;
  if (identity === null) return null;
  const reading = withSourceId(kept.reading, plan.id, '');
  const own = 'source' in reading ? reading.source : reading.unrecognised;
  if (own.bytes !== identity.size || !isUntouched(identity)) return null;
  // Of a damaged .gz only what could be read was hashed.
  const sha256 = plan.compressed ? hashContent(identity.file) : own.sha256;
  if (sha256 === null || sha256 === '') return null;
  const source: NewSource = {
    ...{ path: input.path, identity, sha256, metricsKept: kept.metricsKept },
    ...{ program: keys.program, rulesKey: keys.rules, format: 'source' in reading ? reading.source.format : null },
  };
  let row = -1;
  open.write(() => {
    removeStale(open, source.path, ({ file }) => file === identity.file || !files.has(file));
    row = insertSource(open, source, reading);
    save(open, row, reading);
    if (kept.columns !== null) saveColumns(open, row, kept.columns);
  });
  return row;
}

function save(open: CaseFile, row: number, reading: InputReading): void {
  saveReading(open, row, reading);
  if ('source' in reading) fillTables(open, row, reading);
}
