import type { Interval, Micros } from './time.js';

/** A record that is stamped earlier than the one before it in its stream; times as the stream's other written times. */
export interface StepBack {
  readonly byteOffset: number;
  readonly from: Micros;
  readonly to: Micros;
}

/** Records whose ids follow each other without a hole; times as the stream's other written times. */
export interface IdRun extends Interval {
  readonly firstId: number;
  readonly lastId: number;
}

/** What one stream (one host, for Windows one channel) of one source held, in written time. */
export interface StreamStats {
  /** `<source>.<n>` */
  readonly id: string;
  readonly source: string;
  readonly host: string | null;
  readonly channel: string | null;
  readonly clock: 'wall' | 'uptime' | 'none';
  readonly yearless: boolean;
  /** Every stamp of the stream stated its own offset from UTC. */
  readonly statesOffset: boolean;
  /** The offsets stated, each from the written time on at which it was first seen. */
  readonly statedOffsets: readonly { readonly from: Micros; readonly utcOffset: Micros }[];
  readonly records: number;
  readonly first: Micros | null;
  readonly last: Micros | null;
  /** Of the records that stand first and last in the file. */
  readonly opening: Micros | null;
  readonly closing: Micros | null;
  /** Silences of at least a minute, longest first, at most 1,000; the rest are shorter than these. */
  readonly silences: readonly Interval[];
  /** Typical distance of two records, microseconds (mean without the silences). */
  readonly rhythm: Micros | null;
  /** Byte offsets (line order) where a yearless stamp fell back by more than half a year: the year turned. */
  readonly yearTurns: readonly number[];
  /** Turns of the year before each 29 February that a yearless stream has a stamp of. */
  readonly leapTurns: readonly number[];
  /** Where stamps fell back by a second or more, furthest first, at most 1,000; the rest are smaller than these. */
  readonly stepsBack: readonly StepBack[];
  /** Stretches without a missing record id, in their order; null where the format has none. */
  readonly contiguous: readonly IdRun[] | null;
  /** Smallest record id; 1 means that nothing was ever written before. */
  readonly firstRecordId: number | null;
  /** Sampling interval of a metric stream, microseconds. */
  readonly sampling: Micros | null;
  readonly objectTypes: readonly string[];
  readonly kernel: string | null;
}
