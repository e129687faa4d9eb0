import { type Micros, SECOND } from '../model/time.js';
import type { Match, Relation } from './relate.js';
import type { StepPlace, Unstepped } from './steps.js';

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
  /** Anchors sharp enough to tell how it ran, and when the first and the last of them was. */
  readonly anchors: number;
  readonly heldFrom: Micros;
  readonly heldTo: Micros;
  /** Written times of all of them. */
  readonly anchorTimes: readonly Micros[];
  /** Where neighbouring anchors lie off the line on one side: the clock may have been so far off it there. */
  readonly strays: readonly Stray[];
  /** Else it is no more than possible. */
  readonly proven: boolean;
}

/** From an anchor on the line to the next one on it, in corrected time. */
export interface Stray {
  readonly from: Micros;
  readonly to: Micros;
  readonly by: Micros;
}

export interface Curve {
  /** In corrected time. */
  readonly pieces: readonly CurvePiece[];
  /** The steps that its own log shows. */
  readonly steps: Unstepped;
  /** Nothing is known before the first anchor, or after the last: what is there on both sides does not meet. */
  readonly looseStart: boolean;
  readonly looseEnd: boolean;
}

/** The rate of a free quartz is within this of another's; where nothing measured it, that is all that is known. */
export const UNMEASURED_RATE = 100e-6;
/** What a measured rate may be off by: temperature. */
const WANDER = 2e-6;
/** The error of a mean of so many lags, in widths over the root of their number. */
const MEAN = 2;

/**
 * The pieces of a relation as lines: what has to be added to a time of `b`, corrected by its steps, to get that of `a`.
 * `base` is how far all of `a` may be off: the mean of many anchors does not make that smaller.
 */
export function curveOf(
  { pieces, rate, looseStart, looseEnd }: Relation,
  steps: Unstepped,
  base: Micros,
  writtenB: (match: Match) => Micros,
): Curve {
  const times: Times = { written: writtenB, corrected: (match) => steps.correct(writtenB(match)) };
  const lines = pieces
    .flatMap((piece) => linesOf(piece.matches, piece.proven, rate, times))
    .map((line) => ({ ...line, uncertainty: line.uncertainty + base }));
  return { pieces: lines, steps, looseStart, looseEnd };
}

/** When a match was stamped by the clock that is placed. */
interface Times {
  readonly written: (match: Match) => Micros;
  readonly corrected: (match: Match) => Micros;
}

/** A step that the slack of the chain let pass is found by what it does to the line. */
function linesOf(matches: readonly Match[], proven: boolean, rate: number, times: Times): readonly CurvePiece[] {
  const at = stepWithin(matches, rate, times);
  if (at === null) return [lineOf(matches, proven, rate, times)];
  return [matches.slice(0, at), matches.slice(at)].flatMap((part) => linesOf(part, proven, rate, times));
}

const LEAST_FOR_STEP = 8;
const LEAST_ON_A_SIDE = 3;
/** Log odds that a second line must bring. */
const STEP_GAIN = 12;
/** Anchors lie a quarter of their width off the line as a rule: squared. */
const QUARTER_WIDTH = 1 / 16;

function stepWithin(matches: readonly Match[], rate: number, { corrected }: Times): number | null {
  const count = matches.length;
  if (count < LEAST_FOR_STEP) return null;
  const times = matches.map(corrected);
  const start = times[0] as number;
  const levels = matches.map((match, i) => match.difference - rate * ((times[i] as number) - start));
  const weights = matches.map(({ spread, systematic }) => 1 / (spread + systematic) ** 2);
  const whole = misfit(times, levels, weights, 0, count);
  let best: { readonly at: number; readonly left: number } | null = null;
  for (let at = LEAST_ON_A_SIDE; at <= count - LEAST_ON_A_SIDE; at++) {
    const left = misfit(times, levels, weights, 0, at) + misfit(times, levels, weights, at, count);
    if (best === null || left < best.left) best = { at, left };
  }
  const floor = count * QUARTER_WIDTH;
  return best !== null && (count / 2) * Math.log((whole + floor) / (best.left + floor)) > STEP_GAIN ? best.at : null;
}

/** Sum of squares about the best line through [from, to), each in its own width. */
function misfit(
  times: readonly number[],
  levels: readonly number[],
  weights: readonly number[],
  from: number,
  to: number,
): number {
  let weight = 0;
  let meanTime = 0;
  let mean = 0;
  for (let i = from; i < to; i++) {
    const own = weights[i] as number;
    weight += own;
    meanTime += own * (times[i] as number);
    mean += own * (levels[i] as number);
  }
  meanTime /= weight;
  mean /= weight;
  let inertia = 0;
  let moment = 0;
  let sum = 0;
  for (let i = from; i < to; i++) {
    const own = weights[i] as number;
    const x = (times[i] as number) - meanTime;
    const y = (levels[i] as number) - mean;
    inertia += own * x * x;
    moment += own * x * y;
    sum += own * y * y;
  }
  return inertia === 0 ? sum : Math.max(0, sum - (moment * moment) / inertia);
}

