import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MetricColumn } from '../../src/model/record.js';
import { EVERYTHING } from '../../src/parser/collect.js';
import type { Interest } from '../../src/parser/parser.js';
import parser from './parser.js';
import { inputOf, type ReadPerfmon, readBytes } from './read-perfmon.js';
import { rowKernel } from './row-kernel.js';

it('is what row-kernel.assemblyscript compiles to', () => {
  const script = fileURLToPath(new URL('build-wasm.mjs', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

it('runs here, or nothing below shows anything', () => {
  expect(rowKernel()).not.toBeNull();
});

const COUNTERS = [
  'PhysicalDisk(1)\\Avg. Disk sec/Read',
  'PhysicalDisk(1)\\Disk Read Bytes/sec',
  'Memory\\Available MBytes',
  'PhysicalDisk(1)\\% Idle Time',
  'Cluster CSV File System(V1)\\Read Queue Length',
  'LogicalDisk(D:)\\Current Disk Queue Length',
  'Cluster CSV File System(V1)\\Write Queue Length',
  'Hyper-V Virtual Storage Device(x)\\Error Count',
];

const header = (delimiter: string): string =>
  ['(PDH-CSV 4.0) (X)(-60)', ...COUNTERS.map((name) => `\\\\H${name.startsWith('Log') ? '2' : ''}\\${name}`)]
    .map((cell) => `"${cell}"`)
    .join(delimiter);

/** Everything but the objects' identity: what is shared does not show. */
function essence({ items, columns, counted }: ReadPerfmon): unknown {
  const rows = ({ counted: rows }: MetricColumn): unknown =>
    rows && [rows.times, rows.intervals, rows.offsets, rows.counts];
  return [items, columns.map((column) => [column.objectType, column.series, column.values, rows(column)]), counted];
}

const LATENCY_ONLY: Interest = { ...EVERYTHING, metric: (name) => name.startsWith('disk.latency') };

function expectSame(text: string): void {
  for (const interest of [EVERYTHING, LATENCY_ONLY]) {
    const kernel = readBytes(Buffer.from(text), interest);
    expect(essence(kernel)).toEqual(essence(readBytes(Buffer.from(text), interest, null)));
  }
}

const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 24 });
const number = fc.oneof(
  fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }).map(String),
  fc.double({ min: 0, max: 1e6, noNaN: true }).map((value) => value.toPrecision(17)),
  fc.tuple(digits, digits).map(([a, b]) => `${a}.${b}`),
  digits,
);
const cell = fc.oneof(
  { weight: 6, arbitrary: number },
  {
    weight: 2,
    arbitrary: fc.constantFrom('', ' ', '  ', '-1', '-0', '+3', '.', '5.', '.5', '0,5', '1.2.3', '1e3', '1E-05'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('1e999', '1e-400', '-1e-400', '1e', '1e+', 'NaN', '1.#INF', '"', '","', ',', '""'),
  },
  { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(...'0123456789.,eE+- "\u00e9\u0000'), maxLength: 70 }) },
);
const row = fc
  .tuple(
    fc.array(cell, { minLength: 5, maxLength: 10 }),
    fc.nat(59),
    fc.constantFrom(',', ',', ',', ';', ''),
    fc.nat(20),
  )
  .map(([cells, second, end, bare]) => {
    const quote = bare === 0 ? '' : '"';
    const stamp = `03/03/2024 02:14:${String(second).padStart(2, '0')}.000`;
    return [stamp, ...cells].map((text) => `${quote}${text}${quote}`).join(',') + (end === ',' ? '' : end);
  });
