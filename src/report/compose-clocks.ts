import type { Analysis } from '../model/analysis.js';
import { type ClockSegment, type StreamClock, streamKey } from '../model/clock.js';
import type { ClocksReport, ReportStreamClock } from '../model/clocks-report.js';
import type { StreamStats } from '../model/coverage.js';
import type { ReadSource } from '../model/source.js';
import { HOUR, MINUTE, type Micros } from '../model/time.js';
import { composeGaps } from './compose-gaps.js';
import { formatTime, seconds } from './time.js';

/** Zones are multiples of a quarter of an hour; an error of the clock beyond half of that cannot be told from a zone. */
const QUARTER = 15 * MINUTE;
const TOLD_APART = 7 * MINUTE;
/** UTC-12 to UTC+14. */
const WIDEST = 14 * HOUR;
/** More names than this say no more than the offset does. */
const NAMES_SHOWN = 12;

/** Names of the zones that had these offsets (local less UTC) at these true times. */
export type ZonesOf = (seen: readonly { readonly utc: Micros; readonly offset: Micros }[]) => readonly string[];

/** What is known of every clock of the case, and what it is known from. */
export function composeClocks(analysis: Analysis, version: string, zonesOf: ZonesOf): ClocksReport {
  const paths = new Map(analysis.sources.map(({ id, path }) => [id, path]));
  return {
    schemaVersion: '1.0',
    tool: { name: 'faultline', version },
    clocks: analysis.sources.flatMap((source) =>
      source.streams.map((stream) => composeStream(source, stream, analysis, paths, zonesOf)),
    ),
  };
}

function composeStream(
  source: ReadSource,
  stream: StreamStats,
  analysis: Analysis,
  paths: ReadonlyMap<string, string>,
  zonesOf: ZonesOf,
): ReportStreamClock {
  const clock = analysis.clocks.streams.get(streamKey(source.id, stream.host, stream.channel));
  const segments = clock?.segments ?? [];
  const stretches = analysis.coverage.find(({ key }) => key === clock?.key)?.stretches ?? [];
  const first = stretches[0]?.earliest ?? null;
  const last = stretches.at(-1)?.latest ?? null;
  return {
    ...{ source: source.id, path: source.path, host: stream.host, channel: stream.channel, records: stream.records },
    stamps: stream.clock,
    basis: clock?.basis ?? 'none',
    from: first === null ? null : formatTime(first),
    to: last === null ? null : formatTime(last),
    year: clock?.year ?? null,
    statedZone: clock?.zone ?? null,
    zone: clock === undefined || clock.basis === 'none' ? null : zoneOf(stream, segments, zonesOf),
    segments: segments.map((segment) => ({
      from: segment.from === null ? null : formatTime(segment.from + segment.offset),
      to: segment.to === null ? null : formatTime(segment.to + segment.offset),
      offsetSeconds: seconds(segment.offset),
      uncertaintySeconds: seconds(segment.uncertainty),
    })),
    proofs: (clock?.proofs ?? []).map(({ kind, peer, residualSeconds }) => ({
      kind,
      peer: peer === null ? null : (paths.get(peer) ?? peer),
      residualSeconds,
    })),
    issues: issuesOf(clock),
    ...composeGaps(clock === undefined ? undefined : analysis.gaps.find(({ key }) => key === clock.key), paths),
  };
}

function issuesOf(clock: StreamClock | undefined): ReportStreamClock['issues'] {
  return (clock?.issues ?? []).map(({ code, severity, note }) => ({ code, severity, note }));
}

/** Local time less UTC to the quarter of an hour, and the names that have it at every segment; null for time since boot. */
function zoneOf(
  { clock }: StreamStats,
  segments: readonly ClockSegment[],
  zonesOf: ZonesOf,
): ReportStreamClock['zone'] {
  if (clock !== 'wall' || segments.length === 0) return null;
  const seen = segments.map((segment) => {
    const at = segment.from ?? segment.to ?? 0;
    return { utc: at + segment.offset, offset: Math.round(-segment.offset / QUARTER) * QUARTER };
  });
  const astray = segments.some((segment, i) => Math.abs(-segment.offset - (seen[i]?.offset ?? 0)) > TOLD_APART);
  if (astray || seen.some(({ offset }) => Math.abs(offset) > WIDEST)) return null;
  const offsets = [...new Set(seen.map(({ offset }) => offset))];
  // With one offset some dozens of zones fit; a change between two tells them apart.
  const names = offsets.length > 1 ? zonesOf(seen.filter(({ utc }) => utc > 0)) : [];
  return {
    offsets: offsets.map(formatOffset),
    names: names.length > NAMES_SHOWN ? [] : names,
  };
}

function formatOffset(offset: Micros): string {
  const minutes = Math.abs(offset) / MINUTE;
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
