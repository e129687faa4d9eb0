/** Part of an expression whose classes tell only ASCII characters apart. */
export type PatternNode =
  /** Bit n: character n; bit 128: the end of the text; bit 129: every character outside ASCII. */
  | { readonly kind: 'set'; readonly set: bigint }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'group'; readonly name: string; readonly of: PatternNode }
  | Repeat;

export interface Repeat {
  readonly kind: 'repeat';
  readonly of: PatternNode;
  readonly min: number;
  /** Null when there is none. */
  readonly max: number | null;
  readonly lazy: boolean;
}

export interface PlainRegex {
  readonly root: PatternNode;
  /** `^` stands before it. */
  readonly anchored: boolean;
}

interface Cursor {
  readonly source: string;
  at: number;
  depth: number;
  /** Of the choice that was read last: in the end, of the whole. */
  branches: number;
}

const MAX_DEPTH = 20;
const MAX_REPEAT = 100;
const ASCII = (1n << 128n) - 1n;
/** `$`, as if the end of the text were a character. */
export const END = 1n << 128n;
export const BEYOND_ASCII = 1n << 129n;
const ANY_CHARACTER = ASCII | BEYOND_ASCII;

/**
 * Reads the part of RE2's syntax whose meaning JavaScript shares or that is written otherwise without doubt: ASCII characters,
 * `.`, `\d \w \s` and their complements, classes, groups, `|`, `?`, `*`, `+`, `{n,m}`, `^` in front, `$`. Null for everything
 * else (flags, `\b`, characters outside ASCII), not only for mistakes.
 */
export function parsePlainRegex(source: string): PlainRegex | null {
  const anchored = source.startsWith('^');
  const cursor: Cursor = { source, at: anchored ? 1 : 0, depth: 0, branches: 0 };
  const root = parseChoice(cursor);
  if (root === null || cursor.at < source.length) return null;
  // `^a|b` anchors its first branch only.
  return anchored && cursor.branches > 1 ? null : { root, anchored };
}

function parseChoice(cursor: Cursor): PatternNode | null {
  const parts: PatternNode[] = [];
  for (;;) {
    const part = parseSequence(cursor);
    if (part === null) return null;
    parts.push(part);
    if (cursor.source[cursor.at] !== '|') break;
    cursor.at++;
  }
  cursor.branches = parts.length;
  return factored(parts);
}

/**
 * `sd|sr|scsi` as `s(?:d|r|csi)`: what begins alike is no longer a choice. Branches that begin alike keep their order, and of
 * those that do not only one can match, so the same branch wins; unless one is empty, or captures.
 */
function factored(branches: readonly PatternNode[]): PatternNode {
  const [only] = branches;
  if (branches.length === 1 && only !== undefined) return only;
  if (branches.some((branch) => isNullable(branch) || captures(branch))) return { kind: 'choice', parts: branches };
  const byFirst = new Map<bigint | PatternNode, PatternNode[][]>();
  for (const branch of branches) {
    const parts = branch.kind === 'sequence' ? [...branch.parts] : [branch];
    const [first] = parts;
    const key = first?.kind === 'set' ? first.set : branch;
    byFirst.set(key, [...(byFirst.get(key) ?? []), parts]);
  }
  const parts = [...byFirst].map(([key, group]): PatternNode => {
    const [single = []] = group;
    if (group.length === 1 || typeof key !== 'bigint') return { kind: 'sequence', parts: single };
    const rests = group.map((rest): PatternNode => ({ kind: 'sequence', parts: rest.slice(1) }));
    return { kind: 'sequence', parts: [{ kind: 'set', set: key }, factored(rests)] };
  });
  const [one] = parts;
  return parts.length === 1 && one !== undefined ? one : { kind: 'choice', parts };
}

export function isNullable(node: PatternNode): boolean {
  switch (node.kind) {
    case 'set':
      return false;
    case 'sequence':
      return node.parts.every(isNullable);
    case 'choice':
      return node.parts.some(isNullable);
    case 'group':
      return isNullable(node.of);
    case 'repeat':
      return node.min === 0 || isNullable(node.of);
  }
}

function captures(node: PatternNode): boolean {
  switch (node.kind) {
    case 'set':
      return false;
    case 'group':
      return true;
    case 'repeat':
      return captures(node.of);
    default:
      return node.parts.some(captures);
  }
}

function parseSequence(cursor: Cursor): PatternNode | null {
  const parts: PatternNode[] = [];
  while (cursor.at < cursor.source.length && !'|)'.includes(cursor.source[cursor.at] ?? '')) {
    const atom = parseAtom(cursor);
    const part = atom === null ? null : parseRepeat(cursor, atom);
    if (part === null) return null;
    parts.push(part);
  }
  return { kind: 'sequence', parts };
}

