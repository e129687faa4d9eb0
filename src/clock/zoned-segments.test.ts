import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { streamOf } from '../../test/streams.js';
import type { ClockSegment, ZoneCourse } from '../model/clock.js';
import type { StreamStats } from '../model/coverage.js';
import { DAY, HOUR, MINUTE, type Micros, SECOND } from '../model/time.js';
import { constantCourse, courseOfZone, offsetIn, zoneCourses } from './zone-courses.js';
import { zonedSegments } from './zoned-segments.js';

const utc = (iso: string): Micros => Date.parse(`${iso}Z`) * 1000;
const YEAR = { earliest: utc('2024-01-01T00:00'), latest: utc('2025-01-01T00:00') };
const VIENNA = courseOfZone('Europe/Vienna', YEAR);
const LAGOS = constantCourse(HOUR);
const ATHENS = courseOfZone('Europe/Athens', YEAR);
const U = 2 * SECOND;

/** A log of which only the span counts. */
function logOf(from: string, to: string, parts: Partial<StreamStats> = {}): StreamStats {
  return streamOf('s1', [], { statesOffset: false, records: 2, first: utc(from), last: utc(to), ...parts });
}

/** One that is dense and falls back at three. */
const FOLDED = logOf('2024-10-20T00:00', '2024-11-01T00:00', {
  rhythm: 10 * SECOND,
  stepsBack: [{ byteOffset: 700, from: utc('2024-10-27T02:59:55'), to: utc('2024-10-27T02:00:03') }],
});

const of = (courses: readonly ZoneCourse[], log: StreamStats) => zonedSegments(courses, log, null, U);
const bars = (segments: readonly ClockSegment[]) => segments.map(({ offset, uncertainty }) => [offset, uncertainty]);

describe('one zone', () => {
  it('is exact', () => {
    const { segments, folds } = of([LAGOS], logOf('2024-03-01T00:00', '2024-12-01T00:00'));
    expect(segments).toEqual([{ from: null, to: null, offset: -HOUR, uncertainty: U }]);
    expect(folds).toEqual([]);
  });

  it('is exact on both sides of a spring night', () => {
    const { segments } = of([VIENNA], logOf('2024-03-01T00:00', '2024-04-10T00:00'));
    const cut = utc('2024-03-31T03:00');
    expect(segments).toEqual([
      { from: null, to: cut, offset: -HOUR, uncertainty: U },
      { from: cut, to: null, offset: -2 * HOUR, uncertainty: U },
    ]);
  });

  it('does not change where the log does not reach', () => {
    expect(of([VIENNA], logOf('2024-05-01T00:00', '2024-06-10T00:00')).segments).toHaveLength(1);
  });

  it('is half an hour unsure in the hour that comes twice, and only there', () => {
    const { segments, folds } = of([VIENNA], logOf('2024-10-20T00:00', '2024-11-01T00:00'));
    expect(folds).toEqual([]);
    expect(segments).toEqual([
      { from: null, to: utc('2024-10-27T02:00'), offset: -2 * HOUR, uncertainty: U },
      {
        ...{ from: utc('2024-10-27T02:00'), to: utc('2024-10-27T03:00') },
        ...{ offset: -1.5 * HOUR, uncertainty: 30 * MINUTE + U },
      },
      { from: utc('2024-10-27T03:00'), to: null, offset: -HOUR, uncertainty: U },
    ]);
  });

  it('a quarter of an hour where only half an hour comes twice', () => {
    const lordHowe = courseOfZone('Australia/Lord_Howe', YEAR);
    const { segments } = of([lordHowe], logOf('2024-04-01T00:00', '2024-04-20T00:00'));
    expect(bars(segments)).toEqual([
      [-11 * HOUR, U],
      [-10.75 * HOUR, 15 * MINUTE + U],
      [-10.5 * HOUR, U],
    ]);
  });

  it('is exact there too once the log shows where it began again', () => {
    const { segments, folds } = of([VIENNA], FOLDED);
    const span = { earliest: utc('2024-10-27T02:00'), latest: utc('2024-10-27T03:00') };
    expect(folds).toEqual([{ span, byteOffset: 700 }]);
    expect(segments).toEqual([
      { from: null, to: span.latest, offset: -2 * HOUR, uncertainty: U },
      { from: span.latest, to: null, offset: -HOUR, uncertainty: U },
    ]);
  });

  it('is exact there too where stamps state their offset', () => {
    const { segments, folds } = of([VIENNA], { ...FOLDED, statesOffset: true });
    expect(folds).toEqual([]);
    expect(bars(segments)).toEqual([
      [-2 * HOUR, U],
      [-HOUR, U],
    ]);
  });

  it('a log that begins in that hour is unsure from its first record on', () => {
    const { segments } = of([VIENNA], logOf('2024-10-27T02:20', '2024-11-01T00:00'));
    expect(bars(segments)).toEqual([
      [-1.5 * HOUR, 30 * MINUTE + U],
      [-HOUR, U],
    ]);
  });
});

describe('several zones', () => {
  it('are a bar over all of them', () => {
    const { segments } = of([LAGOS, constantCourse(3 * HOUR)], logOf('2024-03-01T00:00', '2024-04-01T00:00'));
    expect(bars(segments)).toEqual([[-2 * HOUR, HOUR + U]]);
  });

  it('only where they part', () => {
    const { segments } = of([VIENNA, LAGOS], logOf('2024-03-01T00:00', '2024-04-10T00:00'));
    expect(bars(segments)).toEqual([
      [-HOUR, U],
      [-1.5 * HOUR, 30 * MINUTE + U],
    ]);
    expect(segments[1]?.from).toBe(utc('2024-03-31T03:00'));
  });

  it('have a fold in common, or none', () => {
    const copy = { ...VIENNA, names: ['Europe/Berlin'] };
    expect(of([VIENNA, copy], FOLDED).folds).toHaveLength(1);
    expect(of([VIENNA, LAGOS], FOLDED).folds).toEqual([]);
    expect(of([VIENNA, ATHENS], FOLDED).folds).toEqual([]);
  });
});

it('the bar of every local time holds what each zone makes of it', () => {
  const courses = zoneCourses(YEAR);
  const inYear = fc.integer({ min: 2 * 86_400, max: 360 * 86_400 });
  fc.assert(
    fc.property(
      fc.subarray([...courses.keys()], { minLength: 1, maxLength: 3 }),
      fc.tuple(inYear, inYear),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 20, maxLength: 20 }),
      (chosen, [one, other], places) => {
        const some = chosen.map((i) => courses[i] as ZoneCourse);
        const first = YEAR.earliest + Math.min(one, other) * SECOND;
        const last = YEAR.earliest + Math.max(one, other) * SECOND;
        const log = { ...logOf('2024-01-01T00:00', '2024-01-02T00:00'), first, last };
        const { segments } = of(some, log);
        for (const course of some) {
          for (const place of places) {
            const at = first - 12 * HOUR + place * (last - first + DAY);
            const local = at + offsetIn(course, at);
            if (local < first || local > last) continue;
            const found = segments.find(({ from, to }) => (from ?? -Infinity) <= local && local < (to ?? Infinity));
            expect(Math.abs(local + (found?.offset ?? Infinity) - at)).toBeLessThanOrEqual(found?.uncertainty ?? 0);
          }
        }
      },
    ),
    { numRuns: 300, seed: 3 },
  );
});
