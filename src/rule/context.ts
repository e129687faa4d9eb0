import type { Role } from '../model/detection.js';
import type { Wording } from '../model/rule.js';
import type { Catalogue } from './catalogue.js';
import type { RuleDocument } from './document.js';
import type { Report } from './report.js';

/** What compiled rules tell those that refer to them. A rule with a mistake is not in here. */
export interface RuleFacts {
  readonly role: Role;
  readonly wording: Wording;
  /** Names of its captures; group-by and aliases of a correlation. */
  readonly captures: ReadonlySet<string>;
}

export interface CompileContext {
  readonly document: RuleDocument;
  readonly catalogue: Catalogue;
  readonly facts: ReadonlyMap<string, RuleFacts>;
  readonly report: Report;
}

/** Captures that every one of `rules` has (`all`) or any (`any`); null when one of them is not known. */
export function capturesOf(
  facts: ReadonlyMap<string, RuleFacts>,
  rules: readonly string[],
  which: 'all' | 'any',
): ReadonlySet<string> | null {
  const sets: ReadonlySet<string>[] = [];
  for (const rule of rules) {
    const known = facts.get(rule);
    if (known === undefined) return null;
    sets.push(known.captures);
  }
  const names = new Set(sets.flatMap((set) => [...set]));
  return which === 'any' ? names : new Set([...names].filter((name) => sets.every((set) => set.has(name))));
}
