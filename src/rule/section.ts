import { parseDuration } from './duration.js';
import { nearest, suggest } from './nearest.js';
import { entryOf, kindOf, type MapNode, type ScalarNode, shown, type YamlNode } from './node.js';
import type { Report } from './report.js';

/** A map whose keys were checked. Values are read one by one with a Reader. */
export interface Section {
  readonly node: MapNode;
  /** How messages call it: `x-faultline`, `evidence[2]`. */
  readonly what: string;
  readonly report: Report;
  /** Keys that an unknown key is a misspelling of: that they are missing is no second mistake. */
  readonly misspelt: ReadonlySet<string>;
}

/** Turns a node into a value, or reports what is wrong with it and gives undefined. `what` names it in messages. */
export type Reader<T> = (node: YamlNode, what: string, report: Report) => T | undefined;

/** Extra fixes for keys of other dialects that no edit distance would find. */
const RENAMED: ReadonlyMap<string, string> = new Map([
  ['timeframe', "write a correlation with 'timespan'"],
  ['aggregation', 'write a correlation'],
  ['action', 'write one file per rule; collections are not read'],
]);

export function openSection(
  node: YamlNode,
  what: string,
  report: Report,
  keys: readonly string[],
): Section | undefined {
  if (node.kind !== 'map') {
    report(node.place, shown(node), `${what} is a map, here stands ${kindOf(node)}`, `known keys: ${keys.join(', ')}`);
    return undefined;
  }
  const misspelt = new Set<string>();
  for (const { key, name } of node.entries) {
    if (keys.includes(name)) continue;
    const meant = nearest(name, keys);
    if (meant !== null) misspelt.add(meant);
    const fix = RENAMED.get(name) ?? suggest(name, keys, 'known keys');
    report(key.place, name, `unknown key '${name}' in ${what}`, fix);
  }
  return { node, what, report, misspelt };
}

export function has(section: Section, key: string): boolean {
  return entryOf(section.node, key) !== undefined;
}

export function required<T>(section: Section, key: string, reader: Reader<T>): T | undefined {
  const entry = entryOf(section.node, key);
  if (entry !== undefined) return reader(entry.value, `'${key}'`, section.report);
  if (section.misspelt.has(key)) return undefined;
  section.report(section.node.place, shown(section.node), `${section.what} has no '${key}'`, `add '${key}:'`);
  return undefined;
}

export function optional<T, F>(section: Section, key: string, reader: Reader<T>, fallback: F): T | F | undefined {
  const entry = entryOf(section.node, key);
  return entry === undefined ? fallback : reader(entry.value, `'${key}'`, section.report);
}

function scalarOf(node: YamlNode, what: string, expected: string, report: Report): ScalarNode | undefined {
  if (node.kind === 'scalar' && node.value !== null) return node;
  report(node.place, shown(node), `${what} is ${expected}, here stands ${kindOf(node)}`, `write ${expected}`);
  return undefined;
}

export interface TextRules {
  readonly max?: number;
  readonly pattern?: RegExp;
  /** Fix when `pattern` does not match. */
  readonly fix?: string;
}

export function text(rules: TextRules = {}): Reader<string> {
  return (node, what, report) => {
    const scalar = scalarOf(node, what, 'a text', report);
    if (scalar === undefined) return undefined;
    if (typeof scalar.value !== 'string') {
      report(node.place, shown(node), `${what} is a text, here stands ${kindOf(node)}`, 'put it in single quotes');
      return undefined;
    }
    const value = scalar.value.trim();
    const max = rules.max ?? 65_535;
    if (value === '') report(node.place, shown(node), `${what} is empty`, 'write a text');
    else if (value.length > max)
      report(node.place, shown(node), `${what} has ${value.length} characters`, `at most ${max}`);
    else if (rules.pattern !== undefined && !rules.pattern.test(value))
      report(
        node.place,
        shown(node),
        `${what} cannot be '${value}'`,
        rules.fix ?? `it matches ${rules.pattern.source}`,
      );
    else return value;
    return undefined;
  };
}

/** Text that may span lines and keeps its layout. */
export const prose: Reader<string> = (node, what, report) =>
  text()(node, what, report) === undefined || node.kind !== 'scalar' ? undefined : String(node.value);

export interface NumberRules {
  readonly min?: number;
  readonly max?: number;
  /** `min` itself is not allowed. */
  readonly above?: boolean;
  readonly integer?: boolean;
}