const line = fc.oneof(
  { weight: 20, arbitrary: row },
  { weight: 1, arbitrary: fc.constantFrom('', 'Exiting, please wait...', header(','), header(';'), 'x'.repeat(80)) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
);

describe('reads as the reader in JavaScript does', () => {
  it('lines of all kinds', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), fc.constantFrom('\n', '\r\n'), fc.nat(60), (lines, end, cut) => {
        const text = [header(','), ...lines].join(end);
        expectSame(text.slice(0, text.length - Math.min(cut, 20)));
      }),
      { numRuns: 400 },
    );
  });

  it('any order of quotes, delimiters and line ends', () => {
    const piece = fc.constantFrom(
      '"',
      '"',
      ',',
      '","',
      '1',
      '2.5',
      '\r',
      '\n',
      ' ',
      '\n"03/03/2024 02:14:07.123",',
      '"0.5",',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 200 }), (pieces) => expectSame(`${header(',')}\n${pieces.join('')}`)),
      { numRuns: 600 },
    );
  });

  it('a row at every distance from the end of a step of 64 bytes', () => {
    for (let pad = 0; pad < 130; pad++) {
      const long = '7'.repeat(pad);
      expectSame(
        `${header(',')}\n"03/03/2024 02:14:07.123","1","2","${long}","4","5","6","7","8"\n"03/03/2024 02:14:08.123","1"`,
      );
    }
  });
});

