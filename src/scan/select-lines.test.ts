import { isUtf8 } from 'node:buffer';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLineScanner } from './create-line-scanner.js';
import { createJsScanner } from './js-scanner.js';
import type { LineScanner, ScannerOptions } from './line-scanner.js';
import { startTable } from './scan-tables.js';
import { type SelectCounts, selectLines } from './select-lines.js';
import { LINE_LIMIT, type ScanInput } from './window.js';

/** `['line', text, byteOffset, line]` for each selected line, `['skipped', lines, records]`, samples and trouble. */
interface Selected {
  readonly events: readonly (readonly (string | number)[])[];
  readonly samples: readonly (readonly (string | number)[])[];
  readonly trouble: readonly string[];
  readonly counts: SelectCounts;
}

/** Gives fewer bytes than asked for when `step` says so: callers may rely on nothing but zero at the end. */
function inputOf(bytes: Buffer, step = Number.POSITIVE_INFINITY): ScanInput {
  const room = Buffer.alloc(LINE_LIMIT + 2);
  return {
    size: bytes.length,
    read(offset, length) {
      room.fill(0xee);
      return room.subarray(0, bytes.copy(room, 0, offset, offset + Math.min(length, step)));
    },
  };
}

function select(bytes: Buffer, start: number, scanner: LineScanner, limit?: number, step?: number): Selected {
  const events: (string | number)[][] = [];
  const samples: (string | number)[][] = [];
  const trouble: string[] = [];
  const sink = {
    record(record: Buffer, byteOffset: number, line: number) {
      let offset = byteOffset;
      for (const [i, text] of (record.toString('latin1').match(/[^\n]*\n|[^\n]+$/g) ?? []).entries()) {
        events.push(['line', text, offset, line + i]);
        offset += text.length;
      }
    },
    skipped: (lines: number, records: number) => void events.push(['skipped', lines, records]),
    sample: (text: Buffer, byteOffset: number, line: number) =>
      void samples.push([text.toString('latin1'), byteOffset, line]),
    trouble: (code: string, line: number, byteOffset: number) => void trouble.push(`${code} ${line} ${byteOffset}`),
  };
  const counts = selectLines(inputOf(bytes, step), start, scanner, sink, limit);
  return { events, samples, trouble, counts };
}

/** The definition, with the whole source in memory. */
function selectNaively(options: ScannerOptions, bytes: Buffer, start: number, limit: number): Selected {
  const lines = linesOf(bytes, start, limit);
  const literals = options.literals.map((literal) => literal.toLowerCase());
  const starts = lines.map(({ text }) => options.startBytes === null || options.startBytes.includes(text[0] ?? ''));
  const events: (string | number)[][] = [];
  let skipped: [number, number] = [0, 0];
  const flush = (): void => {
    if (skipped[0] > 0) events.push(['skipped', ...skipped]);
    skipped = [0, 0];
  };
  for (let i = 0; i < lines.length; ) {
    const first = i;
    do i++;
    while (i < lines.length && starts[i] === false);
    const group = lines.slice(first, i);
    const holds = group.some(({ folded }) => literals.some((literal) => folded.includes(literal)));
    if (starts[first] === true && group.length === 1 && !holds) {
      skipped = [skipped[0] + 1, skipped[1] + 1];
      continue;
    }
    flush();
    group.forEach(({ cut, offset }, k) => void events.push(['line', cut, offset, first + k + 1]));
  }
  flush();
  return {
    events,
    ...sampleNaively(lines, starts, start),
    counts: { lines: lines.length, records: starts.filter(Boolean).length },
  };
}

interface Line {
  readonly text: string;
  readonly folded: string;
  readonly cut: string;
  readonly offset: number;
  readonly trouble: readonly string[];
}

function linesOf(bytes: Buffer, start: number, limit: number): Line[] {
  let offset = start;
  const texts = bytes.toString('latin1', start).match(/[^\n]*\n|[^\n]+$/g) ?? [];
  return texts.map((text, i): Line => {
    const at = offset;
    offset += text.length;
    const content = text.replace(/\n$/, '');
    const isLong = content.length > limit;
    let end = limit;
    while (isLong && end > limit - 3 && (content.charCodeAt(end) & 0xc0) === 0x80) end--;
    if ((content.charCodeAt(end) & 0xc0) === 0x80) end = limit;
    const cut = isLong ? content.slice(0, end) : text;
    const trouble = isUtf8(Buffer.from(cut, 'latin1')) ? [] : [`invalid-utf8 ${i + 1} ${at}`];
    if (isLong) trouble.push(`record-truncated ${i + 1} ${at}`);
    return { text, folded: text.replace(/[A-Z]/g, (c) => c.toLowerCase()), cut, offset: at, trouble };
  });
}

function sampleNaively(
  lines: readonly Line[],
  starts: readonly boolean[],
  start: number,
): Pick<Selected, 'samples' | 'trouble'> {
  const samples: (string | number)[][] = [];
  let from = start;
  lines.forEach(({ cut, offset }, i) => {
    if (starts[i] === false || (offset < from && i < lines.length - 1)) return;
    samples.push([cut.replace(/\r?\n?$/, ''), offset, i + 1]);
    from = (Math.floor(offset / 4096) + 1) * 4096;
  });
  return { samples, trouble: lines.flatMap(({ trouble }) => trouble) };
}

const withoutNuls = (selected: Selected): Selected => ({
  ...selected,
  trouble: selected.trouble.filter((trouble) => !trouble.startsWith('nul-bytes')),
});

const LITERALS = ['error', 'abort', 'i/o', '[id]', 'a literal of some length'];

