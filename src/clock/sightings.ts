import { type StreamClock, streamKey } from '../model/clock.js';
import type { StreamStats } from '../model/coverage.js';
import type { Detection } from '../model/detection.js';
import type { FieldValue } from '../model/record.js';
import type { AnchorRule, StepRule } from '../model/rule.js';
import type { ReadSource } from '../model/source.js';
import { MINUTE, type Micros, SECOND, type WrittenTime } from '../model/time.js';
import { type KernelTime, kernelTimes } from './kernel-time.js';
import { type LogPass, passAt, passesOf, placedAheadIn, sharedPasses } from './passes.js';
import type { PlaceTime } from './place-time.js';
import type { Sighting } from './sighting.js';
import type { ClockInput } from './solve.js';
import { type ReportedStep, type SteppedLog, stepSigns } from './step-signs.js';
import { withoutTurns } from './year.js';
import { UNMEASURED } from './zone-of-stream.js';

/** What tells that two records may be of one event. */
export interface AnchorSource {
  readonly anchorsOf: (rule: string) => readonly AnchorRule[];
  readonly stepOf: (rule: string) => StepRule | null;
  /** Whose event it is, by one name for all logs; null when nobody knows. */
  readonly nameOf: (detection: Detection) => string | null;
}

export const NO_ANCHORS: AnchorSource = { anchorsOf: () => [], stepOf: () => null, nameOf: () => null };

/** What the solver is given, and which of its clocks stamped a stream. */
export interface ClockInputs {
  readonly inputs: readonly ClockInput[];
  readonly clockOf: (stream: string) => string;
  /** Where a stream falls back because its clock was set. */
  readonly passesOf: (stream: string) => readonly LogPass[];
}

/** Every stamp of an event that another clock may have stamped as well, by clock. */
export function clockInputs(
  sources: readonly ReadSource[],
  streams: ReadonlyMap<string, StreamClock>,
  detections: readonly Detection[],
  anchors: AnchorSource,
  place: PlaceTime,
): ClockInputs {
  const ownPasses = passesByStream(sources, streams, place);
  const single: Writers = new Map();
  addDetections(single, streams, detections, anchors, place, kernelTimes(sources, place), ownPasses);
  addEpochs(single, sources, streams, place, ownPasses);
  const { pooled, machines } = pool(single, ownPasses);
  // A log that has no such event goes with the others of its machine.
  const clockOf = (stream: string): string => {
    const own = streams.get(stream)?.clockId ?? stream;
    const others = machines.get(own);
    if (others === undefined || single.has(stream)) return pooled.get(stream)?.machine ?? stream;
    return sharedPasses(ownPasses.get(stream) ?? [], others) === null ? stream : own;
  };
  const passesOf = (stream: string): readonly LogPass[] => {
    const own = ownPasses.get(stream) ?? [];
    return sharedPasses(own, machines.get(clockOf(stream)) ?? own) ?? own;
  };
  const inputs = new Map<string, Omit<Writer, 'sightings'> & { readonly sightings: readonly Sighting[] }>();
  for (const [key, writer] of single) {
    const { sightings = [], trust = 0 } = inputs.get(clockOf(key)) ?? {};
    inputs.set(clockOf(key), {
      ...writer,
      trust: Math.max(trust, writer.trust),
      sightings: sightings.concat(runningOn(writer.sightings, pooled.get(key)?.passes ?? passesOf(key))),
    });
  }
  const logs = logsByClock(sources, streams, clockOf, passesOf, place);
  const steps = stepsByClock(detections, anchors, clockOf, passesOf, place);
  return {
    inputs: [...inputs].map(([id, { zoneKnown, trust, sightings }]) => {
      const own = logs.get(id) ?? [];
      const told = steps.get(id) ?? [];
      const asRun = seen(sightings, own, told);
      const rank = (zoneKnown ? 10 : 0) + trust;
      if (own.every(({ passes }) => passes.length === 0)) return { id, zoneKnown, rank, ...asRun };
      const input = { id, zoneKnown, rank: rank - SET_BACK, ...asRun };
      const stamped = sightings.map(({ ahead = 0, ...one }) => ({ ...one, written: one.written - ahead }));
      const inOrder = own.map((log) => ({ ...log, passes: [] }));
      const toldThere = told.map((step) => ({ ...step, ahead: 0 }));
      return { ...input, asWritten: seen(stamped, inOrder, toldThere) };
    }),
    clockOf,
    passesOf,
  };
}

