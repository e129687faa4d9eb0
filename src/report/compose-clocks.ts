import type { Analysis } from '../model/analysis.js';
import { type StreamClock, streamKey, type ZoneCourse } from '../model/clock.js';
import type { ClocksReport, ReportStreamClock, ReportZone } from '../model/clocks-report.js';
import type { StreamStats } from '../model/coverage.js';
import type { ReadSource } from '../model/source.js';
import { ownTime } from '../model/stream-time.js';
import { type Micros, SECOND } from '../model/time.js';
import { composeGaps } from './compose-gaps.js';
import { openQuestions } from './open-questions.js';
import { formatOffset, formatTime, seconds } from './time.js';

/** More names than this say no more than the offset does. */
export const NAMES_SHOWN = 12;

/** What is known of every clock of the case, and what it is known from. */
export function composeClocks(analysis: Analysis, version: string): ClocksReport {
  const paths = new Map(analysis.sources.map(({ id, path }) => [id, path]));
  return {
    schemaVersion: '1.0',
    tool: { name: 'faultline', version },
    clocks: analysis.sources.flatMap((source) =>
      source.streams.map((stream) => composeStream(source, stream, analysis, paths)),
    ),
  };
}

function composeStream(
  source: ReadSource,
  stream: StreamStats,
  analysis: Analysis,
  paths: ReadonlyMap<string, string>,
): ReportStreamClock {
  const clock = analysis.clocks.streams.get(streamKey(source.id, stream.host, stream.channel));
  const segments = clock?.segments ?? [];
  const stretches = analysis.coverage.find(({ key }) => key === clock?.key)?.stretches ?? [];
  const first = stretches[0]?.earliest ?? null;
  const last = stretches.at(-1)?.latest ?? null;
  // Summer time begins by the clock that stamps, however far it is off.
  const byItself = (written: Micros | null): Micros | null =>
    clock === undefined || written === null ? null : ownTime(stream, clock.key, analysis.clocks, written);
  const zones = zonesOf(clock?.courses ?? [], byItself(stream.first), byItself(stream.last));
  return {
    ...{ source: source.id, path: source.path, host: stream.host, channel: stream.channel, records: stream.records },
    stamps: stream.clock,
    basis: clock?.basis ?? 'none',
    from: first === null ? null : formatTime(first),
    to: last === null ? null : formatTime(last),
    year: clock?.year ?? null,
    statedZone: clock?.zone ?? null,
    zone: zones.length === 1 ? (zones[0] ?? null) : null,
    possibleZones: zones.length > 1 ? zones : [],
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
    measured: measuredOf(clock),
    issues: issuesOf(clock),
    open: openQuestions(clock, zones.length, stream, source),
    ...composeGaps(clock === undefined ? undefined : analysis.gaps.find(({ key }) => key === clock.key), paths),
  };
}

function measuredOf(clock: StreamClock | undefined): ReportStreamClock['measured'] {
  if (clock?.measurement?.isSharp !== true) return null;
  const { anchors, reach } = clock.measurement;
  return { events: anchors.length, from: formatTime(reach.earliest, SECOND), to: formatTime(reach.latest, SECOND) };
}

function issuesOf(clock: StreamClock | undefined): ReportStreamClock['issues'] {
  return (clock?.issues ?? []).map(({ code, severity, note }) => ({ code, severity, note }));
}

/** What each zone that its stamps may be written in had over this stretch; those that had the same there are one. */
function zonesOf(courses: readonly ZoneCourse[], from: Micros | null, to: Micros | null): readonly ReportZone[] {
  const zones = new Map<string, { readonly offsets: readonly string[]; readonly names: string[] }>();
  for (const { names, offsets } of courses) {
    const held = offsets.filter(
      (one, i) => (to === null || one.from <= to) && (from === null || (offsets[i + 1]?.from ?? Infinity) > from),
    );
    const shown = held.map(({ offset }) => formatOffset(offset));
    const known = zones.get(shown.join(' '));
    if (known === undefined) zones.set(shown.join(' '), { offsets: shown, names: [...names] });
    else known.names.push(...names);
  }
  // One offset fits dozens of zones and tells none of them; a name that was given is shown.
  return [...zones.values()].map(({ offsets, names }) => ({
    offsets,
    names: names.length > NAMES_SHOWN ? [] : names.sort(),
  }));
}
