import type { Clocks } from './clock.js';
import type { Timed } from './detection.js';
import type { StreamGaps } from './gap.js';
import type { Incident } from './incident.js';
import type { Pack, Rule, RuleOutcome } from './rule.js';
import type { ReadSource, Unrecognised } from './source.js';
import type { Interval } from './time.js';
import type { Topology } from './topology.js';
import type { Attribution, Control, Recurrence } from './verdict.js';

/** Everything one run found out; the report is this in the words of the contract. */
export interface Analysis {
  readonly packs: readonly Pack[];
  readonly rules: readonly Rule[];
  readonly sources: readonly ReadSource[];
  readonly unrecognised: readonly Unrecognised[];
  readonly clocks: Clocks;
  readonly topology: Topology;
  /** Detections, metric stretches and correlations in time order. */
  readonly detections: readonly Timed[];
  readonly incidents: readonly Incident[];
  readonly attributions: readonly Attribution[];
  readonly controls: readonly Control[];
  readonly recurrences: readonly Recurrence[];
  readonly coverage: readonly StreamCoverage[];
  /** Of the streams that have a place on the timeline. */
  readonly gaps: readonly StreamGaps[];
  readonly outcomes: readonly {
    readonly rule: string;
    readonly outcome: RuleOutcome;
    readonly why: string;
    readonly count: number;
  }[];
  readonly limits: readonly string[];
}

export interface StreamCoverage {
  readonly key: string;
  readonly alive: 'proven' | 'assumed';
  readonly stretches: readonly Interval[];
}