/** What a clock saw, and what its logs say of steps. */
function seen(
  all: readonly Sighting[],
  logs: readonly SteppedLog[],
  told: readonly ReportedStep[],
): Pick<ClockInput, 'sightings' | 'signs'> {
  const sightings = distinct(all);
  const [from, to] = [sightings[0]?.written ?? 0, sightings.at(-1)?.written ?? 0];
  return { sightings, signs: stepSigns(logs, told, from, to) };
}

function passesByStream(
  sources: readonly ReadSource[],
  streams: ReadonlyMap<string, StreamClock>,
  place: PlaceTime,
): ReadonlyMap<string, readonly LogPass[]> {
  const all = new Map<string, readonly LogPass[]>();
  for (const source of sources) {
    for (const stats of source.streams) {
      const key = streamKey(source.id, stats.host, stats.channel);
      const clock = streams.get(key);
      if (clock === undefined || stats.clock !== 'wall') continue;
      const passes = passesOf(stats, clock, (written, byteOffset) =>
        placeStatistic(key, stats, written, byteOffset, place),
      );
      if (passes.length > 0) all.set(key, passes);
    }
  }
  return all;
}

function runningOn(sightings: readonly InPass[], passes: readonly LogPass[]): Sighting[] {
  return sightings.map(({ pass, ...one }): Sighting => {
    const ahead = placedAheadIn(passes, pass);
    return ahead === 0 ? one : { ...one, written: one.written + ahead, ahead };
  });
}

/** The logs that a clock stamped. */
function logsByClock(
  sources: readonly ReadSource[],
  streams: ReadonlyMap<string, StreamClock>,
  clockOf: (stream: string) => string,
  passesOf: ClockInputs['passesOf'],
  place: PlaceTime,
): ReadonlyMap<string, readonly SteppedLog[]> {
  const logs = new Map<string, SteppedLog[]>();
  for (const source of sources) {
    for (const stats of source.streams) {
      const key = streamKey(source.id, stats.host, stats.channel);
      if (!streams.has(key)) continue;
      const log: SteppedLog = {
        stats,
        passes: passesOf(key),
        place: (written, byteOffset) => placeStatistic(key, stats, written, byteOffset, place),
      };
      const known = logs.get(clockOf(key));
      if (known === undefined) logs.set(clockOf(key), [log]);
      else known.push(log);
    }
  }
  return logs;
}

function placeStatistic(
  key: string,
  { yearless, yearTurns }: StreamStats,
  written: Micros,
  byteOffset: number | null,
  place: PlaceTime,
): Micros | null {
  const { turns, stamp } = yearless ? withoutTurns(written) : { turns: 0, stamp: written };
  const time = { micros: stamp, clock: 'wall', utcOffset: null, yearless, resolution: 0 } as const;
  const at = byteOffset ?? (turns === 0 ? 0 : (yearTurns[turns - 1] ?? Number.MAX_SAFE_INTEGER));
  return place(key, time, at)?.utc ?? null;
}

