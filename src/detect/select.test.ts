import fc from 'fast-check';
import { expect, it } from 'vitest';
import { selectSmallest } from './select.js';

const sorted = (values: readonly number[]): Float64Array => Float64Array.from(values).sort();

it('gives what stands there after sorting', () => {
  const values = fc.array(fc.oneof(fc.double({ noNaN: true }), fc.integer({ min: 0, max: 5 })), { minLength: 1 });
  fc.assert(
    fc.property(values, fc.nat(), (all, n) => {
      const k = n % all.length;
      expect(selectSmallest(Float64Array.from(all), k) === sorted(all)[k]).toBe(true);
    }),
  );
});

it.each([
  ['rising', (i: number): number => i],
  ['falling', (i: number): number => -i],
  ['equal', (): number => 1],
  ['organ pipe', (i: number): number => Math.min(i, 200_000 - i)],
  ['saw', (i: number): number => i % 7],
] as const)('stays linear on %s input', (_name, value) => {
  const all = Float64Array.from({ length: 200_000 }, (_, i) => value(i));
  const started = performance.now();
  expect(selectSmallest(all.slice(), 100_000)).toBe(all.slice().sort()[100_000]);
  // Quadratic would be 10^10 steps.
  expect(performance.now() - started).toBeLessThan(2_000);
});
