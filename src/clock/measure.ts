import { type ClockProof, type StreamClock, streamKey } from '../model/clock.js';
import type { StreamStats } from '../model/coverage.js';
import type { Detection } from '../model/detection.js';
import type { Layer } from '../model/record.js';
import type { Issue, ReadSource } from '../model/source.js';
import { type Micros, SECOND } from '../model/time.js';
import { correctedSegments } from './corrected.js';
import { offsetAt } from './curve.js';
import { type AnchorSource, clockInputs, MACHINE, type PlaceTime } from './sightings.js';
import { type SolvedClock, solveClocks } from './solve.js';
import { spanOfStream, UNMEASURED } from './wall.js';

/** Anchors kept as proofs of one stream. */
const SHOWN = 8;

/** One stream, and what the solver found out about the clock that stamped it. */
interface Stream {
  readonly key: string;
  readonly clock: StreamClock;
  readonly stats: StreamStats;
  readonly layer: Layer;
  readonly folder: string;
  /** The solver's name of its clock. */
  readonly id: string;
  readonly solved: SolvedClock | null;
}

/**
 * Measures the clocks against each other by events that several of them stamped. Streams whose clock was not known, or is
 * contradicted, get the offset that was measured; for the others it is said that they were checked, or that nobody can vouch for them.
 */
export function measureStreams(
  sources: readonly ReadSource[],
  streams: ReadonlyMap<string, StreamClock>,
  detections: readonly Detection[],
  anchors: AnchorSource,
  place: PlaceTime,
): ReadonlyMap<string, StreamClock> {
  const { inputs, clockOf } = clockInputs(sources, streams, detections, anchors, place);
  const solved = solveClocks(inputs);
  const all = sources.flatMap((source) =>
    source.streams.flatMap((stats): Stream[] => {
      const key = streamKey(source.id, stats.host, stats.channel);
      const clock = streams.get(key);
      if (clock === undefined || clock.basis === 'none') return [];
      const id = clockOf(key);
      const folder = source.path.slice(0, source.path.lastIndexOf('/') + 1);
      return [{ key, clock, stats, layer: source.layer, folder, id, solved: solved.get(id) ?? null }];
    }),
  );
  const paths = new Map(sources.map(({ id, path }) => [id, path]));
  const named = (peer: string | null): Peer => peerOf(peer, all, paths);
  const measured = new Map<string, StreamClock>();
  for (const stream of all) {
    const { key, clock, solved: found } = stream;
    if (found?.curve == null || clock.isFinal) continue;
    if (clock.basis === 'assumed' || isContradicted(found))
      measured.set(key, withCurve(stream, found, stream.id, named(found.peer)));
    else if (clock.basis === 'stated') measured.set(key, checked(clock, found, named(found.peer)));
  }
  addMates(measured, all, named);
  doubtOthers(measured, all, mainRoot(solved));
  return measured;
}

/** The reference that most clocks were measured by, directly or over others. */
function mainRoot(solved: ReadonlyMap<string, SolvedClock>): string | null {
  const members = new Map<string, number>();
  for (const { root } of solved.values()) if (root !== null) members.set(root, (members.get(root) ?? 0) + 1);
  let main: string | null = null;
  for (const [root, count] of members) if (main === null || count > (members.get(main) ?? 0)) main = root;
  return main;
}

/**
 * Logs of one machine keep one time where their zones are known: those of a Windows computer wherever they lie, others in one
 * folder. Where all of them that were measured were off alike, those that have no anchors of their own are off as well.
 */
function addMates(
  measured: Map<string, StreamClock>,
  all: readonly Stream[],
  named: (peer: string | null) => Peer,
): void {
  const computers = new Set(all.filter(({ id, key }) => id !== key).map(({ clock }) => clock.clockId));
  const groupOf = ({ clock, folder }: Stream): string =>
    clock.basis === 'stated' && computers.has(clock.clockId)
      ? clock.clockId
      : [clock.clockId, clock.basis, folder].join('|');
  const groups = new Map<string, { readonly stream: Stream; readonly solved: SolvedClock }[]>();
  for (const stream of all) {
    const { solved } = stream;
    if (solved === null || (solved.curve === null && !solved.isReference)) continue;
    const group = groupOf(stream);
    groups.set(group, [...(groups.get(group) ?? []), { stream, solved }]);
  }
  for (const stream of all) {
    const mates = groups.get(groupOf(stream)) ?? [];
    const [mate] = mates;
    if (mate === undefined || stream.clock.isFinal || mates.some((other) => other.stream.key === stream.key)) continue;
    const isCorrected = (other: Stream): boolean => measured.get(other.key)?.basis === 'measured';
    if (mate.solved.curve === null) continue;
    if (!mates.every((other) => isCorrected(other.stream) && agree(mate.solved, other.solved))) continue;
    measured.set(stream.key, withCurve(stream, mate.solved, mate.stream.id, named(mate.solved.peer)));
  }
}

/**
 * That machines which state their zone agree is an assumption. Where most of those that were compared do not, nobody can say
 * it of the others: they may be as far off.
 */
function doubtOthers(measured: Map<string, StreamClock>, all: readonly Stream[], main: string | null): void {
  for (const layer of new Set(all.map((stream) => stream.layer))) {
    const own = all.filter((stream) => stream.layer === layer);
    const agreeing = new Set<string>();
    const astray = new Set<string>();
    let furthest = 0;
    for (const { clock, solved, id, key } of own) {
      if (solved === null || solved.root !== main || clock.basis !== 'stated') continue;
      if (measured.get(key)?.basis === 'measured') astray.add(clock.clockId);
      else agreeing.add(clock.clockId);
      if (id !== main && measured.get(key)?.basis === 'measured') furthest = Math.max(furthest, errorOf(solved));
    }
    if (astray.size <= agreeing.size) continue;
    for (const { key, clock, solved } of own) {
      if (clock.basis !== 'stated' || clock.isFinal || measured.has(key) || solved?.root === main) continue;
      measured.set(key, doubted(clock, furthest, astray.size, astray.size + agreeing.size));
    }
  }
}

