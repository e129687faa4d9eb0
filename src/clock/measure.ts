import type { ClockSegment, Clocks, Measurement, StreamClock } from '../model/clock.js';
import type { StreamStats } from '../model/coverage.js';
import type { Issue } from '../model/source.js';
import { MINUTE, type Micros, SECOND } from '../model/time.js';
import { compare, kindOf, type MeasureInput, offsetOf, type Peer, proofsOf, type Stream } from './compare.js';
import { correctedSegments } from './corrected.js';
import { offsetAt } from './curve.js';
import { doubtsOf } from './doubts.js';
import type { SolvedClock } from './solve.js';
import { spanOfStream } from './span-of-stream.js';
import { SYNC_ASSUMED } from './wall.js';
import { UNMEASURED } from './zone-of-stream.js';
import { joinedSegments } from './zoned-segments.js';

/**
 * Measures the clocks against each other by events that several of them stamped. Streams whose clock was not known, or is
 * contradicted, get the offset that was measured; for the others it is said that they were checked, or that nobody can vouch for them.
 */
export function measureStreams(input: MeasureInput): MeasuredStreams {
  const compared = compare(input);
  const { all, solved } = compared;
  const main = mainRoot(solved);
  const vouchedFor = vouched(all, main) ? main : null;
  const clockOf = (stream: Stream, found: SolvedClock): StreamClock | null =>
    clockBy(stream, found, compared.named, vouchedFor);
  const measured = new Map<string, StreamClock>();
  for (const stream of all) {
    const clock = stream.solved === null ? null : clockOf(stream, stream.solved);
    if (clock !== null) measured.set(stream.key, clock);
  }
  doubtOthers(measured, all, main);
  return { streams: measured, doubtWithout: doubtsOf(compared, measured, clockOf) };
}

interface MeasuredStreams {
  readonly streams: ReadonlyMap<string, StreamClock>;
  readonly doubtWithout: Clocks['doubtWithout'];
}

/** What the solver found out of the clock of a stream; null where that says nothing. `vouchedFor`: the reference that is as good as any. */
function clockBy(
  stream: Stream,
  found: SolvedClock,
  named: (peer: string | null) => Peer,
  vouchedFor: string | null,
): StreamClock | null {
  const { clock } = stream;
  if (clock.isFinal) return null;
  if (found.curve === null) return found.undecided.length > 0 ? undecided(clock, found, named) : null;
  const isVouchedFor = vouchedFor !== null && found.root === vouchedFor;
  if (isUpsideDown(stream, found)) return null;
  if (clock.basis === 'assumed' || found.runsOn || isContradicted(found))
    return withCurve(stream, found, stream.id, named(found.peer), isVouchedFor);
  return isVouchedFor ? checked(stream, found, named(found.peer)) : null;
}

/** Anchors that a host's clock is corrected by beside that of a guest, and in one piece: guests are set, and lose time, more often. */
const AGAINST_A_HOST = 5;

/** A host held against a guest: few events prove that it is the host that is wrong. */
function isUpsideDown({ source }: Stream, { curve, anchors, isByLower }: SolvedClock): boolean {
  if (source.layer !== 'hypervisor' || !isByLower) return false;
  return (curve?.pieces.length ?? 0) > 1 || anchors.length < AGAINST_A_HOST;
}

/** Whether the clock that most are held against is as good as any: a host's, or there is no host's. */
function vouched(all: readonly Stream[], main: string | null): boolean {
  const hosts = all.filter(({ source }) => source.layer === 'hypervisor');
  return hosts.length === 0 || hosts.some(({ id }) => id === main);
}

/** Other alignments that are named: a schedule fits at every day. */
const RIVALS_SHOWN = 4;

