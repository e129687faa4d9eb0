import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { LineScanner } from './line-scanner.js';
import { scanSection } from './scan-section.js';
import { type Section, SPAN, SPAN_ROW } from './section.js';
import { createLineScanner } from './wasm-scanner.js';

const PREFIX = 'Mar  3 02:14:07 h ';
const FIRST_RECORD = `${PREFIX}first\n`;

function create(literals: readonly string[]): LineScanner {
  const scanner = createLineScanner({ literals, prefixes: ['rfc3164'] });
  if (scanner === null) throw new Error('this Node has no WebAssembly SIMD');
  return scanner;
}

function scan(scanner: LineScanner, bytes: Uint8Array, size = 1 << 30): Section {
  const read = (offset: number, length: number): Uint8Array => bytes.subarray(offset, offset + length);
  return scanSection({ size: bytes.length, read }, 0, size, scanner, { startsHere: true });
}

/** Records (start, end) that are selected for what they say. */
function selected({ spans }: Section): readonly (readonly number[])[] {
  const rows: number[][] = [];
  for (let i = 0; i < spans.length; i += SPAN_ROW)
    if (((spans[i + 3] ?? 0) & SPAN.onlyNew) === 0) rows.push([spans[i] ?? 0, spans[i + 1] ?? 0]);
  return rows;
}

/** The definition: lines with the prefix start records, and those with a literal or of several lines are selected. */
function selectNaively(literals: readonly string[], text: string): readonly (readonly number[])[] {
  const fold = (from: string): string => from.replace(/[A-Z]/g, (upper) => upper.toLowerCase());
  const wanted = literals.map(fold);
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const rows: number[][] = [];
  let offset = 0;
  let afterOdd = false;
  let before = 0;
  for (let i = 0; i < lines.length; ) {
    const first = i;
    do i++;
    while (i < lines.length && lines[i]?.startsWith(PREFIX) === false);
    const group = lines.slice(first, i);
    const end = offset + group.join('').length;
    const isOdd = group.length > 1 || !group[0]?.startsWith(PREFIX) || /[\0\x1b]/.test(group.join(''));
    const holds = group.some((line) => wanted.some((literal) => fold(line).includes(literal)));
    // A crash hole or an escape sequence may hide what the line is: perhaps a part of the record before it.
    const from = /[\0\x1b]/.test(group[0] ?? '') ? before : offset;
    if (isOdd || holds || afterOdd) rows.push([from, end]);
    before = offset;
    afterOdd = isOdd;
    offset = end;
  }
  return joined(rows);
}

/** Neighbours as one. */
function joined(rows: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const result: number[][] = [];
  for (const [start = 0, end = 0] of rows) {
    const last = result.at(-1);
    if (last !== undefined && (last[1] ?? 0) >= start) last[1] = end;
    else result.push([start, end]);
  }
  return result;
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
    fc.constantFrom(`\n${PREFIX}`, `\n${PREFIX}`, `\r\n${PREFIX}`, `\n${PREFIX}`, '\n ', '\n\t'),
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
        .map(([text, at]) => `${text.slice(0, at % text.length)}\n${PREFIX}${text.slice(at % text.length)}`),
      fc.tuple(pick, fc.nat()).map(([text, at]) => flipBit5(text, at % text.length)),
    );
  }
  return fc
    .array(fc.oneof(...parts), { maxLength: 60 })
    .map((pieces) => Buffer.from(`${FIRST_RECORD}${PREFIX}${pieces.join('')}`, 'latin1'));
}

function flipBit5(text: string, at: number): string {
  return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 32) + text.slice(at + 1);
}

const scenario = literals.chain((known) =>
  fc.record({ known: fc.constant(known), bytes: textFor(known), sample: textFor(known) }),
);

describe('createLineScanner', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('selects what the definition selects, before and after tuning', () => {
    fc.assert(
      fc.property(scenario, ({ known, bytes, sample }) => {
        const text = Buffer.from(bytes).toString('latin1');
        const expected = selectNaively(known, text);
        const scanner = create(known);
        expect(joined(selected(scan(scanner, bytes)))).toEqual(expected);
        scanner.tune(sample);
        expect(joined(selected(scan(scanner, bytes)))).toEqual(expected);
      }),
      { numRuns: 400 },
    );
  });

  it('finds literals in a piece of a line wherever they lie', () => {
    fc.assert(
      fc.property(scenario, ({ known, bytes }) => {
        const piece = bytes.filter((byte) => byte !== 10);
        const text = Buffer.from(piece).toString('latin1').toLowerCase();
        const expected = known.some((each) => text.includes(each.toLowerCase()));
        const scanner = create(known);
        scanner.beginSection();
        scanner.buffer(piece.length).set(piece);
        // toLowerCase also folds letters above 127, which no literal holds.
        expect(scanner.contains(piece.length)).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('finds a literal at every place of a block and of a chunk, next to what the chunk does not hold', () => {
    for (const text of ['abc', 'abcd', 'Oops: ', 'a'.repeat(70)]) {
      const scanner = create([text]);
      for (let at = 0; at < 140; at++) {
        const line = `${FIRST_RECORD}${PREFIX}${'.'.repeat(at)}${text.toUpperCase()}`;
        scanner.buffer(line.length + 400).fill(text);
        expect(selected(scan(scanner, Buffer.from(line)))).toHaveLength(1);
        expect(selected(scan(scanner, Buffer.from(line.slice(0, -1))))).toHaveLength(0);
      }
    }
  });

  it('hands over more results than fit at once', () => {
    const scanner = create(['abc']);
    const text = FIRST_RECORD + `${PREFIX}abc\n${PREFIX}xyz\n`.repeat(20_000);
    const rows = selected(scan(scanner, Buffer.from(text)));
    expect(rows).toHaveLength(20_000);
    expect(rows).toEqual(selectNaively(['abc'], text));
  });

  it('does not mistake bytes that differ in bit 5 for cases of a letter', () => {
    for (const trap of ['@@@@', '[id]', '^^^-', 'a_b_', '{id}', '`~`~']) {
      const scanner = create([trap]);
      const flipped = trap.replace(/[^a-z]/g, (c) => String.fromCharCode(c.charCodeAt(0) ^ 32));
      expect(selected(scan(scanner, Buffer.from(`${FIRST_RECORD}${PREFIX}${flipped}\n`)))).toEqual([]);
      expect(selected(scan(scanner, Buffer.from(`${FIRST_RECORD}${PREFIX}${trap.toUpperCase()}\n`)))).toHaveLength(1);
    }
  });

  it('takes thousands of literals', () => {
    const many = Array.from({ length: 2000 }, (_, i) => `literal ${(i * 7919) % 10_007} of many`);
    const lines = many.map((text, i) => `${PREFIX}${i % 2 === 0 ? text : text.slice(1, -1)}\n`);
    expect(selected(scan(create(many), Buffer.from(FIRST_RECORD + lines.join(''))))).toHaveLength(1000);
  });

  it.each([['ab'], [''], ['a\nbc'], ['caf\u00e9']])('refuses the literal %j', (text) => {
    expect(() => create(['fine', text])).toThrow(RangeError);
  });

  it('is null without WebAssembly', () => {
    vi.stubGlobal('WebAssembly', undefined);
    expect(createLineScanner({ literals: ['abc'], prefixes: ['rfc3164'] })).toBeNull();
  });
});
