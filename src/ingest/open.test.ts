import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
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

test('a gzip member reads decompressed and is hashed as given', async () => {
  const packed = gzipSync(text);
  const opened = await openInput(file('a.gz', packed));
  expect(Buffer.from(opened.bytes.read(0, text.length)).equals(text)).toBe(true);
  expect(opened.sha256()).toBe(sha256(packed));
  expect(opened.damage).toBeNull();
  opened.close();
});

test('several members follow one another', async () => {
  const opened = await openInput(file('b.gz', Buffer.concat([gzipSync('one\n'), gzipSync('two\n')])));
  expect(Buffer.from(opened.bytes.read(0, 100)).toString()).toBe('one\ntwo\n');
  opened.close();
});

test('a cut member gives what it holds and says where it stopped', async () => {
  const packed = gzipSync(text);
  const opened = await openInput(file('c.gz', packed.subarray(0, packed.length >> 1)));
  expect(opened.damage?.code).toBe('gzip-damaged');
  expect(opened.bytes.size).toBeGreaterThan(text.length / 4);
  expect(Buffer.from(opened.bytes.read(0, opened.bytes.size)).equals(text.subarray(0, opened.bytes.size))).toBe(true);
  expect(opened.damage?.byteOffset).toBe(opened.bytes.size);
  opened.close();
});

test('the hash covers a file that was read only in part', async () => {
  const opened = await openInput(file('d.log', text));
  opened.bytes.read(1000, 10);
  expect(opened.sha256()).toBe(sha256(text));
  opened.close();
});

test('an empty file is empty, not an error', async () => {
  const opened = await openInput(file('e.log', Buffer.alloc(0)));
  expect(opened.bytes.size).toBe(0);
  expect(opened.sha256()).toBe(sha256(Buffer.alloc(0)));
  opened.close();
});
