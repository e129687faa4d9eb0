import { type ClockProof, type StreamClock, streamKey } from '../model/clock.js';
import type { StreamStats } from '../model/coverage.js';
import type { Detection } from '../model/detection.js';
import type { ReadSource } from '../model/source.js';
import { MINUTE, SECOND } from '../model/time.js';
import { type Curve, type Offset, offsetAt } from './curve.js';
import type { LogPass } from './passes.js';
import type { PlaceTime } from './place-time.js';
import { type AnchorSource, clockInputs, MACHINE } from './sightings.js';
import { type Anchor, type ClockInput, type Comparisons, type SolvedClock, solveClocks } from './solve.js';

/** One stream, and what the solver found out about the clock that stamped it. */
export interface Stream {
  readonly key: string;
  readonly clock: StreamClock;
  readonly stats: StreamStats;
  readonly source: ReadSource;
  /** The solver's name of its clock. */
  readonly id: string;
  readonly passes: readonly LogPass[];
  readonly solved: SolvedClock | null;
}

/** What the clocks are measured from. */
export interface MeasureInput {
  readonly sources: readonly ReadSource[];
  readonly streams: ReadonlyMap<string, StreamClock>;
  readonly detections: readonly Detection[];
  readonly anchors: AnchorSource;
  readonly place: PlaceTime;
  /** Comparisons made before, and those made now. */
  readonly comparisons: Comparisons;
}

export interface Compared {
  readonly all: readonly Stream[];
  readonly solved: ReadonlyMap<string, SolvedClock>;
  readonly inputs: readonly ClockInput[];
  readonly named: (peer: string | null) => Peer;
}

export function compare({ sources, streams, detections, anchors, place, comparisons }: MeasureInput): Compared {
  const { inputs, clockOf, passesOf } = clockInputs(sources, streams, detections, anchors, place);
  const solved = solveClocks(inputs, comparisons);
  const all = sources.flatMap((source) =>
    source.streams.flatMap((stats): Stream[] => {
      const key = streamKey(source.id, stats.host, stats.channel);
      const clock = streams.get(key);
      if (clock === undefined || clock.basis === 'none') return [];
      const id = clockOf(key);
      return [{ key, clock, stats, source, id, passes: passesOf(key), solved: solved.get(id) ?? null }];
    }),
  );
  const paths = new Map(sources.map(({ id, path }) => [id, path]));
  const first = new Map([...all].reverse().map(({ id, stats }) => [id, stats.source]));
  return { all, solved, inputs, named: (peer) => peerOf(peer, first, paths) };
}

export interface Peer {
  /** Null for the clock of a machine that is only quoted. */
  readonly source: string | null;
  readonly name: string;
}

function peerOf(peer: string | null, first: ReadonlyMap<string, string>, paths: ReadonlyMap<string, string>): Peer {
  const source = peer === null ? null : (first.get(peer) ?? null);
  if (peer?.startsWith(MACHINE) === true) return { source, name: `the clock of ${peer.slice(MACHINE.length)}` };
  return { source, name: (source === null ? undefined : paths.get(source)) ?? 'another clock' };
}

/** Anchors kept as proofs of one stream. */
const SHOWN = 8;

/** What has to be added to the stamp of an anchor. */
export function offsetOf(curve: Curve, { written, ahead }: Anchor): Offset | null {
  const found = offsetAt(curve, written);
  return found === null ? null : { ...found, offset: found.offset + ahead };
}

export function proofsOf({ anchors }: SolvedClock, peer: Peer, own: string): readonly ClockProof[] {
  return anchors.slice(0, SHOWN).map(({ key, residual }) => ({
    ...{ kind: kindOf(key), peer: peer.source ?? own },
    residualSeconds: residual / SECOND,
  }));
}

export function kindOf(key: string): string {
  return key.split('|', 1)[0] ?? key;
}

/** A clock that is off by less may be told from a zone: those lie a quarter of an hour apart. */
export const TOLD_APART = 7 * MINUTE;
