import type { IdRun, StepBack, StreamStats } from '../model/coverage.js';
import type { LogRecord, MetricColumn, MetricPoint, RecordHead } from '../model/record.js';
import { DAY, type Interval, MINUTE, type Micros, SECOND, type WrittenTime } from '../model/time.js';

/** A stream is kept apart by what its records say of themselves. */
interface Stream {
  host: string | null;
  channel: string | null;
  clock: 'wall' | 'uptime' | 'none';
  yearless: boolean;
  statesOffset: boolean;
  statedOffsets: { from: number; utcOffset: number }[];
  records: number;
  first: number;
  last: number;
  opening: number;
  previous: number;
  silences: Interval[];
  /** From a record to the line that says how often it was repeated since. */
  repeats: Interval[];
  stepSum: number;
  steps: number;
  yearTurns: number[];
  leapTurns: number[];
  stepsBack: StepBack[];
  ids: number[];
  idTimes: number[];
  sampling: number[];
  objectTypes: Set<string>;
  kernel: string | null;
  ends: number;
}

const SILENCE_FROM = MINUTE;
const SILENCES_KEPT = 1000;
/** Writers that run side by side stamp out of order by fractions of a second; that is no step of a clock. */
const STEP_FROM = SECOND;
const STEPS_KEPT = 1000;

export interface RecordRun {
  readonly host: string | null;
  readonly first: Omit<WrittenTime, 'resolution'>;
  readonly last: Micros;
  readonly byteOffset: number;
  readonly records: number;
}

export interface StreamCollector {
  record(record: LogRecord): void;
  counted(head: RecordHead): void;
  column(column: MetricColumn): void;
  metric(point: MetricPoint): void;
  /** Records of one host that were not read: stamps that do not fall, each less than a minute after the one before. */
  run(run: RecordRun): void;
  /** Records for which this holds are counted in runs: of them only their end matters. */
  leaveOut(isCounted: (record: LogRecord) => boolean): void;
  kernel(host: string | null, release: string): void;
  streams(source: string): readonly StreamStats[];
}

/** Counts records per stream and remembers when it was silent: what coverage and liveness are judged by. */
export function collectStreams(): StreamCollector {
  const streams = new Map<string, Stream>();
  const streamOf = (host: string | null, channel: string | null): Stream => {
    const key = `${host ?? ''}\u0000${channel ?? ''}`;
    const known = streams.get(key);
    if (known !== undefined) return known;
    const fresh = newStream(host, channel);
    streams.set(key, fresh);
    return fresh;
  };
  const counted = (head: RecordHead): Stream => {
    const stream = streamOf(head.host, head.channel);
    stream.records++;
    if (head.time === null) return stream;
    observe(stream, head.time, head.at.byteOffset ?? 0);
    if (head.at.record !== null && head.channel !== null) {
      stream.ids.push(head.at.record);
      stream.idTimes.push(head.time.micros);
    }
    return stream;
  };
  const samples = (stream: Stream, time: WrittenTime, interval: number, byteOffset: number, count: number): void => {
    stream.records += count;
    if (!Number.isNaN(interval))
      for (let i = 0; i < count && stream.sampling.length < 1000; i++) stream.sampling.push(interval);
    observe(stream, time, byteOffset);
    // The others of the row are steps of no length.
    stream.steps += count - 1;
  };
  const metric = (point: MetricPoint): void => {
    const stream = streamOf(point.host, point.objectType);
    stream.objectTypes.add(point.objectType);
    samples(stream, point.time, point.interval ?? Number.NaN, point.at.byteOffset ?? 0, 1);
  };
  let isCounted: (record: LogRecord) => boolean = () => false;
  return {
    record(record) {
      const stream = isCounted(record) ? streamOf(record.host, record.channel) : counted(record);
      if (record.time === null || record.until === null) return;
      stream.ends = Math.max(stream.ends, record.until.micros);
      if (record.repeat > 1 && stream.repeats.length < SILENCES_KEPT)
        stream.repeats.push({ earliest: record.time.micros, latest: record.until.micros });
    },
    counted: (head) => void counted(head),
    metric,
    column(column) {
      const { host, objectType, times, intervals, offsets } = column;
      const rows = column.counted ?? { times, intervals, offsets, counts: null };
      if (rows.times.length === 0) return;
      const stream = streamOf(host, objectType);
      stream.objectTypes.add(objectType);
      const { clock, utcOffset, yearless, resolution } = column.stamp;
      for (let i = 0; i < rows.times.length; i++) {
        const count = rows.counts === null ? 1 : (rows.counts[i] as number);
        if (count === 0) continue;
        const time = { micros: rows.times[i] as number, clock, utcOffset, yearless, resolution };
        const byteOffset = rows.offsets[i] as number;
        samples(stream, time, rows.intervals[i] as number, Number.isNaN(byteOffset) ? 0 : byteOffset, count);
      }
    },
    run(run) {
      const stream = streamOf(run.host, null);
      stream.records += run.records;
      observe(stream, run.first, run.byteOffset);
      const length = run.last - run.first.micros;
      stream.stepSum += length;
      stream.steps += run.records - 1;
      stream.previous += length;
      stream.last = Math.max(stream.last, stream.previous);
    },
    leaveOut(counts) {
      isCounted = counts;
    },
    kernel(host, release) {
      streamOf(host, null).kernel = release;
    },
    streams: (source) => [...streams.values()].map((stream, index) => finish(stream, source, index)),
  };
}

