import type { RuleError } from '../model/rule.js';
import { shown, type YamlNode } from './node.js';
import { fileName, type PackFile, readPackFiles, TEST_SUFFIX } from './pack-files.js';
import { collectMistakes, type Report, watchReport } from './report.js';
import {
  has,
  list,
  mapOf,
  number,
  oneOf,
  openSection,
  optional,
  type Reader,
  required,
  type Section,
  text,
} from './section.js';
import { readFiles, readTestEvent, type TestEvent } from './test-input.js';
import { causeId, incidentKind } from './vocabulary-readers.js';
import { readYaml } from './yaml-document.js';

/** The cases of one `<rule>.test.yaml`. */
export interface RuleTest {
  /** Id of the rule beside it. */
  readonly rule: string;
  readonly file: string;
  readonly cases: readonly RuleTestCase[];
}

export interface RuleTestCase {
  readonly name: string;
  readonly line: number;
  /** Path inside the case to its content. */
  readonly files: Readonly<Record<string, string>>;
  readonly events: readonly TestEvent[];
  readonly expect: Expectation;
}

export type Expectation =
  | { readonly outcome: 'silent' | 'not-applicable' }
  | {
      readonly outcome: 'matched';
      /** How many detections; null when only incidents are expected. */
      readonly matched: number | null;
      readonly captures: Readonly<Record<string, string>>;
      readonly incidents: readonly ExpectedIncident[];
    };

/** Parts that are left out may be anything. */
export interface ExpectedIncident {
  readonly kind: string | null;
  readonly entity: string | null;
  readonly cause: string | null;
  readonly verdict: string | null;
}

export interface RuleTests {
  readonly tests: readonly RuleTest[];
  readonly errors: readonly RuleError[];
}

/** Reads every `*.test.yaml` of a pack. Nothing is run here. */
export function loadRuleTests(dir: string): RuleTests {
  const mistakes = collectMistakes();
  const files = readPackFiles(dir, () => {});
  const pack = packId(files.pack, dir);
  const tests = files.tests.flatMap((file) => readRuleTest(file, pack, mistakes.report) ?? []);
  if (files.pack === null) {
    const place = { file: fileName(dir, 'pack.yaml'), line: 1, column: 1 };
    mistakes.report(place, 'pack.yaml', 'the folder has no pack.yaml', 'name the folder of a pack');
  }
  return { tests, errors: mistakes.sorted() };
}

function packId(pack: PackFile | null, dir: string): string {
  const node = pack?.text == null ? undefined : readYaml(pack.file, pack.text, () => {});
  const entry = node?.kind === 'map' ? node.entries.find(({ name }) => name === 'id')?.value : undefined;
  if (entry?.kind === 'scalar' && typeof entry.value === 'string') return entry.value;
  return dir.replaceAll('\\', '/').replace(/\/+$/, '').split('/').at(-1) ?? dir;
}

/** Undefined when the document has a mistake (then reported). */
export function readRuleTest(file: PackFile, pack: string, report: Report): RuleTest | undefined {
  const watch = watchReport(report);
  const node = file.text === null ? undefined : readYaml(file.file, file.text, watch.report);
  const section = node === undefined ? undefined : openSection(node, 'the test', watch.report, ['cases']);
  if (section === undefined) return undefined;
  const cases = required(section, 'cases', list(testCase, { min: 1 })) ?? [];
  const names = new Set<string>();
  for (const { name, line } of cases) {
    const place = { file: file.file, line, column: 1 };
    if (names.has(name)) watch.report(place, name, `two cases are called '${name}'`, 'rename one');
    names.add(name);
  }
  if (watch.failed()) return undefined;
  return { rule: `${pack}/${file.path.slice(0, -TEST_SUFFIX.length)}`, file: file.file, cases };
}

const testCase: Reader<RuleTestCase> = (node, what, report) => {
  const section = openSection(node, what, report, ['name', 'files', 'events', 'expect']);
  if (section === undefined) return undefined;
  const name = required(section, 'name', text({ max: 256 }));
  const files = optional(section, 'files', readFiles, {});
  const events = optional(section, 'events', list(readTestEvent, { min: 1 }), []);
  const expect = required(section, 'expect', expectation);
  const keys = section.node.entries.map((entry) => entry.name);
  if (!keys.includes('files') && !keys.includes('events'))
    report(
      node.place,
      shown(node),
      `${what} has neither files nor events`,
      "add 'files: {}' for a case without evidence",
    );
  if (name === undefined || files === undefined || events === undefined || expect === undefined) return undefined;
  return { name, line: node.place.line, files, events, expect };
};

const expectation: Reader<Expectation> = (node, what, report) => {
  if (node.kind === 'scalar') {
    const outcome = oneOf(['silent', 'not-applicable'] as const, 'outcomes')(node, what, report);
    return outcome === undefined ? undefined : { outcome };
  }
  const section = openSection(node, what, report, ['matched', 'captures', 'incidents']);
  return section === undefined ? undefined : matchExpectation(section, node, report);
};

function matchExpectation(section: Section, node: YamlNode, report: Report): Expectation | undefined {
  const matched = optional(section, 'matched', number({ min: 1, integer: true }), null);
  const captures = optional(section, 'captures', mapOf(captured), new Map<string, string>());
  const incidents = optional(section, 'incidents', list(expectedIncident, { min: 1 }), []);
  if (matched === undefined || captures === undefined || incidents === undefined) return undefined;
  if (!has(section, 'matched') && !has(section, 'incidents')) {
    const fix = "write 'matched: 1', 'incidents: [...]', 'silent' or 'not-applicable'";
    report(node.place, shown(node), 'nothing is expected', fix);
    return undefined;
  }
  return { outcome: 'matched', matched, captures: Object.fromEntries(captures), incidents };
}

/** Captures are texts; a number may stand without quotes when its text is the same. */
const captured: Reader<string> = (node, what, report) => {
  if (node.kind === 'scalar' && typeof node.value === 'number') return node.written;
  if (node.kind === 'scalar' && node.value === '') return '';
  return text()(node, what, report);
};

const expectedIncident: Reader<ExpectedIncident> = (node, what, report) => {
  const section = openSection(node, what, report, ['kind', 'entity', 'cause', 'verdict']);
  if (section === undefined) return undefined;
  const kind = optional(section, 'kind', incidentKind, null);
  const entity = optional(section, 'entity', text(), null);
  const cause = optional(section, 'cause', causeId, null);
  const verdict = optional(section, 'verdict', text({ pattern: /^[a-z-]+$/, fix: 'write it in lower case' }), null);
  if (kind === undefined || entity === undefined || cause === undefined || verdict === undefined) return undefined;
  return { kind, entity, cause, verdict };
};
