import type { Comparison, MetricCondition, MetricRule } from '../model/rule.js';
import type { Micros } from '../model/time.js';
import type { Axis } from './merge-columns.js';
import { selectSmallest } from './select.js';
import type { ObjectSeries, Series } from './series.js';

/** The samples of one object at common times: per condition the worst of the metrics it may use. */
export interface Grid {
  readonly times: Float64Array;
  /** NaN where the interval is not known. */
  readonly intervals: Float64Array;
  readonly columns: readonly GridColumn[];
}

export interface GridColumn {
  readonly comparison: Comparison;
  /** NaN where there is no sample. */
  readonly values: Float64Array;
  /** What the values were taken from. */
  readonly series: readonly Series[];
  /** Threshold of the robust baseline: -Infinity where the rule has none, NaN where it cannot be told. */
  readonly baseline: number;
}

/** Lays out the samples of objects for rules. Objects that were sampled together, and rules that ask alike, share work. */
export interface GridBuilder {
  /** Null when the object lacks a metric of the rule, or none of its samples can begin a stretch. */
  gridOf(object: ObjectSeries, rule: MetricRule): Grid | null;
}

export function createGridBuilder(): GridBuilder {
  const commonAxis = createCommonAxes();
  let current: ObjectSeries | null = null;
  let known = new Map<string, Float64Array>();
  /** Several rules look at the latency of a disk: its highest values are put together once. */
  const highestOnce = (series: readonly Series[], common: CommonAxis): Float64Array => {
    const key = JSON.stringify([common.number, ...series.map(({ metric, name }) => [metric, name])]);
    const values = known.get(key) ?? highest(series, common);
    known.set(key, values);
    return values;
  };
  return {
    gridOf(object, rule) {
      if (object !== current) known = new Map();
      current = object;
      const present = rule.all.map((condition) => condition.any.flatMap((metric) => object.metrics.get(metric) ?? []));
      if (present.some((series) => series.length === 0)) return null;
      const used = rule.all.map((condition, i) => usedBy(condition, present[i] ?? []));
      if (!rule.all.every(({ comparison }, i) => used[i]?.some((series) => canHold(comparison, series)))) return null;
      const common = commonAxis(present.flat().map((series) => series.axis()));
      const columns = rule.all.map(({ comparison }, i): GridColumn => {
        const series = used[i] ?? [];
        const values = highestOnce(series, common);
        const baseline = rule.baseline === null ? Number.NEGATIVE_INFINITY : baselineOf(values, rule.baseline);
        return { comparison, values, series, baseline };
      });
      return { times: common.times, intervals: common.intervals, columns };
    },
  };
}

/**
 * For "at least" the worst of the metrics counts (read or write latency). For "at most" the first one listed that
 * exists: an idle read side must not make a busy disk look still.
 */
function usedBy({ comparison }: MetricCondition, present: readonly Series[]): readonly Series[] {
  return comparison.op === 'lt' || comparison.op === 'lte' ? present.slice(0, 1) : present;
}

/** Whether some value between the lowest and the highest of a series may satisfy the comparison. */
function canHold({ op, value: limit }: Comparison, { low, high }: Series): boolean {
  switch (op) {
    case 'gt':
      return high > limit;
    case 'gte':
      return high >= limit;
    case 'lt':
      return low < limit;
    case 'lte':
      return low <= limit;
    case 'eq':
      return low <= limit && high >= limit;
    case 'neq':
      return true;
  }
}

interface CommonAxis {
  /** Tells it from the others. */
  readonly number: number;
  readonly times: Float64Array;
  readonly intervals: Float64Array;
  /** Index in `times` of each sample of an axis, or of the first one where they follow on one another. */
  places(axis: Axis): Uint32Array | number;
}

/** The disks of a host were sampled together: few combinations of axes ever occur, and these are remembered. */
const COMBINATIONS = 64;

function createCommonAxes(): (axes: readonly Axis[]) => CommonAxis {
  const known: { readonly axes: readonly Axis[]; readonly common: CommonAxis }[] = [];
  let number = 0;
  return (all) => {
    // Of several intervals known for a time the last one counts: an axis matters where it comes last.
    const axes = [...new Set([...all].reverse())].reverse();
    const same = known.find((one) => one.axes.length === axes.length && one.axes.every((axis, i) => axis === axes[i]));
    if (same !== undefined) return same.common;
    const common = commonAxis(axes, number++);
    if (known.length < COMBINATIONS) known.push({ axes, common });
    return common;
  };
}

