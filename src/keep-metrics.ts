import { collectSeries, type SeriesCollector } from './detect/series.js';
import type { Input } from './ingest/discover.js';
import { readSource, type SourceListener } from './ingest/read-source.js';
import { sniffFormat } from './ingest/sniff.js';
import type { InputReading, SourceReading } from './model/reading.js';
import type { MetricColumn, MetricName } from './model/record.js';
import type { Rule } from './model/rule.js';
import type { Interest, Parser } from './parser/parser.js';
import { type SourceWatch, watchSources } from './watch-source.js';

/** A reading, and the samples it was made from where the source holds nothing else. */
export interface KeptReading {
  readonly reading: InputReading;
  readonly columns: readonly MetricColumn[] | null;
  /** Which metrics those are, see `wantedMetrics`. */
  readonly metricsKept: string | null;
}

/** Formats that hold samples and nothing else: other rules can judge those without reading the file again. */
const METRIC_FORMATS: ReadonlySet<string> = new Set(['iostat', 'perfmon-csv']);

export function holdsMetrics(head: Uint8Array, size: number, parsers: readonly Parser[]): boolean {
  const bytes = { size, read: (offset: number, length: number) => head.subarray(offset, offset + length) };
  return METRIC_FORMATS.has(sniffFormat(bytes, parsers).parser?.id ?? '');
}

/** A list by a type: a new metric that is not named here does not compile. */
const METRICS: Readonly<Record<MetricName, true>> = {
  ...{ 'disk.latency': true, 'disk.latency.read': true, 'disk.latency.write': true, 'disk.latency.flush': true },
  ...{ 'disk.latency.lower': true, 'disk.operations': true, 'disk.operations.read': true },
  ...{ 'disk.operations.write': true, 'disk.throughput': true, 'disk.throughput.read': true },
  ...{ 'disk.throughput.write': true, 'disk.queue': true, 'disk.utilization': true, 'disk.redirected': true },
  'disk.errors': true,
};

/** Names of the metrics that the rules ask of a source of this format. */
export function wantedMetrics(rules: readonly Rule[]): string {
  const { interest } = watchSources(rules)('', '', 'storage').listener;
  return namesOf(interest).join(' ');
}

function namesOf(interest: Interest): readonly MetricName[] {
  return (Object.keys(METRICS) as MetricName[]).filter((name) => interest.metric(name)).sort();
}

/** Reads sources of samples and keeps what the rules look at. */
export function metricReader(
  rules: readonly Rule[],
  parsers: readonly Parser[],
): (input: Input, id: string) => Promise<KeptReading> {
  const watchSource = watchSources(rules);
  return async (input, id) => {
    const opened: Keeping[] = [];
    const outcome = await readSource(input, id, parsers, (parser) => {
      const watch = watchSource(id, parser.id, parser.layer);
      const keeping: Keeping = {
        watch,
        series: collectSeries(id, new Set(namesOf(watch.listener.interest))),
        onlySamples: true,
      };
      opened.push(keeping);
      return listenerOf(keeping);
    });
    const [keeping] = opened;
    if ('unrecognised' in outcome) return { reading: outcome, columns: null, metricsKept: null };
    if (keeping === undefined) throw new Error(`nobody listened to ${input.path}`);
    const { watch, series, onlySamples } = keeping;
    const reading = watch.finish(outcome.source, outcome.index);
    if (!onlySamples) return { reading, columns: null, metricsKept: null };
    return { reading, columns: series.columns(), metricsKept: namesOf(watch.listener.interest).join(' ') };
  };
}

interface Keeping {
  readonly watch: SourceWatch;
  readonly series: SeriesCollector;
  /** A record would have to be judged again too, and is not kept. */
  onlySamples: boolean;
}

function listenerOf(keeping: Keeping): SourceListener {
  const { series, watch } = keeping;
  const { listener } = watch;
  return {
    ...listener,
    record(record) {
      keeping.onlySamples = false;
      listener.record(record);
    },
    counted(head) {
      keeping.onlySamples = false;
      listener.counted(head);
    },
    metric(point) {
      listener.metric(point);
      series.push(point);
    },
    column(column) {
      listener.column(column);
      series.append(column);
    },
  };
}

/** Judges kept samples by these rules: what reading the file again would give. */
export function judgeColumns(
  rules: readonly Rule[],
  { source, observations, index }: SourceReading,
  columns: readonly MetricColumn[],
): SourceReading {
  const watch = watchSources(rules)(source.id, source.format, source.layer);
  for (const column of columns) watch.listener.column(column);
  // Who was measured is read from every sample, also of metrics that no rule wants.
  return { ...watch.finish(source, index), observations };
}
