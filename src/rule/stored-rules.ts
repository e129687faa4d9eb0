import type { DetectionRule, LogsourceRule, Pack, Rule, RuleSet } from '../model/rule.js';
import { capture, captureFrom } from './capture.js';
import type { RuleDocument } from './document.js';
import type { LoadedRuleSet } from './load.js';
import { entryOf, type YamlNode } from './node.js';
import type { Report } from './report.js';
import { list } from './section.js';
import { compileDetection, compileWhere } from './sigma/compile.js';
import { type Packed, pack, unpack } from './stored-trees.js';

/**
 * A checked rule set as JSON: every rule without its functions, beside the parts of its document that those are
 * compiled from. It crosses threads, and the core pack is shipped as one, so that a run parses no YAML and compiles
 * only the rules that some record calls for (a few dozen of 400).
 */
export interface StoredRules {
  readonly packs: readonly Pack[];
  readonly rules: readonly StoredRule[];
}

interface StoredRule {
  readonly data: object;
  /** `detection`, `capture` and `where` of the document, if it has them. */
  readonly parts: Readonly<Record<string, Packed>>;
}

export function storeRules({ packs, rules, documents }: LoadedRuleSet): StoredRules {
  const byId = new Map(documents.map((document) => [document.id, document]));
  return { packs, rules: rules.map((rule) => ({ data: withoutFunctions(rule), parts: partsOf(byId.get(rule.id)) })) };
}

function withoutFunctions(rule: Rule): object {
  return Object.fromEntries(Object.entries(rule).filter(([, value]) => typeof value !== 'function'));
}

function partsOf(document: RuleDocument | undefined): Readonly<Record<string, Packed>> {
  if (document === undefined) return {};
  const extension = entryOf(document.node, 'x-faultline')?.value;
  const found = {
    detection: entryOf(document.node, 'detection')?.value,
    capture: extension?.kind === 'map' ? entryOf(extension, 'capture')?.value : undefined,
    where: document.kind === 'logsource' ? entryOf(document.node, 'where')?.value : undefined,
  };
  return Object.fromEntries(
    Object.entries(found).flatMap(([name, node]) => (node === undefined ? [] : [[name, pack(node)]])),
  );
}

/** The rule set again; `matches`, `capture` and `where` are compiled when they are first called. */
export function openRules({ packs, rules }: StoredRules): RuleSet {
  return { packs, rules: rules.map(openRule), errors: [] };
}

function openRule({ data, parts }: StoredRule): Rule {
  const rule = data as Rule;
  if (rule.kind === 'detection') return { ...rule, ...lazyDetection(rule, parts) };
  if (rule.kind === 'logsource') return { ...rule, where: lazyWhere(rule, parts) };
  return rule;
}

function lazyDetection(
  rule: DetectionRule,
  parts: Readonly<Record<string, Packed>>,
): Pick<DetectionRule, 'matches' | 'capture'> {
  const matches = later(() => {
    const windows = rule.logsource.product === 'windows';
    return compileDetection(nodeOf(parts.detection, rule.file), windows, refuse)?.matches ?? refuse();
  });
  const captured = later(() => {
    if (parts.capture === undefined) return captureFrom([]);
    return captureFrom(list(capture)(nodeOf(parts.capture, rule.file), 'capture', refuse) ?? refuse());
  });
  return { matches: (record) => matches()(record), capture: (record) => captured()(record) };
}

function lazyWhere(rule: LogsourceRule, parts: Readonly<Record<string, Packed>>): LogsourceRule['where'] {
  const { where } = parts;
  if (where === undefined) return null;
  const compiled = later(() => compileWhere(nodeOf(where, rule.file), refuse)?.matches ?? refuse());
  return (record) => compiled()(record);
}

function nodeOf(packed: Packed | undefined, file: string): YamlNode {
  return packed === undefined ? refuse() : unpack(packed, file);
}

/** What is stored was checked when it was stored. */
const refuse: Report & (() => never) = (): never => {
  throw new Error('a stored rule does not compile: build again');
};

function later<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
