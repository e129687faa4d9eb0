import type { Clocks } from '../model/clock.js';
import type { Timed } from '../model/detection.js';
import type { Incident } from '../model/incident.js';
import type { HypothesisRule, LogsourceRule, Rule } from '../model/rule.js';
import type { ReadSource } from '../model/source.js';
import type { Topology } from '../model/topology.js';
import type { Attribution, Cause, Control, Finding } from '../model/verdict.js';
import { consistencyControl } from './controls.js';
import { type Alive, aliveStreams } from './coverage.js';
import { type Bench, evaluateItem } from './evaluate.js';
import { scopeOf } from './scope.js';
import { rankCauses, type Scored } from './score.js';
import { indexSpans } from './span-index.js';
import { decide } from './verdict.js';

export interface AttributionInput {
  readonly incidents: readonly Incident[];
  readonly detections: readonly Timed[];
  readonly rules: readonly Rule[];
  readonly sources: readonly ReadSource[];
  readonly clocks: Clocks;
  readonly topology: Topology;
}

export interface AttributionResult {
  readonly attributions: readonly Attribution[];
  readonly controls: readonly Control[];
  readonly alive: readonly Alive[];
}

/** Weighs every hypothesis on every incident. */
export function attribute(input: AttributionInput): AttributionResult {
  const alive = aliveStreams(input.sources, input.clocks);
  const byRule = new Map<string, Timed[]>();
  for (const detection of input.detections) {
    const list = byRule.get(detection.rule);
    if (list === undefined) byRule.set(detection.rule, [detection]);
    else list.push(detection);
  }
  const rules = new Map(input.rules.map((rule) => [rule.id, rule]));
  const logsources = new Map(
    input.rules.flatMap((rule): [string, LogsourceRule][] => (rule.kind === 'logsource' ? [[rule.id, rule]] : [])),
  );
  const spans = new Map([...byRule].map(([rule, list]) => [rule, indexSpans(list)]));
  const bench: Bench = { byRule: spans, rules, logsources, alive, topology: input.topology };
  const hypotheses = input.rules.filter((rule): rule is HypothesisRule => rule.kind === 'hypothesis');
  const controls = controlsOf(hypotheses, byRule, input, alive);
  const attributions = input.incidents.map((incident) => attributeOne(incident, hypotheses, bench, controls));
  return { attributions, controls, alive };
}

/** Controls are built in; a hypothesis says which ones speak for it. The runs come from the backup rules of the core pack. */
function controlsOf(
  hypotheses: readonly HypothesisRule[],
  byRule: ReadonlyMap<string, readonly Timed[]>,
  input: AttributionInput,
  alive: readonly Alive[],
): readonly Control[] {
  if (!hypotheses.some((h) => h.controls.includes('consistency'))) return [];
  const runs = (id: string): readonly Timed[] => byRule.get(id) ?? [];
  const control = consistencyControl(
    runs('core/backup/vm-application-consistent'),
    runs('core/backup/vm-crash-consistent'),
    input.incidents,
    input.topology,
    alive,
  );
  return control === null ? [] : [control];
}

function attributeOne(
  incident: Incident,
  hypotheses: readonly HypothesisRule[],
  bench: Bench,
  controls: readonly Control[],
): Attribution {
  const scope = scopeOf(incident, bench.topology);
  const scored: Scored[] = [];
  for (const hypothesis of hypotheses) {
    const prior = hypothesis.explains[incident.kind];
    if (prior === undefined) continue;
    const items = hypothesis.evidence.filter((item) => item.for === null || item.for.includes(incident.kind));
    const findings: readonly Finding[] = items.map((item) => evaluateItem(item, incident, scope, bench));
    const speaking = controls.filter((c) => hypothesis.controls.includes(c.id) && c.incidents.includes(incident.id));
    scored.push({ hypothesis, prior, findings, controls: speaking });
  }
  const causes: readonly Cause[] = rankCauses(scored);
  const { verdict, short } = decide(incident, causes, bench, scope);
  const leader = causes[0];
  return {
    incident: incident.id,
    verdict,
    short,
    causes,
    recommendations: verdict === 'undetermined' ? [] : (leader?.hypothesis.remedy ?? []),
    controls: controls.filter((c) => c.incidents.includes(incident.id)),
  };
}
