import { pointAt } from '../model/metric-column.js';
import type { MetricColumn, MetricName, MetricPoint } from '../model/record.js';

/** All samples of one object of one source, column by column: 24 bytes a sample. */
export interface ObjectSeries {
  readonly source: string;
  readonly host: string | null;
  readonly objectType: string;
  readonly object: string;
  /** Several columns may give one metric (average and current queue length); they stay apart. */
  readonly metrics: ReadonlyMap<MetricName, readonly Series[]>;
}

export interface Series {
  readonly name: string;
  readonly times: number[];
  readonly values: number[];
  readonly intervals: (number | null)[];
  readonly lines: (number | null)[];
  readonly offsets: (number | null)[];
  readonly sample: MetricPoint;
}

export interface SeriesCollector {
  push(point: MetricPoint): void;
  append(column: MetricColumn): void;
  finish(): readonly ObjectSeries[];
}

/** Keeps the metrics that some rule reads; the rest is counted by ingest and dropped. */
export function collectSeries(source: string, wanted: ReadonlySet<MetricName>): SeriesCollector {
  const objects = new Map<string, Omit<ObjectSeries, 'metrics'> & { readonly metrics: Map<MetricName, Series[]> }>();
  const push = (point: MetricPoint): void => {
    if (!wanted.has(point.metric)) return;
    const key = `${point.host ?? ''}\u0000${point.objectType}\u0000${point.object}`;
    let object = objects.get(key);
    if (object === undefined) {
      object = { source, host: point.host, objectType: point.objectType, object: point.object, metrics: new Map() };
      objects.set(key, object);
    }
    const columns = object.metrics.get(point.metric) ?? [];
    if (columns.length === 0) object.metrics.set(point.metric, columns);
    let series = columns.find((column) => column.name === point.series);
    if (series === undefined) {
      series = { name: point.series, times: [], values: [], intervals: [], lines: [], offsets: [], sample: point };
      columns.push(series);
    }
    series.times.push(point.time.micros);
    series.values.push(point.value);
    series.intervals.push(point.interval);
    series.lines.push(point.at.line);
    series.offsets.push(point.at.byteOffset);
  };
  return {
    push,
    append: (column) => {
      for (let i = 0; i < column.times.length; i++) push(pointAt(column, i));
    },
    finish: () => [...objects.values()].map((object) => withIncreases(withTotals(object))),
  };
}

const TOTALS: readonly (readonly [MetricName, MetricName, MetricName])[] = [
  ['disk.operations', 'disk.operations.read', 'disk.operations.write'],
  ['disk.throughput', 'disk.throughput.read', 'disk.throughput.write'],
];

/** Sources that give reads and writes apart get their sum, where both were sampled at one time. */
function withTotals(object: ObjectSeries): ObjectSeries {
  const metrics = new Map(object.metrics);
  for (const [total, read, write] of TOTALS) {
    const reads = metrics.get(read)?.[0];
    const writes = metrics.get(write)?.[0];
    if (metrics.has(total) || reads === undefined || writes === undefined) continue;
    const writeAt = new Map(writes.times.map((time, i) => [time, writes.values[i] as number]));
    const kept = reads.times.flatMap((time, i) => (writeAt.has(time) ? [i] : []));
    metrics.set(total, [
      {
        name: `${reads.name} + ${writes.name}`,
        times: kept.map((i) => reads.times[i] as number),
        values: kept.map((i) => (reads.values[i] as number) + (writeAt.get(reads.times[i] as number) as number)),
        intervals: kept.map((i) => reads.intervals[i] ?? null),
        lines: kept.map((i) => reads.lines[i] ?? null),
        offsets: kept.map((i) => reads.offsets[i] ?? null),
        sample: { ...reads.sample, metric: total },
      },
    ]);
  }
  return { ...object, metrics };
}

/** Error counts are cumulative since the device appeared: what matters is by how much they grew between two samples. */
function withIncreases(object: ObjectSeries): ObjectSeries {
  const counts = object.metrics.get('disk.errors');
  if (counts === undefined) return object;
  const increases = counts.map((series) => ({
    ...series,
    values: series.values.map((value, i) => (i === 0 ? 0 : Math.max(0, value - (series.values[i - 1] as number)))),
  }));
  return { ...object, metrics: new Map(object.metrics).set('disk.errors', increases) };
}
