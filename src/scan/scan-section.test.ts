import fc from 'fast-check';
import { expect, it } from 'vitest';
import { scanSection } from './scan-section.js';
import { RUN_ROW, runKind, type Section, SPAN_ROW, sectionBuffers } from './section.js';
import { createLineScanner } from './wasm-scanner.js';

const LITERALS = ['needle', 'message repeated'];

function scannerFor(prefixes: readonly ('rfc3164' | 'iso8601' | 'uptime')[] = ['rfc3164', 'iso8601']) {
  const scanner = createLineScanner({ literals: LITERALS, prefixes });
  if (scanner === null) throw new Error('this Node has no WebAssembly SIMD');
  return scanner;
}

const scanner = scannerFor();

/** Gives fewer bytes than asked for when `step` says so: callers may rely on nothing but zero at the end. */
function inputOf(bytes: Buffer, step = Number.POSITIVE_INFINITY) {
  const room = Buffer.alloc(1 << 16);
  const read = (offset: number, length: number): Buffer => {
    room.fill(0x2e);
    return room.subarray(0, bytes.copy(room, 0, offset, offset + Math.min(length, step)));
  };
  return { size: bytes.length, read };
}

function scan(text: string, prefixes?: readonly ('rfc3164' | 'iso8601' | 'uptime')[]): Section {
  const one = prefixes === undefined ? scanner : scannerFor(prefixes);
  return scanSection(inputOf(Buffer.from(text)), 0, 1 << 30, one, { startsHere: true });
}

const records = (section: Section): number => {
  let sum = 0;
  for (let i = 5; i < section.runs.length; i += RUN_ROW) sum += section.runs[i] ?? 0;
  return sum;
};

const line = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      'Mar  3 02:14:07 a x: y',
      '<30>Mar  3 02:14:08 bb x: a Needle',
      '2024-03-03T02:14:07.5+01:00 a x: y',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '\tat x',
      '',
      'odd',
      'Mar  3 02:14:09 a last message repeated 2 times',
      'Mar  3 02:14:07 a n\0ul',
      'caf\u00e9 \ufffd',
    ),
  },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 400 }).map((n) => `Mar  3 02:14:07 a ${'x'.repeat(n)}`) },
);
const source = fc
  .tuple(fc.array(line, { maxLength: 80, size: 'max' }), fc.boolean(), fc.constantFrom('\n', '\r\n'))
  .map(([lines, ended, end]) => Buffer.from(lines.join(end) + (ended ? end : '')));

it('sections of any size, each scanned for itself, hold every line once', () => {
  const shape = fc.record({
    bytes: source,
    size: fc.integer({ min: 1, max: 900 }),
    step: fc.constantFrom(1, 7, 1e6),
    limit: fc.integer({ min: 40, max: 500 }),
  });
  fc.assert(
    fc.property(shape, ({ bytes, size, step, limit }) => {
      const whole = scanSection(inputOf(bytes), 0, bytes.length, scanner, { startsHere: true });
      let end = 0;
      let lines = 0;
      let counted = 0;
      for (let from = 0; from < bytes.length; from += size) {
        const section = scanSection(inputOf(bytes, step), from, from + size, scanner, {
          startsHere: from === 0,
          lineLimit: limit,
        });
        if (section.end === section.start) continue;
        expect(section.start).toBe(end);
        expect(section.start).toBeLessThan(from + size);
        end = section.end;
        lines += section.lines;
        counted += records(section);
      }
      expect({ end, lines, counted }).toEqual({ end: bytes.length, lines: whole.lines, counted: records(whole) });
    }),
    { numRuns: 400 },
  );
});

it('finds a literal that two pieces of a long line share', () => {
  for (let before = 90; before < 220; before++) {
    const first = 'Mar  3 02:14:07 a x: y\n';
    const bytes = Buffer.from(
      `${first}Mar  3 02:14:07 a ${'-'.repeat(before)}needle${'-'.repeat(200)}\nMar  3 02:14:07 a x: y\n`,
    );
    const { spans, trouble } = scanSection(inputOf(bytes), 0, 1e6, scanner, { startsHere: true, lineLimit: 100 });
    expect([...spans].slice(SPAN_ROW, SPAN_ROW + 4)).toEqual([first.length, bytes.length - first.length, 1, 1]);
    expect(trouble).toEqual([{ code: 'record-truncated', count: 1, line: 1, byteOffset: first.length }]);
  }
});

it('tells trouble in lines that are not read: how many, and the first', () => {
  const bytes = Buffer.concat([
    Buffer.from('Mar  3 02:14:07 a x\n'),
    Buffer.from('Mar  3 02:14:07 a \xff\n', 'latin1'),
    Buffer.from('Mar  3 02:14:07 a \0\0\nMar  3 02:14:07 a n\0\n'),
  ]);
  expect(scanSection(inputOf(bytes), 0, 1e6, scanner, { startsHere: true }).trouble).toEqual([
    { code: 'invalid-utf8', count: 1, line: 1, byteOffset: 20 },
    { code: 'nul-bytes', count: 2, line: 2, byteOffset: 58 },
  ]);
});

