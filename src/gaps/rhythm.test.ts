import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { every, streamOf } from '../../test/streams.js';
import { HOUR, MINUTE } from '../model/time.js';
import { usualSilence } from './rhythm.js';

/** Times of a memoryless writer; the same for a seed. */
function memoryless(mean: number, count: number, seed: number): readonly number[] {
  let state = seed;
  let minute = 0;
  return Array.from({ length: count }, () => {
    state = (state * 48_271) % 2_147_483_647;
    minute += -mean * Math.log(state / 2_147_483_647);
    return minute;
  });
}

describe('the longest silence that is usual', () => {
  test('of a job on the hour: one beat may be missed', () => {
    expect(usualSilence(streamOf('s', every(60, 0, 6000)))).toBe(2 * HOUR);
  });

  test('of a log that never pauses for a minute: two minutes', () => {
    expect(usualSilence(streamOf('s', every(0.1, 0, 600)))).toBe(2 * MINUTE);
  });

  test('of bursts on the hour is the hour, not the second', () => {
    const bursts = every(60, 0, 6000).flatMap((minute) => every(0.01, minute, minute + 0.5));
    expect(usualSilence(streamOf('s', bursts))).toBeGreaterThan(HOUR);
    expect(usualSilence(streamOf('s', bursts))).toBeLessThan(2 * HOUR + MINUTE);
  });

  test('does not grow by the gap it is to find', () => {
    const quiet = [...every(5, 0, 1000), ...every(5, 9000, 10_000)];
    expect(usualSilence(streamOf('s', quiet))).toBeNull();
    const longer = [...every(5, 0, 4000), ...every(5, 9000, 10_000)];
    expect(usualSilence(streamOf('s', longer))).toBe(10 * MINUTE);
  });

  test('is unknown where there is too little', () => {
    expect(usualSilence(streamOf('s', every(60, 0, 600)))).toBeNull();
    expect(usualSilence(streamOf('s', every(1, 0, 30), { clock: 'uptime' }))).toBeNull();
    // Half an hour after a boot shows no rhythm of a quarter of an hour.
    expect(usualSilence(streamOf('s', [...every(0.1, 0, 8), 12, 15, 20, 30]))).toBeNull();
    expect(usualSilence(streamOf('s', []))).toBeNull();
  });

  test('of samples is one and a half intervals', () => {
    expect(usualSilence(streamOf('s', every(1, 0, 9), { sampling: MINUTE }))).toBe(1.5 * MINUTE);
  });

  test('of a memoryless writer is exceeded by fewer than one silence in 5,000', () => {
    let silences = 0;
    let longer = 0;
    for (let seed = 1; seed <= 100; seed++) {
      const stream = streamOf('s', memoryless(11, 1000, seed * 7919));
      const usual = usualSilence(stream) ?? 0;
      silences += stream.silences.length;
      longer += stream.silences.filter(({ earliest, latest }) => latest - earliest > usual).length;
    }
    expect(silences).toBeGreaterThan(80_000);
    expect(longer).toBeLessThan(silences / 5000);
  });

  test('is never shorter than two minutes, nor than nine silences of ten', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 20, maxLength: 200 }), (steps) => {
        let minute = 0;
        const times = steps.map((step) => {
          minute += step;
          return minute;
        });
        const stream = streamOf('s', times);
        const usual = usualSilence(stream);
        if (usual === null) return;
        expect(usual).toBeGreaterThanOrEqual(2 * MINUTE);
        const longer = stream.silences.filter(({ earliest, latest }) => latest - earliest > usual);
        expect(longer.length).toBeLessThanOrEqual(Math.max(3, stream.silences.length / 10));
      }),
    );
  });
});
