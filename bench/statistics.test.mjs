import { describe, expect, test } from 'vitest';
import { figureValue, median, secondsText, summarise, targetText, valueText, verdictOf } from './statistics.mjs';

const sample = (seconds, peakMb = 100) => ({ seconds, peakMb, cpuSeconds: seconds / 2, diskMb: 0 });

describe('median', () => {
  test('is the one in the middle, whatever the order', () => {
    expect(median([5, 1, 4, 2, 3])).toBe(3);
    expect(median([10, 9, 100])).toBe(10);
  });
  test('of an even number is one that was measured', () => {
    expect(median([4, 1, 3, 2])).toBe(2);
  });
  test('leaves what it was given alone', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });
  test('of nothing is refused', () => {
    expect(() => median([])).toThrow(RangeError);
  });
});

describe('summarise', () => {
  const summary = summarise({ bytes: 2e6, scale: 10, samples: [sample(0.1, 90), sample(0.3, 120), sample(0.2, 100)] });
  test('a part that was measured stands for the whole', () => {
    expect(summary.seconds).toBe(2);
    expect([summary.fastest, summary.slowest]).toEqual([1, 3]);
    expect(summary.mbPerSecond).toBe(1);
    expect(summary.secondsPerByte).toBe(1e-6);
  });
  test('memory is not scaled, and its highest peak is kept', () => {
    expect([summary.peakMb, summary.highestPeakMb]).toEqual([100, 120]);
  });
  test('a printed number has a median of its own', () => {
    const printed = [7, 9, 8].map((value) => ({ ...sample(1), value }));
    expect(summarise({ bytes: 1, samples: printed }).value).toBe(8);
    expect(summary).not.toHaveProperty('value');
  });
});

describe('figures', () => {
  const summaries = { ours: { seconds: 2, peakMb: 50 }, theirs: { seconds: 8, peakMb: 0 } };
  test('a ratio, or the quantity itself', () => {
    expect(figureValue({ quantity: 'seconds', over: 'theirs', under: 'ours' }, summaries)).toBe(4);
    expect(figureValue({ quantity: 'peakMb', over: 'ours' }, summaries)).toBe(50);
  });
  test('nothing is divided by zero, and a missing contestant gives no figure', () => {
    expect(figureValue({ quantity: 'peakMb', over: 'ours', under: 'theirs' }, summaries)).toBeUndefined();
    expect(figureValue({ quantity: 'seconds', over: 'ours', under: 'nobody' }, summaries)).toBeUndefined();
    expect(figureValue({ quantity: 'seconds', over: 'nobody', under: 'ours' }, summaries)).toBeUndefined();
  });
  test.each([
    [{ atMost: 1 }, 1, 'reached'],
    [{ atMost: 1 }, 1.0001, 'missed'],
    [{ atLeast: 8 }, 8, 'reached'],
    [{ atLeast: 8 }, 7.999, 'missed'],
    [{ below: 350 }, 349.9, 'reached'],
    [{ below: 350 }, 350, 'missed'],
    [{}, 3, 'for information'],
    [{ atMost: 1 }, Number.NaN, 'not run'],
    [{ atMost: 1 }, undefined, 'not run'],
  ])('%j of %d is %s', (figure, value, verdict) => {
    expect(verdictOf(figure, value)).toBe(verdict);
  });
  test('rounding never turns a missed target into a reached one', () => {
    expect(valueText({ atMost: 1, unit: '×' }, 1.004)).toBe('1.004 ×');
    expect(valueText({ atLeast: 8, unit: '×' }, 7.99999)).toBe('7.99999 ×');
    expect(valueText({ atMost: 1, unit: '×' }, 0.996)).toBe('1.00 ×');
    expect(valueText({ below: 1, unit: 's' }, 0.999)).toBe('0.999 s');
  });
  test('large numbers are grouped, and no figure is a dash', () => {
    expect(valueText({ atLeast: 50_000, unit: 'events/s' }, 1_234_567.8)).toBe('1,234,568 events/s');
    expect(targetText({ atLeast: 50_000, unit: 'events/s' })).toBe('≥ 50,000 events/s');
    expect(valueText({ atMost: 1 }, undefined)).toBe('–');
    expect(targetText({})).toBe('');
  });
  test('seconds have three figures or more', () => {
    expect([0.01734, 0.7529, 12.345, 258.04].map(secondsText)).toEqual(['0.0173', '0.753', '12.35', '258.0']);
  });
});
