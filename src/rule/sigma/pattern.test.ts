import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold, lowerAscii } from './fold.js';
import { ANY, type Anchor, compilePattern, ONE, parsePattern, type Token } from './pattern.js';

describe('parsePattern', () => {
  const cases: readonly (readonly [string, readonly Token[]])[] = [
    ['plain', ['plain']],
    ['a*b', ['a', ANY, 'b']],
    ['a?b', ['a', ONE, 'b']],
    ['a**b', ['a', ANY, 'b']],
    [String.raw`\*`, ['*']],
    [String.raw`\?`, ['?']],
    // A backslash before anything else stands for itself, single or double.
    [String.raw`C:\Windows`, [String.raw`C:\Windows`]],
    [String.raw`C:\\Windows`, [String.raw`C:\Windows`]],
    [String.raw`\\*`, ['\\', ANY]],
    [String.raw`\\\*`, [String.raw`\*`]],
    [String.raw`\\\\*`, [String.raw`\\`, ANY]],
    // Three or four backslashes are two.
    [String.raw`\\\\`, [String.raw`\\`]],
    [String.raw`\\\x`, [String.raw`\\x`]],
    ['end\\', ['end\\']],
    ['', []],
  ];
  it.each(cases)('%s', (text, tokens) => {
    expect(parsePattern(text)).toEqual(tokens);
  });
});

/** Backtracking over tokens, one code point each: slow and obviously right. */
function naiveMatch(tokens: readonly Token[], text: string): boolean {
  const points = [...text];
  const parts = tokens.flatMap((token): readonly Token[] => (typeof token === 'string' ? [...token] : [token]));
  const match = (i: number, j: number): boolean => {
    if (i === parts.length) return j === points.length;
    if (parts[i] === ANY) return match(i + 1, j) || (j < points.length && match(i, j + 1));
    return j < points.length && (parts[i] === ONE || parts[i] === points[j]) && match(i + 1, j + 1);
  };
  return match(0, 0);
}

const alphabet = fc.constantFrom('a', 'A', 'b', '*', '?', '\\', '\n', 'ß', '😀', 'Σ', 'ς');
const texts = fc.array(fc.constantFrom('a', 'A', 'b', '*', '?', '\\', '\n', 'ß', '😀', 'Σ', 'ς'), { maxLength: 10 });

describe('compilePattern', () => {
  it.each<[string, Anchor, string, boolean]>([
    ['Aborting', 'startswith', 'ABORTING journal', true],
    ['Aborting', 'startswith', ' Aborting', false],
    ['read-only', 'endswith', 'filesystem READ-ONLY', true],
    ['read-only', 'endswith', 'read-only.', false],
    ['jour', 'contains', 'the JOURnal', true],
    ['a*c', 'equals', 'abbbc', true],
    ['a*c', 'equals', 'abbbcd', false],
    ['aa*aa', 'equals', 'aaa', false],
    // What the middle takes is not there for the end.
    ['a*b*b', 'equals', 'ab', false],
    ['a*b*b', 'equals', 'abb', true],
    ['a*b*c', 'contains', 'xxaxxbxxcxx', true],
    ['a*b*c', 'contains', 'xxcxxbxxaxx', false],
    ['sd?', 'equals', 'sda', true],
    ['sd?', 'equals', 'sdaa', false],
    ['*', 'equals', '', true],
    ['', 'equals', '', true],
    ['', 'equals', 'x', false],
    ['a*', 'equals', 'a\nb', true],
    ['a?b', 'equals', 'a\nb', true],
    ['?', 'equals', '😀', true],
  ])('%s %s %j: %s', (value, anchor, text, expected) => {
    expect(compilePattern(parsePattern(value), anchor, false).test(fold(text))).toBe(expected);
  });

  it('minds the case when cased', () => {
    expect(compilePattern(parsePattern('Disk'), 'contains', true).test('disk')).toBe(false);
    expect(compilePattern(parsePattern('Disk'), 'contains', true).test('a Disk')).toBe(true);
  });

  it('agrees with backtracking', () => {
    const anchors = fc.constantFrom<Anchor>('equals', 'contains', 'startswith', 'endswith');
    fc.assert(
      fc.property(fc.array(alphabet, { maxLength: 7 }), texts, anchors, fc.boolean(), (value, chars, anchor, cased) => {
        const text = cased ? chars.join('') : fold(chars.join(''));
        const tokens = parsePattern(value.join('')).map((t) => (typeof t === 'string' && !cased ? fold(t) : t));
        const front: readonly Token[] = anchor === 'contains' || anchor === 'endswith' ? [ANY] : [];
        const back: readonly Token[] = anchor === 'contains' || anchor === 'startswith' ? [ANY] : [];
        const expected = naiveMatch([...front, ...tokens, ...back], text);
        expect(compilePattern(parsePattern(value.join('')), anchor, cased).test(text)).toBe(expected);
      }),
      { numRuns: 3_000 },
    );
  });

  it('agrees with backtracking where pieces overlap', () => {
    const values = fc.array(fc.constantFrom('a', 'b', '*', '*'), { maxLength: 8 });
    fc.assert(
      fc.property(values, fc.array(fc.constantFrom('a', 'b'), { maxLength: 6 }), (value, chars) => {
        const tokens = parsePattern(value.join(''));
        const text = chars.join('');
        expect(compilePattern(tokens, 'equals', true).test(text)).toBe(naiveMatch(tokens, text));
      }),
      { numRuns: 5_000 },
    );
  });

  it('stays fast on a text made to backtrack', () => {
    const pattern = compilePattern(parsePattern('a*?a*?a*?a*?a*?a*?a*?a*?b'), 'contains', false);
    expect(pattern.test('a'.repeat(100_000))).toBe(false);
  });

  it('implies the longest printable piece', () => {
    const literals = (value: string, cased = false) => compilePattern(parsePattern(value), 'contains', cased).literals;
    expect(literals('I/O error*sector ?')).toEqual(['i/o error']);
    expect(literals('Größenfehler')).toEqual(['enfehler']);
    expect(literals('DISK', true)).toEqual(['disk']);
    expect(literals('ab*cd')).toBeNull();
    expect(literals('*')).toBeNull();
    expect(literals('   ')).toBeNull();
  });
});

describe('fold', () => {
  it('never makes an ASCII letter of another character', () => {
    const others = fc.integer({ min: 0x80, max: 0x10ffff }).filter((point) => point < 0xd800 || point > 0xdfff);
    fc.assert(
      fc.property(others, (point) => !/[\0-\x7f]/.test(fold(String.fromCodePoint(point)))),
      { numRuns: 20_000, examples: [[0x212a], [0x130], [0x17f], [0x131]] },
    );
  });

  it('keeps the length and does not depend on the neighbours', () => {
    const strings = fc.string({ unit: 'binary', maxLength: 20 });
    fc.assert(
      fc.property(strings, strings, (a, b) => {
        fc.pre(!/[\ud800-\udbff]$/.test(a));
        expect(fold(a + b)).toBe(fold(a) + fold(b));
        expect(fold(a)).toHaveLength(a.length);
        expect(fold(fold(a))).toBe(fold(a));
      }),
      {
        numRuns: 3_000,
        examples: [
          ['ΟΔΟΣ', 'Σ'],
          ['\u0130', 'i'],
          ['\u212a', 'K'],
        ],
      },
    );
  });

  it('is toLowerCase for what logs hold', () => {
    expect(fold('Größe ÄÖÜ ЖЗ ΣΑΣ K')).toBe('größe äöü жз σασ k');
    expect(lowerAscii('ÄB')).toBe('Äb');
  });
});
