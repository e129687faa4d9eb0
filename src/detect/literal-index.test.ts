import fc from 'fast-check';
import { expect, test } from 'vitest';
import { indexLiterals } from './literal-index.js';

function found(literals: readonly string[], text: string): readonly number[] {
  const hits = new Set<number>();
  indexLiterals(literals).scan(text, (literal) => hits.add(literal));
  return [...hits].sort((a, b) => a - b);
}

test('finds every literal, also one inside another and across case', () => {
  expect(found(['abort', 'bor', 'journal'], 'ABORTING JOURNAL')).toEqual([0, 1, 2]);
  expect(found(['abort'], 'abo\u00e4rt')).toEqual([]);
});

test('agrees with a naive search on random texts', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(
      fc.array(word, { minLength: 1, maxLength: 12 }),
      fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'A', 'ß'), maxLength: 60 }),
      (literals, text) => {
        const unique = [...new Set(literals)];
        const naive = unique.flatMap((literal, i) =>
          text.replace(/[A-Z]/g, (c) => c.toLowerCase()).includes(literal) ? [i] : [],
        );
        expect(found(unique, text)).toEqual(naive);
      },
    ),
  );
});
