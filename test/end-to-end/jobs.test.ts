import {
  closeSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faultline } from './faultline.js';

/** A sample case and beside it enough quiet logs that several threads are used (32 MiB). */
const folder = mkdtempSync(join(tmpdir(), 'faultline-jobs-'));
const samples = new URL('../../samples/', import.meta.url).pathname;

beforeAll(() => {
  cpSync(join(samples, 'path-loss'), folder, { recursive: true });
  mkdirSync(join(folder, 'bulk'));
  for (let file = 0; file < 9; file++) writeFileSync(join(folder, 'bulk', `quiet${file}.log`), quietLog(file));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function quietLog(file: number): string {
  const lines: string[] = [];
  for (let n = 0; n < 45_000; n++) {
    const at = new Date(Date.UTC(2024, 0, 1, file) + n * 2000).toISOString().replace('.000Z', '+00:00');
    const what =
      n % 9000 === 17 ? `kernel: [${n}.000000] EXT4-fs (sda1): Remounting filesystem read-only` : 'cron[7]: tick';
    lines.push(`${at} bulk${file} ${what} ${'x'.repeat(40)}${n}`);
  }
  return `${lines.join('\n')}\n`;
}

test('the report is the same, byte for byte, for any number of threads', () => {
  const reports = ['1', '2', '3', '16'].map((jobs) => {
    const out = join(folder, '..', `faultline-jobs-${process.pid}-${jobs}.json`);
    const run = faultline(['report', folder, '--format', 'json', '--quiet', '--jobs', jobs, '--out', out]);
    expect([run.code, run.err]).toEqual([0, '']);
    const text = readFileSync(out, 'utf8');
    rmSync(out);
    return text;
  });
  expect(JSON.parse(reports[0] ?? '').sources.length).toBeGreaterThan(20);
  expect(new Set(reports).size).toBe(1);
});

test('one large log is scanned by several threads, with the same report and the same hits', () => {
  const large = join(folder, 'large.log');
  const fd = openSync(large, 'w');
  // 150 MB: above the size from which other threads scan sections of it; a hit every 4 MB, one record over two lines.
  const piece = `${quietLog(0)}2024-01-02T03:04:05+00:00 bulk0 kernel: [9.000000] EXT4-fs error (device sda1): needle\n in two lines\n`;
  for (let i = 0; i < 35; i++) writeSync(fd, piece);
  closeSync(fd);
  expect(statSync(large).size).toBeGreaterThan(140e6);
  const outputs = (args: readonly string[]): Set<string> =>
    new Set(['1', '2', '4'].map((jobs) => faultline([...args, '--quiet', '--jobs', jobs]).out));
  const reports = outputs(['report', large, '--format', 'json']);
  expect(reports.size).toBe(1);
  expect(JSON.parse([...reports][0] ?? '').sources[0].records).toBe(35 * 45_001);
  const hits = outputs(['search', 'NEEDLE', large, '-i', '--format', 'json']);
  expect(hits.size).toBe(1);
  expect([...hits][0]?.trim().split('\n').length).toBe(35);
});

test.each(['0', '-1', 'two', '1.5', '65', ''])('--jobs %s is refused with what to give', (jobs) => {
  const run = faultline(['report', folder, `--jobs=${jobs}`]);
  expect(run.code).toBe(2);
  expect(run.err).toContain('give 1 to 64');
});
