import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readLines } from './lines.js';

interface Read {
  readonly lines: { text: string; line: number; byteOffset: number }[];
  readonly trouble: string[];
}

function read(bytes: Buffer, encoding: 'utf-8' | 'utf-16le' | 'utf-16be' = 'utf-8'): Read {
  const result: Read = { lines: [], trouble: [] };
  const input = {
    size: bytes.length,
    read: (offset: number, length: number) => bytes.subarray(offset, offset + length),
  };
  readLines(input, encoding, 0, {
    line: (text, line, byteOffset) => result.lines.push({ text, line, byteOffset }),
    trouble: (code) => result.trouble.push(code),
  });
  return result;
}

test('LF and CRLF end a line; a last line without an end counts', () => {
  expect(read(Buffer.from('a\r\nb\n\nc')).lines).toEqual([
    { text: 'a', line: 1, byteOffset: 0 },
    { text: 'b', line: 2, byteOffset: 3 },
    { text: '', line: 3, byteOffset: 5 },
    { text: 'c', line: 4, byteOffset: 6 },
  ]);
});

test('UTF-16 in both orders', () => {
  const text = 'Übung\r\nzwei\n';
  const le = Buffer.from(text, 'utf16le');
  expect(read(le, 'utf-16le').lines.map((l) => l.text)).toEqual(['Übung', 'zwei']);
  expect(read(Buffer.from(le).swap16(), 'utf-16be').lines.map((l) => l.text)).toEqual(['Übung', 'zwei']);
});

test('bytes that are not UTF-8 are kept as Latin-1 and counted', () => {
  const { lines, trouble } = read(Buffer.from([0x61, 0xff, 0x0a, 0x62, 0x0a]));
  expect(lines.map((l) => l.text)).toEqual(['aÿ', 'b']);
  expect(trouble).toEqual(['invalid-utf8']);
});

test('a line of 3 MiB is cut at 1 MiB, counted once, and the next line is whole', () => {
  const { lines, trouble } = read(Buffer.concat([Buffer.alloc(3 << 20, 0x78), Buffer.from('\nnext\n')]));
  expect(lines.map((l) => l.text.length)).toEqual([1 << 20, 4]);
  expect(lines[1]?.text).toBe('next');
  expect(trouble).toEqual(['record-truncated']);
});

test('offsets lead back to the bytes of the line', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', 'ä', '語', ' ') }), { maxLength: 20 }), (parts) => {
      const bytes = Buffer.from(parts.map((p) => `${p}\n`).join(''));
      const { lines } = read(bytes);
      expect(lines.map((l) => l.text)).toEqual(parts);
      for (const l of lines)
        expect(bytes.subarray(l.byteOffset, l.byteOffset + Buffer.byteLength(l.text)).toString()).toBe(l.text);
    }),
  );
});
