import { expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../model/time.js';
import { NO_SIGNS, type StepSigns, stepPricer, unstepped } from './steps.js';

const signs: StepSigns = {
  places: [
    { at: 2 * HOUR, least: -61 * SECOND, most: -59 * SECOND, certain: true },
    { at: 5 * HOUR, least: 0, most: 10 * MINUTE, certain: false },
  ],
  unseen: 2 * SECOND,
};

it('takes a shown step back, and only from there on', () => {
  const { correct, doubt } = unstepped(signs);
  expect(correct(HOUR)).toBe(HOUR);
  expect(correct(3 * HOUR)).toBe(3 * HOUR + MINUTE);
  expect(doubt(HOUR, 3 * HOUR)).toBe(SECOND);
  expect(doubt(3 * HOUR, 6 * HOUR)).toBe(0);
});

it('a step costs little where the log shows one, much where it would have shown it', () => {
  const price = stepPricer(NO_SIGNS, unstepped(signs).signs);
  const cost = (from: number, to: number, moved: number): number => price(from, to, from, to, moved, SECOND);
  expect(cost(0, HOUR, 0)).toBe(0);
  expect(cost(4 * HOUR, 6 * HOUR, 5 * MINUTE)).toBeLessThan(8);
  expect(cost(4 * HOUR, 6 * HOUR, -5 * MINUTE)).toBeGreaterThan(cost(4 * HOUR, 6 * HOUR, 5 * MINUTE));
  const known = stepPricer({ places: [], unseen: SECOND }, unstepped(signs).signs);
  expect(known(7 * HOUR, 8 * HOUR, 7 * HOUR, 8 * HOUR, 5 * MINUTE, SECOND)).toBe(30);
});
