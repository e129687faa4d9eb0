import type { DetectionRule, LogsourceRule, Pack, Rule } from '../model/rule.js';
import { capture, captureFrom } from './capture.js';
import type { RuleFacts } from './context.js';
import type { Referable, RuleDocument } from './document.js';
import { type LoadedRuleSet, type ReferableRules, sortRules } from './load.js';
import { entryOf, type YamlNode } from './node.js';
import { type Packed, pack, unpack } from './packed-tree.js';
import type { Report } from './report.js';
import { list } from './section.js';
import { compileDetection, compileWhere } from './sigma/compile.js';

/**
 * A checked rule set as JSON: every rule without its functions, beside the parts of its document that those are
 * compiled from. It crosses threads, and the core pack is shipped as one, so that a run parses no YAML and compiles
 * only the rules that some record calls for (a few dozen of 400).
 */
export interface StoredRules {
  /** With those of the set it was loaded on top of; the rules are without. */
  readonly packs: readonly Pack[];
  readonly rules: readonly StoredRule[];
}

interface StoredRule {
  readonly data: object;
  /** `detection`, `capture` and `where` of the document, if it has them. */
  readonly parts: Readonly<Record<string, Packed>>;
  /** What rules that refer to it have to know. */
  readonly names: Pick<Referable, 'uuid' | 'name'>;
  readonly facts: StoredFacts | null;
}

type StoredFacts = Omit<RuleFacts, 'captures'> & { readonly captures: readonly string[] };

export function storeRules({ packs, rules, facts, documents }: LoadedRuleSet): StoredRules {
  const byId = new Map(documents.map((document) => [document.id, document]));
  const stored = rules.flatMap((rule): StoredRule[] => {
    const document = byId.get(rule.id);
    if (document === undefined) return [];
    const { uuid, name } = document;
    const names = { uuid, name };
    return [{ data: withoutFunctions(rule), parts: partsOf(document), names, facts: storeFacts(facts.get(rule.id)) }];
  });
  return { packs, rules: stored };
}

function storeFacts(facts: RuleFacts | undefined): StoredFacts | null {
  return facts === undefined ? null : { ...facts, captures: [...facts.captures] };
}

function withoutFunctions(rule: Rule): object {
  return Object.fromEntries(Object.entries(rule).filter(([, value]) => typeof value !== 'function'));
}

function partsOf(document: RuleDocument): Readonly<Record<string, Packed>> {
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

/** The rule set again, on top of `base`; `matches`, `capture` and `where` are compiled when they are first called. */
export function openRules({ packs, rules }: StoredRules, base?: ReferableRules): ReferableRules {
  const opened = rules.map(openRule);
  const names = rules.map(({ names: own }, at): Referable => {
    const { id, kind, logsource } = opened[at] as LogsourceRule;
    return { id, kind, ...own, logsource: kind === 'logsource' ? logsource : null };
  });
  const facts = rules.flatMap(({ data, facts: own }): [string, RuleFacts][] =>
    own === null ? [] : [[(data as Rule).id, { ...own, captures: new Set(own.captures) }]],
  );
  return {
    packs,
    rules: base === undefined ? opened : sortRules([...base.rules, ...opened]),
    errors: [],
    names: [...(base?.names ?? []), ...names],
    facts: new Map([...(base?.facts ?? []), ...facts]),
  };
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
