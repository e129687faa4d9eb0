import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RuleError, RuleSet } from '../model/rule.js';
import { UserError } from '../model/user-error.js';
import { formatRuleError } from '../rule/format-rule-error.js';
import { loadPacks, type ReferableRules } from '../rule/load.js';
import { openRules, type StoredRules, storeRules } from '../rule/stored-rules.js';

/** The core pack that ships with the package, found from this file upwards (dist/bin, dist/src/cli or src/cli). */
export function corePack(): string {
  const found = findUpwards(join('rules', 'core', 'pack.yaml'));
  if (found === null) throw new Error('the core rule pack is missing from the installation');
  return dirname(found);
}

function findUpwards(path: string): string | null {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (let i = 0; i < 6; i++) {
    const found = join(folder, path);
    if (existsSync(found)) return found;
    folder = dirname(folder);
  }
  return null;
}

/** A loaded rule set, and the same as data for other threads. */
export interface LoadedRules {
  readonly ruleSet: RuleSet;
  readonly rulesForThreads: () => RulesForThreads;
}

export interface RulesForThreads {
  /** Whether the core pack as it was built belongs to it; every thread reads that for itself. */
  readonly onBuiltCore: boolean;
  readonly rules: StoredRules | null;
}

/** The core pack as `npm run build` compiled it; undefined in a source tree that was not built. */
function builtCore(): ReferableRules | undefined {
  const file = findUpwards('core-pack.json');
  return file === null ? undefined : openRules(JSON.parse(readFileSync(file, 'utf8')) as StoredRules);
}

/** Core pack and the packs of `--rules`; every mistake in them at once, before any evidence is read. */
export function loadRules(extra: readonly string[]): LoadedRules {
  const built = builtCore();
  const onBuiltCore = built !== undefined;
  if (built !== undefined && extra.length === 0)
    return { ruleSet: built, rulesForThreads: () => ({ onBuiltCore, rules: null }) };
  const ruleSet = built === undefined ? loadPacks([corePack(), ...extra]) : loadPacks(extra, built);
  if (ruleSet.errors.length > 0) {
    const shown = ruleSet.errors.map(withSource).join('\n');
    throw new UserError(
      `${ruleSet.errors.length} mistake(s) in the rule packs:\n${shown}`,
      'mend them; `faultline rules lint DIR` checks a pack alone',
    );
  }
  return { ruleSet, rulesForThreads: () => ({ onBuiltCore, rules: storeRules(ruleSet) }) };
}

/** The same rules in another thread. */
export function openInThread({ onBuiltCore, rules }: RulesForThreads): RuleSet {
  const built = onBuiltCore ? builtCore() : undefined;
  const opened = rules === null ? built : openRules(rules, built);
  if (opened === undefined) throw new Error('the built core pack is missing');
  return opened;
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
