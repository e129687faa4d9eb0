import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = new URL('../../', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'faultline-law-'));
const bin = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');

beforeAll(() => {
  for (const part of ['src', 'parsers', '.dependency-cruiser.mjs', 'tsconfig.json', 'package.json'])
    cpSync(join(root, part), join(folder, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Names of the broken rules. */
function brokenRules(): readonly string[] {
  const args = [bin, '--config', '.dependency-cruiser.mjs', '--output-type', 'json', 'src', 'parsers'];
  let output: string;
  try {
    output = execFileSync(process.execPath, args, {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch (error) {
    output = (error as { stdout: string }).stdout;
  }
  const result = JSON.parse(output) as { summary: { violations: { rule: { name: string } }[]; totalCruised: number } };
  expect(result.summary.totalCruised).toBeGreaterThan(100);
  return [...new Set(result.summary.violations.map((v) => v.rule.name))].sort();
}

test('the import law holds', () => {
  expect(brokenRules()).toEqual([]);
}, 120_000);

/** One violation of each rule: file that breaks it, what it imports. */
const PLANTED: readonly (readonly [string, string, string])[] = [
  ['model-imports', 'src/model/planted.ts', "import '../parser/stamp.js';"],
  ['parser-imports', 'src/parser/planted.ts', "import 'zod';"],
  ['parser-folders', 'parsers/iostat/planted.ts', "import '../perfmon-csv/row.js';"],
  ['scan-imports', 'src/scan/planted.ts', "import '../rule/load.js';"],
  ['ingest-imports', 'src/ingest/planted.ts', "import '../rule/load.js';"],
  ['rule-imports', 'src/rule/planted.ts', "import '../ingest/lines.js';"],
  ['detect-imports', 'src/detect/planted.ts', "import 'yaml';"],
  ['clock-imports', 'src/clock/planted.ts', "import 'zod';"],
  ['topology-imports', 'src/topology/planted.ts', "import 'yaml';"],
  ['correlate-imports', 'src/correlate/planted.ts', "import 'yaml';"],
  ['gaps-imports', 'src/gaps/planted.ts', "import 'yaml';"],
  ['attribute-imports', 'src/attribute/planted.ts', "import 'yaml';"],
  ['stages-apart', 'src/attribute/planted-stage.ts', "import '../correlate/correlate.js';"],
  ['store-imports', 'src/store/planted.ts', "import '../read-case.js';"],
  ['report-imports', 'src/report/planted.ts', "import '../analyze.js';"],
  ['search-imports', 'src/search/planted.ts', "import '../rule/load.js';"],
  ['nobody-imports-cli', 'src/ingest/planted-cli.ts', "import '../cli/span.js';"],
  ['files-opened-in-few-places', 'src/detect/planted-file.ts', "import 'node:fs';"],
  ['no-cycles', 'src/model/planted-cycle.ts', "import './planted-cycle-too.js';"],
  ['parsers-index', 'parsers/index.ts', "import '../src/ingest/lines.js';"],
  ['analyze-imports', 'src/analyze.ts', "import './report/json.js';"],
];

test('a planted violation of each rule is caught', () => {
  for (const [, file, line] of PLANTED) writeFileSync(join(folder, file), `${line}\nexport {};\n`, { flag: 'a' });
  writeFileSync(join(folder, 'src/model/planted-cycle-too.ts'), "import './planted-cycle.js';\nexport {};\n");
  const broken = brokenRules();
  for (const [rule] of PLANTED) expect(broken).toContain(rule);
}, 120_000);

test('every rule of the law has a planted violation', async () => {
  const config = (await import(join(root, '.dependency-cruiser.mjs'))) as {
    default: { forbidden: { name: string; comment: string }[] };
  };
  expect(config.default.forbidden.map((r) => r.name).sort()).toEqual(PLANTED.map(([rule]) => rule).sort());
  for (const rule of config.default.forbidden) expect(rule.comment.length).toBeGreaterThan(40);
});
