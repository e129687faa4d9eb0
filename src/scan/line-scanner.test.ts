import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createLineScanner } from './create-line-scanner.js';
import { createJsScanner } from './js-scanner.js';
import type { LineScanner, ScanCounts, ScannerOptions, ScanPlace } from './line-scanner.js';
import { startTable } from './scan-tables.js';

type Event = readonly (string | number)[];

interface Scanned {
  readonly events: readonly Event[];
  readonly counts: ScanCounts;
}

const IMPLEMENTATIONS = {
  wasm: (options: ScannerOptions): LineScanner => createLineScanner(options),
  js: (options: ScannerOptions): LineScanner => createJsScanner(options.literals, startTable(options.startBytes)),
};

const END: ScanPlace = { next: null, offset: 0, sampleEvery: 0, sampleFrom: 0 };

function scan(scanner: LineScanner, chunk: Uint8Array, place: ScanPlace): Scanned {
  const events: Event[] = [];
  const counts = scanner.scan(chunk, place, {
    record: (found) => events.push(['record', ...Object.values(found)]),
    sample: (start, line) => events.push(['sample', start, line]),
  });
  return { events, counts };
}

/** The definition, one line after the other, without any table. */
function scanNaively(options: ScannerOptions, chunk: Uint8Array, place: ScanPlace): Scanned {
  const text = Buffer.from(chunk).toString('latin1');
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const fold = (from: string): string => from.replace(/[A-Z]/g, (upper) => upper.toLowerCase());
  const literals = options.literals.map(fold);
  const isStart = (byte: string): boolean => options.startBytes === null || options.startBytes.includes(byte);
  const next = place.next === null ? null : String.fromCharCode(place.next);
  const events: Event[] = [];
  let skippedLines = 0;
  let skippedRecords = 0;
  let records = 0;
  let offset = 0;
  let sampleFrom = place.sampleFrom;
  for (let i = 0; i < lines.length; ) {
    const first = i;
    const starts = isStart(lines[i]?.[0] ?? '');
    do i++;
    while (i < lines.length && !isStart(lines[i]?.[0] ?? ''));
    const group = lines.slice(first, i);
    const goesOn = group.length > 1 || (i === lines.length && next !== null && !isStart(next));
    const end = offset + group.join('').length;
    if (starts) records++;
    if (starts && place.sampleEvery > 0 && place.offset + offset >= sampleFrom) {
      events.push(['sample', offset, first]);
      sampleFrom = (Math.floor((place.offset + offset) / place.sampleEvery) + 1) * place.sampleEvery;
    }
    if (!starts || goesOn || group.some((line) => literals.some((literal) => fold(line).includes(literal)))) {
      events.push(['record', offset, end, first, skippedLines, skippedRecords]);
      skippedLines = 0;
      skippedRecords = 0;
    } else {
      skippedLines += group.length;
      skippedRecords++;
    }
    offset = end;
  }
  return { events, counts: { lines: lines.length, records, skippedLines, skippedRecords } };
}

/** Letters in both cases, digits, blanks, and the pairs that differ only in bit 5 like the cases of a letter. */
const LITERAL_ALPHABET = [...'abekszABEKSZ019 :-/.@`[{]}\\|^~_\x7f\t\r\0'];
const literal = fc
  .oneof(
    fc.array(fc.constantFrom(...LITERAL_ALPHABET), { minLength: 3, maxLength: 9 }),
    fc.array(fc.constantFrom('a', 'b', '@', '`'), { minLength: 3, maxLength: 6 }),
    fc.array(fc.constantFrom(...'eErRoO '), { minLength: 3, maxLength: 300 }),
  )
  .map((letters) => letters.join(''));

const literals = fc.oneof(
  fc.array(literal, { minLength: 0, maxLength: 12 }),
  // Sharing prefixes, suffixes and middles.
  fc.tuple(literal, literal).map(([a, b]) => [a + b, b + a, a, `${a}x`, `x${a}`, b.slice(-3), (b + a).slice(1, 6)]),
  fc.array(literal, { minLength: 60, maxLength: 200 }),
);

