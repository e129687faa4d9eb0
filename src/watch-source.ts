import { createDetector, type Detector } from './detect/detect.js';
import { describeLimits } from './detect/limits.js';
import { detectMetrics } from './detect/metric.js';
import { collectSeries, type SeriesCollector } from './detect/series.js';
import type { SourceListener } from './ingest/read-source.js';
import type { Detection } from './model/detection.js';
import type { Layer, MetricName } from './model/record.js';
import type { DetectionRule, LogsourceRule, MetricRule } from './model/rule.js';
import type { ReadSource } from './model/source.js';
import type { TopologyObserver } from './topology/observe.js';

export interface SourceWatch {
  listen(id: string, format: string, layer: Layer): SourceListener;
  /** Detections of all sources, in source order. */
  finish(sources: readonly ReadSource[]): readonly Detection[];
  limits(sources: readonly ReadSource[]): readonly string[];
}

/** What happens to a record while its source is read: rules, series and topology each look at it once. */
export function watchSource(
  detections: readonly DetectionRule[],
  logsources: readonly LogsourceRule[],
  metrics: readonly MetricRule[],
  observer: TopologyObserver,
): SourceWatch {
  const byId = new Map(logsources.map((l) => [l.id, l]));
  const wanted = new Set<MetricName>(metrics.flatMap((rule) => rule.all.flatMap((condition) => condition.any)));
  // A total may have to be summed from its halves.
  for (const metric of [...wanted])
    if (metric === 'disk.operations' || metric === 'disk.throughput')
      wanted.add(`${metric}.read`).add(`${metric}.write`);
  const watched = new Map<string, { readonly detector: Detector; readonly series: SeriesCollector }>();
  return {
    listen(id, format, layer) {
      const detector = createDetector({ id, format, layer }, detections, byId);
      const series = collectSeries(id, wanted);
      watched.set(id, { detector, series });
      return {
        literals: detector.literals,
        sampled: (record) => observer.record(id, record),
        record(record) {
          observer.record(id, record);
          detector.push(record);
        },
        metric(point) {
          observer.metric(point);
          series.push(point);
        },
      };
    },
    finish(sources) {
      return sources.flatMap((source) => {
        const own = watched.get(source.id);
        if (own === undefined) return [];
        return [...own.detector.finish(), ...detectMetrics(source, own.series.finish(), metrics)];
      });
    },
    limits: (sources) => describeLimits(sources, metrics),
  };
}
