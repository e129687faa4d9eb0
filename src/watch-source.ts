import { type Applicable, applicableRules } from './detect/applicable.js';
import { createDetector } from './detect/detect.js';
import { detectMetrics } from './detect/metric.js';
import { collectSeries } from './detect/series.js';
import type { SourceListener } from './ingest/read-source.js';
import type { LineIndex } from './model/line-index.js';
import type { SourceReading } from './model/reading.js';
import type { Layer, MetricName } from './model/record.js';
import type { LogsourceRule, Rule } from './model/rule.js';
import type { ReadSource } from './model/source.js';
import { namesThings, observeTopology } from './topology/observe.js';

/** Watches one source while it is read. */
export interface SourceWatch {
  readonly listener: SourceListener;
  finish(source: ReadSource, index: LineIndex | null): SourceReading;
}

export type WatchSource = (id: string, format: string, layer: Layer) => SourceWatch;

/** What happens to a record while its source is read: rules, series and topology each look at it once. */
export function watchSources(rules: readonly Rule[]): WatchSource {
  const detections = rules.filter((rule) => rule.kind === 'detection');
  const metrics = rules.filter((rule) => rule.kind === 'metric');
  const logsources = new Map<string, LogsourceRule>();
  for (const rule of rules) if (rule.kind === 'logsource') logsources.set(rule.id, rule);
  const wanted = wantedMetrics(metrics.flatMap((rule) => rule.all.flatMap((condition) => condition.any)));
  // A case has many files of few formats, and the index of a format's rules costs some milliseconds.
  const byFormat = new Map<string, Applicable>();
  const applicableTo = (format: string): Applicable => {
    const applicable = byFormat.get(format) ?? applicableRules(format, detections, logsources);
    byFormat.set(format, applicable);
    return applicable;
  };
  return (id, format, layer) => {
    const applicable = applicableTo(format);
    const detector = createDetector({ id, layer }, applicable);
    const series = collectSeries(id, wanted);
    const observer = observeTopology(id);
    return {
      listener: {
        literals: applicable.literals,
        interest: {
          event: (provider, eventId, channel) =>
            namesThings(provider) || applicable.wantsEvent(provider, eventId, channel),
          metric: (name) => wanted.has(name),
        },
        record(record) {
          observer.record(record);
          detector.push(record);
        },
        counted: (head) => observer.counted(head),
        metric(point) {
          observer.metric(point);
          series.push(point);
        },
        column(column) {
          observer.metric(column);
          series.append(column);
        },
      },
      finish: (source, index) => ({
        source,
        index,
        detections: [...detector.finish(), ...detectMetrics(source, series.finish(), metrics)],
        observations: observer.finish(),
      }),
    };
  };
}

/** A total may have to be summed from its halves. */
function wantedMetrics(named: readonly MetricName[]): ReadonlySet<MetricName> {
  const wanted = new Set(named);
  for (const metric of named)
    if (metric === 'disk.operations' || metric === 'disk.throughput')
      wanted.add(`${metric}.read`).add(`${metric}.write`);
  return wanted;
}
