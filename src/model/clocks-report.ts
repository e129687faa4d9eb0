import type { ErrorPart } from './clock.js';
import type { ClockBasis } from './detection.js';
import type { AliveBy, GapCause } from './gap.js';
import type { IssueSeverity } from './source.js';

/** What `faultline clocks` says. Times are RFC 3339 in UTC. */
export interface ClocksReport {
  readonly schemaVersion: '1.0';
  readonly tool: { readonly name: 'faultline'; readonly version: string };
  /** One for each host, channel or kind of counter of a source, in the order of the sources. */
  readonly clocks: readonly ReportStreamClock[];
  /** With `--explain`: how the true time of one record came about. */
  readonly explained?: ExplainedRecord;
}

/**
 * How one stamp became a true time. `stamp.dated`, read as UTC (of time since boot: 1970-01-01T00:00:00Z and so many seconds),
 * and every `seconds` of `added` are `result.utc`, to the microsecond; every `seconds` of `result.madeOf` are its error.
 */
export interface ExplainedRecord {
  readonly path: string;
  /** Where it begins; null where the format has no lines, or no record ids. */
  readonly line: number | null;
  readonly record: number | null;
  readonly host: string | null;
  readonly channel: string | null;
  /** The record on one line, harmless on a terminal, cut after 200 characters. */
  readonly text: string;
  readonly stamp: {
    /** `2024-03-03T02:14:07+01:00`, `--03-03T02:14:07` without a year, `12.5s` since boot. */
    readonly written: string;
    readonly isSinceBoot: boolean;
    /** Width of its last digit. */
    readonly resolutionSeconds: number;
    /** Local time less UTC, where the stamp itself says it. */
    readonly statedOffset: string | null;
    /** With its year, without a zone. Null for time since boot, and where no clock reaches the stamp. */
    readonly dated: string | null;
  };
  /** Where the stamp has no year. */
  readonly year: {
    readonly year: number;
    /** How often the year turned in the log before this record. */
    readonly turns: number;
    readonly issue: ExplainedIssue | null;
  } | null;
  /** Null for time since boot. */
  readonly zone: ExplainedZone | null;
  /** What the clock was off by; null for time since boot. */
  readonly clock: ExplainedClock | null;
  /** For time since boot: when the kernel started, and what tells. */
  readonly boot: { readonly zero: string; readonly kind: string; readonly path: string } | null;
  readonly added: readonly { readonly of: 'zone' | 'clock' | 'boot'; readonly seconds: number }[];
  /** Null where no clock reaches the stamp: the record stays undated. */
  readonly result: {
    readonly utc: string;
    readonly uncertaintySeconds: number;
    readonly madeOf: readonly { readonly of: ErrorPart; readonly seconds: number }[];
    readonly basis: ClockBasis;
    readonly clockId: string;
    /** What a right clock of the log's zone showed then; null where several zones are possible, and for time since boot. */
    readonly local: string | null;
  } | null;
  /** Everything else that is known of its clock. */
  readonly issues: readonly ExplainedIssue[];
}

export interface ExplainedIssue {
  readonly code: string;
  readonly severity: IssueSeverity;
  readonly note: string;
}

export interface ExplainedZone {
  /** Local time less UTC that was taken; of several possible ones the middle. */
  readonly offset: string;
  /** Stated by this very stamp; else `proofs` and `note` say where it is from. */
  readonly isByStamp: boolean;
  /** Each offset that is possible here, with the IANA zones that had it, where few enough did. */
  readonly possible: readonly { readonly offset: string; readonly names: readonly string[] }[];
  /** As it is written in the source or was given. */
  readonly stated: string | null;
  readonly proofs: readonly ExplainedProof[];
  readonly note: string | null;
  /** The stamp lies in an hour of local time that comes twice. */
  readonly twice: {
    readonly from: string;
    readonly to: string;
    /** Null: nothing tells which of the two it is. */
    readonly pass: 1 | 2 | null;
    /** Byte of the (decompressed) source at which the log begins the hour again, where that tells it. */
    readonly againFromByte: number | null;
  } | null;
}