function newStream(host: string | null, channel: string | null): Stream {
  return {
    host,
    channel,
    clock: 'none',
    yearless: false,
    statesOffset: true,
    statedOffsets: [],
    records: 0,
    first: Infinity,
    last: -Infinity,
    opening: NaN,
    previous: NaN,
    silences: [],
    repeats: [],
    stepSum: 0,
    steps: 0,
    yearTurns: [],
    leapTurns: [],
    stepsBack: [],
    ids: [],
    idTimes: [],
    sampling: [],
    objectTypes: new Set(),
    kernel: null,
    ends: -Infinity,
  };
}

function observe(stream: Stream, time: Omit<WrittenTime, 'resolution'>, byteOffset: number): void {
  const shift = stream.yearTurns.length * 366 * DAY;
  stream.clock = time.clock;
  stream.yearless ||= time.yearless;
  stream.statesOffset &&= time.utcOffset !== null;
  if (
    time.utcOffset !== null &&
    stream.statedOffsets.at(-1)?.utcOffset !== time.utcOffset &&
    stream.statedOffsets.length < 1000
  ) {
    stream.statedOffsets.push({ from: time.micros, utcOffset: time.utcOffset });
  }
  let micros = time.yearless ? time.micros + shift : time.micros;
  // 31 December 23:59 to 1 January 00:00 without a year looks like a step back of a whole year.
  if (time.yearless && stream.previous - micros > 183 * DAY) {
    stream.yearTurns.push(byteOffset);
    micros += 366 * DAY;
  }
  if (time.yearless && time.micros >= LEAP_DAY && time.micros < LEAP_DAY + DAY) noteLeapDay(stream);
  if (micros < stream.first) stream.first = micros;
  if (micros > stream.last) stream.last = micros;
  if (stream.previous - micros >= STEP_FROM) noteStepBack(stream, { byteOffset, from: stream.previous, to: micros });
  if (Number.isNaN(stream.previous)) stream.opening = micros;
  else noteStep(stream, stream.previous, micros);
  stream.previous = micros;
}

/** 29 February of 1972, the year that stamps without one are counted in. */
const LEAP_DAY: Micros = Date.UTC(1972, 1, 29) * 1000;

function noteLeapDay({ yearTurns, leapTurns }: Stream): void {
  if (leapTurns.at(-1) !== yearTurns.length) leapTurns.push(yearTurns.length);
}

