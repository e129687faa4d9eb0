import { expect, test } from 'vitest';
import { bayesFactor } from './controls.js';

test('harm among the exposed alone speaks for the exposure, and the other way round', () => {
  expect(bayesFactor(6, 0, 0, 6)).toBeGreaterThan(2);
  expect(bayesFactor(0, 6, 6, 0)).toBeLessThan(-2);
});

test('equal rates and tiny tables hardly speak', () => {
  expect(Math.abs(bayesFactor(1, 1, 1, 1))).toBeLessThan(0.5);
  expect(Math.abs(bayesFactor(1, 0, 0, 1))).toBeLessThan(1);
});

test('no table outweighs the cap, because nights of one VM are not independent', () => {
  expect(bayesFactor(500, 0, 0, 500)).toBe(2.5);
});

test('two rates against one rate, by hand: 2/2 against 0/2 is 10/3', () => {
  // B(3,1)B(1,3)/B(3,3) = (1/3)(1/3)/(1/30) = 10/3
  expect(bayesFactor(2, 0, 0, 2)).toBeCloseTo(Math.log(10 / 3), 10);
});
