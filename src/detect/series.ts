import type { MetricName, MetricPoint } from '../model/record.js';

/** All samples of one object of one source, column by column: 24 bytes a sample. */
export interface ObjectSeries {
  readonly source: string;
  readonly host: string | null;
  readonly objectType: string;
  readonly object: string;
  readonly metrics: ReadonlyMap<MetricName, Series>;
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
  finish(): readonly ObjectSeries[];
}

/** Keeps the metrics that some rule reads; the rest is counted by ingest and dropped. */
export function collectSeries(source: string, wanted: ReadonlySet<MetricName>): SeriesCollector {
  const objects = new Map<string, ObjectSeries & { readonly metrics: Map<MetricName, Series> }>();
  return {
    push(point) {
      if (!wanted.has(point.metric)) return;
      const key = `${point.host ?? ''}\u0000${point.objectType}\u0000${point.object}`;
      let object = objects.get(key);
      if (object === undefined) {
        object = { source, host: point.host, objectType: point.objectType, object: point.object, metrics: new Map() };
        objects.set(key, object);
      }
      let series = object.metrics.get(point.metric);
      if (series === undefined) {
        series = { name: point.series, times: [], values: [], intervals: [], lines: [], offsets: [], sample: point };
        object.metrics.set(point.metric, series);
      }
      series.times.push(point.time.micros);
      series.values.push(point.value);
      series.intervals.push(point.interval);
      series.lines.push(point.at.line);
      series.offsets.push(point.at.byteOffset);
    },
    finish: () => [...objects.values()].map(withTotals),
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
    const reads = metrics.get(read);
    const writes = metrics.get(write);
    if (metrics.has(total) || reads === undefined || writes === undefined) continue;
    const writeAt = new Map(writes.times.map((time, i) => [time, writes.values[i] as number]));
    const kept = reads.times.flatMap((time, i) => (writeAt.has(time) ? [i] : []));
    metrics.set(total, {
      name: `${reads.name} + ${writes.name}`,
      times: kept.map((i) => reads.times[i] as number),
      values: kept.map((i) => (reads.values[i] as number) + (writeAt.get(reads.times[i] as number) as number)),
      intervals: kept.map((i) => reads.intervals[i] ?? null),
      lines: kept.map((i) => reads.lines[i] ?? null),
      offsets: kept.map((i) => reads.offsets[i] ?? null),
      sample: { ...reads.sample, metric: total },
    });
  }
  return { ...object, metrics };
}
