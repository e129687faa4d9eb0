import type { StreamClock } from '../model/clock.js';
import type { StreamStats } from '../model/coverage.js';
import { dateOfPath } from '../model/rotation.js';
import type { Issue, IssueSeverity, ReadSource } from '../model/source.js';
import type { Interval } from '../model/time.js';
import { shortName } from '../model/windows-name.js';
import { spanOfStream } from './span-of-stream.js';
import { spanInYear, YEAR_DOUBT, yearEndingNear, yearlessOf, yearNear, yearOfEpoch } from './year.js';
import type { ZoneOverride } from './zone.js';
import { type Epoch, isCollected, ofMachine, resolveZone } from './zone-of-stream.js';
import { zonedSegments, zonesOnly } from './zoned-segments.js';

/** Zone and year of a stream that stamps wall time. */
export function resolveWall(
  key: string,
  stream: StreamStats,
  source: ReadSource,
  sources: readonly ReadSource[],
  overrides: readonly ZoneOverride[],
  dated: Interval | null,
  told: ToldYear | null = null,
): StreamClock {
  const issues: Issue[] = [];
  const epochs = epochsOf(stream.host, source, sources);
  const year = !stream.yearless
    ? null
    : told === null
      ? resolveYear(stream, source.path, epochs, dated, issues)
      : toldYear(stream, told, issues);
  const span = spanOfStream(stream, year);
  const zone = resolveZone({ stream, year, span, source, sources }, overrides, epochs);
  if (zone.issue !== null) issues.push(zone.issue);
  if (zone.basis !== 'assumed') issues.push(SYNC_ASSUMED);
  const { segments, folds } = zonedSegments(zone.courses, stream, year, zone.uncertainty);
  const { basis, proofs, uncertainty: least } = zone;
  return {
    key,
    clockId: zone.basis === 'assumed' ? key : (machineClock(source, stream.host, sources) ?? key),
    basis: zone.basis,
    zone: zone.name,
    courses: zone.basis === 'assumed' ? [] : zone.courses,
    year,
    segments,
    folds,
    passes: [],
    isFinal: false,
    zoning: { basis, segments: zonesOnly(segments, least), least, proofs, note: zone.issue?.note ?? null },
    proofs: zone.proofs,
    issues,
  };
}

/** Machines that state their zone are taken to agree: docs/evidence.md, Clocks. */
export const SYNC_ASSUMED: Issue = {
  ...{ code: 'clock-sync-assumed', severity: 'info', count: 1, at: null },
  note: 'this clock was not measured against the others: they are taken to agree within 2 s',
};

/** A year that something else than the log itself tells, and what. */
export interface ToldYear {
  readonly year: number;
  readonly by: 'events' | 'series';
}

const TOLD: Readonly<Record<ToldYear['by'], string>> = {
  events: 'stamps have no year; it was read from events that other clocks stamped too',
  series: 'stamps have no year; it was read from its place among the files that the log was rotated into',
};
const OF_NAME = 'stamps have no year; it was read from the date in the path';
const NEAREST_YEAR = 'stamps have no year; the one nearest to the dated sources of the case was taken';

/** Nothing of the case tells the year. */
export function isYearUnknown({ issues }: StreamClock): boolean {
  return issues.some(({ code }) => code === 'year-unknown');
}

/** Whether its year is no more than a guess; one that a line with an absolute time tells is its machine's own. */
export function isYearGuessed(clock: StreamClock): boolean {
  return clock.issues.some(({ note }) => note === NEAREST_YEAR || note === TOLD.series) || isYearUnknown(clock);
}

/** The clock of the machine that a stream is of; null where nobody knows which, or it may have been stamped by a collector. */
export function machineClock(source: ReadSource, host: string | null, sources: readonly ReadSource[]): string | null {
  return host === null || isCollected(source, host, sources) ? null : `host:${shortName(host)}`;
}

function issue(code: string, severity: IssueSeverity, note: string, count: number): Issue {
  return { code, severity, note, count, at: null };
}

/**
 * Lines of this host that carry an absolute time: in its own logs, those of this source first. A log that stamps UTC or
 * states its offset proves nothing about another log's local time, nor does one that a collector wrote.
 */
function epochsOf(host: string | null, source: ReadSource, sources: readonly ReadSource[]): readonly Epoch[] {
  const own = host?.toLowerCase() ?? null;
  const found: Epoch[] = [];
  for (const other of new Set([source, ...ofMachine(host, sources)])) {
    if (other !== source && (other.streams.some((stream) => stream.statesOffset) || isCollected(other, host, sources)))
      continue;
    if (other !== source && isCollected(source, host, sources)) continue;
    for (const evidence of other.clock) {
      if (evidence.kind !== 'epoch') continue;
      const name = (evidence.host ?? other.pathHost)?.toLowerCase() ?? null;
      if (name === own || (other === source && evidence.host === null)) found.push({ ...evidence, peer: other.id });
    }
  }
  return found;
}

function toldYear(stream: StreamStats, { year, by }: ToldYear, issues: Issue[]): number {
  issues.push(issue('missing-year', 'info', TOLD[by], stream.records));
  return year;
}

function resolveYear(
  stream: StreamStats,
  path: string,
  epochs: readonly Epoch[],
  dated: Interval | null,
  issues: Issue[],
): number {
  const first = stream.first ?? 0;
  const turns = stream.yearTurns.length;
  const epoch = epochs.find((e) => e.yearless);
  if (epoch !== undefined) {
    issues.push(
      issue(
        'missing-year',
        'info',
        'stamps have no year; it was read from lines that carry an absolute time',
        stream.records,
      ),
    );
    return yearOfEpoch(epoch.written, epoch.utc) - (epoch.written < first && turns > 0 ? turns : 0);
  }
  const yearless = yearlessOf(stream);
  const named = dateOfPath(path);
  if (named !== null && (named.of === 'file' || dated === null)) {
    issues.push(issue('missing-year', 'info', OF_NAME, stream.records));
    return yearEndingNear(yearless, named.day);
  }
  if (dated !== null) {
    const year = yearNear(yearless, dated);
    const { earliest, latest } = spanInYear(yearless, year);
    const far = Math.max(earliest - dated.latest, dated.earliest - latest);
    const doubtful = far > YEAR_DOUBT;
    issues.push(
      issue(doubtful ? 'year-doubtful' : 'missing-year', doubtful ? 'error' : 'info', NEAREST_YEAR, stream.records),
    );
    return year;
  }
  issues.push(
    issue(
      'year-unknown',
      'error',
      'stamps have no year and no source of the case has one: shown as 1972',
      stream.records,
    ),
  );
  return 1972;
}