export function number(rules: NumberRules = {}): Reader<number> {
  const expected = rules.integer === true ? 'a whole number' : 'a number';
  return (node, what, report) => {
    const scalar = scalarOf(node, what, expected, report);
    if (scalar === undefined) return undefined;
    const { value } = scalar;
    const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = rules;
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      const fix = typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value));
      const hint = fix ? 'remove the quotes' : `write ${expected}`;
      report(node.place, shown(node), `${what} is ${expected}, here stands ${kindOf(node)}`, hint);
    } else if (rules.integer === true && !Number.isInteger(value))
      report(node.place, shown(node), `${what} is a whole number`, `write ${Math.round(value)}`);
    else if (value < min || (rules.above === true && value === min))
      report(
        node.place,
        shown(node),
        `${what} is too small`,
        `${rules.above === true ? 'more than' : 'at least'} ${min}`,
      );
    else if (value > max) report(node.place, shown(node), `${what} is too large`, `at most ${max}`);
    else return value;
    return undefined;
  };
}

export const truth: Reader<boolean> = (node, what, report) => {
  if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value;
  report(
    node.place,
    shown(node),
    `${what} is true or false, here stands ${kindOf(node)}`,
    "write 'true' or 'false' unquoted",
  );
  return undefined;
};

/** `known` is the plural used in the fix: 'roles'. */
export function oneOf<T extends string>(values: readonly T[], known: string): Reader<T> {
  return (node, what, report) => {
    const value = text()(node, what, report);
    if (value === undefined) return undefined;
    const found = values.find((candidate) => candidate === value);
    if (found === undefined) report(node.place, value, `${what} cannot be '${value}'`, suggest(value, values, known));
    return found;
  };
}

export function duration(rules: { readonly zero?: boolean } = {}): Reader<number> {
  return (node, what, report) => {
    const scalar = scalarOf(node, what, "a duration such as '30s'", report);
    if (scalar === undefined) return undefined;
    const result = parseDuration(String(scalar.value).trim(), rules.zero ?? false);
    if ('seconds' in result) return result.seconds;
    report(node.place, shown(node), `${what}: ${result.problem}`, result.fix);
    return undefined;
  };
}

/** Items that cannot be read are left out (and reported). */
export function list<T>(item: Reader<T>, rules: { readonly min?: number } = {}): Reader<readonly T[]> {
  return (node, what, report) => {
    if (node.kind !== 'list') {
      report(
        node.place,
        shown(node),
        `${what} is a list, here stands ${kindOf(node)}`,
        "write a list: '[...]' or '- ...'",
      );
      return undefined;
    }
    if (node.items.length < (rules.min ?? 0)) {
      report(node.place, shown(node), `${what} is empty`, `at least ${rules.min ?? 0} expected`);
      return undefined;
    }
    return node.items.flatMap((value, i) => {
      const read = item(value, `${what}[${i}]`, report);
      return read === undefined ? [] : [read];
    });
  };
}

/** A list whose items must differ. */
export function distinct(item: Reader<string>, rules: { readonly min?: number } = {}): Reader<readonly string[]> {
  return (node, what, report) => {
    const seen = new Set<string>();
    const unique: Reader<string> = (value, name, tell) => {
      const read = item(value, name, tell);
      if (read !== undefined && seen.has(read))
        tell(value.place, shown(value), `'${read}' stands twice in ${what}`, 'keep one');
      if (read !== undefined) seen.add(read);
      return read;
    };
    return list(unique, rules)(node, what, report);
  };
}

/** A map with free keys. `key` checks them. */
export function mapOf<T>(
  value: Reader<T>,
  key: (entryKey: ScalarNode, name: string, report: Report) => string | undefined = (_node, name) => name,
  rules: { readonly min?: number } = {},
): Reader<ReadonlyMap<string, T>> {
  return (node, what, report) => {
    if (node.kind !== 'map') {
      report(node.place, shown(node), `${what} is a map, here stands ${kindOf(node)}`, "write 'name: value' pairs");
      return undefined;
    }
    if (node.entries.length < (rules.min ?? 0)) {
      report(node.place, shown(node), `${what} is empty`, `at least ${rules.min ?? 0} expected`);
      return undefined;
    }
    const result = new Map<string, T>();
    for (const entry of node.entries) {
      const name = key(entry.key, entry.name, report);
      const read = value(entry.value, `${what}.${entry.name}`, report);
      if (name !== undefined && read !== undefined) result.set(name, read);
    }
    return result;
  };
}
