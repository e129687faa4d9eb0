import { DAY, HOUR, MINUTE } from '../model/time.js';
import type { Sighting } from './sighting.js';

/** Half-width of what counts as the same moment, in spreads. */
const WIDTH = 3;
/**
 * How sloppily a job may keep to its time of day. Of a few nights none may lie within seconds of another, and it is a job all
 * the same: those within such a stretch are taken to lie anywhere in it.
 */
const SLOPPY = [MINUTE, 10 * MINUTE, HOUR];

/**
 * That two events have one key after all, or that a log wrote an old line down again: so rare that two such pairs prove any
 * offset, and one none that is unusual.
 */
const ONCE = Math.exp(-14);

/**
 * For each sighting of one key the chance that a sighting of that key stands where it stands, or near enough, on a day
 * like any other: by how many others there are, and by how many stand there at the same time of day. A job that runs at
 * two o'clock sharp every night is sure to be found at two o'clock, under whatever shift by days; one that runs whenever an
 * administrator presses a button is not.
 */
export function chanceOf(sightings: readonly Sighting[]): Float64Array {
  const count = sightings.length;
  const span = Math.max(DAY, (sightings.at(-1)?.written ?? 0) - (sightings[0]?.written ?? 0));
  const days = Math.max(1, Math.floor(span / DAY));
  // Phase and index in one double: typed arrays sort without a comparison of ours.
  const keys = new Float64Array(count);
  for (let i = 0; i < count; i++) keys[i] = Math.floor(phaseOf(sightings[i] as Sighting)) * count + i;
  keys.sort();
  const phases = new Float64Array(count);
  for (let at = 0; at < count; at++) phases[at] = Math.floor((keys[at] as number) / count);
  const chances = new Float64Array(count);
  for (let at = 0; at < count; at++) {
    const i = (keys[at] as number) % count;
    const { spread, unique = false } = sightings[i] as Sighting;
    if (unique) {
      chances[i] = ONCE;
      continue;
    }
    const width = WIDTH * spread;
    let sameTime = neighbours(phases, at, width) / days;
    for (const stretch of SLOPPY) {
      if (stretch > width) sameTime = Math.max(sameTime, ((neighbours(phases, at, stretch) / days) * width) / stretch);
    }
    const anywhere = (Math.max(1, count - 1) * 2 * width) / span;
    chances[i] = Math.min(1, sameTime + anywhere);
  }
  return chances;
}

function phaseOf({ written }: Sighting): number {
  return ((written % DAY) + DAY) % DAY;
}

/** How many others lie within `width` on the circle of the day. */
function neighbours(phases: Float64Array, at: number, width: number): number {
  const own = phases[at] as number;
  let found = 0;
  for (let step = 1; step < phases.length; step++) {
    const next = phases[(at + step) % phases.length] as number;
    if ((next - own + DAY) % DAY > width) break;
    found++;
  }
  for (let step = 1; step < phases.length; step++) {
    const next = phases[(at - step + phases.length) % phases.length] as number;
    if ((own - next + DAY) % DAY > width) break;
    found++;
  }
  return Math.min(found, phases.length - 1);
}
