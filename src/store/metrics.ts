import { createHash } from 'node:crypto';
import type { MetricColumn } from '../model/record.js';
import { DamagedCase } from './damaged.js';
import { toBytes, toFloat64 } from './little-endian.js';
import type { CaseFile } from './open.js';

const ARRAYS = ['times', 'intervals', 'values', 'lines', 'offsets'] as const;

/**
 * Keeps the samples of a source column by column. Counters of one file were sampled together, so of five arrays a series
 * usually shares four with all others: equal arrays are kept once.
 */
export function saveColumns({ db }: CaseFile, source: number, columns: readonly MetricColumn[]): void {
  const insertArray = db.prepare('INSERT INTO number_array (source, sha256, float64) VALUES (?, ?, ?)');
  const insertSeries = db.prepare(
    `INSERT INTO series (source, n, host, object_type, object, metric, name, exact, samples, times, intervals,
       sample_values, lines, offsets) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const byIdentity = new Map<Float64Array, number>();
  const byContent = new Map<string, number>();
  const keep = (array: Float64Array): number => {
    const known = byIdentity.get(array);
    if (known !== undefined) return known;
    const bytes = toBytes(array);
    const sum = createHash('sha256').update(bytes).digest();
    const key = sum.toString('latin1');
    const id = byContent.get(key) ?? Number(insertArray.run(source, sum, bytes).lastInsertRowid);
    byIdentity.set(array, id);
    byContent.set(key, id);
    return id;
  };
  for (const [n, column] of columns.entries()) {
    const { host, objectType, object, metric, series, stamp } = column;
    // The other columns are for SQL: as UTF-8 they lose what JSON escapes (half a surrogate pair).
    const exact: Exact = { host, objectType, object, metric, series, stamp };
    insertSeries.run(
      ...[source, n, host, objectType, object, metric, series, JSON.stringify(exact), column.times.length],
      ...ARRAYS.map((name) => keep(column[name])),
    );
  }
}

type Exact = Pick<MetricColumn, 'host' | 'objectType' | 'object' | 'metric' | 'series' | 'stamp'>;

interface SeriesRow {
  readonly exact: string;
  readonly samples: number;
  readonly times: number;
  readonly intervals: number;
  readonly sample_values: number;
  readonly lines: number;
  readonly offsets: number;
}

/** The columns as they were kept, series by series. */
export function loadColumns({ db }: CaseFile, source: number): readonly MetricColumn[] {
  const rows = db
    .prepare(
      'SELECT exact, samples, times, intervals, sample_values, lines, offsets FROM series WHERE source = ? ORDER BY n',
    )
    .all(source) as SeriesRow[];
  const select = db.prepare('SELECT sha256, float64 FROM number_array WHERE id = ? AND source = ?');
  const loaded = new Map<number, Float64Array>();
  const load = (id: number, length: number): Float64Array => {
    const known = loaded.get(id);
    const array = known ?? checkedArray(select.get(id, source));
    if (array.length !== length) throw new DamagedCase(`an array of ${length} samples is cut`);
    loaded.set(id, array);
    return array;
  };
  return rows.map((row) => ({
    ...readExact(row.exact),
    times: load(row.times, row.samples),
    intervals: load(row.intervals, row.samples),
    values: load(row.sample_values, row.samples),
    lines: load(row.lines, row.samples),
    offsets: load(row.offsets, row.samples),
  }));
}

function checkedArray(row: unknown): Float64Array {
  const { sha256, float64 } = (row ?? {}) as { readonly sha256?: Buffer; readonly float64?: Buffer };
  if (sha256 === undefined || float64 === undefined) throw new DamagedCase('an array of samples is missing');
  if (!createHash('sha256').update(float64).digest().equals(sha256))
    throw new DamagedCase('an array of samples was altered');
  return toFloat64(float64);
}

function readExact(json: string): Exact {
  try {
    return JSON.parse(json) as Exact;
  } catch {
    throw new DamagedCase('the name of a series is no JSON');
  }
}
