import { type Micros, SECOND } from '../model/time.js';
import type { Match, Relation } from './relate.js';
import type { StepPlace } from './steps.js';

/** What has to be added to a written time, and how far that may be wrong. */
export interface Offset {
  readonly offset: Micros;
  readonly uncertainty: Micros;
}

/** A stretch over which a clock ran without a step: a line through what its anchors say. */
export interface CurvePiece {
  /** Written times of its first and last anchor, and the one at which `offset` holds. */
  readonly from: Micros;
  readonly to: Micros;
  readonly at: Micros;
  readonly offset: Micros;
  /** How much faster the clock runs than the one it is placed by, and how far that may be wrong. */
  readonly rate: number;
  readonly rateError: number;
  readonly uncertainty: Micros;
  readonly anchors: number;
  /** Else it is no more than possible. */
  readonly proven: boolean;
}

export interface Curve {
  readonly pieces: readonly CurvePiece[];
  /** Where the clock may have been set, in time order. */
  readonly places: readonly StepPlace[];
  /** Nothing is known before the first anchor, or after the last: what is there on both sides does not meet. */
  readonly looseStart: boolean;
  readonly looseEnd: boolean;
}

/** The rate of a free quartz is within this of another's; where nothing measured it, that is all that is known. */
const UNMEASURED_RATE = 100e-6;
/** What a measured rate may be off by: temperature. */
const WANDER = 2e-6;
/** The error of a mean of so many lags, in spreads over the root of their number. */
const MEAN = 1.5;

/**
 * The pieces of a relation as lines: what has to be added to a written time of `b` to get that of `a`. `base` is how far
 * all of `a` may be off: the mean of many anchors does not make that smaller.
 */
export function curveOf(
  { pieces, rate, looseStart, looseEnd }: Relation,
  places: readonly StepPlace[],
  base: Micros,
  writtenB: (match: Match) => Micros,
): Curve {
  const lines = pieces
    .flatMap((piece) => linesOf(piece.matches, piece.proven, rate, writtenB))
    .map((line) => ({ ...line, uncertainty: line.uncertainty + base }));
  return { pieces: lines, places, looseStart, looseEnd };
}

/** A step that the slack of the chain let pass is found by what it does to the line. */
function linesOf(
  matches: readonly Match[],
  proven: boolean,
  rate: number,
  writtenB: (match: Match) => Micros,
): readonly CurvePiece[] {
  const at = stepWithin(matches, rate, writtenB);
  if (at === null) return [lineOf(matches, proven, rate, writtenB)];
  return [matches.slice(0, at), matches.slice(at)].flatMap((part) => linesOf(part, proven, rate, writtenB));
}

const LEAST_FOR_STEP = 8;
const LEAST_ON_A_SIDE = 3;
/** Log odds that a second line must bring. */
const STEP_GAIN = 12;

function stepWithin(matches: readonly Match[], rate: number, writtenB: (match: Match) => Micros): number | null {
  const count = matches.length;
  if (count < LEAST_FOR_STEP) return null;
  const times = matches.map(writtenB);
  const start = times[0] as number;
  const levels = matches.map((match, i) => match.difference - rate * ((times[i] as number) - start));
  const noise = Math.max(...matches.map((match) => match.spread)) / 4;
  const whole = misfit(times, levels, 0, count);
  let best: { readonly at: number; readonly left: number } | null = null;
  for (let at = LEAST_ON_A_SIDE; at <= count - LEAST_ON_A_SIDE; at++) {
    const left = misfit(times, levels, 0, at) + misfit(times, levels, at, count);
    if (best === null || left < best.left) best = { at, left };
  }
  const floor = count * noise * noise;
  return best !== null && (count / 2) * Math.log((whole + floor) / (best.left + floor)) > STEP_GAIN ? best.at : null;
}

/** Sum of squares about the best line through [from, to). */
function misfit(times: readonly number[], levels: readonly number[], from: number, to: number): number {
  const count = to - from;
  let meanTime = 0;
  let mean = 0;
  for (let i = from; i < to; i++) {
    meanTime += (times[i] as number) / count;
    mean += (levels[i] as number) / count;
  }
  let inertia = 0;
  let moment = 0;
  let sum = 0;
  for (let i = from; i < to; i++) {
    const x = (times[i] as number) - meanTime;
    const y = (levels[i] as number) - mean;
    inertia += x * x;
    moment += x * y;
    sum += y * y;
  }
  return inertia === 0 ? sum : Math.max(0, sum - (moment * moment) / inertia);
}

