import { expect, test } from 'vitest';
import { PARSERS } from '../../parsers/index.js';
import { corePack } from '../../src/cli/load-rules.js';
import { checkSamples } from '../../src/cli/rule-samples.js';
import { runRuleTests } from '../../src/cli/rule-tests.js';
import { lintRules } from '../../src/rule/lint.js';
import { loadPacks } from '../../src/rule/load.js';
import { loadRuleTests } from '../../src/rule/rule-test.js';

const core = loadPacks([corePack()]);
const { tests, errors } = loadRuleTests(corePack());

test('the core pack loads without a mistake', () => {
  expect([...core.errors, ...errors]).toEqual([]);
  expect(core.rules.length).toBeGreaterThan(300);
});

test('every rule has its test: a case that fires, one that stays silent, one without its source', () => {
  const missing = lintRules(core).filter((f) => /test/.test(f.code));
  expect(missing.map((f) => `${f.file}: ${f.problem}`)).toEqual([]);
});

test('no detection over large logs decodes its whole logsource', () => {
  // Backup logs are read whole by their parsers: a condition on their fields costs nothing more.
  const costly = lintRules(core).filter((f) => /literal/.test(f.code) && !f.file.includes('/backup/'));
  expect(costly.map((f) => f.file)).toEqual([]);
});

test('the samples of every logsource are recognised and parsed', () => {
  expect(checkSamples(core.rules, PARSERS)).toEqual([]);
});

test('every case of every rule holds', { timeout: 300_000 }, async () => {
  const results = await runRuleTests(tests, core, PARSERS);
  expect(
    results.filter((r) => r.problems.length > 0).map((r) => `${r.test.rule}: ${r.name}: ${r.problems.join('; ')}`),
  ).toEqual([]);
  expect(results.length).toBeGreaterThan(1000);
});
