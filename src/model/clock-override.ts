import type { Micros } from './time.js';

/** What a person says of a clock (`--clocks`): true time = stamp less the zone's offset, plus the skew. */
export interface ClockOverride {
  readonly path: string;
  /** Null: all hosts, all channels of the file. */
  readonly host: string | null;
  readonly channel: string | null;
  /** True time from which it holds, until the next entry of the same clock; null: from the start. */
  readonly from: Micros | null;
  /** IANA name or offset. */
  readonly zone: string;
  readonly skew: Micros;
  readonly uncertainty: Micros;
}
