import { type StreamClock, streamKey } from '../model/clock.js';
import type { Detection } from '../model/detection.js';
import type { AnchorRule } from '../model/rule.js';
import type { ReadSource } from '../model/source.js';
import { MINUTE, type Micros, SECOND, type WrittenTime } from '../model/time.js';
import type { Sighting } from './sighting.js';
import type { ClockInput } from './solve.js';
import { NO_SIGNS } from './steps.js';

/** What tells that two records may be of one event. */
export interface AnchorSource {
  readonly anchorsOf: (rule: string) => readonly AnchorRule[];
  /** Whose event it is, by one name for all logs; null when nobody knows. */
  readonly nameOf: (detection: Detection) => string | null;
}

export const NO_ANCHORS: AnchorSource = { anchorsOf: () => [], nameOf: () => null };

export type PlaceTime = (key: string, time: WrittenTime, byteOffset: number | null) => { readonly utc: Micros } | null;

/** What the solver is given, and which of its clocks stamped a stream. */
export interface ClockInputs {
  readonly inputs: readonly ClockInput[];
  readonly clockOf: (stream: string) => string;
}

/** Every stamp of an event that another clock may have stamped as well, by clock. */
export function clockInputs(
  sources: readonly ReadSource[],
  streams: ReadonlyMap<string, StreamClock>,
  detections: readonly Detection[],
  anchors: AnchorSource,
  place: PlaceTime,
): ClockInputs {
  const pooled = pooledStreams(sources, streams);
  const clockOf = (stream: string): string => pooled.get(stream) ?? stream;
  const inputs: Inputs = { byId: new Map(), clockOf };
  addDetections(inputs, streams, detections, anchors, place);
  addEpochs(inputs, sources, streams, place);
  return {
    inputs: [...inputs.byId.values()].map((input) => ({ ...input, sightings: distinct(input.sightings) })),
    clockOf,
  };
}

/**
 * One service stamps all event logs of a computer: they are one clock. Any other stream is a clock of its own here: that two
 * logs of a machine keep one time is to be shown.
 */
function pooledStreams(
  sources: readonly ReadSource[],
  streams: ReadonlyMap<string, StreamClock>,
): ReadonlyMap<string, string> {
  const pooled = new Map<string, string>();
  for (const source of sources) {
    if (source.layer !== 'hypervisor') continue;
    for (const stream of source.streams) {
      const key = streamKey(source.id, stream.host, stream.channel);
      const clock = streams.get(key);
      if (stream.contiguous !== null && stream.host !== null && clock?.basis === 'stated')
        pooled.set(key, clock.clockId);
    }
  }
  return pooled;
}

interface Inputs {
  readonly byId: Map<string, Omit<ClockInput, 'sightings'> & { readonly sightings: Sighting[] }>;
  readonly clockOf: (stream: string) => string;
}

function sightingsOf({ byId }: Inputs, id: string, zoneKnown: boolean, trust: number): Sighting[] {
  let input = byId.get(id);
  if (input === undefined) {
    input = { id, sightings: [], signs: NO_SIGNS, zoneKnown, rank: (zoneKnown ? 10 : 0) + trust };
    byId.set(id, input);
  }
  return input.sightings;
}

/** Windows hosts of a domain keep one time; what a machine says of its own UTC goes before how a log rendered it. */
const TRUST = { hypervisor: 3, machine: 2, other: 1 } as const;
/** Names the clock of a machine itself, as its logs quote it. */
export const MACHINE = 'machine:';
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
  { anchorsOf, nameOf }: AnchorSource,
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
    const sightings = sightingsOf(inputs, inputs.clockOf(detection.stream), clock.basis !== 'assumed', trust);
    const written = placed.utc;
    const { resolution } = record.time;
    for (const rule of anchorsOf(detection.rule)) {
      const end = rule.at === 'end' ? record.until : null;
      if (rule.at === 'end' && end === null) continue;
      const same = rule.same.map((capture) => detection.captures[capture] ?? '');
      const key = [rule.event, name, ...same].join('|');
      // The lag is a judgement: all events of the kind may lie a third of the spread beside it.
      const spread = rule.spreadSeconds * SECOND + resolution;
      sightings.push({
        ...{ written: end === null ? written : written + end.micros - record.time.micros, key },
        ...{ lag: rule.lagSeconds * SECOND, spread, systematic: spread / 3 },
      });
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
      sightingsOf(inputs, inputs.clockOf(stream), clock.basis !== 'assumed', TRUST.other).push({
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
