import type { Pairs } from './sighting.js';
import type { StepPricer } from './steps.js';

/** What an event costs that one side has and the other should have: logs lose lines. So many in a row cost no more. */
const UNMATCHED = 1;
const UNMATCHED_MOST = 6;
/** How far the rate of a quartz wanders from its own mean (temperature; a few ppm over 10 K). */
const WANDER = 2e-6;

/** An alignment of two clocks: pairs in order on both sides. */
export interface Chain {
  /** Indices of pairs in time order. */
  readonly members: readonly number[];
  /** Surprise of its pairs less its steps and what it leaves out, natural units; with the price of where it begins, and without. */
  readonly score: number;
  readonly data: number;
}

export interface ChainOptions {
  /** How much faster b runs than a: microseconds per microsecond. */
  readonly rate: number;
  /** What it costs a priori that the clocks differ by this. */
  readonly price: (difference: number, spread: number) => number;
  readonly stepPrice: StepPricer;
  /** The pairs that may be used, in time order. */
  readonly usable: readonly number[];
}

/** The best chain by dynamic programming over its last pair. */
export function bestChain(pairs: Pairs, { rate, price, stepPrice, usable }: ChainOptions): Chain | null {
  const count = usable.length;
  const rankA = ranks(usable, pairs.a);
  const rankB = ranks(usable, pairs.b);
  const level = Float64Array.from(usable, (p) => levelOf(pairs, p, rate));
  const score = new Float64Array(count);
  const before = new Int32Array(count).fill(-1);
  // No step adds to a score: of what lies before y none can be reached from better than the best of them.
  const bestTo = new Float64Array(count);
  let best = -1;
  for (let x = 0; x < count; x++) {
    const p = usable[x] as number;
    let most = -price(pairs.difference[p] as number, pairs.spread[p] as number);
    for (let y = x - 1; y >= 0 && (bestTo[y] as number) > most; y--) {
      const q = usable[y] as number;
      if (pairs.a[q] === pairs.a[p] || (pairs.b[q] as number) >= (pairs.b[p] as number)) continue;
      const skipped = (rankA[x] as number) - (rankA[y] as number) + (rankB[x] as number) - (rankB[y] as number) - 2;
      let reached = (score[y] as number) - UNMATCHED * Math.min(UNMATCHED_MOST, skipped);
      if (reached <= most) continue;
      const moved = (level[x] as number) - (level[y] as number);
      const { at, atB } = pairs;
      reached -= stepPrice(
        at[q] as number,
        at[p] as number,
        atB[q] as number,
        atB[p] as number,
        moved,
        slackOf(pairs, q, p),
      );
      if (reached <= most) continue;
      most = reached;
      before[x] = y;
    }
    score[x] = most + (pairs.weight[p] as number);
    bestTo[x] = Math.max(score[x] as number, x > 0 ? (bestTo[x - 1] as number) : -Infinity);
    if (best < 0 || (score[x] as number) > (score[best] as number)) best = x;
  }
  if (best < 0) return null;
  const members: number[] = [];
  for (let x = best; x >= 0; x = before[x] as number) members.push(usable[x] as number);
  members.reverse();
  const first = members[0] as number;
  const paid = price(pairs.difference[first] as number, pairs.spread[first] as number);
  return { members, score: score[best] as number, data: (score[best] as number) + paid };
}

/** Difference without the drift. */
export function levelOf(pairs: Pairs, at: number, rate: number): number {
  return (pairs.difference[at] as number) - rate * (pairs.at[at] as number);
}

/** How far two levels may lie apart without a step between them. */
export function slackOf(pairs: Pairs, first: number, second: number): number {
  const between = (pairs.at[second] as number) - (pairs.at[first] as number);
  return (pairs.spread[first] as number) + (pairs.spread[second] as number) + WANDER * between;
}

/** Place of each usable pair's sighting among all that occur. */
function ranks(usable: readonly number[], of: Int32Array): Int32Array {
  const sorted = new Int32Array(usable.length);
  for (const [x, p] of usable.entries()) sorted[x] = of[p] as number;
  sorted.sort();
  const rank = new Map<number, number>();
  for (const value of sorted) if (!rank.has(value)) rank.set(value, rank.size);
  const found = new Int32Array(usable.length);
  for (const [x, p] of usable.entries()) found[x] = rank.get(of[p] as number) as number;
  return found;
}
