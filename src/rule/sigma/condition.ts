import { suggest } from '../nearest.js';
import { kindOf, placeWithin, type ScalarNode, shown, type YamlNode } from '../node.js';
import type { Report } from '../report.js';
import { type BooleanError, type BooleanTree, isBooleanError, type Operand, parseBoolean, wrong } from './boolean.js';
import type { Expression } from './expression.js';
import { ANY, compilePattern, type Token } from './pattern.js';

/** Selections that an operand stands for. */
interface Reference {
  readonly names: readonly string[];
  readonly quantifier: 'one' | 'all';
}

export interface ConditionResult {
  readonly expression: Expression;
  /** Selections the condition speaks of. */
  readonly used: ReadonlySet<string>;
}

/**
 * A condition, or a list of them (OR). `selections` holds undefined for one that has a mistake: it exists, so its
 * name is no further mistake.
 */
export function compileCondition(
  node: YamlNode,
  selections: ReadonlyMap<string, Expression | undefined>,
  report: Report,
): ConditionResult | undefined {
  const nodes = node.kind === 'list' ? node.items : [node];
  const used = new Set<string>();
  const parts: (Expression | undefined)[] = [];
  for (const part of nodes) {
    if (part.kind === 'scalar' && typeof part.value === 'string' && part.value.trim() !== '')
      parts.push(compileOne(part, part.value, selections, used, report));
    else report(part.place, shown(part), `a condition is a text, here stands ${kindOf(part)}`, "write 'selection'");
  }
  const ready = parts.filter((part) => part !== undefined);
  if (nodes.length === 0) report(node.place, '[]', 'the condition is empty', "write 'selection'");
  const [only] = ready;
  if (only === undefined || ready.length !== nodes.length)
    return used.size > 0 ? { expression: NEVER, used } : undefined;
  return { expression: ready.length === 1 ? only : { op: 'or', of: ready }, used };
}

/** Stands for a condition with a mistake; the rule is not loaded. */
const NEVER: Expression = { op: 'or', of: [] };

function compileOne(
  node: ScalarNode,
  source: string,
  selections: ReadonlyMap<string, Expression | undefined>,
  used: Set<string>,
  report: Report,
): Expression | undefined {
  const tree = parseBoolean(source, { operand: operandOf([...selections.keys()]), anyCase: false });
  if (isBooleanError(tree)) {
    report(placeWithin(node, tree.offset), tree.offending, tree.problem, tree.fix);
    // Which selections a broken condition means is not known, so none is called unused.
    for (const name of selections.keys()) used.add(name);
    return undefined;
  }
  return toExpression(tree, selections, used);
}

function operandOf(names: readonly string[]): Operand<Reference> {
  return (word, peek, take): Reference | BooleanError => {
    if (peek()?.text === 'of') {
      take();
      if (word.text !== '1' && word.text !== 'any' && word.text !== 'all')
        return wrong(word, `'${word.text} of' is not a quantifier`, "write '1 of', 'any of' or 'all of'");
      const pattern = take();
      if (pattern === undefined) return wrong(word, "'of' needs a pattern", "write 'of selection*' or 'of them'");
      const matched = names.filter((name) => matchesName(pattern.text, name));
      if (matched.length > 0) return { names: matched, quantifier: word.text === 'all' ? 'all' : 'one' };
      return wrong(pattern, `no selection matches '${pattern.text}'`, `selections: ${names.join(', ')}`);
    }
    if (names.includes(word.text)) return { names: [word.text], quantifier: 'all' };
    const problem = `selection '${word.text}' is not defined`;
    if (word.text.includes('*')) return wrong(word, problem, `write '1 of ${word.text}' or 'all of ${word.text}'`);
    return wrong(word, problem, suggest(word.text, names, 'selections'));
  };
}

/** `them` leaves out names that begin with `_`; `*` stands for any characters. */
function matchesName(pattern: string, name: string): boolean {
  if (pattern === 'them') return !name.startsWith('_');
  const tokens = pattern.split('*').flatMap((part, i): readonly Token[] => (i === 0 ? [part] : [ANY, part]));
  return compilePattern(
    tokens.filter((token) => token !== ''),
    'equals',
    true,
  ).test(name);
}

function toExpression(
  tree: BooleanTree<Reference>,
  selections: ReadonlyMap<string, Expression | undefined>,
  used: Set<string>,
): Expression {
  if (tree.op === 'not') return { op: 'not', of: toExpression(tree.of, selections, used) };
  if (tree.op !== 'leaf') return { op: tree.op, of: tree.of.map((part) => toExpression(part, selections, used)) };
  const { names, quantifier } = tree.leaf;
  for (const name of names) used.add(name);
  const parts = names.map((name) => selections.get(name) ?? NEVER);
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { op: quantifier === 'all' ? 'and' : 'or', of: parts };
}
