import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { generateSyslog } from './generate.mjs';
import { COUNTERS, generateCounters, printed } from './generate-counters.mjs';

const folder = mkdtempSync(join(tmpdir(), 'faultline-bench-'));
afterAll(() => rmSync(folder, { recursive: true }));

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
function made(name, bytes, every, options) {
  const file = join(folder, name);
  generateSyslog(file, bytes, every, options);
  return readFileSync(file);
}

test('the same syslog every time: figures of different days are of the same bytes', () => {
  expect(sha256(made('sparse', 1e6, 1000))).toBe('d65a4d2fd58a7b0d20fe546234b46ab50123fda156ce7a3b74f040f732567cd9');
  expect(sha256(made('dense', 1e6, 1))).toBe('e046069a7454c149518aeb60a0b1d87b9acb580dfa36cb9a728c7c18b2f380a4');
});

test('a shorter file is the beginning of a longer one', () => {
  const short = made('short', 1e6, 1000);
  expect(made('long', 5e6, 1000).subarray(0, short.length).equals(short)).toBe(true);
});

test('one line in `every` is of interest, and all have the host and the dialect', () => {
  const lines = made('rfc3164', 1e6, 100, { host: 'db01', dialect: 'rfc3164' })
    .toString('latin1')
    .trimEnd()
    .split('\n');
  expect(lines.every((line) => /^Jan {2}1 \d\d:\d\d:\d\d db01 \S/.test(line))).toBe(true);
  const relevant = lines.filter((line) => /blk_update_request|blocked for|Remounting|timing out/.test(line));
  expect(relevant).toHaveLength(lines.length / 100);
});

test('a file that has the size is left alone', () => {
  const before = statSync(join(folder, 'sparse')).mtimeMs;
  made('sparse', 1e6, 1000);
  expect(statSync(join(folder, 'sparse')).mtimeMs).toBe(before);
});

test('400 counters, in every row', () => {
  const file = join(folder, 'counters.csv');
  generateCounters(file, 500_000);
  const rows = readFileSync(file, 'latin1').trimEnd().split('\r\n');
  expect(new Set(COUNTERS.map(({ path }) => path)).size).toBe(400);
  expect(new Set(rows.map((row) => row.split('","').length))).toEqual(new Set([401]));
  expect(rows[2]).not.toMatch(/NaN|Infinity|undefined/);
});

// What printf("%.17g") writes for the same doubles.
test.each([
  [0.1, '0.10000000000000001'],
  [25.5, '25.5'],
  [0, '0'],
  [3, '3'],
  [0.00012, '0.00012'],
  [5e-5, '5.0000000000000002e-05'],
  [1 / 3, '0.33333333333333331'],
])('%d is printed as PDH does', (value, text) => {
  expect(printed(value)).toBe(text);
});
