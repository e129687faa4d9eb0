import { levelOf } from './chain.js';
import type { Pairs } from './sighting.js';

/** A free quartz errs by up to 100 ppm against another. */
const DRIFT = 100e-6;
/** Differences at which most anchors gather: so many are looked at closely. */
const RIDGES = 6;
/** Pairs that a rate is read from, and that it is tried on: the heaviest. */
const PROBES = 16;
const TRIED = 160;
/** A rate must explain so much more than none at all, natural units. */
const RATE_GAIN = 5;
/** Pairs kept for one search: it grows with their square. */
const KEPT = 320;

/** Machines that keep time at all keep it to some 15 ppm of each other. */
const USUAL_RATE = 15e-6;

/** What a rate costs a priori, natural units. */
export function ratePrice(rate: number): number {
  return (rate / USUAL_RATE) ** 2 / 2;
}

/** How much faster b may run than a, the likeliest first; none at all is always among them. */
export function ratesOf(pairs: Pairs): readonly number[] {
  const span = (pairs.at.at(-1) ?? 0) - (pairs.at[0] ?? 0);
  const rates = new Set<number>([0]);
  for (const ridge of densest(pairs, 0, DRIFT * span)) {
    const tried = heaviest(pairs, ridge, TRIED);
    const still = alongside(pairs, tried, 0);
    let best = { rate: 0, weight: still + RATE_GAIN };
    const probes = heaviest(pairs, ridge, PROBES);
    for (const [i, p] of probes.entries()) {
      for (const q of probes.slice(i + 1)) {
        const between = (pairs.at[q] as number) - (pairs.at[p] as number);
        if (between < span / 8) continue;
        const rate = ((pairs.difference[q] as number) - (pairs.difference[p] as number)) / between;
        if (Math.abs(rate) > DRIFT) continue;
        const weight = alongside(pairs, tried, rate) - ratePrice(rate);
        if (weight > best.weight) best = { rate, weight };
      }
    }
    rates.add(best.rate);
  }
  return [...rates];
}

/** The pairs worth a search, in time order: those that lie where most of them gather. */
export function usablePairs(pairs: Pairs, rate: number, allowed: (pair: number) => boolean): readonly number[] {
  const usable = new Set<number>();
  for (const ridge of densest(pairs, rate, 0, allowed)) {
    for (const p of ridge) if (usable.size < KEPT) usable.add(p);
  }
  return [...usable].sort((x, y) => x - y);
}

interface Window {
  readonly from: number;
  readonly to: number;
}

/** Groups of pairs whose levels lie within `width` and their spread of each other, the weightiest first. */
function densest(
  pairs: Pairs,
  rate: number,
  width: number,
  allowed: (pair: number) => boolean = () => true,
): readonly (readonly number[])[] {
  const all = Float64Array.from(pairs.difference, (_, p) => levelOf(pairs, p, rate));
  const order = Uint32Array.from(all.keys())
    .filter(allowed)
    .sort((x, y) => (all[x] as number) - (all[y] as number) || x - y);
  const starts = new Int32Array(order.length);
  const weights = new Float64Array(order.length);
  let weight = 0;
  let from = 0;
  for (const [to, p] of order.entries()) {
    weight += pairs.weight[p] as number;
    while ((all[p] as number) - (all[order[from] as number] as number) > width + 2 * (pairs.spread[p] as number)) {
      weight -= pairs.weight[order[from] as number] as number;
      from++;
    }
    starts[to] = from;
    weights[to] = weight;
  }
  const chosen: Window[] = [];
  while (chosen.length < RIDGES) {
    const best = heaviestWindow(starts, weights, chosen);
    if (best === null) break;
    chosen.push(best);
  }
  return chosen.map((window) => [...order.subarray(window.from, window.to)]);
}

/** The heaviest that overlaps with none of the others; of equal ones the first. */
function heaviestWindow(starts: Int32Array, weights: Float64Array, taken: readonly Window[]): Window | null {
  let best = -1;
  for (let to = 0; to < starts.length; to++) {
    if (best >= 0 && (weights[to] as number) <= (weights[best] as number)) continue;
    const from = starts[to] as number;
    if (taken.every((other) => to + 1 <= other.from || from >= other.to)) best = to;
  }
  return best < 0 ? null : { from: starts[best] as number, to: best + 1 };
}

/** Weight of the pairs that lie on one line of this rate. */
function alongside(pairs: Pairs, some: readonly number[], rate: number): number {
  const level = Float64Array.from(some, (p) => levelOf(pairs, p, rate));
  const order = Uint32Array.from(some.keys()).sort((x, y) => (level[x] as number) - (level[y] as number));
  let best = 0;
  let weight = 0;
  let from = 0;
  for (const at of order) {
    const p = some[at] as number;
    weight += pairs.weight[p] as number;
    while ((level[at] as number) - (level[order[from] as number] as number) > 2 * (pairs.spread[p] as number)) {
      weight -= pairs.weight[some[order[from] as number] as number] as number;
      from++;
    }
    best = Math.max(best, weight);
  }
  return best;
}

/** The heaviest pairs, in time order. */
function heaviest(pairs: Pairs, ridge: readonly number[], count: number): readonly number[] {
  if (ridge.length <= count) return [...ridge].sort((x, y) => x - y);
  const heavy = [...ridge].sort((x, y) => (pairs.weight[y] as number) - (pairs.weight[x] as number) || x - y);
  return heavy.slice(0, count).sort((x, y) => x - y);
}
