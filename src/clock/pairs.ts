import { chanceOf } from './chance.js';
import { densest } from './density.js';
import { DRIFT } from './rate-prior.js';
import type { Pairs, Sighting } from './sighting.js';

/** So many pairs are looked at one by one; of more, those near the differences at which an even choice of them gathers. */
const MAX_PAIRS = 700;
/** Differences at which the chosen gather, and pairs collected around them at most. */
const GATHERINGS = 12;
const MAX_GATHERED = 4_000;

/** The sightings of one key on either side: indices in time order, and how surprising each is, natural units. */
interface Group {
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly weightA: Float64Array;
  readonly weightB: Float64Array;
  /** Written times of b without their lags, ascending; `b` is in this order. */
  readonly timesB: Float64Array;
}

/**
 * Every pair of sightings with one key. Where there are too many, those of what is rare first and an even choice of the
 * others show where differences gather; then all pairs that lie there are collected, and none else. Both lists are in time order.
 */
export function pairsOf(a: readonly Sighting[], b: readonly Sighting[]): Pairs {
  const groups = sharedKeys(a, b);
  const total = groups.reduce((sum, group) => sum + group.a.length * group.b.length, 0);
  if (total <= MAX_PAIRS) return collect(a, b, groups, null, 1);
  const some = collect(a, b, chosen(groups), null, 1);
  const span = (some.at.at(-1) ?? 0) - (some.at[0] ?? 0);
  const windows: Window[] = [];
  let found = 0;
  for (const ridge of densest(some, 0, DRIFT * span, GATHERINGS)) {
    const differences = ridge.map((p) => some.difference[p] as number);
    const width = DRIFT * span + ridge.reduce((most, p) => Math.max(most, some.spread[p] as number), 0);
    const window = { least: Math.min(...differences) - width, most: Math.max(...differences) + width };
    const more = countIn(a, groups, window);
    if (windows.length > 0 && found + more > MAX_GATHERED) break;
    windows.push(window);
    found += more;
  }
  return collect(a, b, groups, apart(windows), Math.ceil(found / MAX_GATHERED));
}

/** Differences looked at, both ends included. */
interface Window {
  readonly least: number;
  readonly most: number;
}

/** In ascending order; those that overlap are one. */
function apart(windows: readonly Window[]): readonly Window[] {
  const joined: Window[] = [];
  for (const window of [...windows].sort((x, y) => x.least - y.least)) {
    const last = joined.at(-1);
    if (last !== undefined && window.least <= last.most)
      joined[joined.length - 1] = { least: last.least, most: Math.max(last.most, window.most) };
    else joined.push(window);
  }
  return joined;
}

function sharedKeys(a: readonly Sighting[], b: readonly Sighting[]): readonly Group[] {
  const found = new Map<string, { readonly a: number[]; readonly b: number[] }>();
  for (const [i, { key }] of a.entries()) {
    const own = found.get(key);
    if (own === undefined) found.set(key, { a: [i], b: [] });
    else own.a.push(i);
  }
  for (const [j, { key }] of b.entries()) found.get(key)?.b.push(j);
  return [...found.values()]
    .filter((group) => group.b.length > 0)
    .map((group) => groupOf(a, b, group.a, group.b))
    .sort((x, y) => x.a.length * x.b.length - y.a.length * y.b.length);
}

function groupOf(
  a: readonly Sighting[],
  b: readonly Sighting[],
  inA: readonly number[],
  inB: readonly number[],
): Group {
  const seenB = inB.map((j) => b[j] as Sighting);
  const weightB = weightsOf(seenB);
  const timesB = seenB.map(({ written, lag }) => written - lag);
  const order = [...inB.keys()].sort((x, y) => (timesB[x] as number) - (timesB[y] as number) || x - y);
  return {
    a: Int32Array.from(inA),
    b: Int32Array.from(order, (y) => inB[y] as number),
    weightA: weightsOf(inA.map((i) => a[i] as Sighting)),
    weightB: column(order.length, (y) => weightB[order[y] as number] as number),
    timesB: column(order.length, (y) => timesB[order[y] as number] as number),
  };
}

