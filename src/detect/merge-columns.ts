import type { MetricColumn } from '../model/record.js';
import type { SeriesName } from './point-column.js';

/** Times of samples. */
export interface Axis {
  readonly times: Float64Array;
  /** Every time is later than the one before. */
  readonly isAscending: boolean;
  /** Microseconds; NaN where it is not known. */
  readonly intervals: Float64Array;
}

/** Joins the pieces of series. Series that were sampled at the same times get the same axis. */
export interface Merger {
  axis(pieces: readonly MetricColumn[]): Axis;
  values(pieces: readonly MetricColumn[]): Float64Array;
  column(pieces: readonly MetricColumn[], name: SeriesName, stamp: MetricColumn['stamp']): MetricColumn;
}

/** A joined axis and the pieces it was made of. */
interface Joined {
  readonly pieces: readonly MetricColumn[];
  readonly axis: Axis;
}

/** A source has few axes (rate counters lack the first row), unless it is made to have many. */
const AXES_KEPT = 32;

export function createMerger(): Merger {
  const known: Joined[] = [];
  const axis = (pieces: readonly MetricColumn[]): Axis => {
    const made = known.find((one) => isMadeOf(one.pieces, pieces));
    if (made !== undefined) return made.axis;
    const times = join(pieces.map((piece) => piece.times));
    const intervals = join(pieces.map((piece) => piece.intervals));
    const same = known.find((one) => isEqual(one.axis.times, times) && isEqual(one.axis.intervals, intervals));
    const fresh = same?.axis ?? { times, intervals, isAscending: isAscending(times) };
    if (known.length < AXES_KEPT) known.push({ pieces, axis: fresh });
    return fresh;
  };
  const values = (pieces: readonly MetricColumn[]): Float64Array => join(pieces.map((piece) => piece.values));
  return {
    axis,
    values,
    column(pieces, name, stamp) {
      const { times, intervals } = axis(pieces);
      const lines = join(pieces.map((piece) => piece.lines));
      const offsets = join(pieces.map((piece) => piece.offsets));
      return { ...name, stamp, times, intervals, values: values(pieces), lines, offsets };
    },
  };
}

function isMadeOf(a: readonly MetricColumn[], b: readonly MetricColumn[]): boolean {
  if (a.length !== b.length) return false;
  return a.every((piece, i) => piece.times === b[i]?.times && piece.intervals === b[i]?.intervals);
}

function isEqual(a: Float64Array, b: Float64Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}

function join(pieces: readonly Float64Array[]): Float64Array {
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined) return only;
  const whole = new Float64Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function isAscending(times: Float64Array): boolean {
  for (let i = 1; i < times.length; i++) if (!((times[i] as number) > (times[i - 1] as number))) return false;
  return true;
}
