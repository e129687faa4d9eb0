import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MetricPoint, Position } from '../../src/model/record.js';
import { EVERYTHING, WHOLE_RECORDS } from '../../src/parser/collect.js';
import type { Head, Sink } from '../../src/parser/parser.js';
import { readCell } from './columns.js';
import parser from './parser.js';
import { isAmbiguous, readDate, readStamp } from './stamp.js';

const FIXTURES = join(import.meta.dirname, 'fixtures');
type Item = Readonly<Record<string, unknown>>;
interface Result {
  readonly items: Item[];
  readonly points: MetricPoint[];
}

function run(text: string, skipAt = -1): Result {
  if (parser.reads !== 'lines') throw new Error('iostat reads lines');
  const items: Item[] = [];
  const points: MetricPoint[] = [];
  const sink: Sink = {
    ...WHOLE_RECORDS,
    record: (record) => items.push({ record }),
    metric(metric) {
      items.push({ metric });
      points.push(metric);
    },
    clock: (clock) => items.push({ clock }),
    fact: (fact) => items.push({ fact }),
    issue: (code, severity, note, at) => items.push({ issue: { code, severity, note, at } }),
  };
  const reader = parser.open({ path: 'x', pathHost: null }, sink, EVERYTHING);
  let byteOffset = 0;
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  for (const [index, raw] of lines.entries()) {
    const at: Position = { line: index + 1, byteOffset, record: null };
    if (index === skipAt) reader.skipped();
    reader.line(raw.endsWith('\r') ? raw.slice(0, -1) : raw, at);
    byteOffset += Buffer.byteLength(raw) + 1;
  }
  reader.end();
  return { items, points };
}

function head(text: string): Head {
  return { bytes: Buffer.from(text), text, lines: text.split('\n'), path: 'x' };
}

function issues({ items }: Result): string[] {
  return items.flatMap((item) => ('issue' in item ? [(item.issue as { code: string }).code] : []));
}

function fixture(name: string): string {
  return readFileSync(join(FIXTURES, name), 'utf8');
}

const COLUMNS = 'Device            r/s     w/s  r_await  w_await  aqu-sz  %util';
const sample = (stamp: string, row = 'sda 1.00 1.00 1.00 1.00 0.00 0.10'): string => `${stamp}\n${COLUMNS}\n${row}\n\n`;
const runHead = (date: string, host = 'web01'): string => `Linux 6.1.0 (${host}) \t${date} \t_x86_64_\t(2 CPU)\n\n`;
const times = (result: Result): string[] => [
  ...new Set(result.points.map((p) => new Date(p.time.micros / 1000).toISOString().slice(0, 19))),
];

describe('fixtures', () => {
  const files = readdirSync(FIXTURES).filter((file) => !file.endsWith('.jsonl'));
  it.each(files)('%s', (file) => {
    const expected = fixture(file.replace(/\.[^.]+$/, '.expected.jsonl'))
      .split('\n')
      .filter(Boolean);
    expect(JSON.parse(JSON.stringify(run(fixture(file)).items))).toEqual(expected.map((line) => JSON.parse(line)));
    expect(parser.sniff(head(fixture(file)))).toBeGreaterThan(0.9);
  });

  it('reads the same with CRLF', () => {
    const plain = (name: string): unknown =>
      run(fixture(name)).points.map(({ at, ...point }) => ({ ...point, line: at.line }));
    expect(plain('sysstat9-crlf.txt')).toEqual(plain('sysstat9-time-only.txt'));
  });

  it.each(['sysstat10-month-first.txt', 'sysstat11-comma.txt', 'json.json'])(
    '%s obeys Little: queue = operations x latency',
    (file) => {
      const rows = new Map<string, Map<string, number>>();
      for (const { time, object, metric, value } of run(fixture(file)).points) {
        const key = `${time.micros} ${object}`;
        rows.set(key, (rows.get(key) ?? new Map<string, number>()).set(metric, value));
      }
      const busy = [...rows.values()].filter((row) => (row.get('disk.operations.read') ?? 0) > 3);
      expect(busy.length).toBeGreaterThan(0);
      for (const row of busy) {
        const operations = (row.get('disk.operations.read') ?? 0) + (row.get('disk.operations.write') ?? 0);
        const ratio = (row.get('disk.queue') ?? 0) / (operations * (row.get('disk.latency') ?? 0));
        expect(ratio).toBeGreaterThan(0.7);
        expect(ratio).toBeLessThan(1.4);
      }
    },
  );
});

