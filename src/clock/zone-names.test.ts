import { expect, test } from 'vitest';
import { HOUR } from '../model/time.js';
import { zonesOf } from './zone-names.js';

const at = (text: string): number => Date.parse(text) * 1000;

test('a change of summer time tells zones apart', () => {
  const names = zonesOf([
    { utc: at('2024-03-30T12:00:00Z'), offset: HOUR },
    { utc: at('2024-04-01T12:00:00Z'), offset: 2 * HOUR },
  ]);
  expect(names).toContain('Europe/Vienna');
  expect(names).not.toContain('Africa/Lagos');
  expect(names).not.toContain('America/New_York');
});

test('an offset nobody has is nobody’s', () => {
  expect(zonesOf([{ utc: at('2024-03-30T12:00:00Z'), offset: 7.25 * HOUR }])).toEqual([]);
});
