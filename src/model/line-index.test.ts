import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockAt, blockOfLine, blockOfOffset, buildIndex, lineAt, linesPerMinute } from './line-index.js';
import { MINUTE } from './time.js';

const NaNs = Number.NaN;
const index = buildIndex(
  Float64Array.of(
    0,
    1,
    10 * MINUTE,
    20 * MINUTE,
    70_000,
    501,
    NaNs,
    NaNs,
    140_000,
    502,
    5 * MINUTE,
    8 * MINUTE,
    200_000,
    702,
    20 * MINUTE,
    40 * MINUTE,
  ),
  1000,
);

describe('blockAt', () => {
  it.each([
    [0, 0],
    [10 * MINUTE, 0],
    [20 * MINUTE, 0],
    [20 * MINUTE + 1, 3],
    [40 * MINUTE, 3],
    [40 * MINUTE + 1, -1],
  ])('of %i is %i', (micros, block) => {
    expect(blockAt(index, micros)).toBe(block);
  });

  it('never passes over a record that is late enough, whatever the clocks did', () => {
    const time = fc.oneof(fc.integer({ min: 0, max: 1000 }), fc.constant(Number.NaN));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(time, time), { maxLength: 40 }),
        fc.integer({ min: 0, max: 1000 }),
        (times, wanted) => {
          const rows = times.flatMap(([first, last], i) => [i * 65_536, i + 1, first, last]);
          const first = times.findIndex(([a, b]) => a >= wanted || b >= wanted);
          expect(blockAt(buildIndex(Float64Array.from(rows), times.length), wanted)).toBe(first);
        },
      ),
    );
  });
});

it('finds the block of a line and of an offset', () => {
  expect([0, 1, 500, 501, 502, 701, 702, 1000, 1001].map((line) => blockOfLine(index, line))).toEqual([
    -1, 0, 0, 1, 2, 2, 3, 3, -1,
  ]);
  expect([0, 69_999, 70_000, 1e9].map((offset) => blockOfOffset(index, offset))).toEqual([0, 0, 1, 3]);
  expect(lineAt(index, 150_000)).toEqual({ line: 502, byteOffset: 140_000 });
  expect(lineAt(buildIndex(new Float64Array(0), 0), 0)).toBeNull();
});

it('gives lines per minute where time passed', () => {
  expect([0, 1, 2, 3].map((block) => linesPerMinute(index, block))).toEqual([50, null, 200 / 15, 299 / 20]);
});

it('lets stamps without a year rise over the turn of the year, between blocks and inside one', () => {
  const day = (n: number): number => Date.UTC(1972, 0, n) * 1000;
  const { firsts, lasts, reach } = buildIndex(
    Float64Array.of(0, 1, day(360), day(364), 65_536, 9, day(365), day(2), 131_072, 20, day(3), day(4)),
    30,
  );
  expect([...firsts]).toEqual([day(360), day(365), day(3 + 366)]);
  expect([...lasts]).toEqual([day(364), day(2 + 366), day(4 + 366)]);
  expect([...reach]).toEqual([...lasts]);
});
