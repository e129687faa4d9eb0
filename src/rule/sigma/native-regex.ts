import { END, type PatternNode, parsePlainRegex } from './plain-regex.js';

/**
 * A JavaScript regular expression that finds the same as the RE2 expression, or null where it is not proven to take
 * linear time. V8 compiles it to machine code (20 ns for a line, against 150 to 350 of RE2JS), but backtracks; packs are untrusted,
 * so it only gets expressions in which there is never a choice to go back to:
 *
 * - The position automaton (Glushkov 1961) is deterministic: whatever may follow a position differs in its first
 *   character, so of the branches at a fork all but one fail at once (Bruggemann-Klein and Wood 1998, one-unambiguity).
 * - Only single classes repeat without bound, and unless the expression is anchored it cannot begin with a character of
 *   such a class: an attempt inside a run that another attempt has passed over ends at its first character.
 */
export function nativeRegex(source: string): RegExp | null {
  const pattern = parsePlainRegex(source);
  if (pattern === null) return null;
  const automaton: Automaton = { sets: [], follow: [], loops: [], isSound: true };
  const whole = addNode(automaton, pattern.root);
  if (!automaton.isSound || whole.nullable) return null;
  const { sets, follow, loops } = automaton;
  if (![whole.first, ...follow].every((positions) => areDisjoint(positions, sets))) return null;
  const first = union(whole.first, sets);
  if (!pattern.anchored && loops.some((loop) => (loop & first) !== 0n)) return null;
  return new RegExp(`${pattern.anchored ? '^' : ''}${write(pattern.root)}`);
}

interface Automaton {
  /** Of every position the characters it takes. */
  readonly sets: bigint[];
  readonly follow: Set<number>[];
  readonly loops: bigint[];
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
  automaton.loops.push(of.set);
  const one = addPosition(automaton, of.set);
  join(automaton, one, one);
  return { ...one, nullable: true };
}

function areDisjoint(positions: ReadonlySet<number>, sets: readonly bigint[]): boolean {
  let seen = 0n;
  for (const position of positions) {
    const set = sets[position] ?? 0n;
    if ((seen & set) !== 0n) return false;
    seen |= set;
  }
  return true;
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
    case 'repeat':
      return `(?:${write(node.of)}){${node.min},${node.max ?? ''}}`;
  }
}

function writeSet(set: bigint): string {
  if (set === END) return '$';
  let members = '';
  for (let code = 0; code < 128; code++) {
    if (((set >> BigInt(code)) & 1n) === 1n) members += `\\x${code.toString(16).padStart(2, '0')}`;
  }
  return members.length === 4 ? members : `[${members}]`;
}