/** All times of all axes, each once and in order. */
function commonAxis(axes: readonly Axis[], number: number): CommonAxis {
  const [only] = axes;
  if (only !== undefined && axes.length === 1 && only.isAscending)
    return { number, times: only.times, intervals: only.intervals, places: () => 0 };
  const times = sortedTimes(axes);
  const intervals = new Float64Array(times.length).fill(Number.NaN);
  const places = new Map<Axis, Uint32Array | number>();
  for (const axis of axes) {
    const at = placesIn(times, axis);
    for (let i = 0; i < at.length; i++) {
      const interval = axis.intervals[i] as number;
      if (!Number.isNaN(interval)) intervals[at[i] as number] = interval;
    }
    const [start = 0] = at;
    places.set(axis, at.every((place, i) => place === start + i) ? start : at);
  }
  return { number, times, intervals, places: (axis) => places.get(axis) ?? 0 };
}

function sortedTimes(axes: readonly Axis[]): Float64Array {
  const inOrder = axes.map(({ times, isAscending }) => (isAscending ? times : times.toSorted()));
  return inOrder.reduce(mergeTimes, new Float64Array(0));
}

/** Both in order, and so is what they give, each time once. */
function mergeTimes(a: Float64Array, b: Float64Array): Float64Array {
  const merged = new Float64Array(a.length + b.length);
  let length = 0;
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    const isFirst = j === b.length || (i < a.length && (a[i] as number) <= (b[j] as number));
    const time = (isFirst ? a[i++] : b[j++]) as number;
    if (length === 0 || time !== merged[length - 1]) merged[length++] = time;
  }
  return merged.subarray(0, length);
}

function placesIn(times: Float64Array, axis: Axis): Uint32Array {
  const places = new Uint32Array(axis.times.length);
  let at = 0;
  for (let i = 0; i < places.length; i++) {
    const time = axis.times[i] as number;
    if (axis.isAscending) while ((times[at] as number) < time) at++;
    else at = lowerBound(times, time);
    places[i] = at;
  }
  return places;
}

/** Index of the first element that is not below `value`. */
function lowerBound(ascending: Float64Array, value: number): number {
  let from = 0;
  let to = ascending.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((ascending[middle] as number) < value) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** The highest value of several series at each time. */
function highest(series: readonly Series[], common: CommonAxis): Float64Array {
  const [first] = series;
  if (first !== undefined && series.length === 1 && first.axis().times === common.times) return first.values();
  const values = new Float64Array(common.times.length).fill(Number.NaN);
  for (const one of series) {
    const own = one.values();
    const places = common.places(one.axis());
    if (typeof places === 'number') {
      if (one === first) values.set(own, places);
      else raise(values.subarray(places, places + own.length), own);
      continue;
    }
    for (let i = 0; i < own.length; i++) {
      const at = places[i] as number;
      const value = own[i] as number;
      if (!(value <= (values[at] as number))) values[at] = value;
    }
  }
  return values;
}

/** Raises each value to the one of `others`, where that is higher or there was none. */
function raise(values: Float64Array, others: Float64Array): void {
  for (let i = 0; i < others.length; i++) {
    const value = others[i] as number;
    if (!(value <= (values[i] as number))) values[i] = value;
  }
}

/**
 * Robust threshold on log values: median + k scaled MADs (1.4826 makes the MAD a standard deviation for normal data),
 * with a floor on the spread. NaN below the number of points that make it meaningful.
 */
function baselineOf(
  values: Float64Array,
  { k, points, floor }: { readonly k: number; readonly points: number; readonly floor: number },
): number {
  const room = new Float64Array(values.length);
  let count = 0;
  for (let i = 0; i < values.length; i++) if ((values[i] as number) > 0) room[count++] = Math.log(values[i] as number);
  if (count < points) return Number.NaN;
  const logs = room.subarray(0, count);
  const middle = logs.length >> 1;
  const median = selectSmallest(logs, middle);
  for (let i = 0; i < logs.length; i++) logs[i] = Math.abs((logs[i] as number) - median);
  const spread = Math.max(1.4826 * selectSmallest(logs, middle), floor);
  return Math.exp(median + k * spread);
}

/** Index of the sample at `time`, the first one where a clock was set back; -1 where there is none. */
export function indexAt({ times, isAscending }: Axis, time: Micros): number {
  if (!isAscending) return times.indexOf(time);
  const at = lowerBound(times, time);
  return times[at] === time ? at : -1;
}

/** The series from which a grid column has its value at `time`. */
export function seriesAt({ series }: GridColumn, time: Micros, value: number): Series {
  const found = series.find((one) => {
    const axis = one.axis();
    const values = one.values();
    if (axis.isAscending) return values[indexAt(axis, time)] === value;
    return axis.times.some((other, i) => other === time && values[i] === value);
  });
  return found ?? (series[0] as Series);
}
