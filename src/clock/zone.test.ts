import { expect, test } from 'vitest';
import { HOUR } from '../model/time.js';
import { checkZone, overrideFor, readOverrides } from './zone.js';
import { courseOfZone, offsetAtLocal } from './zone-courses.js';

const local = (iso: string): number => Date.parse(iso.includes('T') ? `${iso}Z` : iso) * 1000;

test('IANA zones follow summer time at local midnight, gap and fold included', () => {
  const course = courseOfZone('Europe/Vienna', { earliest: local('2024-01-01'), latest: local('2024-12-31') });
  const vienna = (at: number): number => offsetAtLocal(course, at);
  expect(vienna(local('2024-03-30T12:00:00'))).toBe(HOUR);
  expect(vienna(local('2024-03-31T01:59:59'))).toBe(HOUR);
  expect(vienna(local('2024-03-31T03:00:00'))).toBe(2 * HOUR);
  // 02:30 happens twice on 27 October 2024: the first reading is summer time.
  expect(vienna(local('2024-10-27T02:30:00'))).toBe(2 * HOUR);
  expect(vienna(local('2024-10-27T03:30:00'))).toBe(HOUR);
});

test('fixed offsets and UTC', () => {
  const fixed = (zone: string): number => offsetAtLocal(courseOfZone(zone, { earliest: 0, latest: 0 }), 0);
  expect(fixed('UTC')).toBe(0);
  expect(fixed('+05:30')).toBe(5.5 * HOUR);
  expect(fixed('UTC-5')).toBe(-5 * HOUR);
});

test('an unknown zone and a malformed override say what to do', () => {
  expect(() => checkZone('Mars/Olympus')).toThrow(/unknown time zone/);
  expect(() => readOverrides(['web01'])).toThrow(/NAME-OR-PATH=ZONE/);
});

test('overrides name a host, a short host name, a path or its end', () => {
  const overrides = readOverrides(['web01=UTC', '*/syslog=+01:00']);
  expect(overrideFor(overrides, 'WEB01.example.org', 'x')?.zone).toBe('UTC');
  expect(overrideFor(overrides, 'WEB01', 'x')?.zone).toBe('UTC');
  expect(overrideFor(overrides, null, 'guest/db/syslog')?.zone).toBe('+01:00');
  expect(overrideFor(overrides, 'db', 'guest/db/messages')).toBeNull();
});
