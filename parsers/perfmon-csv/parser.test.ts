import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MetricPoint } from '../../src/model/record.js';
import type { Head } from '../../src/parser/parser.js';
import { readCounterPath, splitCells } from './header.js';
import parser from './parser.js';
import { type Item, issues, readBytes } from './read-perfmon.js';
import { readRowTime } from './row.js';

const FIXTURES = join(import.meta.dirname, 'fixtures');

function run(text: string): { readonly items: readonly Item[]; readonly points: readonly MetricPoint[] } {
  return readBytes(Buffer.from(text));
}

function head(text: string): Head {
  return { bytes: Buffer.from(text), text, lines: text.split('\n'), path: 'x' };
}

/** In any order: samples come by column, and what is said of cells comes with their block. */
function plain(items: readonly unknown[]): readonly string[] {
  const byKey = (_key: string, value: unknown): unknown =>
    typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).sort()) : value;
  return items.map((item) => JSON.stringify(item, byKey)).sort();
}

function expected(file: string): unknown[] {
  const path = join(FIXTURES, file.replace(/\.[^.]+$/, '.expected.jsonl'));
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as unknown);
}

const HEADER = '"(PDH-CSV 4.0) (W. Europe Standard Time)(-60)"';
const READ = '"\\\\HV01\\PhysicalDisk(0 C:)\\Avg. Disk sec/Read"';
const QUEUE = '"\\\\HV01\\PhysicalDisk(0 C:)\\Current Disk Queue Length"';

describe('fixtures', () => {
  const files = readdirSync(FIXTURES).filter((file) => !file.endsWith('.jsonl'));
  it.each(files)('%s', (file) => {
    const text = readFileSync(join(FIXTURES, file), 'utf8');
    expect(plain(run(text).items)).toEqual(plain(expected(file)));
    expect(parser.sniff(head(text))).toBeGreaterThan(0.9);
  });

  it('gives units that obey Little: queue = operations x latency', () => {
    const { points } = run(readFileSync(join(FIXTURES, 'logman.csv'), 'utf8'));
    expect(littleRatios(points)).toEqual([1, 1].map((ratio) => expect.closeTo(ratio, 6)));
  });
});

/** Average queue over operations x latency, for each row and object that has all three. */
function littleRatios(points: readonly MetricPoint[]): number[] {
  const rows = new Map<string, Partial<Record<string, number>>>();
  for (const point of points) {
    if (point.series.includes('Current')) continue;
    const key = `${point.time.micros} ${point.object}`;
    rows.set(key, { ...rows.get(key), [point.metric]: point.value });
  }
  return [...rows.values()].flatMap((row) => {
    const { 'disk.queue': queue, 'disk.operations': operations, 'disk.latency': latency } = row;
    return queue === undefined || operations === undefined || latency === undefined
      ? []
      : [queue / (operations * latency)];
  });
}

describe('cells', () => {
  const values = (cells: string): number[] =>
    run(`${HEADER},${READ},${QUEUE}\n"03/03/2024 02:14:07.123",${cells}`).points.map((p) => p.value);

  it.each([
    ['"0.5","2"', [0.5, 2]],
    ['0.5,2', [0.5, 2]],
    ['"0,5","2"', [0.5, 2]],
    ['"1.7976931348623157e-5","2"', [1.7976931348623157e-5, 2]],
    [
      '"0.00020058730158730159","12345678901234567890"',
      [Number('0.00020058730158730159'), Number('12345678901234567890')],
    ],
    ['" 0.25 ","+3"', [0.25, 3]],
    ['".5","5."', [0.5, 5]],
    ['"0.5","1,5"', [0.5]],
    ['"","2"', [2]],
    ['," "', []],
    ['".","NaN"', []],
    ['"-1","-0.5"', []],
    ['"0x10","1e999"', []],
    ['"1.2.3","Infinity"', []],
    ['"7"x,"2', [7]],
  ] as const)('%s', (cells, expectedValues) => {
    expect(values(cells)).toEqual(expectedValues);
  });

  it('reads every decimal as Number does', () => {
    for (const text of ['9999999999999999', '9.007199254740993', '0.9007199254740993', '999999999999999.9']) {
      expect(values(`"${text}","1"`)[0]).toBe(Number(text));
    }
    fc.assert(
      fc.property(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }), fc.nat(15), (number, places) => {
        const text = number < 1e20 ? number.toFixed(places) : String(number);
        expect(values(`"${text}","1"`)[0]).toBe(Number(text));
      }),
    );
  });

  it('counts a column without values once and never makes a zero of it', () => {
    const rows = [7, 8, 9].map((second) => `"03/03/2024 02:14:0${second}.000"," ","-1"`);
    const { items, points } = run([`${HEADER},${READ},${QUEUE}`, ...rows].join('\n'));
    expect(points).toEqual([]);
    expect(issues(items)).toEqual(['metric-missing-sample', 'metric-missing-sample']);
  });
});