export interface ExplainedProof {
  readonly kind: string;
  /** Path of the other source. */
  readonly peer: string | null;
  readonly residualSeconds: number | null;
}

export interface ExplainedClock {
  /** Null: no event that another clock stamped tells of it. */
  readonly measured: {
    /** Path of a log of the other clock, or its machine. */
    readonly against: string;
    readonly events: number;
    /** The error is what they leave open; else it is that clocks are taken to agree, which says more. */
    readonly isSharp: boolean;
    /** The events nearest to this record. `awaySeconds`: after it (before: negative). */
    readonly nearest: readonly {
      readonly kind: string;
      readonly awaySeconds: number;
      readonly residualSeconds: number;
    }[];
  } | null;
}

/** Local time less UTC over what a log covers. */
export interface ReportZone {
  /** `+01:00`, in the order in which they held. */
  readonly offsets: readonly string[];
  /** IANA names, where few enough fit. */
  readonly names: readonly string[];
}

export interface ReportStreamClock {
  readonly source: string;
  readonly path: string;
  readonly host: string | null;
  readonly channel: string | null;
  readonly records: number;
  /** What its stamps are. */
  readonly stamps: 'wall' | 'uptime' | 'none';
  readonly basis: ClockBasis;
  /** True time of its first and last sign of life. */
  readonly from: string | null;
  readonly to: string | null;
  /** Of the first stamp, where stamps have none. */
  readonly year: number | null;
  /** As it is written in the source or was given. */
  readonly statedZone: string | null;
  /** Null where several are possible, where nothing tells (a clock that is off by more than minutes), and for time since boot. */
  readonly zone: ReportZone | null;
  /** Where several are possible, each of them. */
  readonly possibleZones: readonly ReportZone[];
  /** True time = stamp read as UTC + offset. */
  readonly segments: readonly {
    readonly from: string | null;
    readonly to: string | null;
    readonly offsetSeconds: number;
    readonly uncertaintySeconds: number;
  }[];
  readonly proofs: readonly {
    readonly kind: string;
    /** Path of the other source; null where the stamp or the format speaks for itself. */
    readonly peer: string | null;
    readonly residualSeconds: number | null;
  }[];
  /**
   * Events that another clock stamped too, and true time of the first and the last: if the clock was set before or after,
   * nothing here shows it. Null where there are none, or they tell it to no better than a minute.
   */
  readonly measured: { readonly events: number; readonly from: string; readonly to: string } | null;
  readonly issues: readonly { readonly code: string; readonly severity: IssueSeverity; readonly note: string }[];
  /** What could not be told, and which file would tell it. */
  readonly open: readonly OpenQuestion[];
  /** What its unbroken stretches rest on; null without a place on the timeline. */
  readonly aliveBy: AliveBy | null;
  /** The longest silence that is no gap; null where silence is none, or nobody can say. */
  readonly usualSilenceSeconds: number | null;
  readonly recordIds: { readonly first: number; readonly last: number } | null;
  /** In time order. */
  readonly gaps: readonly ReportGap[];
  readonly losses: readonly ReportLoss[];
}

export interface OpenQuestion {
  readonly what: string;
  readonly settledBy: string;
}

/** A stretch of which a stream holds nothing though it should. */
export interface ReportGap {
  readonly from: string;
  readonly to: string;
  readonly seconds: number;
  readonly uncertaintySeconds: number;
  readonly cause: GapCause;
  /** Records or samples that are known to be missing. */
  readonly missing: number | null;
  /** Path of a source that holds records of the same machine inside the gap. */
  readonly elsewhere: string | null;
  readonly because: readonly ReportMark[];
}

/** Lines that were written and dropped. */
export interface ReportLoss {
  readonly from: string;
  readonly to: string;
  readonly uncertaintySeconds: number;
  /** At least so many, unless `isExact`. */
  readonly lines: number;
  readonly isExact: boolean;
  readonly because: readonly ReportMark[];
}

/** A record that tells of a gap, and where it stands. */
export interface ReportMark {
  readonly rule: string;
  readonly statement: string;
  readonly path: string;
  readonly line: number | null;
  readonly record: number | null;
}
