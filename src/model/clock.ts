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
  /** The segments hold whatever offset a stamp states: it was measured to be wrong, or a person says so. */
  readonly isFinal: boolean;
  readonly proofs: readonly ClockProof[];
  readonly issues: readonly Issue[];
}

export interface Placed {
  readonly utc: Micros;
  readonly uncertainty: Micros;
  readonly basis: ClockBasis;
  readonly clockId: string;
}

export interface Clocks {
  readonly streams: ReadonlyMap<string, StreamClock>;
  /** True time of a stamp, or null when nothing reaches its clock. */
  place(key: string, time: WrittenTime, byteOffset: number | null, boot: string | null): Placed | null;
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