it('reads stamps and offsets, and starts a run wherever time is not steady', () => {
  const { runs, hosts } = scan(
    [
      '2024-02-29T23:59:59.999999+05:30 a x',
      '2024-03-01T00:00:00,5+05:30 a comma',
      '2024-03-01T00:00:00.000001+0530 a x',
      '2024-03-01T00:00:59Z b x',
      '2024-03-01T00:01:00.1234567Z b x',
      '2024-03-01T00:02:00.123456Z b a minute later',
      '2024-03-01T00:01:59Z b a second back',
      'Feb 29 12:00:60 a leap second and day',
      '',
    ].join('\n'),
  );
  const rows = Array.from({ length: runs.length / RUN_ROW }, (_, i) => [
    ...runs.subarray(i * RUN_ROW, (i + 1) * RUN_ROW),
  ]);
  const shown = rows.map(([host = 0, kind = 0, , first = 0, last = 0, count]) => {
    return [hosts[host], runKind(kind).utcOffset, new Date(first / 1000).toISOString(), (last - first) / 1e6, count];
  });
  expect(shown).toEqual([
    ['a', 19_800e6, '2024-02-29T23:59:59.999Z', 0, 1],
    ['b', 0, '2024-03-01T00:00:59.000Z', 1.123456, 2],
    ['b', 0, '2024-03-01T00:02:00.123Z', 0, 1],
    ['a', 19_800e6, '2024-03-01T00:00:00.000Z', 0, 1],
    ['a', null, '1972-02-29T12:01:00.000Z', 0, 1],
    ['b', 0, '2024-03-01T00:01:59.000Z', 0, 1],
  ]);
});

it.each([
  'Feb 30 00:00:00 a x',
  'Mar  0 00:00:00 a x',
  'Mar  3 24:00:00 a x',
  'Mar  3 00:60:00 a x',
  'mar  3 00:00:00 a x',
  'Mar 3 00:00:00 a x',
  '2023-02-29T00:00:00Z a x',
  '2024-13-01T00:00:00Z a x',
  '2024-01-01T00:00:00 a x',
  '2024-01-01T00:00:00-00:00 a x',
  '2024-01-01T00:00:00+24:00 a x',
  '2024-01-01T00:00:00.Z a x',
  '2024-01-01T00:00:00.1234567890Z a x',
  '2024-01-01 00:00:00Z a x',
  '1969-01-01T00:00:00Z a x',
  '2200-01-01T00:00:00Z a x',
  '<>Mar  3 00:00:00 a x',
  '<1234>Mar  3 00:00:00 a x',
  '<1Mar  3 00:00:00 a x',
  'Mar  3 00:00:00  a x',
  'Mar  3 00:00:00 a',
  'Mar  3 00:00:00 a: x',
  'Mar  3 00:00:00 last x',
  'Mar  3 00:00:00 message x',
  'Mar  3 00:00:00 -- x',
  'Mar  3 00:00:00 \u00e9 x',
  `Mar  3 00:00:00 ${'h'.repeat(200)} x`,
  'Mar  3 00:00:00 a kernel: <6>[1.000000] x',
  'Mar  3 00:00:00 a kernel:[1.000000] x',
  'Mar  3 00:00:00 a kernel[0]: [1.000000] x',
  'Mar  3 00:00:00 a kernel: Linux version 6',
])('leaves %j to the parser', (odd) => {
  const { runs, spans } = scan(`${odd}\n`);
  expect({ runs: runs.length, spans: spans.length }).toEqual({ runs: 0, spans: SPAN_ROW });
});

it('does not read past its bytes into what an earlier section left there', () => {
  scan(`Mar  3 02:14:07 web01 ${'x'.repeat(100)}\n`);
  for (const cut of ['Mar  3 02:14:07 web0', 'Mar  3 02:14:07 web01', 'Mar  3 02', 'M', '<', '2024-03-03T02:14:07Z']) {
    expect(scan(cut)).toMatchObject({ hosts: [], lines: 1, end: cut.length });
  }
});

it('counts more hosts than it has room for through the parser', () => {
  const text = Array.from({ length: 3000 }, (_, i) => `Mar  3 02:14:07 host-${i} x: y\n`).join('');
  const { hosts, spans, runs } = scan(text);
  expect(hosts).toHaveLength(2048);
  expect(runs.length / RUN_ROW).toBe(2048);
  // The last host that has room, with all lines after it.
  expect([...spans.subarray(-SPAN_ROW)].slice(0, 4)).toEqual([
    text.indexOf('Mar  3 02:14:07 host-2047 '),
    text.length,
    2047,
    3,
  ]);
});

it('reads the time since boot of console lines, and leaves lines that hold two to the parser', () => {
  const { runs, spans } = scan(
    '[    1.000000] a\n<6>[    2.500000][  T1] b\n[    3.000000] c/[    3.000001] d\n[    4.000000 <    0.1>] e\n',
    ['uptime'],
  );
  expect(records({ runs } as Section)).toBe(2);
  expect([...spans].slice(SPAN_ROW, SPAN_ROW + 3)).toEqual([17, 104, 1]);
});

it('can be handed to another thread without a copy', () => {
  const section = scan('Mar  3 02:14:07 a needle\nMar  3 02:14:08 a kernel: [    1.000000] x\n');
  const moved = structuredClone(section, { transfer: sectionBuffers(section) });
  expect(section.spans.length).toBe(0);
  expect(moved).toEqual(scan('Mar  3 02:14:07 a needle\nMar  3 02:14:08 a kernel: [    1.000000] x\n'));
});

it('does nothing with an empty source', () => {
  expect(scan('')).toMatchObject({ start: 0, end: 0, lines: 0, hosts: [], edges: null, trouble: [] });
});