/** Text out of whole and cut literals, single bytes of the same alphabet with bit 5 turned, and line ends. */
function textFor(known: readonly string[]): fc.Arbitrary<Uint8Array> {
  const flipped = LITERAL_ALPHABET.map((letter) => String.fromCharCode(letter.charCodeAt(0) ^ 32));
  const parts: fc.Arbitrary<string>[] = [
    fc.constantFrom('\n', '\n', '\n', '\r\n', '\n\n', '\n ', '\n\t'),
    fc.constantFrom(...LITERAL_ALPHABET, ...flipped, '\xff', '\xc3\xa9'),
    fc.string({ maxLength: 40 }).map((noise) => noise.replace(/[^\0-\xff]/g, '?')),
  ];
  if (known.length > 0) {
    const pick = fc.constantFrom(...known);
    parts.push(
      pick,
      pick.map((text) => text.toUpperCase()),
      pick.map((text) => text.slice(0, -1)),
      pick.map((text) => text.slice(1)),
      fc
        .tuple(pick, fc.nat())
        .map(([text, at]) => `${text.slice(0, at % text.length)}\n${text.slice(at % text.length)}`),
      fc.tuple(pick, fc.nat()).map(([text, at]) => flipBit5(text, at % text.length)),
    );
  }
  return fc.array(fc.oneof(...parts), { maxLength: 60 }).map((pieces) => Buffer.from(pieces.join(''), 'latin1'));
}

function flipBit5(text: string, at: number): string {
  return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 32) + text.slice(at + 1);
}

const startBytes = fc.constantFrom(null, '', 'abekszABEKSZ019', '019[<\0', 'a\xff');

const scenario = fc
  .record({ literals, startBytes })
  .chain((options) =>
    fc.record({ options: fc.constant(options), chunk: textFor(options.literals), sample: textFor(options.literals) }),
  );

