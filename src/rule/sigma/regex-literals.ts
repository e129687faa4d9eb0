import { better, type Literals, literalsOfAny, MIN_LITERAL } from './literal-set.js';

/**
 * What a part of an expression implies. `exact`: it matches exactly these texts (A-Z lowered); `need`: whatever it
 * matches contains one of these. Both null: nothing is known. The same two sets as in RE2's own prefilter
 * (re2/prefilter.cc), without its case tables.
 */
interface Implied {
  readonly exact: readonly string[] | null;
  readonly need: Literals;
}

const OPAQUE: Implied = { exact: null, need: null };
const EMPTY: Implied = { exact: [''], need: null };
/** Alternatives and characters kept apart before the set is given up. */
const MAX_EXACT = 16;
const MAX_CHARACTERS = 2_048;

/** Literals of a valid RE2 expression; null when it implies none. Sound, not complete. */
export function literalsOfRegex(source: string, caseInsensitive: boolean): Literals {
  // `(?i)` anywhere counts everywhere: that only loses literals.
  const folds = caseInsensitive || /\(\?[a-zA-Z]*i/.test(source);
  return needOf(alternatives({ source, folds, at: 0 }));
}

function needOf(implied: Implied): Literals {
  return implied.exact === null ? implied.need : usable(implied.exact);
}

function usable(texts: readonly string[]): Literals {
  return texts.length > 0 && texts.every((text) => text.trim().length >= MIN_LITERAL) ? literalsOfAny([texts]) : null;
}

function concatenate(parts: readonly Implied[]): Implied {
  let run: readonly string[] = [''];
  let whole = true;
  let best: Literals = null;
  for (const part of parts) {
    const product = part.exact === null ? null : crossProduct(run, part.exact);
    if (product !== null) run = product;
    else {
      best = better(better(best, usable(run)), part.need);
      run = part.exact ?? [''];
      whole = false;
    }
  }
  return whole ? { exact: run, need: null } : { exact: null, need: better(best, usable(run)) };
}

function crossProduct(left: readonly string[], right: readonly string[]): readonly string[] | null {
  if (left.length * right.length > MAX_EXACT) return null;
  const texts = left.flatMap((head) => right.map((tail) => head + tail));
  return texts.reduce((sum, text) => sum + text.length, 0) > MAX_CHARACTERS ? null : [...new Set(texts)];
}

function alternate(branches: readonly Implied[]): Implied {
  const texts = new Set<string>();
  for (const { exact } of branches) {
    if (exact === null) return { exact: null, need: literalsOfAny(branches.map(needOf)) };
    for (const text of exact) texts.add(text);
  }
  if (texts.size <= MAX_EXACT) return { exact: [...texts], need: null };
  return { exact: null, need: literalsOfAny(branches.map(needOf)) };
}

function repeat(implied: Implied, min: number, max: number): Implied {
  if (min === 1 && max === 1) return implied;
  if (min >= 1) return { exact: null, need: needOf(implied) };
  return max === 1 && implied.exact !== null ? alternate([implied, EMPTY]) : OPAQUE;
}

/** Reads RE2 syntax that RE2 has accepted; it only has to know where each part ends. */
interface Cursor {
  readonly source: string;
  readonly folds: boolean;
  at: number;
}

function alternatives(cursor: Cursor): Implied {
  const branches = [sequence(cursor)];
  while (cursor.source[cursor.at] === '|') {
    cursor.at++;
    branches.push(sequence(cursor));
  }
  return branches.length === 1 ? (branches[0] ?? OPAQUE) : alternate(branches);
}

/** Quantifiers bind to the last atom, over flag groups and empty quotations in between, as in RE2's stack. */
function sequence(cursor: Cursor): Implied {
  const { source } = cursor;
  const atoms: Implied[] = [];
  while (cursor.at < source.length && source[cursor.at] !== '|' && source[cursor.at] !== ')') {
    const bounds = quantifier(cursor);
    if (bounds === null) atom(cursor, atoms);
    else atoms.push(repeat(atoms.pop() ?? EMPTY, bounds.min, bounds.max));
  }
  return concatenate(atoms);
}

// "{3}", "{2,}", "{0,5}"; anything else in braces is literal text to RE2.
const BRACES = /\{(0|[1-9]\d*)(?:(,)(0|[1-9]\d*)?)?\}/y;

function quantifier(cursor: Cursor): { readonly min: number; readonly max: number } | null {
  const char = cursor.source[cursor.at];
  let bounds: { min: number; max: number } | null = null;
  if (char === '*' || char === '+' || char === '?') {
    bounds = { min: char === '+' ? 1 : 0, max: char === '?' ? 1 : Number.POSITIVE_INFINITY };
    cursor.at++;
  } else if (char === '{') {
    const match = matchAt(BRACES, cursor);
    if (match === null) return null;
    const min = Number(match[1]);
    bounds = { min, max: match[2] === undefined ? min : Number(match[3] ?? Number.POSITIVE_INFINITY) };
    cursor.at += match[0].length;
  }
  if (bounds !== null && cursor.source[cursor.at] === '?') cursor.at++;
  return bounds;
}

function matchAt(sticky: RegExp, cursor: Cursor): RegExpExecArray | null {
  sticky.lastIndex = cursor.at;
  return sticky.exec(cursor.source);
}

function atom(cursor: Cursor, atoms: Implied[]): void {
  const char = cursor.source[cursor.at];
  if (char === '(') group(cursor, atoms);
  else if (char === '[') atoms.push(characterClass(cursor));
  else if (char === '\\') escapeSequence(cursor, atoms);
  else if (char === '^' || char === '$') {
    cursor.at++;
    atoms.push(EMPTY);
  } else {
    const point = takePoint(cursor);
    atoms.push(char === '.' ? OPAQUE : character(cursor, point));
  }
}

function takePoint(cursor: Cursor): number {
  const point = cursor.source.codePointAt(cursor.at) ?? 0;
  cursor.at += point > 0xffff ? 2 : 1;
  return point;
}

// "(?P<name>", "(?<name>", "(?i:", "(?s-m)"
const GROUP_HEAD = /\((?:\?(?:P?<\w*>|[a-zA-Z-]*([:)])))?/y;

function group(cursor: Cursor, atoms: Implied[]): void {
  const head = matchAt(GROUP_HEAD, cursor);
  cursor.at += head?.[0].length ?? 1;
  if (head?.[1] === ')') return;
  atoms.push(alternatives(cursor));
  cursor.at++;
}

function escapeSequence(cursor: Cursor, atoms: Implied[]): void {
  const { source, at } = cursor;
  const next = source[at + 1] ?? '';
  if (next === 'Q') {
    const end = source.indexOf('\\E', at + 2);
    const quoted = source.slice(at + 2, end < 0 ? undefined : end);
    for (const char of quoted) atoms.push(character(cursor, char.codePointAt(0) ?? 0));
    cursor.at = end < 0 ? source.length : end + 2;
    return;
  }
  const point = escaped(cursor);
  if ('AzbB'.includes(next)) atoms.push(EMPTY);
  else atoms.push(point === null ? OPAQUE : character(cursor, point));
}

// "\x{1F600}", "\p{Greek}", "\PL", "\x41", "\012"
const LONG_ESCAPE = /\\(?:[xpP]\{[^}]*\}|x..|[pP].|[0-7]{1,3})/suy;

