import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { generateSample, SAMPLE_NAMES } from './generate.js';

/** The seed of the committed samples. `WRITE_SAMPLES=1 npx vitest run test/sample-generator` writes them anew. */
const SEED = 1;
const ROOT = join(import.meta.dirname, '../../samples');

/** Compressed files are compared by content: zlib versions differ in their output. */
const plain = (path: string, bytes: Uint8Array): Buffer =>
  path.endsWith('.gz') ? gunzipSync(bytes) : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function committed(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'report.expected.json')
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

describe.each(SAMPLE_NAMES)('%s', (name) => {
  const folder = join(ROOT, name);
  const files = generateSample(name, { seed: SEED });

  it.runIf(process.env.WRITE_SAMPLES === '1')('is written', () => {
    for (const path of committed(folder)) rmSync(join(folder, path));
    for (const [path, bytes] of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), bytes);
    }
    expect(committed(folder)).toEqual([...files.keys()].sort());
  });

  it('is committed as the generator gives it', () => {
    expect(committed(folder)).toEqual([...files.keys()].sort());
    for (const [path, bytes] of files) {
      expect(plain(path, readFileSync(join(folder, path))).equals(plain(path, bytes)), path).toBe(true);
    }
  });
});
