import {
  type ClockProof,
  type ClockSegment,
  type Clocks,
  type Measurement,
  type StreamClock,
  streamKey,
  type ZoneCourse,
} from '../model/clock.js';
import type { StreamStats } from '../model/coverage.js';
import type { Detection } from '../model/detection.js';
import type { Issue, ReadSource } from '../model/source.js';
import { DAY, MINUTE, type Micros, SECOND } from '../model/time.js';
import { correctedSegments } from './corrected.js';
import { type Curve, type Offset, offsetAt } from './curve.js';
import type { LogPass } from './passes.js';
import type { PlaceTime } from './place-time.js';
import { type AnchorSource, clockInputs, MACHINE } from './sightings.js';
import { type Anchor, type ClockInput, type Comparisons, type SolvedClock, solveClocks } from './solve.js';
import { spanOfStream } from './span-of-stream.js';
import { isYearGuessed, machineClock, SYNC_ASSUMED } from './wall.js';
import { coursesThrough, offsetIn } from './zone-courses.js';
import { zonesOfSite } from './zone-of-site.js';
import { UNMEASURED } from './zone-of-stream.js';
import { coursesShown } from './zone-signs.js';
import { joinedSegments, zonedSegments, zonesOnly } from './zoned-segments.js';

/** Anchors kept as proofs of one stream. */
const SHOWN = 8;

