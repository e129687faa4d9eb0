import { describe, expect, it, test } from 'vitest';
import type { ZoneCourse } from '../model/clock.js';
import { DAY, HOUR, MINUTE, type Micros, SECOND } from '../model/time.js';
import { UserError } from '../model/user-error.js';
import {
  changesOf,
  constantCourse,
  courseOfZone,
  coursesThrough,
  offsetAtLocal,
  offsetIn,
  zoneCourses,
} from './zone-courses.js';

const utc = (iso: string): Micros => Date.parse(`${iso}Z`) * 1000;
const YEAR = { earliest: utc('2024-01-01T00:00'), latest: utc('2025-01-01T00:00') };
const withName = (courses: readonly ZoneCourse[], name: string): ZoneCourse | undefined =>
  courses.find(({ names }) => names.includes(name));

describe('courseOfZone', () => {
  test.each([
    ['UTC', 0],
    ['z', 0],
    ['+02:00', 2 * HOUR],
    ['+0530', 5.5 * HOUR],
    ['UTC-5', -5 * HOUR],
    ['GMT+5:45', 5.75 * HOUR],
    ['-03:30', -3.5 * HOUR],
  ])('%s is one offset for ever', (zone, offset) => {
    expect(courseOfZone(zone, YEAR)).toEqual(constantCourse(offset));
  });

  it('a name of the database changes where its law says, to the minute', () => {
    expect(changesOf(courseOfZone('Europe/Vienna', YEAR))).toEqual([
      { utc: utc('2024-03-31T01:00'), before: HOUR, after: 2 * HOUR },
      { utc: utc('2024-10-27T01:00'), before: 2 * HOUR, after: HOUR },
    ]);
    expect(changesOf(courseOfZone('America/New_York', YEAR)).map((change) => change.utc)).toEqual([
      utc('2024-03-10T07:00'),
      utc('2024-11-03T06:00'),
    ]);
    expect(changesOf(courseOfZone('Africa/Lagos', YEAR))).toEqual([]);
  });

  it('finds both changes of a month of other time', () => {
    // Morocco goes back to UTC for Ramadan: four weeks.
    expect(changesOf(courseOfZone('Africa/Casablanca', YEAR))).toEqual([
      { utc: utc('2024-03-10T02:00'), before: HOUR, after: 0 },
      { utc: utc('2024-04-14T02:00'), before: 0, after: HOUR },
    ]);
  });

  it('half an hour and a quarter are offsets like any other', () => {
    const lordHowe = changesOf(courseOfZone('Australia/Lord_Howe', YEAR));
    expect(lordHowe).toEqual([
      { utc: utc('2024-04-06T15:00'), before: 11 * HOUR, after: 10.5 * HOUR },
      { utc: utc('2024-10-05T15:30'), before: 10.5 * HOUR, after: 11 * HOUR },
    ]);
    expect(offsetIn(courseOfZone('Asia/Kathmandu', YEAR), YEAR.earliest)).toBe(5.75 * HOUR);
    expect(offsetIn(courseOfZone('Pacific/Chatham', YEAR), YEAR.earliest)).toBe(13.75 * HOUR);
  });

  it('a name that nobody knows is a mistake a person can put right', () => {
    expect(() => courseOfZone('Europe/Wien', YEAR)).toThrow(UserError);
    expect(() => courseOfZone('', YEAR)).toThrow(UserError);
    expect(() => courseOfZone('+2 hours', YEAR)).toThrow(/unknown time zone/);
  });

  test('an offset that no zone has is a mistake too', () => {
    expect(() => courseOfZone('+99:00', YEAR)).toThrow(UserError);
    expect(() => courseOfZone('+01:75', YEAR)).toThrow(UserError);
  });
});

describe('zoneCourses', () => {
  const courses = zoneCourses(YEAR);

  it('puts together what kept the same time, and nothing else', () => {
    expect(withName(courses, 'Europe/Vienna')?.names).toContain('Europe/Berlin');
    for (const apart of ['Africa/Lagos', 'Europe/London', 'Europe/Helsinki', 'Africa/Casablanca'])
      expect(withName(courses, 'Europe/Vienna')?.names).not.toContain(apart);
    const india = courses.find(({ offsets }) => offsets.length === 1 && offsets[0]?.offset === 5.5 * HOUR);
    const nepal = courses.find(({ offsets }) => offsets.length === 1 && offsets[0]?.offset === 5.75 * HOUR);
    expect(india?.names).toContain('Asia/Colombo');
    expect(nepal?.names).toHaveLength(1);
    expect(withName(courses, 'Australia/Lord_Howe')?.names).toEqual(['Australia/Lord_Howe']);
  });

  it('has every zone once', () => {
    const names = courses.flatMap((course) => course.names);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toHaveLength(Intl.supportedValuesOf('timeZone').length);
    expect(courses.length).toBeLessThan(100);
  });

  it('over a stretch without a change more zones are one', () => {
    const winter = zoneCourses({ earliest: utc('2024-01-10T07:13'), latest: utc('2024-02-10T19:47') });
    expect(winter.length).toBeLessThan(courses.length);
    expect(withName(winter, 'Europe/Vienna')?.names).toContain('Africa/Lagos');
    expect(withName(winter, 'Europe/Vienna')?.names).not.toContain('Europe/Helsinki');
  });

  it('tells two laws apart that were the same for years', () => {
    // Turkey stayed on summer time in 2016.
    const before = zoneCourses({ earliest: utc('2015-12-01T00:00'), latest: utc('2016-08-01T00:00') });
    const after = zoneCourses({ earliest: utc('2015-12-01T00:00'), latest: utc('2016-12-01T00:00') });
    expect(withName(before, 'Europe/Istanbul')?.names).toContain('Europe/Helsinki');
    expect(withName(after, 'Europe/Istanbul')?.names).not.toContain('Europe/Helsinki');
  });
});

