import { analyze } from '../analyze.js';
import type { Input } from '../ingest/discover.js';
import type { Analysis } from '../model/analysis.js';
import type { RuleSet } from '../model/rule.js';
import type { Parser } from '../parser/parser.js';
import { readEvidence } from '../read-evidence.js';
import type { ExpectedIncident, RuleTest, RuleTestCase } from '../rule/rule-test.js';
import { renderEvents } from './event-xml.js';

export interface CaseResult {
  readonly test: RuleTest;
  readonly name: string;
  readonly line: number;
  /** Empty when the case holds. */
  readonly problems: readonly string[];
}

/** Runs every case as an operator's folder of its own: read, detect, correlate, attribute. */
export async function runRuleTests(
  tests: readonly RuleTest[],
  ruleSet: RuleSet,
  parsers: readonly Parser[],
): Promise<readonly CaseResult[]> {
  const results: CaseResult[] = [];
  for (const test of tests) {
    for (const testCase of test.cases) {
      const readings = await readEvidence(inputsOf(testCase), ruleSet.rules, parsers);
      const analysis = analyze({ readings, ruleSet, zones: [], clocks: [], span: null, entities: [] });
      results.push({ test, name: testCase.name, line: testCase.line, problems: judge(test, testCase, analysis) });
    }
  }
  return results;
}

function inputsOf(testCase: RuleTestCase): readonly Input[] {
  const files = Object.entries(testCase.files);
  const events = testCase.events.length === 0 ? [] : [['events.xml', renderEvents(testCase.events)] as const];
  return [...files, ...events]
    .map(([path, text]): Input => ({ kind: 'memory', path, content: Buffer.from(text, 'utf8') }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function judge(test: RuleTest, { expect }: RuleTestCase, analysis: Analysis): readonly string[] {
  const outcome = analysis.outcomes.find((o) => o.rule === test.rule);
  const problems: string[] = analysis.unrecognised.map((file) => `${file.path} is not recognised by any parser`);
  if (outcome === undefined) return [...problems, `there is no rule ${test.rule}`];
  if (expect.outcome !== outcome.outcome) problems.push(`expected ${expect.outcome}, got ${outcome.outcome}`);
  if (expect.outcome !== 'matched') return problems;
  const detections = analysis.detections.filter((d) => d.rule === test.rule);
  if (expect.matched !== null && detections.length !== expect.matched)
    problems.push(`expected ${expect.matched} detection(s), got ${detections.length}`);
  for (const [name, value] of Object.entries(expect.captures)) {
    const got = detections[0]?.captures[name];
    if (got !== value)
      problems.push(`capture ${name}: expected "${value}", got ${got === undefined ? 'nothing' : `"${got}"`}`);
  }
  for (const wanted of expect.incidents)
    if (!hasIncident(analysis, wanted))
      problems.push(`no incident ${JSON.stringify(wanted)}; got ${shownIncidents(analysis)}`);
  return problems;
}

function hasIncident(analysis: Analysis, wanted: ExpectedIncident): boolean {
  return analysis.incidents.some((incident, i) => {
    const attribution = analysis.attributions[i];
    return (
      (wanted.kind === null || incident.kind === wanted.kind) &&
      (wanted.entity === null || incident.entity.name === wanted.entity) &&
      (wanted.cause === null || attribution?.causes[0]?.cause === wanted.cause) &&
      (wanted.verdict === null || attribution?.verdict === wanted.verdict)
    );
  });
}

function shownIncidents(analysis: Analysis): string {
  const shown = analysis.incidents.map(
    (i, n) =>
      `${i.kind} ${i.entity.name} ${analysis.attributions[n]?.causes[0]?.cause} ${analysis.attributions[n]?.verdict}`,
  );
  return shown.length === 0 ? 'none' : shown.join('; ');
}
