import { describe, expect, it } from 'vitest';
import { evaluatePairs, upperBound } from './evaluate.js';
import { timeSolver } from './scale.js';

describe('clocks measured by anchors, against the truth', () => {
  const rows = evaluatePairs(Number(process.env.CASES ?? 1500));
  if (process.env.CASES !== undefined) console.table(rows);

  it('says nothing where nothing is shared', () => {
    expect(rows.find(({ anchors }) => anchors.startsWith('0'))).toMatchObject({ measured: 0 });
  });

  it('measures most clocks that share three irregular events, to within a second', () => {
    const row = rows.find(({ anchors }) => anchors.startsWith('1'));
    expect((row?.measured ?? 0) / (row?.cases ?? 1)).toBeGreaterThan(0.9);
    expect(row?.within).toBeGreaterThan(0.97);
    expect(row?.medianError).toBeLessThan(1);
  });

  it('is rarely sure of what is wrong', () => {
    const wrong = rows.reduce((sum, row) => sum + row.wrong, 0);
    const measured = rows.reduce((sum, row) => sum + row.measured, 0);
    expect(upperBound(wrong, measured)).toBeLessThan(0.02);
  });
});

it('bounds a share as the tables do', () => {
  expect(upperBound(0, 100)).toBeCloseTo(0.0295, 4);
  expect(upperBound(5, 100)).toBeCloseTo(0.1023, 4);
});

it('measures many guests of many hosts', () => {
  expect(timeSolver(250).measured).toBe(250);
});
