import { alignClocks } from '../../src/clock/align.js';
import type { Analysis } from '../../src/model/analysis.js';
import { type Clocks, streamKey } from '../../src/model/clock.js';
import type { ReportStreamClock } from '../../src/model/clocks-report.js';
import type { ClockBasis } from '../../src/model/detection.js';
import { type Micros, SECOND } from '../../src/model/time.js';
import type { Observations } from '../../src/model/topology.js';
import { composeClocks } from '../../src/report/compose-clocks.js';
import { buildTopology } from '../../src/topology/build.js';
import type { CaseEvidence, ClockCase } from './case.js';
import { diceOf } from './dice.js';
import type { StreamTruth, TrueRecord } from './log.js';
import { type Machine, type SkewKind, TOLD_APART } from './machine.js';
import { errorAgainst, referencesOf } from './reference.js';
import { offsetText } from './zones.js';

/** What came of one stream. */
export interface StreamScore {
  readonly seed: number;
  readonly key: string;
  readonly path: string;
  readonly basis: ClockBasis;
  /** Kind of its first proof. */
  readonly proof: string | null;
  /** Path of the log it was measured by. */
  readonly peer: string | null;
  /** Its zone is stated or derived, and it says itself that nothing measured it. */
  readonly syncAssumed: boolean;
  readonly independent: number;
  readonly nightly: number;
  readonly skew: SkewKind;
  readonly zone: 'stated' | 'local' | 'local, changes';
  readonly year: 'dated' | 'yearless' | 'yearless, turns';
  readonly motion: 'steady' | 'drift' | 'steps' | 'drift and steps' | 'set beyond its anchors';
  readonly machine: string;
  readonly reference: string | null;
  /** Seconds, of records chosen by chance. */
  readonly places: readonly {
    readonly error: number;
    readonly uncertainty: number;
    /** Between the first and the last event that measured the clock: before and after, the report vouches for no setting of it. */
    readonly isBetween: boolean;
  }[];
  /** The same, against the clock at the end of its peers: right there, it is the peer that is wrong. */
  readonly besidePeer: StreamScore['places'];
  readonly zoneIdentifiable: boolean;
  /** The report gives one zone, whose offsets are the true ones. */
  readonly zoneRight: boolean;
  /** Of the zones that the report thinks possible one is the true one, or it gives none. */
  readonly zoneAmong: boolean;
}

const PLACES = 15;
const EVER = { earliest: Number.NEGATIVE_INFINITY, latest: Number.POSITIVE_INFINITY };
const NO_ZONE: Zones = { zone: null, possibleZones: [] };
/** Within this a clock counts as right. */
const RIGHT: Micros = SECOND;

export function alignCase({ sources, detections, anchors }: CaseEvidence): Clocks {
  return alignClocks(sources, detections, [], anchors);
}

/** Every stream of the case but those of the clock that all others are held against. */
export function scoreCase(one: ClockCase, clocks: Clocks = alignCase(one.evidence)): readonly StreamScore[] {
  const references = referencesOf(one, clocks);
  const reported = reportedZones(one.evidence, clocks);
  const paths = new Map(one.evidence.sources.map(({ id, path }) => [id, path]));
  return one.truths.flatMap((truth) => {
    const reference = references.of(truth);
    const clock = clocks.streams.get(truth.key);
    if (clock === undefined || (reference === truth.machine && clock.basis === 'stated')) return [];
    const records = chosen(one.seed, truth);
    const { machine, format } = truth;
    const { independent, nightly, setBeyond } = countAnchors(truth, one.truths, reference);
    const zones = reported.get(truth.key) ?? NO_ZONE;
    const zoneIdentifiable = canTellZone(truth, reference, records);
    return {
      ...{ seed: one.seed, key: truth.key, path: truth.path, basis: clock.basis, proof: clock.proofs[0]?.kind ?? null },
      peer: paths.get(clock.proofs[0]?.peer ?? '') ?? null,
      syncAssumed: clock.issues.some(({ code }) => code === 'clock-sync-assumed'),
      ...{ independent, nightly },
      ...{ skew: machine.skew, machine: machine.name, reference: reference?.name ?? null },
      zone: format.stamps !== 'local' ? 'stated' : truth.offsets.length > 1 ? 'local, changes' : 'local',
      year: !format.yearless ? 'dated' : truth.turned ? 'yearless, turns' : 'yearless',
      motion: setBeyond ? 'set beyond its anchors' : motionOf(machine),
      places: placesOf(truth.key, clocks, records, reference),
      besidePeer: placesOf(truth.key, clocks, records, references.rootOf(truth)),
      zoneIdentifiable,
      zoneRight: isZoneRight(zones, truth),
      zoneAmong: isZoneAmong(zones, truth),
    };
  });
}

function motionOf({ drifts, steps }: Machine): StreamScore['motion'] {
  if (drifts) return steps.length > 0 ? 'drift and steps' : 'drift';
  return steps.length > 0 ? 'steps' : 'steady';
}

function chosen(seed: number, { key, records }: StreamTruth): readonly TrueRecord[] {
  const dice = diceOf(seed, `places of ${key}`);
  return Array.from({ length: PLACES }, () => dice.pick(records));
}