describe('stamps', () => {
  it.each([
    ['11/30/2021 02:00:01 PM', '2021-11-30T14:00:01'],
    ['11/30/2021 12:00:01 AM', '2021-11-30T00:00:01'],
    ['30/11/21 12:00:01 pm', '2021-11-30T12:00:01'],
    ['30.11.2021 14:00:01', '2021-11-30T14:00:01'],
    ['30. 11. 2021 14:00:01', '2021-11-30T14:00:01'],
    ['30.11.2021 14.00.01', '2021-11-30T14:00:01'],
    ['01-02-24 03:04:05', '2024-02-01T03:04:05'],
    ['2021-11-30 14:00:01', '2021-11-30T14:00:01'],
    ['2021-11-30T14:00:01+0100', '2021-11-30T14:00:01'],
    ['2021年11月30日 14时00分01秒', '2021-11-30T14:00:01'],
    ['2021년 11월 30일 14시 00분 01초', '2021-11-30T14:00:01'],
    ['Tuesday 30 November 2021 02:00:01 PM IST', '2021-11-30T14:00:01'],
    ['Nov 30 2021 14:00:01', '2021-11-30T14:00:01'],
  ])('%s', (line, iso) => {
    const stamp = readStamp(line);
    expect(stamp?.date != null && !isAmbiguous(stamp.date)).toBe(true);
    const micros = (stamp?.date?.dayFirst ?? stamp?.date?.monthFirst ?? 0) + (stamp?.timeOfDay ?? 0);
    expect(new Date(micros / 1000).toISOString().slice(0, 19)).toBe(iso);
    expect(parser.reads === 'lines' && parser.lineTime(line)?.micros).toBe(micros);
  });

  it.each([
    '',
    'sda',
    '14:00',
    '13:00:00 PM',
    '00:00:00 AM',
    '25:00:00',
    '31/31/2021 10:00:00',
    'load 10:00:00',
    '2021-02-30 10:00:00',
    '1.00 2.00 3.00',
  ])('%j is none', (line) => {
    expect(readStamp(line)).toBeNull();
  });

  it('knows which dates are ambiguous', () => {
    const ambiguous = (text: string): boolean | null => {
      const date = readDate(text);
      return date === null ? null : isAmbiguous(date);
    };
    expect(
      ['03/04/2024', '03/03/2024', '13/04/2024', '03/13/24', '03.04.2024', '2024/03/04', '13/13/2024', '?/?/?'].map(
        ambiguous,
      ),
    ).toEqual([true, false, false, false, false, false, null, null]);
    expect(parser.reads === 'lines' && parser.lineTime('03/04/2024 10:00:00')).toBeNull();
  });
});

describe('order of day and month', () => {
  const two = (a: string, b: string): string => sample(a) + sample(b);

  it('follows the next day', () => {
    const monthFirst = run(runHead('03/04/24') + two('03/04/24 23:59:00', '03/05/24 00:00:00'));
    expect([times(monthFirst), issues(monthFirst)]).toEqual([['2024-03-05T00:00:00'], ['iostat-since-boot']]);
    const dayFirst = run(runHead('03/04/24') + two('03/04/24 23:59:00', '04/04/24 00:00:00'));
    expect([times(dayFirst), issues(dayFirst)]).toEqual([['2024-04-04T00:00:00'], ['iostat-since-boot']]);
  });

  it('is not carried from one machine to another', () => {
    const text =
      runHead('13/04/24', 'a') +
      two('13/04/24 10:00:00', '13/04/24 10:00:05') +
      runHead('03/04/24', 'b') +
      two('03/04/24 10:00:00', '03/04/24 10:00:05');
    const result = run(text);
    expect(times(result)).toEqual(['2024-04-13T10:00:05', '2024-03-04T10:00:05']);
    expect(issues(result)).toEqual(['iostat-since-boot', 'iostat-since-boot', 'ambiguous-date']);
  });

  it('is assumed when too much would have to be held back, and a contradiction is told', () => {
    const rows = Array.from({ length: 1500 }, (_, i) => `sd${i} 1.00 0.10`).join('\n');
    const blocks = Array.from(
      { length: 40 },
      (_, i) => `03/04/24 10:00:${String(i).padStart(2, '0')}\nDevice tps %util\n${rows}\n\n`,
    );
    const result = run(
      runHead('03/04/24') + blocks.join('') + runHead('14/04/24') + two('14/04/24 10:00:00', '14/04/24 10:00:05'),
    );
    expect(issues(result)).toEqual([
      'iostat-since-boot',
      'ambiguous-date',
      'date-order-contradicted',
      'iostat-since-boot',
    ]);
    expect(times(result).at(-1)).toBe('2024-04-14T10:00:05');
    expect(result.points).toHaveLength(39 * 1500 * 2 + 7);
  });
});

