import { createHash } from 'node:crypto';
import { mkdtempSync, openSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Spool } from './spool.js';
import type { Given } from './spool-given.js';

/** Threads run JavaScript: the spool and its thread are bundled, as for a release. */
const folder = mkdtempSync(join(tmpdir(), 'faultline-spool-test-'));
let startSpool: (given: Given, capBlocks: number) => Promise<Spool>;

beforeAll(async () => {
  const here = (name: string): string => new URL(name, import.meta.url).pathname;
  const bundle = await rolldown({
    input: { spool: here('./spool.ts'), 'spool-worker': here('./spool-worker.ts') },
    platform: 'node',
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
  });
  await bundle.write({ dir: join(folder, 'code'), format: 'esm', entryFileNames: '[name].js' });
  await import(pathToFileURL(join(folder, 'code', 'spool.js')).href).then((module) => {
    ({ startSpool } = module);
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MIB = 1 << 20;

/** `size` bytes of which every 16 tell where they are. */
function pattern(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at + 16 <= size; at += 16) bytes.write(at.toString(16).padStart(15, '0'), at, 'latin1');
  return bytes;
}

const content = pattern(190 * MIB + 12_345);
const packed = gzipSync(content, { level: 1 });

function given(bytes: Uint8Array): Given & { readonly kind: 'file' } {
  const file = join(folder, `${createHash('sha1').update(bytes.subarray(-4096)).digest('hex')}-${bytes.length}`);
  writeFileSync(file, bytes);
  // Descriptors stay open until the test ends; there are few.
  return { kind: 'file', fd: openSync(file, 'r'), size: bytes.length };
}

async function read(spool: Spool, offset: number, length: number): Promise<Buffer> {
  return Buffer.from(spool.open().bytes.read(offset, length));
}

describe.each([
  ['compressed', packed],
  ['as it is', content],
])('a stream, %s', (_how, source) => {
  test('is read from its start while it is filled', async () => {
    const spool = await startSpool(given(source), 1000);
    const { forward, finish } = spool.open();
    expect(forward.size).toBe(Number.POSITIVE_INFINITY);
    const hash = createHash('sha256');
    let at = 0;
    for (let bytes = forward.read(0, 700_001); bytes.length > 0; bytes = forward.read(at, 700_001)) {
      hash.update(bytes);
      at += bytes.length;
    }
    expect([at, forward.size]).toEqual([content.length, content.length]);
    expect(hash.digest('hex')).toBe(createHash('sha256').update(content).digest('hex'));
    expect(await finish()).toEqual({
      sha256: createHash('sha256').update(source).digest('hex'),
      givenBytes: source.length,
      troubles: [],
    });
    await spool.remove();
  });

  test('can be opened again when it was read', async () => {
    const spool = await startSpool(given(source), 1000);
    await spool.open().finish();
    expect((await read(spool, 150 * MIB + 5, 1000)).equals(content.subarray(150 * MIB + 5, 150 * MIB + 1005))).toBe(
      true,
    );
    expect(spool.open().bytes.size).toBe(content.length);
    expect(spool.storedBytes()).toBe(content.length);
    await spool.remove();
  });

  test('any reads, forward and back, give what the source holds', async () => {
    const offset = fc.integer({ min: 0, max: content.length + 1000 });
    const reads = fc.array(fc.tuple(offset, fc.integer({ min: 0, max: 3 * MIB })), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(reads, async (asked) => {
        const spool = await startSpool(given(source), 1000);
        const { forward } = spool.open();
        for (const [at, length] of asked)
          expect(Buffer.compare(forward.read(at, length), content.subarray(at, at + length))).toBe(0);
        await spool.remove();
      }),
      { numRuns: 3 },
    );
  });

  test('beyond its limit it is a ring: read to the end, and what was left far behind is gone', async () => {
    // 128 MiB, the least it may hold.
    const spool = await startSpool(given(source), 0);
    const { forward, finish } = spool.open();
    for (let at = 0; at < content.length; at += MIB) {
      const back = Math.max(0, at - 90 * MIB);
      expect(Buffer.compare(forward.read(at, MIB), content.subarray(at, at + MIB))).toBe(0);
      if (at % (40 * MIB) === 0)
        expect(Buffer.compare(forward.read(back, MIB), content.subarray(back, back + MIB))).toBe(0);
    }
    expect(forward.size).toBe(content.length);
    expect(spool.storedBytes()).toBe(128 * MIB);
    expect((await finish()).troubles).toMatchObject([{ code: 'spool-evicted', severity: 'info' }]);
    expect((await read(spool, content.length - 100 * MIB, MIB)).length).toBe(MIB);
    const again = spool.open();
    expect(again.bytes.read(0, MIB).length).toBe(0);
    expect((await again.finish()).troubles).toMatchObject([{ code: 'spool-evicted', severity: 'data-loss' }]);
    await spool.remove();
  });

  test('in a ring, going back too far is told, whatever happens to be there still', async () => {
    const spool = await startSpool(given(source), 0);
    const { forward, finish } = spool.open();
    expect(forward.read(150 * MIB, 10).length).toBe(10);
    expect(forward.read(10 * MIB, 10).length).toBe(0);
    expect(forward.read(60 * MIB, 10).length).toBe(10);
    expect((await finish()).troubles).toMatchObject([{ code: 'spool-evicted', severity: 'data-loss' }]);
    await spool.remove();
  });

  test('its size can be asked for at once: that waits for the end', async () => {
    const spool = await startSpool(given(source), 1000);
    const { bytes } = spool.open();
    expect(bytes.size).toBe(content.length);
    expect(Buffer.compare(bytes.read(0, MIB), content.subarray(0, MIB))).toBe(0);
    await spool.remove();
  });

  test('a reader that does not see the end is stopped', async () => {
    const spool = await startSpool(given(source), 1000);
    const { forward } = spool.open();
    const { size } = forward;
    const readOn = (): void => {
      for (let at = 0; at < size; at += MIB) forward.read(at, MIB);
    };
    expect(readOn).toThrow(/behind the end/);
    await spool.remove();
  });

  test('it can be given up in the middle', async () => {
    const spool = await startSpool(given(source), 0);
    spool.open().forward.read(0, 10);
    await spool.remove();
  });
});

test('a source of less than 8 MiB has its size from the start', async () => {
  const small = content.subarray(0, 8 * MIB);
  const spool = await startSpool(given(gzipSync(small)), 1000);
  expect(spool.open().forward.size).toBe(small.length);
  await spool.remove();
});

test('offsets that are none read nothing', async () => {
  const spool = await startSpool(given(packed), 1000);
  const { forward } = spool.open();
  for (const [offset, length] of [
    [-1, 10],
    [Number.NaN, 10],
    [Number.POSITIVE_INFINITY, 10],
    [0, 0],
    [0, -5],
  ] as const)
    expect(forward.read(offset, length).length).toBe(0);
  await spool.remove();
});

test.skipIf(process.platform !== 'linux')('its file has no name, and nobody else may read it', async () => {
  const spool = await startSpool(given(packed), 1000);
  const links = readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      return [];
    }
  });
  expect(
    links.filter((link) => link.includes('faultline-') && link.endsWith('spool (deleted)')).length,
  ).toBeGreaterThan(0);
  expect(links.filter((link) => link.includes('faultline-') && link.endsWith('spool'))).toEqual([]);
  await spool.remove();
});
