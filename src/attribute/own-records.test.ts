import { expect, test } from 'vitest';
import { analyzeFiles, CORE } from '../../test/run.js';
import { generateSample } from '../../test/sample-generator/generate.js';
import { DAY } from '../model/time.js';
import { attribute } from './attribute.js';

test('where only its own records prove the clocks, nothing is confirmed', { timeout: 60_000 }, async () => {
  const analysis = await analyzeFiles(generateSample('path-loss', { seed: 1 }));
  const { incidents, detections, sources, clocks, topology } = analysis;
  const verdicts = (doubtWithout: typeof clocks.doubtWithout): readonly string[] =>
    attribute({
      ...{ incidents, detections, sources, topology },
      rules: CORE.rules,
      clocks: { ...clocks, doubtWithout },
    })
      .attributions.map(({ verdict }) => verdict)
      .sort();
  const proven = verdicts(() => new Map());
  expect(proven).toContain('confirmed');
  expect(verdicts(clocks.doubtWithout)).toEqual(analysis.attributions.map(({ verdict }) => verdict).sort());
  const doubted = attribute({
    ...{ incidents, detections, sources, topology },
    rules: CORE.rules,
    clocks: { ...clocks, doubtWithout: (_own, streams) => new Map(streams.map((stream) => [stream, DAY])) },
  }).attributions;
  const shaken = doubted.filter(({ short }) =>
    short.some((why) => why.startsWith('without the records of this incident')),
  );
  expect(shaken.length).toBeGreaterThan(0);
  for (const { verdict } of shaken) expect(verdict).not.toBe('confirmed');
});
