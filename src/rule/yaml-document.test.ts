import { describe, expect, it } from 'vitest';
import { placeWithin, type YamlNode } from './node.js';
import { collectMistakes } from './report.js';
import { readYaml } from './yaml-document.js';

function read(text: string): { readonly node: YamlNode | undefined; readonly problems: readonly string[] } {
  const mistakes = collectMistakes();
  const node = readYaml('f.yaml', text, mistakes.report);
  return { node, problems: mistakes.sorted().map(({ line, column, problem }) => `${line}:${column} ${problem}`) };
}

/** Values without their places. */
function plain(node: YamlNode | undefined): unknown {
  if (node === undefined || node.kind === 'scalar') return node?.value;
  if (node.kind === 'list') return node.items.map(plain);
  return Object.fromEntries(node.entries.map(({ name, value }) => [name, plain(value)]));
}

describe('readYaml', () => {
  it('reads YAML 1.2: words and dates are texts', () => {
    const { node, problems } = read('a: yes\nb: 2024-03-03\nc: 0x1f\nd: ~\ne: 1_000\nf: !!str 5\n"<<": x\ng:\n');
    expect(problems).toEqual([]);
    expect(plain(node)).toEqual({ a: 'yes', b: '2024-03-03', c: 31, d: null, e: '1_000', f: '5', '<<': 'x', g: null });
  });

  it('resolves a few aliases', () => {
    expect(plain(read('a: &x [1, {b: 2}]\nc: *x\n').node)).toEqual({ a: [1, { b: 2 }], c: [1, { b: 2 }] });
  });

  it('finds characters in every style of text', () => {
    const at = (text: string, word: string) => {
      const node = read(text).node;
      const value = node?.kind === 'map' ? node.entries[0]?.value : undefined;
      if (value?.kind !== 'scalar' || typeof value.value !== 'string') throw new Error('no text');
      const { line, column } = placeWithin(value, value.value.indexOf(word));
      return `${line}:${column}`;
    };
    expect(at('a: one two', 'two')).toBe('1:8');
    expect(at("a: 'one two'", 'two')).toBe('1:9');
    expect(at("a: 'it''s two'", 'two')).toBe('1:11');
    expect(at('a: "one  two"', 'two')).toBe('1:10');
    expect(at('a: one\n  two', 'two')).toBe('2:3');
    expect(at('a: |\n  one\n  two', 'two')).toBe('3:3');
    expect(at('a: >-\n    one\n    and two', 'two')).toBe('3:9');
    // An escape hides where a character stands: then the text itself is named.
    expect(at('a: "\\x41 two"', 'two')).toBe('1:4');
  });

  it.each([
    ['', ['1:1 the file is empty']],
    ['a: 1\na: 2\na: 3\n', ['2:1 the key stands twice in one map']],
    ['a: *b\n', ['1:4 there is no such anchor']],
    ['[a]: b\n', ['1:1 a key is a text']],
    ['a: !!set {x: null}\n', ['1:4 not valid YAML: Unresolved tag: tag:yaml.org,2002:set']],
    ['a: !!timestamp 2024-03-03\n', ['1:4 not valid YAML: Unresolved tag: tag:yaml.org,2002:timestamp']],
    ['a: !own x\n', ['1:4 not valid YAML: Unresolved tag: !own']],
    ['a: !!binary x\n', ['1:4 not valid YAML: Unresolved tag: tag:yaml.org,2002:binary']],
  ])('%j', (text, problems) => {
    const result = read(text);
    expect(result.node).toBeUndefined();
    expect(result.problems).toEqual(problems);
  });

  it('takes time in proportion to the file', () => {
    const keys = Array.from({ length: 60_000 }, (_, i) => `k${i}: 1`).join('\n');
    expect(read(keys).problems).toEqual([]);
  }, 20_000);
});
