import { levelOf } from './chain.js';
import { byLevel, densest } from './density.js';
import { DRIFT, ratePrice } from './rate-prior.js';
import type { Pairs } from './sighting.js';

/** Differences at which most anchors gather: so many are looked at closely. */
const RIDGES = 6;
/** The heaviest pairs, which a rate is tried on, and those of them that it is read from, spread over the time. */
const TRIED = 64;
const PROBES = 12;
/** A rate must explain so much more than none at all, natural units. */
const RATE_GAIN = 5;
/** Pairs kept for one search: it grows with their square. */
const KEPT = 320;

/** How much faster b may run than a, the likeliest first; none at all is always among them. */
export function ratesOf(pairs: Pairs): readonly number[] {
  const span = (pairs.at.at(-1) ?? 0) - (pairs.at[0] ?? 0);
  const rates = new Set<number>([0]);
  for (const ridge of densest(pairs, 0, DRIFT * span, RIDGES)) {
    const tried = heaviest(pairs, ridge, TRIED);
    const still = alongside(pairs, tried, 0);
    const most = tried.reduce((sum, p) => sum + (pairs.weight[p] as number), 0);
    if (most <= still + RATE_GAIN) continue;
    const rate = likeliestRate(pairs, tried, span);
    if (alongside(pairs, tried, rate) - ratePrice(rate) > still + RATE_GAIN) rates.add(rate);
  }
  return [...rates];
}

/** The rate of the line through two of the pairs that most of them lie along. */
function likeliestRate(pairs: Pairs, tried: readonly number[], span: number): number {
  let best = { rate: 0, weight: 0 };
  const probes = spreadOver(tried, PROBES);
  for (const [i, p] of probes.entries()) {
    for (const q of probes.slice(i + 1)) {
      const between = (pairs.at[q] as number) - (pairs.at[p] as number);
      if (between < span / 8) continue;
      const rate = ((pairs.difference[q] as number) - (pairs.difference[p] as number)) / between;
      if (Math.abs(rate) > DRIFT) continue;
      const weight = beside(pairs, tried, p, rate) - ratePrice(rate);
      if (weight > best.weight) best = { rate, weight };
    }
  }
  return best.rate;
}

/** Weight of the pairs on the line through this one. */
function beside(pairs: Pairs, tried: readonly number[], through: number, rate: number): number {
  const level = levelOf(pairs, through, rate);
  let weight = 0;
  for (const p of tried) {
    if (Math.abs(levelOf(pairs, p, rate) - level) <= 2 * (pairs.spread[p] as number))
      weight += pairs.weight[p] as number;
  }
  return weight;
}

/** The pairs worth a search, in time order: those that lie where most of them gather. */
export function usablePairs(pairs: Pairs, rate: number, allowed: (pair: number) => boolean): readonly number[] {
  const usable = new Set<number>();
  for (const ridge of densest(pairs, rate, 0, RIDGES, allowed)) {
    for (const p of ridge) if (usable.size < KEPT) usable.add(p);
  }
  return [...usable].sort((x, y) => x - y);
}

/** Weight of the pairs that lie on one line of this rate. */
function alongside(pairs: Pairs, some: readonly number[], rate: number): number {
  const level = Float64Array.from(some, (p) => levelOf(pairs, p, rate));
  const order = byLevel(level);
  let best = 0;
  let weight = 0;
  let from = 0;
  for (let to = 0; to < order.length; to++) {
    const at = order[to] as number;
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

/** Of a list in time order so many, evenly. */
function spreadOver(list: readonly number[], count: number): readonly number[] {
  if (list.length <= count) return list;
  return Array.from({ length: count }, (_, i) => list[Math.floor((i * list.length) / count)] as number);
}
