import type { ClockProof, ZoneCourse } from '../model/clock.js';
import type { StreamStats } from '../model/coverage.js';
import type { ClockBasis } from '../model/detection.js';
import type { ClockEvidence, Issue, ReadSource } from '../model/source.js';
import { DAY, HOUR, type Interval, MINUTE, type Micros, SECOND } from '../model/time.js';
import { shortName } from '../model/windows-name.js';
import { ALWAYS_UTC, siteOf } from './site.js';
import { inYear, yearOfEpoch } from './year.js';
import { overrideFor, type ZoneOverride } from './zone.js';
import { constantCourse, courseOfZone, coursesThrough, type ZonePair, zoneCourses } from './zone-courses.js';
import { coursesShown } from './zone-signs.js';

/**
 * Machines of one cluster that state their zone are taken to agree within this: domain time and the TimeSync
 * component keep nodes and guests together, but nothing here has measured it. Shown as `clock-sync-assumed`.
 */
export const UNMEASURED: Micros = 2 * SECOND;
/** Zones are multiples of a quarter of an hour; a line and its own epoch lie within this of one another. */
const QUARTER = 15 * MINUTE;
const RESIDUAL_LIMIT = 2 * MINUTE;
/** What a delay between event and stamp may add to the error bar of a zone. */
const DELAY_LIMIT = 5 * SECOND;
/** UTC-12 to UTC+14: all that is known of a clock without any evidence. */
const ANY_ZONE = 14 * HOUR;

export type Epoch = Extract<ClockEvidence, { kind: 'epoch' }> & { readonly peer: string };

/** What is known of the zone a stream is written in, before any clock is compared. */
export interface Zone {
  readonly basis: ClockBasis;
  /** As it was given or is written in the source. */
  readonly name: string | null;
  /** Any of these may be it; at least one. */
  readonly courses: readonly ZoneCourse[];
  /** Besides what the courses differ by. */
  readonly uncertainty: Micros;
  readonly proofs: readonly ClockProof[];
  readonly issue: Issue | null;
}

/** A stream with the years its stamps lie in, and where it came from. */
export interface Wanted {
  readonly stream: StreamStats;
  readonly year: number | null;
  /** Written time, in its years. */
  readonly span: Interval;
  readonly source: ReadSource;
  readonly sources: readonly ReadSource[];
}

export function resolveZone(wanted: Wanted, overrides: readonly ZoneOverride[], epochs: readonly Epoch[]): Zone {
  const { stream, source } = wanted;
  const override = overrideFor(overrides, stream.host, source.path);
  if (override !== null && !stream.statesOffset) {
    const course = courseOfZone(override.zone, widened(wanted.span));
    return { ...certainZone('stated', [course], 'override', null), name: override.zone };
  }
  if (stream.statesOffset) return certainZone('stated', [statedCourse(stream)], 'stamp', null);
  return (
    statedBySource(source) ??
    fromEpochs(wanted, epochs) ??
    fromUptime(wanted) ??
    fromSameHost(wanted) ??
    fromLogItself(wanted) ??
    assumedSiteZone(wanted)
  );
}

/** Written times lie within a day of true ones. */
function widened({ earliest, latest }: Interval): Interval {
  return { earliest: earliest - 2 * DAY, latest: latest + 2 * DAY };
}

function certainZone(basis: ClockBasis, courses: readonly ZoneCourse[], kind: string, peer: string | null): Zone {
  return {
    ...{ basis, name: null, courses, uncertainty: UNMEASURED },
    ...{ proofs: [{ kind, peer, residualSeconds: null }], issue: null },
  };
}

/** As its stamps say, one after the other. */
function statedCourse({ statedOffsets }: StreamStats): ZoneCourse {
  const [first, ...others] = statedOffsets;
  const course = constantCourse(first?.utcOffset ?? 0);
  const later = others.map(({ from, utcOffset }) => ({ from: from - utcOffset, offset: utcOffset }));
  return { ...course, offsets: [...course.offsets, ...later] };
}

/** The file says its zone once, for all its stamps (PDH header, Veeam preamble, a CSV mapping). */
function statedBySource(source: ReadSource): Zone | null {
  const stated = source.clock.find((e) => e.kind === 'stated-offset');
  if (stated?.kind !== 'stated-offset') return null;
  return { ...certainZone('stated', [constantCourse(stated.utcOffset)], 'format', null), name: stated.zone };
}

