import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PARSERS } from '../../parsers/index.js';
import { readSource } from '../../src/ingest/read-source.js';
import type { SourceReading } from '../../src/model/reading.js';
import { watchSources } from '../../src/watch-source.js';
import { CORE } from '../run.js';
import { generateSample, SAMPLE_NAMES } from '../sample-generator/generate.js';

const WATCH = watchSources(CORE.rules);

interface Read extends SourceReading {
  readonly whole: number;
  readonly counted: number;
}

/** Reads a log with the interest of the core pack, or with every event wanted. */
async function read(content: Uint8Array, isEveryWanted: boolean): Promise<Read> {
  const watches: ReturnType<typeof WATCH>[] = [];
  const seen = { whole: 0, counted: 0 };
  const outcome = await readSource({ kind: 'memory', path: 'x', content }, 's1', PARSERS, (parser) => {
    const watch = WATCH('s1', parser.id, parser.layer);
    watches.push(watch);
    const { listener } = watch;
    return {
      ...listener,
      interest: isEveryWanted ? { ...listener.interest, event: () => true } : listener.interest,
      record(record) {
        seen.whole++;
        listener.record(record);
      },
      counted(head) {
        seen.counted++;
        listener.counted(head);
      },
    };
  });
  const [watch] = watches;
  if ('unrecognised' in outcome || watch === undefined) throw new Error('no parser claims it');
  return { ...watch.finish(outcome.source, outcome.index), ...seen };
}

/** Returns how many records were not read whole. */
async function compare(content: Uint8Array): Promise<number> {
  const all = await read(content, true);
  const own = await read(content, false);
  expect(all.counted).toBe(0);
  expect(own.whole + own.counted).toBe(all.whole);
  // The source holds the stream statistics, the issues and the number of records.
  expect(own.source).toEqual(all.source);
  expect(structuredClone(own.detections)).toEqual(structuredClone(all.detections));
  expect(own.observations).toEqual(all.observations);
  return own.counted;
}

describe('what no rule wants is not read whole, and nothing else changes', () => {
  for (const name of SAMPLE_NAMES) {
    test(`sample ${name}`, async () => {
      const logs = [...generateSample(name, { seed: 1 })].filter(([path]) => path.endsWith('.evtx'));
      expect(logs.length).toBeGreaterThan(0);
      let counted = 0;
      for (const [, content] of logs) counted += await compare(content);
      expect(counted).toBeGreaterThan(0);
    });
  }

  const fixtures = join(import.meta.dirname, '../../parsers/windows-evtx/fixtures');
  test.each(readdirSync(fixtures).filter((name) => name.endsWith('.evtx')))('fixture %s', async (name) => {
    await compare(readFileSync(join(fixtures, name)));
  });
});

test('an event id is wanted in the channels of its rules only', () => {
  const { event } = WATCH('s1', 'windows-evtx', 'hypervisor').listener.interest;
  expect(event('disk', 153, 'System')).toBe(true);
  expect(event('disk', 153, 'SYSTEM')).toBe(true);
  expect(event('disk', 153, 'Application')).toBe(false);
  expect(event('disk', 9999, 'System')).toBe(false);
  // What the parser could not read may be anything.
  expect(event('disk', null, 'System')).toBe(true);
  expect(event('disk', 153, null)).toBe(true);
  expect(event('Microsoft-Windows-Hyper-V-Worker', 9999, 'Other')).toBe(true);
});

const corpus = process.env.FAULTLINE_CORPUS ?? '';
const files =
  corpus === ''
    ? []
    : readdirSync(corpus, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.evtx'))
        .sort();

describe.skipIf(corpus === '')('real logs', () => {
  test.each(files)('%s', async (name) => {
    await compare(readFileSync(join(corpus, name)));
  });
});
