import type { MetricColumn, MetricPoint } from './record.js';

/** Samples that a column brings to the statistics of its source. */
export function samplesIn({ times, counted }: MetricColumn): number {
  return counted === undefined ? times.length : counted.counts.reduce((sum, count) => sum + count, 0);
}

/** Sample `i` of a column as the point it stands for. */
export function pointAt(column: MetricColumn, i: number): MetricPoint {
  const { host, objectType, object, metric, series } = column;
  const known = (value: number | undefined): number | null =>
    value === undefined || Number.isNaN(value) ? null : value;
  return {
    ...{ host, objectType, object, metric, series },
    time: { ...column.stamp, micros: column.times[i] as number },
    interval: known(column.intervals[i]),
    value: column.values[i] as number,
    at: { line: known(column.lines[i]), byteOffset: known(column.offsets[i]), record: null },
  };
}
