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
    '.',
    '[^a]',
    '[^:\\s]',
    '\\S',
    '\\W',
    '[\\D ]',
  ],
);
const REPEAT = fc.constantFrom('', '', '', '?', '*', '+', '{2}', '{1,3}', '{0,2}', '{2,}', '+?', '??', '*?');

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
  .tuple(fc.constantFrom('', '^'), expression, fc.constantFrom('', '', '$', '(?:\\s|$)'))
  .map((p) => withNames(p.join('')));

/** What rules capture: groups of one class or a few between plain characters. */
const CAPTURING = fc
  .tuple(
    fc.constantFrom('^', '^', ''),
    fc.array(
      fc.oneof(
        fc.constantFrom('a', 'b', ':', ' ', '0', '(?: b)?', '(?:a|0)', '.*', '.*?'),
        fc.tuple(ATOM, REPEAT, ATOM, REPEAT).map((p) => `(?P<n>${p.slice(0, 2).join('')})`),
        fc.tuple(ATOM, REPEAT, ATOM, REPEAT).map((p) => `(?P<n>${p.join('')})?`),
        fc.tuple(ATOM, REPEAT, ATOM, REPEAT).map((p) => `(?:(?P<n>${p.slice(0, 2).join('')}) |${p.slice(2).join('')})`),
      ),
      { minLength: 1, maxLength: 5 },
    ),
    fc.constantFrom('', '', '$'),
  )
  .map(([start, parts, end]) => withNames(start + parts.join('') + end));

/** Every named group under another name. */
function withNames(source: string): string {
  let count = 0;
  return source.replaceAll('<n>', () => `<n${++count}>`);
}
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

const orNull = (groups: Readonly<Record<string, string | undefined>> | undefined) =>
  Object.fromEntries(Object.entries(groups ?? {}).map(([name, text]) => [name, text ?? null]));

describe('nativeRegex', () => {
  it('finds what RE2 finds', () => {
    let translated = 0;
    let found = 0;
    let grouped = 0;
    fc.assert(
      fc.property(
        fc.oneof(SOURCE, CAPTURING),
        fc.array(SUBJECT, { minLength: 1, maxLength: 12 }),
        (source, subjects) => {
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
            const matcher = re2.matcher(subject);
            const expected = matcher.find() ? [matcher.group(), matcher.getNamedGroups()] : null;
            const match = native.regex.exec(subject);
            const actual = match === null ? null : [match[0], orNull(match.groups)];
            expect([source, subject, actual]).toEqual([source, subject, expected]);
            if (match !== null) found++;
            if (match !== null && Object.keys(match.groups ?? {}).length > 0) grouped++;
          }
        },
      ),
      { numRuns: 6000 },
    );
    expect(translated).toBeGreaterThan(500);
    expect(found).toBeGreaterThan(500);
    expect(grouped).toBeGreaterThan(200);
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
    '(?P<x>sd)|sr',
    '(?:tag#(?P<tag>\\d+) )?timing out',
    '(?:a|ab)c',
    '^(?P<vm>.+)$',
  ])('translates %s', (source) => expect(nativeRegex(source)).toMatchObject({ longest: Number.POSITIVE_INFINITY }));

  it.each([
    '\\w+:',
    '\\S+',
    '(?P<lost>\\d+) callbacks suppressed',
    '^INFO: task (?P<task>.+):(?P<pid>\\d+) blocked (?:in I/O wait )?for more than (?P<seconds>\\d+) seconds',
    '^Aborting journal on device (?P<journal>\\S+?)\\.?(?:\\s|$)',
    '^(?P<vhd>.+?)(?:\\.rct|\\.mrt)?$',
    '(?P<error>I/O|timeout|device offline) error, dev (?P<device>[^,\\s]+), sector (?P<sector>\\d+)',
  ])('translates %s for short texts', (source) => expect(nativeRegex(source)).toMatchObject({ longest: 256 }));

  it.each([
    ...['(?:a*)*b', '(?:a|a)*', 'a*a', '\\d+\\d', '(?:a?){20}a{20}', '(?:ab)+', '(?:ab*)*c'],
    ...['.*', '\\bword', '(?i)a', '(?s:a)', 'é', '\\p{L}', '\\x41', 'a**', 'a{1000}', 'a{2,1}', '', 'a?', '^a|b'],
    ...['.+: ', '^.*:.*:', '^(?:a|b).*c|.*d', '(?:(?P<x>a)|b){2}', '^(?P<x>a*)(?P<y>a*)$', '(?P<1>a)'],
    ...['(?=a)', '(?<=a)b', '\\1', 'a{,3}', '[[:alpha:]]', '[a-]', '[]a]', 'a|', '(a', 'a)', '\\Qa\\E', '$?'],
  ])('leaves %s to RE2', (source) => expect(nativeRegex(source)).toBeNull());

  it('takes time linear in a long text and quadratic in a short one, whatever the expression', () => {
    const size = 100_000;
    // A quadratic search takes 10,000,000,000 steps here, a cubic one of a short text 16,000,000 times its branches.
    const texts = ['a', 'ab', '0', 'a0', '0:', ' ', 'a:', 'ab0 '].map((unit) => unit.repeat(size / unit.length));
    fc.assert(
      fc.property(SOURCE, fc.constantFrom(...texts), (source, text) => {
        const native = nativeRegex(source);
        if (native === null) return;
        const before = performance.now();
        native.regex.test(text.slice(-native.longest));
        native.regex.test(`${text.slice(1 - native.longest)}!`);
        const limit = Number.isFinite(native.longest) ? 50 : 1000;
        expect([source, performance.now() - before < limit]).toEqual([source, true]);
      }),
      { numRuns: 2000 },
    );
  });
});
