import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fold } from './fold.js';
import { literalSource, literalTest } from './literal-regex.js';

// Letters that toUpperCase, toLowerCase or Unicode case folding bring together with ASCII ones, and what a regular expression means by itself.
const UNIT = fc.constantFrom(
  ...'kKsSiIaA',
  '\u212a',
  '\u0131',
  '\u0130',
  '\u017f',
  '\u00df',
  '\ufb06',
  ...'.*+?^$()[]{}|\\/-\n\0 ',
);
const ASCII = fc.string({ unit: fc.constantFrom(...'kKsSiIaA.*+?^$()[]{}|\\/-\n\0 '), minLength: 1, maxLength: 5 });

it('finds what a search in the folded text finds', () => {
  const literals = fc.array(fc.tuple(ASCII, fc.boolean()), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(literals, fc.string({ unit: UNIT, maxLength: 20 }), (all, text) => {
      const expected = all.some(([literal, isStart]) =>
        isStart ? fold(text).startsWith(fold(literal)) : fold(text).includes(fold(literal)),
      );
      const sources = all.map(([literal, isStart]) => literalSource(literal, isStart) ?? 'never');
      expect(literalTest(sources)(text)).toBe(expected);
    }),
    { numRuns: 5000 },
  );
});

it('splits long lists and still finds their last literal', () => {
  const words = Array.from({ length: 500 }, (_, i) => `word ${i};`);
  const found = literalTest(words.map((word) => literalSource(word, false) ?? ''));
  expect(words.every((word) => found(`a ${word.toUpperCase()} b`))).toBe(true);
  expect(found('word 500;')).toBe(false);
});

it.each([['größe'], ['\u212a'], ['a'.repeat(257)], ['']])('leaves %j to the search', (text) =>
  expect(literalSource(text, false)).toBeNull(),
);
