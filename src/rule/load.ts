import type { DetectionRule, Pack, Rule, RuleSet } from '../model/rule.js';
import { buildCatalogue, type Catalogue } from './catalogue.js';
import { compileCorrelationRule, correlationFacts } from './compile-correlation.js';
import { type CompiledDetectionRule, compileDetectionRule } from './compile-detection.js';
import { compileHypothesisRule } from './compile-hypothesis.js';
import { compileIncidentRule } from './compile-incident.js';
import { compileLogsourceRule } from './compile-logsource.js';
import { compileMetricRule } from './compile-metric.js';
import type { CompileContext, RuleFacts } from './context.js';
import { checkExcuses, orderCorrelations } from './cycles.js';
import { type DocumentKind, type Referable, type RuleDocument, readDocument, ruleId } from './document.js';
import { entryOf } from './node.js';
import { readPack } from './pack.js';
import { type PackFile, readPackFiles } from './pack-files.js';
import { collectMistakes, compareText, type Report } from './report.js';

/** A rule set on top of which others can be loaded: they may refer to its rules. */
export interface ReferableRules extends RuleSet {
  readonly names: readonly Referable[];
  readonly facts: ReadonlyMap<string, RuleFacts>;
}

const NO_RULES: ReferableRules = { packs: [], rules: [], errors: [], names: [], facts: new Map() };

/** A rule set that still knows the files it came from; `lintRules` needs them. */
export interface LoadedRuleSet extends ReferableRules {
  /** Of the packs that were read, not of the rules they were loaded on top of. */
  readonly documents: readonly RuleDocument[];
  readonly tests: readonly { readonly pack: string; readonly file: PackFile }[];
}

interface Loading {
  readonly catalogue: Catalogue;
  readonly facts: Map<string, RuleFacts>;
  readonly rules: Rule[];
  readonly report: Report;
}

/**
 * Reads and compiles the packs in `dirs`, each a folder with `pack.yaml`, on top of `base`. Never throws on what a pack
 * holds: every mistake is in `errors`, and a rule with a mistake is not in `rules`.
 */
export function loadPacks(dirs: readonly string[], base: ReferableRules = NO_RULES): LoadedRuleSet {
  const mistakes = collectMistakes();
  const packs: Pack[] = [...base.packs];
  const documents: RuleDocument[] = [];
  const broken = new Set<string>();
  const tests: { readonly pack: string; readonly file: PackFile }[] = [];
  for (const dir of dirs) {
    const files = readPackFiles(dir, mistakes.report);
    const pack = readPack(dir, files, mistakes.report);
    if (pack !== undefined && packs.some(({ id }) => id === pack.id)) {
      const place = { file: files.pack?.file ?? dir, line: 1, column: 1 };
      mistakes.report(place, pack.id, `a pack '${pack.id}' is already loaded`, 'give it another id, or name it once');
      continue;
    }
    if (pack !== undefined) packs.push(pack);
    // Without a readable pack.yaml the rules are still checked, under the name of their folder.
    const id = pack?.id ?? folderName(dir);
    for (const file of files.rules) {
      const document = readDocument(file, id, mistakes.report);
      if (document === undefined) broken.add(ruleId(file, id));
      else documents.push(document);
    }
    tests.push(...files.tests.map((file) => ({ pack: id, file })));
  }
  const catalogue = buildCatalogue(base.names, documents, broken, mistakes.report);
  const loading: Loading = { catalogue, facts: new Map(base.facts), rules: [...base.rules], report: mistakes.report };
  const rules = compileDocuments(loading, documents);
  const names = [...base.names, ...documents];
  return { packs, rules, errors: mistakes.sorted(), names, facts: loading.facts, documents, tests };
}

function folderName(dir: string): string {
  return dir.replaceAll('\\', '/').replace(/\/+$/, '').split('/').at(-1) ?? dir;
}

/** What refers comes after what is referred to, so that roles and captures of the latter are known. */
function compileDocuments(loading: Loading, documents: readonly RuleDocument[]): readonly Rule[] {
  const { catalogue, report } = loading;
  const of = (kind: DocumentKind) => documents.filter((document) => document.kind === kind);
  const all = <T extends Rule>(kind: DocumentKind, compile: (context: CompileContext) => T | undefined): readonly T[] =>
    of(kind).flatMap((document) => compile(contextOf(loading, document)) ?? []);
  loading.rules.push(...all('logsource', compileLogsourceRule));
  for (const metric of all('metric', compileMetricRule)) {
    loading.rules.push(metric);
    loading.facts.set(metric.id, { role: metric.role, wording: metric.wording, captures: new Set() });
  }
  const detections = of('detection').flatMap((document) => compileDetectionRule(contextOf(loading, document)) ?? []);
  for (const detection of detections) addDetection(loading, detection);
  const byId = new Map(documents.map((document) => [document.id, document]));
  for (const { rule } of detections) checkUnless(loading, rule, byId.get(rule.id));
  checkExcuses(documents, catalogue, report);
  for (const document of orderCorrelations(documents, catalogue, report)) addCorrelation(loading, document);
  loading.rules.push(...all('incident', compileIncidentRule), ...all('hypothesis', compileHypothesisRule));
  return sortRules(loading.rules);
}

export function sortRules(rules: readonly Rule[]): readonly Rule[] {
  return [...rules].sort((a, b) => compareText(a.id, b.id));
}

function contextOf(loading: Loading, document: RuleDocument): CompileContext {
  return { document, catalogue: loading.catalogue, facts: loading.facts, report: loading.report };
}

function addDetection(loading: Loading, { rule, captureNames }: CompiledDetectionRule): void {
  loading.rules.push(rule);
  loading.facts.set(rule.id, { role: rule.role, wording: rule.wording, captures: captureNames });
}

/** Equal captures need the name on both sides. */
function checkUnless(loading: Loading, rule: DetectionRule, document: RuleDocument | undefined): void {
  const other = rule.unless === null ? undefined : loading.facts.get(rule.unless.rule);
  if (rule.unless === null || other === undefined || document === undefined) return;
  const extension = entryOf(document.node, 'x-faultline')?.value;
  const unless = extension?.kind === 'map' ? entryOf(extension, 'unless')?.value : undefined;
  const same = unless?.kind === 'map' ? entryOf(unless, 'same')?.value : undefined;
  for (const node of same?.kind === 'list' ? same.items : []) {
    const name = node.kind === 'scalar' ? String(node.value) : '';
    if (other.captures.has(name)) continue;
    const problem = `${rule.unless.rule} has no capture '${name}' to compare with`;
    loading.report(node.place, name, problem, `capture it there: (?P<${name}>...)`);
  }
}

function addCorrelation(loading: Loading, document: RuleDocument): void {
  const rule = compileCorrelationRule(contextOf(loading, document));
  if (rule === undefined) return;
  loading.rules.push(rule);
  loading.facts.set(rule.id, correlationFacts(rule, loading.facts));
}
