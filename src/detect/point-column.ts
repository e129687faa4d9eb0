import type { MetricColumn, MetricPoint } from '../model/record.js';

export type SeriesName = Pick<MetricColumn, 'host' | 'objectType' | 'object' | 'metric' | 'series'>;

/** A series whose samples come one by one. */
export interface PointColumn {
  push(point: MetricPoint): void;
  column(name: SeriesName, stamp: MetricColumn['stamp']): MetricColumn;
}

const FIRST_ROOM = 64;
const FIELDS = ['times', 'intervals', 'values', 'lines', 'offsets'] as const;

/** Typed arrays that double: 40 bytes a sample, at most twice that while it grows. */
export function openColumn(): PointColumn {
  let length = 0;
  let arrays = FIELDS.map(() => new Float64Array(FIRST_ROOM));
  const grow = (): void => {
    arrays = arrays.map((old) => {
      const larger = new Float64Array(2 * old.length);
      larger.set(old);
      return larger;
    });
  };
  return {
    push({ time, interval, value, at }) {
      if (length === (arrays[0] as Float64Array).length) grow();
      const [times, intervals, values, lines, offsets] = arrays as [
        Float64Array,
        Float64Array,
        Float64Array,
        Float64Array,
        Float64Array,
      ];
      times[length] = time.micros;
      intervals[length] = interval ?? Number.NaN;
      values[length] = value;
      lines[length] = at.line ?? Number.NaN;
      offsets[length] = at.byteOffset ?? Number.NaN;
      length++;
    },
    column(name, stamp) {
      const [times, intervals, values, lines, offsets] = arrays.map((all) => all.subarray(0, length)) as [
        Float64Array,
        Float64Array,
        Float64Array,
        Float64Array,
        Float64Array,
      ];
      return { ...name, stamp, times, intervals, values, lines, offsets };
    },
  };
}
