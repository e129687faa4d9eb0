/**
 * Which of many literals (lower-case ASCII) stand in a text, A-Z taken as a-z: one pass whatever their number.
 * `scan` names every literal that occurs, some more than once; of a longer one it may only have seen twelve characters.
 */
export interface LiteralIndex {
  scan(text: string, hit: (literal: number) => void): void;
}

/** Three characters in a row tell log text apart well enough: 1 in 10 looks meets a literal, against 1 in 3 with two. */
const GRAM = 4;
/** Literals from here on are looked for with steps of at least seven characters, shorter ones apart. */
const LONG = 9;
const MAX_STEP = 8;
/** So few short literals are cheaper to find with one regular expression (20 ns) than in steps of their own. */
const FEW = 8;
const HASH_BITS = 15;
/**
 * Literals that share a gram and are therefore compared at the same place. A literal for which every gram is full is
 * named for every text: however a pack is written, the work for a text is linear in its length.
 */
const MAX_CHAIN = 16;
/**
 * Characters of a literal that are compared. What comes of a hit is a whole rule, which compares everything again, and
 * two literals of real rules rarely share twelve characters.
 */
const COMPARED = 12;

/**
 * Grams of a group of literals: `heads` by hash, then `next`; entry `e` is `literal[e]`, whose gram stands `at[e]`
 * characters in. `known` has a bit for every hash that is taken: 4 KiB that stay in the nearest cache, where `heads` would
 * not, and 19 of 20 looks end there.
 */
interface Group {
  readonly gram: number;
  readonly step: number;
  readonly known: Int32Array;
  readonly heads: Uint16Array;
  readonly chain: Uint8Array;
  readonly next: number[];
  readonly literal: number[];
  readonly at: number[];
}

/**
 * A literal of n characters holds n - 2 grams in a row, so whatever its place one of any n - 2 neighbouring grams
 * begins at a multiple of n - 2. Looking there alone takes 75 charCodeAt for a line instead of the 100 transitions of
 * an Aho-Corasick automaton, whose tables do not fit into the cache either (3.8 ns a character for 359 literals).
 */
export function indexLiterals(literals: readonly string[]): LiteralIndex {
  const codes = literals.map((literal) => Uint8Array.from(literal, (char) => char.charCodeAt(0)));
  const numbers = [...literals.keys()];
  const everywhere = numbers.filter((i) => literals[i] === '');
  const long = numbers.filter((i) => lengthOf(codes, i) >= LONG);
  const short = numbers.filter((i) => lengthOf(codes, i) < LONG && lengthOf(codes, i) > 0);
  const few = short.length <= FEW ? short : [];
  const groups = [long, few === short ? [] : short]
    .filter((members) => members.length > 0)
    .map((members) => buildGroup(members, codes, everywhere));
  const scanFew = few.length === 0 ? null : fewLiterals(few, literals);
  return {
    scan(text, hit) {
      for (const literal of everywhere) hit(literal);
      for (const group of groups) scanGroup(group, codes, text, hit);
      if (scanFew !== null) scanFew(text, hit);
    },
  };
}

