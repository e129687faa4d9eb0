import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BLOCK_LIMIT, readLineBlocks } from './line-blocks.js';
import type { ByteInput } from './parser.js';

function inputOf(bytes: Uint8Array): ByteInput {
  return { size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
}

interface Line {
  readonly text: string;
  readonly byteOffset: number;
  readonly isCut: boolean;
}

function linesOf(bytes: Uint8Array): readonly Line[] {
  const lines: Line[] = [];
  readLineBlocks(inputOf(bytes), ({ bytes: block, byteOffset, unit, isCut }) => {
    expect(block.length).toBeLessThanOrEqual(BLOCK_LIMIT);
    for (let from = 0; from < block.length; ) {
      const feed = block.indexOf(10, from);
      const end = feed < 0 ? block.length : feed;
      lines.push({ text: block.toString('utf8', from, end), byteOffset: byteOffset + unit * from, isCut });
      from = end + 1;
    }
  });
  return lines;
}

const encode = {
  'utf-8': (text: string): Buffer => Buffer.from(text),
  'utf-16le': (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le'),
  'utf-16be': (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
};

/** The lines of a text the simple way. */
function expected(text: string, encoding: keyof typeof encode): readonly Line[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  let units = 0;
  return lines.map((line) => {
    const before = text.slice(0, units);
    units += line.length + 1;
    const byteOffset = encoding === 'utf-8' ? Buffer.byteLength(before) : 2 + 2 * before.length;
    return { text: line, byteOffset, isCut: false };
  });
}

describe.each(Object.keys(encode) as (keyof typeof encode)[])('%s', (encoding) => {
  const line = fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => text.replaceAll('\n', ' '));

  it('gives every line once, with its place', () => {
    fc.assert(
      // A first line of ASCII: without a mark nothing else tells UTF-8 from UTF-16.
      fc.property(fc.array(line), fc.boolean(), (lines, isEnded) => {
        const text = ['The first line is plain.', ...lines].join('\n') + (isEnded ? '\n' : '');
        expect(linesOf(encode[encoding](text))).toEqual(expected(text, encoding));
      }),
    );
  });

  it.each([7, 1000, 60_000])('gives lines of %i characters over many blocks', (length) => {
    const text = Array.from({ length: Math.ceil(3_500_000 / length) }, (_, i) =>
      `${i} `.padEnd(length, '\u00e9x'),
    ).join('\n');
    expect(linesOf(encode[encoding](text))).toEqual(expectedFast(text, encoding));
  });

  it('gives the first MiB of a longer line and goes on behind it', () => {
    const text = `first\n${'x'.repeat(5 << 20)}\nlast\n`;
    const lines = linesOf(encode[encoding](text));
    expect(lines.map(({ text: { length }, isCut }) => [length, isCut])).toEqual([
      [5, false],
      [encoding === 'utf-8' ? 1 << 20 : 1 << 19, true],
      [4, false],
    ]);
    expect(lines.at(-1)?.text).toBe('last');
  });
});

/** As `expected`, for texts of two-byte characters after each number. */
function expectedFast(text: string, encoding: keyof typeof encode): readonly Line[] {
  let byteOffset = encoding === 'utf-8' ? 0 : 2;
  return text.split('\n').map((line) => {
    const at = byteOffset;
    byteOffset += encoding === 'utf-8' ? Buffer.byteLength(line) + 1 : 2 * line.length + 2;
    return { text: line, byteOffset: at, isCut: false };
  });
}

it('ends on a source that shrinks while it is read', () => {
  let isGone = false;
  const input: ByteInput = {
    size: 10 << 20,
    read(offset, length) {
      if (isGone) return new Uint8Array(0);
      isGone = offset > 0;
      return Buffer.from(`\ufeff${'x'.repeat(length)}`, 'utf16le').subarray(0, isGone ? 1 : length);
    },
  };
  expect(() => readLineBlocks(input, () => {})).not.toThrow();
});
