import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

test.each(['0', '-1', 'two', '1.5', '65', ''])('--jobs %s is refused with what to give', (jobs) => {
  const run = faultline(['report', folder, `--jobs=${jobs}`]);
  expect(run.code).toBe(2);
  expect(run.err).toContain('give 1 to 64');
});
