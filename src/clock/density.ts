import { levelOf } from './chain.js';
import type { Pairs } from './sighting.js';

/** Places to sort by are whole milliseconds: finer than any spread that matters here, so that place and index fit one double. */
const GRAIN = 1_000;
/** 2^53 less the bits of the place: 2^39 ms are 17 years; further apart the grain grows. */
const PLACES = 2 ** 39;
const INDICES = 2 ** 14;

/** Groups of pairs whose levels lie within `width` and their spread of each other, the weightiest first: at most `count`, apart. */
export function densest(
  pairs: Pairs,
  rate: number,
  width: number,
  count: number,
  allowed: (pair: number) => boolean = () => true,
): readonly (readonly number[])[] {
  const all = levelsOf(pairs, rate);
  const order = byLevel(all, allowed);
  const starts = new Int32Array(order.length);
  const weights = new Float64Array(order.length);
  let weight = 0;
  let from = 0;
  for (let to = 0; to < order.length; to++) {
    const p = order[to] as number;
    weight += pairs.weight[p] as number;
    while ((all[p] as number) - (all[order[from] as number] as number) > width + 2 * (pairs.spread[p] as number)) {
      weight -= pairs.weight[order[from] as number] as number;
      from++;
    }
    starts[to] = from;
    weights[to] = weight;
  }
  const chosen: Window[] = [];
  while (chosen.length < count) {
    const best = heaviestWindow(starts, weights, chosen);
    if (best === null) break;
    chosen.push(best);
  }
  return chosen.map((window) => [...order.subarray(window.from, window.to)]);
}

/** Indices by ascending level. Place and index in one number: typed arrays sort ten times as fast without a comparison of ours. */
export function byLevel(levels: Float64Array, allowed: (pair: number) => boolean = () => true): Uint32Array {
  let least = Infinity;
  let most = -Infinity;
  for (const level of levels) {
    if (level < least) least = level;
    if (level > most) most = level;
  }
  const grain = Math.max(GRAIN, (most - least) / PLACES);
  const keys = new Float64Array(levels.length);
  let count = 0;
  for (let p = 0; p < levels.length; p++) {
    if (!allowed(p)) continue;
    keys[count++] = Math.floor(((levels[p] as number) - least) / grain) * INDICES + p;
  }
  const sorted = keys.subarray(0, count).sort();
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = (sorted[i] as number) % INDICES;
  return order;
}

/** By pair; in loops, because `from` with a function takes ten times as long. */
function levelsOf(pairs: Pairs, rate: number): Float64Array {
  const levels = new Float64Array(pairs.difference.length);
  for (let p = 0; p < levels.length; p++) levels[p] = levelOf(pairs, p, rate);
  return levels;
}

interface Window {
  readonly from: number;
  readonly to: number;
}

/** The heaviest that overlaps with none of the others; of equal ones the first. */
function heaviestWindow(starts: Int32Array, weights: Float64Array, taken: readonly Window[]): Window | null {
  // Between two that are taken a window may lie only whole: it must not begin before the end of the last one.
  const bounds = [...taken].sort((x, y) => x.from - y.from);
  let best = -1;
  let next = 0;
  let free = 0;
  for (let to = 0; to < starts.length; to++) {
    const window = bounds[next];
    if (window !== undefined && to >= window.from) {
      to = window.to - 1;
      free = window.to;
      next++;
      continue;
    }
    if ((starts[to] as number) >= free && (best < 0 || (weights[to] as number) > (weights[best] as number))) best = to;
  }
  return best < 0 ? null : { from: starts[best] as number, to: best + 1 };
}
