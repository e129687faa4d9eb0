import fc from 'fast-check';
import { expect, test } from 'vitest';
import { relate } from './order.js';

test('certain only when every shift within the error keeps the spans together', () => {
  const window = { earliest: 100, latest: 200 };
  expect(relate({ earliest: 120, latest: 120 }, window, 10)).toEqual({ order: 'certain', nominal: true });
  expect(relate({ earliest: 95, latest: 95 }, window, 10)).toEqual({ order: 'possible', nominal: false });
  expect(relate({ earliest: 195, latest: 195 }, window, 10)).toEqual({ order: 'possible', nominal: true });
  expect(relate({ earliest: 300, latest: 400 }, window, 10)).toEqual({ order: 'impossible', nominal: false });
});

test('agrees with trying every shift', () => {
  const n = fc.integer({ min: 0, max: 40 });
  fc.assert(
    fc.property(n, n, n, n, fc.integer({ min: 0, max: 15 }), (a, b, c, d, slack) => {
      const span = { earliest: Math.min(a, b), latest: Math.max(a, b) };
      const window = { earliest: Math.min(c, d), latest: Math.max(c, d) };
      const meets = (shift: number): boolean =>
        span.earliest + shift <= window.latest && span.latest + shift >= window.earliest;
      const shifts = Array.from({ length: 2 * slack + 1 }, (_, i) => i - slack);
      const all = shifts.every(meets);
      const some = shifts.some(meets);
      expect(relate(span, window, slack).order).toBe(all ? 'certain' : some ? 'possible' : 'impossible');
    }),
  );
});
