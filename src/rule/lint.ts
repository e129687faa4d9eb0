import type { DetectionRule, Rule } from '../model/rule.js';
import type { RuleDocument } from './document.js';
import type { LoadedRuleSet } from './load.js';
import { entryOf, type MapNode, type Place, shown } from './node.js';
import { compareText } from './report.js';
import { type RuleTest, readRuleTest } from './rule-test.js';

/** Not a mistake, but something a reviewer asks about. */
export interface LintFinding {
  readonly code: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly offending: string;
  readonly problem: string;
  readonly fix: string;
}

type Find = (code: string, place: Place, offending: string, problem: string, fix: string) => void;

/** Longer names are cut off in every table. */
const MAX_FILE_NAME = 60;

/** Advice on packs that load. In the order file, line, column, code. */
export function lintRules(ruleSet: LoadedRuleSet): readonly LintFinding[] {
  const findings: LintFinding[] = [];
  const find: Find = (code, place, offending, problem, fix) => {
    const { file, line, column } = place;
    findings.push({ code, file, line, column, offending, problem, fix });
  };
  const byId = new Map(ruleSet.documents.map((document) => [document.id, document]));
  for (const rule of ruleSet.rules) {
    const document = byId.get(rule.id);
    if (document !== undefined) lintRule(rule, document, find);
  }
  lintTitles(ruleSet.documents, find);
  lintTests(ruleSet, find);
  for (const document of ruleSet.documents) lintName(document, find);
  return findings.sort(compareFindings);
}

function compareFindings(a: LintFinding, b: LintFinding): number {
  return (
    compareText(a.file, b.file) ||
    a.line - b.line ||
    a.column - b.column ||
    compareText(a.code, b.code) ||
    compareText(a.problem, b.problem)
  );
}

function placeOf(node: MapNode, key: string): Place {
  return entryOf(node, key)?.key.place ?? node.place;
}

function lintRule(rule: Rule, { node }: RuleDocument, find: Find): void {
  if (rule.kind === 'detection') lintDetection(rule, node, find);
  const isOnset = 'role' in rule && rule.role === 'onset';
  if (isOnset && rule.wording === 'memory') {
    const fix = 'find the wording in a source or a log, or make it a marker';
    find('memory-onset', placeOf(node, 'tags'), 'wording.memory', 'opens incidents on a wording from memory', fix);
  }
  if (rule.kind !== 'hypothesis') return;
  if (rule.references.length === 0)
    find('no-references', node.place, shown(node), 'a cause without a reference', "add 'references:'");
  if (rule.remedy.length === 0)
    find('no-remedy', placeOf(node, 'hypothesis'), 'hypothesis', 'a cause without a remedy', "add 'remedy:'");
}

function lintDetection(rule: DetectionRule, node: MapNode, find: Find): void {
  if (rule.literals === null && rule.eventIds === null) {
    // One such rule over a log in which one line of a thousand matters; 7 s of them are decoding.
    const cost =
      'and a large log then takes as long as one in which every line is relevant (rows 1 and 3 of bench/RESULTS.md: nine times)';
    const held = rule.needs === null ? ' and held against it' : '';
    const problem = `implies no text and no event id: every record of ${rule.logsourceId} is decoded for it${held}, ${cost}`;
    const fix = 'add a selection on a fixed part of the message (three characters or more) or on EventID';
    find('no-literal', placeOf(node, 'detection'), 'detection', problem, fix);
  }
  if (rule.role === 'onset' && rule.entity === null) {
    const fix = "add 'entity: {type: ..., field: ...}'";
    find('onset-without-entity', placeOf(node, 'x-faultline'), 'x-faultline', 'an onset of nothing in particular', fix);
  }
}

function lintTitles(documents: readonly RuleDocument[], find: Find): void {
  const seen = new Map<string, string>();
  for (const document of documents) {
    const value = entryOf(document.node, 'title')?.value;
    if (value?.kind !== 'scalar' || typeof value.value !== 'string') continue;
    const title = value.value.trim().toLowerCase();
    const other = seen.get(title);
    if (other !== undefined)
      find('duplicate-title', value.place, value.value, `${other} has the same title`, 'say what is different');
    else seen.set(title, document.id);
  }
}

function lintName(document: RuleDocument, find: Find): void {
  const name = document.id.slice(document.id.lastIndexOf('/') + 1);
  const start: Place = { file: document.file, line: 1, column: 1 };
  if (name.length > MAX_FILE_NAME)
    find('file-name', start, name, `a file name of ${name.length} characters`, `at most ${MAX_FILE_NAME}`);
  else if (/^-|-$|--/.test(name)) find('file-name', start, name, 'hyphens separate words', "write 'word-word'");
  else if (name.startsWith('no-')) find('file-name', start, name, "'no-' hides what is found", 'name what is seen');
}

/** Samples are the tests of a logsource; every other document has a test file beside it. */
function lintTests(ruleSet: LoadedRuleSet, find: Find): void {
  const tested = new Set<string>();
  const ids = new Set(ruleSet.documents.map(({ id }) => id));
  for (const { pack, file } of ruleSet.tests) {
    const start: Place = { file: file.file, line: 1, column: 1 };
    const rule = `${pack}/${file.path.slice(0, -'.test.yaml'.length)}`;
    tested.add(rule);
    if (!ids.has(rule))
      find('test-without-rule', start, rule, 'there is no rule beside this test', 'rename or remove it');
    const errors: LintFinding[] = [];
    const test = readRuleTest(file, pack, (place, offending, problem, fix) => {
      const told = typeof fix === 'string' ? fix : fix();
      errors.push({ code: 'broken-test', ...place, offending, problem, fix: told });
    });
    for (const error of errors) find(error.code, error, error.offending, error.problem, error.fix);
    if (test !== undefined) lintCases(test, start, find);
  }
  for (const document of ruleSet.documents) {
    if (document.kind === 'logsource' || tested.has(document.id)) continue;
    const name = document.file.replace(/\.yaml$/, '.test.yaml');
    const start: Place = { file: document.file, line: 1, column: 1 };
    find('rule-without-test', start, document.id, 'the rule has no test', `write ${name}`);
  }
}

function lintCases(test: RuleTest, start: Place, find: Find): void {
  const outcomes = new Set<string>(test.cases.map(({ expect }) => expect.outcome));
  const missing = [
    ['matched', 'fires'],
    ['silent', 'stays silent'],
    ['not-applicable', 'has no source'],
  ].filter(([outcome]) => !outcomes.has(outcome ?? ''));
  for (const [outcome = '', what = ''] of missing)
    find('missing-case', start, test.rule, `no case in which the rule ${what}`, `add one that expects ${outcome}`);
}
