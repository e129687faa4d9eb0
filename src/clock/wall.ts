import type { ClockProof, ClockSegment, StreamClock } from '../model/clock.js';
import type { StreamStats } from '../model/coverage.js';
import type { ClockBasis } from '../model/detection.js';
import type { ClockEvidence, Issue, IssueSeverity, ReadSource } from '../model/source.js';
import { DAY, HOUR, type Interval, MINUTE, type Micros, SECOND } from '../model/time.js';
import { inYear, YEAR_DOUBT, yearNear, yearOfEpoch } from './year.js';
import { type OffsetAt, overrideFor, readZone, type ZoneOverride } from './zone.js';

/**
 * Machines of one cluster that state their zone are taken to agree within this: domain time and the TimeSync
 * component keep nodes and guests together, but nothing here has measured it. Shown as `clock-sync-assumed`.
 */
export const UNMEASURED: Micros = 2 * SECOND;
/** Zones are multiples of a quarter of an hour; a line and its own epoch lie within this of one another. */
const QUARTER = 15 * MINUTE;
const RESIDUAL_LIMIT = 2 * MINUTE;
/** UTC-12 to UTC+14: all that is known of a clock without any evidence. */
const ANY_ZONE = 14 * HOUR;

type Epoch = Extract<ClockEvidence, { kind: 'epoch' }>;

interface Zone {
  readonly basis: ClockBasis;
  readonly name: string | null;
  readonly offsetAt: OffsetAt;
  readonly uncertainty: Micros;
  readonly proofs: readonly ClockProof[];
  readonly issue: Issue | null;
}

/** Zone and year of a stream that stamps wall time. */
export function resolveWall(
  key: string,
  stream: StreamStats,
  source: ReadSource,
  sources: readonly ReadSource[],
  overrides: readonly ZoneOverride[],
  dated: Interval | null,
): StreamClock {
  const issues: Issue[] = [];
  const epochs = epochsOf(stream.host, source, sources);
  const year = stream.yearless ? resolveYear(stream, epochs, dated, issues) : null;
  const zone = resolveZone(stream, source, sources, overrides, epochs);
  if (zone.issue !== null) issues.push(zone.issue);
  if (zone.basis === 'stated') {
    issues.push(
      issue(
        'clock-sync-assumed',
        'info',
        'this clock was not measured against the others: they are taken to agree within 2 s',
        1,
      ),
    );
  }
  const host = stream.host?.toLowerCase().split('.')[0] ?? null;
  return {
    key,
    clockId: zone.basis === 'assumed' || host === null ? key : `host:${host}`,
    basis: zone.basis,
    zone: zone.name,
    year,
    segments: segmentsOf(stream, year, zone),
    isFinal: false,
    proofs: zone.proofs,
    issues,
  };
}

function issue(code: string, severity: IssueSeverity, note: string, count: number): Issue {
  return { code, severity, note, count, at: null };
}

/** Lines of this host that carry an absolute time; those of the same source first. */
function epochsOf(
  host: string | null,
  source: ReadSource,
  sources: readonly ReadSource[],
): readonly (Epoch & { readonly peer: string })[] {
  const own = host?.toLowerCase() ?? null;
  const found: (Epoch & { readonly peer: string })[] = [];
  for (const other of [source, ...sources.filter((s) => s !== source)]) {
    // A log that stamps UTC or states its offset proves nothing about another log's local time.
    if (other !== source && other.streams.some((stream) => stream.statesOffset)) continue;
    for (const evidence of other.clock) {
      if (evidence.kind !== 'epoch') continue;
      const name = (evidence.host ?? other.pathHost)?.toLowerCase() ?? null;
      if (name === own || (other === source && evidence.host === null)) found.push({ ...evidence, peer: other.id });
    }
  }
  return found;
}

