import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { openInput } from './open.js';

const folder = mkdtempSync(join(tmpdir(), 'faultline-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: Uint8Array): { kind: 'file'; path: string; file: string } {
  writeFileSync(join(folder, name), content);
  return { kind: 'file', path: name, file: join(folder, name) };
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

const text = Buffer.from(Array.from({ length: 50_000 }, (_, i) => `line ${i} ${(i * 7919) % 1000}\n`).join(''));
/** Too large, packed, to be unpacked in one go: numbers that do not repeat. */
const large = Buffer.from(
  Array.from({ length: 300_000 }, (_, i) => `line ${i} ${(i * 2654435761) % 4294967296}\n`).join(''),
);

describe.each([
  ['in one go', text],
  ['as a stream', large],
])('compressed evidence, %s', (_how, content) => {
  test('reads decompressed and is hashed as given', async () => {
    const packed = gzipSync(content);
    const opened = await openInput(file('a.gz', packed));
    expect(Buffer.from(opened.bytes.read(0, content.length)).equals(content)).toBe(true);
    expect(opened.bytes.size).toBe(content.length);
    expect(await opened.finish()).toEqual({ sha256: sha256(packed), givenBytes: packed.length, troubles: [] });
    opened.close();
  });

  test('from memory it is the same', async () => {
    const packed = gzipSync(content);
    const opened = await openInput({ kind: 'memory', path: 'a.gz', content: packed });
    expect(Buffer.from(opened.forward.read(content.length - 10, 100)).equals(content.subarray(-10))).toBe(true);
    expect((await opened.finish()).sha256).toBe(sha256(packed));
    opened.close();
  });

  test('a cut member gives what it holds and says where it stopped; the hash is of the whole file', async () => {
    const packed = gzipSync(content);
    const cut = packed.subarray(0, packed.length >> 1);
    const opened = await openInput(file('c.gz', cut));
    const { size } = opened.bytes;
    expect(size).toBeGreaterThan(content.length / 4);
    expect(Buffer.from(opened.bytes.read(0, size)).equals(content.subarray(0, size))).toBe(true);
    const { troubles, ...facts } = await opened.finish();
    expect(facts).toEqual({ sha256: sha256(cut), givenBytes: cut.length });
    expect(troubles).toMatchObject([{ code: 'gzip-damaged', severity: 'data-loss', byteOffset: size }]);
    opened.close();
  });

  test('a byte turned in the middle stops it there; the hash is of the whole file', async () => {
    const packed = Buffer.from(gzipSync(content));
    packed.fill(0x55, packed.length >> 1, (packed.length >> 1) + 64);
    const opened = await openInput(file('d.gz', packed));
    const { troubles, ...facts } = await opened.finish();
    expect(facts).toEqual({ sha256: sha256(packed), givenBytes: packed.length });
    expect(troubles).toMatchObject([{ code: 'gzip-damaged', byteOffset: opened.bytes.size }]);
    opened.close();
  });

  test('what follows the last member: zeros are padding, the rest is said to be unread', async () => {
    const padded = await openInput(file('e.gz', Buffer.concat([gzipSync(content), Buffer.alloc(600_000)])));
    expect((await padded.finish()).troubles).toEqual([]);
    expect(padded.bytes.size).toBe(content.length);
    padded.close();
    for (const behind of [Buffer.from('more'), Buffer.concat([Buffer.alloc(600_000), Buffer.from('x')])]) {
      const opened = await openInput(file('f.gz', Buffer.concat([gzipSync(content), behind])));
      expect((await opened.finish()).troubles).toMatchObject([{ code: 'gzip-damaged', byteOffset: content.length }]);
      opened.close();
    }
  });
});

test('what was unpacked once is opened again without reading the file', async () => {
  const input = file('again.gz', gzipSync(large));
  const first = await openInput(input);
  const facts = await first.finish();
  first.close();
  const again = await openInput(input);
  expect(again.forward.size).toBe(large.length);
  expect(Buffer.from(again.bytes.read(1000, 50)).equals(large.subarray(1000, 1050))).toBe(true);
  expect(await again.finish()).toEqual(facts);
  again.close();
  writeFileSync(input.file, gzipSync(Buffer.concat([Buffer.from('other\n'), large])));
  const other = await openInput(input);
  expect(Buffer.from(other.bytes.read(0, 6)).toString()).toBe('other\n');
  other.close();
});

test('several members follow one another', async () => {
  const opened = await openInput(file('b.gz', Buffer.concat([gzipSync('one\n'), gzipSync(''), gzipSync('two\n')])));
  expect(Buffer.from(opened.bytes.read(0, 100)).toString()).toBe('one\ntwo\n');
  expect((await opened.finish()).troubles).toEqual([]);
  opened.close();
});

test('a member of nothing is empty', async () => {
  const opened = await openInput(file('nothing.gz', gzipSync('')));
  expect([opened.bytes.size, opened.forward.size, opened.bytes.read(0, 10).length]).toEqual([0, 0, 0]);
  opened.close();
});

test('a bomb is stopped long before its 2 GiB, and said to be one', async () => {
  const member = gzipSync(Buffer.alloc(64 << 20));
  const bomb = Buffer.concat(Array.from({ length: 32 }, () => member));
  const opened = await openInput(file('bomb.gz', bomb));
  const { troubles, ...facts } = await opened.finish();
  expect(troubles).toMatchObject([{ code: 'decompression-limit', severity: 'data-loss' }]);
  expect(facts).toEqual({ sha256: sha256(bomb), givenBytes: bomb.length });
  expect(opened.bytes.size).toBeLessThan(512 << 20);
  opened.close();
});

describe('a plain file', () => {
  test('the hash covers a file that was read only in part', async () => {
    const opened = await openInput(file('d.log', text));
    opened.bytes.read(1000, 10);
    expect(await opened.finish()).toEqual({ sha256: sha256(text), givenBytes: text.length, troubles: [] });
    opened.close();
  });

  test('empty is empty, not an error', async () => {
    const opened = await openInput(file('e.log', Buffer.alloc(0)));
    expect(opened.bytes.size).toBe(0);
    expect((await opened.finish()).sha256).toBe(sha256(Buffer.alloc(0)));
    opened.close();
  });

  test('one that grows is read as it was at first, hash and all', async () => {
    const opened = await openInput(file('grows.log', text));
    opened.bytes.read(0, 1000);
    appendFileSync(join(folder, 'grows.log'), 'one more line\n');
    expect(opened.bytes.read(text.length - 1, 100).length).toBe(1);
    const { troubles, ...facts } = await opened.finish();
    expect(facts).toEqual({ sha256: sha256(text), givenBytes: text.length });
    expect(troubles).toMatchObject([{ code: 'grew-while-read', severity: 'info', byteOffset: text.length }]);
    opened.close();
  });

  test('one that is cut ends where it ends now; hash and size are of what was read', async () => {
    const opened = await openInput(file('cut.log', text));
    opened.bytes.read(0, 1000);
    truncateSync(join(folder, 'cut.log'), 5000);
    expect(opened.bytes.read(4000, 10_000).length).toBe(1000);
    expect(opened.bytes.size).toBe(5000);
    const { troubles, ...facts } = await opened.finish();
    expect(facts).toEqual({ sha256: sha256(text.subarray(0, 5000)), givenBytes: 5000 });
    expect(troubles).toMatchObject([{ code: 'truncated-while-read', severity: 'data-loss', byteOffset: 5000 }]);
    opened.close();
  });

  test('one that is rewritten in place is told by its hash, one that is only touched is not', async () => {
    const input = file('changed.log', text);
    for (const [content, codes] of [
      [Buffer.from(text).fill('x', 0, 100), ['changed-while-read']],
      [text, []],
    ] as const) {
      writeFileSync(input.file, text);
      const opened = await openInput(input);
      opened.bytes.read(0, text.length);
      writeFileSync(input.file, content);
      utimesSync(input.file, 1, 1);
      expect((await opened.finish()).troubles.map(({ code }) => code)).toEqual(codes);
      opened.close();
    }
  });

  test('one that is replaced by another was read to its end', async () => {
    const input = file('old.log', text);
    const opened = await openInput(input);
    renameSync(file('new.log', Buffer.from('new')).file, input.file);
    const { troubles, sha256: hash } = await opened.finish();
    expect(hash).toBe(sha256(text));
    expect(troubles).toMatchObject([{ code: 'replaced-while-read', severity: 'info' }]);
    opened.close();
  });

  test('one that has vanished cannot be opened', async () => {
    await expect(openInput({ kind: 'file', path: 'x', file: join(folder, 'nowhere') })).rejects.toThrow(/ENOENT/);
  });
});
