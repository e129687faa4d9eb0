import type { Timed } from '../model/detection.js';
import type { Interval, Micros } from '../model/time.js';
import { spanOf } from './order.js';

/** Detections by the span they speak of, so that a window is asked for without looking at all of them. */
export interface SpanIndex {
  /**
   * All that meet the window under some shift within their own uncertainty and `slack`, and perhaps others; in the order in
   * which they begin. Those without a place on the timeline are never among them.
   */
  near(window: Interval, slack: Micros): readonly Timed[];
}

export function indexSpans(detections: readonly Timed[]): SpanIndex {
  const placed = detections.flatMap((detection) => {
    const span = spanOf(detection);
    return span === null ? [] : [{ detection, span }];
  });
  placed.sort((a, b) => a.span.earliest - b.span.earliest);
  const widest = placed.reduce((most, { detection }) => Math.max(most, detection.uncertainty), 0);
  const begins = Float64Array.from(placed, ({ span }) => span.earliest);
  // A long span that begins early may reach over all later ones.
  const reach = new Float64Array(placed.length);
  let latest = Number.NEGATIVE_INFINITY;
  for (const [at, { span }] of placed.entries()) {
    latest = Math.max(latest, span.latest);
    reach[at] = latest;
  }
  return {
    near(window, slack) {
      const margin = slack + widest;
      const from = firstAtLeast(reach, window.earliest - margin);
      const to = firstAbove(begins, window.latest + margin);
      return placed.slice(from, to).map(({ detection }) => detection);
    },
  };
}

/** Index of the first value at or above `limit` of values that never fall. */
function firstAtLeast(values: Float64Array, limit: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] as number) >= limit) high = middle;
    else low = middle + 1;
  }
  return low;
}

function firstAbove(values: Float64Array, limit: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] as number) > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}
