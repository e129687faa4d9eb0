import { describe, expect, test } from 'vitest';
import { timed } from '../../test/timed.js';
import type { CorrelationRule } from '../model/rule.js';
import { SECOND } from '../model/time.js';
import { correlate } from './correlate.js';

function rule(parts: Partial<CorrelationRule>): CorrelationRule {
  return {
    kind: 'correlation',
    id: 'c',
    title: 'c',
    description: '',
    references: [],
    level: 'high',
    wording: 'verified',
    file: '',
    type: 'temporal',
    rules: ['a', 'b'],
    groupBy: ['entity'],
    timespanSeconds: 60,
    comparisons: [],
    field: null,
    percentile: null,
    condition: null,
    aliases: {},
    role: 'marker',
    entity: null,
    statement: '{entity} {count}',
    ...parts,
  };
}

const other = { entity: { type: 'vm', name: 'app02' } } as const;

describe('temporal', () => {
  test('without a condition every rule must be seen', () => {
    expect(correlate([rule({})], [timed('a', 0)])).toEqual([]);
    expect(correlate([rule({})], [timed('a', 0), timed('b', 30)])).toHaveLength(1);
  });

  test('"a and not b" is decided when the window has closed', () => {
    const condition = {
      op: 'and',
      of: [
        { op: 'rule', rule: 'a' },
        { op: 'not', of: { op: 'rule', rule: 'b' } },
      ],
    } as const;
    expect(correlate([rule({ condition })], [timed('a', 0), timed('b', 10)])).toEqual([]);
    expect(correlate([rule({ condition })], [timed('a', 0), timed('b', 90)])).toHaveLength(1);
  });

  test('group-by keeps entities apart', () => {
    expect(correlate([rule({})], [timed('a', 0), timed('b', 10, other)])).toEqual([]);
  });
});

describe('temporal_ordered', () => {
  const ordered = rule({ type: 'temporal_ordered', rules: ['a', 'b', 'c'] });

  test('A, C, B is not A, B, C', () => {
    expect(correlate([ordered], [timed('a', 0), timed('c', 1), timed('b', 2)])).toEqual([]);
    expect(correlate([ordered], [timed('a', 0), timed('b', 1), timed('c', 2)])).toHaveLength(1);
  });

  test('equal stamps of two sources have no order', () => {
    const two = rule({ type: 'temporal_ordered' });
    const far = { source: 's2', clock: 'host:hv01', uncertainty: SECOND } as const;
    expect(correlate([two], [timed('a', 0), timed('b', 0, far)])).toEqual([]);
    expect(correlate([two], [timed('a', 0), timed('b', 5, far)])).toHaveLength(1);
  });
});

describe('counts', () => {
  test('the window is closed: exactly the timespan apart still counts, one more does not', () => {
    const count = rule({ type: 'event_count', rules: ['a'], comparisons: [{ op: 'gte', value: 2 }] });
    expect(correlate([count], [timed('a', 0), timed('a', 60)])).toHaveLength(1);
    expect(correlate([count], [timed('a', 0), timed('a', 60.000001)])).toEqual([]);
  });

  test('order of arrival is no order of events: an hour older does not count together', () => {
    const count = rule({ type: 'event_count', rules: ['a'], comparisons: [{ op: 'gte', value: 2 }] });
    expect(correlate([count], [timed('a', 3600), timed('a', 0)])).toEqual([]);
  });

  test('a storm kept as one detection counts as many as it was', () => {
    const count = rule({ type: 'event_count', rules: ['a'], comparisons: [{ op: 'gt', value: 100 }] });
    expect(correlate([count], [timed('a', 0, { count: 5000 })])).toHaveLength(1);
  });

  test('a range is both of its ends', () => {
    const range = rule({
      type: 'event_count',
      rules: ['a'],
      comparisons: [
        { op: 'gt', value: 1 },
        { op: 'lte', value: 2 },
      ],
    });
    expect(correlate([range], [timed('a', 0), timed('a', 1)])).toHaveLength(1);
    expect(correlate([range], [timed('a', 0, { count: 3 })])).toEqual([]);
  });

  test('value_count counts different values, value_percentile compares the percentile', () => {
    const hosts = rule({
      type: 'value_count',
      rules: ['a'],
      groupBy: [],
      field: 'entity',
      comparisons: [{ op: 'gte', value: 2 }],
    });
    expect(correlate([hosts], [timed('a', 0), timed('a', 1)])).toEqual([]);
    expect(correlate([hosts], [timed('a', 0), timed('a', 1, other)])).toHaveLength(1);
    const slow = rule({
      type: 'value_percentile',
      rules: ['a'],
      field: 'ms',
      percentile: 95,
      comparisons: [{ op: 'gte', value: 50 }],
    });
    expect(
      correlate(
        [slow],
        [1, 1, 1].map((ms, i) => timed('a', i, { captures: { ms: String(ms) } })),
      ),
    ).toEqual([]);
    expect(
      correlate(
        [slow],
        [1, 1, 90].map((ms, i) => timed('a', i, { captures: { ms: String(ms) } })),
      ),
    ).toHaveLength(1);
  });
});

test('a chained rule sees the hits of the rule before it, whatever the order of the list', () => {
  const first = rule({ id: 'first' });
  const second = rule({ id: 'second', type: 'event_count', rules: ['first'], comparisons: [{ op: 'gte', value: 1 }] });
  const hits = correlate([second, first], [timed('a', 0), timed('b', 1)]);
  expect(hits.map((h) => h.rule)).toEqual(['first', 'second']);
  expect(hits[0]?.origins).toHaveLength(2);
});
