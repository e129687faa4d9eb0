import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { lowerAscii } from './fold.js';
import { literalsOfRegex } from './regex-literals.js';

describe('literalsOfRegex', () => {
  it.each<[string, readonly string[] | null]>([
    ['^Aborting journal on device (?P<journal>\\S+?)\\.?$', ['aborting journal on device ']],
    ['EXT[34]-fs', ['ext3-fs', 'ext4-fs']],
    ['ext4|xfs_|btrfs', ['btrfs', 'ext4', 'xfs_']],
    ['(foo|bar)baz', ['barbaz', 'foobaz']],
    ['(read|write) error', ['read error', 'write error']],
    ['a+bcd', ['bcd']],
    ['(?:error)+', ['error']],
    ['(?:error)*x', null],
    ['error?', ['erro']],
    ['(?:disk )?failed', ['failed']],
    ['sd[a-z]', null],
    ['sector \\d+', ['sector ']],
    ['x{3}', null],
    ['(?:abc){2,}', ['abc']],
    ['(?:abc){0,2}', null],
    ['a{,5}', ['a{,5}']],
    ['\\Qa.b*c\\E*d', ['a.b*']],
    ['\\x41bcd', ['bcd']],
    ['\\101bcd', ['bcd']],
    ['\\p{Greek}abc\\PLdef', ['abc']],
    ['[[:alpha:]]foo', ['foo']],
    ['[]a]bcd', [']bcd', 'abcd']],
    ['[^]a]bcd', ['bcd']],
    ['a|b', null],
    ['', null],
    ['foo|', null],
    // Case folding: k is also the Kelvin sign and s the long s, so both end a literal.
    ['(?i)disk failure', [' failure']],
    ['a(?i)bcdk', ['abcd']],
    ['(?i:abc)d', ['abcd']],
    ['größe', null],
    ['[A-[:x]|foo:]bar]baz', null],
    ['abc(?i)*', null],
    ['abcd(?s)*', ['abc']],
    ['1|22|333', null],
  ])('%s', (source, expected) => {
    expect(literalsOfRegex(source, false)).toEqual(expected);
  });

  it('ends literals at k and s with the flag', () => {
    expect(literalsOfRegex('task abrt', true)).toEqual([' abrt']);
    expect(RE2JS.compile('task', RE2JS.CASE_INSENSITIVE).test('ta\u017f\u212a')).toBe(true);
  });
});

/** Random expressions with a text that each of them matches, by construction. */
interface Sample {
  readonly source: string;
  readonly text: string;
}

const join = (samples: readonly Sample[]): Sample => ({
  source: samples.map((s) => s.source).join(''),
  text: samples.map((s) => s.text).join(''),
});
const literal = fc
  .constantFrom(
    'a',
    'B',
    'c',
    ' ',
    '/',
    's',
    'K',
    'é',
    '\u212a',
    '\n',
    '.',
    '*',
    '[',
    '(',
    '|',
    '{',
    '-',
    ']',
    ':',
    '^',
  )
  .map((char): Sample => ({ source: /[a-zA-Z\n]|[^\0-\x7f]| |\/|-|:/.test(char) ? char : `\\${char}`, text: char }));
