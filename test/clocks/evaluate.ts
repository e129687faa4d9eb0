import { curveOf, offsetAt } from '../../src/clock/curve.js';
import { isCertain, relate } from '../../src/clock/relate.js';
import { correctAll, unstepped } from '../../src/clock/steps.js';
import { type Micros, SECOND } from '../../src/model/time.js';
import { type PairWorld, pairWorld, random } from './world.js';

/** What came of one kind of case. */
export interface EvalRow {
  readonly anchors: string;
  readonly cases: number;
  /** Cases in which the clock was said to be measured. */
  readonly measured: number;
  /** Share of the places asked for, in those cases, at which the truth lies within the stated uncertainty. */
  readonly within: number;
  readonly withinSecond: number;
  /** Seconds. */
  readonly medianError: number;
  readonly medianUncertainty: number;
  /** Measured cases in which more than a fifth of the places are outside. */
  readonly wrong: number;
}

const PLACES = 10;

interface Tally {
  cases: number;
  measured: number;
  wrong: number;
  readonly errors: number[];
  readonly uncertainties: number[];
  inside: number;
}

/** Aligns `count` generated pairs of clocks and compares with the truth. */
export function evaluatePairs(count: number): readonly EvalRow[] {
  const tallies = new Map<string, Tally>();
  for (let seed = 1; seed <= count; seed++) {
    const world = pairWorld(seed);
    const kind = kindOf(world);
    let tally = tallies.get(kind);
    if (tally === undefined) {
      tally = { cases: 0, measured: 0, wrong: 0, errors: [], uncertainties: [], inside: 0 };
      tallies.set(kind, tally);
    }
    tally.cases++;
    judge(world, seed, tally);
  }
  return [...tallies].sort(([x], [y]) => (x < y ? -1 : 1)).map(([anchors, tally]) => rowOf(anchors, tally));
}

function kindOf({ shared, irregular }: PairWorld): string {
  if (shared === 0) return '0: none';
  if (irregular >= 3) return '1: three and more that no schedule explains';
  if (irregular > 0) return '2: one or two that no schedule explains, and a nightly job';
  return '3: a nightly job alone';
}

function judge(world: PairWorld, seed: number, tally: Tally): void {
  const steps = unstepped(world.signs);
  const relation = relate(world.a, correctAll(world.b, steps), {
    zonesKnown: world.clock.zoneKnown,
    stepsB: steps.signs,
  });
  if (relation === null || !isCertain(relation)) return;
  tally.measured++;
  const curve = curveOf(relation, steps, 0, ({ b }) => world.b[b]?.written ?? 0);
  const next = random(seed + 1e6);
  let asked = 0;
  let outside = 0;
  for (let i = 0; i < PLACES; i++) {
    const utc = world.from + next() * (world.to - world.from);
    const written: Micros = world.clock.written(utc);
    const found = offsetAt(curve, written);
    if (found === null) continue;
    asked++;
    const error = Math.abs(written + found.offset - utc);
    tally.errors.push(error / SECOND);
    tally.uncertainties.push(found.uncertainty / SECOND);
    if (error <= found.uncertainty) tally.inside++;
    else outside++;
  }
  if (outside > asked / 5) tally.wrong++;
}

function rowOf(anchors: string, { cases, measured, wrong, errors, uncertainties, inside }: Tally): EvalRow {
  return {
    ...{ anchors, cases, measured, wrong },
    within: share(inside, errors.length),
    withinSecond: share(errors.filter((error) => error <= 1).length, errors.length),
    medianError: median(errors),
    medianUncertainty: median(uncertainties),
  };
}

function share(part: number, whole: number): number {
  return whole === 0 ? 1 : part / whole;
}

function median(values: readonly number[]): number {
  return [...values].sort((x, y) => x - y)[values.length >> 1] ?? 0;
}

/** The exact one-sided 95 % bound of a share (Clopper and Pearson 1934), by bisection on the binomial sum. */
export function upperBound(hits: number, of: number): number {
  let low = hits / of;
  let high = 1;
  for (let i = 0; i < 60; i++) {
    const p = (low + high) / 2;
    if (atMost(hits, of, p) > 0.05) low = p;
    else high = p;
  }
  return high;
}

/** Terms are taken relative to the largest: of thousands each alone would be too small for a double. */
function atMost(hits: number, of: number, p: number): number {
  const logs: number[] = [];
  let log = of * Math.log(1 - p);
  for (let k = 0; k <= hits; k++) {
    logs.push(log);
    log += Math.log((of - k) / (k + 1)) + Math.log(p / (1 - p));
  }
  const most = logs.reduce((x, y) => Math.max(x, y), Number.NEGATIVE_INFINITY);
  return Math.exp(most) * logs.reduce((sum, one) => sum + Math.exp(one - most), 0);
}
