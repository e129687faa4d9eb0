import type { InputReading } from '../model/reading.js';
import { DamagedCase } from './damaged.js';
import type { FileIdentity } from './identity.js';
import type { CaseFile } from './open.js';

/** What a case knows of one source besides its reading. */
export interface StoredSource {
  readonly id: number;
  readonly path: string;
  readonly identity: FileIdentity;
  /** SHA-256 of the whole file. */
  readonly sha256: string;
  /** Program that read it. */
  readonly program: string;
  /** Rules it was read with. */
  readonly rulesKey: string;
  /** Metrics of which the samples are kept, where a source holds nothing else; null otherwise. */
  readonly metricsKept: string | null;
  /** Null: no parser claimed it. */
  readonly format: string | null;
  /** Whether the last run was given it. */
  readonly given: boolean;
}

export type NewSource = Omit<StoredSource, 'id' | 'given'>;

const COLUMNS = `id, path, file, given, size, CAST(mtime_ns AS TEXT) AS mtime_ns, head_sha256, tail_sha256, file_sha256,
  program, rules_key, metrics_kept, format`;

type Row = Readonly<Record<string, string | number | null>>;

/** All sources, by path. */
export function listSources({ db }: CaseFile): readonly StoredSource[] {
  const rows = db.prepare(`SELECT ${COLUMNS} FROM source ORDER BY path, file`).all() as Row[];
  return rows.map(toSource);
}

function toSource(row: Row): StoredSource {
  const text = (name: string): string => {
    const value = row[name];
    if (typeof value !== 'string') throw new DamagedCase(`source ${row.id} has no ${name}`);
    return value;
  };
  const mtime = text('mtime_ns');
  if (!/^-?\d{1,19}$/.test(mtime)) throw new DamagedCase(`source ${row.id} has no time of change`);
  return {
    id: Number(row.id),
    path: text('path'),
    identity: {
      ...{ file: text('file'), size: Number(row.size), mtimeNs: BigInt(mtime) },
      ...{ head: text('head_sha256'), tail: text('tail_sha256') },
    },
    sha256: text('file_sha256'),
    program: text('program'),
    rulesKey: text('rules_key'),
    metricsKept: row.metrics_kept === null ? null : text('metrics_kept'),
    format: row.format === null ? null : text('format'),
    given: row.given === 1,
  };
}

/** Returns the id of the new row. Layer, host and number of records stand there for SQL alone. */
export function insertSource({ db }: CaseFile, source: NewSource, reading: InputReading): number {
  const { file, size, mtimeNs, head, tail } = source.identity;
  const read = 'source' in reading ? reading.source : null;
  const { lastInsertRowid } = db
    .prepare(
      `INSERT INTO source (path, file, given, size, mtime_ns, head_sha256, tail_sha256, file_sha256, program, rules_key,
         metrics_kept, format, layer, host, records, not_read)
       VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      ...[source.path, file, size, mtimeNs, head, tail, source.sha256, source.program, source.rulesKey],
      ...[source.metricsKept, source.format, read?.layer ?? null, read?.pathHost ?? null, read?.records ?? null],
      'unrecognised' in reading ? reading.unrecognised.reason : null,
    );
  return Number(lastInsertRowid);
}

/** The same bytes under a new time of change or in another folder. */
export function moveSource({ db }: CaseFile, id: number, { file, mtimeNs }: FileIdentity): void {
  db.prepare('UPDATE source SET file = ?, mtime_ns = ? WHERE id = ?').run(file, mtimeNs, id);
}

/** Other rules read the same bytes: everything but the samples is replaced. */
export function renewSource({ db }: CaseFile, id: number, rulesKey: string): void {
  for (const table of ['reading', 'detection', 'stream', 'clock_evidence', 'fact', 'issue'])
    db.prepare(`DELETE FROM ${table} WHERE source = ?`).run(id);
  db.prepare('UPDATE source SET rules_key = ? WHERE id = ?').run(rulesKey, id);
}

/** Makes room for a source: what stood for this path in its folder, or in folders the run was not given. */
export function removeStale(
  { db }: CaseFile,
  path: string,
  isStale: (stored: { readonly id: number; readonly file: string }) => boolean,
): void {
  const remove = db.prepare('DELETE FROM source WHERE id = ?');
  const rows = db.prepare('SELECT id, file FROM source WHERE path = ?').all(path) as { id: number; file: string }[];
  for (const row of rows) if (isStale(row)) remove.run(row.id);
}

/** Marks which sources the run was given; the others are kept for a run that is given them again. */
export function markGiven(open: CaseFile, ids: ReadonlySet<number>): void {
  const mark = open.db.prepare('UPDATE source SET given = ? WHERE id = ?');
  for (const { id, given } of listSources(open)) {
    if (given !== ids.has(id)) mark.run(ids.has(id) ? 1 : 0, id);
  }
}
