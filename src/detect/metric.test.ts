import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pointAt } from '../model/metric-column.js';
import type { MetricColumn, MetricName, MetricPoint } from '../model/record.js';
import type { Comparison, MetricRule } from '../model/rule.js';
import { type Micros, SECOND } from '../model/time.js';
import { detectMetrics } from './metric.js';
import { collectSeries, type SeriesCollector } from './series.js';

const SOURCE = { id: 's1', layer: 'storage' } as const;
const WANTED: ReadonlySet<MetricName> = new Set([
  ...(['disk.latency', 'disk.latency.read', 'disk.queue', 'disk.errors'] as const),
  ...(['disk.operations', 'disk.operations.read', 'disk.operations.write'] as const),
]);

const START = 1_700_000_000 * SECOND;

function rule(id: string, all: MetricRule['all'], parts: Partial<MetricRule> = {}): MetricRule {
  return {
    kind: 'metric',
    ...{
      id,
      title: id,
      description: '',
      level: 'high',
      status: 'test',
      role: 'marker',
      statement: '{object} {value} {duration}',
    },
    ...{
      objects: ['PhysicalDisk'],
      entity: 'host-disk',
      all,
      forSeconds: 30,
      exit: 0.7,
      baseline: null,
      detectableSeconds: 60,
    },
    ...parts,
  } as MetricRule;
}

const at = (op: Comparison['op'], value: number, ...any: MetricName[]): MetricRule['all'][number] => ({
  any,
  comparison: { op, value },
});

const RULES = [
  rule('latency', [at('gte', 5, 'disk.latency', 'disk.latency.read')]),
  rule('usual', [at('gt', 2, 'disk.latency')], { baseline: { k: 1, points: 5, floor: 0.05 } }),
  rule('stalled', [at('lte', 1, 'disk.operations', 'disk.operations.read'), at('gte', 1, 'disk.queue')], { exit: 1 }),
  rule('few', [at('lt', 3, 'disk.operations.read')], { forSeconds: 0 }),
  rule('exact', [at('eq', 4, 'disk.queue')], { forSeconds: 0 }),
  rule('other', [at('neq', 4, 'disk.queue')]),
  rule('errors', [at('gt', 0, 'disk.errors')], { forSeconds: 0 }),
];

interface Sample {
  readonly step: number;
  readonly interval: number | null;
  readonly value: number;
}

type Written = Readonly<Partial<Record<MetricName, readonly (readonly Sample[])[]>>>;

function pointsOf(written: Written, object: string): readonly MetricPoint[] {
  return Object.entries(written).flatMap(([metric, columns]) =>
    columns.flatMap((samples, k) => {
      let seconds = 0;
      return samples.map(({ step, interval, value }, i): MetricPoint => {
        seconds += step;
        return {
          time: { micros: START + seconds * SECOND, clock: 'wall', utcOffset: 0, yearless: false, resolution: 1 },
          interval: interval === null ? null : interval * SECOND,
          ...{ host: 'HV01', objectType: 'PhysicalDisk', object, metric: metric as MetricName, value },
          ...{ series: `${object} ${metric} ${k}`, at: { line: i + 1, byteOffset: 100 * i, record: null } },
        };
      });
    }),
  );
}

/** What the grid, the stretches and their peak are, written down without care for speed. */
function naive(points: readonly MetricPoint[], { all, forSeconds, exit, baseline }: MetricRule): readonly unknown[] {
  const metrics = new Map<MetricName, Map<string, MetricPoint[]>>();
  for (const point of points) {
    const columns = metrics.get(point.metric) ?? new Map<string, MetricPoint[]>();
    columns.set(point.series, [...(columns.get(point.series) ?? []), point]);
    metrics.set(point.metric, columns);
  }
  const first = (metric: MetricName): readonly MetricPoint[] => [...(metrics.get(metric)?.values() ?? [])][0] ?? [];
  if (!metrics.has('disk.operations') && metrics.has('disk.operations.read') && metrics.has('disk.operations.write')) {
    const writeAt = new Map(first('disk.operations.write').map((p) => [p.time.micros, p]));
    const sum = first('disk.operations.read').flatMap((p) => {
      const write = writeAt.get(p.time.micros);
      return write === undefined ? [] : [{ ...p, value: p.value + write.value, series: 'sum' }];
    });
    metrics.set('disk.operations', new Map([['sum', sum]]));
  }
  for (const [name, column] of metrics.get('disk.errors') ?? [])
    metrics.get('disk.errors')?.set(
      name,
      column.map((p, i) => ({ ...p, value: i === 0 ? 0 : Math.max(0, p.value - (column[i - 1]?.value ?? 0)) })),
    );
  const present = all.map(({ any }) => any.flatMap((metric) => [...(metrics.get(metric)?.values() ?? [])]));
  if (present.some((columns) => columns.length === 0)) return [];
  const intervals = new Map<Micros, number | null>();
  for (const p of present.flat(2)) intervals.set(p.time.micros, p.interval ?? intervals.get(p.time.micros) ?? null);
  const times = [...intervals.keys()].sort((a, b) => a - b);
  const grids = all.map(({ comparison: { op } }, i) => {
    const values = new Map<Micros, MetricPoint>();
    for (const p of (op === 'lt' || op === 'lte' ? present[i]?.slice(0, 1) : present[i])?.flat() ?? [])
      if (!(p.value <= (values.get(p.time.micros)?.value ?? -Infinity))) values.set(p.time.micros, p);
    return values;
  });
  const limits = grids.map((grid) =>
    threshold(
      [...grid.values()].map((p) => p.value),
      baseline,
    ),
  );
  const stretches: { start: number; end: number; count: number; peak: MetricPoint }[] = [];
  let open: (typeof stretches)[number] | null = null;
  for (const time of times) {
    const factor = open === null ? 1 : exit;
    const holds = all.every(({ comparison }, i) => {
      const value = grids[i]?.get(time)?.value;
      return value !== undefined && value >= (limits[i] ?? 0) && compare(comparison, value, factor);
    });
    const interval = intervals.get(time) ?? 0;
    if (!holds || (open !== null && time - open.end > 3 * Math.max(interval, SECOND))) open = null;
    const peak = grids[0]?.get(time);
    if (!holds || peak === undefined) continue;
    if (open === null) {
      open = { start: time - interval, end: time, count: 0, peak };
      stretches.push(open);
    }
    open.end = time;
    open.count++;
    if (peak.value > open.peak.value) open.peak = peak;
  }
  const long = stretches.filter((s) => s.end - s.start >= forSeconds * SECOND);
  return long.map((s) => [s.start, s.end, s.count, s.peak.series, s.peak.value, s.peak.time.micros]);
}

