import { UserError } from '../model/user-error.js';
import { formatRuleError } from '../rule/format-rule-error.js';
import { lintRules } from '../rule/lint.js';
import { loadPacks } from '../rule/load.js';
import { loadRuleTests } from '../rule/rule-test.js';
import { corePack, withSource } from './load-rules.js';
import { PARSERS } from './parsers.js';
import { checkSamples } from './rule-samples.js';
import { runRuleTests } from './rule-tests.js';

/** A pack alone, or beside the core pack its rules may refer to. */
function packsWith(dir: string): readonly string[] {
  const core = corePack();
  const ids = loadPacks([dir]).packs.map((pack) => pack.id);
  return ids.includes('core') ? [dir] : [core, dir];
}

/** `faultline rules lint DIR`: every mistake and every piece of advice. Exit 2 on mistakes, 0 otherwise. */
export function runLint(dir: string): number {
  const ruleSet = loadPacks(packsWith(dir));
  if (ruleSet.errors.length > 0) throw mistakes(ruleSet.errors.map(withSource));
  const tests = loadRuleTests(dir);
  if (tests.errors.length > 0) throw mistakes(tests.errors.map(withSource));
  const findings = lintRules(ruleSet).filter((finding) => finding.file.startsWith(dir));
  for (const { file, line, column, offending, problem, fix, code } of findings) {
    process.stdout.write(
      `${formatRuleError({ file, line, column, offending, problem: `${problem} [${code}]`, fix })}\n`,
    );
  }
  const bad = checkSamples(ruleSet.rules, PARSERS);
  for (const problem of bad) process.stdout.write(`${problem}\n`);
  const own = ruleSet.rules.filter((rule) => rule.file.startsWith(dir)).length;
  process.stdout.write(
    `${own} rules, 0 mistakes, ${findings.length} pieces of advice, ${bad.length} logsource samples that do not parse\n`,
  );
  return bad.length > 0 ? 2 : 0;
}

/** `faultline rules test DIR`: runs every case through the whole program. Exit 1 when one fails. */
export async function runTests(dir: string, only: string | undefined): Promise<number> {
  const ruleSet = loadPacks(packsWith(dir));
  if (ruleSet.errors.length > 0) throw mistakes(ruleSet.errors.map(withSource));
  const { tests, errors } = loadRuleTests(dir);
  if (errors.length > 0) throw mistakes(errors.map(withSource));
  const chosen = only === undefined ? tests : tests.filter((test) => test.rule.includes(only));
  if (chosen.length === 0)
    throw new UserError(
      `no tests in ${dir}${only === undefined ? '' : ` match ${only}`}`,
      'put <rule>.test.yaml beside each rule',
    );
  const results = await runRuleTests(chosen, ruleSet, PARSERS);
  const failed = results.filter((result) => result.problems.length > 0);
  for (const { test, name, line, problems } of failed) {
    process.stdout.write(
      `FAILED ${test.rule}: ${name} (${test.file}:${line})\n${problems.map((p) => `  ${p}\n`).join('')}`,
    );
  }
  process.stdout.write(`${results.length - failed.length} passed, ${failed.length} failed\n`);
  return failed.length > 0 ? 1 : 0;
}

function mistakes(shown: readonly string[]): UserError {
  return new UserError(`${shown.length} mistake(s):\n${shown.join('\n')}`, 'mend them and run it again');
}
