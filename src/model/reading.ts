import type { Detection } from './detection.js';
import type { LineIndex } from './line-index.js';
import type { ReadSource, Unrecognised } from './source.js';
import type { Observations } from './topology.js';

/** Everything the analysis needs of one source. Plain data: it may come from another thread or from a case file. */
export interface SourceReading {
  readonly source: ReadSource;
  readonly detections: readonly Detection[];
  readonly observations: Observations;
  /** Where its lines and its times lie; null for formats that are not read by lines. */
  readonly index: LineIndex | null;
}

/** What came of one input. */
export type InputReading = SourceReading | { readonly unrecognised: Unrecognised };
