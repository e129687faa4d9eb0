import { readLines } from '../ingest/lines.js';
import { sniffFormat } from '../ingest/sniff.js';
import type { MetricColumn } from '../model/record.js';
import type { ByteInput } from '../parser/parser.js';
import { addHit, type HitTable, UNDATED } from './hit-table.js';
import type { Matcher } from './query.js';
import { stampOf } from './shape.js';

/** When rows of samples were taken, by their place in the source. */
export interface RowTimes {
  add(column: MetricColumn): void;
  at(byteOffset: number): Pick<Parameters<typeof addHit>[1], 'shape' | 'micros'> | null;
}

/** Series sampled together share their arrays, so that a few of them stand for all rows. */
export function rowTimes(): RowTimes {
  const columns = new Map<Float64Array, MetricColumn>();
  return {
    add(column) {
      const { offsets } = column.counted ?? column;
      if (offsets.length > 0 && !columns.has(offsets)) columns.set(offsets, column);
    },
    at(byteOffset) {
      for (const [offsets, column] of columns) {
        const micros = (column.counted ?? column).times[placeOf(offsets, byteOffset)];
        if (micros === undefined) continue;
        const { host, objectType, stamp } = column;
        const shape = { ...UNDATED, host, channel: objectType, stamp: stampOf(stamp), isMetric: true };
        return { shape, micros };
      }
      return null;
    },
  };
}

function placeOf(offsets: Float64Array, wanted: number): number {
  let low = 0;
  for (let high = offsets.length - 1; low < high; ) {
    const middle = (low + high) >> 1;
    if ((offsets[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return offsets[low] === wanted ? low : -1;
}

/** Inventories hold facts and counters hold samples, not records: they are searched line by line, as they stand. */
export function searchRows(bytes: ByteInput, matcher: Matcher, times: RowTimes, hits: HitTable): void {
  const { encoding, start } = sniffFormat(bytes, []);
  readLines(bytes, encoding, start, {
    line(text, line, byteOffset) {
      if (!matcher.test(text)) return;
      const { shape, micros } = times.at(byteOffset) ?? { shape: UNDATED, micros: null };
      addHit(hits, { shape, micros, line, byteOffset, record: null, extent: 1, isLines: true });
    },
    trouble: () => {},
  });
}