const line = fc
  .array(
    fc.oneof(
      {
        weight: 5,
        arbitrary: fc.constantFrom('a', ' ', '7', '\t', '{', '\r', '\0', '\xe9', '\xc3\xa9', '\xf0\x9f\x98\x80'),
      },
      { weight: 1, arbitrary: fc.constantFrom(...LITERALS, 'ERROR', 'Abor', 'a Literal OF some length') },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 300 }).map((n) => 'x'.repeat(n)) },
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));

const source = fc
  .tuple(fc.array(line, { maxLength: 120 }), fc.boolean(), fc.constantFrom('\n', '\r\n'))
  .map(([lines, ended, end]) => Buffer.from(lines.join(end) + (ended ? end : ''), 'latin1'));

const CREATE = [
  ['wasm', (options: ScannerOptions) => createLineScanner(options)],
  ['js', (options: ScannerOptions) => createJsScanner(options.literals, startTable(options.startBytes))],
] as const;

describe.each(CREATE)('selectLines with the %s scanner', (_name, create) => {
  it('selects what the definition selects, whatever the size of its window', () => {
    const shape = fc.record({
      bytes: source,
      limit: fc.oneof(fc.integer({ min: 24, max: 90 }), fc.integer({ min: 24, max: 5000 })),
      step: fc.constantFrom(1, 7, 100_000),
      startBytes: fc.constantFrom(null, 'axe{7', 'AaXx7[{i\r\n', ''),
    });
    fc.assert(
      fc.property(shape, ({ bytes, limit, step, startBytes }) => {
        const options = { literals: LITERALS, startBytes };
        const start = bytes.indexOf(10) + 1;
        for (const from of [0, start]) {
          const selected = withoutNuls(select(bytes, from, create(options), limit, step));
          expect(selected).toEqual(selectNaively(options, bytes, from, limit));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('reads sources of several MiB, with lines around and over the limit', () => {
    const options = { literals: ['needle'], startBytes: '<' };
    const filler = '<6>nothing to see here\n'.repeat(30_000);
    for (const length of [LINE_LIMIT - 1, LINE_LIMIT, LINE_LIMIT + 1, LINE_LIMIT + 2, 3 * LINE_LIMIT]) {
      const long = `<6>${'y'.repeat(length - 9)}`;
      const text = `${filler}${long}NEEDLE\n${filler}<6>a needle\n${long}123456\n wrapped\n${filler}${long}654321\n<end`;
      const bytes = Buffer.from(text);
      expect(select(bytes, 0, create(options))).toEqual(selectNaively(options, bytes, 0, LINE_LIMIT));
    }
  });

  it('finds a literal that two pieces of a long line share', () => {
    const scanner = create({ literals: ['needle'], startBytes: null });
    for (let before = 90; before < 220; before++) {
      const bytes = Buffer.from(`${'-'.repeat(before)}needle${'-'.repeat(200)}\nnext\n`);
      const { events } = select(bytes, 0, scanner, 100);
      expect(events).toEqual([
        ['line', bytes.toString('latin1', 0, 100), 0, 1],
        ['skipped', 1, 1],
      ]);
    }
  });

  it('reports the first NUL of a chunk where it stands, also in a line that is skipped', () => {
    const bytes = Buffer.from('one\ntwo\nth\0r\0ee\nfour\n');
    expect(select(bytes, 0, create({ literals: ['zzz'], startBytes: null })).trouble).toEqual(['nul-bytes 3 10']);
  });

  it('does nothing with an empty source', () => {
    const scanner = create({ literals: ['zzz'], startBytes: null });
    expect(select(Buffer.alloc(0), 0, scanner)).toEqual({
      ...{ events: [], samples: [], trouble: [], counts: { lines: 0, records: 0 } },
    });
  });

  it('gives the same for a source so large that it chooses fingerprints by a sample', () => {
    const parts = [
      '<1> I/O error, dev sda\n',
      '<2> session opened for user root\n',
      '<3> error error\n',
      '<4> aborting now\n',
    ];
    const block = Array.from({ length: 4000 }, (_, i) => parts[(i * i) % 3] ?? '').join('');
    const bytes = Buffer.from(`${block.repeat(340)}${parts[3]}`);
    expect(bytes.length).toBeGreaterThan(32 * 2 ** 20);
    const scanner = create({ literals: ['aborting', 'sda5', 'opened for nobody'], startBytes: '<' });
    const events: unknown[] = [];
    const { lines } = selectLines(inputOf(bytes), 0, scanner, {
      record: (record, byteOffset, at) => void events.push(record.toString(), byteOffset, at),
      skipped: (count) => void events.push(count),
      trouble: () => {},
    });
    expect(events).toEqual([lines - 1, parts[3], bytes.length - 17, lines]);
    expect(lines).toBe(4000 * 340 + 1);
  });
});

const CORPUS = process.env.FAULTLINE_CORPUS;

describe.skipIf(CORPUS === undefined)('selectLines on real logs', () => {
  const folder = join(CORPUS ?? '', 'loghub');
  const files = (CORPUS === undefined ? [] : readdirSync(folder, { recursive: true, encoding: 'utf8' })).filter(
    (name) => name.endsWith('.log') && statSync(join(folder, name)).isFile(),
  );
  const options = {
    literals: ['error', 'failed password', 'i/o ', 'out of memory', 'kernel: [', '0x0', 'session opened for user root'],
    startBytes: '<[0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-',
  };

  it.each(files)('%s', (name) => {
    const bytes = readFileSync(join(folder, name));
    const expected = selectNaively(options, bytes, 0, LINE_LIMIT);
    expect(expected.counts.lines).toBeGreaterThan(100);
    for (const [, create] of CREATE) expect(withoutNuls(select(bytes, 0, create(options)))).toEqual(expected);
  });
});