function threshold(values: readonly number[], baseline: MetricRule['baseline']): number {
  if (baseline === null) return -Infinity;
  const logs = values
    .filter((v) => v > 0)
    .map(Math.log)
    .sort((a, b) => a - b);
  if (logs.length < baseline.points) return Infinity;
  const median = logs[logs.length >> 1] ?? 0;
  const deviations = logs.map((v) => Math.abs(v - median)).sort((a, b) => a - b);
  return Math.exp(median + baseline.k * Math.max(1.4826 * (deviations[deviations.length >> 1] ?? 0), baseline.floor));
}

function compare({ op, value: limit }: Comparison, value: number, factor: number): boolean {
  if (op === 'gt') return value > limit * factor;
  if (op === 'gte') return value >= limit * factor;
  if (op === 'lt') return value < limit / factor;
  if (op === 'lte') return value <= limit / factor;
  return op === 'eq' ? value === limit : value !== limit;
}

function detect(collector: SeriesCollector): ReturnType<typeof detectMetrics> {
  return detectMetrics(SOURCE, collector.finish(), RULES);
}

function pushed(points: readonly MetricPoint[]): SeriesCollector {
  const collector = collectSeries('s1', WANTED);
  for (const point of points) collector.push(point);
  return collector;
}

/** Steps of 15 s with holes; sometimes a clock that stands or goes back. */
const steps = fc.oneof(
  { weight: 9, arbitrary: fc.constant(15) },
  { weight: 1, arbitrary: fc.constantFrom(0, -40, 30, 50, 500) },
);
const sample = fc.record({
  step: steps,
  interval: fc.constantFrom(15, 15, 15, 1, null),
  value: fc.oneof(fc.integer({ min: 0, max: 8 }), fc.double({ min: 0, max: 9, noNaN: true })),
});
const plain = fc.record({ step: fc.constant(15), interval: fc.constant(15), value: fc.integer({ min: 0, max: 8 }) });
const column = fc.oneof(
  fc.array(sample, { minLength: 1, maxLength: 60 }),
  fc.array(plain, { minLength: 20, maxLength: 60 }),
);
const columns = fc.array(column, { minLength: 1, maxLength: 2 });
const metricNames = [...WANTED];
const written: fc.Arbitrary<Written> = fc.record(
  Object.fromEntries(metricNames.map((metric) => [metric, columns])) as Record<MetricName, typeof columns>,
  { requiredKeys: [] },
);

