import fc from 'fast-check';
import { expect, test } from 'vitest';
import { indexLiterals } from './literal-index.js';

function found(literals: readonly string[], text: string): readonly number[] {
  const hits = new Set<number>();
  indexLiterals(literals).scan(text, (literal) => hits.add(literal));
  return [...hits].sort((a, b) => a - b);
}

function naive(literals: readonly string[], text: string): readonly number[] {
  const lower = text.replace(/[A-Z]/g, (c) => c.toLowerCase());
  return literals.flatMap((literal, i) => (lower.includes(literal) ? [i] : []));
}

test('finds every literal, also one inside another and across case', () => {
  expect(found(['abort', 'bor', 'journal'], 'ABORTING JOURNAL')).toEqual([0, 1, 2]);
  expect(found(['abort'], 'abo\u00e4rt')).toEqual([]);
});

test('agrees with a naive search on random texts', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(
      fc.array(word, { minLength: 1, maxLength: 12 }),
      fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'A', 'ß', '\u2028', '\ud83d'), maxLength: 60 }),
      (literals, text) => {
        const unique = [...new Set(literals)];
        expect(found(unique, text)).toEqual(naive(unique, text));
      },
    ),
    { numRuns: 500 },
  );
});

test('of long literals it names those that stand there, and none that shares no twelve characters', () => {
  const part = fc.constantFrom(
    'I/O error, ',
    'dev sd',
    'blocked for ',
    'more than ',
    '120 ',
    'read-only',
    'EXT4-fs ',
    'x',
  );
  const text = fc.array(part, { maxLength: 8 }).map((parts) => parts.join(''));
  const literals = fc.array(
    text.map((t) => t.toLowerCase()).filter((t) => t !== ''),
    { minLength: 1, maxLength: 60 },
  );
  fc.assert(
    fc.property(literals, text, (all, line) => {
      const unique = [...new Set(all)];
      const hits = found(unique, line);
      expect(hits).toEqual(expect.arrayContaining([...naive(unique, line)]));
      const lower = line.toLowerCase();
      for (const hit of hits) {
        const literal = unique[hit] ?? '';
        const windows = Array.from({ length: Math.max(1, literal.length - 11) }, (_, i) => literal.slice(i, i + 12));
        expect(windows.some((window) => lower.includes(window))).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});

test('a thousand literals that share all their grams are named for every text, and the text is still read fast', () => {
  const literals = Array.from({ length: 1000 }, (_, i) => 'aaaaaa'.padEnd(6 + i, 'a'));
  const text = 'a'.repeat(1 << 20);
  const before = performance.now();
  expect(found(literals, text)).toHaveLength(1000);
  // Compared with every literal at every place this would take minutes.
  expect(performance.now() - before).toBeLessThan(3000);
  expect(found(literals, 'aaaaaa')).toEqual(expect.arrayContaining([0]));
});
