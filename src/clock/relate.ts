import { DAY, HOUR, MINUTE, type Micros, SECOND } from '../model/time.js';
import { bestChain, type Chain, levelOf, slackOf } from './chain.js';
import { pairsOf } from './pairs.js';
import { ratePrice } from './rate-prior.js';
import { ratesOf, usablePairs } from './ridges.js';
import type { Pairs, Sighting } from './sighting.js';
import { NO_SIGNS, SILENT, type StepSigns, stepPricer } from './steps.js';

/** What is known of two clocks before any anchor is looked at. */
export interface Prior {
  /** Whether both state their zone: then they differ by their errors alone, else by some zone as well. */
  readonly zonesKnown: boolean;
  /** What the two logs say of steps of their clocks. */
  readonly stepsA?: StepSigns;
  readonly stepsB?: StepSigns;
}

/** One event that both clocks stamped. */
export interface Match {
  /** Index of the sighting on either side. */
  readonly a: number;
  readonly b: number;
  /** Written time of b minus that of a, without the usual lags. */
  readonly difference: Micros;
  readonly spread: Micros;
  readonly systematic: Micros;
}

/** Between two steps of the clocks. */
export interface Piece {
  readonly matches: readonly Match[];
  /** What its anchors say for it, natural units. */
  readonly weight: number;
  /** Whether they prove it; else it is no more than possible. */
  readonly proven: boolean;
}

export interface Relation {
  readonly pieces: readonly Piece[];
  /** How much faster b runs than a. */
  readonly rate: number;
  /** Before the first match, and after the last, both sides have sightings of one key that do not meet: a step unseen may lie there. */
  readonly looseStart: boolean;
  readonly looseEnd: boolean;
  /** What speaks for it, natural units. */
  readonly score: number;
  /** Log odds against the best other alignment or none; and by the anchors alone, without what is usual of clocks. */
  readonly margin: number;
  readonly dataMargin: number;
  /** Differences at which other alignments begin that explain nearly as much. */
  readonly rivals: readonly Micros[];
}

/** Log odds below which an alignment is not told apart from another: 1 in 1,000. */
export const CERTAIN = 7;
/** What the anchors alone have to say of it: that clocks are rarely off by a day does not prove that this one is not. */
export const CERTAIN_DATA = 3;

/** A rate is one more thing to choose: it has to explain more than none, natural units. */
const RATE = 5;

/**
 * Aligns two clocks by the events that both stamped. Every pair of sightings with one key is a candidate; an alignment is
 * a chain of pairs, in order on both sides, whose differences keep to one rate, with a price for each step and each event
 * left out. A pair counts for as much as it is surprising: what a nightly schedule would put there on any other night
 * counts for nothing. Both lists are in time order. Null when nothing speaks for any alignment.
 */
export function relate(a: readonly Sighting[], b: readonly Sighting[], prior: Prior): Relation | null {
  const pairs = pairsOf(a, b);
  if (pairs.a.length === 0) return null;
  const price = priceOf(prior);
  const stepPrice = stepPricer(prior.stepsA ?? NO_SIGNS, prior.stepsB ?? NO_SIGNS);
  let best: { readonly chain: Chain; readonly rate: number; readonly gain: number } | null = null;
  for (const rate of ratesOf(pairs)) {
    const chain = bestChain(pairs, { rate, price, stepPrice, usable: usablePairs(pairs, rate, () => true) });
    const gain = chain === null ? 0 : chain.score - ratePrice(rate) - (rate === 0 ? 0 : RATE);
    if (chain !== null && (best === null || gain > best.gain)) best = { chain, rate, gain };
  }
  if (best === null || best.chain.score <= 0) return null;
  const { chain, rate } = best;
  const isOther = awayFrom(pairs, chain, rate);
  let rivalScore = 0;
  let rivalData = 0;
  const rivals: Micros[] = [];
  for (const other of new Set([rate, 0])) {
    const usable = usablePairs(pairs, other, isOther);
    const rival = bestChain(pairs, { rate: other, price, stepPrice, usable });
    const unpriced = bestChain(pairs, { rate: other, price: () => 0, stepPrice, usable });
    if (rival !== null && rival.score > chain.score - CERTAIN) rivals.push(beginOf(pairs, rival));
    if (unpriced !== null && unpriced.data > chain.data - CERTAIN_DATA) rivals.push(beginOf(pairs, unpriced));
    rivalScore = Math.max(rivalScore, rival?.score ?? 0);
    rivalData = Math.max(rivalData, unpriced?.data ?? 0);
  }
  return {
    pieces: piecesOf(pairs, chain, rate),
    rate,
    ...looseEnds(a, b, pairs, chain),
    score: chain.score,
    margin: chain.score - rivalScore,
    dataMargin: chain.data - rivalData,
    rivals: [...new Set(rivals)].sort((x, y) => x - y),
  };
}

