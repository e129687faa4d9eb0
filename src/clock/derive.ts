import type {
  ClockSegment,
  Derivation,
  ErrorPart,
  Fold,
  Placed,
  StreamClock,
  TwiceStep,
  ZoneStep,
} from '../model/clock.js';
import type { StreamStats } from '../model/coverage.js';
import type { Micros, WrittenTime } from '../model/time.js';
import { segmentAt } from './segment-at.js';
import { changesOf } from './zone-courses.js';
import { UNMEASURED } from './zone-of-stream.js';
import { readingsAt } from './zoned-segments.js';

/** A stamp of wall time that was placed, and by what. */
export interface OnWall {
  /** The stamp with its year. */
  readonly written: Micros;
  /** How often the year turned before it. */
  readonly turns: number;
  /** The hour that the log runs through twice, if the stamp lies in one. */
  readonly fold: Fold | null;
  /** The written time by which the segment was chosen. */
  readonly lookedUp: Micros;
  readonly segment: ClockSegment;
  /** The offset that the stamp states was taken, not that of the segment. */
  readonly isByStamp: boolean;
  readonly placed: Placed;
}

/** What a placed stamp consists of. Nothing is placed here again: the parts are those of what was placed. */
export function deriveOnWall(clock: StreamClock, stream: StreamStats, time: WrittenTime, steps: OnWall): Derivation {
  const { written, turns, placed } = steps;
  const zone = zoneStep(clock, stream, time, steps);
  const byZone = zone === null ? 0 : -zone.offset;
  return {
    ...{ written, zone, boot: null, placed },
    year: time.yearless && clock.year !== null ? { year: clock.year + turns, turns } : null,
    added: [
      ...(zone === null ? [] : [{ of: 'zone' as const, micros: byZone }]),
      { of: 'clock', micros: placed.utc - written - byZone },
    ],
    errors: errorParts(clock, time, steps),
  };
}

function zoneStep(
  clock: StreamClock,
  stream: StreamStats,
  { utcOffset }: WrittenTime,
  { written, fold, lookedUp, isByStamp }: OnWall,
): ZoneStep | null {
  const zoned = zonedAt(clock, lookedUp);
  if (zoned === null) return null;
  const offset = isByStamp && utcOffset !== null ? utcOffset : 0 - zoned.offset;
  return {
    ...{
      offset,
      isByStamp,
      readings: isByStamp ? [{ offset, names: [] }] : readingsOf(clock, stream, lookedUp, offset),
    },
    twice: twiceStep(clock, written, offset, isByStamp ? null : fold),
  };
}

function zonedAt({ zoning }: StreamClock, lookedUp: Micros): ClockSegment | null {
  return zoning === undefined ? null : segmentAt(zoning.segments, lookedUp);
}

/** None where nothing tells the zone. */
function readingsOf(
  { courses, folds, zoning }: StreamClock,
  { statesOffset }: StreamStats,
  local: Micros,
  taken: Micros,
): ZoneStep['readings'] {
  if (zoning?.basis === 'assumed') return [];
  const names = new Map<Micros, string[]>();
  for (const course of courses)
    for (const offset of readingsAt(course, local, folds, statesOffset))
      names.set(offset, [...(names.get(offset) ?? []), ...course.names]);
  const offsets = [...names.keys()].sort((x, y) => x - y);
  // A person gave several zones, one after the other: the clock knows the first of them only.
  if (((offsets[0] ?? 0) + (offsets.at(-1) ?? 0)) / 2 !== taken) return [{ offset: taken, names: [] }];
  return offsets.map((offset) => ({ offset, names: [...new Set(names.get(offset))].sort() }));
}

function twiceStep({ courses }: StreamClock, written: Micros, offset: Micros, fold: Fold | null): TwiceStep | null {
  const change = courses
    .flatMap(changesOf)
    .find(({ utc, before, after }) => after < before && written >= utc + after && written < utc + before);
  if (change === undefined) return null;
  const { utc, before, after } = change;
  return {
    span: { earliest: utc + after, latest: utc + before },
    pass: offset === before ? 1 : offset === after ? 2 : null,
    againFrom: fold?.byteOffset ?? null,
  };
}

type Parts = Derivation['errors'];

function errorParts(clock: StreamClock, { resolution }: WrittenTime, steps: OnWall): Parts {
  const rest = steps.placed.uncertainty - resolution;
  const parts: Parts = [{ of: 'resolution', micros: resolution }, ...clockParts(clock, steps, rest)];
  return parts.filter(({ micros }) => micros !== 0);
}

/** Of what the clock itself is unsure by. */
function clockParts(clock: StreamClock, { lookedUp, isByStamp }: OnWall, rest: Micros): Parts {
  const { zoning, measurement } = clock;
  // A stamp that states its offset in a log that else is not known to state any.
  if (isByStamp && clock.basis === 'assumed') return [{ of: 'agreement', micros: rest }];
  const zoned = zonedAt(clock, lookedUp);
  if (zoning === undefined || zoned === null) return [{ of: 'agreement', micros: rest }];
  const spread = zoned.uncertainty;
  if (isGiven(clock)) return withZones(spread, rest, 'given');
  // Zones that are possible everywhere are part of what was measured: it was held against the middle of them.
  if (measurement?.isSharp === true)
    return withZones(spread - Math.min(...zoning.segments.map(({ uncertainty }) => uncertainty)), rest, 'measured');
  const doubt: Parts = [{ of: 'doubt', micros: rest - spread - zoning.least }];
  if (zoning.basis === 'assumed')
    return [...doubt, { of: 'zones', micros: spread }, { of: 'no-zone', micros: zoning.least }];
  const agreement = Math.min(zoning.least, UNMEASURED);
  return [
    { of: 'agreement', micros: agreement },
    { of: 'delay', micros: zoning.least - agreement },
    { of: 'zones', micros: spread },
    ...doubt,
  ];
}

function withZones(spread: Micros, all: Micros, of: ErrorPart): Parts {
  return [
    { of: 'zones', micros: spread },
    { of, micros: all - spread },
  ];
}

/** By an entry of a clock file: that goes before what a stamp states. */
function isGiven({ isFinal, proofs }: StreamClock): boolean {
  return isFinal && proofs[0]?.kind === 'override';
}
