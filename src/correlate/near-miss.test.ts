import { describe, expect, test } from 'vitest';
import { timed } from '../../test/timed.js';
import type { CorrelationRule } from '../model/rule.js';
import { SECOND } from '../model/time.js';
import { correlationMiss } from './near-miss.js';

function rule(parts: Partial<CorrelationRule>): CorrelationRule {
  return {
    ...{ kind: 'correlation', id: 'c', title: 'c', description: '', references: [], level: 'high' },
    ...{ wording: 'verified', file: '', type: 'temporal', rules: ['a', 'b'], groupBy: ['entity'], timespanSeconds: 60 },
    ...{ comparisons: [], field: null, percentile: null, condition: null, aliases: {}, role: 'marker', entity: null },
    statement: '{entity}',
    ...parts,
  };
}

const other = { entity: { type: 'vm', name: 'app02' } } as const;

describe('a correlation that did not fire', () => {
  test('by seconds says how many, and on which side', () => {
    const miss = correlationMiss(rule({}), [timed('a', 100), timed('b', 190)], null);
    expect(miss?.absent).toMatchObject([{ rule: 'b', outside: { seconds: 30 }, elsewhere: null }]);
    const before = correlationMiss(rule({}), [timed('b', 10), timed('a', 100)], 100 * SECOND);
    expect(before?.absent).toMatchObject([{ rule: 'b', outside: { seconds: -90 } }]);
  });

  test('by its group says which value differs', () => {
    const miss = correlationMiss(rule({}), [timed('a', 100), timed('b', 110, other)], 100 * SECOND);
    expect(miss?.absent).toMatchObject([
      { rule: 'b', outside: null, elsewhere: { differs: [{ field: 'entity', wanted: 'db01', found: 'app02' }] } },
    ]);
  });

  test('because a rule matched nowhere says that', () => {
    expect(correlationMiss(rule({}), [timed('a', 100)], null)?.absent).toEqual([
      { rule: 'b', outside: null, elsewhere: null },
    ]);
    expect(correlationMiss(rule({}), [], null)).toBeNull();
  });

  test('by its order says that all are there', () => {
    const ordered = rule({ type: 'temporal_ordered' });
    expect(correlationMiss(ordered, [timed('b', 100), timed('a', 110)], null)).toMatchObject({
      absent: [],
      isOutOfOrder: true,
    });
  });

  test('by its number says how far it came, in the fullest window', () => {
    const counting = rule({ type: 'event_count', rules: ['a'], comparisons: [{ op: 'gte', value: 5 }] });
    const miss = correlationMiss(
      counting,
      [0, 100, 110, 120, 500].map((at) => timed('a', at)),
      null,
    );
    expect([miss?.reached, miss?.members.length, miss?.absent]).toEqual([3, 3, []]);
  });

  test('is not asked about where it fired', () => {
    expect(correlationMiss(rule({}), [timed('a', 100), timed('b', 110)], null)?.members).toHaveLength(1);
  });

  test('of windows that came as far the one nearest to the incident is shown', () => {
    const seen = [timed('a', 100), timed('a', 5_000)];
    expect(correlationMiss(rule({}), seen, 4_900 * SECOND)?.members[0]?.start).toBe(seen[1]?.start);
    expect(correlationMiss(rule({}), seen, 0)?.members[0]?.start).toBe(seen[0]?.start);
  });
});
