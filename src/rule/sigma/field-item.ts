import type { Predicate } from '../../model/rule.js';
import { kindOf, type ScalarNode, shown, type YamlNode } from '../node.js';
import type { Report } from '../report.js';
import { isInNetwork, type Network, parseNetwork } from './cidr.js';
import type { Expression, FieldTest } from './expression.js';
import { anyFolded, anyText, fieldReader } from './field.js';
import { fold } from './fold.js';
import { literalTest } from './literal-regex.js';
import { type Literals, literalsOfAll, literalsOfAny } from './literal-set.js';
import type { FieldKey, Modifiers } from './modifiers.js';
import { needsOfField, unionOf } from './needs.js';
import { compareNumbers, type NumberOperator, numberOf } from './numeric.js';
import { compileRegex, type RegexFlags, type RuleRegex } from './regex.js';
import { literalsOfRegex } from './regex-literals.js';
import { textValue, type ValueTest } from './text-value.js';
import { TIME_PARTS, timePartOf } from './time-part.js';

/** Compiles `field|modifiers: values`; undefined when something is wrong (then reported). */
export function compileItem(
  key: FieldKey,
  keyNode: ScalarNode,
  value: YamlNode,
  report: Report,
): Expression | undefined {
  const values = valuesOf(value, report);
  if (values === undefined) return undefined;
  const { field, modifiers } = key;
  if (modifiers.all && values.length < 2) {
    report(keyNode.place, keyNode.written, "'all' needs a list of two or more values", "remove '|all'");
    return undefined;
  }
  if (modifiers.compare === 'exists') return existsTest(field, value, values, report);
  const nulls = values.filter((node) => node.value === null);
  const plain = isPlain(modifiers);
  if (nulls[0] !== undefined && !plain) {
    report(
      nulls[0].place,
      'null',
      'null has no modifiers',
      `write '${field}: null' alone, and negate it in the condition`,
    );
    return undefined;
  }
  const rest = values.filter((node) => node.value !== null);
  const missing: readonly Expression[] = nulls.length > 0 ? [missingTest(field)] : [];
  if (rest.length === 0) return missing[0];
  const test = modifiers.fieldref
    ? fieldrefTest(field, modifiers, rest, report)
    : valueTest(field, modifiers, rest, report);
  if (test === undefined || missing.length === 0) return test;
  return { op: 'or', of: [...missing, test] };
}

/** Nothing but `field: value`, where null may stand. */
function isPlain(modifiers: Modifiers): boolean {
  const { compare, transforms, timePart, fieldref, cased, neq, all } = modifiers;
  return compare === 'equals' && transforms.length === 0 && timePart === null && !fieldref && !cased && !neq && !all;
}

function valuesOf(value: YamlNode, report: Report): readonly ScalarNode[] | undefined {
  const nodes = value.kind === 'list' ? value.items : [value];
  if (nodes.length === 0) {
    report(value.place, '[]', 'an empty list matches nothing', 'write the values, or remove the field');
    return undefined;
  }
  const scalars = nodes.filter((node) => node.kind === 'scalar');
  for (const node of nodes)
    if (node.kind !== 'scalar')
      report(node.place, shown(node), `a value is a text or a number, here stands ${kindOf(node)}`, 'write one value');
  return scalars.length === nodes.length ? scalars : undefined;
}

function plainTest(matches: Predicate, literals: Literals = null): FieldTest {
  return { op: 'test', matches, literals, eventIds: null, needs: null };
}

function missingTest(field: string): FieldTest {
  const read = fieldReader(field);
  return plainTest((record) => read(record) === null);
}

/** Presence alone counts, be the value empty or not. */
function existsTest(
  field: string,
  value: YamlNode,
  values: readonly ScalarNode[],
  report: Report,
): FieldTest | undefined {
  const [only] = values;
  if (only === undefined || value.kind === 'list' || typeof only.value !== 'boolean') {
    report(value.place, shown(value), "'exists' takes true or false", "write 'true' or 'false' unquoted");
    return undefined;
  }
  const missing = missingTest(field);
  return only.value ? plainTest((record) => !missing.matches(record)) : missing;
}

/** All texts of another field, compared with those of this one; both have to be there. */
function fieldrefTest(
  field: string,
  modifiers: Modifiers,
  values: readonly ScalarNode[],
  report: Report,
): FieldTest | undefined {
  const read = fieldReader(field);
  const prepare = modifiers.cased ? (text: string) => text : fold;
  const { compare } = modifiers;
  const holds = (text: string, other: string): boolean => {
    if (compare === 'contains') return text.includes(other);
    if (compare === 'startswith') return text.startsWith(other);
    return compare === 'endswith' ? text.endsWith(other) : text === other;
  };
  const tests = values.map((node): Predicate => {
    if (typeof node.value !== 'string' || node.value === '' || node.value.includes('|'))
      report(node.place, shown(node), "'fieldref' names a field", 'write the name of a field');
    const readOther = fieldReader(String(node.value));
    return (record) => {
      const [value, other] = [read(record), readOther(record)];
      if (value === null || other === null) return false;
      const same = anyText(value, (text) => anyText(other, (with_) => holds(prepare(text), prepare(with_))));
      return same !== modifiers.neq;
    };
  });
  // `neq` means different from every one of them.
  const test = plainTest((record) =>
    modifiers.all || modifiers.neq ? tests.every((test) => test(record)) : tests.some((test) => test(record)),
  );
  return modifiers.neq ? test : { ...test, needs: needsOfField(field, [{ needs: null }], false) };
}