/** Flag `i` without `u` takes no character outside ASCII for one inside it. */
function fewLiterals(numbers: readonly number[], literals: readonly string[]): LiteralIndex['scan'] {
  const sources = numbers.map((number) =>
    (literals[number] ?? '').replace(/[^a-z0-9]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`),
  );
  const any = new RegExp(sources.join('|'), 'i');
  const each = sources.map((source) => new RegExp(source, 'i'));
  return (text, hit) => {
    if (!any.test(text)) return;
    for (const [i, number] of numbers.entries()) if (each[i]?.test(text) === true) hit(number);
  };
}

function lengthOf(codes: readonly Uint8Array[], literal: number): number {
  return codes[literal]?.length ?? 0;
}

function buildGroup(members: readonly number[], codes: readonly Uint8Array[], everywhere: number[]): Group {
  const shortest = members.reduce((length, i) => Math.min(length, lengthOf(codes, i)), COMPARED);
  const gram = Math.min(GRAM, shortest);
  const group: Group = {
    ...{ gram, step: Math.min(MAX_STEP, shortest - gram + 1) },
    ...{ known: new Int32Array(1 << (HASH_BITS - 5)), heads: new Uint16Array(1 << HASH_BITS) },
    ...{ chain: new Uint8Array(1 << HASH_BITS), next: [0], literal: [0], at: [0] },
  };
  const common = countGrams(members, codes, gram);
  for (const number of members) {
    const code = codes[number] as Uint8Array;
    const at = rarestPlace(group, code, common);
    // Entry numbers are 16 bits wide; 8,000 literals of 8 grams each do not reach that.
    if (at < 0 || group.next.length + group.step > 0xffff) everywhere.push(number);
    else for (let i = at; i < at + group.step; i++) addGram(group, number, code, i);
  }
  return group;
}

/** How often each gram stands in the literals, as a share: what rules say is written like what logs say. */
function countGrams(members: readonly number[], codes: readonly Uint8Array[], gram: number): Float64Array {
  const counts = new Float64Array(1 << HASH_BITS);
  let total = 0;
  for (const number of members) {
    const code = codes[number] as Uint8Array;
    for (let i = 0; i + gram <= code.length; i++, total++) {
      const hash = hashAt(code, i, gram);
      counts[hash] = (counts[hash] as number) + 1;
    }
  }
  return counts.map((count) => Math.max(0, count - 1) / total);
}

function addGram(group: Group, number: number, code: Uint8Array, i: number): void {
  const { gram, known, heads, chain, next, literal, at } = group;
  const hash = hashAt(code, i, gram);
  known[hash >>> 5] = (known[hash >>> 5] as number) | (1 << hash);
  next.push(heads[hash] as number);
  literal.push(number);
  at.push(i);
  heads[hash] = next.length - 1;
  chain[hash] = (chain[hash] as number) + 1;
}

/** Bits 0-4 and 6 of a character: what is left is the same for a letter in either case. */
const FOLD = 0x5f;

function hashAt(code: Uint8Array, i: number, gram: number): number {
  let key = 0;
  for (let k = 0; k < gram; k++) key = (key << 8) | ((code[i + k] as number) & FOLD);
  return hashOf(key);
}

function hashOf(key: number): number {
  return Math.imul(key, 0x9e3779b1) >>> (32 - HASH_BITS);
}

/** Letters of log text by how common they are; every other character is rarer. */
const COMMON = ' etoainrsdlcumpfghbv';

/** Where the `step` grams in a row begin that log text holds the least; -1 when every choice has a full chain. */
function rarestPlace({ gram, step, chain }: Group, code: Uint8Array, common: Float64Array): number {
  let best = -1;
  let least = Number.POSITIVE_INFINITY;
  for (let at = 0; at + step + gram - 1 <= code.length; at++) {
    let cost = 0;
    for (let i = at; i < at + step; i++) {
      const hash = hashAt(code, i, gram);
      const known = chain[hash] as number;
      let share = 1;
      for (let k = 0; k < gram; k++) share *= shareOf(code[i + k] as number);
      cost += known >= MAX_CHAIN ? Number.POSITIVE_INFINITY : (share + (common[hash] as number)) * (1 + known);
    }
    if (cost < least) {
      least = cost;
      best = at;
    }
  }
  return best;
}

function shareOf(code: number): number {
  const rank = COMMON.indexOf(String.fromCharCode(code));
  return rank < 0 ? 0.01 : 0.15 / (rank + 1.5);
}

function scanGroup(group: Group, codes: readonly Uint8Array[], text: string, hit: (literal: number) => void): void {
  const { gram, step, known, heads } = group;
  const last = text.length - gram;
  for (let i = 0; i <= last; i += step) {
    let key = text.charCodeAt(i) & FOLD;
    if (gram > 1) key = (key << 8) | (text.charCodeAt(i + 1) & FOLD);
    if (gram > 2) key = (key << 8) | (text.charCodeAt(i + 2) & FOLD);
    if (gram > 3) key = (key << 8) | (text.charCodeAt(i + 3) & FOLD);
    const hash = hashOf(key);
    if ((known[hash >>> 5] as number) & (1 << hash)) compareChain(group, heads[hash] as number, codes, text, i, hit);
  }
}

function compareChain(
  { next, literal, at }: Group,
  first: number,
  codes: readonly Uint8Array[],
  text: string,
  i: number,
  hit: (literal: number) => void,
): void {
  for (let entry = first; entry !== 0; entry = next[entry] as number) {
    const number = literal[entry] as number;
    if (standsAt(codes[number] as Uint8Array, at[entry] as number, text, i)) hit(number);
  }
}

/** Whether the literal, whose gram of index `at` was met at `i`, stands there as far as it is compared. */
function standsAt(code: Uint8Array, at: number, text: string, i: number): boolean {
  const from = i - at;
  if (from < 0 || from + code.length > text.length) return false;
  const end = Math.min(code.length, at + COMPARED);
  for (let k = Math.max(0, end - COMPARED); k < end; k++) {
    let char = text.charCodeAt(from + k);
    if (char >= 65 && char <= 90) char += 32;
    if (char !== code[k]) return false;
  }
  return true;
}
