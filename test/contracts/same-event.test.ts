import { expect, test } from 'vitest';
import { PARSERS } from '../../parsers/index.js';
import { readSource } from '../../src/ingest/read-source.js';
import type { LogRecord } from '../../src/model/record.js';
import { EVERYTHING } from '../../src/parser/collect.js';
import { analyzeFiles } from '../run.js';
import { generateSample } from '../sample-generator/generate.js';

async function read(content: Uint8Array): Promise<readonly LogRecord[]> {
  const records: LogRecord[] = [];
  await readSource({ kind: 'memory', path: 'x', content }, 's1', PARSERS, () => ({
    record: (r) => void records.push(r),
    counted: () => {},
    interest: EVERYTHING,
    metric: () => {},
    column: () => {},
    literals: null,
  }));
  return records;
}

test('a log as EVTX and the same log as the XML of its records give the same records', async () => {
  const evtx = [...generateSample('path-loss', { seed: 1 })].filter(([path]) => path.endsWith('.evtx'));
  expect(evtx.length).toBeGreaterThan(1);
  for (const [, content] of evtx) {
    const binary = await read(content);
    const xml = await read(Buffer.from(binary.map((r) => r.text).join('\n')));
    const essence = (records: readonly LogRecord[]): readonly unknown[] =>
      records.map((r) => [r.time, r.host, r.channel, r.ident, r.severity, r.body, r.fields]);
    expect(binary.length).toBeGreaterThan(1);
    expect(essence(xml)).toEqual(essence(binary));
  }
});

test('records that EVTX and XML both hold are counted once, with two origins', async () => {
  const files = generateSample('path-loss', { seed: 1 });
  const [path, content] = [...files].find(([p]) => p.endsWith('HV02/System.evtx')) ?? ['', new Uint8Array()];
  const xml = Buffer.from((await read(content)).map((r) => r.text).join('\n'));
  const once = await analyzeFiles(new Map([[path, content]]));
  const twice = await analyzeFiles(
    new Map<string, Uint8Array>([
      [path, content],
      ['System.xml', xml],
    ]),
  );
  expect(once.detections.length).toBeGreaterThan(3);
  expect(twice.detections.map((d) => [d.rule, d.count])).toEqual(once.detections.map((d) => [d.rule, d.count]));
  expect(twice.detections.some((d) => new Set(d.origins.map((o) => o.source)).size === 2)).toBe(true);
});