describe.each(Object.entries(IMPLEMENTATIONS))('%s scanner', (implementation, create) => {
  it('is the implementation meant', () => {
    expect(create({ literals: ['abc'], startBytes: null }).implementation).toBe(implementation);
  });

  it('selects what the definition selects, before and after tuning', () => {
    fc.assert(
      fc.property(
        scenario,
        fc.option(fc.constantFrom(0, 32, 97, 91, 255)),
        fc.nat(5000),
        fc.constantFrom(0, 1, 16, 4096),
        fc.nat(6000),
        ({ options, chunk, sample }, next, offset, sampleEvery, sampleFrom) => {
          // Only the end of a source may lack its line end.
          const place = { next: chunk.at(-1) === 10 ? next : null, offset, sampleEvery, sampleFrom };
          const expected = scanNaively(options, chunk, place);
          const scanner = create(options);
          expect(scan(scanner, chunk, place)).toEqual(expected);
          const inPlace = scanner.buffer(chunk.length);
          inPlace.set(chunk);
          scanner.tune(sample);
          expect(scan(scanner, inPlace, place)).toEqual(expected);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('finds literals in a piece of a line wherever they lie', () => {
    fc.assert(
      fc.property(scenario, ({ options, chunk }) => {
        const piece = chunk.filter((byte) => byte !== 10);
        const text = Buffer.from(piece).toString('latin1').toLowerCase();
        const expected = options.literals.some((each) => text.includes(each.toLowerCase()));
        // toLowerCase also folds letters above 127, which no literal holds.
        expect(create({ ...options, startBytes: '' }).contains(piece)).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('finds a literal at every place of a block and of a chunk, next to what the chunk does not hold', () => {
    for (const text of ['abc', 'abcd', 'Oops: ', 'a'.repeat(70)]) {
      const scanner = create({ literals: [text], startBytes: null });
      for (let at = 0; at < 140; at++) {
        const line = Buffer.from('.'.repeat(at) + text.toUpperCase());
        const around = scanner.buffer(line.length + 400);
        around.set(Buffer.from(text.repeat(400)).subarray(0, around.length));
        around.set(line);
        expect(scan(scanner, around.subarray(0, line.length), END).events).toHaveLength(1);
        expect(scan(scanner, around.subarray(0, line.length - 1), END).events).toHaveLength(0);
      }
    }
  });

  it('does not look before a chunk that lies inside its room', () => {
    for (const text of ['abc', 'abcd', 'xyz abcd', 'Oops: aaaa']) {
      const scanner = create({ literals: [text], startBytes: null });
      const room = scanner.buffer(100);
      room.set(Buffer.from(`${text}\n`));
      for (let from = 0; from < text.length; from++) {
        const { events } = scan(scanner, room.subarray(from, text.length + 1), END);
        expect(events).toHaveLength(from === 0 ? 1 : 0);
      }
    }
  });

  it('hands over more results than fit at once', () => {
    const line = 'abc\n';
    const scanner = create({ literals: ['abc'], startBytes: 'ax' });
    const chunk = Buffer.from(`${line}xyz\n`.repeat(20_000));
    const place = { next: 120, offset: 3, sampleEvery: 1, sampleFrom: 0 };
    expect(scan(scanner, chunk, place)).toEqual(scanNaively({ literals: ['abc'], startBytes: 'ax' }, chunk, place));
  });

  it.each([
    ['nothing', '', 0],
    ['no line end', 'one', 1],
    ['line ends only', '\n\n\n', 3],
    ['CRLF only', '\r\n\r\n', 2],
  ])('counts the lines of %s', (_name, text, lines) => {
    const all = create({ literals: ['abc'], startBytes: null });
    const none = create({ literals: ['abc'], startBytes: 'a' });
    expect(scan(all, Buffer.from(text), END)).toEqual({
      events: [],
      counts: { lines, records: lines, skippedLines: lines, skippedRecords: lines },
    });
    expect(scan(none, Buffer.from(text), END).counts).toEqual({
      lines,
      records: 0,
      skippedLines: 0,
      skippedRecords: 0,
    });
  });

  it('selects a record that goes on in the next chunk', () => {
    const scanner = create({ literals: ['abc'], startBytes: 'x' });
    const chunk = Buffer.from('x1\nx2\n');
    expect(scan(scanner, chunk, { ...END, next: 32 }).events).toEqual([['record', 3, 6, 1, 1, 1]]);
    expect(scan(scanner, chunk, { ...END, next: 120 }).events).toEqual([]);
  });

  it('does not mistake bytes that differ in bit 5 for cases of a letter', () => {
    const traps = ['@@@@', '[id]', '^^^-', 'a_b_', '{id}', '`~`~'];
    for (const trap of traps) {
      const scanner = create({ literals: [trap], startBytes: null });
      const flipped = trap.replace(/[^a-z]/g, (c) => String.fromCharCode(c.charCodeAt(0) ^ 32));
      expect(scan(scanner, Buffer.from(`${flipped}\n`), END).events).toEqual([]);
      expect(scan(scanner, Buffer.from(`${trap.toUpperCase()}\n`), END).events).toHaveLength(1);
    }
  });

  it('takes thousands of literals', () => {
    const many = Array.from({ length: 2000 }, (_, i) => `literal ${(i * 7919) % 10_007} of many`);
    const scanner = create({ literals: many, startBytes: null });
    const chunk = Buffer.from(many.map((text, i) => (i % 2 === 0 ? `${text}\n` : `${text.slice(1, -1)}\n`)).join(''));
    expect(scan(scanner, chunk, END).events).toHaveLength(1000);
  });

  it.each([['ab'], [''], ['a\nbc'], ['caf\u00e9']])('refuses the literal %j', (text) => {
    expect(() => create({ literals: ['fine', text], startBytes: null })).toThrow(RangeError);
  });
});

describe('createLineScanner', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('falls back to JavaScript without WebAssembly', () => {
    vi.stubGlobal('WebAssembly', undefined);
    expect(createLineScanner({ literals: ['abc'], startBytes: null }).implementation).toBe('js');
  });
});
