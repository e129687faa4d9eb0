import type { MapEntry, Place, ScalarNode, ScalarValue, YamlNode } from './node.js';

/** A YAML tree as JSON: kind, line and column, then what it holds; the file is named once, by whoever keeps it. */
export type Packed =
  | readonly ['s', number, number, ScalarValue, string]
  | readonly ['l', number, number, readonly Packed[]]
  | readonly ['m', number, number, readonly (readonly [string, Packed, Packed])[]];

export function pack(node: YamlNode): Packed {
  const { line, column } = node.place;
  if (node.kind === 'scalar') return ['s', line, column, node.value, node.written];
  if (node.kind === 'list') return ['l', line, column, node.items.map(pack)];
  return ['m', line, column, node.entries.map(({ name, key, value }) => [name, pack(key), pack(value)] as const)];
}

export function unpack(packed: Packed, file: string): YamlNode {
  const place: Place = { file, line: packed[1], column: packed[2] };
  if (packed[0] === 's') return { kind: 'scalar', place, value: packed[3], written: packed[4] };
  if (packed[0] === 'l') return { kind: 'list', place, items: packed[3].map((item) => unpack(item, file)) };
  const entries = packed[3].map(
    ([name, key, value]): MapEntry => ({ name, key: unpack(key, file) as ScalarNode, value: unpack(value, file) }),
  );
  return { kind: 'map', place, entries };
}
