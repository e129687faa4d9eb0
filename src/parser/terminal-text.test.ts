import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteOffsets, hasEscapes, plainText } from './terminal-text.js';

describe('plainText', () => {
  it.each([
    ['\x1b[0;1;31mFailed\x1b[0m to start', 'Failed to start'],
    ['#033[0;32mOK#033[0m', 'OK'],
    ['\x1b]0;title\x07text', 'text'],
    ['\x1b[2J\x1b[1;1Hmenu', 'menu'],
    ['a\x07b\tc\x7f', 'ab\tc'],
    ['plain [text] #1', 'plain [text] #1'],
  ])('%j', (text, plain) => expect(plainText(text)).toBe(plain));
  it('leaves no escape character, and takes linear time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(plainText(text)).not.toContain('\x1b');
      }),
    );
    const long = '\x1b]'.repeat(100_000);
    const start = process.hrtime.bigint();
    plainText(long);
    expect(Number(process.hrtime.bigint() - start) / 1e6).toBeLessThan(5000);
  });
  it('changes nothing where hasEscapes finds nothing, but for controls', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        if (!hasEscapes(text)) expect(plainText(text)).toBe(text);
      }),
    );
  });
});

describe('byteOffsets', () => {
  it('is where a character stands in the file', () => {
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(text, text, text, (one, two, three) => {
        const offsetOf = byteOffsets(one + two + three);
        expect(offsetOf(one.length)).toBe(Buffer.byteLength(one));
        expect(offsetOf(one.length + two.length)).toBe(Buffer.byteLength(one + two));
      }),
    );
  });
});
