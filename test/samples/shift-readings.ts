import type { StreamStats } from '../../src/model/coverage.js';
import type { Detection, Origin } from '../../src/model/detection.js';
import type { InputReading } from '../../src/model/reading.js';
import type { LogRecord } from '../../src/model/record.js';
import type { ClockEvidence, ReadSource } from '../../src/model/source.js';
import type { Interval, Micros, WrittenTime } from '../../src/model/time.js';

/** How the clock of a machine was wrong when it wrote this evidence. */
export interface WrongClock {
  /** Added to every stamp, and to every time that the machine speaks of. */
  readonly error: Micros;
  /** Added to stamps that do not state their zone. */
  readonly zone: Micros;
}

/** The reading as it would have come out had the machine's clock been wrong: any format alike, binary ones too. */
export function shiftReading(reading: InputReading, { error, zone }: WrongClock): InputReading {
  if (!('source' in reading)) return reading;
  const { source } = reading;
  const stated = source.clock.some(({ kind }) => kind === 'stated-offset');
  const stamps = (written: Micros, utcOffset: Micros | null): Micros =>
    written + error + (stated || utcOffset !== null ? 0 : zone);
  const time = <T extends WrittenTime | null>(one: T): T =>
    one === null || one.clock !== 'wall' ? one : { ...one, micros: stamps(one.micros, one.utcOffset) };
  const record = <T extends LogRecord | null>(one: T): T =>
    one === null ? one : { ...one, time: time(one.time), until: time(one.until) };
  const origin = (one: Origin, of: LogRecord | null): Origin =>
    one.written === null || of?.time?.clock === 'uptime'
      ? one
      : { ...one, written: stamps(one.written, of?.time?.utcOffset ?? null) };
  const detection = (one: Detection): Detection => ({
    ...one,
    first: record(one.first),
    last: record(one.last),
    epoch: one.epoch === null ? null : one.epoch + error,
    origins: one.origins.map((each) => origin(each, one.first)),
  });
  return {
    ...reading,
    source: {
      ...source,
      streams: source.streams.map((stream) => shiftStream(stream, stamps)),
      clock: source.clock.map((evidence) => shiftEvidence(evidence, error, (written) => stamps(written, null))),
    } satisfies ReadSource,
    detections: reading.detections.map(detection),
  };
}

function shiftStream(stream: StreamStats, stamps: (written: Micros, utcOffset: Micros | null) => Micros): StreamStats {
  if (stream.clock !== 'wall') return stream;
  const at = (written: Micros): Micros => stamps(written, stream.statesOffset ? 0 : null);
  const span = ({ earliest, latest }: Interval): Interval => ({ earliest: at(earliest), latest: at(latest) });
  return {
    ...stream,
    first: stream.first === null ? null : at(stream.first),
    last: stream.last === null ? null : at(stream.last),
    silences: stream.silences.map(span),
    statedOffsets: stream.statedOffsets.map(({ from, utcOffset }) => ({ from: at(from), utcOffset })),
    stepsBack: stream.stepsBack.map((step) => ({ ...step, from: at(step.from), to: at(step.to) })),
    contiguous: stream.contiguous === null ? null : stream.contiguous.map((run) => ({ ...run, ...span(run) })),
  };
}

function shiftEvidence(evidence: ClockEvidence, error: Micros, at: (written: Micros) => Micros): ClockEvidence {
  if (evidence.kind === 'stated-offset') return evidence;
  if (evidence.kind === 'epoch') return { ...evidence, written: at(evidence.written), utc: evidence.utc + error };
  return {
    ...evidence,
    utc: evidence.utc === null ? null : evidence.utc + error,
    written: evidence.written === null ? null : at(evidence.written),
  };
}
