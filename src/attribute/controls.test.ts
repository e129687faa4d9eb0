import { expect, test } from 'vitest';
import { bayesFactor } from './controls.js';

test('harm among the exposed alone speaks for the exposure, and the other way round', () => {
  expect(bayesFactor(6, 0, 0, 6)).toBeGreaterThan(2);
  expect(bayesFactor(0, 6, 6, 0)).toBeLessThan(-1.5);
});

test('equal rates and tiny tables hardly speak', () => {
  expect(Math.abs(bayesFactor(1, 1, 1, 1))).toBeLessThan(0.5);
  expect(Math.abs(bayesFactor(1, 4, 0, 5))).toBeLessThan(0.2);
});

test('more nights of the same picture say more', () => {
  expect(bayesFactor(5, 20, 0, 25)).toBeGreaterThan(bayesFactor(1, 4, 0, 5) + 1);
});

test('no table outweighs the cap, because nights of one VM are not independent', () => {
  expect(bayesFactor(500, 0, 0, 500)).toBe(2.5);
  expect(bayesFactor(0, 500, 500, 0)).toBe(-2.5);
});

test('by hand: 2 of 2 against 0 of 2', () => {
  // B(3,1) B(1,3) / B(3,3) = (1/3)(1/3)/(1/30) = 10/3; P(higher) = 1 - 3 B(3,4) = 0.95; 10/3 * 1.9 = 19/3.
  expect(bayesFactor(2, 0, 0, 2)).toBeCloseTo(Math.log(19 / 3), 10);
});
