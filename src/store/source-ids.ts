import type { Detection } from '../model/detection.js';
import type { InputReading, SourceReading } from '../model/reading.js';

/**
 * Source ids follow the sorted paths of a run, so one more file renumbers those after it. A case therefore keeps readings
 * of the source with the empty id: `#0`, `|web01|`, `.0` instead of `s7#0`, `s7|web01|`, `s7.0`.
 */
export function withSourceId(reading: InputReading, from: string, to: string): InputReading {
  if (from === to || !('source' in reading)) return reading;
  const renamed = (id: string): string => {
    if (!id.startsWith(from)) throw new Error(`${id} is not of source ${from}`);
    return to + id.slice(from.length);
  };
  const { source, detections, observations } = reading;
  return {
    ...reading,
    source: {
      ...source,
      id: to,
      streams: source.streams.map((stream) => ({ ...stream, id: renamed(stream.id), source: to })),
    },
    detections: detections.map((detection) => ({
      ...detection,
      ...{ id: renamed(detection.id), source: to, stream: renamed(detection.stream) },
      origins: detection.origins.map((origin) => ({ ...origin, source: to })),
    })),
    observations: {
      ...observations,
      statements: observations.statements.map((statement) => ({ ...statement, source: to })),
    },
  };
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** The same from the empty id, in place: for what was just read from a case and belongs to nobody yet. */
export function numberReading(reading: SourceReading, id: string): void {
  const source: Writable<SourceReading['source']> = reading.source;
  source.id = id;
  for (const stream of source.streams as Writable<(typeof source.streams)[number]>[]) {
    stream.id = id + stream.id;
    stream.source = id;
  }
  for (const detection of reading.detections as Writable<Detection>[]) {
    detection.id = id + detection.id;
    detection.source = id;
    detection.stream = id + detection.stream;
    for (const origin of detection.origins as Writable<Detection['origins'][number]>[]) origin.source = id;
  }
  for (const statement of reading.observations.statements as Writable<
    SourceReading['observations']['statements'][number]
  >[])
    statement.source = id;
}
