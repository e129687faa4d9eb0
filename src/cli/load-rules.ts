import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RuleError, RuleSet } from '../model/rule.js';
import { UserError } from '../model/user-error.js';
import { formatRuleError } from '../rule/format-rule-error.js';
import { loadPacks } from '../rule/load.js';

/** The core pack that ships with the package, found from this file upwards (dist/src/cli or src/cli). */
export function corePack(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (let i = 0; i < 6; i++) {
    const pack = join(folder, 'rules', 'core');
    if (existsSync(join(pack, 'pack.yaml'))) return pack;
    folder = dirname(folder);
  }
  throw new Error('the core rule pack is missing from the installation');
}

/** Core pack and the packs of `--rules`; every mistake in them at once, before any evidence is read. */
export function loadRules(extra: readonly string[]): RuleSet {
  const ruleSet = loadPacks([corePack(), ...extra]);
  if (ruleSet.errors.length > 0) {
    const shown = ruleSet.errors.map(withSource).join('\n');
    throw new UserError(
      `${ruleSet.errors.length} mistake(s) in the rule packs:\n${shown}`,
      'mend them; `faultline rules lint DIR` checks a pack alone',
    );
  }
  return ruleSet;
}

/** The mistake with the line it stands on and a caret below. */
export function withSource(error: RuleError): string {
  return formatRuleError(error, lineOf(error));
}

function lineOf({ file, line }: RuleError): string | null {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/)[line - 1] ?? null;
  } catch {
    return null;
  }
}
