import { type ClockProof, type ClockSegment, type StreamClock, streamKey } from '../model/clock.js';
import type { StreamStats } from '../model/coverage.js';
import type { Detection } from '../model/detection.js';
import type { AnchorRule } from '../model/rule.js';
import type { Issue, ReadSource } from '../model/source.js';
import { type Interval, MINUTE, type Micros, SECOND, type WrittenTime } from '../model/time.js';
import { type Curve, offsetAt } from './curve.js';
import type { Sighting } from './sighting.js';
import { type ClockInput, type SolvedClock, solveClocks } from './solve.js';
import { NO_SIGNS } from './steps.js';
import { spanOfStream, UNMEASURED } from './wall.js';

/** What tells that two records may be of one event. */
export interface AnchorSource {
  readonly anchorOf: (rule: string) => AnchorRule | null;
  /** Whose event it is, by one name for all logs; null when nobody knows. */
  readonly nameOf: (detection: Detection) => string | null;
}

export const NO_ANCHORS: AnchorSource = { anchorOf: () => null, nameOf: () => null };

type PlaceTime = (key: string, time: WrittenTime, byteOffset: number | null) => { readonly utc: Micros } | null;

/** Parts a stream is cut into where its clock drifts: within one the offset is constant. */
const PARTS = 64;
const SHOWN = 8;

/**
 * Measures the clocks against each other by events that several of them stamped, and gives the streams whose clock was not
 * known, or is contradicted, the offset that was measured.
 */
export function measureStreams(
  sources: readonly ReadSource[],
  streams: ReadonlyMap<string, StreamClock>,
  detections: readonly Detection[],
  anchors: AnchorSource,
  place: PlaceTime,
): ReadonlyMap<string, StreamClock> {
  const solved = solveClocks(inputsOf(sources, streams, detections, anchors, place));
  const stats = new Map(
    sources.flatMap((source) =>
      source.streams.map((stream) => [streamKey(source.id, stream.host, stream.channel), stream] as const),
    ),
  );
  const paths = new Map(sources.map(({ id, path }) => [id, path]));
  const named = (peer: string | null): Peer => peerOf(peer, stats, paths);
  const measured = new Map<string, StreamClock>();
  for (const [key, clock] of streams) {
    const stream = stats.get(key);
    const result = solved.get(key);
    if (stream === undefined || result?.curve == null || clock.basis === 'none') continue;
    if (clock.isFinal || (clock.basis !== 'assumed' && !isContradicted(result))) continue;
    measured.set(key, withCurve(clock, stream, { key, ...result }, named(result.peer)));
  }
  addMates(measured, streams, stats, solved, new Map(sources.map(({ id, path }) => [id, folderOf(path)])), named);
  return measured;
}

/**
 * Logs of one machine that lie in one folder keep one time: where all of them that were measured were off alike, those that have no
 * anchors of their own are off as well.
 */
function addMates(
  measured: Map<string, StreamClock>,
  streams: ReadonlyMap<string, StreamClock>,
  stats: ReadonlyMap<string, StreamStats>,
  solved: ReadonlyMap<string, SolvedClock>,
  folders: ReadonlyMap<string, string>,
  named: (peer: string | null) => Peer,
): void {
  const groupOf = (key: string, { clockId, basis }: StreamClock): string =>
    [clockId, basis, folders.get(stats.get(key)?.source ?? '')].join('|');
  const byClock = new Map<
    string,
    { readonly key: string; readonly result: SolvedClock; readonly corrected: boolean }[]
  >();
  for (const [key, clock] of streams) {
    const result = solved.get(key);
    if (result === undefined || (result.curve === null && !result.isReference)) continue;
    const group = groupOf(key, clock);
    byClock.set(group, [...(byClock.get(group) ?? []), { key, result, corrected: measured.has(key) }]);
  }
  for (const [key, clock] of streams) {
    const stream = stats.get(key);
    const mates = byClock.get(groupOf(key, clock)) ?? [];
    const [mate] = mates;
    if (stream === undefined || mate === undefined || mates.some((other) => other.key === key)) continue;
    if (
      clock.isFinal ||
      mate.result.curve === null ||
      !mates.every((other) => other.corrected && agree(mate.result, other.result))
    )
      continue;
    measured.set(key, withCurve(clock, stream, { key: mate.key, ...mate.result }, named(mate.result.peer)));
  }
}

