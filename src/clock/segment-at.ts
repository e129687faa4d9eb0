import type { ClockSegment } from '../model/clock.js';
import type { Micros } from '../model/time.js';

/** The segment that a written time lies in; the last one where none reaches it. */
export function segmentAt(segments: readonly ClockSegment[], written: Micros): ClockSegment | null {
  for (const segment of segments) {
    if ((segment.from === null || written >= segment.from) && (segment.to === null || written < segment.to))
      return segment;
  }
  return segments.at(-1) ?? null;
}
