import type { Micros } from '../model/time.js';
import { type Curve, curveOf, offsetAt } from './curve.js';
import { isCertain, type Relation, relate } from './relate.js';
import type { Sighting } from './sighting.js';
import { correctAll, type StepSigns, unstepped } from './steps.js';

/** One clock: what a machine stamped in one way of writing time. */
export interface ClockInput {
  readonly id: string;
  /** In time order. Where the zone is stated, in UTC by that statement, else as written. */
  readonly sightings: readonly Sighting[];
  readonly signs: StepSigns;
  /** Where its logs fall back far, both as if they were in the order of their stamps all the same. */
  readonly asWritten?: { readonly sightings: readonly Sighting[]; readonly signs: StepSigns };
  readonly zoneKnown: boolean;
  /** The higher, the rather the others are measured against it. */
  readonly rank: number;
}

/** An event that this clock and another stamped. */
export interface Anchor {
  readonly key: string;
  readonly written: Micros;
  /** What `written` is more than the stamp, as its log fell back before. */
  readonly ahead: Micros;
  /** What the stamp lies beside the line through all of them. */
  readonly residual: Micros;
}

export interface SolvedClock {
  /** Gives what has to be added to a written time, which runs on if `runsOn`. Null: nothing measured it against the others. */
  readonly curve: Curve | null;
  readonly runsOn: boolean;
  /** The clock it was measured against; null for the one all others are measured against, and for those without a curve. */
  readonly peer: string | null;
  readonly isReference: boolean;
  /** The reference of its group; null without a curve. Groups are not compared with each other. */
  readonly root: string | null;
  /** The clock at the root of its group is trusted more than this one; else nobody knows which of the two is right. */
  readonly isOutranked: boolean;
  /** It was measured by a clock that is trusted less. */
  readonly isByLower: boolean;
  readonly anchors: readonly Anchor[];
  /** Where it was compared and nothing certain came of it: other alignments that explain as much. */
  readonly undecided: readonly { readonly peer: string; readonly rivals: readonly Micros[] }[];
}

/** A clock is compared with so many others that share most with it. */
const PARTNERS = 4;
/** Of an event that many clocks stamped, each is compared with so many of the highest rank. */
const HUBS = 3;

/**
 * Measures every clock against one of its group that was measured before, beginning with the highest rank: the clocks
 * that share most come first, so that errors add up along few steps. Any order of the input gives the same result.
 */
export function solveClocks(
  inputs: readonly ClockInput[],
  comparisons: Comparisons = new Map(),
): ReadonlyMap<string, SolvedClock> {
  const clocks = inputs.map(inOneOrder).sort((x, y) => y.rank - x.rank || (x.id < y.id ? -1 : 1));
  const byId = new Map(clocks.map((clock) => [clock.id, clock]));
  const partners = partnersOf(clocks);
  const solved = new Map<string, SolvedClock>();
  const undecided: Undecided = new Map();
  for (const root of clocks) {
    if (solved.has(root.id) || partners.get(root.id) === undefined) continue;
    if (root.sightings.length === 0 || !root.zoneKnown) continue;
    solved.set(root.id, {
      curve: null,
      runsOn: false,
      peer: null,
      isReference: true,
      root: root.id,
      isOutranked: false,
      isByLower: false,
      anchors: [],
      undecided: undecided.get(root.id) ?? [],
    });
    spread(root, byId, comparisons, partners, solved, undecided);
  }
  for (const { id } of clocks) if (!solved.has(id)) solved.set(id, { ...UNSOLVED, undecided: undecided.get(id) ?? [] });
  return solved;
}

/** Of what a clock stamped at one moment any order is as good: the same one for all. */
function inOneOrder(input: ClockInput): ClockInput {
  const { sightings } = input;
  const isSorted = sightings.every((one, i) => i === 0 || byMoment(sightings[i - 1] as Sighting, one) <= 0);
  return isSorted ? input : { ...input, sightings: [...sightings].sort(byMoment) };
}

function byMoment(a: Sighting, b: Sighting): number {
  if (a.written !== b.written) return a.written - b.written;
  if (a.key !== b.key) return a.key < b.key ? -1 : 1;
  return a.lag - b.lag || a.spread - b.spread;
}

/** By clock what it was compared with in vain. */
type Undecided = Map<string, { readonly peer: string; readonly rivals: readonly Micros[] }[]>;

const UNSOLVED: SolvedClock = {
  curve: null,
  runsOn: false,
  peer: null,
  isReference: false,
  root: null,
  isOutranked: false,
  isByLower: false,
  anchors: [],
  undecided: [],
};

/** By clock the others it shares sightings with, and how much. */
type Partners = ReadonlyMap<string, ReadonlyMap<string, number>>;