interface Peer {
  /** Null for the clock of a machine as its logs quote it. */
  readonly source: string | null;
  readonly name: string;
}

function peerOf(
  peer: string | null,
  stats: ReadonlyMap<string, StreamStats>,
  paths: ReadonlyMap<string, string>,
): Peer {
  if (peer?.startsWith(MACHINE) === true) return { source: null, name: `the clock of ${peer.slice(MACHINE.length)}` };
  const source = peer === null ? undefined : stats.get(peer)?.source;
  return { source: source ?? null, name: (source === undefined ? undefined : paths.get(source)) ?? 'another clock' };
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
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

type Inputs = Map<string, Omit<ClockInput, 'sightings'> & { readonly sightings: Sighting[] }>;

/** A stream is a clock of its own here: that two logs of a machine keep one time is to be shown. */
function inputsOf(
  sources: readonly ReadSource[],
  streams: ReadonlyMap<string, StreamClock>,
  detections: readonly Detection[],
  anchors: AnchorSource,
  place: PlaceTime,
): readonly ClockInput[] {
  const inputs: Inputs = new Map();
  addDetections(inputs, streams, detections, anchors, place);
  addEpochs(inputs, sources, streams, place);
  return [...inputs.values()].map((input) => ({ ...input, sightings: distinct(input.sightings) }));
}

function sightingsOf(inputs: Inputs, id: string, zoneKnown: boolean, trust: number): Sighting[] {
  let input = inputs.get(id);
  if (input === undefined) {
    input = { id, sightings: [], signs: NO_SIGNS, zoneKnown, rank: (zoneKnown ? 10 : 0) + trust };
    inputs.set(id, input);
  }
  return input.sightings;
}

/** Windows hosts of a domain keep one time; what a machine says of its own UTC goes before how a log rendered it. */
const TRUST = { hypervisor: 3, machine: 2, other: 1 } as const;
/** Names the clock of a machine itself, as its logs quote it. */
const MACHINE = 'machine:';
/** From one log to another: a forwarded line, a second file of the same daemon. */
const COPY_SPREAD: Micros = 2 * SECOND;

/** Lines of early boot wait for the daemon that stamps them, in one log longer than in another: below a minute as a rule. */
const EARLY: Micros = 2 * MINUTE;
const LATE_AT_BOOT: Micros = MINUTE;

/** What rules call anchors, and every record that stands in more than one log. */
function addDetections(
  inputs: Inputs,
  streams: ReadonlyMap<string, StreamClock>,
  detections: readonly Detection[],
  { anchorOf, nameOf }: AnchorSource,
  place: PlaceTime,
): void {
  for (const detection of detections) {
    const clock = streams.get(detection.stream);
    const record = detection.first;
    if (clock === undefined || record?.time == null || record.time.clock !== 'wall' || clock.basis === 'none') continue;
    const placed = place(detection.stream, record.time, record.at.byteOffset);
    const name = nameOf(detection)?.toLowerCase() ?? null;
    if (placed === null || name === null) continue;
    const trust = detection.layer === 'hypervisor' ? TRUST.hypervisor : TRUST.other;
    const sightings = sightingsOf(inputs, detection.stream, clock.basis !== 'assumed', trust);
    const written = placed.utc;
    const { resolution } = record.time;
    const rule = anchorOf(detection.rule);
    if (rule !== null) {
      const same = rule.same.map((capture) => detection.captures[capture] ?? '');
      const key = [rule.event, name, ...same].join('|');
      // The lag is a judgement: all events of the kind may lie a third of the spread beside it.
      const spread = rule.spreadSeconds * SECOND + resolution;
      sightings.push({ written, key, lag: rule.lagSeconds * SECOND, spread, systematic: spread / 3 });
    }
    if (detection.layer === 'guest') {
      const key = ['same-record', name, record.uptime ?? '', record.ident ?? '', record.pid ?? '', record.body].join(
        '|',
      );
      const isEarly = record.uptime !== null && record.uptime < EARLY;
      const spread = COPY_SPREAD + resolution + (isEarly ? LATE_AT_BOOT : 0);
      sightings.push({
        ...{ written, key, lag: 0, spread, unique: record.uptime !== null },
        systematic: isEarly ? LATE_AT_BOOT : 0,
      });
    }
  }
}

/** A line that carries an absolute time was stamped twice: by its log, and by the machine it speaks of. */
function addEpochs(
  inputs: Inputs,
  sources: readonly ReadSource[],
  streams: ReadonlyMap<string, StreamClock>,
  place: PlaceTime,
): void {
  for (const source of sources) {
    for (const evidence of source.clock) {
      if (evidence.kind !== 'epoch') continue;
      const host = evidence.host ?? source.pathHost;
      const stream = streamKey(source.id, evidence.host, null);
      const clock = streams.get(stream);
      if (host === null || clock === undefined || clock.basis === 'none') continue;
      const { written, yearless, tolerance, utc, anchor, at } = evidence;
      const time: WrittenTime = { micros: written, clock: 'wall', utcOffset: null, yearless, resolution: SECOND };
      const placed = place(stream, time, at.byteOffset);
      if (placed === null) continue;
      const key = `${anchor}|${host.toLowerCase()}|${utc}`;
      const half = tolerance / 2;
      sightingsOf(inputs, stream, clock.basis !== 'assumed', TRUST.other).push({
        ...{ written: placed.utc, key, lag: half, spread: half, unique: true },
      });
      sightingsOf(inputs, `${MACHINE}${host.toLowerCase()}`, true, TRUST.machine).push({
        ...{ written: utc, key, lag: 0, spread: SECOND / 1000, unique: true },
      });
    }
  }
}

/** In time order; the same record in two logs of one clock counts once. */
function distinct(sightings: readonly Sighting[]): readonly Sighting[] {
  const sorted = [...sightings].sort((x, y) => x.written - y.written || (x.key < y.key ? -1 : x.key > y.key ? 1 : 0));
  return sorted.filter((one, i) => {
    const before = sorted[i - 1];
    return before === undefined || before.key !== one.key || one.written - before.written > one.spread;
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

function withCurve(
  clock: StreamClock,
  stream: StreamStats,
  solved: SolvedClock & { readonly key: string },
  peer: Peer,
): StreamClock {
  const { anchors, curve } = solved;
  if (curve === null) return clock;
  const proofs = anchors.slice(0, SHOWN).map(
    ({ key, residual }): ClockProof => ({
      ...{ kind: key.split('|', 1)[0] ?? key, peer: peer.source ?? stream.source },
      residualSeconds: residual / SECOND,
    }),
  );
  const kept = clock.issues.filter(({ code }) => code !== 'assumed-zone' && code !== 'clock-sync-assumed');
  return {
    ...clock,
    // Beside a log of the same machine that was not corrected alike it has an error of its own.
    clockId: `${clock.clockId}#${solved.key}`,
    basis: 'measured',
    isFinal: true,
    segments: correctedSegments(clock, spanOfStream(stream, clock.year), curve),
    proofs: [...proofs, ...clock.proofs],
    issues: [...kept, issueOf(clock, stream, solved, curve, peer)],
  };
}

function issueOf(
  { basis }: StreamClock,
  stream: StreamStats,
  { anchors, isOutranked }: SolvedClock,
  curve: Curve,
  peer: Peer,
): Issue {
  const by = `${anchors.length} events beside ${peer.name}`;
  const first = anchors[0];
  const found = first === undefined ? null : offsetAt(curve, first.written);
  const off = `${((found?.offset ?? 0) / SECOND).toFixed(1)} s`;
  return basis === 'assumed'
    ? { code: 'measured-clock', severity: 'info', note: `the clock was measured by ${by}`, count: 1, at: null }
    : {
        ...{ code: 'clock-contradicted', severity: 'error', count: stream.records, at: null },
        note: `what the stamps state is contradicted by ${by}: ${off} were added${isOutranked ? '' : '; which of the two is right is not known'}`,
      };
}

/** The segments with the curve added, cut so finely that the offset is constant within a part. */
function correctedSegments(clock: StreamClock, span: Interval, curve: Curve): readonly ClockSegment[] {
  const cuts = new Set<Micros>();
  for (let i = 1; i < PARTS; i++) cuts.add(Math.round(span.earliest + ((span.latest - span.earliest) * i) / PARTS));
  for (const { from } of clock.segments) if (from !== null) cuts.add(from);
  const bounds = [null, ...[...cuts].sort((x, y) => x - y), null];
  const parts: ClockSegment[] = [];
  let narrowest = Infinity;
  for (let i = 0; i + 1 < bounds.length; i++) {
    const from = bounds[i] ?? null;
    const to = bounds[i + 1] ?? null;
    const start = Math.max(from ?? span.earliest, Number.NEGATIVE_INFINITY);
    const end = to === null ? Math.max(start, span.latest) : to - 1;
    const next = partOf(clock, curve, from, to, start, end);
    const last = parts.at(-1);
    narrowest = Math.min(narrowest, next.uncertainty);
    const joined = last === undefined ? null : joinParts(last, next, narrowest);
    if (joined === null) narrowest = next.uncertainty;
    if (joined === null) parts.push(next);
    else parts[parts.length - 1] = joined;
  }
  return parts;
}

/** An error bar may grow by so much for a shorter list of segments. */
const WIDENED = 1.25;

/** Two neighbours as one whose error bar covers both; null where that would be much wider than the narrowest of its parts. */
function joinParts(first: ClockSegment, second: ClockSegment, narrowest: Micros): ClockSegment | null {
  const low = Math.min(first.offset - first.uncertainty, second.offset - second.uncertainty);
  const high = Math.max(first.offset + first.uncertainty, second.offset + second.uncertainty);
  const uncertainty = Math.ceil((high - low) / 2);
  if (uncertainty > WIDENED * narrowest) return null;
  return { from: first.from, to: second.to, offset: Math.round((low + high) / 2), uncertainty };
}

function furthest({ pieces }: Curve): Micros {
  return pieces.reduce((most, { offset, uncertainty }) => Math.max(most, Math.abs(offset) + uncertainty), 0);
}

function partOf(
  { segments }: StreamClock,
  curve: Curve,
  from: Micros | null,
  to: Micros | null,
  start: Micros,
  end: Micros,
): ClockSegment {
  const old = segments.findLast((segment) => segment.from === null || segment.from <= start) as ClockSegment;
  const first = offsetAt(curve, start + old.offset);
  const last = offsetAt(curve, end + old.offset);
  // The clock was off elsewhere: here nobody knows, and it may be as far off.
  if (first === null || last === null)
    return { from, to, offset: old.offset, uncertainty: Math.max(old.uncertainty, furthest(curve)) };
  const apart = Math.abs(last.offset - first.offset) / 2;
  return {
    ...{ from, to },
    offset: old.offset + Math.round((first.offset + last.offset) / 2),
    uncertainty: Math.round(Math.max(first.uncertainty, last.uncertainty) + apart),
  };
}
