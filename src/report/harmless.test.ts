import fc from 'fast-check';
import { expect, test } from 'vitest';
import { codeSpan, escapeMarkdown, harmless } from './harmless.js';
import { formatTime } from './time.js';

test('escape sequences and bidi controls become visible', () => {
  expect(harmless('\u001b[31mred\u009b0m \u202etxt')).toBe('\\x1b[31mred\\x9b0m \\u202etxt');
});

test('nothing of a log line survives as markup', () => {
  expect(escapeMarkdown('<img src=x onerror=alert(1)> [a](javascript:x) | `b` *c*')).not.toMatch(
    /<|(?<!\\)[[\]|`*]|javascript:/,
  );
});

test('a code span holds whatever backticks the line has', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('`', 'a', ' ') }), (text) => {
      const span = codeSpan(text);
      const fence = /^`+/.exec(span)?.[0] ?? '';
      expect(span.endsWith(fence)).toBe(true);
      expect(span.slice(fence.length, -fence.length)).not.toContain(fence);
    }),
  );
});

test('times keep the precision of their stamp', () => {
  const micros = Date.parse('2024-03-03T02:14:07.123Z') * 1000 + 456;
  expect(formatTime(micros, 1)).toBe('2024-03-03T02:14:07.123456Z');
  expect(formatTime(micros, 1000)).toBe('2024-03-03T02:14:07.123Z');
  expect(formatTime(micros, 1_000_000)).toBe('2024-03-03T02:14:07Z');
  expect(formatTime(1e30)).toBe('invalid');
});
