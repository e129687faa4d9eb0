import { chanceOf } from './chance.js';
import type { Pairs, Sighting } from './sighting.js';

/** Pairs looked at for one relation. */
const MAX_PAIRS = 5_000;

interface Group {
  readonly a: number[];
  readonly b: number[];
}

/** Every pair of sightings with one key, what is rare first; of what is too much an even choice. Both lists are in time order. */
export function pairsOf(a: readonly Sighting[], b: readonly Sighting[]): Pairs {
  const rows: Row[] = [];
  let room = MAX_PAIRS;
  for (const group of sharedKeys(a, b)) {
    const inA = thinned(group.a, Math.max(1, Math.floor(room / group.b.length)));
    const inB = thinned(group.b, Math.max(1, Math.floor(room / inA.length)));
    addPairs(rows, a, b, { a: inA, b: inB });
    room -= inA.length * inB.length;
    if (room <= 0) break;
  }
  rows.sort((x, y) => x.a - y.a || x.b - y.b);
  return {
    a: Int32Array.from(rows, (row) => row.a),
    b: Int32Array.from(rows, (row) => row.b),
    at: Float64Array.from(rows, (row) => row.at),
    atB: Float64Array.from(rows, (row) => row.at + row.difference),
    difference: Float64Array.from(rows, (row) => row.difference),
    weight: Float64Array.from(rows, (row) => row.weight),
    spread: Float64Array.from(rows, (row) => row.spread),
    systematic: Float64Array.from(rows, (row) => row.systematic),
  };
}

interface Row {
  readonly a: number;
  readonly b: number;
  readonly at: number;
  readonly difference: number;
  readonly weight: number;
  readonly spread: number;
  readonly systematic: number;
}

function sharedKeys(a: readonly Sighting[], b: readonly Sighting[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const [i, { key }] of a.entries()) {
    const own = groups.get(key);
    if (own === undefined) groups.set(key, { a: [i], b: [] });
    else own.a.push(i);
  }
  for (const [j, { key }] of b.entries()) groups.get(key)?.b.push(j);
  return [...groups.values()]
    .filter((group) => group.b.length > 0)
    .sort((x, y) => x.a.length * x.b.length - y.a.length * y.b.length);
}

function addPairs(rows: Row[], a: readonly Sighting[], b: readonly Sighting[], group: Group): void {
  const inA = group.a.map((i) => a[i] as Sighting);
  const inB = group.b.map((j) => b[j] as Sighting);
  const chanceA = chanceOf(inA);
  const chanceB = chanceOf(inB);
  for (const [x, one] of inA.entries()) {
    for (const [y, other] of inB.entries()) {
      const at = one.written - one.lag;
      rows.push({
        ...{ a: group.a[x] as number, b: group.b[y] as number, at },
        difference: other.written - other.lag - at,
        weight: -Math.log(Math.max(chanceA[x] as number, chanceB[y] as number)),
        spread: one.spread + other.spread,
        systematic: (one.systematic ?? 0) + (other.systematic ?? 0),
      });
    }
  }
}

function thinned(list: number[], count: number): number[] {
  if (list.length <= count) return list;
  return Array.from({ length: count }, (_, i) => list[Math.floor((i * list.length) / count)] as number);
}