describe('the offset at a moment', () => {
  const vienna = courseOfZone('Europe/Vienna', YEAR);
  const lordHowe = courseOfZone('Australia/Lord_Howe', YEAR);

  it('changes with the second of the change', () => {
    expect(offsetIn(vienna, utc('2024-03-31T00:59:59'))).toBe(HOUR);
    expect(offsetIn(vienna, utc('2024-03-31T01:00'))).toBe(2 * HOUR);
    expect(offsetIn(vienna, utc('2024-10-27T00:59:59'))).toBe(2 * HOUR);
    expect(offsetIn(vienna, utc('2024-10-27T01:00'))).toBe(HOUR);
  });

  it('by local time: in what is left out the one before, in what comes twice the first', () => {
    expect(offsetAtLocal(vienna, utc('2024-03-31T01:59:59'))).toBe(HOUR);
    expect(offsetAtLocal(vienna, utc('2024-03-31T02:30'))).toBe(HOUR);
    expect(offsetAtLocal(vienna, utc('2024-03-31T03:00'))).toBe(2 * HOUR);
    expect(offsetAtLocal(vienna, utc('2024-10-27T02:00'))).toBe(2 * HOUR);
    expect(offsetAtLocal(vienna, utc('2024-10-27T02:59:59'))).toBe(2 * HOUR);
    expect(offsetAtLocal(vienna, utc('2024-10-27T03:00'))).toBe(HOUR);
  });

  it('by local time where the change is half an hour', () => {
    expect(offsetAtLocal(lordHowe, utc('2024-04-07T01:59'))).toBe(11 * HOUR);
    expect(offsetAtLocal(lordHowe, utc('2024-04-07T02:00'))).toBe(10.5 * HOUR);
    expect(offsetAtLocal(lordHowe, utc('2024-10-06T02:29'))).toBe(10.5 * HOUR);
    expect(offsetAtLocal(lordHowe, utc('2024-10-06T02:30'))).toBe(11 * HOUR);
  });
});

describe('coursesThrough', () => {
  const span = { earliest: utc('2024-03-15T00:00'), latest: utc('2024-04-15T00:00') };
  const pair = (iso: string, offset: Micros): { utc: Micros; written: Micros } => ({
    utc: utc(iso),
    written: utc(iso) + offset + 20 * SECOND,
  });
  const through = (pairs: readonly { utc: Micros; written: Micros }[]): readonly string[] =>
    coursesThrough(pairs, span, MINUTE).flatMap(({ names }) => names);

  it('one moment leaves all zones that had this offset then', () => {
    const names = through([pair('2024-03-20T12:00', HOUR)]);
    expect(names).toEqual(expect.arrayContaining(['Europe/Vienna', 'Africa/Lagos']));
    expect(names).not.toContain('Europe/London');
  });

  it('moments before and after a change leave those that changed', () => {
    const names = through([pair('2024-03-20T12:00', HOUR), pair('2024-04-10T12:00', 2 * HOUR)]);
    expect(names).toContain('Europe/Vienna');
    expect(names).not.toContain('Africa/Lagos');
    const still = through([pair('2024-03-20T12:00', HOUR), pair('2024-04-10T12:00', HOUR)]);
    expect(still).toContain('Africa/Lagos');
    expect(still).not.toContain('Europe/Vienna');
  });

  it('one that lies elsewhere is outvoted', () => {
    const pairs = [
      pair('2024-03-20T12:00', HOUR),
      pair('2024-03-25T12:00', -7 * HOUR),
      pair('2024-04-10T12:00', 2 * HOUR),
    ];
    expect(through(pairs)).toEqual(through(pairs.filter((_, i) => i !== 1)));
  });

  it('looks as far as the pairs reach, not only the log', () => {
    const names = through([
      pair('2024-03-20T12:00', HOUR),
      pair('2024-11-20T12:00', HOUR),
      pair('2024-07-20T12:00', 2 * HOUR),
    ]);
    expect(names).toContain('Europe/Vienna');
    expect(names).not.toContain('Africa/Lagos');
  });

  it('is none where there is nothing to go by, or no zone fits', () => {
    expect(through([])).toEqual([]);
    expect(through([pair('2024-03-20T12:00', 20 * HOUR)])).toEqual([]);
    expect(through([pair('2024-03-20T12:00', HOUR + 7 * MINUTE)])).toEqual([]);
  });

  it('holds to its tolerance on both sides', () => {
    const at = utc('2024-03-20T12:00');
    const fits = (off: Micros): boolean => coursesThrough([{ utc: at, written: at + off }], span, MINUTE).length > 0;
    expect([fits(HOUR - MINUTE), fits(HOUR + MINUTE)]).toEqual([true, true]);
    expect([fits(HOUR - MINUTE - 1), fits(HOUR + MINUTE + 1)]).toEqual([false, false]);
  });
});

it('a day of leap years and years without one does not move the changes', () => {
  const later = courseOfZone('Europe/Vienna', { earliest: YEAR.earliest + 30 * DAY, latest: YEAR.latest + 365 * DAY });
  expect(changesOf(later).map((change) => change.utc)).toEqual(
    ['2024-03-31T01:00', '2024-10-27T01:00', '2025-03-30T01:00', '2025-10-26T01:00'].map(utc),
  );
});
