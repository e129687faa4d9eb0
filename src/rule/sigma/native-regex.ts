import { BEYOND_ASCII, END, type PatternNode, parsePlainRegex } from './plain-regex.js';

/** A JavaScript expression and how long a text it may be given. */
export interface NativeRegex {
  readonly regex: RegExp;
  /** UTF-16 code units; infinite where time is linear. */
  readonly longest: number;
}

/**
 * A JavaScript regular expression that finds the same as the RE2 expression, with the same groups; null where it is not proven to
 * be quick. V8 compiles it to machine code (20 ns for a line, against 150 to 350 of RE2JS, or 20 microseconds with groups),
 * but backtracks; packs are untrusted, so it only gets expressions with next to no choice to go back to. The proof is by the
 * position automaton (Glushkov 1961), in which only single classes repeat without bound:
 *
 * - Where all that may follow a position differs in its first character, all branches but one fail at once
 *   (Bruggemann-Klein and Wood 1998, one-unambiguity). Where it does not (`(?:tag#\d+ )?timing`), branches multiply, at
 *   most `MAX_BRANCHES` times.
 * - An attempt then takes linear time, and so does the search if it is anchored, or if the expression cannot begin with a
 *   character of a class that repeats: an attempt inside a run that another attempt has passed over ends at once.
 * - Otherwise the search takes at most quadratic time, as does an anchored expression in which one loop may end at several
 *   places (`^task .+:\d+ blocked`). Those are for texts of up to `LONGEST_IF_QUADRATIC` characters: at most 0.5 ms.
 */
export function nativeRegex(source: string): NativeRegex | null {
  const pattern = parsePlainRegex(source);
  if (pattern === null) return null;
  const automaton: Automaton = { sets: [], follow: [], loops: new Set(), isSound: true };
  const whole = addNode(automaton, pattern.root);
  if (!automaton.isSound || whole.nullable) return null;
  const { sets, follow, loops } = automaton;
  const unclear = new Set<number>();
  let branches = 1;
  for (const positions of [whole.first, ...follow]) {
    const alike = overlapping([...positions], sets);
    branches *= Math.max(1, alike.length);
    for (const at of alike) if (loops.has(at)) unclear.add(at);
  }
  if (branches > MAX_BRANCHES || unclear.size > 1 || (unclear.size > 0 && !pattern.anchored)) return null;
  const first = union(whole.first, sets);
  const isDistinct = [...loops].every((at) => ((sets[at] ?? 0n) & first) === 0n);
  const isLinear = unclear.size === 0 && (pattern.anchored || isDistinct);
  const isAscii = sets.every((set) => (set & BEYOND_ASCII) === 0n);
  // With flag `u` a character outside the basic plane is one, as in RE2.
  const regex = new RegExp(`${pattern.anchored ? '^' : ''}${write(pattern.root)}`, isAscii ? '' : 'u');
  return { regex, longest: isLinear ? Number.POSITIVE_INFINITY : LONGEST_IF_QUADRATIC };
}

const MAX_BRANCHES = 16;
const LONGEST_IF_QUADRATIC = 256;

/** Positions that share a first character with another one. */
function overlapping(positions: readonly number[], sets: readonly bigint[]): readonly number[] {
  return positions.filter((a) => positions.some((b) => a !== b && ((sets[a] ?? 0n) & (sets[b] ?? 0n)) !== 0n));
}

interface Automaton {
  /** Of every position the characters it takes. */
  readonly sets: bigint[];
  readonly follow: Set<number>[];
  /** Positions that repeat without bound. */
  readonly loops: Set<number>;
  isSound: boolean;
}

interface Part {
  readonly nullable: boolean;
  readonly first: ReadonlySet<number>;
  readonly last: ReadonlySet<number>;
}

/** Bounded repetitions are written out; an attempt takes no more than so many steps beside its loops. */
const MAX_POSITIONS = 256;
const NOTHING: Part = { nullable: true, first: new Set(), last: new Set() };

