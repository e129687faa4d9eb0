import type { Sighting } from '../../src/clock/sighting.js';
import { type ClockInput, solveClocks } from '../../src/clock/solve.js';
import { NO_SIGNS } from '../../src/clock/steps.js';
import { DAY, HOUR, SECOND } from '../../src/model/time.js';
import { random } from './world.js';

const PER_HOST = 100;
const ANCHORS = 100;
const START = Date.UTC(2024, 2, 1) * 1000;

/** So many guests, a hundred for each host, each with a hundred events that its host stamped too: skewed by hours, drifting. */
export function manyClocks(guests: number): readonly ClockInput[] {
  const next = random(7);
  const inputs: ClockInput[] = [];
  for (let host = 0; host * PER_HOST < guests; host++) {
    const seen: Sighting[] = [];
    for (let guest = 0; guest < PER_HOST && host * PER_HOST + guest < guests; guest++) {
      const error = (next() * 2 - 1) * 11 * HOUR;
      const rate = (next() - 0.5) * 40e-6;
      const key = `vm-boot|${host}-${guest}`;
      const moments = Array.from({ length: ANCHORS }, () => Math.floor(START + next() * 30 * DAY));
      for (const at of moments) seen.push({ written: at, key, lag: 0, spread: SECOND });
      const own = moments.map((at) => at + error + rate * (at - START) + (next() - 0.5) * SECOND).map(Math.floor);
      inputs.push(
        clockOf(
          `guest ${host}-${guest}`,
          false,
          1,
          own.map((written) => ({ written, key, lag: 0, spread: SECOND })),
        ),
      );
    }
    inputs.push(clockOf(`host ${host}`, true, 13, seen));
  }
  return inputs;
}

function clockOf(id: string, zoneKnown: boolean, rank: number, sightings: readonly Sighting[]): ClockInput {
  const inOrder = [...sightings].sort((x, y) => x.written - y.written);
  return { id, zoneKnown, rank, sightings: inOrder, signs: NO_SIGNS };
}

/** How long the solver takes, and how many of the guests it measured. */
export function timeSolver(guests: number): { readonly seconds: number; readonly measured: number } {
  const inputs = manyClocks(guests);
  const start = performance.now();
  const solved = solveClocks(inputs);
  const seconds = (performance.now() - start) / 1000;
  return { seconds, measured: [...solved.values()].filter(({ curve }) => curve !== null).length };
}
