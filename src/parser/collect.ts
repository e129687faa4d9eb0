import type { Interest, Sink } from './parser.js';

/** Reads everything: for samples, tests and formats that cannot leave anything out. */
export const EVERYTHING: Interest = { event: () => true, metric: () => true };

/** The part of a `Sink` that only formats with a fast path use; one that does not use it should not start unnoticed. */
export const WHOLE_RECORDS: Pick<Sink, 'counted' | 'column'> = { counted: unexpected, column: unexpected };

function unexpected(): never {
  throw new Error('this parser reads every record whole');
}
