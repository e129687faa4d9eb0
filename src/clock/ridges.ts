import { levelOf } from './chain.js';
import type { Pairs } from './sighting.js';

/** A free quartz errs by up to 100 ppm against another. */
const DRIFT = 100e-6;
/** Differences at which most anchors gather: so many are looked at closely. */
const RIDGES = 6;
/** Pairs that a rate is read from. */
const PROBES = 48;
/** A rate must explain so much more than none at all, natural units. */
const RATE_GAIN = 5;
/** Pairs kept for one search: it grows with their square. */
const KEPT = 600;

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
    const still = alongside(pairs, ridge, 0);
    let best = { rate: 0, weight: still + RATE_GAIN };
    const probes = probesOf(pairs, ridge);
    for (const [i, p] of probes.entries()) {
      for (const q of probes.slice(i + 1)) {
        const between = (pairs.at[q] as number) - (pairs.at[p] as number);
        if (between < span / 8) continue;
        const rate = ((pairs.difference[q] as number) - (pairs.difference[p] as number)) / between;
        if (Math.abs(rate) > DRIFT) continue;
        const weight = alongside(pairs, ridge, rate) - ratePrice(rate);
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

/** Groups of pairs whose levels lie within `width` and their spread of each other, the weightiest first. */
function densest(
  pairs: Pairs,
  rate: number,
  width: number,
  allowed: (pair: number) => boolean = () => true,
): readonly (readonly number[])[] {
  const order = Array.from(pairs.difference.keys())
    .filter(allowed)
    .sort((x, y) => levelOf(pairs, x, rate) - levelOf(pairs, y, rate) || x - y);
  const levels = order.map((p) => levelOf(pairs, p, rate));
  const windows: { readonly from: number; readonly to: number; readonly weight: number }[] = [];
  let weight = 0;
  let from = 0;
  for (const [to, p] of order.entries()) {
    weight += pairs.weight[p] as number;
    while ((levels[to] as number) - (levels[from] as number) > width + 2 * (pairs.spread[p] as number)) {
      weight -= pairs.weight[order[from] as number] as number;
      from++;
    }
    windows.push({ from, to: to + 1, weight });
  }
  windows.sort((x, y) => y.weight - x.weight || x.from - y.from);
  const chosen: { readonly from: number; readonly to: number }[] = [];
  for (const window of windows) {
    if (chosen.length === RIDGES) break;
    if (chosen.every((other) => window.to <= other.from || window.from >= other.to)) chosen.push(window);
  }
  return chosen.map(({ from: start, to }) => order.slice(start, to));
}

/** Weight of the pairs of a ridge that lie on one line of this rate, each sighting counted once. */
function alongside(pairs: Pairs, ridge: readonly number[], rate: number): number {
  const order = [...ridge].sort((x, y) => levelOf(pairs, x, rate) - levelOf(pairs, y, rate));
  let best = 0;
  let weight = 0;
  let from = 0;
  for (const p of order) {
    weight += pairs.weight[p] as number;
    while (levelOf(pairs, p, rate) - levelOf(pairs, order[from] as number, rate) > 2 * (pairs.spread[p] as number)) {
      weight -= pairs.weight[order[from] as number] as number;
      from++;
    }
    best = Math.max(best, weight);
  }
  return best;
}

/** Heavy pairs from all over the span. */
function probesOf(pairs: Pairs, ridge: readonly number[]): readonly number[] {
  const heavy = [...ridge].sort((x, y) => (pairs.weight[y] as number) - (pairs.weight[x] as number) || x - y);
  return heavy.slice(0, PROBES).sort((x, y) => x - y);
}
