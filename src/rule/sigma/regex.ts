import { RE2JS, RE2JSException } from 're2js';
import type { ScalarNode } from '../node.js';
import { shown } from '../node.js';
import type { Report } from '../report.js';
import { nativeRegex } from './native-regex.js';

export interface RegexFlags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
}

export const NO_FLAGS: RegexFlags = { i: false, m: false, s: false };

/** Instructions of the compiled program. Matching is linear in text times program; rules of ours have under 300. */
const MAX_PROGRAM = 10_000;
const MAX_SOURCE = 4_096;

/** An expression of a rule: partial match. */
export interface RuleRegex {
  /** Of its named groups. */
  readonly names: readonly string[];
  test(text: string): boolean;
  /** Named groups of the first match, those left out that took no part in it; null when nothing matches. */
  groups(text: string): Readonly<Record<string, string>> | null;
}

/** RE2 syntax. Undefined when invalid (then reported). */
export function compileRegex(node: ScalarNode, flags: RegexFlags, report: Report): RuleRegex | undefined {
  const source = typeof node.value === 'string' ? node.value : node.written;
  if (source === '' || source.length > MAX_SOURCE) {
    const problem = source === '' ? 'an empty expression matches everything' : 'the expression is too long';
    report(node.place, shown(node), problem, `write 1 to ${MAX_SOURCE} characters`);
    return undefined;
  }
  const bits = (flags.i ? RE2JS.CASE_INSENSITIVE : 0) | (flags.m ? RE2JS.MULTILINE : 0) | (flags.s ? RE2JS.DOTALL : 0);
  try {
    const regex = RE2JS.compile(source, bits);
    if (regex.programSize() <= MAX_PROGRAM) return ruleRegex(regex, source, bits === 0);
    report(node.place, shown(node), 'the expression is too large', 'use fewer or smaller repetitions');
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    report(node.place, shown(node), `not valid RE2: ${error.message}`, regexFix(source));
  }
  return undefined;
}

/** JavaScript's own engine where it is proven to find the same, quickly; RE2 for the rest. */
function ruleRegex(regex: RE2JS, source: string, isPlain: boolean): RuleRegex {
  // Most rules of a pack meet no record, so the proof is left for the first one.
  let native: ReturnType<typeof nativeRegex> | undefined;
  const nativeFor = (text: string): RegExp | null => {
    if (native === undefined) native = isPlain ? nativeRegex(source) : null;
    return native !== null && text.length <= native.longest ? native.regex : null;
  };
  return {
    names: Object.keys(regex.namedGroups()),
    test: (text) => (nativeFor(text) ?? regex).test(text),
    groups(text) {
      const quick = nativeFor(text);
      if (quick === null) return groupsOfRe2(regex, text);
      const match = quick.exec(text);
      return match === null ? null : withoutAbsent(match.groups ?? {});
    },
  };
}

function groupsOfRe2(regex: RE2JS, text: string): Readonly<Record<string, string>> | null {
  const matcher = regex.matcher(text);
  return matcher.find() ? withoutAbsent(matcher.getNamedGroups()) : null;
}

function withoutAbsent(found: Readonly<Record<string, string | null | undefined>>): Readonly<Record<string, string>> {
  const groups: Record<string, string> = {};
  for (const name of Object.keys(found)) {
    const group = found[name];
    if (group !== null && group !== undefined) groups[name] = group;
  }
  return groups;
}

function regexFix(source: string): string {
  if (/\(\?<?[=!]/.test(source))
    return 'RE2 has no look-around: write a second selection and combine them in the condition';
  if (/\\[1-9]/.test(source)) return "RE2 has no back-references: compare two fields with '|fieldref'";
  if (/\(\?>|[*+?}]\+/.test(source)) return 'RE2 never backtracks: remove the atomic group or possessive quantifier';
  return 'see https://github.com/google/re2/wiki/Syntax';
}
