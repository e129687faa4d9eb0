import type { Clocks } from '../model/clock.js';
import type { Detection, Timed } from '../model/detection.js';
import { type Micros, SECOND, UNDATED_FROM, UNDATED_STRETCH } from '../model/time.js';

/** Puts detections on the common timeline; they stay in their order. */
export function placeDetections(detections: readonly Detection[], clocks: Clocks): readonly Timed[] {
  const stretches = new Map<string, Micros>();
  return detections.map((detection) => placeDetection(detection, clocks, stretches));
}

/** Uptime stamps of a boot that nothing ties to wall time: private, but in order. */
function privately({ first, stream }: Detection, stretches: Map<string, Micros>): Micros | null {
  if (first?.time?.clock !== 'uptime') return null;
  const key = `${stream}|${first.boot ?? ''}`;
  const base = stretches.get(key) ?? UNDATED_FROM + stretches.size * UNDATED_STRETCH;
  stretches.set(key, base);
  return base + Math.min(first.time.micros, UNDATED_STRETCH / 2);
}

function placeDetection(detection: Detection, clocks: Clocks, stretches: Map<string, Micros>): Timed {
  const { first, last } = detection;
  const start =
    first?.time == null ? null : clocks.place(detection.stream, first.time, first.at.byteOffset, first.boot);
  const endTime = last?.until ?? last?.time ?? null;
  const end =
    endTime === null ? null : clocks.place(detection.stream, endTime, last?.at.byteOffset ?? null, last?.boot ?? null);
  const began = detection.began ?? { earliest: 0, latest: 0 };
  if (start === null) {
    const at = privately(detection, stretches);
    const onset = at === null ? null : { earliest: at - began.earliest * SECOND, latest: at - began.latest * SECOND };
    return { ...detection, start: at, end: at, onset, uncertainty: 0, clock: detection.stream, basis: 'none' };
  }
  const at: Micros = detection.epoch ?? start.utc;
  return {
    ...detection,
    start: start.utc,
    end: Math.max(end?.utc ?? start.utc, start.utc),
    onset: { earliest: at - began.earliest * SECOND, latest: at - began.latest * SECOND },
    uncertainty: start.uncertainty,
    clock: start.clockId,
    basis: start.basis,
  };
}

/** A total order: the same for detections in any order. Undated ones come last. */
export function byTime(a: Timed, b: Timed): number {
  const first = a.start ?? Infinity;
  const second = b.start ?? Infinity;
  if (first !== second) return first < second ? -1 : 1;
  return a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