/** Whether the alignment is the only one that explains the anchors. */
export function isCertain({ margin, dataMargin }: Relation): boolean {
  return margin >= CERTAIN && dataMargin >= CERTAIN_DATA;
}

function beginOf(pairs: Pairs, chain: Chain): Micros {
  return pairs.difference[chain.members[0] as number] as number;
}

/** Pairs that belong to no shift of the chain within its own spread. */
function awayFrom(pairs: Pairs, chain: Chain, rate: number): (pair: number) => boolean {
  const members = chain.members
    .map((p) => ({ level: levelOf(pairs, p, rate), spread: pairs.spread[p] as number }))
    .sort((x, y) => x.level - y.level);
  const widest = members.reduce((most, { spread }) => Math.max(most, spread), 0);
  return (pair) => {
    const level = levelOf(pairs, pair, rate);
    const own = pairs.spread[pair] as number;
    let at = 0;
    for (let high = members.length; at < high; ) {
      const middle = (at + high) >> 1;
      if ((members[middle] as { level: number }).level < level - 2 * (widest + own)) at = middle + 1;
      else high = middle;
    }
    for (; at < members.length; at++) {
      const other = members[at] as { level: number; spread: number };
      if (other.level > level + 2 * (widest + own)) break;
      if (Math.abs(level - other.level) <= 2 * (other.spread + own)) return false;
    }
    return true;
  };
}

/** Unmatched sightings of both sides that make an end doubtful. */
const LOOSE = 2;

function looseEnds(
  a: readonly Sighting[],
  b: readonly Sighting[],
  pairs: Pairs,
  { members }: Chain,
): { readonly looseStart: boolean; readonly looseEnd: boolean } {
  const first = members[0] as number;
  const last = members.at(-1) as number;
  const isLoose = (countA: ReadonlyMap<string, number>, countB: ReadonlyMap<string, number>): boolean =>
    [...countA].some(([key, count]) => count >= LOOSE && (countB.get(key) ?? 0) >= LOOSE);
  return {
    looseStart: isLoose(keysOf(a.slice(0, pairs.a[first])), keysOf(b.slice(0, pairs.b[first]))),
    looseEnd: isLoose(keysOf(a.slice((pairs.a[last] as number) + 1)), keysOf(b.slice((pairs.b[last] as number) + 1))),
  };
}

function keysOf(sightings: readonly Sighting[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { key } of sightings) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

/** Cut at the steps. */
function piecesOf(pairs: Pairs, chain: Chain, rate: number): readonly Piece[] {
  const runs: number[][] = [];
  let last: number | null = null;
  for (const p of chain.members) {
    const goesOn =
      last !== null && Math.abs(levelOf(pairs, p, rate) - levelOf(pairs, last, rate)) <= slackOf(pairs, last, p);
    if (goesOn) runs.at(-1)?.push(p);
    else runs.push([p]);
    last = p;
  }
  return runs.map((run): Piece => {
    const matches = run.map((p) => ({
      ...{ a: pairs.a[p] as number, b: pairs.b[p] as number },
      ...{ difference: pairs.difference[p] as number, spread: pairs.spread[p] as number },
      systematic: pairs.systematic[p] as number,
    }));
    const weight = run.reduce((sum, p) => sum + (pairs.weight[p] as number), 0);
    return { matches, weight, proven: runs.length === 1 || weight >= SILENT + 2 * CERTAIN };
  });
}

/** Whole hours, half hours and quarters: how many zones differ so, of some 300 in use. */
const OF_ZONES: readonly (readonly [multiple: Micros, share: number])[] = [
  [HOUR, 1 / 30],
  [30 * MINUTE, 1 / 200],
  [15 * MINUTE, 1 / 1000],
];
/** UTC-12 and UTC+14 lie 26 hours apart; the same zone is by far the likeliest. */
const WIDEST_ZONES = 26 * HOUR;
const SAME_ZONE = 1 / 3;

/** What it costs a priori, in natural units, that two clocks differ by this much give or take the spread. */
function priceOf({ zonesKnown }: Prior): (difference: number, spread: number) => number {
  return (difference, spread) => {
    let density = errorDensity(difference) * (zonesKnown ? 1 : SAME_ZONE);
    if (!zonesKnown) {
      for (const [multiple, share] of OF_ZONES) {
        const zone = Math.round(difference / multiple) * multiple;
        if (Math.abs(zone) <= WIDEST_ZONES) density = Math.max(density, share * errorDensity(difference - zone));
      }
    }
    return Math.max(0, -Math.log(Math.min(1, density * 2 * spread)));
  };
}

/** Half of all clocks are kept to a few seconds; of the others any order of magnitude is as likely, up to years. */
function errorDensity(error: number): number {
  const size = Math.abs(error);
  const kept = Math.exp(-size / (5 * SECOND)) / (10 * SECOND);
  const astray = 1 / (2 * Math.max(SECOND, size) * Math.log((400 * DAY) / SECOND));
  return 0.5 * kept + 0.5 * Math.min(astray, 1 / SECOND);
}