function resolveYear(stream: StreamStats, epochs: readonly Epoch[], dated: Interval | null, issues: Issue[]): number {
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
  if (dated !== null) {
    const year = yearNear(first, turns, dated);
    const start = inYear(first, year);
    const far = Math.max(start - dated.latest, dated.earliest - inYear(stream.last ?? first, year));
    const doubtful = far > YEAR_DOUBT;
    issues.push(
      issue(
        doubtful ? 'year-doubtful' : 'missing-year',
        doubtful ? 'error' : 'info',
        'stamps have no year; the one nearest to the dated sources of the case was taken',
        stream.records,
      ),
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

function resolveZone(
  stream: StreamStats,
  source: ReadSource,
  sources: readonly ReadSource[],
  overrides: readonly ZoneOverride[],
  epochs: readonly (Epoch & { readonly peer: string })[],
): Zone {
  const override = overrideFor(overrides, stream.host, source.path);
  if (override !== null && !stream.statesOffset)
    return fixedZone('stated', override.zone, readZone(override.zone), 'override');
  if (stream.statesOffset) return statedZone(stream);
  return (
    statedBySource(source) ??
    fromEpochs(epochs) ??
    fromUptime(stream, source, sources) ??
    fromSameHost(stream, source, sources) ??
    assumedSiteZone(stream, source, sources)
  );
}

function fixedZone(basis: ClockBasis, name: string | null, offsetAt: OffsetAt, kind: string): Zone {
  return {
    basis,
    name,
    offsetAt,
    uncertainty: UNMEASURED,
    proofs: [{ kind, peer: null, residualSeconds: null }],
    issue: null,
  };
}

function statedZone(stream: StreamStats): Zone {
  const offsets = stream.statedOffsets;
  const offsetAt: OffsetAt = (local) => (offsets.findLast((o) => o.from <= local) ?? offsets[0])?.utcOffset ?? 0;
  return fixedZone('stated', null, offsetAt, 'stamp');
}

/** The file says its zone once, for all its stamps (PDH header, Veeam preamble, a CSV mapping). */
function statedBySource(source: ReadSource): Zone | null {
  const stated = source.clock.find((e) => e.kind === 'stated-offset');
  if (stated?.kind !== 'stated-offset') return null;
  return fixedZone('stated', stated.zone, () => stated.utcOffset, 'format');
}

/** Each pair of own stamp and absolute time gives the zone at that moment; between pairs the nearest one counts. */
function fromEpochs(epochs: readonly (Epoch & { readonly peer: string })[]): Zone | null {
  const pairs = epochs
    .map((e) => {
      const written = e.yearless ? inYear(e.written, yearOfEpoch(e.written, e.utc)) : e.written;
      const difference = written - e.utc;
      const offset = Math.round(difference / QUARTER) * QUARTER;
      return { written, offset, residual: difference - offset, anchor: e.anchor, peer: e.peer };
    })
    .filter((p) => Math.abs(p.residual) <= RESIDUAL_LIMIT && Math.abs(p.offset) <= ANY_ZONE)
    .sort((a, b) => a.written - b.written);
  if (pairs.length === 0) return null;
  const worst = pairs.reduce((max, p) => Math.max(max, Math.abs(p.residual)), 0);
  return {
    basis: 'derived',
    name: null,
    offsetAt: (local) => nearest(pairs, local).offset,
    // The residual is delay between event and stamp on one machine, not skew; it still bounds what the pair proves.
    uncertainty: UNMEASURED + Math.min(worst, 5 * SECOND),
    proofs: pairs.slice(0, 8).map((p) => ({ kind: p.anchor, peer: p.peer, residualSeconds: p.residual / SECOND })),
    issue: issue('derived-zone', 'info', 'the zone was read from lines that carry an absolute time', pairs.length),
  };
}

function nearest<T extends { readonly written: Micros }>(pairs: readonly T[], local: Micros): T {
  return pairs.reduce((best, p) => (Math.abs(p.written - local) < Math.abs(best.written - local) ? p : best));
}

/**
 * The same boot seen by two logs: this one stamps kernel lines with local time and uptime, another (a journal) with
 * UTC and uptime. Equal uptimes are one moment, so their difference is the zone.
 */
function fromUptime(stream: StreamStats, source: ReadSource, sources: readonly ReadSource[]): Zone | null {
  const own = uptimes(source, stream.host).filter((e) => e.written !== null);
  const others = sources
    .filter((s) => s !== source)
    .flatMap((s) =>
      uptimes(s, stream.host)
        .filter((e) => e.utc !== null)
        .map((e) => ({ ...e, peer: s.id })),
    );
  for (const mine of own) {
    for (const other of others) {
      const writtenAtZero = (mine.written as Micros) - mine.uptime;
      const utcAtZero = (other.utc as Micros) - other.uptime;
      const local = mine.yearless ? inYear(writtenAtZero, yearOfEpoch(writtenAtZero, utcAtZero)) : writtenAtZero;
      const offset = Math.round((local - utcAtZero) / QUARTER) * QUARTER;
      const residual = local - utcAtZero - offset;
      if (Math.abs(offset) > ANY_ZONE || Math.abs(residual) > RESIDUAL_LIMIT) continue;
      return {
        basis: 'derived',
        name: null,
        offsetAt: () => offset,
        uncertainty: UNMEASURED + Math.min(Math.abs(residual), 5 * SECOND),
        proofs: [{ kind: 'uptime', peer: other.peer, residualSeconds: residual / SECOND }],
        issue: issue(
          'derived-zone',
          'info',
          'the zone was read from kernel stamps that another log of this boot has too',
          1,
        ),
      };
    }
  }
  return null;
}

type Uptime = Extract<ClockEvidence, { kind: 'uptime' }>;

function uptimes(source: ReadSource, host: string | null): readonly Uptime[] {
  return source.clock.filter((e): e is Uptime => e.kind === 'uptime' && sameName(e.host ?? source.pathHost, host));
}

function sameName(a: string | null, b: string | null): boolean {
  return a !== null && b !== null && a.toLowerCase().split('.')[0] === b.toLowerCase().split('.')[0];
}

/**
 * Another log of the same machine states the offset: in its stamps (`+02:00`) or in its header (PDH bias). Formats that
 * always write UTC prove nothing. Far from that log's own span, summer time may have changed: an hour of doubt.
 */
function fromSameHost(stream: StreamStats, source: ReadSource, sources: readonly ReadSource[]): Zone | null {
  for (const other of sources) {
    if (other === source || ALWAYS_UTC.test(other.format)) continue;
    const twin = other.streams.find((s) => sameName(s.host, stream.host));
    const stated = other.clock.find((e) => e.kind === 'stated-offset');
    if (twin === undefined || (!twin.statesOffset && stated === undefined)) continue;
    const zone =
      twin.statesOffset && stated?.kind !== 'stated-offset'
        ? statedZone(twin)
        : fixedZone('derived', null, () => (stated?.kind === 'stated-offset' ? stated.utcOffset : 0), 'format');
    const inside =
      stream.yearless || ((stream.first ?? 0) > (twin.first ?? 0) - DAY && (stream.last ?? 0) < (twin.last ?? 0) + DAY);
    return {
      ...zone,
      basis: 'derived',
      uncertainty: zone.uncertainty + (inside ? 0 : HOUR),
      proofs: [{ kind: 'same-host', peer: other.id, residualSeconds: null }],
      issue: issue('derived-zone', 'info', 'the zone was taken from another log of the same machine', 1),
    };
  }
  return null;
}

/** Last resort: the zone some other machine of the site states, or UTC. Marked, and too wide to order anything by. */
function assumedSiteZone(stream: StreamStats, source: ReadSource, sources: readonly ReadSource[]): Zone {
  const settle = `settle it with --zone ${stream.host ?? source.path}=ZONE`;
  const site = siteOffset(source, sources);
  if (site === null) {
    return {
      basis: 'assumed',
      name: 'UTC',
      offsetAt: () => 0,
      uncertainty: ANY_ZONE,
      proofs: [],
      issue: issue('assumed-zone', 'error', `no zone is stated anywhere: UTC was assumed; ${settle}`, stream.records),
    };
  }
  return {
    basis: 'assumed',
    name: null,
    offsetAt: () => site.utcOffset,
    // It may as well write UTC, or be an hour off around a change of summer time.
    uncertainty: Math.abs(site.utcOffset) + HOUR,
    proofs: [{ kind: 'site-zone', peer: site.peer, residualSeconds: null }],
    issue: issue(
      'assumed-zone',
      'error',
      `no zone is stated: the one of ${site.peer} was assumed; ${settle}`,
      stream.records,
    ),
  };
}

/** Formats that write UTC wherever they are made say nothing about the site. */
const ALWAYS_UTC = /^(?:windows-evtx|windows-event-json|windows-event-xml|systemd-journal)/;

/** The offset that a source of the same layer states, else any other source, in path order. */
function siteOffset(
  source: ReadSource,
  sources: readonly ReadSource[],
): { readonly utcOffset: Micros; readonly peer: string } | null {
  const near = sources.filter((s) => s !== source && s.layer === source.layer);
  const far = sources.filter((s) => s !== source && s.layer !== source.layer);
  for (const other of [...near, ...far]) {
    if (ALWAYS_UTC.test(other.format)) continue;
    const stated = other.clock.find((e) => e.kind === 'stated-offset');
    if (stated?.kind === 'stated-offset') return { utcOffset: stated.utcOffset, peer: other.id };
    const stamped =
      other.format === 'windows-event-xml'
        ? undefined
        : other.streams.find((s) => s.statesOffset)?.statedOffsets.at(-1);
    if (stamped !== undefined) return { utcOffset: stamped.utcOffset, peer: other.id };
  }
  return null;
}

/** From its first to its last written time, in the years they are in. */
export function spanOfStream(stream: StreamStats, year: number | null): Interval {
  const first = year === null ? (stream.first ?? 0) : inYear(stream.first ?? 0, year);
  const last = year === null ? (stream.last ?? first) : inYear(stream.last ?? 0, year + stream.yearTurns.length);
  return { earliest: first, latest: last };
}

/** Turns the offsets over the stream's span into segments; changes are found to the minute. */
export function segmentsOf(
  stream: StreamStats,
  year: number | null,
  zone: Pick<Zone, 'offsetAt' | 'uncertainty'>,
): readonly ClockSegment[] {
  const { earliest: first, latest: last } = spanOfStream(stream, year);
  const segments: ClockSegment[] = [];
  let from: Micros | null = null;
  let offset = zone.offsetAt(first);
  for (let at = first; at < last + DAY; at += 6 * HOUR) {
    const next = zone.offsetAt(at);
    if (next === offset) continue;
    const change = bisect(zone.offsetAt, at - 6 * HOUR, at);
    segments.push({ from, to: change, offset: -offset, uncertainty: zone.uncertainty });
    from = change;
    offset = next;
  }
  segments.push({ from, to: null, offset: -offset, uncertainty: zone.uncertainty });
  return segments;
}

function bisect(offsetAt: OffsetAt, low: Micros, high: Micros): Micros {
  const before = offsetAt(low);
  let a = low;
  let b = high;
  while (b - a > MINUTE) {
    const middle = Math.floor((a + b) / 2);
    if (offsetAt(middle) === before) a = middle;
    else b = middle;
  }
  return b;
}
