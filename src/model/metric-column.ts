import type { MetricColumn, MetricPoint } from './record.js';

/** Sample `i` of a column as the point it stands for. */
export function pointAt(column: MetricColumn, i: number): MetricPoint {
  const { host, objectType, object, metric, series } = column;
  const interval = column.intervals[i] as number;
  return {
    ...{ host, objectType, object, metric, series },
    time: { ...column.stamp, micros: column.times[i] as number },
    interval: Number.isNaN(interval) ? null : interval,
    value: column.values[i] as number,
    at: { line: column.lines[i] as number, byteOffset: column.offsets[i] as number, record: null },
  };
}
