import { nearest } from './nearest.js';
import { placeWithin, type ScalarNode, shown } from './node.js';
import type { Report } from './report.js';
import { prose, type Reader } from './section.js';

/** Names that are filled from the detection itself, not from a capture or a field. */
export const BUILTIN_NAMES = ['entity', 'object', 'value', 'duration', 'count'] as const;

export interface KnownNames {
  /** Null: a rule that was referred to has a mistake, so nothing is known. */
  readonly captures: ReadonlySet<string> | null;
  /** Fields the rule itself uses. */
  readonly fields: ReadonlySet<string>;
  /** Record fields may be named at all. */
  readonly allowFields: boolean;
}

export const NO_NAMES: KnownNames = { captures: new Set(), fields: new Set(), allowFields: false };

/**
 * Fields are open (an event has the names its provider chose), captures are not. A bare lower-case word is taken
 * for a capture: fields have a dot (`host.name`), a capital (`VmName`) or a leading underscore, or are `message`.
 */
export function looksLikeField(name: string): boolean {
  return name === 'message' || /[.A-Z]/.test(name) || name.startsWith('_') || /^param\d+$/.test(name);
}

export function isKnownName(name: string, known: KnownNames): boolean {
  return (
    known.captures === null ||
    known.captures.has(name) ||
    known.fields.has(name) ||
    (known.allowFields && looksLikeField(name))
  );
}

export function unknownNameFix(name: string, known: KnownNames, more: readonly string[] = []): string {
  const candidates = [...(known.captures ?? []), ...known.fields, ...more];
  const near = nearest(name, candidates);
  if (near !== null) return `did you mean '${near}'?`;
  const listed = candidates.length === 0 ? 'there are none' : candidates.join(', ');
  return known.allowFields ? `define a capture (?P<${name}>...); known: ${listed}` : `known names: ${listed}`;
}

/** A name of a capture or a field as a plain value (`entity.field`, `group-by`). */
export function knownName(known: KnownNames): Reader<string> {
  return (node, what, report) => {
    const name = prose(node, what, report);
    if (name === undefined || isKnownName(name, known)) return name;
    report(node.place, shown(node), `${what}: no capture or field is called '${name}'`, unknownNameFix(name, known));
    return undefined;
  };
}

/** A sentence with `{name}` in it. */
export function statement(known: KnownNames): Reader<string> {
  return (node, what, report) => {
    const value = prose(node, what, report);
    if (value === undefined || node.kind !== 'scalar') return undefined;
    return checkBraces(node, value, what, known, report) ? value.trim() : undefined;
  };
}

function checkBraces(node: ScalarNode, value: string, what: string, known: KnownNames, report: Report): boolean {
  let valid = true;
  const wrong = (offset: number, offending: string, problem: string, fix: string) => {
    valid = false;
    report(placeWithin(node, offset), offending, problem, fix);
  };
  // "{journal}", "{host.name}"; also what only looks like one
  for (const match of value.matchAll(/\{([^{}]*)\}|[{}]/g)) {
    const name = match[1];
    if (name === undefined) wrong(match.index, match[0], `a brace stands alone in ${what}`, "write '{name}'");
    else if (!/^[\w.-]+$/.test(name))
      wrong(match.index, match[0], `'${match[0]}' is not a name`, 'write the name of a capture or field in braces');
    else if (!BUILTIN_NAMES.some((builtin) => builtin === name) && !isKnownName(name, known))
      wrong(
        match.index,
        match[0],
        `${what}: no capture or field is called '${name}'`,
        unknownNameFix(name, known, BUILTIN_NAMES),
      );
  }
  return valid;
}
