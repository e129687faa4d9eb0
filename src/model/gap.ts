import type { Timed } from './detection.js';
import type { Interval, Micros } from './time.js';

/**
 * Causes that a rule can name: what a record says of the silence that it begins or ends. Where several cover it, the
 * first of the list is named: a boot alone says least, because any silence may end with one.
 */
export const TOLD_CAUSES = [
  'shutdown',
  'saved',
  'paused',
  'read-only',
  'frozen',
  'logger-stopped',
  'rate-limited',
  'reboot',
] as const;

export type ToldCause = (typeof TOLD_CAUSES)[number];

/**
 * Why a source has nothing. `shutdown`: stopped in order or switched off; `reboot`: a boot ends it and nothing says how
 * the run before ended; `cosmetic`: another part of the evidence holds this stretch; `not-collected`: between two files
 * of a series of counters; `silence`: nothing explains it.
 */
export type GapCause = ToldCause | 'rotated' | 'record-ids-missing' | 'cosmetic' | 'not-collected' | 'silence';

/** What a cause says of the log, after its dates. */
export const GAP_WORDS: Readonly<Record<GapCause, string>> = {
  shutdown: 'the machine was off',
  reboot: 'a boot ends it',
  saved: 'the machine was in the saved state',
  paused: 'the machine was paused',
  frozen: 'its file systems were frozen',
  'read-only': 'a file system could no longer be written',
  'logger-stopped': 'the logger had stopped',
  rotated: 'a rotated file is missing',
  'rate-limited': 'a rate limit dropped lines',
  'record-ids-missing': 'record ids are missing: overwritten, damaged or left out by a filter',
  cosmetic: 'nothing is lost, the evidence holds it in another place',
  'not-collected': 'between two files nothing was collected, or a file is not in the evidence',
  silence: 'nothing explains it',
};

/** A stretch of which one stream holds nothing though it should. */
export interface Gap {
  /** True time of the last record before and the first one after it. */
  readonly span: Interval;
  /** Half width of the error bar of the stream's clock here. */
  readonly uncertainty: Micros;
  readonly cause: GapCause;
  /** How many records (by their ids) or samples (by the interval) are missing; null where nobody counted. */
  readonly missing: number | null;
  /** What says so, in time order; empty for what the stream itself shows. */
  readonly because: readonly Timed[];
  /** A source that holds records of the same machine inside the gap, or null. */
  readonly elsewhere: string | null;
}

/** Lines that the machine wrote and a rate limit or a full buffer dropped. */
export interface Loss {
  /** True time of the first and the last record that tells of it. */
  readonly span: Interval;
  readonly uncertainty: Micros;
  /** Lines dropped; at least so many where a record does not say. */
  readonly lines: number;
  readonly isExact: boolean;
  readonly because: readonly Timed[];
}

/** What a stream's unbroken stretches rest on; `unknown`: too few records, or it is written only when something happens. */
export type AliveBy = 'record-ids' | 'sampling' | 'rhythm' | 'unknown';

/** Where one stream was silent, and why. */
export interface StreamGaps {
  /** See `streamKey`. */
  readonly key: string;
  readonly aliveBy: AliveBy;
  /** The longest silence that is no gap, for text and samples. */
  readonly usual: Micros | null;
  /** Smallest and largest record id, where it has them. */
  readonly ids: { readonly first: number; readonly last: number } | null;
  /** In time order, apart from each other, inside the stream; the first may lie before it: between two rotated files. */
  readonly gaps: readonly Gap[];
  readonly losses: readonly Loss[];
}