/** What its time service says of a clock. */
function stepsByClock(
  detections: readonly Detection[],
  { stepOf }: AnchorSource,
  clockOf: (stream: string) => string,
  passesOf: ClockInputs['passesOf'],
  place: PlaceTime,
): ReadonlyMap<string, readonly ReportedStep[]> {
  const steps = new Map<string, ReportedStep[]>();
  for (const { rule, stream, first, captures } of detections) {
    const reads = stepOf(rule);
    if (reads === null || first?.time == null || first.time.clock !== 'wall') continue;
    const by =
      'by' in reads ? Number(captures[reads.by]) * SECOND : between(first.fields[reads.from], first.fields[reads.to]);
    const at = place(stream, first.time, first.at.byteOffset)?.utc ?? null;
    if (at === null || !Number.isFinite(by)) continue;
    const passes = passesOf(stream);
    const step = { at, by, ahead: placedAheadIn(passes, passAt(passes, first.at.byteOffset)) };
    const known = steps.get(clockOf(stream));
    if (known === undefined) steps.set(clockOf(stream), [step]);
    else known.push(step);
  }
  return steps;
}

/** Two times as a record states them; NaN where one is none. */
function between(from: FieldValue | undefined, to: FieldValue | undefined): Micros {
  return (Date.parse(String(to)) - Date.parse(String(from))) * 1000;
}

/** What one stream wrote, or what a machine is quoted with. */
interface Writer {
  /** Of which machine, by its own logs; null for what may have been stamped elsewhere. */
  readonly machine: string | null;
  readonly zoneKnown: boolean;
  readonly trust: number;
  /** Of the log that quotes it, where it is no log of its own. */
  readonly passes?: readonly LogPass[];
  readonly sightings: InPass[];
}

/** A sighting where its stamp is placed, and the pass of its log. */
interface InPass extends Sighting {
  readonly pass: number;
}

type Writers = Map<string, Writer>;

function writerOf(writers: Writers, key: string, fresh: Omit<Writer, 'sightings'>): InPass[] {
  let writer = writers.get(key);
  if (writer === undefined) {
    writer = { ...fresh, sightings: [] };
    writers.set(key, writer);
  }
  return writer.sightings;
}

/**
 * The logs of one machine are stamped by one clock, where their zones are known: each is put to the others unless records
 * that both have show that it was not.
 */
function pool(
  writers: Writers,
  ownPasses: ReadonlyMap<string, readonly LogPass[]>,
): {
  readonly pooled: ReadonlyMap<string, { readonly machine: string; readonly passes: readonly LogPass[] }>;
  readonly machines: ReadonlyMap<string, readonly LogPass[]>;
} {
  const machines = new Map<
    string,
    { readonly members: Map<string, Sighting[]>; readonly passes: readonly LogPass[] }
  >();
  const pooled = new Map<string, { readonly machine: string; readonly passes: readonly LogPass[] }>();
  // What a machine says of its own UTC goes before how a log rendered it, and much before little.
  const inOrder = [...writers].sort(
    ([x, a], [y, b]) => b.trust - a.trust || b.sightings.length - a.sightings.length || (x < y ? -1 : 1),
  );
  for (const [key, { machine, sightings: own, passes: quoted }] of inOrder) {
    if (machine === null) continue;
    const known = machines.get(machine);
    const passes = sharedPasses(
      quoted ?? ownPasses.get(key) ?? [],
      known?.passes ?? quoted ?? ownPasses.get(key) ?? [],
    );
    if (passes === null) continue;
    const members = known?.members ?? new Map<string, Sighting[]>();
    if (known === undefined) machines.set(machine, { members, passes });
    const sightings = runningOn(own, passes);
    if (!isOfOne(members, sightings)) continue;
    pooled.set(key, { machine, passes });
    for (const sighting of sightings) {
      const alike = members.get(sighting.key);
      if (alike === undefined) members.set(sighting.key, [sighting]);
      else alike.push(sighting);
    }
    for (const changed of new Set(sightings.map((sighting) => sighting.key)))
      members.get(changed)?.sort((x, y) => timeOf(x) - timeOf(y));
  }
  return { pooled, machines: new Map([...machines].map(([machine, { passes }]) => [machine, passes])) };
}

/** Whether one of them, in time order, is of the same moment. */
function isNear(others: readonly Sighting[], one: Sighting): boolean {
  let low = 0;
  let high = others.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timeOf(others[middle] as Sighting) < timeOf(one)) low = middle + 1;
    else high = middle;
  }
  return [others[low - 1], others[low]].some(
    (other) => other !== undefined && Math.abs(timeOf(one) - timeOf(other)) <= one.spread + other.spread + UNMEASURED,
  );
}

