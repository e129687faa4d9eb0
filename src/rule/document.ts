import type { Logsource, Rule } from '../model/rule.js';
import { suggest } from './nearest.js';
import { entryOf, kindOf, type MapNode, shown, type YamlNode } from './node.js';
import type { PackFile } from './pack-files.js';
import type { Report } from './report.js';
import { readYaml } from './yaml-document.js';

export type DocumentKind = Rule['kind'];

/** A rule as others may refer to it. */
export interface Referable {
  readonly id: string;
  readonly kind: DocumentKind;
  /** Sigma `id` and `name`: other ways to refer to a rule. */
  readonly uuid: string | null;
  readonly name: string | null;
  /** What a document of kind `logsource` defines. */
  readonly logsource: Logsource | null;
}

/** One rule file, parsed but not yet checked. */
export interface RuleDocument extends Referable {
  readonly pack: string;
  readonly file: string;
  readonly node: MapNode;
}

const OWN_KINDS = ['logsource', 'metric', 'incident', 'hypothesis'] as const;

export function ruleId(file: PackFile, pack: string): string {
  return `${pack}/${file.path.slice(0, -'.yaml'.length)}`;
}

/** Undefined when the file holds no rule (then reported). */
export function readDocument(file: PackFile, pack: string, report: Report): RuleDocument | undefined {
  const start = { file: file.file, line: 1, column: 1 };
  const stem = file.path.slice(0, -'.yaml'.length);
  const wrongPart = stem.split('/').find((part) => !/^[a-z0-9-]+$/.test(part));
  if (wrongPart !== undefined)
    report(
      start,
      wrongPart,
      `'${wrongPart}' cannot be part of a rule id`,
      'name files and folders with a-z, 0-9 and -',
    );
  if (file.text === null) return undefined;
  const node = readYaml(file.file, file.text, report);
  if (node === undefined) return undefined;
  if (node.kind !== 'map') {
    report(node.place, shown(node), `a rule is a map, here stands ${kindOf(node)}`, "begin with 'title: ...'");
    return undefined;
  }
  const kind = documentKind(node, report);
  if (kind === undefined) return undefined;
  const textOf = (key: string): string | null => {
    const value = entryOf(node, key)?.value;
    return value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : null;
  };
  const logsource = kind === 'logsource' ? logsourceOf(entryOf(node, 'logsource')?.value) : null;
  const names = { uuid: textOf('id'), name: textOf('name'), logsource };
  return { id: ruleId(file, pack), pack, file: file.file, kind, node, ...names };
}

/** The parts of a `logsource` map, unchecked. */
function logsourceOf(node: YamlNode | undefined): Logsource | null {
  if (node?.kind !== 'map') return null;
  const part = (name: string): string | null => {
    const value = entryOf(node, name)?.value;
    return value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : null;
  };
  return { product: part('product'), service: part('service'), category: part('category') };
}

function documentKind(node: MapNode, report: Report): DocumentKind | undefined {
  const kind = entryOf(node, 'kind');
  if (kind !== undefined) {
    const value = kind.value.kind === 'scalar' ? kind.value.value : null;
    const own = OWN_KINDS.find((candidate) => candidate === value);
    const fix = suggest(String(value), OWN_KINDS, 'kinds');
    if (own === undefined) report(kind.value.place, shown(kind.value), `unknown kind '${String(value)}'`, fix);
    return own;
  }
  if (entryOf(node, 'correlation') !== undefined) return 'correlation';
  const filter = entryOf(node, 'filter');
  if (filter !== undefined) {
    const problem = 'Sigma filters are not supported';
    report(filter.key.place, 'filter', problem, 'put the exclusion into the rule, or write an unless');
    return undefined;
  }
  if (entryOf(node, 'detection') !== undefined) return 'detection';
  const fix = "add 'detection:', 'correlation:' or 'kind:'";
  report(node.place, shown(node), 'this is neither a detection, a correlation nor one of our kinds', fix);
  return undefined;
}
