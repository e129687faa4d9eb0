import { RE2JS } from 're2js';
import { fold } from './fold.js';
import { literalSource } from './literal-regex.js';
import { type Literals, literalsOfTexts } from './literal-set.js';
import { betterNeed, needOfText, type TextNeed } from './needs.js';

/** A Sigma text: plain pieces, `*` (any characters, also none) and `?` (one character). */
export type Token = string | typeof ANY | typeof ONE;
export const ANY = Symbol('*');
export const ONE = Symbol('?');

export type Anchor = 'equals' | 'contains' | 'startswith' | 'endswith';

export interface TextPattern {
  /** Takes the text folded unless the pattern is cased. */
  readonly test: (text: string) => boolean;
  /** The one text that matches, when there are no wildcards. */
  readonly exact: string | null;
  readonly literals: Literals;
  readonly need: TextNeed | null;
  /** The same test of an unfolded text as a part of a JavaScript expression with flag `i`; null where there is none. */
  readonly source: string | null;
}

/**
 * Specification 2.1, "Escaping": `\*` and `\?` are plain, `\\` is one backslash (so `\\*` is a backslash and a
 * wildcard, `\\\*` a backslash and a star), any other backslash stands for itself.
 */
export function parsePattern(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let plain = '';
  const flush = () => {
    if (plain !== '') tokens.push(plain);
    plain = '';
  };
  for (let i = 0; i < text.length; i++) {
    const char = text[i] as string;
    const next = text[i + 1];
    if (char === '\\' && (next === '*' || next === '?' || next === '\\')) {
      plain += next;
      i++;
    } else if (char === '*' || char === '?') {
      flush();
      if (char === '?') tokens.push(ONE);
      else if (tokens.at(-1) !== ANY) tokens.push(ANY);
    } else plain += char;
  }
  flush();
  return tokens;
}

/** The text of a pattern without wildcards, or null. */
export function plainText(tokens: readonly Token[]): string | null {
  let text = '';
  for (const token of tokens) {
    if (typeof token !== 'string') return null;
    text += token;
  }
  return text;
}

export function compilePattern(tokens: readonly Token[], anchor: Anchor, cased: boolean): TextPattern {
  const folded = tokens.map((token): Token => (typeof token === 'string' && !cased ? fold(token) : token));
  const front: readonly Token[] = anchor === 'contains' || anchor === 'endswith' ? [ANY] : [];
  const back: readonly Token[] = anchor === 'contains' || anchor === 'startswith' ? [ANY] : [];
  const all = normalise([...front, ...folded, ...back]);
  const texts = all.filter((token) => typeof token === 'string');
  const exact = plainText(all);
  const source = cased ? null : sourceOf(all);
  return { test: testOf(all), exact, literals: literalsOfTexts(texts), need: needOfPattern(all, exact), source };
}

/** `*abc*` or `abc*`; an ending is compared faster than it is searched for. */
function sourceOf(tokens: readonly Token[]): string | null {
  const [first, second, third] = tokens;
  if (tokens.length === 2 && typeof first === 'string' && second === ANY) return literalSource(first, true);
  const isInner = tokens.length === 3 && first === ANY && third === ANY;
  return isInner && typeof second === 'string' ? literalSource(second, false) : null;
}

/** What a text must hold where: of the pieces of the pattern the one that says most. */
function needOfPattern(tokens: readonly Token[], exact: string | null): TextNeed | null {
  if (exact !== null) return needOfText('equals', exact);
  const last = tokens.length - 1;
  const pieces = tokens.map((token, i): TextNeed | null => {
    if (typeof token !== 'string') return null;
    return needOfText(i === 0 ? 'prefix' : i === last ? 'suffix' : 'contains', token);
  });
  return pieces.reduce(betterNeed, null);
}

/** Joins neighbours, so that `a` `*` `*` `b` has three tokens. */
function normalise(tokens: readonly Token[]): readonly Token[] {
  const result: Token[] = [];
  for (const token of tokens) {
    const last = result.at(-1);
    if (typeof token === 'string' && typeof last === 'string') result[result.length - 1] = last + token;
    else if (token !== ANY || last !== ANY) result.push(token);
  }
  return result;
}

function testOf(tokens: readonly Token[]): (text: string) => boolean {
  if (tokens.includes(ONE)) return regexTest(tokens);
  const texts = tokens.filter((token) => typeof token === 'string');
  const startAny = tokens[0] === ANY;
  const endAny = tokens.at(-1) === ANY;
  const [first = '', ...rest] = texts;
  if (texts.length === 0) return startAny ? () => true : (text) => text === '';
  if (rest.length > 0) return segmentsTest(texts, startAny, endAny);
  if (startAny) return endAny ? (text) => text.includes(first) : (text) => text.endsWith(first);
  return endAny ? (text) => text.startsWith(first) : (text) => text === first;
}

/** `a*b*c`: first and last are anchored, the others are found from left to right. */
function segmentsTest(texts: readonly string[], startAny: boolean, endAny: boolean): (text: string) => boolean {
  const head = startAny ? '' : (texts[0] ?? '');
  const tail = endAny ? '' : (texts.at(-1) ?? '');
  const middle = texts.slice(startAny ? 0 : 1, endAny ? undefined : -1);
  return (text) => {
    if (text.length < head.length + tail.length || !text.startsWith(head) || !text.endsWith(tail)) return false;
    const end = text.length - tail.length;
    let at = head.length;
    for (const segment of middle) {
      const found = text.indexOf(segment, at);
      if (found < 0) return false;
      at = found + segment.length;
    }
    return at <= end;
  };
}

/** RE2 keeps `?` beside `*` linear; its `.` is one code point. */
function regexTest(tokens: readonly Token[]): (text: string) => boolean {
  const source = tokens.map((token) => (token === ANY ? '.*' : token === ONE ? '.' : RE2JS.quote(token as string)));
  const regex = RE2JS.compile(source.join(''), RE2JS.DOTALL);
  return (text) => regex.testExact(text);
}
