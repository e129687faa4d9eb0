import type { Comparison, CorrelationType, RuleCondition } from '../model/rule.js';
import { type Catalogue, resolve, resolveAmong } from './catalogue.js';
import { OPERATORS } from './compile-metric.js';
import { suggest } from './nearest.js';
import { placeWithin, type ScalarNode, shown, type YamlNode } from './node.js';
import type { Report } from './report.js';
import { number, openSection, optional, type Reader, required, text } from './section.js';
import { type BooleanTree, isBooleanError, parseBoolean, wrong } from './sigma/boolean.js';

export interface CorrelationCondition {
  readonly comparisons: readonly Comparison[];
  readonly field: string | null;
  readonly percentile: number | null;
  readonly condition: RuleCondition | null;
}

export interface ConditionContext {
  readonly type: CorrelationType;
  /** Full ids listed under `rules`. */
  readonly rules: readonly string[];
  readonly catalogue: Catalogue;
  readonly pack: string;
}

/** A map of comparisons, or for temporal types also an expression over rules (Sigma enhancement proposal 198). */
export function readCondition(context: ConditionContext): Reader<CorrelationCondition> {
  return (node, _what, report) => {
    const isTemporal = context.type === 'temporal' || context.type === 'temporal_ordered';
    if (node.kind === 'scalar' && typeof node.value === 'string') {
      if (isTemporal) return readExpression(node, node.value, context, report);
      const fix = "write for example 'condition: {gte: 5}'";
      report(node.place, shown(node), `${context.type} compares a number`, fix);
      return undefined;
    }
    return readComparisons(node, context, report);
  };
}

function readComparisons(node: YamlNode, context: ConditionContext, report: Report): CorrelationCondition | undefined {
  const { type } = context;
  const counts = !type.startsWith('value_') || type === 'value_count';
  const keys = [
    ...OPERATORS,
    ...(type.startsWith('value_') ? ['field'] : []),
    ...(type === 'value_percentile' ? ['percentile'] : []),
  ];
  const section = openSection(node, "'condition'", report, keys);
  if (section === undefined) return undefined;
  // Values may be fractions (0.02 s); what is counted is whole.
  const limit = counts ? number({ min: 0, integer: true }) : number();
  const comparisons: Comparison[] = [];
  for (const { name } of section.node.entries) {
    const op = OPERATORS.find((candidate) => candidate === name);
    if (op === undefined) continue;
    const value = optional(section, op, limit, undefined);
    if (value !== undefined) comparisons.push({ op, value });
  }
  if (!section.node.entries.some(({ name }) => OPERATORS.some((op) => op === name)))
    report(node.place, shown(node), "'condition' compares with nothing", "add for example 'gte: 5'");
  const field = keys.includes('field') ? required(section, 'field', text()) : null;
  const percentile = keys.includes('percentile') ? required(section, 'percentile', number({ min: 0, max: 100 })) : null;
  if (field === undefined || percentile === undefined) return undefined;
  return { comparisons, field, percentile, condition: null };
}

function readExpression(
  node: ScalarNode,
  source: string,
  context: ConditionContext,
  report: Report,
): CorrelationCondition | undefined {
  const used = new Set<string>();
  // References are ids with '/', '-' and '.', or UUIDs; the specification's own example writes AND.
  const tree = parseBoolean<{ readonly rule: string }>(source, {
    anyCase: true,
    operand: (word) => {
      const { catalogue, pack, rules } = context;
      const listed = resolveAmong(catalogue, word.text, pack, rules);
      if (listed !== undefined) {
        used.add(listed);
        return { rule: listed };
      }
      const id = resolve(catalogue, word.text, pack)?.id;
      const problem = `'${word.text}' is not one of the rules of this correlation`;
      return wrong(
        word,
        problem,
        id === undefined ? suggest(word.text, shortIds(context), 'rules') : "add it to 'rules'",
      );
    },
  });
  if (isBooleanError(tree)) {
    report(placeWithin(node, tree.offset), tree.offending, tree.problem, tree.fix);
    return undefined;
  }
  const unused = context.rules.find((rule) => !used.has(rule));
  if (unused !== undefined) {
    const fix = 'use it in the condition, or remove it from rules';
    report(node.place, shown(node), `the condition does not use ${unused}`, fix);
    return undefined;
  }
  return { comparisons: [], field: null, percentile: null, condition: toRuleCondition(tree) };
}

function shortIds(context: ConditionContext): readonly string[] {
  const prefix = `${context.pack}/`;
  return context.rules.map((rule) => (rule.startsWith(prefix) ? rule.slice(prefix.length) : rule));
}

function toRuleCondition(tree: BooleanTree<{ readonly rule: string }>): RuleCondition {
  if (tree.op === 'leaf') return { op: 'rule', rule: tree.leaf.rule };
  if (tree.op === 'not') return { op: 'not', of: toRuleCondition(tree.of) };
  return { op: tree.op, of: tree.of.map(toRuleCondition) };
}
