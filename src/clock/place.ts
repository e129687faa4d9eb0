import type { Clocks } from '../model/clock.js';
import type { Detection, Timed } from '../model/detection.js';
import { type Micros, SECOND } from '../model/time.js';

/** Puts detections on the common timeline, in time order; undated ones come last. */
export function placeDetections(detections: readonly Detection[], clocks: Clocks): readonly Timed[] {
  return detections.map((detection) => placeDetection(detection, clocks)).sort(byTime);
}

export function placeDetection(detection: Detection, clocks: Clocks): Timed {
  const { first, last } = detection;
  const start =
    first?.time == null ? null : clocks.place(detection.stream, first.time, first.at.byteOffset, first.boot);
  const endTime = last?.until ?? last?.time ?? null;
  const end =
    endTime === null ? null : clocks.place(detection.stream, endTime, last?.at.byteOffset ?? null, last?.boot ?? null);
  if (start === null) {
    return {
      ...detection,
      start: null,
      end: null,
      onset: null,
      uncertainty: 0,
      clock: detection.stream,
      basis: 'none',
    };
  }
  const began = detection.began ?? { earliest: 0, latest: 0 };
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

export function byTime(a: Timed, b: Timed): number {
  const at = (t: Timed): number => t.start ?? Infinity;
  if (at(a) !== at(b)) return at(a) - at(b);
  return a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
