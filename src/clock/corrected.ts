import type { ClockSegment, StreamClock } from '../model/clock.js';
import { DAY, type Interval, type Micros } from '../model/time.js';
import { type Curve, offsetAt, UNMEASURED_RATE } from './curve.js';
import { aheadIn, type LogPass, placedAheadIn } from './passes.js';

/** Parts a stream is cut into where its clock drifts: within one the offset is constant. */
const PARTS = 64;

/** The segments with the curve added, cut so finely that the offset is constant within a part. */
export function correctedSegments(
  clock: StreamClock,
  span: Interval,
  curve: Curve,
  passes: readonly LogPass[] = [],
): readonly ClockSegment[] {
  const cuts = new Set<Micros>();
  const run = { earliest: span.earliest, latest: span.latest + aheadIn(passes, passes.length) };
  const { earliest, latest } = passes.length === 0 ? run : aroundAnchors(curve, run);
  for (let i = 1; i < PARTS; i++) cuts.add(Math.round(earliest + ((latest - earliest) * i) / PARTS));
  for (const { from } of passes) cuts.add(from);
  for (const { from } of clock.segments)
    if (from !== null) for (let pass = 0; pass <= passes.length; pass++) cuts.add(from + aheadIn(passes, pass));
  const bounds = [null, ...[...cuts].sort((x, y) => x - y), null];
  const parts: ClockSegment[] = [];
  let narrowest = Infinity;
  for (let i = 0; i + 1 < bounds.length; i++) {
    const from = bounds[i] ?? null;
    const to = bounds[i + 1] ?? null;
    const start = from ?? run.earliest;
    const end = to === null ? Math.max(start, run.latest) : to - 1;
    const next = partOf(clock, curve, from, to, start, end, passes);
    const last = parts.at(-1);
    narrowest = Math.min(narrowest, next.uncertainty);
    const joined = last === undefined ? null : joinParts(last, next, narrowest);
    if (joined === null) narrowest = next.uncertainty;
    if (joined === null) parts.push(next);
    else parts[parts.length - 1] = joined;
  }
  return parts;
}

/** A log that falls back is longer than its first and last stamp tell: it is cut as finely where its anchors are. */
function aroundAnchors({ pieces }: Curve, { earliest, latest }: Interval): Interval {
  const [first, last] = [pieces[0]?.from ?? earliest, pieces.at(-1)?.to ?? latest];
  const beside = Math.max(DAY, last - first);
  return { earliest: Math.max(earliest, first - beside), latest: Math.min(latest, last + beside) };
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
  passes: readonly LogPass[],
): ClockSegment {
  const pass = passes.findLastIndex((one) => one.from <= start) + 1;
  const ahead = aheadIn(passes, pass);
  const least = Math.min(...segments.map(({ uncertainty }) => uncertainty));
  const old = segments.findLast((one) => one.from === null || one.from <= start - ahead) as ClockSegment;
  const zoned = old.offset - ahead;
  const toRun = zoned + placedAheadIn(passes, pass);
  const first = offsetAt(curve, start + toRun);
  const last = offsetAt(curve, end + toRun);
  // The clock was off elsewhere: here nobody knows, and it may be as far off.
  if (first === null || last === null)
    return { from, to, offset: zoned, uncertainty: old.uncertainty + furthest(curve, start, end) };
  const apart = Math.abs(last.offset - first.offset) / 2;
  return {
    ...{ from, to },
    offset: toRun + Math.round((first.offset + last.offset) / 2),
    // Between zones that it may be written in it is as unsure as before.
    uncertainty: Math.round(Math.max(first.uncertainty, last.uncertainty) + apart + old.uncertainty - least),
  };
}
