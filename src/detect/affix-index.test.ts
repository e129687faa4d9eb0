import fc from 'fast-check';
import { expect, test } from 'vitest';
import { indexAffixes } from './affix-index.js';

const unit = fc.constantFrom('a', 'b', '\\', '.', '\0');
const subject = fc.string({ unit: fc.constantFrom('a', 'b', 'A', 'B', '\\', '.', '\0', 'ß', '\u212a'), maxLength: 8 });

test.each([
  ['beginnings', false],
  ['endings', true],
])('finds all %s that stand there', (_what, isSuffix) => {
  const texts = fc.array(fc.string({ unit, maxLength: 6 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(texts, subject, (all, text) => {
      const index = indexAffixes(
        all.map((affix, i) => ({ text: affix, owners: [i, i + 100] })),
        isSuffix,
      );
      const hits: number[] = [];
      index.scan(text, (owner) => hits.push(owner));
      const lower = text.replace(/[A-Z]/g, (char) => char.toLowerCase());
      const expected = all.flatMap((affix, i) =>
        (isSuffix ? lower.endsWith(affix) : lower.startsWith(affix)) ? [i, i + 100] : [],
      );
      expect(hits.sort((a, b) => a - b)).toEqual(expected.sort((a, b) => a - b));
    }),
    { numRuns: 1000 },
  );
});
