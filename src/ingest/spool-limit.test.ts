import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import type { Input } from './discover.js';
import { keepsSpooledFiles, limitSpools, readSize, spoolLimit, spoolShare } from './spool-limit.js';

const folder = mkdtempSync(join(tmpdir(), 'faultline-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: Uint8Array): Input {
  writeFileSync(join(folder, name), content);
  return { kind: 'file', path: name, file: join(folder, name) };
}

const GIB_IN_BLOCKS = 1024;

test.each([
  ['0', 0],
  ['500M', 500 * 2 ** 20],
  ['20G', 20 * 2 ** 30],
  ['1.5GiB', 1.5 * 2 ** 30],
  ['64 kb', 64 * 1024],
  ['123', 123],
])('%s', (given, bytes) => expect(readSize(given)).toBe(bytes));

test('before anything is said: half of the free space at most, and what was read stays', () => {
  expect(spoolLimit()).toBeGreaterThan(0);
  expect(spoolLimit()).toBeLessThanOrEqual(64 * 2 ** 30);
  expect(keepsSpooledFiles()).toBe(true);
});

test('compressed files share it by their size, pipes half of it, whatever is read first', () => {
  const small = gzipSync(Buffer.from('x'));
  const large = Buffer.concat([small, Buffer.alloc(small.length * 2)]);
  const files = [file('a.gz', small), file('b.gz', large), file('c.log', Buffer.alloc(1000, 120))];
  limitSpools('4G', files, false);
  expect([spoolShare(small.length), spoolShare(large.length)]).toEqual([GIB_IN_BLOCKS, 3 * GIB_IN_BLOCKS]);
  expect(keepsSpooledFiles()).toBe(false);
  const stdin: Input = { kind: 'stdin', path: '-' };
  limitSpools('4G', [...files, stdin], true);
  expect([spoolShare(small.length), spoolShare(null)]).toEqual([GIB_IN_BLOCKS / 2, 2 * GIB_IN_BLOCKS]);
  limitSpools('4G', [stdin], true);
  expect(spoolShare(null)).toBe(4 * GIB_IN_BLOCKS);
});

test('what cannot be read has no share', () => {
  limitSpools('4G', [{ kind: 'file', path: 'x', file: join(folder, 'nowhere') }], true);
  expect(spoolShare(1000)).toBe(4 * GIB_IN_BLOCKS);
});