describe('numbers', () => {
  const values = (texts: readonly string[]): number[] => {
    const rows = texts.map((text) => `"03/03/2024 02:14:07.123","${text}"`);
    const lines = [
      '"(PDH-CSV 4.0)","\\\\H\\PhysicalDisk(1)\\Avg. Disk sec/Read"',
      '"03/03/2024 02:14:07.000","0.5"',
      ...rows,
    ];
    return readBytes(Buffer.from(lines.join('\n')))
      .points.slice(1)
      .map((point) => point.value);
  };

  it('are those of Number, in every notation', () => {
    const double = fc.double({ min: 1e-30, max: 1e22, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(double, { minLength: 50, maxLength: 50 }),
        fc.integer({ min: 1, max: 21 }),
        (numbers, places) => {
          const texts = numbers.flatMap((n) => [
            n.toPrecision(places),
            n.toExponential(places - 1),
            n.toFixed(places - 1),
            String(n),
          ]);
          const fit = texts.filter((text) => text.length <= 60);
          expect(values(fit)).toEqual(fit.map(Number));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('are those of Number for mantissas and places of all sizes', () => {
    const mantissa = fc.bigInt({ min: 0n, max: 9_999_999_999_999_999_999n });
    fc.assert(
      fc.property(fc.array(fc.tuple(mantissa, fc.nat(28)), { minLength: 50, maxLength: 50 }), (parts) => {
        const texts = parts.map(([w, places]) => {
          const all = String(w).padStart(places + 1, '0');
          return places === 0 ? all : `${all.slice(0, -places)}.${all.slice(-places)}`;
        });
        expect(values(texts)).toEqual(texts.map(Number));
      }),
      { numRuns: 300 },
    );
  });

  it('are those of Number where they lie halfway between two doubles', () => {
    const near = fc.tuple(fc.integer({ min: 0, max: 9 }), fc.bigInt({ min: 1n << 52n, max: (1n << 53n) - 1n }));
    fc.assert(
      fc.property(fc.array(near, { minLength: 30, maxLength: 30 }), (parts) => {
        const texts = parts.flatMap(([shift, m]) => {
          // (2m + 1) / 2^(shift + 1), exactly, and its neighbours in the last place.
          const scaled = ((2n * m + 1n) * 10n ** BigInt(shift + 1)) >> BigInt(shift + 1);
          return [scaled - 1n, scaled, scaled + 1n].map((n) => {
            const all = String(n).padStart(shift + 2, '0');
            return `${all.slice(0, -shift - 1)}.${all.slice(-shift - 1)}`;
          });
        });
        const fit = texts.filter((text) => text.length <= 60);
        expect(values(fit)).toEqual(fit.map(Number));
      }),
      { numRuns: 200 },
    );
    const hard = [
      '9007199254740993',
      '9007199254740995',
      '18014398509481986',
      '4503599627370497.5',
      '2251799813685249.25',
      '0.000000000000000000000012345',
      '9999999999999999999',
      '1e22',
      '1e23',
      '8.5e21',
    ];
    expect(values(hard)).toEqual(hard.map(Number));
  });
});

describe('blocks', () => {
  /** Rows of a single counter, some of them blank; 3 MiB, so that pieces of 1 MiB end within rows. */
  const rows = (count: number, blank: (i: number) => boolean): string[] =>
    Array.from({ length: count }, (_, i) => {
      const stamp = new Date(Date.UTC(2024, 0, 1) + i * 1000).toISOString();
      const [date = '', time = ''] = [
        `${stamp.slice(5, 7)}/${stamp.slice(8, 10)}/${stamp.slice(0, 4)}`,
        stamp.slice(11, 23),
      ];
      return `"${date} ${time}","${blank(i) ? ' ' : i / 8}","${i}"`;
    });

  it.each([
    ['no', (): boolean => false],
    ['the first', (i: number): boolean => i === 0],
    ['every third', (i: number): boolean => i % 3 === 0],
  ] as const)('hold every row once, in order, with its place: %s cell blank', (_name, blank) => {
    const lines = [
      '"(PDH-CSV 4.0)","\\\\H\\PhysicalDisk(1)\\Avg. Disk sec/Read","\\\\H\\PhysicalDisk(1)\\Disk Reads/sec"',
      ...rows(75_000, blank),
    ];
    const text = lines.join('\r\n');
    expect(text.length).toBeGreaterThan(3 << 20);
    const { columns, counted } = readBytes(Buffer.from(text));
    const of = (end: string): number[][] => {
      const own = columns.filter((column) => column.series.endsWith(end) && column.times.length > 0);
      return [0, 1, 2, 3].map((k) =>
        own.flatMap(({ values, lines: at, offsets, times }) => [...([values, at, offsets, times][k] ?? [])]),
      );
    };
    const wanted = Array.from({ length: 75_000 }, (_, i) => i).filter((i) => !blank(i));
    const [read = [], at = [], offsets = [], times = []] = of('sec/Read');
    expect(read).toEqual(wanted.map((i) => i / 8));
    expect(at).toEqual(wanted.map((i) => i + 2));
    expect(times).toEqual(wanted.map((i) => (Date.UTC(2024, 0, 1) + i * 1000) * 1000));
    for (const i of [0, 1, 999, offsets.length - 1])
      expect(text.slice(offsets[i], (offsets[i] ?? 0) + 12)).toBe(lines[(at[i] ?? 0) - 1]?.slice(0, 12));
    expect(of('Reads/sec')[0]).toEqual(Array.from({ length: 75_000 }, (_, i) => i));
    expect(counted).toBe(75_000 + wanted.length);
  });

  it('share the times of series that were sampled together', () => {
    const text = [
      header(','),
      ...Array.from(
        { length: 100 },
        (_, i) => `"03/03/2024 02:14:${String(i % 60).padStart(2, '0')}.000","1","2","3","4","5","6","7","8"`,
      ),
    ];
    const { columns } = readBytes(Buffer.from(text.join('\n')));
    expect(new Set(columns.filter((column) => column.times.length > 0).map((column) => column.times)).size).toBe(1);
  });

  it('keep only what is asked for and count the rest', () => {
    const text = `${header(',')}\n${Array.from({ length: 9 }, (_, i) => `"03/03/2024 02:14:0${i}.000","1","2","3"," ","5","6","7","x"`).join('\n')}`;
    const all = readBytes(Buffer.from(text));
    const some = readBytes(Buffer.from(text), LATENCY_ONLY);
    expect(new Set(some.points.map((point) => point.metric))).toEqual(new Set(['disk.latency.read']));
    expect([some.counted, some.points.length]).toEqual([all.points.length, 9]);
    expect(all.counted).toBe(all.points.length);
  });
});

it('is used by the parser', () => {
  if (parser.reads !== 'bytes') throw new Error('perfmon-csv reads bytes');
  let samples = 0;
  const column = ({ times }: MetricColumn): void => {
    samples += times.length;
  };
  const text = Buffer.from(`${header(',')}\n"03/03/2024 02:14:07.123","1","2","3","4","5","6","7","8"`);
  const sink = { record() {}, counted() {}, metric() {}, clock() {}, fact() {}, issue() {} };
  const context = { path: 'x.csv', pathHost: null };
  parser.read(inputOf(text), context, { ...sink, column }, EVERYTHING);
  expect(samples).toBe(6);
});
