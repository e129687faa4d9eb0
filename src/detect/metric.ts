import { streamKey } from '../model/clock.js';
import type { Detection, Entity, Origin } from '../model/detection.js';
import type { Layer, LogRecord, MetricName } from '../model/record.js';
import type { Comparison, MetricCondition, MetricRule } from '../model/rule.js';
import { type Micros, SECOND, type WrittenTime } from '../model/time.js';
import type { ObjectSeries, Series } from './series.js';

/** A stretch in which every condition of a metric rule held. Times as written; a sample covers (time - interval, time]. */
interface Stretch {
  start: Micros;
  end: Micros;
  readonly indexes: number[];
}

/** Evaluates the metric rules over the objects of one source. */
export function detectMetrics(
  source: { readonly id: string; readonly layer: Layer },
  objects: readonly ObjectSeries[],
  rules: readonly MetricRule[],
): readonly Detection[] {
  const detections: Detection[] = [];
  for (const object of objects) {
    if (isNeverShared(object)) continue;
    for (const rule of rules) {
      if (!rule.objects.includes(object.objectType)) continue;
      const grid = gridOf(object, rule);
      if (grid === null) continue;
      for (const stretch of stretchesOf(rule, grid))
        detections.push(toDetection(source, object, rule, grid, stretch, detections.length));
    }
  }
  return detections;
}

/** `_Total` averages a stalled disk away among idle ones; the disk Windows runs from (`0 C:`) holds no VM of a cluster. */
function isNeverShared({ object }: ObjectSeries): boolean {
  return object === '_Total' || /(?:^|\s)C:(?:\s|$)/i.test(object);
}

/** The samples of one object at common times: per condition the worst of the metrics it may use. */
interface Grid {
  readonly times: readonly Micros[];
  readonly intervals: readonly (Micros | null)[];
  readonly columns: readonly Column[];
}

interface Column {
  readonly condition: MetricCondition;
  readonly values: readonly (number | null)[];
  readonly series: readonly (Series | null)[];
  /** Threshold of the robust baseline, or null. */
  readonly baseline: number | null;
}

function gridOf(object: ObjectSeries, rule: MetricRule): Grid | null {
  const times = new Map<Micros, { interval: Micros | null }>();
  for (const condition of rule.all) {
    const series = condition.any.flatMap((metric) => object.metrics.get(metric) ?? []);
    if (series.length === 0) return null;
    for (const s of series)
      for (const [i, time] of s.times.entries())
        times.set(time, { interval: s.intervals[i] ?? times.get(time)?.interval ?? null });
  }
  const sorted = [...times.keys()].sort((a, b) => a - b);
  return {
    times: sorted,
    intervals: sorted.map((time) => times.get(time)?.interval ?? null),
    columns: rule.all.map((condition) => columnOf(object, rule, condition, sorted)),
  };
}

/**
 * For "at least" the worst of the metrics counts (read or write latency). For "at most" the first one listed that exists:
 * an idle read side must not make a busy disk look still.
 */
function columnOf(
  object: ObjectSeries,
  rule: MetricRule,
  condition: MetricCondition,
  times: readonly Micros[],
): Column {
  const index = new Map(times.map((time, i) => [time, i]));
  const values: (number | null)[] = times.map(() => null);
  const from: (Series | null)[] = times.map(() => null);
  const wantsLow = condition.comparison.op === 'lt' || condition.comparison.op === 'lte';
  const present = condition.any.flatMap((metric) => object.metrics.get(metric) ?? []);
  for (const series of wantsLow ? present.slice(0, 1) : present) {
    series.times.forEach((time, i) => {
      const at = index.get(time) as number;
      const value = series.values[i] as number;
      const known = values[at];
      if (known != null && value <= known) return;
      values[at] = value;
      from[at] = series;
    });
  }
  return {
    condition,
    values,
    series: from,
    baseline: rule.baseline === null ? null : baselineOf(values, rule.baseline),
  };
}

/**
 * Robust threshold on log values: median + k scaled MADs (1.4826 makes the MAD a standard deviation for normal data),
 * with a floor on the spread. Null below the number of points that make it meaningful.
 */
function baselineOf(
  values: readonly (number | null)[],
  { k, points, floor }: { k: number; points: number; floor: number },
): number | null {
  const logs = values.flatMap((v) => (v !== null && v > 0 ? [Math.log(v)] : [])).sort((a, b) => a - b);
  if (logs.length < points) return null;
  const median = logs[logs.length >> 1] as number;
  const deviations = logs.map((v) => Math.abs(v - median)).sort((a, b) => a - b);
  const spread = Math.max(1.4826 * (deviations[deviations.length >> 1] as number), floor);
  return Math.exp(median + k * spread);
}