/** Moves behind an escape; the character when it is punctuation, else null. */
function escaped(cursor: Cursor): number | null {
  const long = matchAt(LONG_ESCAPE, cursor);
  if (long !== null) {
    cursor.at += long[0].length;
    return null;
  }
  cursor.at++;
  const point = takePoint(cursor);
  return point < 0x80 && !/\w/.test(String.fromCharCode(point)) ? point : null;
}

function characterClass(cursor: Cursor): Implied {
  const { source } = cursor;
  cursor.at++;
  let simple = true;
  if (source[cursor.at] === '^') {
    simple = false;
    cursor.at++;
  }
  const members: Implied[] = [];
  for (let first = true; first || source[cursor.at] !== ']'; first = false) {
    if (cursor.at >= source.length) return OPAQUE;
    const member = classMember(cursor);
    if (member === null || members.length > MAX_EXACT) simple = false;
    else members.push(member);
  }
  cursor.at++;
  return simple ? alternate(members) : OPAQUE;
}

/** Null for a range, a named class or an escape of many characters. */
function classMember(cursor: Cursor): Implied | null {
  const { source, at } = cursor;
  const name = source.startsWith('[:', at) ? source.indexOf(':]', at) : -1;
  if (name >= 0) {
    cursor.at = name + 2;
    return null;
  }
  const many = matchAt(CLASS_ESCAPE, cursor);
  if (many !== null) {
    cursor.at += many[0].length;
    return null;
  }
  const low = classCharacter(cursor);
  // "[a-]" ends with a plain hyphen, "[A-[:x]" has a range up to "[".
  if (source[cursor.at] !== '-' || source[cursor.at + 1] === ']') return low;
  cursor.at++;
  classCharacter(cursor);
  return null;
}

// "\\d", "\\pN", "\\p{Greek}": never the start of a range
const CLASS_ESCAPE = /\\(?:[dDsSwW]|[pP]\{[^}]*\}|[pP].)/suy;

function classCharacter(cursor: Cursor): Implied | null {
  if (cursor.source[cursor.at] !== '\\') return character(cursor, takePoint(cursor));
  const point = escaped(cursor);
  return point === null ? null : character(cursor, point);
}

/** Only printable ASCII is searched for. Case folding makes `k` also the Kelvin sign and `s` also the long s. */
function character(cursor: Cursor, point: number): Implied {
  if (point < 0x20 || point > 0x7e) return OPAQUE;
  const lower = String.fromCharCode(point).toLowerCase();
  return cursor.folds && (lower === 'k' || lower === 's') ? OPAQUE : { exact: [lower], need: null };
}
