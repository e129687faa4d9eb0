import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Timed } from '../model/detection.js';
import { relate, spanOf } from './order.js';
import { indexSpans } from './span-index.js';

const detection = (start: number | null, lead: number, length: number, uncertainty: number, id: number): Timed =>
  ({
    ...{ id: `d${id}`, start, end: start === null ? null : start + length, uncertainty },
    onset: start === null ? null : { earliest: start - lead, latest: start },
  }) as unknown as Timed;

test('whatever may meet a window is near it', () => {
  const small = fc.nat({ max: 20 });
  const one = fc.tuple(fc.option(fc.nat({ max: 200 }), { freq: 9 }), small, fc.nat({ max: 60 }), small);
  fc.assert(
    fc.property(
      fc.array(one, { maxLength: 30 }),
      fc.nat({ max: 200 }),
      small,
      small,
      (list, earliest, length, other) => {
        const all = list.map(([start, lead, size, uncertainty], id) => detection(start, lead, size, uncertainty, id));
        const window = { earliest, latest: earliest + length };
        const near = new Set(indexSpans(all).near(window, other));
        for (const item of all) {
          const span = spanOf(item);
          const meets = span !== null && relate(span, window, item.uncertainty + other).order !== 'impossible';
          if (meets || span === null) expect([item.id, near.has(item)]).toEqual([item.id, meets]);
        }
      },
    ),
  );
});

test('what is far away is not looked at', () => {
  const all = Array.from({ length: 1000 }, (_, at) => detection(at * 100, 10, 10, 1, at));
  expect(indexSpans(all).near({ earliest: 50_000, latest: 50_250 }, 1)).toHaveLength(3);
});
