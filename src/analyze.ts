import { attribute } from './attribute/attribute.js';
import { recurrencesOf } from './attribute/recurrence.js';
import { alignClocks } from './clock/align.js';
import { byTime, placeDetections } from './clock/place.js';
import { correlate } from './correlate/correlate.js';
import { mergeCopies } from './correlate/dedupe.js';
import { eventOwners, resolveEntities } from './correlate/entities.js';
import { buildIncidents } from './correlate/incidents.js';
import { withinLimits } from './correlate/limits.js';
import { describeLimits } from './detect/limits.js';
import { ruleOutcomes } from './detect/outcomes.js';
import { explainGaps } from './gaps/explain.js';
import { checkReach } from './gaps/reach.js';
import type { Analysis } from './model/analysis.js';
import type { ClockOverride } from './model/clock-override.js';
import type { InputReading } from './model/reading.js';
import type { Rule, RuleSet } from './model/rule.js';
import type { Interval } from './model/time.js';
import { buildTopology } from './topology/build.js';
import { joinObservations, statedFacts } from './topology/observe.js';

export interface AnalyzeOptions {
  /** What came of each input, in the order of their source ids. */
  readonly readings: readonly InputReading[];
  readonly ruleSet: RuleSet;
  /** `NAME-OR-PATH=ZONE`. */
  readonly zones: readonly string[];
  /** What a person says of single clocks. */
  readonly clocks: readonly ClockOverride[];
  /** Only incidents that touch this span (true time); evidence outside still counts. */
  readonly span: Interval | null;
  /** Only incidents of these VMs or hosts. */
  readonly entities: readonly string[];
}

/** The order of the stages after reading: the only place that knows it. */
export function analyze(options: AnalyzeOptions): Analysis {
  const { rules, packs } = options.ruleSet;
  const of = <K extends Rule['kind']>(kind: K): Extract<Rule, { kind: K }>[] =>
    rules.filter((rule): rule is Extract<Rule, { kind: K }> => rule.kind === kind);

  const read = options.readings.filter((reading) => 'source' in reading);
  const sources = read.map((reading) => reading.source);
  const written = read.flatMap((reading) => reading.detections);
  const observations = joinObservations(read.map((reading) => reading.observations));

  const topology = buildTopology(observations, statedFacts(sources));
  const paths = new Map(sources.map((source) => [source.id, source.path]));
  const pathOf = (source: string): string => paths.get(source) ?? source;
  const aboutVm = new Set(of('detection').flatMap((rule) => (rule.entity?.type === 'vm' ? [rule.id] : [])));
  const anchors = new Map(of('detection').map((rule) => [rule.id, rule.anchors]));
  const steps = new Map(of('detection').map((rule) => [rule.id, rule.step]));
  const owners = {
    stepOf: (rule: string) => steps.get(rule) ?? null,
    anchorsOf: (rule: string) => anchors.get(rule) ?? [],
    nameOf: eventOwners(sources, topology),
  };
  const clocks = alignClocks(sources, written, options.zones, owners, options.clocks);
  const placed = resolveEntities(placeDetections(written, clocks), topology, pathOf, (rule) => aboutVm.has(rule));
  const single = [...mergeCopies(placed)].sort(byTime);
  const detections = [...single, ...correlate(of('correlation'), single)].sort(byTime);
  const incidents = buildIncidents(of('incident'), detections);
  const gaps = explainGaps({ sources, detections: single, rules, clocks, topology });

  const { attributions, controls, alive } = attribute({
    incidents,
    detections,
    rules,
    sources,
    clocks,
    topology,
  });
  // Chosen last: controls and neighbours need the incidents that nobody asked to see.
  const shown = withinLimits(incidents, options.span, options.entities);
  const reach = checkReach({ incidents: shown, rules, sources, clocks, topology, gaps });
  const chosen = new Set(shown.map((incident) => incident.id));
  const shownAttributions = attributions.filter((a) => chosen.has(a.incident));
  return {
    packs,
    rules,
    sources,
    unrecognised: options.readings.flatMap((reading) => ('unrecognised' in reading ? [reading.unrecognised] : [])),
    clocks,
    topology,
    detections,
    incidents: shown,
    attributions: shownAttributions,
    controls: controls.filter((c) => c.incidents.some((id) => chosen.has(id))),
    recurrences: recurrencesOf(shown, shownAttributions),
    coverage: alive.map(({ key, proof, stretches }) => ({ key, alive: proof, stretches })),
    gaps,
    outcomes: ruleOutcomes(rules, sources, detections, incidents, attributions),
    limits: [...reach, ...describeLimits(sources, of('metric'))],
  };
}
