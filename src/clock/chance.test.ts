import { expect, it } from 'vitest';
import { DAY, HOUR, SECOND } from '../model/time.js';
import { chanceOf } from './chance.js';
import type { Sighting } from './sighting.js';

const at = (times: readonly number[], rest: Partial<Sighting> = {}): Sighting[] =>
  times.map((written) => ({ written, key: 'k', lag: 0, spread: SECOND, ...rest }));

it('a job at two sharp is no surprise, one at any time is', () => {
  const nightly = chanceOf(at(Array.from({ length: 10 }, (_, night) => night * DAY + 2 * HOUR)));
  expect(Math.min(...nightly)).toBeGreaterThan(0.9);
  const any = chanceOf(at([0.11, 3.47, 4.9, 7.23].map((day) => day * DAY)));
  expect(Math.max(...any)).toBeLessThan(1e-3);
});

it('few nights of a sloppy job are a job all the same', () => {
  const three = chanceOf(at([2 * HOUR, DAY + 2 * HOUR + 40 * SECOND, 2 * DAY + 2 * HOUR + 95 * SECOND]));
  expect(Math.min(...three)).toBeGreaterThan(0.003);
});

it('what is unique is no chance', () => {
  const nightly = Array.from({ length: 10 }, (_, night) => night * DAY + 2 * HOUR);
  expect(Math.max(...chanceOf(at(nightly, { unique: true })))).toBeLessThan(1e-5);
});