/** One stream, and what the solver found out about the clock that stamped it. */
interface Stream {
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

/** A year and its leap day apart, and so much of an error of the clock besides, no one can tell from the other. */
const YEAR: Micros = 365.2425 * DAY;
const OF_A_YEAR: Micros = 30 * DAY;

/** The years of streams whose stamps have none and got the nearest one, where events that other clocks stamped tell another. */
export function yearsMeasured(input: MeasureInput): ReadonlyMap<string, number> {
  const years = new Map<string, number>();
  if (![...input.streams.values()].some((clock) => !clock.isFinal && isYearGuessed(clock))) return years;
  for (const { key, clock, solved } of compare(input).all) {
    if (clock.year === null || clock.isFinal || !isYearGuessed(clock) || solved?.curve == null) continue;
    const offsets = solved.anchors.map((anchor) => offsetOf(solved.curve as Curve, anchor)?.offset ?? 0);
    const middle = offsets.sort((x, y) => x - y)[offsets.length >> 1] ?? 0;
    const off = Math.round(middle / YEAR);
    if (off !== 0 && Math.abs(middle - off * YEAR) < OF_A_YEAR) years.set(key, clock.year + off);
  }
  return years;
}

/**
 * The zones of streams that nothing states, told by events that other clocks stamped too: what is left is an error of minutes
 * at most, and is measured again together with the other logs of the machine. So are zones that were told by another clock, where
 * these events say that it was wrong by hours, and another zone of the site is what they say.
 */
export function zonesMeasured(input: MeasureInput): ReadonlyMap<string, StreamClock> {
  const zoned = new Map<string, StreamClock>();
  const isOpen = ({ basis, isFinal }: StreamClock): boolean => !isFinal && (basis === 'assumed' || basis === 'derived');
  if (![...input.streams.values()].some(isOpen)) return zoned;
  const { all, named } = compare(input);
  const site = zonesOfSite(input.sources, input.streams);
  for (const stream of all) {
    const { key, clock, stats, source, solved } = stream;
    if (!isOpen(clock) || solved?.curve == null) continue;
    if (clock.basis === 'derived' && !isHoursOff(solved)) continue;
    const fitting = coursesMeasured(clock, stats, solved);
    const courses = clock.basis === 'assumed' ? fitting : site.commonest(key, fitting);
    if (courses.length === 0) continue;
    const peer = named(solved.peer);
    const note = `the zone was read from ${solved.anchors.length} events beside ${peer.name}`;
    const proofs = proofsOf(solved, peer, stats.source);
    zoned.set(key, {
      ...rezoned(stream, courses, proofs, note),
      clockId: machineClock(source, stats.host, input.sources) ?? key,
    });
  }
  return zoned;
}

/** Of several zones that fit a log the one that the other machines of the site are in. */
export function zonesAgreed({ sources, streams }: MeasureInput): ReadonlyMap<string, StreamClock> {
  const agreed = new Map<string, StreamClock>();
  const site = zonesOfSite(sources, streams);
  for (const source of sources) {
    for (const stats of source.streams) {
      const key = streamKey(source.id, stats.host, stats.channel);
      const clock = streams.get(key);
      if (clock === undefined || clock.isFinal || clock.basis !== 'derived' || clock.courses.length < 2) continue;
      const courses = site.commonest(key, clock.courses);
      if (courses.length === 0 || courses.length === clock.courses.length) continue;
      const before = clock.zoning?.note ?? 'the zone was derived';
      const note = `${before}; of ${clock.courses.length} that fit the one that other machines of the site are in`;
      agreed.set(key, rezoned({ clock, stats }, courses, clock.proofs, note));
    }
  }
  return agreed;
}

/** The same clock in one of these zones. */
function rezoned(
  { clock, stats }: Pick<Stream, 'clock' | 'stats'>,
  courses: readonly ZoneCourse[],
  proofs: readonly ClockProof[],
  note: string,
): StreamClock {
  const least = clock.basis === 'derived' ? (clock.zoning?.least ?? UNMEASURED) : UNMEASURED;
  const { segments, folds } = zonedSegments(courses, stats, clock.year, least);
  const of = ['assumed-zone', 'derived-zone', 'clock-sync-assumed'];
  return {
    ...clock,
    basis: 'derived',
    zone: null,
    courses,
    segments,
    folds,
    zoning: { basis: 'derived', segments: zonesOnly(segments, least), least, proofs, note },
    proofs,
    issues: [
      ...clock.issues.filter(({ code }) => !of.includes(code)),
      { code: 'derived-zone', severity: 'info', note, count: 1, at: null },
      SYNC_ASSUMED,
    ],
  };
}

/** No anchor is where the zone puts it, to within what a zone can be taken for. */
function isHoursOff({ curve, anchors }: SolvedClock): boolean {
  return (
    anchors.length > 1 &&
    anchors.every((anchor) => Math.abs(offsetOf(curve as Curve, anchor)?.offset ?? 0) > TOLD_APART)
  );
}

/**
 * Measures the clocks against each other by events that several of them stamped. Streams whose clock was not known, or is
 * contradicted, get the offset that was measured; for the others it is said that they were checked, or that nobody can vouch for them.
 */
export function measureStreams(input: MeasureInput): MeasuredStreams {
  const compared = compare(input);
  const { all, solved } = compared;
  const main = mainRoot(solved);
  const vouchedFor = vouched(all, main) ? main : null;
  const measured = new Map<string, StreamClock>();
  for (const stream of all) {
    const clock = stream.solved === null ? null : clockBy(stream, stream.solved, compared.named, vouchedFor);
    if (clock !== null) measured.set(stream.key, clock);
  }
  doubtOthers(measured, all, main);
  return { streams: measured, doubtWithout: doubtsOf(compared, measured, vouchedFor) };
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

/** What was measured, put against what is measured without some of the records. */
function doubtsOf(
  { all, solved, inputs, named }: Compared,
  measured: ReadonlyMap<string, StreamClock>,
  vouchedFor: string | null,
): Clocks['doubtWithout'] {
  const byKey = new Map(all.map((stream) => [stream.key, stream]));
  const byId = new Map(inputs.map((input) => [input.id, input]));
  const proving = new Set(
    inputs.flatMap(({ sightings }) => sightings.flatMap(({ of }) => (of === undefined ? [] : [of]))),
  );
  return (own, streams, at) => {
    const doubts = new Map<string, Micros>();
    if (![...own].some((id) => proving.has(id))) return doubts;
    const concerned = streams
      .flatMap((key) => byKey.get(key) ?? [])
      .filter(({ key }) => measured.get(key)?.isFinal === true);
    if (concerned.length === 0) return doubts;
    const ids = new Set(concerned.flatMap(({ id }) => chainOf(id, solved)));
    const rest = [...ids]
      .flatMap((id) => byId.get(id) ?? [])
      .map((input) => ({
        ...input,
        ...without(input, own),
        ...(input.asWritten === undefined
          ? {}
          : { asWritten: { ...input.asWritten, ...without(input.asWritten, own) } }),
      }));
    const again = solveClocks(rest);
    for (const stream of concerned) {
      const found = again.get(stream.id);
      const other = (found === undefined ? null : clockBy(stream, found, named, vouchedFor)) ?? stream.clock;
      const doubt = apart(measured.get(stream.key) ?? stream.clock, other, at);
      if (doubt > 0) doubts.set(stream.key, doubt);
    }
    return doubts;
  };
}

function without(
  { sightings }: Pick<ClockInput, 'sightings'>,
  own: ReadonlySet<string>,
): Pick<ClockInput, 'sightings'> {
  return { sightings: sightings.filter(({ of }) => of === undefined || !own.has(of)) };
}

/** A clock, the one it was measured by, and so on to the reference. */
function chainOf(id: string, solved: ReadonlyMap<string, SolvedClock>): readonly string[] {
  const chain: string[] = [];
  for (let at: string | null = id; at !== null && !chain.includes(at); at = solved.get(at)?.peer ?? null)
    chain.push(at);
  return chain;
}

/** How much wider the error bar of the first has to be to hold that of the second too, at a true time. */
function apart(one: StreamClock, other: StreamClock, at: Micros): Micros {
  const first = segmentAround(one, at);
  const second = segmentAround(other, at);
  return Math.max(0, Math.abs(first.offset - second.offset) + second.uncertainty - first.uncertainty);
}

function segmentAround({ segments }: StreamClock, at: Micros): ClockSegment {
  const found = segments.find(({ to, offset }) => to === null || at < to + offset);
  return found ?? (segments.at(-1) as ClockSegment);
}

interface Compared {
  readonly all: readonly Stream[];
  readonly solved: ReadonlyMap<string, SolvedClock>;
  readonly inputs: readonly ClockInput[];
  readonly named: (peer: string | null) => Peer;
}

function compare({ sources, streams, detections, anchors, place, comparisons }: MeasureInput): Compared {
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

interface Peer {
  /** Null for the clock of a machine that is only quoted. */
  readonly source: string | null;
  readonly name: string;
}

function peerOf(peer: string | null, first: ReadonlyMap<string, string>, paths: ReadonlyMap<string, string>): Peer {
  const source = peer === null ? null : (first.get(peer) ?? null);
  if (peer?.startsWith(MACHINE) === true) return { source, name: `the clock of ${peer.slice(MACHINE.length)}` };
  return { source, name: (source === null ? undefined : paths.get(source)) ?? 'another clock' };
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

/** What has to be added to the stamp of an anchor. */
function offsetOf(curve: Curve, { written, ahead }: Anchor): Offset | null {
  const found = offsetAt(curve, written);
  return found === null ? null : { ...found, offset: found.offset + ahead };
}

function proofsOf({ anchors }: SolvedClock, peer: Peer, own: string): readonly ClockProof[] {
  return anchors.slice(0, SHOWN).map(({ key, residual }) => ({
    ...{ kind: kindOf(key), peer: peer.source ?? own },
    residualSeconds: residual / SECOND,
  }));
}

function measurementOf({ anchors, curve }: SolvedClock, peer: Peer, isSharp: boolean): Measurement {
  const times = anchors.map(({ written }) => written + (curve === null ? 0 : (offsetAt(curve, written)?.offset ?? 0)));
  return {
    against: peer.name,
    reach: { earliest: Math.min(...times), latest: Math.max(...times) },
    anchors: anchors.map(({ key, written, ahead, residual }) => ({ kind: kindOf(key), at: written - ahead, residual })),
    isSharp,
  };
}

function kindOf(key: string): string {
  return key.split('|', 1)[0] ?? key;
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

/** A clock that is off by less may be told from a zone: those lie a quarter of an hour apart. */
const TOLD_APART = 7 * MINUTE;

/** The zones that a clock may be written in which nothing else told of, if it is off by minutes at most. */
function coursesMeasured(
  clock: StreamClock,
  stats: StreamStats,
  { anchors, curve }: SolvedClock,
): readonly ZoneCourse[] {
  if (curve === null || anchors.length === 0) return [];
  const zoneAt = (placed: Micros): Micros =>
    clock.basis === 'assumed' || clock.courses[0] === undefined
      ? 0 - (clock.segments[0]?.offset ?? 0)
      : offsetIn(clock.courses[0], placed);
  // Where the other clock has the event, not where the line through all of them has it.
  const pairs = anchors.map((anchor) => {
    const stamp = anchor.written - anchor.ahead;
    return { utc: stamp + (offsetOf(curve, anchor)?.offset ?? 0) - anchor.residual, written: stamp + zoneAt(stamp) };
  });
  const span = spanOfStream(stats, clock.year);
  const through = coursesThrough(pairs, span, TOLD_APART);
  const fits = through.filter((course) =>
    pairs.every(({ utc, written }) => Math.abs(written - utc - offsetIn(course, utc)) <= TOLD_APART),
  );
  return fits.length === 0 ? [] : coursesShown(fits, stats, clock.year, span).courses;
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