function lineOf(
  matches: readonly Match[],
  proven: boolean,
  assumedRate: number,
  writtenB: (match: Match) => Micros,
): CurvePiece {
  const times = matches.map(writtenB);
  const from = times[0] as Micros;
  const to = times.at(-1) as Micros;
  const anchors = matches.length;
  const at = times.reduce((sum, time) => sum + time, 0) / anchors;
  const levels = matches.map((match, i) => -match.difference + assumedRate * ((times[i] as number) - at));
  // The rate that the chain was found with may be off by what its slack allows: fitted again.
  const inertia = times.reduce((sum, time) => sum + (time - at) ** 2, 0);
  const tilt =
    inertia === 0 ? 0 : times.reduce((sum, time, i) => sum + (time - at) * (levels[i] as number), 0) / inertia;
  const spread = Math.max(...matches.map((match) => match.spread));
  const tiltError = inertia === 0 ? UNMEASURED_RATE : Math.min(UNMEASURED_RATE, (MEAN * spread) / Math.sqrt(inertia));
  const isTilted = anchors >= 3 && Math.abs(tilt) <= UNMEASURED_RATE && tiltError < UNMEASURED_RATE / 2;
  const rate = assumedRate - (isTilted ? tilt : 0);
  const straight = isTilted ? levels.map((level, i) => level - tilt * ((times[i] as number) - at)) : levels;
  const offset = isTilted ? straight.reduce((sum, level) => sum + level, 0) / anchors : median(straight);
  const residual = median(straight.map((level) => Math.abs(level - offset)));
  const uncertainty = (MEAN * Math.max(spread, 2 * residual)) / Math.sqrt(anchors) + SECOND / 100;
  const rateError = (isTilted ? tiltError : UNMEASURED_RATE) + WANDER;
  return { from, to, at, offset, rate, rateError, uncertainty, anchors, proven };
}

/** Null where nothing is known. */
export function offsetAt({ pieces, places, looseStart, looseEnd }: Curve, written: Micros): Offset | null {
  if (looseStart && written < (pieces[0]?.from ?? written)) return null;
  if (looseEnd && written > (pieces.at(-1)?.to ?? written)) return null;
  const before = pieces.findLast(({ from }) => from <= written);
  const after = pieces.find(({ from }) => from > written);
  if (before === undefined && after === undefined) return null;
  if (before === undefined) return carried(after as CurvePiece, places, written);
  if (written <= before.to && before.proven) return onPiece(before, written);
  if (after === undefined && before.proven) return carried(before, places, written);
  return between(pieces, places, before, after ?? null, written);
}

/** Which of the neighbours holds shows where the only place lies at which the clock can have been set; else either may. */
function between(
  pieces: readonly CurvePiece[],
  places: readonly StepPlace[],
  before: CurvePiece,
  after: CurvePiece | null,
  written: Micros,
): Offset {
  const early = carried(before, places, written);
  if (after === null || !before.proven || !after.proven) {
    const proven = [
      pieces.findLast((p) => p.proven && p.from <= written),
      pieces.find((p) => p.proven && p.from > written),
    ];
    const near = [before, after, ...proven].filter((piece): piece is CurvePiece => piece != null);
    return near.map((piece) => carried(piece, places, written)).reduce(hull, early);
  }
  const late = carried(after, places, written);
  const [place, ...others] = places.filter(({ at }) => at > before.to && at <= after.from);
  if (place === undefined || others.length > 0) return hull(early, late);
  return written < place.at ? onPiece(before, written) : onPiece(after, written);
}

/** A piece beyond its anchors: what the log shows of steps is taken along. */
function carried(piece: CurvePiece, places: readonly StepPlace[], written: Micros): Offset {
  let { offset, uncertainty } = onPiece(piece, written);
  for (const { at, least, most, certain } of places) {
    if (!certain) continue;
    // Ahead of the step less has to be added: a step ahead makes the written time run before.
    const sign = at > piece.to && at <= written ? -1 : at <= piece.from && at > written ? 1 : 0;
    offset += (sign * (least + most)) / 2;
    uncertainty += Math.abs(sign) * ((most - least) / 2);
  }
  return { offset, uncertainty };
}

function onPiece(piece: CurvePiece, written: Micros): Offset {
  const outside = Math.max(0, piece.from - written, written - piece.to);
  return {
    offset: piece.offset - piece.rate * (written - piece.at),
    uncertainty: piece.uncertainty + piece.rateError * (piece.anchors < 3 ? outside : Math.abs(written - piece.at)),
  };
}

function hull(a: Offset, b: Offset): Offset {
  const low = Math.min(a.offset - a.uncertainty, b.offset - b.uncertainty);
  const high = Math.max(a.offset + a.uncertainty, b.offset + b.uncertainty);
  return { offset: (low + high) / 2, uncertainty: (high - low) / 2 };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((x, y) => x - y);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2;
}
