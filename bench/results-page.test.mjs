import { describe, expect, test } from 'vitest';
import { readNotes, resultsPage, summaryTable, withTable } from './results-page.mjs';
import { drawChart, escapeXml, scalingChart, ticksTo } from './scaling-chart.mjs';
import { summarise } from './statistics.mjs';

function contestant(name, seconds, bytes = 1e9) {
  const samples = [seconds, seconds * 1.1, seconds * 1.2].map((s) => ({
    ...{ seconds: s, cpuSeconds: s, peakMb: 100, diskMb: 0, said: 'a | b', digest: 'd' },
  }));
  const record = { name, command: `run ${name}`, bytes, samples };
  return { ...record, summary: summarise(record) };
}

const figure = {
  row: 3,
  what: 'time, ours / theirs',
  quantity: 'seconds',
  over: 'ours',
  under: 'theirs',
  atMost: 1,
  unit: '×',
};
const results = {
  machine: { cpu: 'CPU', cores: 2, memoryGb: 8, kernel: 'Linux 6', disk: 'ext4' },
  versions: { node: 'v20.0.0', rg: 'ripgrep 13.0.0', lnav: null },
  idleSeconds: 0.002,
  quick: false,
  experiments: [
    {
      ...{ id: 'x', title: 'some work', status: 'measured', measured: '2024-01-01', runs: 3, loadBefore: 0.5 },
      program: { version: '1', commit: 'abc', changed: true },
      contestants: { ours: contestant('ours', 2), theirs: contestant('theirs', 1) },
      figures: [{ ...figure, value: 2, verdict: 'missed' }],
    },
    {
      id: 'y',
      title: 'other work',
      status: 'not run',
      reason: 'no peer',
      figures: [{ ...figure, row: 1, verdict: 'not run' }],
    },
  ],
};

describe('the page', () => {
  test('shows figure, parts, target and verdict, rows in order', () => {
    expect(summaryTable(results).split('\n').slice(2)).toEqual([
      '| 1 | other work | time, ours / theirs | – | ≤ 1 × | not run |',
      '| 3 | some work | time, ours / theirs | 2.00 × (2.200 s / 1.100 s) | ≤ 1 × | **missed** |',
    ]);
  });
  test('a missed row has its explanation, or a mark where one belongs', () => {
    expect(resultsPage(results, '')).toContain('<!-- why: row 3 -->');
    const page = resultsPage(results, 'About.\n\n## Row 3\n\nThe disk is slow.\n\n## Row 4\n\nOther.\n');
    expect(page).toContain('\nThe disk is slow.\n');
    expect(page).not.toContain('why: row 3 -->');
    expect(page).not.toContain('Other.');
  });
  test('an empty section is no explanation', () => {
    expect([...readNotes('## Row 3\n\n## Row 12\ntext\n')]).toEqual([[12, 'text']]);
  });
  test('says what did not run and why, and what is not installed', () => {
    const page = resultsPage(results, '');
    expect(page).toContain('not run: no peer.');
    expect(page).toContain('lnav not installed');
    expect(page).toContain('rg 13.0.0');
  });
  test('what a program printed cannot break the table', () => {
    expect(resultsPage(results, '')).toContain('| a \\| b |');
  });
  test('nothing undefined or not a number gets into it', () => {
    expect(resultsPage(results, '')).not.toMatch(/undefined|NaN|Infinity/);
    expect(resultsPage({ experiments: [] }, '')).toContain('Nothing was measured yet');
  });
  test('the README keeps all but its table, and a $ in it is a $', () => {
    const paid = { ...results, experiments: [{ ...results.experiments[0], title: 'a $& b' }] };
    const readme = withTable('before\n<!-- speed -->\nold\n<!-- /speed -->\nafter\n', paid);
    expect(readme).toMatch(/^before\n<!-- speed -->\n\| \| work .*\n<!-- \/speed -->\nafter\n$/s);
    expect(readme).toContain('a $& b');
    expect(() => withTable('no marks', results)).toThrow('README.md');
  });
});

describe('the chart', () => {
  const point = (gb, seconds, peakMb) => ({
    gb,
    seconds: { middle: seconds, all: [seconds, seconds * 1.1] },
    peakMb: { middle: peakMb, all: [peakMb, peakMb + 3] },
  });
  const svg = drawChart([point(0.5, 0.6, 170), point(1, 1.1, 171), point(8, 8.5, 180)], 'a <CPU> & "co"');

  test('holds a dot for each sample and no number that is none', () => {
    expect(svg.match(/<circle /g)).toHaveLength(12);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });
  test('lies inside its frame', () => {
    for (const [, x, y] of svg.matchAll(/cx="([\d.-]+)" cy="([\d.-]+)"/g)) {
      expect(Number(x)).toBeGreaterThan(0);
      expect(Number(x)).toBeLessThan(760);
      expect(Number(y)).toBeGreaterThan(0);
      expect(Number(y)).toBeLessThan(300);
    }
  });
  test('is linear: eight times the gigabytes are eight times the way', () => {
    const [, small, large] = [...svg.matchAll(/<polyline class="line" points="([^"]*)"/g)][0][1]
      .split(' ')
      .map((p) => Number(p.split(',')[0]) - 60);
    expect(large / small).toBeCloseTo(8, 1);
  });
  test('escapes what it is given, and has no script', () => {
    expect(svg).toContain('a &#60;CPU&#62; &#38; &#34;co&#34;');
    expect(svg).not.toContain('<script');
    expect(escapeXml(`<&>"'`)).toBe('&#60;&#38;&#62;&#34;&#39;');
  });
  test('of sizes that were not measured there is none', () => {
    expect(scalingChart(results)).toBeNull();
    const chart = { ...results, experiments: [{ ...results.experiments[0], chart: ['theirs', 'ours'] }] };
    expect(scalingChart(chart)).toContain('</svg>');
  });
  test.each([[0], [Number.NaN], [0.0003], [1], [7.1], [350], [351], [123_456]])(
    'the axis covers %d in few steps',
    (most) => {
      const ticks = ticksTo(most);
      expect(ticks[0]).toBe(0);
      expect(ticks.length).toBeLessThanOrEqual(9);
      if (most >= 0) expect(ticks.at(-1)).toBeGreaterThanOrEqual(most);
      expect(new Set(ticks).size).toBe(ticks.length);
    },
  );
});
