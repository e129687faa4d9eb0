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
  if (typeof node.value === 'number') return Number.isFinite(node.value) ? 'a number' : 'no finite number';
  return node.written;
}

/** Place of the character at `offset` of a scalar's text; its start where escapes hide the character. */
export function placeWithin(node: ScalarNode, offset: number): Place {
  const at = typeof node.value === 'string' ? offsetWritten(node.value, node.written, offset) : null;
  if (at === null) return node.place;
  const before = node.written.slice(0, at);
  const lastBreak = before.lastIndexOf('\n');
  if (lastBreak < 0) return { ...node.place, column: node.place.column + before.length };
  const line = node.place.line + before.split('\n').length - 1;
  return { file: node.place.file, line, column: before.length - lastBreak };
}

/** Walks text and source side by side; YAML folds line breaks and indentation, so any blanks equal any blanks. */
function offsetWritten(value: string, written: string, offset: number): number | null {
  // ">-" and "|2" end with their line, quotes take one character.
  let at = /^[|>]/.test(written) ? written.indexOf('\n') + 1 : /^['"]/.test(written) ? 1 : 0;
  const isBlank = (char: string | undefined) => char !== undefined && /\s/.test(char);
  for (let i = 0; i <= offset; i++) {
    if (isBlank(value[i])) continue;
    while (isBlank(written[at])) at++;
    if (i >= value.length) return at;
    if (value[i] !== written[at]) return null;
    if (i === offset) return at;
    at += written.startsWith("''", at) && written.startsWith("'") ? 2 : 1;
  }
  return at;
}
