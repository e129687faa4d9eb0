import type { ScanPlace } from './line-scanner.js';

/** Offset in the source of the first line that may be sampled after one at `offset`. */
export function nextSample(offset: number, every: number): number {
  return every === 0 ? Number.POSITIVE_INFINITY : (Math.floor(offset / every) + 1) * every;
}

/** Offset in the chunk from which a line is sampled; never negative. */
export function firstSample(place: ScanPlace): number {
  return place.sampleEvery === 0 ? Number.POSITIVE_INFINITY : Math.max(0, place.sampleFrom - place.offset);
}
