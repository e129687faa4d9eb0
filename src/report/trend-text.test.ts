import { expect, test } from 'vitest';
import type { Rate, RateComparison, TrendReport, TrendRow } from '../model/trend.js';
import { PLAIN } from './text.js';
import { trendToText } from './trend-text.js';

const rate = (events: number, exposure: number): Rate => ({
  ...{ events, exposure, rate: events / exposure, low: 0.01, high: 12345.678 },
});

const comparison: RateComparison = {
  ...{ before: rate(31, 1234.25), after: rate(0, 3), shareAfter: 0.0024, pFewer: 0.000012, pMore: 1 },
  ...{ ratio: { estimate: 0, low: 0, high: null }, cleanNeeded: 0, cleanNeededAtKnownRate: 0 },
};

function reportOf(vm: string, rows: readonly TrendRow[], parts: Partial<TrendReport> = {}): TrendReport {
  return {
    ...{ schemaVersion: '1.0', tool: { name: 'faultline', version: '0' }, kinds: ['guest.hang'], cause: null },
    ...{ change: { from: '2024-03-01T12:00:00Z', to: '2024-03-02T12:00:00Z', isNight: true }, vms: [vm] },
    ...{ leftOut: [{ vm, side: 'after' }], unit: 'vm-night', perVmNight: comparison, perRun: comparison },
    checks: [{ id: 'rate', statement: 'counted', unit: 'vm-night', comparison, nightsNeeded: 0 }],
    ...{ counted: [], verdict: 'fixed', sentence: 'fixed', nightsNeeded: 0, cautions: [], rowNights: 7, rows },
    uncounted: [{ incident: 'i1', kind: 'guest.hang', vm, time: null, why: 'undated' }],
    ...parts,
  };
}

const row = (exposure: number, events: number, vm: string): TrendRow => ({
  ...{ side: 'before', from: '2024-02-01', to: '2024-02-07', exposure, events },
  vms: Array.from({ length: events }, (_, i) => `${vm}${i}`),
});

test('a name from a log cannot drive the terminal, and no name makes the chart wider than 80', () => {
  const vm = `db\u001b[2J\u202e${'x'.repeat(90)}`;
  const text = trendToText(reportOf(vm, [row(1234.25, 4321, vm), row(0.04, 2, vm), row(0, 0, vm)]), PLAIN);
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  const chart = text.slice(text.indexOf('week from')).trimEnd().split('\n');
  expect(chart).toHaveLength(5);
  for (const line of chart) expect(line.length).toBeLessThanOrEqual(80);
  expect(chart[1]).toContain('4321 X');
  // However little was watched, it was not nothing.
  expect(chart[2]).toMatch(/^2024-02-01 {2}= .*XX /);
  expect(chart[3]).toMatch(/^2024-02-01 {2}not watched$/);
});

test('a verdict that cannot be told has no checks to be met', () => {
  const report = reportOf('db01', [], { verdict: 'cannot-tell', sentence: 'cannot be told: nobody watched' });
  const text = trendToText(report, PLAIN);
  expect(text).not.toMatch(/met {2}/);
  expect(text.split('\n')[0]).toBe('cannot be told: nobody watched');
});
