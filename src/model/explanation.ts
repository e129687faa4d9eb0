import type { Timed } from './detection.js';
import type { CorrelationRule, EvidenceItem } from './rule.js';
import type { Interval } from './time.js';

/** What came nearest to being the observation that an evidence item asks for. */
export interface NearMiss {
  readonly detection: Timed;
  /** Outside the window by so many seconds: before it (negative), after it, or 0 where time is not what is wrong. */
  readonly outsideSeconds: number;
  /** It is about somebody else. */
  readonly isOther: boolean;
}

export interface ItemMiss {
  readonly item: EvidenceItem;
  readonly miss: NearMiss;
}

/** How far a correlation came in the group of detections that came nearest to satisfying it. */
export interface CorrelationMiss {
  readonly rule: CorrelationRule;
  /** Values of its `group-by`, in their order; empty where it has none. */
  readonly group: readonly string[];
  /** What the group has in one window. */
  readonly window: Interval;
  readonly members: readonly Timed[];
  /** What is counted, and the number that it came to; null for those that ask for rules. */
  readonly reached: number | null;
  /** Rules that are not there, and where each came nearest. */
  readonly absent: readonly AbsentRule[];
  /** All are there, but not in the order that is asked for. */
  readonly isOutOfOrder: boolean;
}

export interface AbsentRule {
  readonly rule: string;
  /** Its detection nearest to the window in the same group. */
  readonly outside: { readonly detection: Timed; readonly seconds: number } | null;
  /** Else the nearest one of another group, and what differs. */
  readonly elsewhere: {
    readonly detection: Timed;
    readonly differs: readonly { readonly field: string; readonly wanted: string; readonly found: string | null }[];
  } | null;
}

/** `faultline explain`: why an incident was attributed as it was, condition by condition. JSON as it is. */
export interface ExplanationReport {
  readonly schemaVersion: '1.0';
  readonly tool: { readonly name: 'faultline'; readonly version: string };
  readonly incident: {
    readonly id: string;
    readonly kind: string;
    readonly entity: { readonly type: string; readonly name: string };
    readonly summary: string;
    readonly onset: { readonly earliest: string | null; readonly latest: string | null };
    readonly verdict: string;
    /** Conditions of `confirmed` that fail; none where it is. */
    readonly verdictGaps: readonly string[];
  };
  /** Most probable first; with `--cause` that one alone. */
  readonly causes: readonly ExplainedCause[];
  /** Null where no rule was asked for. */
  readonly whyNot: ExplainedRule | null;
}

export interface ExplainedCause {
  readonly cause: string;
  readonly hypothesis: string;
  readonly title: string;
  readonly mechanism: string;
  readonly state: string;
  readonly probability: number;
  /** `prior` + weights of items and controls + `refutation`. */
  readonly score: number;
  readonly prior: number;
  readonly refutation: number;
  readonly items: readonly ExplainedItem[];
  readonly controls: readonly { readonly id: string; readonly statement: string; readonly weight: number }[];
}

export interface ExplainedItem {
  readonly id: string;
  readonly statement: string;
  readonly status: 'observed' | 'absent' | 'unknown';
  readonly order: string;
  /** What it added; 0 where another item of its family counts, or nothing is known. */
  readonly weight: number;
  readonly ifObserved: number;
  /** Null: its absence says nothing. */
  readonly ifAbsent: number | null;
  readonly decisive: boolean;
  readonly refutes: 'absent' | 'present' | null;
  readonly family: string | null;
  readonly rules: readonly string[];
  readonly join: string;
  readonly window: { readonly from: string | null; readonly to: string | null };
  readonly beforeSeconds: number;
  readonly afterSeconds: number;
  readonly because: string;
  /** First of what was seen, and how many there were. */
  readonly seen: readonly ExplainedDetection[];
  readonly count: number;
  /** Of an item that was not observed. */
  readonly nearest: (ExplainedDetection & { readonly outsideSeconds: number; readonly isOther: boolean }) | null;
}

export interface ExplainedDetection {
  readonly rule: string;
  readonly entity: string | null;
  readonly time: string | null;
  readonly uncertaintySeconds: number;
  readonly path: string;
  readonly line: number | null;
  readonly record: number | null;
  /** What the rule says of it, and the record itself. */
  readonly statement: string;
  readonly text: string;
}

/** Why a rule did not fire, or where it did. */
export interface ExplainedRule {
  readonly rule: string;
  readonly kind: string;
  readonly outcome: string;
  readonly why: string;
  readonly count: number;
  /** Where it fired nearest to the incident. */
  readonly nearest: ExplainedDetection | null;
  /** Logsources that it reads, and whether the evidence has them. */
  readonly reads: readonly {
    readonly logsource: string;
    readonly isGiven: boolean;
    /** Machines (or files, where none is named) whose log of it was recording when the incident began, and those whose was not. */
    readonly recording: readonly string[];
    readonly dark: readonly string[];
    readonly gives: string;
    readonly howToGet: string;
  }[];
  readonly correlation: {
    readonly type: string;
    readonly timespanSeconds: number;
    readonly group: readonly { readonly field: string; readonly value: string }[];
    readonly asks: string;
    readonly reached: string;
    readonly members: readonly ExplainedDetection[];
    readonly absent: readonly {
      readonly rule: string;
      readonly outcome: string;
      readonly outsideSeconds: number | null;
      readonly at: ExplainedDetection | null;
      readonly differs: readonly { readonly field: string; readonly wanted: string; readonly found: string | null }[];
    }[];
    readonly isOutOfOrder: boolean;
  } | null;
}
