import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PARSERS } from '../../parsers/index.js';
import { writeEvtx } from '../../parsers/windows-evtx/write-evtx.js';
import { analyzeFiles } from '../run.js';
import { generateSample } from '../sample-generator/generate.js';

/** One file of each format: fixtures under names that say nothing, and an event log from the sample. */
function oneOfEach(): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const parser of PARSERS) {
    if (parser.reads === 'bytes' && parser.id === 'windows-evtx') continue;
    const folder = new URL(`../../parsers/${parser.id}/fixtures/`, import.meta.url);
    const names = readdirSync(folder).filter((name) => !name.endsWith('.expected.jsonl'));
    for (const [i, name] of names.entries()) {
      files.set(`evidence/${parser.id}-${i}.bin`, readFileSync(new URL(encodeURIComponent(name), folder)));
    }
  }
  const evtx = [...generateSample('path-loss', { seed: 1 })].find(([path]) => path.endsWith('.evtx'));
  files.set('evidence/log.bin', evtx?.[1] ?? writeEvtx([]));
  return files;
}

test('a folder of all formats under meaningless names has no unrecognised file, and every format is met', async () => {
  const analysis = await analyzeFiles(oneOfEach());
  expect(analysis.unrecognised.map((f) => f.path)).toEqual([]);
  expect([...new Set(analysis.sources.map((s) => s.format))].sort()).toEqual(PARSERS.map((p) => p.id));
  expect(analysis.sources.flatMap((s) => s.issues.filter((i) => i.code === 'parser-failed').map(() => s.path))).toEqual(
    [],
  );
});
