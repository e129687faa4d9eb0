import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { corePack } from '../cli/load-rules.js';
import { readPlainYaml } from './plain-yaml.js';
import { collectMistakes } from './report.js';
import { readByLibrary } from './yaml-document.js';

/** What the library makes of it: a tree, or undefined and mistakes. */
function expected(text: string): { readonly node: unknown; readonly mistakes: number } {
  const mistakes = collectMistakes();
  const node = readByLibrary('f.yaml', text, mistakes.report);
  return { node, mistakes: mistakes.sorted().length };
}

const ODD = fc.constantFrom(
  ...[
    'a',
    'b',
    'true',
    'null',
    '~',
    '0',
    '17',
    '-5',
    '1.5',
    '0x1f',
    '2024-01-02',
    '1_000',
    'a b',
    'a: b',
    'a #b',
    '#x',
  ],
  ...[
    "'q'",
    "'it''s'",
    '"d"',
    '"\\\\ \\""',
    '"\\x41"',
    "'open",
    '*x',
    '&x y',
    '!t',
    '@a',
    '- x',
    '-x',
    '?',
    ':x',
    'x:',
    'é',
    '%a',
  ],
  ...[
    '[a, b]',
    '[]',
    '{}',
    '{a: b}',
    '{"a":1}',
    '[a, [b, {c: d}]]',
    '[a',
    '[a: b]',
    '{a}',
    '{a:b}',
    '[a,]',
    '[a, ]',
    '{a: }',
  ],
  ...[
    '|',
    '>',
    '|-',
    '>-',
    '|+',
    '|2',
    '> # c',
    '.inf',
    '+1',
    '007',
    '1e3',
    '.5',
    'yes',
    '\\d+',
    '^x$',
    '(a|b)',
    "a'b",
    'a, b]',
  ],
  ...[
    '{ field: message, re: "x" }',
    "[ 'a' , b ]",
    '{a: b, a: c}',
    '{true: 1}',
    '{1: 2}',
    '1 ',
    'a  # c',
    '0o7',
    '-',
    '--- x',
  ],
);
const WORD = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom('a', "'it''s'", '"d \\\\"', '17', '2024-01-02', '[a, "b"]', '{a: b, c: [0]}', '\\d+'),
  },
  { weight: 1, arbitrary: ODD },
);
const KEY = fc.constantFrom(
  ...['a', 'b', 'c', 'd', 'e', 'f', 'message|re', 'x-y', 'k', 'l', 'm'],
  ...['true', '"q"', 'two words', '1'],
);
const LINE = fc
  .tuple(
    fc.constantFrom('', '', '', '  ', '  ', '    ', '      ', ' '),
    fc.oneof(
      { weight: 6, arbitrary: fc.tuple(KEY, WORD).map(([key, word]) => `${key}: ${word}`) },
      { weight: 4, arbitrary: KEY.map((key) => `${key}:`) },
      { weight: 4, arbitrary: WORD.map((word) => `- ${word}`) },
      { weight: 3, arbitrary: fc.tuple(KEY, WORD).map(([key, word]) => `- ${key}: ${word}`) },
      { weight: 1, arbitrary: KEY.map((key) => `- ${key}:`) },
      {
        weight: 2,
        arbitrary: fc.constantFrom('', 'text', '# comment', '-', '---', '...', 'more text: x', '\t', '- - a'),
      },
    ),
  )
  .map((parts) => parts.join(''));

/** Documents that are indented as they should be, so that most of them are valid. */
const { block } = fc.letrec<{ block: (indent: string) => string; value: (indent: string) => string }>((tie) => ({
  value: fc.oneof(
    { weight: 5, arbitrary: WORD.map((word) => () => ` ${word}\n`) },
    { weight: 2, arbitrary: tie('block').map((inner) => (indent: string) => `\n${inner(`${indent}  `)}`) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          fc.constantFrom('|', '>', '|-', '>-'),
          fc.array(fc.constantFrom('one', 'two: x', '', '# three', ' indented', "it's"), {
            minLength: 1,
            maxLength: 5,
          }),
        )
        .map(
          ([sign, lines]) =>
            (indent: string) =>
              ` ${sign}\n${lines.map((line) => (line === '' ? '\n' : `${indent}  ${line}\n`)).join('')}`,
        ),
    },
  ),
  block: fc.oneof(
    {
      weight: 3,
      arbitrary: fc
        .array(fc.tuple(KEY, tie('value')), { minLength: 1, maxLength: 4 })
        .map((list) => (indent: string) => list.map(([key, value]) => `${indent}${key}:${value(indent)}`).join('')),
    },
    {
      weight: 1,
      arbitrary: fc
        .array(tie('value'), { minLength: 1, maxLength: 4 })
        .map((list) => (indent: string) => list.map((value) => `${indent}-${value(indent)}`).join('')),
    },
  ),
}));

describe('readPlainYaml', () => {
  it('reads a document as the library does, or leaves it to the library', () => {
    let read = 0;
    const text = fc.oneof(
      fc.array(LINE, { minLength: 1, maxLength: 7 }).map((lines) => `${lines.join('\n')}\n`),
      block.map((write) => write('')),
    );
    fc.assert(
      fc.property(text, (source) => {
        const node = readPlainYaml('f.yaml', source);
        if (node === undefined) return;
        read++;
        expect({ source, node, mistakes: 0 }).toEqual({ source, ...expected(source) });
      }),
      { numRuns: 10000 },
    );
    expect(read).toBeGreaterThan(500);
  });

  it('reads nearly every rule of the core pack, and each as the library does', () => {
    const files = readdirSync(corePack(), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.yaml'),
    );
    const rules = files.filter((name) => !name.endsWith('.test.yaml'));
    let read = 0;
    for (const name of rules) {
      const text = readFileSync(join(corePack(), name), 'utf8');
      const node = readPlainYaml('f.yaml', text);
      if (node === undefined) continue;
      read++;
      expect([name, node]).toEqual([name, expected(text).node]);
    }
    expect(read / rules.length).toBeGreaterThan(0.9);
  });
});
