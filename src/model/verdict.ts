import type { Timed } from './detection.js';
import type { EvidenceItem, HypothesisRule, LogsourceRule, Recommendation } from './rule.js';
import type { Interval, Order } from './time.js';

export type Verdict = 'confirmed' | 'likely' | 'undetermined';
export type CauseState = 'supported' | 'refuted' | 'cannot-rule-out';

/** How one evidence item of a hypothesis stands on one incident. */
export interface Finding {
  readonly item: EvidenceItem;
  readonly status: 'observed' | 'absent' | 'unknown';
  /** Statement with the incident's names filled in. */
  readonly statement: string;
  /** Log-likelihood ratio that went into the score, after order and family. */
  readonly weight: number;
  readonly order: Order;
  readonly detections: readonly Timed[];
  /** Where absence was established, or why it could not be. */
  readonly because: string;
  /** Logsources that were not alive (or not there) over the window. */
  readonly dark: readonly Dark[];
  readonly window: Interval;
}

export interface Dark {
  readonly logsource: LogsourceRule;
  readonly scope: readonly string[];
  readonly reason: string;
}

export interface Cause {
  readonly cause: string;
  readonly hypothesis: HypothesisRule;
  readonly probability: number;
  readonly score: number;
  readonly prior: number;
  readonly state: CauseState;
  readonly attributes: Readonly<Record<string, string>>;
  readonly findings: readonly Finding[];
}

export interface Attribution {
  readonly incident: string;
  readonly verdict: Verdict;
  /** What keeps the verdict below `confirmed`; empty when it is. */
  readonly short: readonly string[];
  readonly causes: readonly Cause[];
  readonly recommendations: readonly Recommendation[];
  readonly controls: readonly Control[];
  /** The one missing log that would tell most; null where none is missing, or nothing more is needed. */
  readonly next: NextEvidence | null;
}

export interface NextEvidence {
  readonly logsource: LogsourceRule;
  /** Machines whose log it is; none where nobody knows which. */
  readonly scope: readonly string[];
  /** Why it does not tell now: not there, or not over the whole window. */
  readonly reason: string;
  /** Competitors of the leader that it could refute, and causes whose decisive link it could show. */
  readonly refutes: readonly string[];
  readonly shows: readonly string[];
  /** Expected fall of the entropy of the causes. */
  readonly bits: number;
}

/** A natural experiment: who was harmed, by what their backup did. Counts are VMs of one night and volume, summed over nights. */
export interface Control {
  readonly id: string;
  readonly statement: string;
  readonly exposedHarmed: number;
  readonly exposedUnharmed: number;
  readonly otherHarmed: number;
  readonly otherUnharmed: number;
  /** Log of the Bayes factor for "exposure changes the rate of harm". */
  readonly weight: number;
  readonly nights: readonly string[];
  readonly incidents: readonly string[];
}

/** Incidents of one kind that one cause led to, and what they have in common. */
export interface Recurrence {
  readonly kind: string;
  readonly cause: string;
  readonly incidents: readonly string[];
  readonly entities: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
  /** Statements of the evidence that was there every time; `{entity}` stands for whom it befell. */
  readonly links: readonly string[];
  /** Of the true time of their starts, UTC: 0 is Sunday; null where they do not agree, or are few. */
  readonly weekday: number | null;
  /** Within a day, UTC; `latest` may lie before `earliest`, over midnight. */
  readonly timeOfDay: Interval | null;
}
