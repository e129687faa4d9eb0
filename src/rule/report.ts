import type { RuleError } from '../model/rule.js';
import type { Place } from './node.js';

/**
 * Takes one mistake of a pack's author. Readers go on after it, so that all mistakes are reported at once.
 * A fix that is expensive to find (the nearest of all rule ids) is given as a function.
 */
export type Report = (place: Place, offending: string, problem: string, fix: string | (() => string)) => void;

export interface Mistakes {
  readonly report: Report;
  /** In the order file, line, column; equal ones once. */
  readonly sorted: () => readonly RuleError[];
}

/** Nobody reads more, and a hostile pack could hold millions. */
const MAX_MISTAKES = 2_000;

export function collectMistakes(): Mistakes {
  const errors: RuleError[] = [];
  return {
    report: (place, offending, problem, fix) => {
      if (errors.length >= MAX_MISTAKES) return;
      const { file, line, column } = place;
      errors.push({ file, line, column, offending, problem, fix: typeof fix === 'string' ? fix : fix() });
    },
    sorted: () => dropRepeated([...errors].sort(compareErrors)),
  };
}

/** The same report, which also remembers whether it was used: a rule with a mistake is not compiled further. */
export function watchReport(report: Report): { readonly report: Report; readonly failed: () => boolean } {
  let failed = false;
  return {
    report: (place, offending, problem, fix) => {
      failed = true;
      report(place, offending, problem, fix);
    },
    failed: () => failed,
  };
}

/** By UTF-16 code unit, not by locale: the same on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareErrors(a: RuleError, b: RuleError): number {
  return (
    compareText(a.file, b.file) ||
    a.line - b.line ||
    a.column - b.column ||
    compareText(a.problem, b.problem) ||
    compareText(a.offending, b.offending) ||
    compareText(a.fix, b.fix)
  );
}

function dropRepeated(errors: readonly RuleError[]): readonly RuleError[] {
  return errors.filter((error, i) => {
    const previous = errors[i - 1];
    return previous === undefined || compareErrors(previous, error) !== 0;
  });
}