function placesOf(
  key: string,
  clocks: Clocks,
  records: readonly TrueRecord[],
  reference: Machine | null,
): StreamScore['places'] {
  return records.flatMap(({ utc, time, byteOffset }) => {
    const placed = clocks.place(key, time, byteOffset, null);
    if (placed === null) return [];
    const expected = utc + (reference?.error(utc) ?? 0);
    const { earliest, latest } = clocks.streams.get(key)?.measurement?.reach ?? EVER;
    const isBetween = placed.utc >= earliest && placed.utc <= latest;
    return [{ error: Math.abs(placed.utc - expected) / SECOND, uncertainty: placed.uncertainty / SECOND, isBetween }];
  });
}

interface Shared {
  readonly independent: number;
  readonly nightly: number;
  /** The clock was set before the first independent one or after the last, within the log. */
  readonly setBeyond: boolean;
}

/** Events that a clock which is right stamped too. */
function countAnchors(truth: StreamTruth, truths: readonly StreamTruth[], reference: Machine | null): Shared {
  const isRight = ({ machine, records }: StreamTruth): boolean =>
    [records[0], records[records.length >> 1], records.at(-1)].every(
      (record) => record === undefined || Math.abs(errorAgainst(machine, reference, record.utc)) <= RIGHT,
    );
  const right = truths.filter((other) => other.key !== truth.key && isRight(other));
  const isQuoted = (event: string): boolean => event.startsWith('odd|epoch|');
  const ownRight = isRight(truth);
  const shared = [...truth.events].filter(([event]) =>
    isQuoted(event) ? ownRight : right.some((other) => other.events.has(event)),
  );
  const odd = shared.filter(([event]) => event.startsWith('odd|')).map(([, at]) => at);
  return {
    ...{ independent: odd.length, nightly: shared.length - odd.length },
    setBeyond: isSetBeyond(truth, odd),
  };
}

function isSetBeyond({ machine, records }: StreamTruth, anchors: readonly Micros[]): boolean {
  const first = records[0]?.utc ?? 0;
  const last = records.at(-1)?.utc ?? 0;
  const inLog = machine.steps.filter(({ at }) => at > first && at < last);
  return inLog.some(({ at }) => !anchors.some((time) => time < at) || !anchors.some((time) => time > at));
}

/** Stated, or a change of summer time shows it, or the clock is too little off to be taken for a zone. */
function canTellZone(truth: StreamTruth, reference: Machine | null, records: readonly TrueRecord[]): boolean {
  if (truth.format.stamps !== 'local' || truth.offsets.length > 1) return true;
  return records.every(({ utc }) => Math.abs(errorAgainst(truth.machine, reference, utc)) < TOLD_APART);
}

type Zone = NonNullable<ReportStreamClock['zone']>;
type Zones = Pick<ReportStreamClock, 'zone' | 'possibleZones'>;

function isZoneRight({ zone }: Zones, truth: StreamTruth): boolean {
  return zone !== null && isTrue(zone, truth);
}

/** Nothing given says that any is possible. */
function isZoneAmong({ zone, possibleZones }: Zones, truth: StreamTruth): boolean {
  const given = zone === null ? possibleZones : [zone];
  return given.length === 0 || given.some((zone) => isTrue(zone, truth));
}

/** By its name, or by what it was less UTC while the log was written. */
function isTrue(given: Zone, { offsets, machine }: StreamTruth): boolean {
  if (given.names.includes(machine.zone.name)) return true;
  return [...new Set(given.offsets)].sort().join(' ') === [...offsets].map(offsetText).sort().join(' ');
}

const NOBODY: Observations = { statements: [], guests: [], hypervisors: [], computers: [], measured: [] };

/** As the report says it. */
function reportedZones({ sources }: CaseEvidence, clocks: Clocks): ReadonlyMap<string, Zones> {
  // Of the analysis the report of clocks reads few parts: those that come after clocks are left empty.
  const nothing = { packs: [], rules: [], unrecognised: [], detections: [], incidents: [], attributions: [] };
  const later = { controls: [], recurrences: [], coverage: [], gaps: [], outcomes: [], limits: [] };
  const analysis: Analysis = { ...nothing, ...later, sources, clocks, topology: buildTopology(NOBODY, []) };
  const report = composeClocks(analysis, '0');
  return new Map(report.clocks.map((clock) => [streamKey(clock.source, clock.host, clock.channel), clock] as const));
}

/** No number is outside. */
export function isOutside({ error, uncertainty }: StreamScore['places'][number]): boolean {
  return !(error <= uncertainty);
}

/** More than a fifth of its places lie outside their error bars. */
export function isWrong({ places }: Pick<StreamScore, 'places'>): boolean {
  return places.filter(isOutside).length > places.length / 5;
}

/** The same of those places that it vouches for, and not by a single one of few. */
export function isWrongBetween({ places }: Pick<StreamScore, 'places'>): boolean {
  const between = places.filter(({ isBetween }) => isBetween);
  return isWrong({ places: between }) && between.filter(isOutside).length > 1;
}

/** It says that events or absolute times prove it. */
export function isConfident({ basis, syncAssumed }: StreamScore): boolean {
  return basis !== 'assumed' && basis !== 'none' && !syncAssumed;
}