/** A step back is none that a log was silent for. */
function noteStep(stream: Stream, earlier: Micros, later: Micros): void {
  const step = Math.max(0, later - earlier);
  if (step < SILENCE_FROM) {
    stream.stepSum += step;
    stream.steps++;
    return;
  }
  stream.silences.push({ earliest: earlier, latest: later });
  if (stream.silences.length > 2 * SILENCES_KEPT) stream.silences = longest(stream.silences);
}

/** "last message repeated 29 times": the log was not silent until this line, it only says less. */
function unrepeated({ silences, repeats }: Stream): Interval[] {
  if (repeats.length === 0) return silences;
  return silences.flatMap((silence) => {
    const until = repeats
      .filter(({ earliest, latest }) => earliest <= silence.earliest && latest > silence.earliest)
      .reduce((end, { latest }) => Math.max(end, Math.min(latest, silence.latest)), silence.earliest);
    return silence.latest - until < SILENCE_FROM ? [] : [{ earliest: until, latest: silence.latest }];
  });
}

function noteStepBack(stream: Stream, step: StepBack): void {
  stream.stepsBack.push(step);
  if (stream.stepsBack.length > 2 * STEPS_KEPT) stream.stepsBack = furthest(stream.stepsBack);
}

function furthest(steps: readonly StepBack[]): StepBack[] {
  return [...steps].sort((a, b) => b.from - b.to - (a.from - a.to) || a.byteOffset - b.byteOffset).slice(0, STEPS_KEPT);
}

function longest(silences: readonly Interval[]): Interval[] {
  return [...silences]
    .sort((a, b) => b.latest - b.earliest - (a.latest - a.earliest) || a.earliest - b.earliest)
    .slice(0, SILENCES_KEPT);
}

function finish(stream: Stream, source: string, index: number): StreamStats {
  const dated = stream.first !== Infinity;
  const steps = stream.steps + stream.silences.length;
  const span = dated ? stream.last - stream.first : 0;
  return {
    id: `${source}.${index}`,
    source,
    host: stream.host,
    channel: stream.channel,
    clock: stream.clock,
    yearless: stream.yearless,
    statesOffset: dated && stream.statesOffset,
    statedOffsets: stream.statedOffsets,
    records: stream.records,
    first: dated ? stream.first : null,
    last: dated ? Math.max(stream.last, stream.ends) : null,
    opening: dated ? stream.opening : null,
    closing: dated ? stream.previous : null,
    silences: longest(unrepeated(stream)),
    rhythm: steps > 0 ? Math.round(span / steps) : null,
    yearTurns: stream.yearTurns,
    leapTurns: stream.leapTurns,
    stepsBack: furthest(stream.stepsBack),
    firstRecordId: stream.ids.length > 0 ? stream.ids.reduce((a, b) => Math.min(a, b)) : null,
    contiguous: stream.ids.length > 0 ? contiguousStretches(stream.ids, stream.idTimes) : null,
    sampling: median(stream.sampling),
    objectTypes: [...stream.objectTypes].sort(),
    kernel: stream.kernel,
  };
}

/** Time from the first to the last record of each run of record ids without a hole. */
function contiguousStretches(ids: readonly number[], times: readonly number[]): IdRun[] {
  const order = ids.map((_, i) => i).sort((a, b) => (ids[a] as number) - (ids[b] as number));
  const stretches: IdRun[] = [];
  let open: { -readonly [K in keyof IdRun]: number } | null = null;
  for (const i of order) {
    const id = ids[i] as number;
    const time = times[i] as number;
    if (open !== null && id - open.lastId <= 1) {
      open.earliest = Math.min(open.earliest, time);
      open.latest = Math.max(open.latest, time);
      open.lastId = id;
    } else {
      open = { earliest: time, latest: time, firstId: id, lastId: id };
      stretches.push(open);
    }
  }
  return stretches;
}

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? null;
}
