import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pack, unpack } from './packed-tree.js';
import { readYaml } from './yaml-document.js';

test('a packed tree is the parsed one, places and quotes included', () => {
  const text = 'title: "a: b"\nlist:\n  - 1\n  - ~\n  - {x: true, y: [z]}\nempty:\n';
  const tree = readYaml('rules/x.yaml', text, () => {});
  expect(tree).toBeDefined();
  if (tree !== undefined) expect(unpack(JSON.parse(JSON.stringify(pack(tree))), 'rules/x.yaml')).toEqual(tree);
});

test('any tree of maps, lists and scalars survives', () => {
  fc.assert(
    fc.property(fc.jsonValue({ depthSize: 'small' }), (value) => {
      const tree = readYaml('f', JSON.stringify({ value }), () => {});
      if (tree !== undefined) expect(unpack(JSON.parse(JSON.stringify(pack(tree))), 'f')).toEqual(tree);
    }),
  );
});