const word = fc.array(literal, { minLength: 1, maxLength: 6 }).map(join);
const fixed = fc.constantFrom<Sample>(
  { source: '.', text: 'x' },
  { source: '\\d', text: '7' },
  { source: '[a-c]', text: 'b' },
  { source: '[^x]', text: 'S' },
  { source: '[sk-]', text: '-' },
  { source: '[]ab]', text: ']' },
  { source: '[A-[:]', text: '[' },
  { source: '[[:alpha:]k]', text: 'q' },
  { source: '[a\\]c]', text: ']' },
  { source: '[\\x41-\\x43]', text: 'B' },
  { source: '\\x{00000041}', text: 'A' },
  { source: '\\012', text: '\n' },
  { source: '\\1012', text: 'A2' },
  { source: '\\pL', text: 'é' },
  { source: '\\p{Lu}', text: 'K' },
  { source: '\\Q.*(\\E', text: '.*(' },
  { source: '\\Q\\E', text: '' },
  { source: '^', text: '' },
  { source: '(?i)', text: '' },
  { source: '(?-i)', text: '' },
  { source: '(?s)', text: '' },
  { source: '\\b', text: '' },
  { source: '{,2}', text: '{,2}' },
  { source: '{a', text: '{a' },
);
const { expression } = fc.letrec<{ expression: Sample; sequence: Sample; piece: Sample }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4 },
    tie('sequence'),
    fc.tuple(tie('sequence'), tie('sequence'), fc.boolean()).map(([a, b, first]) => ({
      source: `${a.source}|${b.source}`,
      text: first ? a.text : b.text,
    })),
  ),
  sequence: fc.array(tie('piece'), { minLength: 1, maxLength: 5 }).map(join),
  piece: fc.oneof(
    { maxDepth: 4 },
    word,
    fixed,
    fc
      .tuple(tie('expression'), fc.constantFrom('(', '(?:', '(?P<n>', '(?<m>', '(?i:', '(?s-m:'), fc.nat(5))
      .map(([inner, open, suffix]): Sample => {
        const group = `${open}${inner.source})`;
        const two = inner.text + inner.text;
        const forms: readonly Sample[] = [
          { source: group, text: inner.text },
          { source: `${group}?`, text: '' },
          { source: `${group}*?`, text: two },
          { source: `${group}+`, text: two },
          { source: `${group}{0,2}`, text: '' },
          { source: `${group}{2}`, text: two },
        ];
        return forms[suffix] ?? inner;
      }),
  ),
}));

/** What A-Z lowering of bytes can never undo: other cases, and the two characters that fold into ASCII. */
function otherCase(text: string, pick: readonly boolean[]): string {
  return [...text]
    .map((char, i) => {
      if (pick[i % Math.max(1, pick.length)] !== true) return char;
      if (char === 's' || char === 'S') return '\u017f';
      if (char === 'k' || char === 'K') return '\u212a';
      return char === char.toLowerCase() ? char.toUpperCase() : char.toLowerCase();
    })
    .join('');
}

describe('soundness of literalsOfRegex', () => {
  it('every text that matches holds a literal', () => {
    let matched = 0;
    let implied = 0;
    const cases = fc.tuple(expression, fc.boolean(), fc.array(fc.boolean(), { maxLength: 6 }), fc.string());
    fc.assert(
      fc.property(cases, ([sample, fold, pick, around]) => {
        let regex: RE2JS;
        try {
          regex = RE2JS.compile(sample.source, fold ? RE2JS.CASE_INSENSITIVE : 0);
        } catch {
          return;
        }
        const literals = literalsOfRegex(sample.source, fold);
        if (literals === null) return;
        implied++;
        for (const text of [sample.text, otherCase(sample.text, pick), `${around}${sample.text}`, around]) {
          if (!regex.test(text)) continue;
          matched++;
          const body = lowerAscii(text);
          expect(
            literals.some((one) => body.includes(one)),
            `${sample.source} matches ${JSON.stringify(text)}`,
          ).toBe(true);
        }
      }),
      { numRuns: 20_000 },
    );
    // The property says nothing when hardly anything implies a literal or matches.
    expect(implied).toBeGreaterThan(2_000);
    expect(matched).toBeGreaterThan(2_000);
  });

  it('is not misled by random sources', () => {
    const chunks = [
      'ab',
      'cd',
      '(',
      ')',
      '[',
      ']',
      '|',
      '*',
      '+',
      '?',
      '{2}',
      '\\Q',
      '\\E',
      '(?i)',
      '-',
      '^',
      ':',
      '[:',
      'k',
      '\\',
    ];
    const sources = fc.array(fc.constantFrom(...chunks), { maxLength: 12 }).map((parts) => parts.join(''));
    const bodies = fc.array(fc.constantFrom('ab', 'cd', 'k', '\u212a', 'B', '[', '-', ':', ')', '(', '|', ''), {
      maxLength: 8,
    });
    let implied = 0;
    fc.assert(
      fc.property(sources, bodies, (source, body) => {
        let regex: RE2JS;
        try {
          regex = RE2JS.compile(source);
        } catch {
          return;
        }
        const literals = literalsOfRegex(source, false);
        const text = body.join('');
        if (literals === null) return;
        implied++;
        if (regex.test(text))
          expect(
            literals.some((one) => lowerAscii(text).includes(one)),
            source,
          ).toBe(true);
      }),
      { numRuns: 30_000 },
    );
    expect(implied).toBeGreaterThan(1_000);
  });
});
