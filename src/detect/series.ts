import { pointAt } from '../model/metric-column.js';
import type { MetricColumn, MetricName, MetricPoint, Position } from '../model/record.js';
import type { Micros } from '../model/time.js';
import { type Axis, createMerger, type Merger } from './merge-columns.js';
import { openColumn, type PointColumn, type SeriesName } from './point-column.js';

/** All samples of one object of one source, column by column: 8 bytes a sample where series were sampled together. */
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
  readonly metric: MetricName;
  /** What the first sample's stamp says besides its time. */
  readonly stamp: MetricColumn['stamp'];
  /** Smallest and largest value: most rules need to know no more. */
  readonly low: number;
  readonly high: number;
  /** Series that were sampled together share one. */
  axis(): Axis;
  values(): Float64Array;
  /** Where sample `i` stands in the source. */
  placeAt(i: number): Position;
}

export interface SeriesCollector {
  push(point: MetricPoint): void;
  append(column: MetricColumn): void;
  finish(): readonly ObjectSeries[];
  /** Everything that was kept, one column for each series: appended again they give the same. */
  columns(): readonly MetricColumn[];
}

/** One series while it grows. */
interface Growing {
  readonly name: SeriesName;
  readonly stamp: MetricColumn['stamp'];
  readonly pieces: MetricColumn[];
  /** Samples that came one by one and are in no piece yet. */
  open: PointColumn | null;
}

interface GrowingObject {
  readonly metrics: Map<MetricName, Map<string, Growing>>;
}

/** Keeps the metrics that some rule reads; the rest is counted by ingest and dropped. */
export function collectSeries(source: string, wanted: ReadonlySet<MetricName>): SeriesCollector {
  const objects = new Map<string, GrowingObject>();
  // Samples of one object come in a row: its key is made once for all of them.
  let last: SeriesName | null = null;
  let lastObject = newObject();
  const objectOf = (of: SeriesName): GrowingObject => {
    if (last === null || of.object !== last.object || of.objectType !== last.objectType || of.host !== last.host)
      lastObject = known(objects, `${of.host ?? ''}\u0000${of.objectType}\u0000${of.object}`, newObject);
    last = of;
    return lastObject;
  };
  const growingOf = (of: SeriesName, stamp: MetricColumn['stamp']): Growing => {
    const columns = known(objectOf(of).metrics, of.metric, newColumns);
    return known(columns, of.series, () => newSeries(of, stamp));
  };
  const close = (growing: Growing): void => {
    if (growing.open !== null) growing.pieces.push(growing.open.column(growing.name, growing.stamp));
    growing.open = null;
  };
  const growingSeries = (): readonly (readonly Growing[])[] =>
    [...objects.values()].map(({ metrics }) => [...metrics.values()].flatMap((columns) => [...columns.values()]));
  return {
    push(point) {
      if (!wanted.has(point.metric)) return;
      const growing = growingOf(point, point.time);
      growing.open ??= openColumn();
      growing.open.push(point);
    },
    append(column) {
      if (!wanted.has(column.metric) || column.times.length === 0) return;
      const growing = growingOf(column, column.stamp);
      close(growing);
      growing.pieces.push(column);
    },
    finish() {
      const merger = createMerger();
      return growingSeries().map((all) => {
        for (const growing of all) close(growing);
        return withIncreases(withTotals(toObject(source, all, merger)));
      });
    },
    columns() {
      const merger = createMerger();
      return growingSeries().flatMap((all) =>
        all.map((growing) => {
          close(growing);
          return merger.column(growing.pieces, growing.name, growing.stamp);
        }),
      );
    },
  };
}

const newObject = (): GrowingObject => ({ metrics: new Map() });
const newColumns = (): Map<string, Growing> => new Map();

/** Copies what it needs: a point or a column holds more. */
function newSeries({ host, objectType, object, metric, series }: SeriesName, stamp: MetricColumn['stamp']): Growing {
  const { clock, utcOffset, yearless, resolution } = stamp;
  return {
    name: { host, objectType, object, metric, series },
    stamp: { clock, utcOffset, yearless, resolution },
    pieces: [],
    open: null,
  };
}

