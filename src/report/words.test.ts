import { expect, test } from 'vitest';
import { gapSentences } from './words.js';

test('causes that nothing refutes are one sentence, after what else keeps a verdict from being confirmed', () => {
  const order = 'the order of the decisive record and the onset is not certain';
  expect(gapSentences(['volume-full is not refuted', order, 'csv-pause is not refuted'])).toEqual([
    order,
    'nothing refutes volume-full, csv-pause',
  ]);
  expect(gapSentences([order])).toEqual([order]);
  expect(gapSentences([])).toEqual([]);
});
