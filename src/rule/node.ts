/** A YAML document as the rule loader sees it: no tags, no anchors, and every value knows where it stands. */
export type YamlNode = ScalarNode | ListNode | MapNode;

/** Line and column count from 1; the column counts UTF-16 units. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export type ScalarValue = string | number | boolean | null;

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly place: Place;
  readonly value: ScalarValue;
  /** As it stands in the file, with quotes and line breaks; empty for a value that was left out. */
  readonly written: string;
}

export interface ListNode {
  readonly kind: 'list';
  readonly place: Place;
  readonly items: readonly YamlNode[];
}

export interface MapEntry {
  readonly key: ScalarNode;
  readonly name: string;
  readonly value: YamlNode;
}

export interface MapNode {
  readonly kind: 'map';
  readonly place: Place;
  readonly entries: readonly MapEntry[];
}

const SHOWN_LENGTH = 80;

export function entryOf(map: MapNode, name: string): MapEntry | undefined {
  return map.entries.find((entry) => entry.name === name);
}

/** What an error message quotes: the first line of a scalar, the first key of a map. */
export function shown(node: YamlNode): string {
  if (node.kind === 'map') return node.entries[0] === undefined ? '{}' : `${node.entries[0].name}:`;
  if (node.kind === 'list') return node.items[0] === undefined ? '[]' : `- ${shown(node.items[0])}`;
  const line = node.written.split(/\r?\n/, 1)[0] ?? '';
  return line.length > SHOWN_LENGTH ? `${line.slice(0, SHOWN_LENGTH)}...` : line;
}

export function kindOf(node: YamlNode): string {
  if (node.kind === 'map') return 'a map';
  if (node.kind === 'list') return 'a list';
  if (node.value === null) return 'nothing';
  if (typeof node.value === 'string') return 'a text';
  return typeof node.value === 'number' ? 'a number' : node.written;
}

/** Place of the character at `offset` of a scalar's text; its start where escapes or folding hide the character. */
export function placeWithin(node: ScalarNode, offset: number): Place {
  const start = typeof node.value === 'string' ? node.written.indexOf(node.value.slice(0, offset + 1)) : -1;
  if (start < 0) return node.place;
  const before = node.written.slice(0, start + offset);
  const lastBreak = before.lastIndexOf('\n');
  if (lastBreak < 0) return { ...node.place, column: node.place.column + before.length };
  return {
    file: node.place.file,
    line: node.place.line + before.split('\n').length - 1,
    column: before.length - lastBreak,
  };
}
