import type { Predicate } from '../../model/rule.js';
import { entryOf, kindOf, shown, type YamlNode } from '../node.js';
import { type Report, watchReport } from '../report.js';
import { compileCondition } from './condition.js';
import { type Expression, toEventIds, toLiterals, toNeeds, toPredicate } from './expression.js';
import type { Literals } from './literal-set.js';
import type { Needs } from './needs.js';
import { compileSelection } from './selection.js';

export interface CompiledDetection {
  readonly matches: Predicate;
  readonly literals: Literals;
  readonly eventIds: readonly number[] | null;
  readonly needs: Needs;
  /** Record fields the selections test. */
  readonly fields: ReadonlySet<string>;
}

const SELECTION_NAME = /^[A-Za-z0-9_-]+$/;

/** Compiles the `detection` of a rule; undefined when something is wrong (then reported). */
export function compileDetection(node: YamlNode, windows: boolean, report: Report): CompiledDetection | undefined {
  if (node.kind !== 'map') {
    report(
      node.place,
      shown(node),
      `'detection' is a map, here stands ${kindOf(node)}`,
      'write selections and a condition',
    );
    return undefined;
  }
  const watch = watchReport(report);
  const fields = new Set<string>();
  const selections = new Map<string, Expression | undefined>();
  for (const { key, name, value } of node.entries) {
    if (name === 'condition') continue;
    if (name === 'timeframe') {
      watch.report(key.place, name, "'timeframe' was removed in Sigma 2", "write a correlation with 'timespan'");
    } else if (!SELECTION_NAME.test(name) || ['and', 'or', 'not', 'them', 'of'].includes(name)) {
      watch.report(key.place, name, `'${name}' cannot name a selection`, 'use letters, digits, _ and -');
    } else selections.set(name, compileSelection(value, name, { report: watch.report, windows, fields }));
  }
  const condition = entryOf(node, 'condition');
  if (condition === undefined) {
    watch.report(node.place, shown(node), "'detection' has no 'condition'", "add 'condition: selection'");
    return undefined;
  }
  if (selections.size === 0) {
    watch.report(node.place, 'condition:', "'detection' has no selection", "add 'selection:' with fields");
    return undefined;
  }
  const result = compileCondition(condition.value, selections, watch.report);
  for (const { key, name } of node.entries)
    if (result !== undefined && selections.has(name) && !result.used.has(name))
      watch.report(key.place, name, `selection '${name}' is never used`, 'use it in the condition, or remove it');
  if (result === undefined || watch.failed()) return undefined;
  return compiled(result.expression, fields);
}

/** Compiles one selection without a condition, as in `where` of a logsource. */
export function compileWhere(node: YamlNode, report: Report): CompiledDetection | undefined {
  const watch = watchReport(report);
  const fields = new Set<string>();
  const expression = compileSelection(node, 'where', { report: watch.report, windows: false, fields });
  return expression === undefined || watch.failed() ? undefined : compiled(expression, fields);
}

function compiled(expression: Expression, fields: ReadonlySet<string>): CompiledDetection {
  return {
    matches: toPredicate(expression),
    literals: toLiterals(expression),
    eventIds: toEventIds(expression),
    needs: toNeeds(expression),
    fields,
  };
}