/** Furthest that a clock was found to be off. */
function errorOf({ curve }: SolvedClock): Micros {
  return (curve?.pieces ?? []).reduce(
    (most, { offset, uncertainty }) => Math.max(most, Math.abs(offset) + uncertainty),
    0,
  );
}

function doubted(clock: StreamClock, furthest: Micros, astray: number, compared: number): StreamClock {
  const kept = clock.issues.filter(({ code }) => code !== 'clock-sync-assumed');
  const note = `nothing measured this clock, and of ${compared} like it that were compared ${astray} are wrong: it may be as far off`;
  return {
    ...clock,
    basis: 'assumed',
    // What a stamp states of its zone is right, and nothing else is known: the segments carry the doubt.
    isFinal: true,
    segments: clock.segments.map((segment) => ({ ...segment, uncertainty: segment.uncertainty + furthest })),
    issues: [...kept, { code: 'clock-sync-doubted', severity: 'error', note, count: 1, at: null }],
  };
}

interface Peer {
  /** Null for the clock of a machine as its logs quote it. */
  readonly source: string | null;
  readonly name: string;
}

function peerOf(peer: string | null, all: readonly Stream[], paths: ReadonlyMap<string, string>): Peer {
  if (peer?.startsWith(MACHINE) === true) return { source: null, name: `the clock of ${peer.slice(MACHINE.length)}` };
  const source = peer === null ? undefined : all.find(({ id }) => id === peer)?.stats.source;
  return { source: source ?? null, name: (source === undefined ? undefined : paths.get(source)) ?? 'another clock' };
}

/** Whether two logs were off alike, at the anchors of the first. */
function agree(one: SolvedClock, other: SolvedClock): boolean {
  return one.anchors.every(({ written }) => {
    const first = one.curve === null ? null : offsetAt(one.curve, written);
    const second = other.curve === null ? null : offsetAt(other.curve, written);
    if (first === null || second === null) return false;
    return Math.abs(first.offset - second.offset) <= first.uncertainty + second.uncertainty + UNMEASURED;
  });
}

/**
 * What was measured lies beyond what the statement and the assumption of one time allow, at some anchor: a clock that was set
 * half-way was right before. An anchor that stands alone proves nothing, and its place on the curve is as wide.
 */
function isContradicted({ curve, anchors }: SolvedClock): boolean {
  if (curve === null || anchors.length === 0) return false;
  return anchors.some(({ written }) => {
    const found = offsetAt(curve, written);
    return found !== null && Math.abs(found.offset) > found.uncertainty + UNMEASURED;
  });
}

function proofsOf({ anchors }: SolvedClock, peer: Peer, own: string): readonly ClockProof[] {
  return anchors.slice(0, SHOWN).map(({ key, residual }) => ({
    ...{ kind: key.split('|', 1)[0] ?? key, peer: peer.source ?? own },
    residualSeconds: residual / SECOND,
  }));
}

/** The statement holds: what was measured does not contradict it. */
function checked(clock: StreamClock, solved: SolvedClock, peer: Peer): StreamClock {
  const { curve, anchors } = solved;
  const found = curve === null || anchors[0] === undefined ? null : offsetAt(curve, anchors[0].written);
  const within = ((Math.abs(found?.offset ?? 0) + (found?.uncertainty ?? 0)) / SECOND).toFixed(1);
  const note = `${anchors.length} events beside ${peer.name} agree with what is stated to within ${within} s`;
  const kept = clock.issues.filter(({ code }) => code !== 'clock-sync-assumed');
  return {
    ...clock,
    proofs: [...clock.proofs, ...proofsOf(solved, peer, peer.source ?? '')],
    issues: [...kept, { code: 'clock-sync-checked', severity: 'info', note, count: 1, at: null }],
  };
}

function withCurve({ clock, stats }: Stream, solved: SolvedClock, id: string, peer: Peer): StreamClock {
  const { curve } = solved;
  if (curve === null) return clock;
  const kept = clock.issues.filter(({ code }) => code !== 'assumed-zone' && code !== 'clock-sync-assumed');
  return {
    ...clock,
    // Beside a log of the same machine that was not corrected alike it has an error of its own.
    clockId: `${clock.clockId}#${id}`,
    basis: 'measured',
    isFinal: true,
    segments: correctedSegments(clock, spanOfStream(stats, clock.year), curve),
    proofs: [...proofsOf(solved, peer, stats.source), ...clock.proofs],
    issues: [...kept, issueOf(clock, stats, solved, peer)],
  };
}

function issueOf(
  { basis }: StreamClock,
  stream: StreamStats,
  { anchors, curve, isOutranked }: SolvedClock,
  peer: Peer,
): Issue {
  const by = `${anchors.length} events beside ${peer.name}`;
  const first = anchors[0];
  const found = first === undefined || curve === null ? null : offsetAt(curve, first.written);
  const off = `${((found?.offset ?? 0) / SECOND).toFixed(1)} s`;
  return basis === 'assumed'
    ? { code: 'measured-clock', severity: 'info', note: `the clock was measured by ${by}`, count: 1, at: null }
    : {
        ...{ code: 'clock-contradicted', severity: 'error', count: stream.records, at: null },
        note: `what the stamps state is contradicted by ${by}: ${off} were added${isOutranked ? '' : '; which of the two is right is not known'}`,
      };
}