/** A moment that the stream stamped and whose UTC another line knows, and the source of that. */
interface Proof extends ZonePair {
  readonly kind: string;
  readonly peer: string;
}

/**
 * The zones that go through all moments of which both local time and UTC are known. Where they part, before or after those
 * moments, the log itself may show which it is; else the error bar covers all of them.
 */
function zoneThrough(proofs: readonly Proof[], { stream, year, span }: Wanted, note: string): Zone | null {
  const through = coursesThrough(proofs, span, RESIDUAL_LIMIT);
  if (through.length === 0) return null;
  const { courses } = coursesShown(through, stream, year, span);
  const residuals = proofs
    .map(({ utc, written }) => {
      const difference = written - utc;
      return difference - Math.round(difference / QUARTER) * QUARTER;
    })
    .filter((residual) => Math.abs(residual) <= RESIDUAL_LIMIT);
  const worst = residuals.reduce((most, residual) => Math.max(most, Math.abs(residual)), 0);
  return {
    ...{ basis: 'derived', name: null, courses },
    // The residual is delay between event and stamp on one machine, not skew; it still bounds what the pair proves.
    uncertainty: UNMEASURED + Math.min(worst, DELAY_LIMIT),
    proofs: proofs
      .slice(0, 8)
      .map(({ kind, peer }, i) => ({ kind, peer, residualSeconds: (residuals[i] ?? 0) / SECOND })),
    issue: { code: 'derived-zone', severity: 'info', note, count: proofs.length, at: null },
  };
}

/** Lines that carry an absolute time were stamped in local time as well. */
function fromEpochs(wanted: Wanted, epochs: readonly Epoch[]): Zone | null {
  const proofs = epochs
    .map(({ written, yearless, utc, anchor, peer }) => ({
      ...{ utc, kind: anchor, peer },
      written: yearless ? inYear(written, yearOfEpoch(written, utc)) : written,
    }))
    .sort((a, b) => a.written - b.written);
  return zoneThrough(proofs, wanted, 'the zone was read from lines that carry an absolute time');
}

/**
 * The same boot seen by two logs: this one stamps kernel lines with local time and uptime, another (a journal) with
 * UTC and uptime. Equal uptimes are one moment, so their difference is the zone.
 */
function fromUptime(wanted: Wanted): Zone | null {
  const { stream, source, sources } = wanted;
  const own = uptimes(source, stream.host).filter((e) => e.written !== null);
  const proofs: Proof[] = [];
  for (const other of ofMachine(stream.host, sources)) {
    if (other === source) continue;
    for (const theirs of uptimes(other, stream.host)) {
      if (theirs.utc === null) continue;
      for (const mine of own) {
        if (proofs.length >= PAIRS_MOST) break;
        const proof = bootPair(mine, theirs, other.id);
        if (proof !== null) proofs.push(proof);
      }
    }
  }
  return zoneThrough(proofs, wanted, 'the zone was read from kernel stamps that another log of this boot has too');
}

/** Logs of hundreds of boots have more than enough. */
const PAIRS_MOST = 2_000;

/** When the kernel started, by both logs; null where a zone cannot make one boot of them. */
function bootPair(mine: Uptime, theirs: Uptime, peer: string): Proof | null {
  const writtenAtZero = (mine.written as Micros) - mine.uptime;
  const utc = (theirs.utc as Micros) - theirs.uptime;
  const written = mine.yearless ? inYear(writtenAtZero, yearOfEpoch(writtenAtZero, utc)) : writtenAtZero;
  const difference = written - utc;
  const residual = difference - Math.round(difference / QUARTER) * QUARTER;
  if (Math.abs(difference) > ANY_ZONE || Math.abs(residual) > RESIDUAL_LIMIT) return null;
  return { utc, written, kind: 'uptime', peer };
}

type Uptime = Extract<ClockEvidence, { kind: 'uptime' }>;

function uptimes(source: ReadSource, host: string | null): readonly Uptime[] {
  return source.clock.filter((e): e is Uptime => e.kind === 'uptime' && sameName(e.host ?? source.pathHost, host));
}

/** Sources that have something of a machine. */
export function ofMachine(host: string | null, sources: readonly ReadSource[]): readonly ReadSource[] {
  return host === null ? [] : (siteOf(sources).sourcesOf.get(shortName(host)) ?? []);
}

function sameName(a: string | null, b: string | null): boolean {
  return a !== null && b !== null && shortName(a) === shortName(b);
}

