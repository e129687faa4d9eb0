import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bufferText, detach } from './text-position.js';

describe('bufferText', () => {
  it('gives line and byte offset of any character, however the text arrives', () => {
    const piece = fc.oneof(
      fc.constantFrom('\n', 'a', '\u00fc', '\u20ac', '\u{1F600}', '\r\n'),
      fc.string({ unit: 'grapheme' }),
    );
    fc.assert(
      fc.property(
        fc.array(fc.array(piece, { maxLength: 8 }), { maxLength: 8 }),
        fc.array(fc.nat(20)),
        (parts, steps) => {
          const chunks = parts.map((part) => part.join(''));
          const buffer = bufferText();
          let byteOffset = 0;
          for (const chunk of chunks) {
            buffer.append(chunk, byteOffset);
            byteOffset += Buffer.byteLength(chunk);
          }
          const text = chunks.join('');
          let at = 0;
          let dropped = 0;
          for (const step of steps) {
            at = Math.min(text.length, at + step);
            // A place inside a surrogate pair has no byte offset.
            if (/[\udc00-\udfff]/.test(text[at] ?? '')) at++;
            const before = text.slice(0, at);
            const place = { line: before.split('\n').length, byteOffset: Buffer.byteLength(before) };
            expect(buffer.place(at - dropped)).toEqual(place);
            if (step % 3 === 0) {
              buffer.drop(at - dropped);
              dropped = at;
            }
          }
        },
      ),
    );
  });

  it('follows the offsets it is told when bytes were not UTF-8', () => {
    const buffer = bufferText();
    buffer.append('\u00e4\u00e4', 100); // two Latin-1 bytes
    buffer.append('x', 102);
    expect(buffer.place(2).byteOffset).toBe(102);
  });

  it('knows UTF-16 without a mark from the second chunk on', () => {
    const buffer = bufferText();
    buffer.append('abcd', 0);
    buffer.append('efgh', 8);
    expect(buffer.place(6).byteOffset).toBe(12);
  });
});

describe('detach', () => {
  it('copies', () => {
    for (const text of ['', 'a', 'some text longer than thirteen', '\u20ac']) expect(detach(text)).toBe(text);
  });
});
