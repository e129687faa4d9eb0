import type { EntityType, Level, Role } from './detection.js';
import type { ToldCause } from './gap.js';
import type { FieldValue, Layer, LogRecord, MetricName } from './record.js';

export type Wording = 'verified' | 'seen' | 'memory';

export interface Pack {
  readonly id: string;
  readonly version: string;
  readonly title: string;
  /** SHA-256 over the pack's files in path order. */
  readonly sha256: string;
}

export interface RuleHead {
  /** Pack id and path: `core/guest/ext4-journal-abort`. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly references: readonly string[];
  readonly level: Level;
  readonly wording: Wording;
  readonly file: string;
}

export interface EntityRef {
  readonly type: EntityType;
  readonly field: string;
}

/** `{product, service, category}` as a rule names it. */
export interface Logsource {
  readonly product: string | null;
  readonly service: string | null;
  readonly category: string | null;
}

/** A compiled Sigma condition: pure, linear time. */
export type Predicate = (record: LogRecord) => boolean;

/** A test of one field that costs next to nothing. `text` is ASCII in lower case; the field's text is lowered likewise. */
export interface Need {
  readonly field: string;
  readonly how: 'equals' | 'prefix' | 'suffix' | 'contains';
  readonly text: string;
}

export interface DetectionRule extends RuleHead {
  readonly kind: 'detection';
  readonly logsource: Logsource;
  /** Id of the logsource document, `windows/system`. */
  readonly logsourceId: string;
  readonly role: Role;
  readonly entity: EntityRef | null;
  readonly matches: Predicate;
  /**
   * Lower-case literals of which every matching record's message holds at least one; null when the condition
   * does not imply any, and every record of the logsource must then be looked at.
   */
  readonly literals: readonly string[] | null;
  /** Event ids of which every matching record has one; null when the condition does not imply any. */
  readonly eventIds: readonly number[] | null;
  /**
   * Tests of which every matching record passes at least one (for a list, one of its elements does); null when the
   * condition does not imply any, and every record must then be held against the rule.
   */
  readonly needs: readonly Need[] | null;
  /** Named groups of the first capture that matches; {} when none does. */
  readonly capture: (record: LogRecord) => Readonly<Record<string, string>>;
  readonly onset:
    | { readonly earliest: readonly (string | number)[]; readonly latest: readonly (string | number)[] }
    | { readonly epoch: string }
    | null;
  readonly able: { readonly statement: string; readonly kernel: readonly string[] } | null;
  readonly unless: { readonly rule: string; readonly same: readonly string[]; readonly withinSeconds: number } | null;
  readonly anchors: readonly AnchorRule[];
  readonly step: StepRule | null;
  readonly gap: GapRule | null;
  readonly statement: string;
}

/** What a record says of a silence of its machine's logs. */
export interface GapRule {
  readonly cause: ToldCause;
  /** Which end of the silence the record stands at; `any`: either, or inside. */
  readonly at: 'begin' | 'end' | 'any';
  /** Seconds, or the capture that tells them: longer no silence comes from it; null: as long as it takes. */
  readonly lasts: number | string | null;
  /** Capture that counts the lines that are missing, or null. */
  readonly lost: string | null;
}

/** A record that says by how much the clock of its machine was set: a capture with the seconds ahead, or the fields with the times before and after. */
export type StepRule = { readonly by: string } | { readonly from: string; readonly to: string };

/** A detection that another clock sees as well: by such events clocks are measured against each other. */
export interface AnchorRule {
  /** What happened; rules of one event may see the same, if they speak of the same entity. */
  readonly event: string;
  /** Of a record that lasts, which end of it the event is. */
  readonly at: 'start' | 'end';
  /** How much later than the event this rule's record is usually stamped (earlier: negative), and how far from that it may be. */
  readonly lagSeconds: number;
  readonly spreadSeconds: number;
  /** How far all events of the kind together may lie from the lag: it is a judgement, and machines differ. */
  readonly biasSeconds: number;
  /** Captures that must be equal too: a session, a sequence number. */
  readonly same: readonly string[];
}

export type CorrelationType =
  | 'event_count'
  | 'value_count'
  | 'temporal'
  | 'temporal_ordered'
  | 'value_sum'
  | 'value_avg'
  | 'value_percentile'
  | 'value_median';

export interface Comparison {
  readonly op: 'gt' | 'gte' | 'lt' | 'lte' | 'eq' | 'neq';
  readonly value: number;
}

/** Boolean condition over rule ids of a temporal correlation. */
export type RuleCondition =
  | { readonly op: 'rule'; readonly rule: string }
  | { readonly op: 'not'; readonly of: RuleCondition }
  | { readonly op: 'and' | 'or'; readonly of: readonly RuleCondition[] };

export interface CorrelationRule extends RuleHead {
  readonly kind: 'correlation';
  readonly type: CorrelationType;
  readonly rules: readonly string[];
  readonly groupBy: readonly string[];
  readonly timespanSeconds: number;
  /** All hold. Empty for temporal types without numbers. */
  readonly comparisons: readonly Comparison[];
  readonly field: string | null;
  readonly percentile: number | null;
  readonly condition: RuleCondition | null;
  /** alias -> rule id -> field. */
  readonly aliases: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly role: Role;
  readonly entity: EntityRef | null;
  readonly statement: string;
}

export interface LogsourceRule extends RuleHead {
  readonly kind: 'logsource';
  readonly logsource: Logsource;
  readonly formats: readonly string[];
  readonly where: Predicate | null;
  /** Channels the `where` selects when it is a plain `Channel` selection: lets streams be matched without records. */
  readonly channels: readonly string[] | null;
  readonly layer: Layer;
  readonly of: 'vm' | 'host' | 'volume' | 'job';
  readonly gives: string;
  readonly get: string;
  readonly kept: string;
  readonly samples: readonly { readonly format: string; readonly text: string }[];
}

export interface MetricCondition {
  readonly any: readonly MetricName[];
  readonly comparison: Comparison;
}

export interface MetricRule extends RuleHead {
  readonly kind: 'metric';
  readonly objects: readonly string[];
  readonly entity: 'host-disk' | 'volume' | 'vm-disk';
  readonly all: readonly MetricCondition[];
  readonly forSeconds: number;
  readonly exit: number;
  readonly baseline: { readonly k: number; readonly points: number; readonly floor: number } | null;
  readonly detectableSeconds: number;
  readonly role: Role;
  readonly statement: string;
}

export interface IncidentRule extends RuleHead {
  readonly kind: 'incident';
  readonly incident: string;
  readonly entity: EntityType;
  readonly opens: readonly string[];
  readonly datedBy: readonly string[];
  readonly backSeconds: number;
  readonly ends: readonly string[];
  readonly summary: string;
}

export type Join = 'vm' | 'host' | 'volume' | 'cluster' | 'others';

export interface EvidenceItem {
  readonly id: string;
  readonly statement: string;
  readonly observe: readonly string[];
  readonly join: Join;
  readonly beforeSeconds: number;
  readonly afterSeconds: number;
  readonly present: number;
  readonly absent: number | null;
  readonly needs: readonly string[];
  readonly decisive: boolean;
  readonly refutes: 'absent' | 'present' | null;
  readonly for: readonly string[] | null;
  readonly sets: Readonly<Record<string, string>>;
  readonly family: string | null;
}

export interface Recommendation {
  readonly text: string;
  readonly why: string;
  readonly references: readonly string[];
}

export interface HypothesisRule extends RuleHead {
  readonly kind: 'hypothesis';
  readonly cause: string;
  readonly mechanism: string;
  readonly explains: Readonly<Record<string, number>>;
  readonly evidence: readonly EvidenceItem[];
  readonly controls: readonly string[];
  readonly remedy: readonly Recommendation[];
}

export type Rule = DetectionRule | CorrelationRule | LogsourceRule | MetricRule | IncidentRule | HypothesisRule;

/** A mistake in a pack: the person who wrote it can fix it. */
export interface RuleError {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly offending: string;
  readonly problem: string;
  readonly fix: string;
}

export interface RuleSet {
  readonly packs: readonly Pack[];
  readonly rules: readonly Rule[];
  readonly errors: readonly RuleError[];
}

/** How a rule ended on a case. "No evidence was supplied" is never "nothing happened". */
export type RuleOutcome = 'matched' | 'silent' | 'not-applicable' | 'errored';

export type { FieldValue };