function partnersOf(clocks: readonly ClockInput[]): Partners {
  const byKey = new Map<string, { readonly clock: ClockInput; count: number }[]>();
  for (const clock of clocks) {
    const counts = new Map<string, number>();
    for (const { key } of clock.sightings) counts.set(key, (counts.get(key) ?? 0) + 1);
    for (const [key, count] of counts) {
      const group = byKey.get(key);
      if (group === undefined) byKey.set(key, [{ clock, count }]);
      else group.push({ clock, count });
    }
  }
  const all = new Map<string, Map<string, number>>();
  const share = (x: string, y: string, weight: number): void => {
    for (const [from, to] of [
      [x, y],
      [y, x],
    ] as const) {
      const own = all.get(from) ?? new Map<string, number>();
      own.set(to, (own.get(to) ?? 0) + weight);
      all.set(from, own);
    }
  };
  for (const group of byKey.values()) {
    for (const [i, one] of group.entries()) {
      for (const other of group.slice(0, Math.min(i, HUBS))) {
        share(one.clock.id, other.clock.id, Math.min(one.count, other.count));
      }
    }
  }
  return all;
}

interface Edge {
  readonly from: string;
  readonly to: string;
  /** Clocks between `from` and the reference. */
  readonly depth: number;
  readonly shared: number;
}

/** What came of one clock held against another: kept, because most are the same when some zones have become known. */
export type Comparisons = Map<
  string,
  { readonly peer: ClockInput; readonly peerCurve: Curve | null; readonly clock: ClockInput; readonly result: Measured }
>;

function isSame(one: ClockInput, other: ClockInput): boolean {
  if (one === other) return true;
  if (one.zoneKnown !== other.zoneKnown || one.sightings.length !== other.sightings.length) return false;
  return one.sightings.every((sighting, i) => {
    const twin = other.sightings[i];
    return twin?.written === sighting.written && twin.key === sighting.key && twin.lag === sighting.lag;
  });
}

/** Solves the group of a reference, the clocks first that it shares events with itself: errors add up along few steps. */
function spread(
  root: ClockInput,
  byId: ReadonlyMap<string, ClockInput>,
  comparisons: Comparisons,
  partners: Partners,
  solved: Map<string, SolvedClock>,
  undecided: Undecided,
): void {
  const tried = new Map<string, number>();
  const placed = new Map<string, PlacedSightings>();
  const queue = edgeQueue();
  const open = (from: string, depth: number): void => {
    for (const [to, shared] of partners.get(from) ?? []) if (!solved.has(to)) queue.push({ from, to, depth, shared });
  };
  open(root.id, 0);
  for (let edge = queue.pop(); edge !== undefined; edge = queue.pop()) {
    const { from, to, depth } = edge;
    if (solved.has(to) || (tried.get(to) ?? 0) >= PARTNERS) continue;
    tried.set(to, (tried.get(to) ?? 0) + 1);
    const peer = byId.get(from) as ClockInput;
    const clock = byId.get(to) as ClockInput;
    const peerCurve = solved.get(from)?.curve ?? null;
    const known = comparisons.get(`${from}\n${to}`);
    let result: Measured;
    if (known?.peerCurve === peerCurve && isSame(known.peer, peer) && isSame(known.clock, clock)) {
      result = known.result;
    } else {
      let own = placed.get(from);
      if (own === undefined) {
        own = inTrueTime(solved.get(from)?.runsOn === true ? peer : inOrderOfStamps(peer), peerCurve);
        placed.set(from, own);
      }
      // The time of the reference is what it shows, its own steps included; of the others they are taken out.
      result = measure(
        own,
        { places: peerCurve === null ? inOrderOfStamps(peer).signs.places : [], unseen: peer.signs.unseen },
        clock,
      );
      comparisons.set(`${from}\n${to}`, { peer, peerCurve, clock, result });
    }
    if (result.curve === null) {
      undecided.set(to, [...(undecided.get(to) ?? []), { peer: from, rivals: result.rivals }]);
      continue;
    }
    solved.set(to, {
      ...{
        curve: result.curve,
        runsOn: result.runsOn,
        peer: from,
        isReference: false,
        root: root.id,
        isOutranked: root.rank > clock.rank,
        isByLower: peer.rank < clock.rank,
      },
      ...{ anchors: result.anchors, undecided: undecided.get(to) ?? [] },
    });
    open(to, depth + 1);
  }
}

interface Measured {
  readonly curve: Curve | null;
  readonly runsOn: boolean;
  readonly anchors: readonly Anchor[];
  readonly rivals: readonly Micros[];
}

/** A clock's sightings in true time by their key; how far each may be off. */
type PlacedSightings = ReadonlyMap<string, readonly { readonly sighting: Sighting; readonly uncertainty: Micros }[]>;