/** One record among so many may lie elsewhere: a line that a daemon stamped late. Of several the others are more: a step is no stray. */
const ONE_ALIKE = 4;
const RECORDS_ALIKE = 12;
/** Of events that are not told apart by their key so many are compared before they say anything. */
const ENOUGH = 5;

/**
 * Of the records that both have, all but a few lie where they lie in the others; of the events that may be the same, at least some
 * do: a log need not have all that another one has.
 */
function isOfOne(members: ReadonlyMap<string, readonly Sighting[]>, sightings: readonly Sighting[]): boolean {
  const [records, events] = [
    { alike: 0, apart: 0 },
    { alike: 0, apart: 0 },
  ];
  for (const one of sightings) {
    const others = members.get(one.key);
    if (others === undefined) continue;
    const tally = one.unique === true ? records : events;
    if (isNear(others, one)) tally.alike++;
    else tally.apart++;
  }
  const least = records.apart > 1 ? RECORDS_ALIKE : ONE_ALIKE;
  return least * records.apart <= records.alike && (events.apart < ENOUGH || 4 * events.alike >= events.apart);
}

function timeOf({ written, lag }: Sighting): Micros {
  return written - lag;
}

/** Windows hosts of a domain keep one time; what a machine says of its own UTC goes before how a log rendered it. */
const TRUST = { hypervisor: 3, machine: 2, other: 1 } as const;
/** Whoever was set back is no measure for others. */
const SET_BACK = 5;
/** The clock of a machine, by the logs it wrote itself. */
export const MACHINE = 'host:';
/** From one log to another: a forwarded line, a second file of the same daemon. */
const COPY_SPREAD: Micros = 2 * SECOND;
/** From the kernel's own time to an event that another machine saw. */
const PROMPT: Micros = 3 * SECOND;

/** Lines of early boot wait for the daemon that stamps them, in one log longer than in another: below a minute as a rule. */
const EARLY: Micros = 2 * MINUTE;
const LATE_AT_BOOT: Micros = MINUTE;

/** What rules call anchors, and every record that stands in more than one log. */
function addDetections(
  writers: Writers,
  streams: ReadonlyMap<string, StreamClock>,
  detections: readonly Detection[],
  { anchorsOf, nameOf }: AnchorSource,
  place: PlaceTime,
  kernelTime: KernelTime,
  passes: ReadonlyMap<string, readonly LogPass[]>,
): void {
  const several = namesInSeveral(detections, nameOf);
  for (const detection of detections) {
    const clock = streams.get(detection.stream);
    const record = detection.first;
    if (clock === undefined || record?.time == null || record.time.clock !== 'wall' || clock.basis === 'none') continue;
    const name = nameOf(detection)?.toLowerCase() ?? null;
    if (name === null) continue;
    const rules = anchorsOf(detection.rule);
    const mayBeCopied = detection.layer === 'guest' && several.has(name);
    if (rules.length === 0 && !mayBeCopied) continue;
    const placed = place(detection.stream, record.time, record.at.byteOffset);
    if (placed === null) continue;
    const trust = detection.layer === 'hypervisor' ? TRUST.hypervisor : TRUST.other;
    const sightings = writerOf(writers, detection.stream, writerFrom(clock, trust));
    const { resolution } = record.time;
    const pass = passAt(passes.get(detection.stream) ?? [], record.at.byteOffset);
    const prompt = kernelTime(detection.source, record, placed.utc);
    const written = prompt ?? placed.utc;
    for (const rule of rules) {
      const end = rule.at === 'end' ? record.until : null;
      if (rule.at === 'end' && end === null) continue;
      const same = rule.same.map((capture) => detection.captures[capture] ?? '');
      const key = [rule.event, name, ...same].join('|');
      // What a daemon adds is known where the kernel's own time is.
      const spread =
        (prompt === null ? rule.spreadSeconds * SECOND : Math.min(PROMPT, rule.spreadSeconds * SECOND)) + resolution;
      sightings.push({
        ...{ written: end === null ? written : written + end.micros - record.time.micros, key, spread },
        ...{ of: detection.id, pass },
        lag: prompt === null ? rule.lagSeconds * SECOND : 0,
        // The lag is a judgement: all events of the kind may lie so far beside it.
        systematic: prompt === null ? rule.biasSeconds * SECOND : PROMPT,
      });
    }
    if (mayBeCopied) {
      const key = ['same-record', name, record.uptime ?? '', record.ident ?? '', record.pid ?? '', record.body].join(
        '|',
      );
      const isEarly = prompt === null && record.uptime !== null && record.uptime < EARLY;
      const spread = COPY_SPREAD + resolution + (isEarly ? LATE_AT_BOOT : 0);
      sightings.push({
        ...{ written, key, lag: 0, spread, unique: record.uptime !== null, of: detection.id, pass },
        systematic: isEarly ? LATE_AT_BOOT : 0,
      });
    }
  }
}