function countIn(a: readonly Sighting[], groups: readonly Group[], { least, most }: Window): number {
  let count = 0;
  for (const group of groups) {
    for (const i of group.a) {
      const one = a[i] as Sighting;
      const at = one.written - one.lag;
      count += firstFrom(group.timesB, at + most) - firstFrom(group.timesB, at + least);
    }
  }
  return count;
}

/** The pairs whose difference lies in one of the windows (null: all), by a and then b; of the first side one in `of`. */
function collect(
  a: readonly Sighting[],
  b: readonly Sighting[],
  groups: readonly Group[],
  windows: readonly Window[] | null,
  of: number,
): Pairs {
  const inA: number[] = [];
  const inB: number[] = [];
  const at: number[] = [];
  const atB: number[] = [];
  const weight: number[] = [];
  const spread: number[] = [];
  const systematic: number[] = [];
  for (const { group, x, i } of inTimeOrder(groups)) {
    if (x % of > 0) continue;
    const one = a[i] as Sighting;
    const time = one.written - one.lag;
    for (const { least, most } of windows ?? ANY) {
      for (let y = firstFrom(group.timesB, time + least); y < group.b.length; y++) {
        const timeB = group.timesB[y] as number;
        if (timeB > time + most) break;
        const j = group.b[y] as number;
        const other = b[j] as Sighting;
        inA.push(i);
        inB.push(j);
        at.push(time);
        atB.push(timeB);
        weight.push(Math.min(group.weightA[x] as number, group.weightB[y] as number));
        spread.push(one.spread + other.spread);
        systematic.push((one.systematic ?? 0) + (other.systematic ?? 0));
      }
    }
  }
  return {
    ...{ a: Int32Array.from(inA), b: Int32Array.from(inB), at: Float64Array.from(at), atB: Float64Array.from(atB) },
    difference: column(atB.length, (p) => (atB[p] as number) - (at[p] as number)),
    weight: Float64Array.from(weight),
    spread: Float64Array.from(spread),
    systematic: Float64Array.from(systematic),
  };
}

/** Every sighting of the first side that has a key of the other, in time order. */
function inTimeOrder(
  groups: readonly Group[],
): readonly { readonly group: Group; readonly x: number; readonly i: number }[] {
  const all = groups.flatMap((group) => Array.from(group.a, (i, x) => ({ group, x, i })));
  return groups.length > 1 ? all.sort((one, other) => one.i - other.i) : all;
}

/** Index of the first time that is not before this one. */
function firstFrom(times: Float64Array, from: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) < from) low = middle + 1;
    else high = middle;
  }
  return low;
}

const ANY: readonly Window[] = [{ least: -Infinity, most: Infinity }];

function weightsOf(sightings: readonly Sighting[]): Float64Array {
  const weights = chanceOf(sightings);
  for (let i = 0; i < weights.length; i++) weights[i] = -Math.log(weights[i] as number);
  return weights;
}

/** What is rare whole, of the others an even choice: MAX_PAIRS pairs in all. */
function chosen(groups: readonly Group[]): readonly Group[] {
  const some: Group[] = [];
  let room = MAX_PAIRS;
  for (const group of groups) {
    if (room <= 0) break;
    const side = Math.max(1, Math.floor(Math.sqrt(room)));
    const countA = Math.min(group.a.length, Math.max(side, Math.floor(room / group.b.length)));
    const countB = Math.min(group.b.length, Math.max(1, Math.floor(room / countA)));
    const inA = evenly(group.a.length, countA);
    const inB = evenly(group.b.length, countB);
    some.push({
      a: Int32Array.from(inA, (x) => group.a[x] as number),
      b: Int32Array.from(inB, (y) => group.b[y] as number),
      weightA: column(inA.length, (x) => group.weightA[inA[x] as number] as number),
      weightB: column(inB.length, (y) => group.weightB[inB[y] as number] as number),
      timesB: column(inB.length, (y) => group.timesB[inB[y] as number] as number),
    });
    room -= countA * countB;
  }
  return some;
}

function evenly(length: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => Math.floor((i * length) / count));
}

/** In a loop: `from` with a function takes ten times as long. */
function column(length: number, of: (i: number) => number): Float64Array {
  const values = new Float64Array(length);
  for (let i = 0; i < length; i++) values[i] = of(i);
  return values;
}
