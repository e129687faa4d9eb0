import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  binomialAtLeast,
  binomialAtMost,
  binomialInterval,
  compareRates,
  poissonAtMost,
  poissonInterval,
} from './poisson.js';

/** Terms from their definition, as products and Pascal's triangle, not one from the other as the code has them. */
function poissonTerm(k: number, mean: number): number {
  let term = Math.exp(-mean);
  for (let i = 1; i <= k; i++) term *= mean / i;
  return term;
}

function binomialTerms(n: number, p: number): readonly number[] {
  let row = [1];
  for (let trial = 0; trial < n; trial++) {
    const before = row;
    row = Array.from({ length: before.length + 1 }, (_, k) => (before[k] ?? 0) * (1 - p) + (before[k - 1] ?? 0) * p);
  }
  return row;
}

function total(terms: readonly number[]): number {
  return terms.reduce((sum, term) => sum + term, 0);
}

describe('published values', () => {
  test.each([
    [0, 0, 3.689],
    [1, 0.0253, 5.572],
    [2, 0.2422, 7.225],
    [3, 0.6187, 8.767],
    [10, 4.795, 18.39],
    [50, 37.11, 65.92],
    [100, 81.36, 121.63],
  ])('Garwood 1936, 95 %% interval of %i events', (n, low, high) => {
    const interval = poissonInterval(n);
    expect(Number(interval.low.toPrecision(4))).toBeCloseTo(low, n < 50 ? 3 : 2);
    expect(Number(interval.high.toPrecision(n < 100 ? 4 : 5))).toBeCloseTo(high, 2);
  });

  test('none in n trials: Clopper and Pearson have 1 - 0.025^(1/n)', () => {
    for (const n of [1, 5, 30]) {
      expect(binomialInterval(0, n).low).toBe(0);
      expect(binomialInterval(0, n).high).toBeCloseTo(1 - 0.025 ** (1 / n), 12);
      expect(binomialInterval(n, n)).toEqual({ low: expect.closeTo(0.025 ** (1 / n), 12), high: 1 });
    }
  });

  test('two rates: 11 in 800 against 21 in 3011, the example of poisson.test in R', () => {
    const { ratio, pFewer, pMore } = compareRates({ events: 21, exposure: 3011 }, { events: 11, exposure: 800 });
    expect(ratio?.estimate).toBeCloseTo(1.971488, 6);
    expect(ratio?.low).toBeCloseTo(0.8584264, 6);
    expect(ratio?.high).toBeCloseTo(4.2772659, 6);
    // Both hold the very count that was seen.
    expect((pFewer ?? 0) + (pMore ?? 0)).toBeGreaterThan(1);
  });
});

