import { RE2JS, RE2JSException } from 're2js';
import type { ScalarNode } from '../node.js';
import { shown } from '../node.js';
import type { Report } from '../report.js';

export interface RegexFlags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
}

export const NO_FLAGS: RegexFlags = { i: false, m: false, s: false };

/** Instructions of the compiled program. Matching is linear in text times program; rules of ours have under 300. */
const MAX_PROGRAM = 10_000;
const MAX_SOURCE = 4_096;

/** RE2 syntax, partial match. Undefined when invalid (then reported). */
export function compileRegex(node: ScalarNode, flags: RegexFlags, report: Report): RE2JS | undefined {
  const source = typeof node.value === 'string' ? node.value : node.written;
  if (source === '' || source.length > MAX_SOURCE) {
    const problem = source === '' ? 'an empty expression matches everything' : 'the expression is too long';
    report(node.place, shown(node), problem, `write 1 to ${MAX_SOURCE} characters`);
    return undefined;
  }
  const bits = (flags.i ? RE2JS.CASE_INSENSITIVE : 0) | (flags.m ? RE2JS.MULTILINE : 0) | (flags.s ? RE2JS.DOTALL : 0);
  try {
    const regex = RE2JS.compile(source, bits);
    if (regex.programSize() <= MAX_PROGRAM) return regex;
    report(node.place, shown(node), 'the expression is too large', 'use fewer or smaller repetitions');
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    report(node.place, shown(node), `not valid RE2: ${error.message}`, regexFix(source));
  }
  return undefined;
}

function regexFix(source: string): string {
  if (/\(\?<?[=!]/.test(source))
    return 'RE2 has no look-around: write a second selection and combine them in the condition';
  if (/\\[1-9]/.test(source)) return "RE2 has no back-references: compare two fields with '|fieldref'";
  if (/\(\?>|[*+?}]\+/.test(source)) return 'RE2 never backtracks: remove the atomic group or possessive quantifier';
  return 'see https://github.com/google/re2/wiki/Syntax';
}
