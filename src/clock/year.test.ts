import { expect, test } from 'vitest';
import { inYear, turnsBefore, yearEndingNear, yearNear, yearOfEpoch } from './year.js';

const utc = (iso: string): number => Date.parse(iso) * 1000;

test('a stamp moves to another year with its time of day', () => {
  expect(inYear(utc('1972-03-03T02:14:07.5Z'), 2024)).toBe(utc('2024-03-03T02:14:07.5Z'));
  expect(inYear(utc('1972-02-29T00:00:00Z'), 2023)).toBe(utc('2023-03-01T00:00:00Z'));
});

test('the year nearest to the dated sources, across a turn of the year', () => {
  const dated = { earliest: utc('2023-12-20T00:00:00Z'), latest: utc('2024-01-05T00:00:00Z') };
  const at = (iso: string, turns = 0) => ({ first: utc(iso), last: utc(iso), turns, leapTurns: [] });
  expect(yearNear(at('1972-12-25T00:00:00Z'), dated)).toBe(2023);
  expect(yearNear(at('1972-01-02T00:00:00Z'), dated)).toBe(2024);
  expect(yearNear({ ...at('1972-12-30T00:00:00Z', 1), last: utc('1973-01-02T00:00:00Z') }, dated)).toBe(2023);
});

test('an absolute time in the line gives the year even at the turn in another zone', () => {
  expect(yearOfEpoch(utc('1972-12-31T23:30:00Z'), utc('2024-01-01T04:30:00Z'))).toBe(2023);
});

test('turns count the places before', () => {
  expect(turnsBefore([100, 200], 150)).toBe(1);
  expect(turnsBefore([100, 200], null)).toBe(0);
});

test('a 29 February is in a leap year', () => {
  const dated = { earliest: utc('2023-02-20T00:00:00Z'), latest: utc('2023-03-05T00:00:00Z') };
  const log = { first: utc('1972-02-27T00:00:00Z'), last: utc('1972-03-02T00:00:00Z'), turns: 0, leapTurns: [] };
  expect(yearNear(log, dated)).toBe(2023);
  expect(yearNear({ ...log, leapTurns: [0] }, dated)).toBe(2024);
  const turned = { ...log, first: utc('1972-11-01T00:00:00Z'), last: utc('1973-03-02T00:00:00Z'), turns: 1 };
  expect(yearNear({ ...turned, leapTurns: [1] }, dated)).toBe(2023);
});

test('a year by the day on which the log ends', () => {
  const log = { first: utc('1972-11-05T00:00:00Z'), last: utc('1972-11-30T00:00:00Z'), turns: 0, leapTurns: [] };
  expect(yearEndingNear(log, utc('2024-01-01T00:00:00Z'))).toBe(2023);
  expect(yearEndingNear(log, utc('2024-11-01T00:00:00Z'))).toBe(2024);
});
