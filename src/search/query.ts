import { RE2JS, RE2JSException } from 're2js';
import { UserError } from '../model/user-error.js';
import { fold } from '../rule/sigma/fold.js';
import { literalsOfRegex } from '../rule/sigma/regex-literals.js';

/** What is looked for. Plain data: another thread compiles it again. */
export interface SearchQuery {
  readonly text: string;
  /** `text` is an expression in RE2 syntax, not a literal. */
  readonly regex: boolean;
  /** `smart`: upper and lower case differ only if the query holds an upper-case letter, as in ripgrep. */
  readonly case: 'smart' | 'sensitive' | 'insensitive';
}

/** `[start, end)` in UTF-16 units of the text it was found in. */
export type Range = readonly [start: number, end: number];

export interface Matcher {
  /** Lower-case ASCII of which every line that can match holds one; null: every line must be read. */
  readonly literals: readonly string[] | null;
  /** A match can only lie in a message if it lies in the text around it too. */
  readonly isLiteral: boolean;
  test(text: string): boolean;
  /** All matches, left to right, without overlaps. */
  find(text: string): readonly Range[];
}

/** Longer queries are pasted files, not questions. */
const MAX_QUERY = 4096;
/** As in rule packs: matching is linear in text times program. */
const MAX_PROGRAM = 10_000;
/** Ranges kept of one record: a query of one letter meets a long line a million times. */
const MAX_RANGES = 1000;

export function compileQuery(query: SearchQuery): Matcher {
  if (query.text === '') throw new UserError('an empty query matches everything', 'name what to look for');
  if (query.text.length > MAX_QUERY)
    throw new UserError(`the query is longer than ${MAX_QUERY} characters`, 'look for a part of it');
  if (/[\r\n]/.test(query.text))
    throw new UserError('the query holds a line end', 'write a blank: it also matches where a record is wrapped');
  const insensitive = query.case === 'insensitive' || (query.case === 'smart' && !hasUpperCase(query));
  return query.regex ? compileExpression(query.text, insensitive) : compileLiteral(query.text, insensitive);
}

/** In an expression names, classes and escapes (`\S`, `\pL`, `(?P<Name>`) say nothing about case. */
function hasUpperCase({ text, regex }: SearchQuery): boolean {
  const letters = regex ? text.replace(/\\[pP]\{[^}]*\}|\\[pP].|\\x\{[^}]*\}|\\x..|\\.|\(\?P?<\w*>/gsu, '') : text;
  return /\p{Lu}/u.test(letters);
}

function compileLiteral(text: string, insensitive: boolean): Matcher {
  const wanted = insensitive ? fold(text) : text;
  const view = insensitive ? fold : (t: string): string => t;
  return {
    literals: scannable([wanted]),
    isLiteral: true,
    test: (t) => view(t).includes(wanted),
    find(t) {
      const ranges: Range[] = [];
      const folded = view(t);
      for (let at = folded.indexOf(wanted); at >= 0 && ranges.length < MAX_RANGES; ) {
        ranges.push([at, at + wanted.length]);
        at = folded.indexOf(wanted, at + wanted.length);
      }
      return ranges;
    },
  };
}

function compileExpression(source: string, insensitive: boolean): Matcher {
  const regex = compileRe2(source, insensitive);
  return {
    literals: scannable(literalsOfRegex(source, insensitive)),
    isLiteral: false,
    test: (text) => regex.test(text),
    find(text) {
      const ranges: Range[] = [];
      const matcher = regex.matcher(text);
      while (ranges.length < MAX_RANGES && matcher.find()) {
        // `\bx*` also matches where nothing stands: there is nothing to show.
        if (matcher.end() > matcher.start()) ranges.push([matcher.start(), matcher.end()]);
      }
      return ranges;
    },
  };
}

function compileRe2(source: string, insensitive: boolean): RE2JS {
  let regex: RE2JS;
  try {
    regex = RE2JS.compile(source, insensitive ? RE2JS.CASE_INSENSITIVE : 0);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new UserError(
      `not a valid expression: ${error.message}`,
      'see https://github.com/google/re2/wiki/Syntax (no look-around, no back-references), or leave out --regex',
    );
  }
  if (regex.programSize() > MAX_PROGRAM)
    throw new UserError('the expression is too large', 'use fewer or smaller repetitions');
  if (regex.test(''))
    throw new UserError('the expression also matches nothing at all', 'ask for at least one character');
  return regex;
}

const SHORTEST = 3;
/** Bytes that JSON writes another way (`\"`); other escapes (`\u003c`) are looked for on their own. */
const WRITTEN_OTHERWISE = /[^ !#-[\]-~]+/;

/** The longest piece of each text that stands in every form of a log as it is; null when one has none of three bytes. */
function scannable(texts: readonly string[] | null): readonly string[] | null {
  if (texts === null) return null;
  const pieces = texts.map((text) =>
    text
      .split(WRITTEN_OTHERWISE)
      .reduce((longest, piece) => (piece.length > longest.length ? piece : longest), '')
      .replace(/[A-Z]+/g, (upper) => upper.toLowerCase()),
  );
  return pieces.every((piece) => piece.trim().length >= SHORTEST) ? [...new Set(pieces)] : null;
}
