/** The report contract, version 1.0. Times are RFC 3339 in UTC with the precision known. See schemas/report.schema.json. */
export interface Report {
  readonly schemaVersion: '1.0';
  readonly tool: {
    readonly name: 'faultline';
    readonly version: string;
    readonly rulePacks: readonly { readonly id: string; readonly version: string; readonly sha256: string }[];
  };
  readonly sources: readonly ReportSource[];
  readonly topology: {
    readonly vms: readonly {
      readonly name: string;
      readonly id: string | null;
      readonly guests: readonly string[];
      readonly hosts: readonly string[];
      readonly volumes: readonly string[];
      readonly disks: readonly string[];
    }[];
    readonly hosts: readonly { readonly name: string; readonly aliases: readonly string[] }[];
    readonly volumes: readonly { readonly name: string; readonly aliases: readonly string[] }[];
    readonly links: readonly {
      readonly kind: string;
      readonly from: string;
      readonly to: string;
      readonly basis: string;
      readonly source: string | null;
      readonly line: number | null;
      readonly record: number | null;
    }[];
  };
  readonly incidents: readonly ReportIncident[];
  readonly patterns: readonly ReportPattern[];
  readonly configuration: readonly never[];
  readonly ruleOutcomes: {
    readonly matched: number;
    readonly silent: number;
    readonly notApplicable: number;
    readonly errored: number;
    readonly details: readonly {
      readonly rule: string;
      readonly outcome: string;
      readonly count: number;
      readonly why: string;
    }[];
  };
  /** Trouble that belongs to no source: files nobody claims, and their first bytes. */
  readonly issues: readonly {
    readonly code: string;
    readonly severity: string;
    readonly path: string | null;
    readonly note: string;
    readonly count: number;
  }[];
  readonly limits: readonly string[];
}

export interface ReportClock {
  readonly zone: string | null;
  /** True UTC = the time as written, read as if it were UTC, + offsetSeconds. Null when nothing reaches the clock. */
  readonly offsetSeconds: number | null;
  readonly uncertaintySeconds: number | null;
  readonly basis: string;
  readonly steps: readonly never[];
  readonly evidence: readonly {
    readonly kind: string;
    readonly peer: string | null;
    readonly residualSeconds: number | null;
  }[];
}

export interface ReportCoverage {
  readonly start: string;
  readonly end: string;
  readonly alive: string;
}

export interface ReportSource {
  readonly id: string;
  readonly path: string;
  readonly format: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly records: number;
  readonly layer: string;
  readonly resource: Readonly<Record<string, string>>;
  readonly clock: ReportClock;
  readonly streams: readonly {
    readonly id: string;
    readonly resource: Readonly<Record<string, string>>;
    readonly bootId: string | null;
    readonly records: number;
    readonly coverage: readonly ReportCoverage[];
    readonly clock: {
      readonly segments: readonly {
        readonly from: string | null;
        readonly to: string | null;
        readonly fold: 0;
        readonly offsetSeconds: number;
        readonly driftPpm: 0;
        readonly uncertaintySeconds: number;
      }[];
    };
  }[];
  readonly coverage: readonly ReportCoverage[];
  readonly issues: readonly {
    readonly code: string;
    readonly severity: string;
    readonly count: number;
    readonly note: string;
    readonly line: number | null;
    readonly byteOffset: number | null;
  }[];
}

export interface ReportOrigin {
  readonly source: string;
  readonly line: number | null;
  readonly byteOffset: number | null;
  readonly record: number | null;
  readonly series: string | null;
  readonly value: number | null;
  readonly interval: number | null;
  readonly time: string | null;
  readonly text: string;
}

export interface ReportEvidence {
  readonly id: string;
  readonly statement: string;
  readonly weight: number;
  readonly order: string;
  /** Observations behind it; `origins` shows at most ten places. */
  readonly count: number;
  readonly origins: readonly ReportOrigin[];
}

export interface ReportMissing {
  readonly need: string;
  readonly window: readonly [string, string];
  readonly wouldShow: string;
  readonly howToGet: string;
  readonly keptFor: string;
  readonly reason: string;
}

/** The one missing log that would tell most. */
export interface ReportNext {
  readonly need: string;
  /** Why it does not tell now. */
  readonly reason: string;
  /** Competitors of the leading cause that it could refute. */
  readonly couldRefute: readonly string[];
  /** Causes whose decisive link it could show. */
  readonly couldShow: readonly string[];
  /** Expected fall of the entropy of the causes. */
  readonly bits: number;
  readonly howToGet: string;
  readonly keptFor: string;
}

export interface ReportCause {
  readonly cause: string;
  readonly hypothesis: string;
  readonly probability: number;
  readonly state: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly evidence: readonly ReportEvidence[];
  readonly against: readonly ReportEvidence[];
  readonly missing: readonly ReportMissing[];
}

export interface ReportStep {
  readonly time: string | null;
  readonly uncertaintySeconds: number;
  readonly layer: string;
  readonly statement: string;
  readonly origins: readonly ReportOrigin[];
}

export interface ReportIncident {
  readonly id: string;
  readonly kind: string;
  readonly entity: { readonly type: string; readonly name: string };
  readonly start: string | null;
  readonly end: string | null;
  readonly onset: { readonly earliest: string | null; readonly latest: string | null };
  readonly summary: string;
  readonly verdict: string;
  /** Why the verdict is not `confirmed`; empty when it is. */
  readonly verdictGaps: readonly string[];
  readonly causes: readonly ReportCause[];
  readonly timeline: readonly ReportStep[];
  readonly chain: readonly { readonly cause: string; readonly statement: string; readonly time: string | null }[];
  readonly contributing: readonly { readonly cause: string; readonly statement: string }[];
  readonly falseTrails: readonly {
    readonly cause: string;
    readonly lookedGuilty: string;
    readonly exoneratedBy: string;
  }[];
  readonly symptoms: readonly { readonly kind: string; readonly time: string | null; readonly statement: string }[];
  readonly related: readonly string[];
  /** Null where nothing is missing, or nothing more is needed. */
  readonly nextEvidence: ReportNext | null;
  readonly recommendations: readonly {
    readonly text: string;
    readonly why: string;
    readonly references: readonly string[];
  }[];
}

export interface ReportPattern {
  readonly id: string;
  readonly kind: 'control' | 'recurrence';
  readonly statement: string;
  readonly incidents: readonly string[];
  /** [[exposed harmed, exposed unharmed], [other harmed, other unharmed]] of a control; null for a recurrence. */
  readonly table: readonly (readonly number[])[] | null;
  readonly weight: number | null;
}
