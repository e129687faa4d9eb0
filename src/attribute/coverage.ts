import { type Clocks, streamKey } from '../model/clock.js';
import type { StreamStats } from '../model/coverage.js';
import type { LogsourceRule } from '../model/rule.js';
import type { ReadSource } from '../model/source.js';
import { passesOfStream, placedSpan, placeWritten } from '../model/stream-time.js';
import { type Interval, MINUTE, type Micros, SECOND, type WrittenTime } from '../model/time.js';
import { shortName } from '../model/windows-name.js';

/** When one stream was provably recording, in true time. */
export interface Alive {
  readonly source: string;
  readonly key: string;
  readonly format: string;
  readonly host: string | null;
  readonly channel: string | null;
  readonly stretches: readonly Interval[];
  /** `proven`: record ids without holes or a steady rhythm; `assumed`: it has a first and a last record, no more. */
  readonly proof: 'proven' | 'assumed';
  readonly samplingSeconds: number | null;
  readonly kernel: string | null;
  readonly clockId: string | null;
}

/** A text log silent for longer than this is not provably alive in between (cron alone writes hourly on a quiet guest). */
export const QUIET_LIMIT = 65 * MINUTE;

export function aliveStreams(sources: readonly ReadSource[], clocks: Clocks): readonly Alive[] {
  const raw = sources.flatMap((source) =>
    source.streams.map((stream) => ({ source, stream, key: streamKey(source.id, stream.host, stream.channel) })),
  );
  const eventLogs = windowsSpans(raw, clocks);
  return raw.flatMap(({ source, stream, key }) => {
    const isSetBack = (clocks.streams.get(key)?.passes.length ?? 0) > 0;
    const stretches =
      stream.contiguous === null || isSetBack
        ? textStretches(stream, key, clocks, source.layer === 'backup')
        : eventStretches(stream, key, clocks, eventLogs);
    if (stretches.length === 0) return [];
    return [
      {
        source: source.id,
        key,
        format: source.format,
        host: stream.host,
        channel: stream.channel,
        stretches,
        proof: stream.contiguous !== null || stream.records >= 20 || source.layer === 'backup' ? 'proven' : 'assumed',
        samplingSeconds: stream.sampling === null ? null : stream.sampling / SECOND,
        kernel: stream.kernel,
        clockId: clocks.streams.get(key)?.clockId ?? null,
      } satisfies Alive,
    ];
  });
}

function toUtc(stream: StreamStats, key: string, clocks: Clocks, written: Micros): Micros | null {
  return placeWritten(stream, key, clocks, written)?.utc ?? null;
}

/** A job log (`isJobLog`) is written when jobs run; between two runs it is quiet because nothing ran. */
function textStretches(stream: StreamStats, key: string, clocks: Clocks, isJobLog: boolean): readonly Interval[] {
  if (stream.first === null || stream.last === null) return [];
  const limit = stream.sampling !== null ? 3 * stream.sampling : isJobLog ? Infinity : QUIET_LIMIT;
  const holes = stream.silences.filter((s) => s.latest - s.earliest > limit).sort((a, b) => a.earliest - b.earliest);
  const clock = clocks.streams.get(key);
  if (clock === undefined) return [];
  return passesOfStream(stream, clock).flatMap(({ span, byteOffset }) => {
    const place = (written: Micros): Micros | null =>
      clock.passes.length === 0
        ? toUtc(stream, key, clocks, written)
        : (clocks.place(key, wallTime(stream, written), byteOffset, null)?.utc ?? null);
    // In which pass a log was silent is not counted: it counts in each that it may have been in.
    const inside = holes.filter(({ earliest, latest }) => earliest >= span.earliest && latest <= span.latest);
    return stretchesBetween(span, inside, place);
  });
}

function wallTime({ yearless }: StreamStats, micros: Micros): WrittenTime {
  return { micros, clock: 'wall', utcOffset: null, yearless, resolution: 0 };
}

function stretchesBetween(
  span: Interval,
  holes: readonly Interval[],
  place: (written: Micros) => Micros | null,
): readonly Interval[] {
  const begins = [span.earliest, ...holes.map(({ latest }) => latest)];
  const ends = [...holes.map(({ earliest }) => earliest), span.latest];
  return begins.flatMap((begin, i) => {
    const earliest = place(begin);
    const latest = place(ends[i] as Micros);
    return earliest === null || latest === null ? [] : [{ earliest, latest }];
  });
}

interface Raw {
  readonly stream: StreamStats;
  readonly key: string;
}