/**
 * Another log of the same machine states the offset: in its stamps (`+02:00`) or in its header (PDH bias). Formats that
 * always write UTC prove nothing, nor does what a collector wrote of a machine: it may have been stamped there.
 */
function fromSameHost(wanted: Wanted): Zone | null {
  const { stream, source, sources } = wanted;
  for (const other of ofMachine(stream.host, sources)) {
    if (other === source || ALWAYS_UTC.test(other.format) || isCollected(other, stream.host, sources)) continue;
    const twin = other.streams.find((s) => sameName(s.host, stream.host));
    const stated = other.clock.find((e) => e.kind === 'stated-offset');
    if (twin === undefined || (!twin.statesOffset && stated === undefined)) continue;
    const pairs =
      stated?.kind === 'stated-offset'
        ? [{ from: twin.first ?? 0, utcOffset: stated.utcOffset }]
        : twin.statedOffsets.map(({ from, utcOffset }) => ({ from, utcOffset }));
    const proofs = pairs.map(({ from, utcOffset }) => ({
      ...{ written: from, utc: from - utcOffset, kind: 'same-host', peer: other.id },
    }));
    const zone = zoneThrough(proofs, wanted, 'the zone was taken from another log of the same machine');
    if (zone !== null) return zone;
  }
  return null;
}

/** Whether the source was written on another machine than this one: its path names one of the case, or it holds several. */
export function isCollected(
  { pathHost, streams }: ReadSource,
  host: string | null,
  sources: readonly ReadSource[],
): boolean {
  if (host === null) return false;
  if (pathHost !== null && sameName(pathHost, host)) return false;
  if (pathHost !== null && siteOf(sources).machines.has(shortName(pathHost))) return true;
  return streams.some((stream) => stream.host !== null && !sameName(stream.host, host));
}

/** Nothing states the zone, but an hour that is missing or comes twice tells whose summer time it is. */
function fromLogItself({ stream, year, span, sources, source }: Wanted): Zone | null {
  const { courses, isShown } = shownIn(stream, year, span);
  if (!isShown) return null;
  const site = siteOffset(source, sources);
  const near = site === null ? [] : courses.filter(({ offsets }) => offsets.some((o) => o.offset === site.utcOffset));
  return {
    ...{ basis: 'derived', name: null, courses: near.length > 0 ? near : courses, uncertainty: UNMEASURED },
    proofs: [{ kind: 'summer-time', peer: null, residualSeconds: null }],
    issue: {
      ...{ code: 'derived-zone', severity: 'info', count: 1, at: null },
      note: 'the zone was read from the hour that is missing or comes twice when the clocks change',
    },
  };
}

function shownIn(stream: StreamStats, year: number | null, span: Interval): ReturnType<typeof coursesShown> {
  return coursesShown(zoneCourses(widened(span)), stream, year, span);
}

/** Last resort: the zone some other machine of the site states, or UTC. Marked, and too wide to order anything by. */
function assumedSiteZone({ stream, source, sources }: Wanted): Zone {
  const settle = `settle it with --zone ${stream.host ?? source.path}=ZONE`;
  const site = siteOffset(source, sources);
  const note =
    site === null
      ? `no zone is stated anywhere: UTC was assumed; ${settle}`
      : `no zone is stated: the one of ${site.peer} was assumed; ${settle}`;
  return {
    basis: 'assumed',
    name: site === null ? 'UTC' : null,
    courses: [constantCourse(site?.utcOffset ?? 0)],
    // It may as well write UTC, or be an hour off around a change of summer time.
    uncertainty: site === null ? ANY_ZONE : Math.abs(site.utcOffset) + HOUR,
    proofs: site === null ? [] : [{ kind: 'site-zone', peer: site.peer, residualSeconds: null }],
    issue: { code: 'assumed-zone', severity: 'error', note, count: stream.records, at: null },
  };
}

/** The offset that a source of the same layer states, else any other source, in path order. */
function siteOffset(
  source: ReadSource,
  sources: readonly ReadSource[],
): { readonly utcOffset: Micros; readonly peer: string } | null {
  const { offsets } = siteOf(sources);
  const found =
    offsets.find((stated) => stated.source !== source && stated.source.layer === source.layer) ??
    offsets.find((stated) => stated.source !== source);
  return found === undefined ? null : { utcOffset: found.utcOffset, peer: found.source.id };
}
