import type { ClockBasis } from '../model/detection.js';
import type { Layer, Position } from '../model/record.js';
import type { Micros, WrittenTime } from '../model/time.js';
import type { Range } from './query.js';

/** One record (or line that is part of no record) in which the query was found. Nothing in it is sanitised. */
export interface Hit {
  readonly source: string;
  readonly path: string;
  readonly format: string;
  readonly layer: Layer;
  readonly at: Position;
  /** Time as written; null where the hit has none. */
  readonly written: WrittenTime | null;
  /** True time and half the width of its error bar; null when no clock reaches it. */
  readonly utc: Micros | null;
  readonly uncertainty: Micros | null;
  readonly basis: ClockBasis;
  readonly host: string | null;
  readonly channel: string | null;
  /** As it stands in the source, lines joined by a line feed. For EVTX the event as XML. */
  readonly text: string;
  /** The message without escapes and tags, where the source is not read by lines. */
  readonly message: string | null;
  /** Program or provider and event id, where the source is not read by lines. */
  readonly title: string | null;
  /** Where in `text`; empty when it was found in the message alone. */
  readonly matches: readonly Range[];
  /** Where in `message`. */
  readonly messageMatches: readonly Range[];
  readonly before: readonly ContextText[];
  readonly after: readonly ContextText[];
}

/** A neighbour in the source: a line, or a record where the source is not read by lines. */
export interface ContextText {
  readonly line: number | null;
  readonly record: number | null;
  readonly text: string;
  readonly title: string | null;
  readonly message: string | null;
}