function addNode(automaton: Automaton, node: PatternNode): Part {
  switch (node.kind) {
    case 'set':
      return addPosition(automaton, node.set);
    case 'sequence':
      return node.parts.reduce<Part>((before, part) => join(automaton, before, addNode(automaton, part)), NOTHING);
    case 'choice':
      return node.parts.map((part) => addNode(automaton, part)).reduce(either);
    case 'group':
      return addNode(automaton, node.of);
    case 'repeat':
      return addRepeat(automaton, node.of, node.min, node.max);
  }
}

function addPosition(automaton: Automaton, set: bigint): Part {
  const position = automaton.sets.length;
  if (position >= MAX_POSITIONS) {
    automaton.isSound = false;
    return NOTHING;
  }
  automaton.sets.push(set);
  automaton.follow.push(new Set());
  return { nullable: false, first: new Set([position]), last: new Set([position]) };
}

function join({ follow }: Automaton, a: Part, b: Part): Part {
  for (const last of a.last) for (const first of b.first) follow[last]?.add(first);
  return {
    nullable: a.nullable && b.nullable,
    first: a.nullable ? new Set([...a.first, ...b.first]) : a.first,
    last: b.nullable ? new Set([...a.last, ...b.last]) : b.last,
  };
}

function either(a: Part, b: Part): Part {
  return {
    nullable: a.nullable || b.nullable,
    first: new Set([...a.first, ...b.first]),
    last: new Set([...a.last, ...b.last]),
  };
}

function addRepeat(automaton: Automaton, of: PatternNode, min: number, max: number | null): Part {
  let whole = NOTHING;
  for (let i = 0; i < min && automaton.isSound; i++) whole = join(automaton, whole, addNode(automaton, of));
  if (max === null) return join(automaton, whole, addLoop(automaton, of));
  // Innermost first: x{0,3} is (x(x(x)?)?)?.
  let rest = NOTHING;
  for (let i = min; i < max && automaton.isSound; i++) {
    const one = addNode(automaton, of);
    // A repetition of something that may be empty is a fork of its own.
    if (one.nullable) automaton.isSound = false;
    rest = { ...join(automaton, one, rest), nullable: true };
  }
  return join(automaton, whole, rest);
}

function addLoop(automaton: Automaton, of: PatternNode): Part {
  if (of.kind !== 'set') {
    automaton.isSound = false;
    return NOTHING;
  }
  const one = addPosition(automaton, of.set);
  for (const at of one.first) automaton.loops.add(at);
  join(automaton, one, one);
  return { ...one, nullable: true };
}

function union(positions: ReadonlySet<number>, sets: readonly bigint[]): bigint {
  let all = 0n;
  for (const position of positions) all |= sets[position] ?? 0n;
  return all;
}

function write(node: PatternNode): string {
  switch (node.kind) {
    case 'set':
      return writeSet(node.set);
    case 'sequence':
      return node.parts.map(write).join('');
    case 'choice':
      return `(?:${node.parts.map(write).join('|')})`;
    case 'group':
      return `(?<${node.name}>${write(node.of)})`;
    case 'repeat':
      return `(?:${write(node.of)}){${node.min},${node.max ?? ''}}${node.lazy ? '?' : ''}`;
  }
}

/** A class that takes what is not ASCII is written as what it leaves out. */
function writeSet(set: bigint): string {
  if (set === END) return '$';
  const isNegated = (set & BEYOND_ASCII) !== 0n;
  let members = '';
  for (let code = 0; code < 128; code++) {
    const isIn = ((set >> BigInt(code)) & 1n) === 1n;
    if (isIn !== isNegated) members += `\\x${code.toString(16).padStart(2, '0')}`;
  }
  if (isNegated) return `[^${members}]`;
  return members.length === 4 ? members : `[${members}]`;
}
