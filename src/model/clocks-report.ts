import type { ClockBasis } from './detection.js';
import type { AliveBy, GapCause } from './gap.js';
import type { IssueSeverity } from './source.js';

/** What `faultline clocks` says. Times are RFC 3339 in UTC. */
export interface ClocksReport {
  readonly schemaVersion: '1.0';
  readonly tool: { readonly name: 'faultline'; readonly version: string };
  /** One for each host, channel or kind of counter of a source, in the order of the sources. */
  readonly clocks: readonly ReportStreamClock[];
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