describe('time', () => {
  it('takes the bias of the header: UTC is local plus bias', () => {
    const [point] = run(`${HEADER},${READ}\n"03/03/2024 02:14:07.123","1"`).points;
    expect(point?.time).toEqual({
      micros: Date.UTC(2024, 2, 3, 2, 14, 7, 123) * 1000,
      clock: 'wall',
      utcOffset: 3_600_000_000,
      yearless: false,
      resolution: 1000,
    });
  });

  it('knows no offset without a zone or with an impossible one', () => {
    const rows = `${READ}\n"03/03/2024 02:14:07.123","1"`;
    expect(run(`"(PDH-CSV 4.0)",${rows}`).points[0]?.time.utcOffset).toBeNull();
    const { items, points } = run(`"(PDH-CSV 4.0) (Nowhere)(-9000)",${rows}`);
    expect(points[0]?.time.utcOffset).toBeNull();
    expect(issues(items)).toEqual(['perfmon-bias-unreadable']);
  });

  it('starts anew at a second header', () => {
    const part = (bias: number): string =>
      `"(PDH-CSV 4.0) (X)(${bias})",${READ}\n"03/03/2024 02:00:00.000","1"\n"03/03/2024 02:00:15.000","1"`;
    const { items, points } = run(`${part(-60)}\n${part(300)}`);
    expect(points.map((p) => [p.time.utcOffset, p.interval])).toEqual([
      [3_600_000_000, null],
      [3_600_000_000, 15_000_000],
      [-18_000_000_000, null],
      [-18_000_000_000, 15_000_000],
    ]);
    expect(items.filter((item) => 'clock' in item)).toHaveLength(2);
  });

  it.each([
    '02/30/2024 00:00:00.000',
    '3/3/2024 2:14:07',
    '2024-03-03 02:14:07.123',
    '00/01/2024 00:00:00.000',
    '03/03/2024 24:00:00.000',
  ])('refuses %s', (stamp) => {
    expect(readRowTime(Buffer.from(`"${stamp}","1"`), 0)).toBeNull();
  });
});

describe('header', () => {
  it.each([
    ['\\\\HV01\\PhysicalDisk(0 C:)\\Avg. Disk sec/Read', ['HV01', 'PhysicalDisk', '0 C:', 'Avg. Disk sec/Read']],
    ['\\PhysicalDisk(_Total)\\X', [null, 'PhysicalDisk', '_Total', 'X']],
    ['\\\\H\\Memory\\Available MBytes', ['H', 'Memory', '', 'Available MBytes']],
    [
      '\\\\H\\Hyper-V Virtual Storage Device(a(1)\\b)\\Latency',
      ['H', 'Hyper-V Virtual Storage Device', 'a(1)\\b', 'Latency'],
    ],
  ] as const)('%s', (path, [host, object, instance, counter]) => {
    expect(readCounterPath(path)).toEqual({ host, object, instance, counter });
  });

  it.each(['', 'x', '\\', '\\\\', '\\\\H', '\\\\H\\', '\\X'])('%j is no counter path', (path) => {
    expect(readCounterPath(path)).toBeNull();
  });

  it('splits quoted cells', () => {
    expect(splitCells('"a,b","c""d",e,"f', 0, ',')).toEqual(['a,b', 'c"d', 'e', 'f']);
  });

  it('tells the host of a Hyper-V counter and no other', () => {
    const facts = (object: string): unknown[] =>
      run(`${HEADER},"\\\\HV01\\${object}\\X"`).items.filter((item) => 'fact' in item);
    expect(facts('Hyper-V Hypervisor')).toHaveLength(1);
    expect(facts('PhysicalDisk(0)')).toHaveLength(0);
  });
});

