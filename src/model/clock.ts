import type { ClockBasis } from './detection.js';
import type { Issue } from './source.js';
import type { Interval, Micros, WrittenTime } from './time.js';

/** True UTC = written time read as if UTC + `offset`, for stamps written in [from, to). Null: open end. */
export interface ClockSegment {
  readonly from: Micros | null;
  readonly to: Micros | null;
  readonly offset: Micros;
  readonly uncertainty: Micros;
}

/** An hour of local time that a log runs through twice: from this place of the file on it is the second time. */
export interface Fold {
  /** Written times that come twice; the end is not one of them. */
  readonly span: Interval;
  readonly byteOffset: number;
}

/** A log that falls back because its clock was set, and goes on from there: from this place of the file on it is another pass. */
export interface Pass {
  readonly byteOffset: number;
  /** Written times of the log run on when this is added to those of the pass; with that, it begins here. */
  readonly ahead: Micros;
  readonly from: Micros;
  /** Last stamp before it and first stamp of it, as statistics of the stream count them. */
  readonly fell: { readonly from: Micros; readonly to: Micros };
}

/** What local time was less UTC over a stretch, in one zone or in several that kept the same time there. */
export interface ZoneCourse {
  /** IANA, in order; none for an offset that was given as such. */
  readonly names: readonly string[];
  /** Each holds from a true time on; the first from ever. */
  readonly offsets: readonly { readonly from: Micros; readonly offset: Micros }[];
}

export interface ClockProof {
  readonly kind: string;
  /** Source the proof comes from. */
  readonly peer: string | null;
  readonly residualSeconds: number | null;
}

/** What the zone by itself makes of a stream's stamps, before clocks are compared, and what it is known from. */
export interface Zoning {
  readonly basis: ClockBasis;
  /** As those of the clock, without what was measured or given; their error bars are that several zones are possible. */
  readonly segments: readonly ClockSegment[];
  /** Error bar where only one zone is possible. */
  readonly least: Micros;
  readonly proofs: readonly ClockProof[];
  readonly note: string | null;
}

/** What events that another clock stamped too tell of a clock. */
export interface Measurement {
  /** The other clock, by the path of a log that it stamped or the name of its machine. */
  readonly against: string;
  /** `at`: as placed by the zone alone; `residual`: what the stamp lies beside the line through all of them. */
  readonly anchors: readonly { readonly kind: string; readonly at: Micros; readonly residual: Micros }[];
  /** True time of the first and the last of them: if the clock was set before or after, nothing shows it. */
  readonly reach: Interval;
  /** The error bars are what was measured; else that clocks are taken to agree says more. */
  readonly isSharp: boolean;
}

/** What is known of one stream's clock. */
export interface StreamClock {
  /** Key of the stream, see `streamKey`. */
  readonly key: string;
  /** Streams with one id were stamped by one clock: what they wrote is ordered whatever its error. */
  readonly clockId: string;
  readonly basis: ClockBasis;
  readonly zone: string | null;
  /** Any of these is the zone its stamps are written in; none where nothing tells. */
  readonly courses: readonly ZoneCourse[];
  /** Year of the first stamp where stamps have none. */
  readonly year: number | null;
  readonly segments: readonly ClockSegment[];
  readonly folds: readonly Fold[];
  /** Where there are any, the segments are of written times that run on. */
  readonly passes: readonly Pass[];
  /** The segments hold whatever offset a stamp states: it was measured to be wrong, or a person says so. */
  readonly isFinal: boolean;
  /** Absent for time since boot. */
  readonly zoning?: Zoning;
  /** Absent where no other clock tells anything of it. */
  readonly measurement?: Measurement;
  readonly proofs: readonly ClockProof[];
  readonly issues: readonly Issue[];
}

export interface Placed {
  readonly utc: Micros;
  readonly uncertainty: Micros;
  readonly basis: ClockBasis;
  readonly clockId: string;
}

/** How a stamp became a true time. */
export interface Derivation {
  /** The stamp on its calendar, with its year, read as if UTC; or the time since boot. */
  readonly written: Micros;
  /** Where the stamp has no year: the one it is read in, and how often the year turned before it in the log. */
  readonly year: { readonly year: number; readonly turns: number } | null;
  readonly zone: ZoneStep | null;
  readonly boot: BootStep | null;
  /** `written` and all of these are `placed.utc`. */
  readonly added: readonly { readonly of: 'zone' | 'clock' | 'boot'; readonly micros: Micros }[];
  /** All of these are `placed.uncertainty`. */
  readonly errors: readonly { readonly of: ErrorPart; readonly micros: Micros }[];
  readonly placed: Placed;
}

/** The zone that a stamp was read in. */
export interface ZoneStep {
  /** Local time less UTC; where several are possible, half-way between the least and the most. */
  readonly offset: Micros;
  /** Stated by this very stamp. */
  readonly isByStamp: boolean;
  /** What each possible zone had here; none where nothing tells the zone. */
  readonly readings: readonly { readonly offset: Micros; readonly names: readonly string[] }[];
  readonly twice: TwiceStep | null;
}

/** The stamp lies in an hour that comes twice. */
export interface TwiceStep {
  /** Written times; the end is not one of them. */
  readonly span: Interval;
  /** Null: nothing tells, and the error bar holds both. */
  readonly pass: 1 | 2 | null;
  /** Where the log begins the hour again, if that told it. */
  readonly againFrom: number | null;
}

/** When the kernel whose uptime it is started, and what tells. */
export interface BootStep {
  readonly zero: Micros;
  readonly kind: string;
  /** Source that tells it. */
  readonly source: string;
}

/**
 * What an error bar is made of: the last digit of the stamp; several zones; that clocks which state their zone are taken to
 * agree; that a line lies beside its own absolute time; that no zone is known; what was measured; what a person gave; that
 * clocks like it were found to be wrong; the start of the kernel.
 */
export type ErrorPart =
  | 'resolution'
  | 'zones'
  | 'agreement'
  | 'delay'
  | 'no-zone'
  | 'measured'
  | 'given'
  | 'doubt'
  | 'boot';

export interface Clocks {
  readonly streams: ReadonlyMap<string, StreamClock>;
  /** True time of a stamp, or null when nothing reaches its clock. */
  place(key: string, time: WrittenTime, byteOffset: number | null, boot: string | null): Placed | null;
  /** The steps of `place` on the same stamp; null where that is null. */
  derive(key: string, time: WrittenTime, byteOffset: number | null, boot: string | null): Derivation | null;
  /**
   * How much further off these streams may be at a true time if these detections proved no clock: what an incident's own
   * records say of clocks must not decide in which order they came. Streams to which it makes no difference are left out.
   */
  doubtWithout(own: ReadonlySet<string>, streams: readonly string[], at: Micros): ReadonlyMap<string, Micros>;
}

/** One stream: one host (for Windows one channel, for metrics one object type) of one source. */
export function streamKey(source: string, host: string | null, channel: string | null): string {
  return `${source}|${host ?? ''}|${channel ?? ''}`;
}
