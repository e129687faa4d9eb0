import type { ClockSegment, StreamClock } from '../model/clock.js';
import type { Interval, Micros } from '../model/time.js';
import { type Curve, offsetAt, UNMEASURED_RATE } from './curve.js';

/** Parts a stream is cut into where its clock drifts: within one the offset is constant. */
const PARTS = 64;

/** The segments with the curve added, cut so finely that the offset is constant within a part. */
export function correctedSegments(clock: StreamClock, span: Interval, curve: Curve): readonly ClockSegment[] {
  const cuts = new Set<Micros>();
  for (let i = 1; i < PARTS; i++) cuts.add(Math.round(span.earliest + ((span.latest - span.earliest) * i) / PARTS));
  for (const { from } of clock.segments) if (from !== null) cuts.add(from);
  const bounds = [null, ...[...cuts].sort((x, y) => x - y), null];
  const parts: ClockSegment[] = [];
  let narrowest = Infinity;
  for (let i = 0; i + 1 < bounds.length; i++) {
    const from = bounds[i] ?? null;
    const to = bounds[i + 1] ?? null;
    const start = Math.max(from ?? span.earliest, Number.NEGATIVE_INFINITY);
    const end = to === null ? Math.max(start, span.latest) : to - 1;
    const next = partOf(clock, curve, from, to, start, end);
    const last = parts.at(-1);
    narrowest = Math.min(narrowest, next.uncertainty);
    const joined = last === undefined ? null : joinParts(last, next, narrowest);
    if (joined === null) narrowest = next.uncertainty;
    if (joined === null) parts.push(next);
    else parts[parts.length - 1] = joined;
  }
  return parts;
}

/** An error bar may grow by so much for a shorter list of segments. */
const WIDENED = 1.25;

/** Two neighbours as one whose error bar covers both; null where that would be much wider than the narrowest of its parts. */
function joinParts(first: ClockSegment, second: ClockSegment, narrowest: Micros): ClockSegment | null {
  const low = Math.min(first.offset - first.uncertainty, second.offset - second.uncertainty);
  const high = Math.max(first.offset + first.uncertainty, second.offset + second.uncertainty);
  const uncertainty = Math.ceil((high - low) / 2);
  if (uncertainty > WIDENED * narrowest) return null;
  return { from: first.from, to: second.to, offset: Math.round((low + high) / 2), uncertainty };
}

function furthest({ pieces }: Curve, start: Micros, end: Micros): Micros {
  return pieces.reduce((most, { at, offset, uncertainty }) => {
    const away = Math.max(Math.abs(start - at), Math.abs(end - at));
    return Math.max(most, Math.abs(offset) + uncertainty + UNMEASURED_RATE * away);
  }, 0);
}

function partOf(
  { segments }: StreamClock,
  curve: Curve,
  from: Micros | null,
  to: Micros | null,
  start: Micros,
  end: Micros,
): ClockSegment {
  const least = Math.min(...segments.map(({ uncertainty }) => uncertainty));
  const old = segments.findLast((segment) => segment.from === null || segment.from <= start) as ClockSegment;
  const first = offsetAt(curve, start + old.offset);
  const last = offsetAt(curve, end + old.offset);
  // The clock was off elsewhere: here nobody knows, and it may be as far off.
  if (first === null || last === null)
    return { from, to, offset: old.offset, uncertainty: Math.max(old.uncertainty, furthest(curve, start, end)) };
  const apart = Math.abs(last.offset - first.offset) / 2;
  return {
    ...{ from, to },
    offset: old.offset + Math.round((first.offset + last.offset) / 2),
    // Between zones that it may be written in it is as unsure as before.
    uncertainty: Math.round(Math.max(first.uncertainty, last.uncertainty) + apart + old.uncertainty - least),
  };
}