function known<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const value = map.get(key);
  if (value !== undefined) return value;
  const fresh = create();
  map.set(key, fresh);
  return fresh;
}

function toObject(source: string, all: readonly Growing[], merger: Merger): ObjectSeries {
  const metrics = new Map<MetricName, Series[]>();
  for (const growing of all) known(metrics, growing.name.metric, () => []).push(toSeries(growing, merger));
  const { host, objectType, object } = (all[0] as Growing).name;
  return { source, host, objectType, object, metrics };
}

/** The pieces are joined when a rule looks at them, which of a quiet disk none does. */
function toSeries({ name, stamp, pieces }: Growing, merger: Merger): Series {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { values } of pieces) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  let axis: Axis | null = null;
  let values: Float64Array | null = null;
  return {
    ...{ name: name.series, metric: name.metric, stamp, low, high },
    axis() {
      axis ??= merger.axis(pieces);
      return axis;
    },
    values() {
      values ??= merger.values(pieces);
      return values;
    },
    placeAt: placesIn(pieces),
  };
}

/** Looked up for what is detected alone, so they stay in their pieces. */
function placesIn(pieces: readonly MetricColumn[]): Series['placeAt'] {
  let ends: readonly number[] | null = null;
  return (i) => {
    let length = 0;
    ends ??= pieces.map(({ times }) => {
      length += times.length;
      return length;
    });
    let from = 0;
    let to = ends.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((ends[middle] as number) <= i) from = middle + 1;
      else to = middle;
    }
    const piece = pieces[from];
    if (piece === undefined || i < 0) return { line: null, byteOffset: null, record: null };
    return pointAt(piece, i - (ends[from] as number) + piece.times.length).at;
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
    metrics.set(total, [sumOf(total, reads, writes)]);
  }
  return { ...object, metrics };
}

function sumOf(metric: MetricName, reads: Series, writes: Series): Series {
  let made: Sum | null = null;
  const make = (): Sum => {
    made ??= addUp(reads, writes);
    return made;
  };
  return {
    ...{ name: `${reads.name} + ${writes.name}`, metric, stamp: reads.stamp },
    // What the sum can be at most and at least: enough to know that a rule cannot match.
    ...{ low: reads.low + writes.low, high: reads.high + writes.high },
    axis: () => make().axis,
    values: () => make().values,
    placeAt: (i) => make().placeAt(i),
  };
}

type Sum = { readonly axis: Axis; readonly values: Float64Array } & Pick<Series, 'placeAt'>;

function addUp(reads: Series, writes: Series): Sum {
  const [axis, left, right] = [reads.axis(), reads.values(), writes.values()];
  if (axis === writes.axis() && axis.isAscending) {
    return { axis, values: left.map((value, i) => value + (right[i] as number)), placeAt: reads.placeAt };
  }
  const writeAt = new Map<Micros, number>();
  writes.axis().times.forEach((time, i) => void writeAt.set(time, right[i] as number));
  const isBoth = (_: number, i: number): boolean => writeAt.has(axis.times[i] as number);
  const times = axis.times.filter(isBoth);
  const kept = Uint32Array.from(axis.times.keys()).filter(isBoth);
  return {
    axis: { times, isAscending: axis.isAscending, intervals: axis.intervals.filter(isBoth) },
    values: left.filter(isBoth).map((value, i) => value + (writeAt.get(times[i] as number) as number)),
    placeAt: (i) => reads.placeAt(kept[i] ?? -1),
  };
}

/** Error counts are cumulative since the device appeared: what matters is by how much they grew between two samples. */
function withIncreases(object: ObjectSeries): ObjectSeries {
  const counts = object.metrics.get('disk.errors');
  if (counts === undefined) return object;
  const increases = counts.map((series): Series => {
    let increase: Float64Array | null = null;
    const values = (): Float64Array => {
      increase ??= series.values().map((value, i, all) => (i === 0 ? 0 : Math.max(0, value - (all[i - 1] as number))));
      return increase;
    };
    return { ...series, low: 0, high: series.high - series.low, values };
  });
  return { ...object, metrics: new Map(object.metrics).set('disk.errors', increases) };
}