/** Rounds in which anchors that lie off the line lose weight: late stamps have long tails. */
const ROUNDS = 3;
/** An anchor that weighs less than this beside the best says nothing of the rate of the clock. */
const COUNTS = 1 / 16;

/** The line through the anchors, each weighing by how sharp it is. */
function lineOf(matches: readonly Match[], proven: boolean, assumedRate: number, times: Times): CurvePiece {
  const at = matches.map(times.corrected);
  const width = matches.map(({ spread, systematic }) => spread + systematic);
  const levels = matches.map((match, i) => -match.difference + assumedRate * ((at[i] as number) - (at[0] as number)));
  const sharp = width.map((one) => 1 / one ** 2);
  let fit = fitOf(at, levels, sharp);
  for (let round = 0; round < ROUNDS; round++) {
    const weights = sharp.map((weight, i) => {
      const beside = ((levels[i] as number) - levelAt(fit, at[i] as number)) / (width[i] as number);
      return weight / (1 + beside ** 2);
    });
    fit = fitOf(at, levels, weights);
  }
  const best = Math.max(...sharp);
  const counted = at.filter((_, i) => (sharp[i] as number) >= COUNTS * best);
  const bias = matches.reduce((sum, { systematic }, i) => sum + systematic * (sharp[i] as number), 0);
  const residuals = levels.map((level, i) => level - levelAt(fit, at[i] as number));
  const learned = learnedSpread(residuals.map((residual, i) => residual / (width[i] as number)));
  return {
    ...{ from: at[0] as number, to: at.at(-1) as number, at: fit.at, proven, anchors: counted.length },
    ...{ heldFrom: counted[0] as number, heldTo: counted.at(-1) as number },
    offset: fit.level - assumedRate * (fit.at - (at[0] as number)),
    rate: assumedRate - fit.tilt,
    rateError: Math.min(UNMEASURED_RATE, learned * fit.tiltError) + WANDER,
    uncertainty:
      (learned * MEAN) / Math.sqrt(fit.weight) + bias / sharp.reduce((sum, weight) => sum + weight, 0) + SECOND / 100,
    anchorTimes: matches.map(times.written),
    strays: straysOf(
      at,
      residuals,
      width.map((one) => learned * one),
    ),
  };
}

/**
 * One anchor that lies beside its neighbours is a late stamp. Two in a row, or one with nothing beyond it, may as well be a clock
 * that was set there by less than proves a step.
 */
function straysOf(at: readonly Micros[], residuals: readonly Micros[], allowed: readonly Micros[]): readonly Stray[] {
  const count = at.length;
  if (count < 3) return [];
  const sideOf = (i: number): number => {
    const residual = residuals[i] ?? 0;
    return Math.abs(residual) > (allowed[i] ?? 0) ? Math.sign(residual) : 0;
  };
  return at.flatMap((_, i): Stray[] => {
    const side = sideOf(i);
    const isAtEnd = i === 0 || i === count - 1;
    if (side === 0 || !(isAtEnd || sideOf(i - 1) === side || sideOf(i + 1) === side)) return [];
    const from = at[i - 1] ?? Number.NEGATIVE_INFINITY;
    const to = at[i + 1] ?? Number.POSITIVE_INFINITY;
    return [{ from, to, by: Math.abs(residuals[i] as number) }];
  });
}

/** From so many anchors on their own scatter says how far one may lie off, by so many times the median; fewer lie on a line by chance. */
const LEARNED: readonly (readonly [anchors: number, times: number])[] = [
  [12, 4],
  [8, 5],
  [5, 8],
];
/** However well they lie on one line, lags are not known to be as even elsewhere. */
const LEAST_SPREAD = 1 / 8;

/** How far anchors lie off the line, in the widths that were judged beforehand: at most one, unless they prove it wider. */
function learnedSpread(residuals: readonly number[]): number {
  const middle = median(residuals.map(Math.abs));
  const times = LEARNED.find(([anchors]) => residuals.length >= anchors)?.[1] ?? null;
  const found = times === null ? 1 : Math.max(LEAST_SPREAD, times * middle);
  return Math.max(Math.min(1, found), 2 * middle);
}

/** A line by weighted least squares; level where no anchors tell a tilt. */
interface Fit {
  readonly at: Micros;
  readonly level: Micros;
  readonly tilt: number;
  readonly tiltError: number;
  readonly weight: number;
}

