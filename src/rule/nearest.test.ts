import { describe, expect, it } from 'vitest';
import { parseDuration } from './duration.js';
import { editDistance, nearest, suggest } from './nearest.js';

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['abc', '', 3],
    ['kitten', 'sitting', 3],
    ['contians', 'contains', 1],
    ['ca', 'abc', 3],
    ['same', 'same', 0],
  ] as const)('%s %s: %i', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });
});

describe('nearest', () => {
  it.each([
    ['contians', ['contains', 'cased'], 'contains'],
    ['Level', ['level'], 'level'],
    ['xyz', ['contains'], null],
    ['vm', ['host', 'job'], null],
    // Of equally near ones the first in the alphabet, whatever the order.
    ['bat', ['cat', 'bar'], 'bar'],
    ['', ['a'], null],
    ['x'.repeat(1_000), ['x'.repeat(1_000)], null],
  ] as const)('%s', (word, candidates, expected) => {
    expect(nearest(word, candidates)).toBe(expected);
    expect(nearest(word, [...candidates].reverse())).toBe(expected);
  });

  it('lists what there is when nothing is near', () => {
    expect(suggest('zzz', ['a', 'b'], 'keys')).toBe('keys: a, b');
    expect(suggest('zzz', [], 'keys')).toBe('there are no keys');
    expect(
      suggest(
        'zzzzzzz',
        Array.from({ length: 30 }, (_, i) => `k${i}`),
        'keys',
      ),
    ).toMatch(/k19, \.\.\.$/);
  });
});

describe('parseDuration', () => {
  it.each([
    ['1s', 1],
    ['90s', 90],
    ['5m', 300],
    ['2h', 7_200],
    ['7d', 604_800],
  ] as const)('%s is %i seconds', (text, seconds) => {
    expect(parseDuration(text, false)).toEqual({ seconds });
  });

  it.each([
    ['5M', "write '5m': units are lower case"],
    ['1h30', "write '90m'"],
    ['1h30m', "write '90m'"],
    ['5 m', "write '5m'"],
    ['30sec', "write '30s'"],
    ['5 minutes', "write '5m'"],
    ['0s', "write for example '30s'"],
    ['999999999d', 'write a shorter duration'],
    ['1.5h', "write a whole number and one of s, m, h, d: '90s', '5m', '1h', '7d'"],
    ['', "write a whole number and one of s, m, h, d: '90s', '5m', '1h', '7d'"],
    ['1w', "write a whole number and one of s, m, h, d: '90s', '5m', '1h', '7d'"],
  ] as const)('%j: %s', (text, fix) => {
    expect(parseDuration(text, false)).toMatchObject({ fix });
  });

  it('takes zero where it may', () => {
    expect(parseDuration('0s', true)).toEqual({ seconds: 0 });
  });
});