/** The sightings where the clock's own curve puts them; those it cannot place are left out. */
function inTrueTime({ sightings }: ClockInput, curve: Curve | null): PlacedSightings {
  const byKey = new Map<string, { sighting: Sighting; uncertainty: Micros }[]>();
  for (const sighting of sightings) {
    const offset = curve === null ? { offset: 0, uncertainty: 0 } : offsetAt(curve, sighting.written);
    if (offset === null) continue;
    const one = {
      sighting: { ...sighting, written: sighting.written + offset.offset },
      uncertainty: offset.uncertainty,
    };
    const list = byKey.get(sighting.key);
    if (list === undefined) byKey.set(sighting.key, [one]);
    else list.push(one);
  }
  return byKey;
}

function inOrderOfStamps(clock: ClockInput): ClockInput {
  return { ...clock, ...clock.asWritten };
}

/** A log that falls back was set, or its parts are not in the order of time: what explains more of its events. */
function measure(peer: PlacedSightings, stepsA: StepSigns, clock: ClockInput): Measured {
  const runningOn = measureOne(peer, stepsA, clock);
  if (clock.asWritten === undefined) return runningOn.measured;
  const written = measureOne(peer, stepsA, inOrderOfStamps(clock));
  return runningOn.score > written.score ? { ...runningOn.measured, runsOn: true } : written.measured;
}

/** Places a clock by one that has a place: only what both saw is looked at, so that a host of hundred VMs costs no more. */
function measureOne(
  peer: PlacedSightings,
  stepsA: StepSigns,
  clock: ClockInput,
): { readonly measured: Measured; readonly score: number } {
  const keys = new Set(clock.sightings.map(({ key }) => key));
  const shared = [...keys]
    .flatMap((key) => peer.get(key) ?? [])
    .sort((x, y) => x.sighting.written - y.sighting.written);
  const base = shared.reduce((most, { uncertainty }) => Math.max(most, uncertainty), 0);
  const sightings = shared.map(({ sighting }) => sighting);
  const steps = unstepped(clock.signs);
  const relation = relate(sightings, correctAll(clock.sightings, steps), {
    zonesKnown: clock.zoneKnown,
    ...{ stepsA, stepsB: steps.signs },
  });
  const score = relation?.score ?? 0;
  const rivals = relation?.rivals ?? [];
  if (relation === null || !isCertain(relation))
    return { measured: { curve: null, runsOn: false, anchors: [], rivals }, score };
  const curve = curveOf(relation, steps, base, ({ b }) => (clock.sightings[b] as Sighting).written);
  const anchors = anchorsOf(relation, curve, sightings, clock.sightings);
  return { measured: { curve, runsOn: false, anchors, rivals }, score };
}

function anchorsOf(
  { pieces }: Relation,
  curve: Curve,
  peer: readonly Sighting[],
  own: readonly Sighting[],
): readonly Anchor[] {
  return pieces.flatMap(({ matches }) =>
    matches.map(({ a, b }): Anchor => {
      const { key, written, lag, ahead = 0 } = own[b] as Sighting;
      const other = peer[a] as Sighting;
      const placed = written + (offsetAt(curve, written)?.offset ?? 0);
      return { key, written, ahead, residual: placed - lag - (other.written - other.lag) };
    }),
  );
}

/** A heap: what is nearest to the reference comes first, then what shares most, then by name. */
function edgeQueue(): { push(edge: Edge): void; pop(): Edge | undefined } {
  const heap: Edge[] = [];
  const isBefore = (x: Edge, y: Edge): boolean =>
    x.depth !== y.depth
      ? x.depth < y.depth
      : x.shared !== y.shared
        ? x.shared > y.shared
        : x.to !== y.to
          ? x.to < y.to
          : x.from < y.from;
  const swap = (i: number, j: number): void => {
    [heap[i], heap[j]] = [heap[j] as Edge, heap[i] as Edge];
  };
  return {
    push(edge) {
      heap.push(edge);
      for (let i = heap.length - 1; i > 0; ) {
        const parent = (i - 1) >> 1;
        if (!isBefore(heap[i] as Edge, heap[parent] as Edge)) break;
        swap(i, parent);
        i = parent;
      }
    },
    pop() {
      const first = heap[0];
      const last = heap.pop();
      if (heap.length > 0 && last !== undefined) heap[0] = last;
      for (let i = 0; ; ) {
        let next = i;
        for (const child of [2 * i + 1, 2 * i + 2])
          if (child < heap.length && isBefore(heap[child] as Edge, heap[next] as Edge)) next = child;
        if (next === i) break;
        swap(i, next);
        i = next;
      }
      return first;
    },
  };
}