function fitOf(times: readonly number[], levels: readonly number[], weights: readonly number[]): Fit {
  const weight = weights.reduce((sum, one) => sum + one, 0);
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value, i) => sum + value * (weights[i] as number), 0) / weight;
  const at = mean(times);
  const level = mean(levels);
  const inertia = times.reduce((sum, time, i) => sum + (weights[i] as number) * (time - at) ** 2, 0);
  const moment = times.reduce(
    (sum, time, i) => sum + (weights[i] as number) * (time - at) * ((levels[i] as number) - level),
    0,
  );
  const tiltError = inertia === 0 ? UNMEASURED_RATE : Math.min(UNMEASURED_RATE, MEAN / Math.sqrt(inertia));
  const tilt = inertia === 0 ? 0 : moment / inertia;
  const isTilted = times.length >= 3 && Math.abs(tilt) <= UNMEASURED_RATE && tiltError < UNMEASURED_RATE / 2;
  return { at, level, weight, tilt: isTilted ? tilt : 0, tiltError: isTilted ? tiltError : UNMEASURED_RATE };
}

function levelAt({ at, level, tilt }: Fit, time: number): number {
  return level + tilt * (time - at);
}

/** Null where nothing is known. */
export function offsetAt(curve: Curve, written: Micros): Offset | null {
  const { pieces, steps, looseStart, looseEnd } = curve;
  const corrected = steps.correct(written);
  if (looseStart && corrected < (pieces[0]?.from ?? corrected)) return null;
  if (looseEnd && corrected > (pieces.at(-1)?.to ?? corrected)) return null;
  const found = onPieces(curve, corrected);
  if (found === null) return null;
  return {
    offset: found.offset + corrected - written,
    uncertainty: found.uncertainty + doubtAt(curve, written) + roamAt(curve, corrected),
  };
}

/** A clock that something keeps right is within this of the others wherever it was measured. */
const KEPT: Micros = 2 * SECOND;

/**
 * How far a clock may have been set beyond its first or last anchor: as far as the largest step back of its log there, and,
 * where nothing keeps it right, as far as the longest silence allows.
 */
function roamAt({ pieces, steps }: Curve, corrected: Micros): Micros {
  const first = pieces[0]?.from ?? corrected;
  const last = pieces.at(-1)?.to ?? corrected;
  if (corrected >= first && corrected <= last) return 0;
  const isKept =
    pieces.length === 1 && pieces.every(({ offset, uncertainty }) => Math.abs(offset) <= uncertainty + KEPT);
  const [from, to] = corrected < first ? [corrected, first] : [last, corrected];
  let most = 0;
  for (const place of steps.signs.places)
    if (place.at > from && place.at <= to && (!isKept || place.least < 0))
      most = Math.max(most, place.most, -place.least);
  return most;
}

/** What the steps between a moment and the nearest anchor may be wrong by. */
function doubtAt({ pieces, steps }: Curve, written: Micros): Micros {
  if (steps.signs.places.length === 0) return 0;
  let least = Infinity;
  for (const { anchorTimes } of pieces)
    for (const anchor of anchorTimes) least = Math.min(least, steps.doubt(anchor, written));
  return Number.isFinite(least) ? least : 0;
}

function onPieces({ pieces, steps }: Curve, corrected: Micros): Offset | null {
  const before = pieces.findLast(({ from }) => from <= corrected);
  const after = pieces.find(({ from }) => from > corrected);
  if (before === undefined) return after === undefined ? null : onPiece(after, corrected);
  if (before.proven && (corrected <= before.to || after === undefined)) return onPiece(before, corrected);
  return between(pieces, steps.signs.places, before, after ?? null, corrected);
}

/** Which of the neighbours holds shows where the only place lies at which the clock can have been set; else either may. */
function between(
  pieces: readonly CurvePiece[],
  places: readonly StepPlace[],
  before: CurvePiece,
  after: CurvePiece | null,
  corrected: Micros,
): Offset {
  const early = onPiece(before, corrected);
  if (after === null || !before.proven || !after.proven) {
    const proven = [
      pieces.findLast((p) => p.proven && p.from <= corrected),
      pieces.find((p) => p.proven && p.from > corrected),
    ];
    const near = [after, ...proven].filter((piece): piece is CurvePiece => piece != null);
    return near.map((piece) => onPiece(piece, corrected)).reduce(hull, early);
  }
  const late = onPiece(after, corrected);
  const [place, ...others] = places.filter(({ at }) => at > before.to && at <= after.from);
  if (place === undefined || others.length > 0) return hull(early, late);
  return corrected < place.at ? early : late;
}

function onPiece(piece: CurvePiece, written: Micros): Offset {
  const outside = Math.max(0, piece.heldFrom - written, written - piece.heldTo);
  const stray = piece.strays.reduce(
    (most, { from, to, by }) => (written > from && written < to ? Math.max(most, by) : most),
    0,
  );
  return {
    offset: piece.offset - piece.rate * (written - piece.at),
    uncertainty:
      piece.uncertainty + stray + piece.rateError * (piece.anchors < 3 ? outside : Math.abs(written - piece.at)),
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