describe('sniff', () => {
  it.each([
    'PS C:\\> Get-Content .\\perf.csv\n\n"(PDH-CSV 4.0)","\\\\H\\Memory\\Available MBytes"\n',
    '"(PDH-TSV 4.0) (UTC)(0)"\t"\\\\H\\Memory\\Available MBytes"',
    '(PDH-CSV 4.0) (UTC)(0);\\\\H\\Memory\\Available MBytes',
  ])('knows %j', (text) => {
    expect(parser.sniff(head(text))).toBeGreaterThan(0.9);
  });

  it.each([
    '',
    'The header starts with "(PDH-CSV 4.0)" and a zone.\n',
    'const header = \'"(PDH-CSV 4.0)","\\\\H\\x\'\n',
    '<p>"(PDH-CSV 4.0)"</p>',
    'JobName,VMName,Status\nNightly,web01,Success\n',
    'Mar  3 02:14:07 web01 kernel: x\n',
    '(PDH-CSV 4.0)\n',
    `${'A line of prose.\n'.repeat(6)}"(PDH-CSV 4.0)","\\\\H\\Memory\\Available MBytes"\n`,
  ])('does not take %j', (text) => {
    expect(parser.sniff(head(text))).toBe(0);
  });
});

describe('hostile input', () => {
  it('never throws, wherever the file is cut or bent', () => {
    const text =
      readFileSync(join(FIXTURES, 'damaged.csv'), 'utf8') + readFileSync(join(FIXTURES, 'cluster.tsv'), 'utf8');
    fc.assert(
      fc.property(fc.nat(text.length), fc.nat(text.length), fc.string({ unit: 'binary' }), (a, b, noise) => {
        const { points } = run(text.slice(0, a) + noise + text.slice(b));
        for (const point of points) expect(point.value >= 0 && Number.isFinite(point.value)).toBe(true);
      }),
    );
  });

  it('loses only the cut row when the end is missing', () => {
    const text = readFileSync(join(FIXTURES, 'logman.csv'), 'utf8');
    const whole = run(text).points;
    const rows = text.split('\n');
    const body = rows.slice(0, 3).join('\n').length;
    fc.assert(
      fc.property(fc.integer({ min: body, max: text.length }), (length) => {
        const cut = run(text.slice(0, length)).points;
        expect(cut).toEqual(whole.slice(0, cut.length));
      }),
    );
  });

  it('stays linear on a long line', () => {
    const started = performance.now();
    run(`${HEADER},${READ}\n"03/03/2024 02:14:07.123",${'"1",'.repeat(500_000)}`);
    run(`${' '.repeat(1_000_000)}(PDH-CSV 4.0\n"(PDH-CSV 4.0) (${'('.repeat(1_000_000)}\n${'"'.repeat(1_000_000)}`);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('gives the same points for any order of the columns', () => {
    const lines = readFileSync(join(FIXTURES, 'cluster.tsv'), 'utf8').trimEnd().split('\n');
    const cells = lines.map((line) => line.split('\t'));
    const key = (p: MetricPoint): string => JSON.stringify([p.time, p.interval, p.object, p.metric, p.value]);
    const whole = run(lines.join('\n')).points.map(key).sort();
    const order = fc.shuffledSubarray([...Array(11).keys()], { minLength: 11 });
    fc.assert(
      fc.property(order, (columns) => {
        const text = cells.map((row) => [row[0], ...columns.map((c) => row[c + 1])].join('\t')).join('\n');
        expect(run(text).points.map(key).sort()).toEqual(whole);
      }),
    );
  });
});

const domain = process.env.FAULTLINE_DOMAIN ?? '';
describe.skipIf(domain === '')('samples of the fact sheet', () => {
  const sample = (name: string): string => readFileSync(join(domain, 'samples/san', name), 'utf8');

  it('typeperf of a physical disk obeys Little', () => {
    const { points, items } = run(sample('21-typeperf-PhysicalDisk.csv'));
    const ratios = littleRatios(points).filter(Number.isFinite);
    expect(ratios.length).toBeGreaterThan(4);
    for (const ratio of ratios) expect(Math.abs(ratio - 1)).toBeLessThan(0.02);
    expect(issues(items).filter((code) => code !== 'series-not-used' && code !== 'row-width')).toEqual([]);
  });

  it('trailer of typeperf and another language', () => {
    expect(issues(run(sample('22-typeperf-stdout-trailer.csv.txt')).items)).toEqual(['series-not-used']);
    expect(issues(run(sample('23-pdh-csv-localized-test-fixture.csv')).items)).toEqual(['counter-unknown']);
  });
});