describe('samples', () => {
  it('takes the date of the run for stamps without one, over midnights but not over a set clock', () => {
    const stamps = [
      'Time: 23:30:00',
      'Time: 23:45:00',
      'Time: 23:40:00',
      'Time: 00:10:00',
      '12:00:00',
      'Time: 00:20:00',
    ];
    const result = run(runHead('2024-02-28') + stamps.map((stamp) => sample(stamp)).join(''));
    expect(times(result)).toEqual([
      '2024-02-28T23:45:00',
      '2024-02-28T23:40:00',
      '2024-02-29T00:10:00',
      '2024-02-29T12:00:00',
      '2024-02-29T00:20:00',
    ]);
    expect(issues(result)).toEqual(['iostat-since-boot', 'iostat-clock-back', 'iostat-clock-back']);
  });

  it('knows no interval behind a sample without time or behind skipped lines', () => {
    const text = runHead('2024-02-28') + sample('2024-02-28 10:00:00') + sample('2024-02-28 10:00:05');
    const more = sample('10:00:1') + sample('2024-02-28 10:00:15') + sample('2024-02-28 10:00:20');
    const result = run(text + more);
    expect([...new Set(result.points.map((p) => p.interval))]).toEqual([5_000_000, null]);
    expect(issues(result)).toContain('iostat-undated');
    const lines = text.split('\n').length - 1;
    const skipped = run(text + sample('2024-02-28 10:00:15'), lines);
    expect([...new Set(skipped.points.map((p) => p.interval))]).toEqual([5_000_000, null]);
  });

  it('leaves out the first sample of every run, with or without its head', () => {
    const dated = (second: number): string => sample(`2024-02-28 10:00:0${second}`);
    expect(times(run(dated(0) + dated(1) + runHead('2024-02-28') + dated(5) + dated(6)))).toEqual([
      '2024-02-28T10:00:01',
      '2024-02-28T10:00:06',
    ]);
  });

  it('makes no mean of no operations', () => {
    const rows = 'sda 0.00 0.00 0.00 0.00 3.00 100.00\nsdb 3.00 1.00 2.00 10.00 0.02 1.00';
    const { points } = run(runHead('2024-02-28') + sample('2024-02-28 10:00:00') + sample('2024-02-28 10:00:05', rows));
    expect(points.filter((p) => p.metric === 'disk.latency').map((p) => [p.object, p.value])).toEqual([['sdb', 0.004]]);
  });

  it('joins a name and its numbers on the next line, and keeps blanks in names', () => {
    const rows =
      '/dev/disk/by-id/scsi-3600\n              2.00 2.00 1.00 1.00 0.00 0.10\n big data 1.00 1.00 1.00 1.00 0.00 0.10';
    const { points } = run(runHead('2024-02-28') + sample('2024-02-28 10:00:00') + sample('2024-02-28 10:00:05', rows));
    expect([...new Set(points.map((p) => p.object))]).toEqual(['/dev/disk/by-id/scsi-3600', 'big data']);
  });

  it('drops a last row whose last number the end of the file cut off', () => {
    const text =
      runHead('2024-02-28') +
      sample('2024-02-28 10:00:00') +
      sample('2024-02-28 10:00:05', 'sda 1.00 1.00 1.00 1.00 0.00 0.10\nsdb 1.00 1.00 1.00 1.00 0.00 85.40').trimEnd();
    const whole = run(text).points;
    expect(whole).toHaveLength(14);
    for (let cut = 1; cut < 34; cut++) {
      const result = run(text.slice(0, -cut));
      expect(result.points).toEqual(whole.slice(0, 7));
      if (cut < 31) expect(issues(result).length).toBeGreaterThan(1);
    }
  });

  it.each([
    ['12.50', 12.5],
    ['12,50', 12.5],
    ['7', 7],
    ['1.5M', 1.5],
    ['0.0%', 0],
  ])('cell %s', (text, value) => {
    expect(readCell(text)?.value).toBe(value);
  });

  it('reads every decimal as Number does', () => {
    const parts = fc.tuple(
      fc.bigInt({ min: 0n, max: 10n ** 20n - 1n }),
      fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 6 }),
    );
    fc.assert(
      fc.property(parts, fc.constantFrom('.', ','), ([whole, fraction], sign) => {
        const cell = readCell(`${whole}${sign}${fraction}`);
        expect(cell).toEqual({ value: Number(`${whole}.${fraction}`), unit: null, decimals: fraction.length });
      }),
    );
  });

  it.each(['sda', '1.2.3', '12.5x', '', '1e5', '9'.repeat(400)])('%j is no cell', (text) => {
    expect(readCell(text)).toBeNull();
  });
});

