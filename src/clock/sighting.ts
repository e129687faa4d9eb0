import type { Micros } from '../model/time.js';

/** An event as one clock stamped it, which another clock may have stamped too. */
export interface Sighting {
  /** Wall time as written, read as if UTC. */
  readonly written: Micros;
  /** Only sightings with one key can be of one event: its kind, whose it is, and every number that both sides state. */
  readonly key: string;
  /** How much later than the event this side usually stamps it, and how far it may lie from that. */
  readonly lag: Micros;
  readonly spread: Micros;
  /** What of the spread all sightings of the kind may share: the mean of many does not make it smaller. */
  readonly systematic?: Micros;
  /** The key says so much (an uptime in microseconds, an absolute time) that no two events have the same. */
  readonly unique?: boolean;
  /** Pass of the log it stands in, where the clock was set back; `written` runs on. Left out for the first. */
  readonly ahead?: Micros;
  /** The detection it comes from; left out for what is no detection. */
  readonly of?: string;
}

/** Two sightings that may be of one event. Columns, because there are thousands and the search over them is the work. */
export interface Pairs {
  /** Index of the sighting on either side. */
  readonly a: Int32Array;
  readonly b: Int32Array;
  /** Written time on either side without its lag. */
  readonly at: Float64Array;
  readonly atB: Float64Array;
  /** That of b minus that of a. */
  readonly difference: Float64Array;
  /** How surprising a coincidence it would be, natural units. */
  readonly weight: Float64Array;
  readonly spread: Float64Array;
  readonly systematic: Float64Array;
}
