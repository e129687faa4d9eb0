import { compareText } from '../report.js';
import { lowerAscii } from './fold.js';

/**
 * Lower-cased printable ASCII of which every matching body, A-Z lowered, contains at least one; null: nothing is
 * known. Three bytes at least: the scanner's fingerprints are trigrams.
 */
export type Literals = readonly string[] | null;

export const MIN_LITERAL = 3;
/** A set larger than this selects nearly every line. */
const MAX_SET = 512;

/** The condition holds when any of the parts holds. */
export function literalsOfAny(parts: readonly Literals[]): Literals {
  const all = new Set<string>();
  for (const part of parts) {
    if (part === null) return null;
    for (const literal of part) all.add(literal);
  }
  return all.size > MAX_SET ? null : withoutLonger([...all]);
}

/** The condition holds when all parts hold, so the most selective part is enough. */
export function literalsOfAll(parts: readonly Literals[]): Literals {
  return parts.reduce<Literals>(better, null);
}

/** The set whose shortest literal is longer; of equals the smaller one, then the first. */
export function better(a: Literals, b: Literals): Literals {
  if (a === null || b === null) return a ?? b;
  const difference = shortest(b) - shortest(a);
  return difference > 0 || (difference === 0 && b.length < a.length) ? b : a;
}

function shortest(literals: readonly string[]): number {
  return literals.reduce((length, literal) => Math.min(length, literal.length), Number.POSITIVE_INFINITY);
}

/** A text that contains a longer literal contains the shorter one inside it. */
function withoutLonger(literals: readonly string[]): readonly string[] {
  return literals
    .filter((literal) => !literals.some((other) => other !== literal && literal.includes(other)))
    .sort(compareText);
}

/** The longest stretch of printable ASCII in any of `texts`, all of which must occur. */
export function literalsOfTexts(texts: readonly string[]): Literals {
  let best = '';
  for (const text of texts)
    for (const piece of text.match(/[ -~]+/g) ?? []) if (piece.length > best.length) best = piece;
  return best.trim().length < MIN_LITERAL ? null : [lowerAscii(best)];
}