describe('properties', () => {
  it('gives the same points for any order of the columns', () => {
    const names = 'r/s rkB/s rrqm/s %rrqm r_await rareq-sz w/s wkB/s w_await d/s f/s f_await aqu-sz %util'.split(' ');
    const key = (p: MetricPoint): string => JSON.stringify([p.time, p.interval, p.metric, p.value, p.series]);
    const render = (order: readonly number[], last: boolean): string[] => {
      const line = (name: string, cells: readonly string[]): string => {
        const body = order.map((i) => (cells[i] ?? '').padStart(9)).join('');
        return last ? `${body} ${name}` : `${name.padEnd(13)}${body}`;
      };
      const table = (shift: number): string =>
        `${line('Device', names)}\n${line(
          'sda',
          names.map((_, i) => (i * 1.25 + shift).toFixed(2)),
        )}\n\n`;
      const text = `${runHead('2024-02-28')}2024-02-28 10:00:00\n${table(0)}2024-02-28 10:00:05\n${table(1)}`;
      return run(text).points.map(key).sort();
    };
    const plain = render([...names.keys()], false);
    expect(plain).toHaveLength(10);
    fc.assert(
      fc.property(fc.shuffledSubarray([...names.keys()], { minLength: names.length }), fc.boolean(), (order, last) => {
        expect(render(order, last)).toEqual(plain);
      }),
    );
  });

  it('never throws and never makes a value up, wherever files are cut, joined or bent', () => {
    const files = readdirSync(FIXTURES).filter((file) => !file.endsWith('.jsonl'));
    const all = files.map(fixture).join('');
    fc.assert(
      fc.property(fc.nat(all.length), fc.nat(all.length), fc.string({ unit: 'binary' }), (a, b, noise) => {
        for (const point of run(all.slice(0, a) + noise + all.slice(b)).points) {
          expect(point.value >= 0 && Number.isFinite(point.value)).toBe(true);
          expect(Number.isInteger(point.time.micros)).toBe(true);
        }
      }),
    );
  });

  it('emits what stands before a cut as if there were no cut', () => {
    const text = fixture('sysstat12-iso.txt');
    const whole = run(text).points;
    fc.assert(
      fc.property(fc.nat(text.length), (length) => {
        const cut = run(text.slice(0, length)).points;
        expect(cut).toEqual(whole.slice(0, cut.length));
      }),
    );
  });

  it('stays linear on hostile lines', () => {
    const started = performance.now();
    const long = 4000;
    for (let i = 0; i < 200; i++) {
      run(
        `Linux a (b) x${' '.repeat(long)}\nDevice${' r/s'.repeat(900)}\n${'1 '.repeat(long / 2)}\n${'{"disk_device"'.repeat(200)}\n`,
      );
    }
    run(`Linux ${'('.repeat(2_000_000)}\n${'Device '.repeat(1_000_000)}`);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe('sniff', () => {
  it.each([
    [
      `user@web01:~$ iostat -x\n${runHead('03/03/2024')}avg-cpu:  %user   %nice %system %iowait  %steal   %idle\n`,
      0.97,
    ],
    [`${COLUMNS}\nsda 1 1 1 1 0 0\n`, 0.9],
    [runHead('03/03/2024').trim(), 0.5],
    [`${runHead('03/03/2024')}03/03/2024 10:00:00\n`, 0.5],
  ])('%j', (text, confidence) => {
    expect(parser.sniff(head(text))).toBe(confidence);
  });

  it.each([
    '',
    `${runHead('03/03/2024')}10:00:00 AM  CPU    %usr   %nice    %sys\n`,
    `${runHead('03/03/2024')}10:00:00          DEV       tps     rkB/s     wkB/s   %util\n`,
    'Device Manager shows the device. r/s is a column of iostat.\n',
    '| Device | r/s | w/s |\n',
    '{"sysstat": {"hosts": [{"statistics": [{"disk": [{"disk-device": "sda"}]}]}]}}\n',
    `${'A line of prose.\n'.repeat(8)}${COLUMNS}\n`,
    'Mar  3 02:14:07 web01 kernel: Linux version 6.1.0 (web01)\n',
    '[    0.000000] Linux version 6.1.0-18-amd64 (debian-kernel@lists.debian.org)\n',
    '"(PDH-CSV 4.0)","\\\\H\\Memory\\Available MBytes"\n',
  ])('does not take %j', (text) => {
    expect(parser.sniff(head(text))).toBe(0);
  });
});

/** jc's field, our metric, factor to SI: written down a second time on purpose. */
const JC: readonly (readonly [string, string, number])[] = [
  ['tps', 'disk.operations', 1],
  ['r_s', 'disk.operations.read', 1],
  ['w_s', 'disk.operations.write', 1],
  ['rkb_s', 'disk.throughput.read', 1024],
  ['wkb_s', 'disk.throughput.write', 1024],
  ['rmb_s', 'disk.throughput.read', 1048576],
  ['wmb_s', 'disk.throughput.write', 1048576],
  ['kb_read_s', 'disk.throughput.read', 1024],
  ['kb_wrtn_s', 'disk.throughput.write', 1024],
  ['mb_read_s', 'disk.throughput.read', 1048576],
  ['mb_wrtn_s', 'disk.throughput.write', 1048576],
  ['await', 'disk.latency', 0.001],
  ['r_await', 'disk.latency.read', 0.001],
  ['w_await', 'disk.latency.write', 0.001],
  ['f_await', 'disk.latency.flush', 0.001],
  ['avgqu_sz', 'disk.queue', 1],
  ['aqu_sz', 'disk.queue', 1],
  ['percent_util', 'disk.utilization', 0.01],
];

const corpus = process.env.FAULTLINE_CORPUS ?? '';
describe.skipIf(corpus === '')('jc corpus', () => {
  const folders = corpus === '' ? [] : readdirSync(join(corpus, 'jc'), { recursive: true, encoding: 'utf8' });
  const files = folders.filter((file) => /(?:^|[\\/])iostat[^\\/]*\.out$/.test(file));

  it.each(files)('%s', (file) => {
    const text = readFileSync(join(corpus, 'jc', file), 'utf8');
    expect(parser.sniff(head(text))).toBeGreaterThan(0.9);
    expect(run(text).points).toEqual([]);
    // The captures bear no times: put one above every sample, and a sample since boot before the first.
    let second = 0;
    const stamp = (): string => new Date(Date.UTC(2024, 0, 1) + 1000 * second++).toISOString().slice(0, 19);
    const [first = '', ...rest] = text.split('\n');
    const dated = rest.map((line) => (line.startsWith('avg-cpu') ? `${stamp()}+0000\n${line}` : line)).join('\n');
    const { points } = run(`${first}\n\n${stamp()}+0000\nDevice r/s w/s\nx 0.00 0.00\n\n${dated}`);
    const json = JSON.parse(readFileSync(join(corpus, 'jc', file.replace(/out$/, 'json')), 'utf8')) as Record<
      string,
      number | string
    >[];
    const expected = json
      .filter((row) => row.type === 'device')
      .flatMap((row) =>
        JC.filter(([key]) => key in row).map(([key, metric, factor]) => [
          row.device,
          metric,
          Number((Number(row[key]) * factor).toPrecision(12)),
        ]),
      );
    const got = points
      .filter((p) => p.series !== 'r_await, w_await')
      .map((p) => [p.object, p.metric, Number(p.value.toPrecision(12))]);
    expect(got.length).toBeGreaterThan(0);
    expect(got.map((row) => row.join(' ')).sort()).toEqual(expected.map((row) => row.join(' ')).sort());
  });
});

const domain = process.env.FAULTLINE_DOMAIN ?? '';
describe.skipIf(domain === '')('samples of the fact sheet', () => {
  it.each([
    ['01-iostat-x-old-sysstat10.txt', ['iostat-since-boot']],
    ['02-iostat-mx-old-sysstat10.txt', ['iostat-since-boot']],
    ['03-iostat-x-new-sysstat12.txt', ['iostat-since-boot', 'iostat-undated']],
    ['04-iostat-ct-timestamp-line.txt', []],
    ['24-iostat-x-sysstat11.6-ubuntu1804.txt', ['iostat-since-boot']],
  ])('%s', (name, codes) => {
    const text = readFileSync(join(domain, 'samples/san', name), 'utf8');
    expect(parser.sniff(head(text))).toBeGreaterThan(0.9);
    expect([...new Set(issues(run(text)))]).toEqual(codes);
  });

  it.each([
    '06-sar-d.txt',
    '07-sadf-d-disk.csv',
    '09-sadf-j-disk-excerpt.json.txt',
    '10-vmstat-t.txt',
    '12-pidstat.txt',
    '16-zpool-iostat-vl.txt',
    '21-typeperf-PhysicalDisk.csv',
    '25b-zpool-iostat-v.txt',
    '30-nmon-disk-lines.txt',
  ])('leaves %s alone', (name) => {
    expect(parser.sniff(head(readFileSync(join(domain, 'samples/san', name), 'utf8')))).toBe(0);
  });
});
