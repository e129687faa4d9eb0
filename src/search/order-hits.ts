import { type Clocks, type Placed, streamKey } from '../model/clock.js';
import type { Interval, Micros } from '../model/time.js';
import { type HitRow, hitAt, type Shape } from './hit-table.js';
import type { SearchedSource } from './search-source.js';

/** The hits of one source that were asked for, in time order; undated ones last, in the order of the file. */
export interface OrderedHits {
  readonly searched: SearchedSource;
  /** Places in the hit table. */
  readonly order: Uint32Array;
  /** Left out because no clock dates them and a span was asked for. */
  readonly undated: number;
}

export interface HitFilter {
  readonly span: Interval | null;
  /** Whether a hit of this shape is of the machine asked for; `clock` is the clock that stamped it. */
  readonly isOf: (shape: Shape, clock: string | null) => boolean;
}

export function orderHits(searched: SearchedSource, clocks: Clocks, filter: HitFilter): OrderedHits {
  const { hits, source } = searched;
  const order = new Uint32Array(hits.count);
  const times = new Float64Array(hits.count);
  const offsets = new Float64Array(hits.count);
  const place = placesIn(source.id, clocks);
  const isOf = perShape(filter, clocks, source.id);
  let kept = 0;
  let undated = 0;
  let isOrdered = true;
  for (let i = 0; i < hits.count; i++) {
    const hit = hitAt(hits, i);
    if (!isOf(hit.shape)) continue;
    const utc = place(hit)?.utc ?? null;
    if (!isWithin(utc, filter.span)) {
      if (utc === null) undated++;
      continue;
    }
    times[i] = utc ?? Number.POSITIVE_INFINITY;
    offsets[i] = hit.byteOffset ?? 0;
    const previous = order[kept - 1];
    isOrdered &&= kept === 0 || previous === undefined || compare(times, offsets, previous, i) <= 0;
    order[kept++] = i;
  }
  const chosen = order.subarray(0, kept);
  if (!isOrdered) chosen.sort((a, b) => compare(times, offsets, a, b));
  return { searched, order: chosen, undated };
}

function compare(times: Float64Array, offsets: Float64Array, a: number, b: number): number {
  const [timeA = 0, timeB = 0] = [times[a], times[b]];
  // Infinity minus Infinity is no number.
  if (timeA !== timeB) return timeA < timeB ? -1 : 1;
  return (offsets[a] ?? 0) - (offsets[b] ?? 0) || a - b;
}

/** True time of a hit; keys of streams are kept, because a log of one stream may have millions of hits. */
export type PlaceHit = (hit: HitRow) => Placed | null;

export function placesIn(source: string, clocks: Clocks): PlaceHit {
  let shape: Shape | null = null;
  let key = '';
  return (hit) => {
    const { stamp, host, channel, boot } = hit.shape;
    if (stamp === null || hit.micros === null) return null;
    if (hit.shape !== shape) {
      shape = hit.shape;
      key = streamKey(source, host, channel);
    }
    const { clock, utcOffset, yearless, resolution } = stamp;
    return clocks.place(key, { micros: hit.micros, clock, utcOffset, yearless, resolution }, hit.byteOffset, boot);
  };
}

/** A span holds what lies in it for certain or at its borders; what no clock reaches is in no span. */
function isWithin(utc: Micros | null, span: Interval | null): boolean {
  return span === null || (utc !== null && utc >= span.earliest && utc <= span.latest);
}

function perShape({ isOf }: HitFilter, clocks: Clocks, source: string): (shape: Shape) => boolean {
  const known = new Map<Shape, boolean>();
  return (shape) => {
    const answer =
      known.get(shape) ??
      isOf(shape, clocks.streams.get(streamKey(source, shape.host, shape.channel))?.clockId ?? null);
    known.set(shape, answer);
    return answer;
  };
}