describe('against sums from the definition', () => {
  test('Poisson and binomial tails', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 0, max: 40 }),
        fc.double({ min: 0.001, max: 60, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (n, k, mean, p) => {
          const poisson = total(Array.from({ length: n + 1 }, (_, i) => poissonTerm(i, mean)));
          expect(poissonAtMost(n, mean)).toBeCloseTo(poisson, 10);
          const terms = binomialTerms(n, p);
          expect(binomialAtMost(k, n, p)).toBeCloseTo(total(terms.slice(0, k + 1)), 10);
          expect(binomialAtLeast(k, n, p)).toBeCloseTo(total(terms.slice(k)), 10);
        },
      ),
    );
  });

  test('the ends of an interval leave 2.5 % outside', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), (n) => {
        const { low, high } = poissonInterval(n);
        const upTo = (k: number, mean: number): number =>
          total(Array.from({ length: k + 1 }, (_, i) => poissonTerm(i, mean)));
        expect(upTo(n, high)).toBeCloseTo(0.025, 10);
        if (n > 0) expect(1 - upTo(n - 1, low)).toBeCloseTo(0.025, 10);
      }),
    );
  });

  test('an interval holds the true mean at least 95 times in 100, whatever it is', () => {
    const intervals = Array.from({ length: 80 }, (_, n) => poissonInterval(n));
    for (let mean = 0.05; mean < 25; mean += 0.31) {
      const covered = intervals.map(({ low, high }, n) => (low <= mean && mean <= high ? poissonTerm(n, mean) : 0));
      expect(total(covered)).toBeGreaterThanOrEqual(0.95);
    }
  });

  test('the clean units needed are the fewest at which the test rejects', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 0, max: 4 }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        (x, y, t0, t1) => {
          const { cleanNeeded } = compareRates({ events: x, exposure: t0 }, { events: y, exposure: t1 });
          const p = (more: number): number =>
            total(binomialTerms(x + y, (t1 + more) / (t0 + t1 + more)).slice(0, y + 1));
          const needed = cleanNeeded ?? -1;
          expect(p(needed)).toBeLessThan(0.05);
          if (needed > 0) expect(p(needed - 1)).toBeGreaterThanOrEqual(0.05 - 1e-12);
        },
      ),
    );
  });

  test('equal rates are rejected at most 5 times in 100', () => {
    for (const share of [0.1, 0.37, 0.5, 0.82]) {
      for (const n of [1, 3, 10, 40]) {
        const terms = binomialTerms(n, share);
        const rejected = terms.filter((_, y) => binomialAtMost(y, n, share) < 0.05);
        expect(total(rejected)).toBeLessThanOrEqual(0.05);
      }
    }
  });
});

describe('compareRates', () => {
  test('by hand: 5 in 60 before, none in 60 after: p = 1/2 to the fifth', () => {
    const { pFewer, pMore, ratio, cleanNeeded, cleanNeededAtKnownRate } = compareRates(
      { events: 5, exposure: 60 },
      { events: 0, exposure: 60 },
    );
    expect(pFewer).toBeCloseTo(1 / 32, 12);
    expect(pMore).toBe(1);
    expect(ratio).toMatchObject({ estimate: 0, low: 0 });
    expect([cleanNeeded, cleanNeededAtKnownRate]).toEqual([0, 0]);
  });

  test('one event in 60 takes twenty times the exposure to be told from none', () => {
    const { cleanNeeded, cleanNeededAtKnownRate } = compareRates(
      { events: 1, exposure: 60 },
      { events: 0, exposure: 0.5 },
    );
    // 60 / (60 + t) < 0.05 for t > 1140; were the rate known, exp(-t / 60) < 0.05 for t > 179.7.
    expect([cleanNeeded, cleanNeededAtKnownRate]).toEqual([1140, 180]);
  });

  test('no event before: nothing can show that there are fewer now', () => {
    const none = compareRates({ events: 0, exposure: 60 }, { events: 0, exposure: 60 });
    expect(none).toMatchObject({ pFewer: null, ratio: null, cleanNeeded: null, cleanNeededAtKnownRate: null });
    expect(none.before.high).toBeCloseTo(3.689 / 60, 4);
    const since = compareRates({ events: 0, exposure: 60 }, { events: 6, exposure: 60 });
    expect(since).toMatchObject({ pFewer: 1, cleanNeeded: null, ratio: { estimate: null, high: null } });
    expect(since.pMore).toBeCloseTo(1 / 64, 12);
  });

  test('no exposure: no rate, no comparison', () => {
    const { before, pFewer } = compareRates({ events: 0, exposure: 0 }, { events: 2, exposure: 9 });
    expect([before.rate, before.high, pFewer]).toEqual([null, null, null]);
  });

  test('many events take no precision away', () => {
    const { low, high } = poissonInterval(20_000);
    // The square-root transformation, good to a unit at this size.
    expect(Math.abs(low - (Math.sqrt(20_000) - 0.98) ** 2)).toBeLessThan(1);
    expect(Math.abs(high - (Math.sqrt(20_001) + 0.98) ** 2)).toBeLessThan(1);
  });
});