/** It was compared, and several alignments explain what both saw: the clock stays as it was. */
function undecided(
  clock: StreamClock,
  { undecided: tried }: SolvedClock,
  named: (peer: string | null) => Peer,
): StreamClock {
  const [first] = tried;
  if (first === undefined) return clock;
  const rivals = first.rivals.slice(0, RIVALS_SHOWN).map((rival) => `${(rival / SECOND).toFixed(0)} s`);
  const fits = rivals.length === 0 ? 'prove no alignment' : `fit as well when it is off by ${rivals.join(', ')}`;
  const note = `the events that it has in common with ${named(first.peer).name} ${fits}`;
  return {
    ...clock,
    issues: [...clock.issues, { code: 'clock-undecided', severity: 'info', note, count: 1, at: null }],
  };
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
 * That machines which state their zone agree is an assumption. Where most of those that were compared do not, nobody can say
 * it of the others: they may be as far off.
 */
function doubtOthers(measured: Map<string, StreamClock>, all: readonly Stream[], main: string | null): void {
  for (const layer of new Set(all.map(({ source }) => source.layer))) {
    const own = all.filter(({ source }) => source.layer === layer);
    const agreeing = new Set<string>();
    const astray = new Set<string>();
    let furthest = 0;
    for (const { clock, solved, key } of own) {
      if (solved === null || solved.root !== main || clock.basis !== 'stated') continue;
      if (measured.get(key)?.basis === 'measured') astray.add(clock.clockId);
      else agreeing.add(clock.clockId);
      if (measured.get(key)?.basis === 'measured') furthest = Math.max(furthest, errorOf(solved));
    }
    if (astray.size <= agreeing.size) continue;
    for (const { key, clock, solved } of own) {
      const known = measured.get(key) ?? clock;
      if (known.basis !== 'stated' || known.isFinal || solved?.root === main) continue;
      measured.set(key, doubted(known, furthest, astray.size, astray.size + agreeing.size));
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

/**
 * What was measured lies beyond what the statement and the assumption of one time allow, at some anchor: a clock that was set
 * half-way was right before. An anchor that stands alone proves nothing, and its place on the curve is as wide.
 */
function isContradicted({ curve, anchors }: SolvedClock): boolean {
  if (curve === null || anchors.length === 0) return false;
  return anchors.some((anchor) => {
    const found = offsetOf(curve, anchor);
    return found !== null && Math.abs(found.offset) > found.uncertainty + UNMEASURED;
  });
}

function measurementOf({ anchors, curve }: SolvedClock, peer: Peer, isSharp: boolean): Measurement {
  const times = anchors.map(({ written }) => written + (curve === null ? 0 : (offsetAt(curve, written)?.offset ?? 0)));
  return {
    against: peer.name,
    reach: { earliest: Math.round(Math.min(...times)), latest: Math.round(Math.max(...times)) },
    anchors: anchors.map(({ key, written, ahead, residual }) => ({ kind: kindOf(key), at: written - ahead, residual })),
    isSharp,
  };
}

/** Within this a check says more than the assumption that machines agree; beyond, that one stays, and is said to be one. */
const TELLING: Micros = MINUTE;

/** The statement holds: what was measured does not contradict it, and where that is sharp it is no better known than that. */
function checked({ clock, stats }: Stream, solved: SolvedClock, peer: Peer): StreamClock {
  const { curve, anchors } = solved;
  if (curve === null) return clock;
  const least = Math.min(...clock.segments.map(({ uncertainty }) => uncertainty));
  let best = Infinity;
  let isWhole = true;
  const segments = correctedSegments(clock, spanOfStream(stats, clock.year), curve).map((part) => {
    const stated = statedAt(clock, part.from);
    const error = part.uncertainty + Math.abs(part.offset - stated.offset);
    // Between zones that it may be written in no clock can be told sharper.
    const own = error - (stated.uncertainty - least);
    best = Math.min(best, own);
    if (own <= TELLING) return { ...part, offset: stated.offset, uncertainty: error };
    isWhole = false;
    return { ...stated, from: part.from, to: part.to };
  });
  const within = (best / SECOND).toFixed(1);
  const note = `${anchors.length} events beside ${peer.name} agree with what is stated to within ${within} s`;
  const issue: Issue = { code: 'clock-sync-checked', severity: 'info', note, count: 1, at: null };
  const proofs = [...clock.proofs, ...proofsOf(solved, peer, stats.source)];
  const measurement = measurementOf(solved, peer, best <= TELLING);
  const kept = clock.issues.filter(({ code }) => !isWhole || code !== 'clock-sync-assumed');
  return { ...clock, segments: joinedSegments(segments), measurement, proofs, issues: [...kept, issue] };
}

function statedAt({ segments }: StreamClock, written: Micros | null): ClockSegment {
  const found = segments.findLast(({ from }) => from === null || (written !== null && from <= written));
  return found ?? (segments[0] as ClockSegment);
}

function withCurve(
  { clock, stats, passes: all }: Stream,
  solved: SolvedClock,
  id: string,
  peer: Peer,
  isMain: boolean,
): StreamClock {
  const { curve } = solved;
  if (curve === null) return clock;
  const kept = clock.issues.filter(({ code }) => code !== 'assumed-zone' && code !== 'clock-sync-assumed');
  const passes = solved.runsOn ? all : [];
  return {
    ...clock,
    passes: passes.map(({ byteOffset, ahead, from, fell }) => ({ byteOffset, ahead, from, fell })),
    // Beside a log of the same machine that was not corrected alike it has an error of its own.
    clockId: `${clock.clockId}#${id}`,
    basis: 'measured',
    isFinal: true,
    segments: correctedSegments(clock, spanOfStream(stats, clock.year), curve, passes),
    measurement: measurementOf(solved, peer, true),
    proofs: [...proofsOf(solved, peer, stats.source), ...clock.proofs],
    // The clock that it was held against was itself held against none that is vouched for.
    issues: [...kept, issueOf(clock, stats, solved, peer), ...(isMain ? [] : [SYNC_ASSUMED])],
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
  const found = first === undefined || curve === null ? null : offsetOf(curve, first);
  const off = `${((found?.offset ?? 0) / SECOND).toFixed(1)} s`;
  return basis === 'assumed'
    ? { code: 'measured-clock', severity: 'info', note: `the clock was measured by ${by}`, count: 1, at: null }
    : {
        ...{ code: 'clock-contradicted', severity: 'error', count: stream.records, at: null },
        note: `what the stamps state is contradicted by ${by}: ${off} were added${isOutranked ? '' : '; which of the two is right is not known'}`,
      };
}