function parseAtom(cursor: Cursor): PatternNode | null {
  const { source, at } = cursor;
  const char = source[at] ?? '';
  if (char === '(') return parseGroup(cursor);
  if (char === '[') return parseClass(cursor);
  cursor.at++;
  if (char === '$') return setNode(END);
  if (char === '.') return setNode(ANY_CHARACTER & ~span('\n', '\n'));
  if (char === '\\') return setNode(escapedSet(cursor));
  return '^*+?{}]'.includes(char) ? null : setNode(charSet(char));
}

function setNode(set: bigint | null): PatternNode | null {
  return set === null ? null : { kind: 'set', set };
}

function charSet(char: string): bigint | null {
  const code = char.charCodeAt(0);
  return code < 128 ? 1n << BigInt(code) : null;
}

// (  (?:  (?P<name>  (?<name>
const GROUP = /\((?:\?:|\?P?<([A-Za-z_]\w*)>|(?!\?))/y;

function parseGroup(cursor: Cursor): PatternNode | null {
  GROUP.lastIndex = cursor.at;
  const m = GROUP.exec(cursor.source);
  if (m === null || ++cursor.depth > MAX_DEPTH) return null;
  cursor.at = GROUP.lastIndex;
  const inner = parseChoice(cursor);
  if (inner === null || cursor.source[cursor.at] !== ')') return null;
  cursor.at++;
  cursor.depth--;
  return m[1] === undefined ? inner : { kind: 'group', name: m[1], of: inner };
}

// ?  *  +  {3}  {3,}  {3,5}   and the lazy forms
const REPEAT = /(?:([?*+])|\{(\d{1,3})(?:(,)(\d{0,3}))?\})(\??)/y;

function parseRepeat(cursor: Cursor, of: PatternNode): PatternNode | null {
  REPEAT.lastIndex = cursor.at;
  const m = REPEAT.exec(cursor.source);
  if (m === null) return of;
  const [, sign, from = '', comma = '', to = '', lazy = ''] = m;
  cursor.at = REPEAT.lastIndex;
  // `a**` is a mistake or a possessive quantifier elsewhere.
  if ('?*+{'.includes(cursor.source[cursor.at] ?? ' ') || (of.kind === 'set' && of.set === END)) return null;
  const repeat = (min: number, max: number | null): PatternNode | null =>
    // Of a group that matches several times JavaScript forgets what RE2 keeps.
    max !== 1 && captures(of) ? null : { kind: 'repeat', of, min, max, lazy: lazy !== '' };
  if (sign !== undefined) return repeat(sign === '+' ? 1 : 0, sign === '?' ? 1 : null);
  const min = Number(from);
  const max = comma === '' ? min : to === '' ? null : Number(to);
  if (lazy !== '' && max === min) return null;
  const isReadable = min <= MAX_REPEAT && (max ?? 0) <= MAX_REPEAT && (max === null || max >= min);
  return isReadable ? repeat(min, max) : null;
}

const DIGITS = span('0', '9');
const WORD = DIGITS | span('a', 'z') | span('A', 'Z') | span('_', '_');
/** RE2's `\s`: no vertical tab, unlike JavaScript's. */
const SPACE = [...'\t\n\f\r '].reduce((set, char) => set | span(char, char), 0n);

const NAMED_SETS = new Map([
  ['d', DIGITS],
  ['w', WORD],
  ['s', SPACE],
]);

function span(from: string, to: string): bigint {
  let set = 0n;
  for (let code = from.charCodeAt(0); code <= to.charCodeAt(0); code++) set |= 1n << BigInt(code);
  return set;
}

/** Behind the backslash. */
function escapedSet(cursor: Cursor): bigint | null {
  const char = cursor.source[cursor.at++] ?? '';
  const named = NAMED_SETS.get(char.toLowerCase());
  if (named !== undefined) return char === char.toLowerCase() ? named : ANY_CHARACTER & ~named;
  if (char === 'n') return span('\n', '\n');
  if (char === 't') return span('\t', '\t');
  return /^[!-/:-@[-`{-~]$/.test(char) ? charSet(char) : null;
}

function parseClass(cursor: Cursor): PatternNode | null {
  const { source } = cursor;
  cursor.at++;
  const isNegated = source[cursor.at] === '^';
  if (isNegated) cursor.at++;
  let set = 0n;
  for (let first = true; first || source[cursor.at] !== ']'; first = false) {
    const member = parseMember(cursor);
    if (member === null) return null;
    set |= member;
  }
  cursor.at++;
  return setNode(isNegated ? ANY_CHARACTER & ~set : set);
}

/** A character, an escape or a range. A hyphen that is no range is left to RE2, which has rules of its own for it. */
function parseMember(cursor: Cursor): bigint | null {
  const { source } = cursor;
  const char = source[cursor.at++] ?? '';
  if (char === '' || char === '[' || char === ']' || char === '-') return null;
  if (char === '\\') return source[cursor.at + 1] === '-' ? null : escapedSet(cursor);
  if (source[cursor.at] !== '-') return charSet(char);
  const to = source[cursor.at + 1] ?? '';
  cursor.at += 2;
  return /^[A-Za-z0-9]$/.test(char) && /^[A-Za-z0-9]$/.test(to) && char <= to ? span(char, to) : null;
}
