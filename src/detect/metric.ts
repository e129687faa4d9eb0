import { streamKey } from '../model/clock.js';
import type { Detection, Entity, Origin } from '../model/detection.js';
import type { Layer, LogRecord, MetricName } from '../model/record.js';
import type { Comparison, MetricRule } from '../model/rule.js';
import { type Micros, SECOND, type WrittenTime } from '../model/time.js';
import { createGridBuilder, type Grid, type GridColumn, indexAt, seriesAt } from './metric-grid.js';
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
  const grids = createGridBuilder();
  for (const object of objects) {
    if (isNeverShared(object)) continue;
    for (const rule of rules) {
      if (!rule.objects.includes(object.objectType)) continue;
      const grid = grids.gridOf(object, rule);
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

function stretchesOf(rule: MetricRule, grid: Grid): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let open: Stretch | null = null;
  const { times, intervals, columns } = grid;
  const [leading] = columns;
  if (leading === undefined) return stretches;
  for (let i = 0; i < times.length; i++) {
    if (open === null) i = nextBeginning(leading, i);
    if (i === times.length) break;
    const factor = open === null ? 1 : rule.exit;
    if (!columns.every((column) => columnHolds(column, i, factor))) {
      open = null;
      continue;
    }
    const time = times[i] as number;
    const interval = Number.isNaN(intervals[i]) ? 0 : (intervals[i] as number);
    // A hole of more than three intervals is silence, not a sample below the threshold: never bridged.
    if (open !== null && time - open.end > 3 * Math.max(interval, SECOND)) open = null;
    if (open === null) {
      open = { start: time - interval, end: time, indexes: [] };
      stretches.push(open);
    }
    open.end = time;
    open.indexes.push(i);
  }
  return stretches.filter((s) => s.end - s.start >= rule.forSeconds * SECOND);
}

/** First index from `from` on at which the column may begin a stretch: nearly all of a healthy disk is passed here. */
function nextBeginning({ comparison, values }: GridColumn, from: number): number {
  const { op, value: limit } = comparison;
  let i = from;
  if (op === 'gte') while (i < values.length && !((values[i] as number) >= limit)) i++;
  else if (op === 'gt') while (i < values.length && !((values[i] as number) > limit)) i++;
  else if (op === 'lte') while (i < values.length && !((values[i] as number) <= limit)) i++;
  else if (op === 'lt') while (i < values.length && !((values[i] as number) < limit)) i++;
  return i;
}

function columnHolds({ comparison, baseline, values }: GridColumn, index: number, factor: number): boolean {
  const value = values[index] as number;
  // Neither NaN, where the column has no sample, nor a baseline that cannot be told ever holds.
  return value >= baseline && holds(comparison, value, factor);
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
  const column = grid.columns[0] as GridColumn;
  const { values } = column;
  const peak = stretch.indexes.reduce(
    (best, i) => ((values[i] as number) > (values[best] as number) ? i : best),
    stretch.indexes[0] as number,
  );
  const value = values[peak] as number;
  const series = seriesAt(column, grid.times[peak] as number, value);
  const time = (micros: Micros): WrittenTime => ({ ...series.stamp, micros });
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
    captures: { object: object.object, value: shown(value, series.metric) },
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
  const interval = grid.intervals[peak] as number;
  return {
    source,
    at: series.placeAt(indexAt(series.axis(), written)),
    series: series.name,
    value,
    interval: Number.isNaN(interval) ? null : interval,
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
    value: shown(value, series.metric),
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
