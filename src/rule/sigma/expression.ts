import type { LogRecord } from '../../model/record.js';
import type { Predicate } from '../../model/rule.js';
import { type Literals, literalsOfAll, literalsOfAny } from './literal-set.js';
import { type Needs, needsOfAll, needsOfAny } from './needs.js';

/** One test of one field, with what it implies about the record. */
export interface FieldTest {
  readonly op: 'test';
  readonly matches: Predicate;
  readonly literals: Literals;
  readonly eventIds: readonly number[] | null;
  readonly needs: Needs;
}

export type Expression =
  | FieldTest
  | { readonly op: 'not'; readonly of: Expression }
  | { readonly op: 'and' | 'or'; readonly of: readonly Expression[] };

export function toPredicate(expression: Expression): Predicate {
  if (expression.op === 'test') return expression.matches;
  if (expression.op === 'not') {
    const inner = toPredicate(expression.of);
    return (record) => !inner(record);
  }
  const parts = expression.of.map(toPredicate);
  const [first, second] = parts;
  if (first !== undefined && parts.length === 1) return first;
  if (first !== undefined && second !== undefined && parts.length === 2) {
    return expression.op === 'and'
      ? (record) => first(record) && second(record)
      : (record) => first(record) || second(record);
  }
  return expression.op === 'and' ? everyOf(parts) : someOf(parts);
}

function everyOf(parts: readonly Predicate[]): Predicate {
  return (record: LogRecord) => {
    for (const part of parts) if (!part(record)) return false;
    return true;
  };
}

function someOf(parts: readonly Predicate[]): Predicate {
  return (record: LogRecord) => {
    for (const part of parts) if (part(record)) return true;
    return false;
  };
}

/** A negation implies no literal: the record matches because something is not there. */
export function toLiterals(expression: Expression): Literals {
  if (expression.op === 'test') return expression.literals;
  if (expression.op === 'not') return null;
  const parts = expression.of.map(toLiterals);
  return expression.op === 'and' ? literalsOfAll(parts) : literalsOfAny(parts);
}

/** The cheapest test that the condition implies. */
export function toNeeds(expression: Expression): Needs {
  if (expression.op === 'test') return expression.needs;
  if (expression.op === 'not') return null;
  const parts = expression.of.map(toNeeds);
  return expression.op === 'and' ? needsOfAll(parts) : needsOfAny(parts);
}

export function toEventIds(expression: Expression): readonly number[] | null {
  if (expression.op === 'test') return expression.eventIds;
  if (expression.op === 'not') return null;
  const parts = expression.of.map(toEventIds);
  if (expression.op === 'and') {
    return parts.reduce(
      (best, ids) => (best === null || (ids !== null && ids.length < best.length) ? ids : best),
      null,
    );
  }
  const all = new Set<number>();
  for (const ids of parts) {
    if (ids === null) return null;
    for (const id of ids) all.add(id);
  }
  return [...all].sort((a, b) => a - b);
}
