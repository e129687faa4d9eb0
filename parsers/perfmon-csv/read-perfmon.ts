import { pointAt, samplesIn } from '../../src/model/metric-column.js';
import type { MetricColumn, MetricPoint } from '../../src/model/record.js';
import { EVERYTHING, WHOLE_RECORDS } from '../../src/parser/collect.js';
import { readLineBlocks } from '../../src/parser/line-blocks.js';
import type { ByteInput, Interest, Sink } from '../../src/parser/parser.js';
import { detectEncoding } from '../../src/parser/text-encoding.js';
import { createReader } from './reader.js';
import { type RowKernel, rowKernel } from './row-kernel.js';

export type Item = Readonly<Record<string, unknown>>;

/** What came of a text; for tests. */
export interface ReadPerfmon {
  /** Everything but columns, whose samples stand in it one by one. */
  readonly items: readonly Item[];
  /** By line and place of the series in the header, sums last. */
  readonly points: readonly MetricPoint[];
  readonly columns: readonly MetricColumn[];
  /** Samples that the statistics count. */
  readonly counted: number;
}

export function inputOf(bytes: Uint8Array): ByteInput {
  return { size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
}

export function readBytes(
  bytes: Uint8Array,
  interest: Interest = EVERYTHING,
  kernel: RowKernel | null = rowKernel(),
): ReadPerfmon {
  const items: Item[] = [];
  const points: MetricPoint[] = [];
  const columns: MetricColumn[] = [];
  const sink: Sink = {
    ...WHOLE_RECORDS,
    record: (record) => items.push({ record }),
    metric: (metric) => items.push({ metric }),
    column(column) {
      columns.push(column);
      for (let i = 0; i < column.times.length; i++) points.push(pointAt(column, i));
    },
    clock: (clock) => items.push({ clock }),
    fact: (fact) => items.push({ fact }),
    issue: (code, severity, note, at) => items.push({ issue: { code, severity, note, at } }),
  };
  const reader = createReader(sink, interest, kernel);
  readLineBlocks(inputOf(bytes), (block) => reader.take(block));
  reader.end();
  const places = placesIn(bytes);
  points.sort((a, b) => (a.at.line ?? 0) - (b.at.line ?? 0) || places(a.series) - places(b.series));
  for (const metric of points) items.push({ metric });
  return { items, points, columns, counted: columns.reduce((sum, column) => sum + samplesIn(column), 0) };
}

function placesIn(bytes: Uint8Array): (series: string) => number {
  const { encoding } = detectEncoding(bytes);
  const copy = Buffer.from(bytes);
  const text =
    encoding === 'utf-16be'
      ? copy.swap16().toString('utf16le')
      : copy.toString(encoding === 'utf-8' ? 'utf8' : 'utf16le');
  const known = new Map<string, number>();
  return (series) => {
    const found = known.get(series) ?? text.indexOf(series);
    known.set(series, found);
    return found < 0 ? Number.POSITIVE_INFINITY : found;
  };
}

export function issues(items: readonly Item[]): string[] {
  return items.flatMap((item) => ('issue' in item ? [(item.issue as { code: string }).code] : []));
}
