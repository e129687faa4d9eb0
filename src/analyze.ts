import { attribute } from './attribute/attribute.js';
import { alignClocks } from './clock/align.js';
import { byTime, placeDetections } from './clock/place.js';
import { correlate } from './correlate/correlate.js';
import { mergeCopies } from './correlate/dedupe.js';
import { resolveEntities } from './correlate/entities.js';
import { buildIncidents } from './correlate/incidents.js';
import { withinLimits } from './correlate/limits.js';
import { ruleOutcomes } from './detect/outcomes.js';
import type { Input } from './ingest/discover.js';
import { type EvidenceProgress, readEvidence } from './ingest/evidence.js';
import type { Analysis } from './model/analysis.js';
import type { Rule, RuleSet } from './model/rule.js';
import type { Interval } from './model/time.js';
import type { Parser } from './parser/parser.js';
import { buildTopology } from './topology/build.js';
import { observeTopology, statedFacts } from './topology/observe.js';
import { watchSource } from './watch-source.js';

export interface AnalyzeOptions {
  readonly inputs: readonly Input[];
  readonly ruleSet: RuleSet;
  readonly parsers: readonly Parser[];
  /** `NAME-OR-PATH=ZONE`. */
  readonly zones: readonly string[];
  /** Only incidents that touch this span (true time); evidence outside still counts. */
  readonly span: Interval | null;
  /** Only incidents of these VMs or hosts. */
  readonly entities: readonly string[];
  readonly progress: EvidenceProgress;
}

/** The order of the stages: the only place that knows it. */
export async function analyze(options: AnalyzeOptions): Promise<Analysis> {
  const { rules, packs } = options.ruleSet;
  const of = <K extends Rule['kind']>(kind: K): Extract<Rule, { kind: K }>[] =>
    rules.filter((rule): rule is Extract<Rule, { kind: K }> => rule.kind === kind);

  const observer = observeTopology();
  const watch = watchSource(of('detection'), of('logsource'), of('metric'), observer);
  const evidence = await readEvidence(options.inputs, options.parsers, watch.listen, options.progress);
  const written = watch.finish(evidence.sources);

  const clocks = alignClocks(evidence.sources, written, options.zones);
  const topology = buildTopology(observer, statedFacts(evidence.sources));
  const pathOf = (source: string): string => evidence.sources.find((s) => s.id === source)?.path ?? source;
  const aboutVm = new Set(of('detection').flatMap((rule) => (rule.entity?.type === 'vm' ? [rule.id] : [])));
  const placed = resolveEntities(placeDetections(written, clocks), topology, pathOf, (rule) => aboutVm.has(rule));
  const single = mergeCopies(placed);
  const detections = [...single, ...correlate(of('correlation'), [...single].sort(byTime))].sort(byTime);
  const incidents = buildIncidents(of('incident'), detections);

  const { attributions, controls, alive } = attribute({
    incidents,
    detections,
    rules,
    sources: evidence.sources,
    clocks,
    topology,
  });
  // Chosen last: controls and neighbours need the incidents that nobody asked to see.
  const shown = withinLimits(incidents, options.span, options.entities);
  const chosen = new Set(shown.map((incident) => incident.id));
  return {
    packs,
    rules,
    sources: evidence.sources,
    unrecognised: evidence.unrecognised,
    clocks,
    topology,
    detections,
    incidents: shown,
    attributions: attributions.filter((a) => chosen.has(a.incident)),
    controls: controls.filter((c) => c.incidents.some((id) => chosen.has(id))),
    coverage: alive.map(({ key, proof, stretches }) => ({ key, alive: proof, stretches })),
    outcomes: ruleOutcomes(rules, evidence.sources, detections, incidents, attributions),
    limits: watch.limits(evidence.sources),
  };
}
