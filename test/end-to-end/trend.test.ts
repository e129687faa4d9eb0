import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { TrendReport } from '../../src/model/trend.js';
import { faultline } from './faultline.js';

/** Fourteen nights, 2024-01-15 to 28; five VMs went read-only, in the nights that begin on the 16th, 18th, 21st, 23rd and 26th. */
const SAMPLE = 'samples/nightly-backup';

function trend(...args: readonly string[]): TrendReport {
  const { code, out, err } = faultline(['trend', SAMPLE, ...args, '--format', 'json', '--quiet']);
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out) as TrendReport;
}

function refused(...args: readonly string[]): string {
  const { code, out, err } = faultline(['trend', SAMPLE, '--quiet', ...args]);
  expect([code, out]).toEqual([2, '']);
  return err;
}

describe('faultline trend', () => {
  test('what goes on after a change was not mended by it', () => {
    const found = trend('--change', '2024-01-22');
    expect(found.perVmNight).toMatchObject({ before: { events: 3, exposure: 70 }, after: { events: 2, exposure: 60 } });
    expect(found).toMatchObject({ verdict: 'no-change', unit: 'vm-night', rowNights: 1, uncounted: [], leftOut: [] });
    expect(found.counted.map(({ vm }) => vm)).toEqual(['app03', 'web01', 'db02', 'erp01', 'web02']);
    expect(found.change).toEqual({ from: '2024-01-22T12:00:00Z', to: '2024-01-23T12:00:00Z', isNight: true });
    expect(found.cautions.join()).toContain('regression to the mean');
  });

  test('the worked example of docs/attribution.md', () => {
    const found = trend('--change', '2024-01-22', '--vm', 'app03', '--vm', 'WEB01');
    const [rate, perRun] = found.checks;
    expect(found.vms).toEqual(['app03', 'web01']);
    expect(rate).toMatchObject({ id: 'rate', nightsNeeded: 19 });
    expect(rate?.comparison.pFewer).toBeCloseTo((14 / 26) ** 2, 5);
    expect(rate?.comparison).toMatchObject({ cleanNeeded: 37, cleanNeededAtKnownRate: 9 });
    expect(perRun).toMatchObject({ id: 'per-run', nightsNeeded: 22 });
    expect(perRun?.comparison.pFewer).toBeCloseTo((16 / 28) ** 2, 5);
    expect(found).toMatchObject({ verdict: 'fewer-unproven', nightsNeeded: 22 });
    expect(readFileSync('docs/attribution.md', 'utf8')).toContain(found.sentence);
  });

  test('an instant splits where it is given; a cause and a kind narrow what counts', () => {
    const at = trend('--change', '2024-01-19T07:00:00-05:00', '--cause', 'vss-snapshot', '--kind', 'guest.fs.readonly');
    expect(at).toMatchObject({ cause: 'vss-snapshot', kinds: ['guest.fs.readonly'], change: { isNight: false } });
    expect([at.change.from, at.change.to]).toEqual(['2024-01-19T12:00:00Z', '2024-01-19T12:00:00Z']);
    expect(at.perVmNight).toMatchObject({ before: { events: 2, exposure: 40 }, after: { events: 3, exposure: 100 } });
    const none = trend('--change', '2024-01-22', '--cause', 'volume-full');
    expect(none).toMatchObject({ verdict: 'cannot-tell', counted: [] });
  });

  test('one accident right before the change proves nothing about it', () => {
    const found = trend('--change', '2024-01-17', '--vm', 'app03');
    expect(found).toMatchObject({ verdict: 'fewer-unproven', nightsNeeded: null });
  });

  test('in words: the sentence first, no line of the chart wider than 80, colour only repeats', () => {
    const { code, out } = faultline(['trend', SAMPLE, '--change', '2024-01-22', '--quiet']);
    expect([code, out.split('\n')[0]]).toEqual([0, trend('--change', '2024-01-22').sentence]);
    const chart = out.slice(out.indexOf('night of ')).trimEnd().split('\n');
    expect(chart).toHaveLength(1 + 7 + 1 + 6);
    for (const line of chart) expect(line.length).toBeLessThanOrEqual(80);
    expect(chart.filter((line) => line.includes(' X '))).toHaveLength(5);
    const coloured = faultline(['trend', SAMPLE, '--change', '2024-01-22', '--quiet'], { env: { FORCE_COLOR: '1' } });
    expect(coloured.out).toContain('\u001b[');
    expect(coloured.out.replace(/\u001b\[\d+m/g, '')).toBe(out);
  });

  test('the same bytes again, and in a file', () => {
    const args = ['trend', SAMPLE, '--change', '2024-01-22', '--quiet'];
    const { out } = faultline([...args, '--jobs', '1']);
    const folder = mkdtempSync(join(tmpdir(), 'faultline-trend-'));
    try {
      const file = join(folder, 'trend.txt');
      expect(faultline([...args, '--jobs', '2', '--out', file])).toMatchObject({ code: 0, out: '' });
      expect(readFileSync(file, 'utf8')).toBe(out);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('says what is wrong with what was asked', () => {
    expect(refused()).toContain("required option '--change <time>'");
    expect(refused('--change', 'yesterday')).toContain('--change "yesterday" is no time');
    expect(refused('--change', '2024-02-30')).toContain('--change "2024-02-30" is no time');
    expect(refused('--change', '2024-03-01')).toMatch(/lies outside what the evidence covers, \S+ to \S+\n/);
    expect(refused('--change', '2024-01-20', '--vm', 'ap03')).toContain('did you mean one of: app03');
    expect(refused('--change', '2024-01-20', '--kind', 'vm.paused')).toContain('one of: guest.fs.readonly');
    expect(refused('--change', '2024-01-20', '--cause', 'gremlins')).toContain('vss-snapshot');
  });
});