function valueTest(
  field: string,
  modifiers: Modifiers,
  values: readonly ScalarNode[],
  report: Report,
): FieldTest | undefined {
  const tests = values.map((node) => oneValue(modifiers, node, report));
  const ready = tests.filter((test) => test !== undefined);
  if (ready.length !== tests.length) return undefined;
  const { all, neq } = modifiers;
  const matches = fieldPredicate(field, modifiers, ready);
  const parts = ready.map((test) => test.literals);
  const known = field === 'message' && !neq;
  return {
    op: 'test',
    matches,
    literals: known ? (all ? literalsOfAll(parts) : literalsOfAny(parts)) : null,
    eventIds: field === 'EventID' && !neq && !all ? eventIdsOf(ready) : null,
    needs: neq ? null : needsOfField(field, ready, all),
  };
}

function fieldPredicate(field: string, modifiers: Modifiers, tests: readonly ValueTest[]): Predicate {
  const { all, neq } = modifiers;
  const read = fieldReader(field);
  if (all) {
    const each = tests.map((test) => anyOfTests(field, [test]));
    return (record) => each.every((holds) => holds(record));
  }
  const anyOf = anyOfTests(field, tests);
  // An empty body is an absent message, except that `message: ''` finds it.
  const emptyBody = field === 'message' && !neq && tests.some((test) => test.exact === '');
  if (emptyBody) return (record) => record.body === '' || anyOf(record);
  return neq ? (record) => read(record) !== null && !anyOf(record) : anyOf;
}

/** Whether one of the tests holds for the field's text, or for any element of a list. */
function anyOfTests(field: string, tests: readonly ValueTest[]): Predicate {
  const read = fieldReader(field);
  const sources = tests.flatMap((test) => test.sources ?? []);
  const raw = tests.every((test) => test.sources !== null) ? literalTest(sources) : null;
  if (raw !== null) return (record) => anyText(read(record), raw);
  const test = anyOfTexts(tests);
  if (!tests.every(({ folded }) => folded)) return (record) => anyText(read(record), test);
  const any = anyFolded(field);
  return (record) => any(record, test);
}

function anyOfTexts(tests: readonly ValueTest[]): (text: string) => boolean {
  const [first] = tests;
  if (first !== undefined && tests.length === 1) return first.test;
  const exact = new Set(tests.flatMap((test) => test.exact ?? []));
  if (exact.size === tests.length) return (text) => exact.has(text);
  return (text) => {
    for (const test of tests) if (test.test(text)) return true;
    return false;
  };
}

/** Null when a value is no plain id (`15*`): then every event has to be looked at. */
function eventIdsOf(tests: readonly ValueTest[]): readonly number[] | null {
  const ids = new Set<number>();
  for (const { exact } of tests) {
    if (exact === null || !/^\d{1,9}$/.test(exact)) return null;
    ids.add(Number(exact));
  }
  return [...ids].sort((a, b) => a - b);
}

function oneValue(modifiers: Modifiers, node: ScalarNode, report: Report): ValueTest | undefined {
  if (modifiers.timePart !== null) return timeValue(modifiers, modifiers.timePart, node, report);
  switch (modifiers.compare) {
    case 're': {
      const regex = compileRegex(node, modifiers.flags, report);
      return regex === undefined ? undefined : regexValue(regex, node, modifiers.flags);
    }
    case 'cidr': {
      const network = networkOf(node, report);
      return network === undefined ? undefined : opaque((text) => isInNetwork(text, network));
    }
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      return numberValue(modifiers.compare, node, report);
    default:
      return textValue(modifiers, node, report);
  }
}

function opaque(test: (text: string) => boolean): ValueTest {
  return { folded: false, test, exact: null, literals: null, needs: null, sources: null };
}

function regexValue(regex: RuleRegex, node: ScalarNode, { i: caseInsensitive }: RegexFlags): ValueTest {
  const source = typeof node.value === 'string' ? node.value : node.written;
  const literals = literalsOfRegex(source, caseInsensitive);
  const needs = literals === null ? null : unionOf(literals.map((text) => [{ how: 'contains', text }]));
  return { ...opaque(regex.test), literals, needs };
}

function networkOf(node: ScalarNode, report: Report): Network | undefined {
  const result = parseNetwork(typeof node.value === 'string' ? node.value : node.written);
  if ('address' in result) return result;
  report(node.place, shown(node), result.problem, result.fix);
  return undefined;
}

function expectNumber(node: ScalarNode, report: Report): number | undefined {
  if (typeof node.value === 'number' && Number.isFinite(node.value)) return node.value;
  const fix = typeof node.value === 'string' && numberOf(node.value) !== null ? 'remove the quotes' : 'write a number';
  report(node.place, shown(node), `a numeric modifier needs a number, here stands ${kindOf(node)}`, fix);
  return undefined;
}

function numberValue(operator: NumberOperator, node: ScalarNode, report: Report): ValueTest | undefined {
  const limit = expectNumber(node, report);
  if (limit === undefined) return undefined;
  return opaque((text) => {
    const value = numberOf(text);
    return value !== null && compareNumbers(operator, value, limit);
  });
}

function timeValue(
  modifiers: Modifiers,
  part: NonNullable<Modifiers['timePart']>,
  node: ScalarNode,
  report: Report,
): ValueTest | undefined {
  const wanted = expectNumber(node, report);
  if (wanted === undefined) return undefined;
  const [min, max] = TIME_PARTS.get(part) ?? [0, 0];
  if (!Number.isInteger(wanted) || wanted < min || wanted > max) {
    report(node.place, shown(node), `'${part}' is a whole number`, `${min} to ${max}`);
    return undefined;
  }
  const { compare } = modifiers;
  const operator = compare === 'lt' || compare === 'lte' || compare === 'gt' || compare === 'gte' ? compare : null;
  return opaque((text) => {
    const value = timePartOf(text, part);
    if (value === null) return false;
    return operator === null ? value === wanted : compareNumbers(operator, value, wanted);
  });
}