function stretchesOf(rule: MetricRule, grid: Grid): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let open: Stretch | null = null;
  grid.times.forEach((time, i) => {
    const holds = grid.columns.every((column) =>
      columnHolds(column, i, open === null ? 1 : rule.exit, rule.baseline !== null),
    );
    const interval = grid.intervals[i] ?? 0;
    // A hole of more than three intervals is silence, not a sample below the threshold: never bridged.
    const bridged = open !== null && time - open.end <= 3 * Math.max(interval, SECOND);
    if (!holds || (open !== null && !bridged)) open = null;
    if (!holds) return;
    if (open === null) {
      open = { start: time - interval, end: time, indexes: [] };
      stretches.push(open);
    }
    open.end = time;
    open.indexes.push(i);
  });
  return stretches.filter((s) => s.end - s.start >= rule.forSeconds * SECOND);
}

function columnHolds(column: Column, index: number, factor: number, needsBaseline: boolean): boolean {
  const value = column.values[index];
  if (value == null) return false;
  if (needsBaseline && (column.baseline === null || value < column.baseline)) return false;
  return holds(column.condition.comparison, value, factor);
}

/** `factor` below 1 is the hysteresis of a stretch already open. */
function holds({ op, value: limit }: Comparison, value: number, factor: number): boolean {
  switch (op) {
    case 'gt':
      return value > limit * factor;
    case 'gte':
      return value >= limit * factor;
    case 'lt':
      return value < limit / factor;
    case 'lte':
      return value <= limit / factor;
    case 'eq':
      return value === limit;
    case 'neq':
      return value !== limit;
  }
}

function toDetection(
  source: { readonly id: string; readonly layer: Layer },
  object: ObjectSeries,
  rule: MetricRule,
  grid: Grid,
  stretch: Stretch,
  index: number,
): Detection {
  const column = grid.columns[0] as Column;
  const peak = stretch.indexes.reduce(
    (best, i) => ((column.values[i] ?? -Infinity) > (column.values[best] ?? -Infinity) ? i : best),
    stretch.indexes[0] as number,
  );
  const series = column.series[peak] as Series;
  const time = (micros: Micros): WrittenTime => ({ ...series.sample.time, micros });
  const value = column.values[peak] as number;
  const entity = entityOf(object, rule);
  return {
    id: `${source.id}m${index}`,
    rule: rule.id,
    role: rule.role,
    level: rule.level,
    layer: source.layer,
    source: source.id,
    stream: streamKey(source.id, object.host, object.objectType),
    entity,
    captures: { object: object.object, value: shown(value, series.sample.metric) },
    statement: statementOf(rule, object, entity, value, series, stretch),
    first: placeholder(object, time(stretch.start), time(stretch.end), series.name),
    last: placeholder(object, time(stretch.end), time(stretch.end), series.name),
    count: stretch.indexes.length,
    began: null,
    epoch: null,
    origins: [originOf(source.id, grid, peak, series, value)],
  };
}

function originOf(source: string, grid: Grid, peak: number, series: Series, value: number): Origin {
  const written = grid.times[peak] as number;
  const at = series.times.indexOf(written);
  return {
    source,
    at: { line: series.lines[at] ?? null, byteOffset: series.offsets[at] ?? null, record: null },
    series: series.name,
    value,
    interval: grid.intervals[peak] ?? null,
    written,
    text: `${series.name} = ${value}`,
  };
}

function entityOf(object: ObjectSeries, rule: MetricRule): Entity | null {
  if (rule.entity === 'volume') return { type: 'volume', name: object.object };
  if (object.host === null) return null;
  if (rule.entity === 'host-disk') return { type: 'host', name: object.host };
  return { type: 'vm', name: object.objectType === 'iostat' ? object.host : object.object };
}

function statementOf(
  rule: MetricRule,
  object: ObjectSeries,
  entity: Entity | null,
  value: number,
  series: Series,
  stretch: Stretch,
): string {
  const seconds = Math.round((stretch.end - stretch.start) / SECOND);
  const values: Readonly<Record<string, string>> = {
    object: object.object,
    host: object.host ?? '?',
    entity: entity?.name ?? '?',
    value: shown(value, series.sample.metric),
    duration: `${seconds} s`,
    count: String(stretch.indexes.length),
  };
  return rule.statement.replace(/\{([\w.-]+)\}/g, (_all, name: string) => values[name] ?? '?');
}

/** In the unit people say it in. */
function shown(value: number, metric: MetricName): string {
  if (metric.startsWith('disk.latency')) return `${Number((value * 1000).toPrecision(3))} ms`;
  if (metric.startsWith('disk.throughput') || metric === 'disk.redirected')
    return `${Number((value / 1e6).toPrecision(3))} MB/s`;
  if (metric.startsWith('disk.operations')) return `${Number(value.toPrecision(3))} IOPS`;
  if (metric === 'disk.utilization') return `${Math.round(value * 100)} %`;
  return String(Number(value.toPrecision(3)));
}

/** A stretch has no record; later stages read its time and host from one that stands for it. */
function placeholder(object: ObjectSeries, time: WrittenTime, until: WrittenTime, series: string): LogRecord {
  return {
    time,
    until,
    host: object.host,
    channel: object.objectType,
    ident: null,
    pid: null,
    severity: null,
    body: series,
    text: series,
    uptime: null,
    boot: null,
    repeat: 1,
    fields: {},
    at: { line: null, byteOffset: null, record: null },
  };
}