/** Machines of which more than one stream speaks: else no record has a copy. */
function namesInSeveral(detections: readonly Detection[], nameOf: AnchorSource['nameOf']): ReadonlySet<string> {
  const first = new Map<string, string>();
  const several = new Set<string>();
  for (const detection of detections) {
    if (detection.layer !== 'guest') continue;
    const name = nameOf(detection)?.toLowerCase() ?? null;
    if (name === null) continue;
    const known = first.get(name);
    if (known === undefined) first.set(name, detection.stream);
    else if (known !== detection.stream) several.add(name);
  }
  return several;
}

function writerFrom({ basis, clockId, key }: StreamClock, trust: number): Omit<Writer, 'sightings'> {
  return { machine: clockId === key ? null : clockId, zoneKnown: basis !== 'assumed', trust };
}

/** A line that carries an absolute time was stamped twice: by its log, and by the machine it speaks of. */
function addEpochs(
  writers: Writers,
  sources: readonly ReadSource[],
  streams: ReadonlyMap<string, StreamClock>,
  place: PlaceTime,
  ownPasses: ReadonlyMap<string, readonly LogPass[]>,
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
      const passes = ownPasses.get(stream) ?? [];
      const pass = passAt(passes, at.byteOffset);
      const key = `${anchor}|${host.toLowerCase()}|${utc}`;
      const half = tolerance / 2;
      writerOf(writers, stream, writerFrom(clock, TRUST.other)).push({
        ...{ written: placed.utc, key, lag: half, spread: half, unique: true, pass },
      });
      const machine = `${MACHINE}${host.toLowerCase().split('.')[0]}`;
      writerOf(writers, `${machine}|quoted`, { machine, zoneKnown: true, trust: TRUST.machine, passes }).push({
        ...{ written: utc, key, lag: 0, spread: SECOND / 1000, unique: true, pass },
      });
    }
  }
}

/** In time order; the same event in several logs of one clock counts once, as the one that saw it best stamped it. */
function distinct(sightings: readonly Sighting[]): readonly Sighting[] {
  const sorted = [...sightings].sort((x, y) => x.written - y.written || (x.key < y.key ? -1 : x.key > y.key ? 1 : 0));
  const last = new Map<string, { first: Micros; best: Sighting }>();
  const kept = new Set<Sighting>();
  for (const one of sorted) {
    const before = last.get(one.key);
    if (before === undefined || one.written - before.first > Math.max(one.spread, before.best.spread)) {
      last.set(one.key, { first: one.written, best: one });
      kept.add(one);
    } else if (errorOf(one) < errorOf(before.best)) {
      kept.delete(before.best);
      before.best = one;
      kept.add(one);
    }
  }
  return sorted.filter((one) => kept.has(one));
}

function errorOf({ spread, systematic = 0 }: Sighting): Micros {
  return spread + systematic;
}
