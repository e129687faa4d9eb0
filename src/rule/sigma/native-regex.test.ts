import fc from 'fast-check';
import { RE2JS, RE2JSException } from 're2js';
import { describe, expect, it } from 'vitest';
import { nativeRegex } from './native-regex.js';

const ATOM = fc.constantFrom(
  ...[
    'a',
    'b',
    'c',
    ' ',
    ':',
    '-',
    '0',
    '\\d',
    '\\w',
    '\\s',
    '\\.',
    '\\[',
    '[ab]',
    '[a-c]',
    '[0-9:]',
    '[\\d.]',
    '[a\\-]',
    '\\t',
  ],
);
const REPEAT = fc.constantFrom('', '', '', '?', '*', '+', '{2}', '{1,3}', '{0,2}', '{2,}', '+?', '??');

/** Nested groups, repeated and not: most random expressions are ambiguous, some are not. */
const { expression } = fc.letrec<{ expression: string; piece: string }>((tie) => ({
  piece: fc.oneof(
    { depthSize: 'small' },
    fc.tuple(ATOM, REPEAT).map(([atom, repeat]) => atom + repeat),
    fc
      .tuple(fc.constantFrom('(?:', '(', '(?P<n>'), tie('expression'), fc.constantFrom('', '?', '{1,2}', '*'))
      .map(([open, inner, repeat]) => `${open}${inner})${repeat}`),
    fc.tuple(tie('piece'), tie('piece')).map(([a, b]) => `(?:${a}|${b})`),
  ),
  expression: fc.array(tie('piece'), { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join('')),
}));
const SOURCE = fc
  .tuple(fc.constantFrom('', '', '^'), expression, fc.constantFrom('', '', '$', '(?:\\s|$)'))
  .map((p) => p.join(''));
const SUBJECT = fc.string({
  unit: fc.constantFrom(
    'a',
    'b',
    'c',
    '0',
    '1',
    ' ',
    ':',
    '.',
    '-',
    '[',
    '\t',
    '\v',
    '\n',
    '\u00a0',
    '\u2028',
    '😀',
    '\ud800',
  ),
  maxLength: 24,
});

describe('nativeRegex', () => {
  it('finds what RE2 finds', () => {
    let translated = 0;
    let found = 0;
    fc.assert(
      fc.property(SOURCE, fc.array(SUBJECT, { minLength: 1, maxLength: 12 }), (source, subjects) => {
        const native = nativeRegex(source);
        if (native === null) return;
        let re2: RE2JS;
        try {
          re2 = RE2JS.compile(source);
        } catch (error) {
          // Only what RE2 accepts is ever translated in a rule.
          if (!(error instanceof RE2JSException)) throw error;
          return;
        }
        translated++;
        for (const subject of subjects) {
          const expected = re2.test(subject);
          expect([source, subject, native.test(subject)]).toEqual([source, subject, expected]);
          if (expected) found++;
        }
      }),
      { numRuns: 6000 },
    );
    expect(translated).toBeGreaterThan(500);
    expect(found).toBeGreaterThan(500);
  });

  it.each([
    ' blocked (?:in I/O wait )?for more than \\d+ seconds',
    '^(?:sd|sr|scsi|st) \\d+:\\d+:\\d+:\\d+: ',
    ': remaining active paths: 0(?:\\s|$)',
    ' srb (?:status )?0x(?:20|a0)(?:\\s|$)',
    'I/O error (?:\\d+ )?writing to inode ',
    'renamed network interface eth\\d+ to eth\\d',
    '^[A-Za-z][A-Za-z0-9_]*$',
    'a{2,5}b',
    '(?:a|ab)c',
  ])('translates %s', (source) => expect(nativeRegex(source)).not.toBeNull());

  it.each([
    ...['(?:a*)*b', '(?:a|a)*', 'a*a', '\\d+\\d', '(?:a?){20}a{20}', '\\w+:', '\\d+x', '(?:ab)+', '(?:ab*)*c'],
    ...[
      '.*',
      '[^a]',
      '\\S+',
      '\\bword',
      '(?i)a',
      '(?s:a)',
      'é',
      '\\p{L}',
      '\\x41',
      'a**',
      'a{1000}',
      'a{2,1}',
      '',
      'a?',
      '^a|b',
    ],
    ...['(?=a)', '(?<=a)b', '\\1', 'a{,3}', '[[:alpha:]]', '[a-]', '[]a]', 'a|', '(a', 'a)', '\\Qa\\E', '$?'],
  ])('leaves %s to RE2', (source) => expect(nativeRegex(source)).toBeNull());

  it('takes time linear in the text, whatever the expression', () => {
    const size = 100_000;
    // A quadratic search takes 10,000,000,000 steps here.
    const texts = ['a', 'ab', '0', 'a0', '0:', ' ', 'a:', 'ab0 '].map((unit) => unit.repeat(size / unit.length));
    fc.assert(
      fc.property(SOURCE, fc.constantFrom(...texts), (source, text) => {
        const native = nativeRegex(source);
        if (native === null) return;
        const before = performance.now();
        native.test(text);
        native.test(`${text}!`);
        expect([source, performance.now() - before < 1000]).toEqual([source, true]);
      }),
      { numRuns: 2000 },
    );
  });
});