/** Per computer, from the first to the last record of any of its channels. */
function windowsSpans(raw: readonly Raw[], clocks: Clocks): ReadonlyMap<string, Interval> {
  const spans = new Map<string, Interval>();
  for (const { stream, key } of raw) {
    if (stream.contiguous === null || stream.host === null) continue;
    const span = placedSpan(stream, key, clocks);
    if (span === null) continue;
    const { earliest, latest } = span;
    const known = spans.get(stream.host.toLowerCase());
    spans.set(stream.host.toLowerCase(), {
      earliest: Math.min(earliest, known?.earliest ?? Infinity),
      latest: Math.max(latest, known?.latest ?? -Infinity),
    });
  }
  return spans;
}

/**
 * A channel without a missing record id held everything from its first to its last record. After the last one it was
 * silent as long as the computer's other channels, written by the same service and collected in the same evidence, go on;
 * before the first one likewise if that one is number 1.
 */
function eventStretches(
  stream: StreamStats,
  key: string,
  clocks: Clocks,
  computers: ReadonlyMap<string, Interval>,
): readonly Interval[] {
  const stretches = (stream.contiguous ?? []).flatMap((s) => {
    const earliest = toUtc(stream, key, clocks, s.earliest);
    const latest = toUtc(stream, key, clocks, s.latest);
    return earliest === null || latest === null ? [] : [{ earliest, latest }];
  });
  const computer = stream.host === null ? undefined : computers.get(stream.host.toLowerCase());
  const last = stretches.at(-1);
  const first = stretches[0];
  if (computer === undefined || last === undefined || first === undefined) return stretches;
  last.latest = Math.max(last.latest, computer.latest);
  if (stream.firstRecordId === 1) first.earliest = Math.min(first.earliest, computer.earliest);
  return stretches;
}

export interface LivenessQuery {
  readonly logsource: LogsourceRule;
  /** Object types of a metric rule; null: whatever channels the logsource names. */
  readonly channels: readonly string[] | null;
  /** Machines, lower case short names; null: whoever. */
  readonly scope: readonly string[] | null;
  readonly window: Interval;
  /** Error between the window's clock and another one; none for streams stamped by `clockId` itself. */
  readonly slack: Micros;
  readonly clockId: string;
  /** Last record of the incident's own machine: a root that went read-only writes no more, and a cause comes before. */
  readonly lastWord: Micros;
  /** Sampling interval beyond which a metric could not have shown it, seconds. */
  readonly detectableSeconds: number | null;
}

export interface Liveness {
  readonly alive: boolean;
  readonly reason: string;
  readonly streams: readonly Alive[];
}

/** Whether a logsource was recording on all machines of the scope over the whole window. */
export function liveness(streams: readonly Alive[], query: LivenessQuery): Liveness {
  const candidates = streams.filter((s) => isOf(s, query));
  if (candidates.length === 0) return { alive: false, reason: 'not in the evidence', streams: [] };
  if (query.scope === null || query.scope.length === 0) return coverOne(candidates, query, null);
  for (const name of query.scope) {
    const own = candidates.filter((s) => s.host !== null && shortName(s.host) === name);
    const result = coverOne(own, query, name);
    if (!result.alive) return result;
  }
  const scope = new Set(query.scope);
  return {
    alive: true,
    reason: '',
    streams: candidates.filter((s) => s.host !== null && scope.has(shortName(s.host))),
  };
}

function isOf(stream: Alive, { logsource, channels }: LivenessQuery): boolean {
  if (!logsource.formats.includes(stream.format)) return false;
  const wanted = channels ?? logsource.channels;
  if (wanted === null) return true;
  const channel = stream.channel?.toLowerCase() ?? '';
  return wanted.some((name) => name.toLowerCase() === channel);
}

function coverOne(own: readonly Alive[], query: LivenessQuery, name: string | null): Liveness {
  const of = name === null ? '' : ` of ${name}`;
  if (own.length === 0) return { alive: false, reason: `none${of} in the evidence`, streams: [] };
  const covering = own.filter((s) => s.proof === 'proven' && s.stretches.some((a) => covers(a, query, s.clockId)));
  if (covering.length === 0)
    return { alive: false, reason: `the one${of} does not cover the whole window`, streams: own };
  const limit = query.detectableSeconds;
  if (limit !== null && covering.every((s) => s.samplingSeconds === null || s.samplingSeconds > limit)) {
    return { alive: false, reason: `the one${of} samples too rarely to show it`, streams: own };
  }
  return { alive: true, reason: '', streams: covering };
}

function covers(
  stretch: Interval,
  { window, slack, clockId, lastWord }: LivenessQuery,
  ownClock: string | null,
): boolean {
  if (ownClock === clockId)
    return stretch.earliest <= window.earliest && stretch.latest >= Math.min(window.latest, lastWord);
  return stretch.earliest <= window.earliest - slack && stretch.latest >= window.latest + slack;
}