describe('detectMetrics', () => {
  it('finds what the simple way finds', () => {
    let found = 0;
    fc.assert(
      fc.property(written, (samples) => {
        const points = pointsOf(samples, '1 D:');
        const detections = detect(pushed(points));
        for (const one of RULES) {
          const got = detections.filter((d) => d.rule === one.id);
          const essence = got.map((d) => [
            ...[d.first?.time?.micros, d.last?.time?.micros, d.count],
            ...[
              d.origins[0]?.series?.includes(' + ') ? 'sum' : d.origins[0]?.series,
              d.origins[0]?.value,
              d.origins[0]?.written,
            ],
          ]);
          expect(essence).toEqual(naive(points, one));
          found += got.length;
        }
      }),
      { numRuns: 500 },
    );
    expect(found).toBeGreaterThan(500);
  });

  it('says where the peak stands', () => {
    const values = [1, 9, 7, 8, 1];
    const points = pointsOf({ 'disk.latency': [values.map((value) => ({ step: 15, interval: 15, value }))] }, '2');
    const [detection] = detect(pushed(points));
    expect(detection?.origins).toEqual([
      {
        ...{ source: 's1', at: { line: 2, byteOffset: 100, record: null }, series: '2 disk.latency 0', value: 9 },
        ...{ interval: 15 * SECOND, written: START + 30 * SECOND, text: '2 disk.latency 0 = 9' },
      },
    ]);
    expect(detection?.statement).toBe('2 9000 ms 45 s');
  });

  it('knows that `_Total` and the system disk are never shared', () => {
    const busy = { 'disk.latency': [Array.from({ length: 9 }, () => ({ step: 15, interval: 15, value: 9 }))] };
    for (const object of ['_Total', '0 C:', 'C:']) expect(detect(pushed(pointsOf(busy, object)))).toEqual([]);
    expect(detect(pushed(pointsOf(busy, '0 D:')))).toHaveLength(1);
  });
});

describe('columns', () => {
  it('give what points give, in one piece or many, and again when they are stored and read', () => {
    fc.assert(
      fc.property(written, fc.integer({ min: 1, max: 20 }), (samples, size) => {
        const points = [...pointsOf(samples, 'a'), ...pointsOf(samples, 'b')];
        const expected = detect(pushed(points));
        const whole = pushed(points).columns();
        const pieces = collectSeries('s1', WANTED);
        for (const one of whole) for (const piece of cut(one, size)) pieces.append(piece);
        const replayed = collectSeries('s1', WANTED);
        for (const one of pieces.columns()) replayed.append(structuredClone(one));
        expect(detect(pieces)).toEqual(expected);
        expect(detect(replayed)).toEqual(expected);
        const mixed = collectSeries('s1', WANTED);
        for (const one of whole) {
          const [head, ...tail] = cut(one, size);
          if (head !== undefined) for (let i = 0; i < head.times.length; i++) mixed.push(pointAt(head, i));
          for (const piece of tail) mixed.append(piece);
        }
        expect(detect(mixed)).toEqual(expected);
      }),
    );
  });

  it('leave out what no rule reads', () => {
    const collector = collectSeries('s1', new Set(['disk.queue']));
    const one = { step: 15, interval: 15, value: 1 };
    for (const point of pointsOf({ 'disk.latency': [[one]], 'disk.queue': [[one, one]] }, 'a')) collector.push(point);
    expect(collector.columns().map(({ metric, times }) => [metric, times.length])).toEqual([['disk.queue', 2]]);
  });

  it('share their times, however they came', () => {
    const samples = Array.from({ length: 100 }, (_, i) => ({ step: 15, interval: 15, value: i }));
    const points = pointsOf({ 'disk.latency': [samples, samples], 'disk.queue': [samples] }, 'a');
    const collector = pushed([...points, ...pointsOf({ 'disk.queue': [samples.slice(1)] }, 'b')]);
    const axes = collector.finish().flatMap(({ metrics }) => [...metrics.values()].flat().map((s) => s.axis()));
    expect([axes.length, new Set(axes).size]).toEqual([4, 2]);
  });

  it('of 20 disks and 48,000 rows take seconds neither to join nor to judge', () => {
    const rows = 48_000;
    const shared = {
      times: Float64Array.from({ length: rows }, (_, i) => START + i * 15 * SECOND),
      intervals: new Float64Array(rows).fill(15 * SECOND),
      lines: Float64Array.from({ length: rows }, (_, i) => i + 2),
      offsets: Float64Array.from({ length: rows }, (_, i) => i * 8000),
    };
    const values = Float64Array.from({ length: rows }, (_, i) => (i % 1000 < 10 ? 9 : 1.5 + ((i * 7919) % 97) / 200));
    const stamp = { clock: 'wall', utcOffset: 0, yearless: false, resolution: 1 } as const;
    const collector = collectSeries('s1', WANTED);
    for (let disk = 0; disk < 20; disk++)
      for (const metric of metricNames.filter((one) => one !== 'disk.errors')) {
        const name = {
          host: 'HV01',
          objectType: 'PhysicalDisk',
          object: `${disk}`,
          metric,
          series: `${disk} ${metric}`,
        };
        for (const piece of cut({ ...name, stamp, ...shared, values }, 4096)) collector.append(piece);
      }
    const started = performance.now();
    expect(detect(collector).length).toBeGreaterThan(900);
    // Some 40 ms on an idle machine.
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

/** Pieces of `size` samples. */
function cut(column: MetricColumn, size: number): readonly MetricColumn[] {
  return Array.from({ length: Math.ceil(column.times.length / size) }, (_, k) => {
    const part = (all: Float64Array): Float64Array => all.slice(k * size, (k + 1) * size);
    const { times, intervals, values, lines, offsets } = column;
    return {
      ...column,
      times: part(times),
      intervals: part(intervals),
      values: part(values),
      lines: part(lines),
      offsets: part(offsets),
    };
  });
}
