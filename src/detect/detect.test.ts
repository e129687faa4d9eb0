import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LogRecord } from '../model/record.js';
import type { DetectionRule, LogsourceRule } from '../model/rule.js';
import { MINUTE } from '../model/time.js';
import { applicableRules } from './applicable.js';
import { createDetector } from './detect.js';

interface Match {
  readonly rule: number;
  readonly host: string | null;
  readonly channel: string | null;
  readonly disk: string | null;
  readonly pause: number;
}

function ruleOf(number: number): DetectionRule {
  const id = `r${number}`;
  return {
    ...{ kind: 'detection', id, title: id, description: '', references: [], level: 'low', wording: 'seen', file: '' },
    ...{
      logsource: { product: null, service: null, category: null },
      logsourceId: 'l',
      role: 'marker',
      statement: '{count}',
    },
    // Of rule 0 the entity is a field, of rule 1 a capture, rule 2 has none.
    entity: number === 2 ? null : { type: 'disk', field: number === 0 ? 'disk' : 'captured' },
    matches: (record) => record.fields.rule === number,
    capture: (record) => (typeof record.fields.disk === 'string' ? { captured: record.fields.disk } : {}),
    ...{
      literals: null,
      eventIds: null,
      needs: null,
      onset: null,
      able: null,
      unless: null,
      anchors: [],
      step: null,
      gap: null,
    },
  };
}

const LOGSOURCE: LogsourceRule = {
  ...{
    kind: 'logsource',
    id: 'l',
    title: '',
    description: '',
    references: [],
    level: 'low',
    wording: 'seen',
    file: '',
  },
  ...{ logsource: { product: null, service: null, category: null }, formats: ['f'], where: null, channels: null },
  ...{ layer: 'guest', of: 'vm', gives: '', get: '', kept: '', samples: [] },
};

function records(matches: readonly Match[]): readonly LogRecord[] {
  let micros = 0;
  return matches.map(({ rule, host, channel, disk, pause }, i) => {
    micros += pause;
    return {
      time: { micros, clock: 'wall', utcOffset: null, yearless: false, resolution: 1 },
      ...{ until: null, host, channel, ident: null, pid: null, severity: null, body: 'b', text: `line ${i}` },
      ...{ uptime: null, boot: null, repeat: 1 + (i % 3), at: { line: i + 1, byteOffset: null, record: null } },
      fields: disk === null ? { rule } : { rule, disk },
    };
  });
}

/** What the documentation says, without any shortcut: fifty matches of an episode stand alone, the fiftieth takes the rest. */
function expected(all: readonly LogRecord[]): readonly (readonly [string, string, number])[] {
  const kept: {
    rule: string;
    key: string;
    first: string;
    last: string;
    count: number;
    micros: number;
    number: number;
  }[] = [];
  for (const record of all) {
    const micros = record.time?.micros ?? 0;
    const rule = `r${String(record.fields.rule)}`;
    const name = rule === 'r2' ? '' : String(record.fields.disk ?? '');
    const key = JSON.stringify([rule, record.host ?? '', record.channel ?? '', name]);
    const last = kept.findLast((other) => other.key === key);
    const goesOn = last !== undefined && Math.abs(micros - last.micros) <= 10 * MINUTE;
    if (goesOn && last.number === 50) {
      last.last = record.text;
      last.count += record.repeat;
      last.micros = micros;
    } else {
      const number = goesOn ? last.number + 1 : 1;
      kept.push({ rule, key, first: record.text, last: record.text, count: record.repeat, micros, number });
    }
  }
  return kept.map(({ first, last, count }) => [first, last, count] as const);
}

const MATCH: fc.Arbitrary<Match> = fc.record({
  rule: fc.constantFrom(0, 1, 2),
  host: fc.constantFrom('a', 'b', null),
  channel: fc.constantFrom('System', null),
  disk: fc.constantFrom('sda', 'sdb', null),
  pause: fc.constantFrom(0, 1000, 1000, 1000, 9 * MINUTE, 11 * MINUTE, -MINUTE),
});
/** A storm of one match among others. */
const STORM = fc
  .tuple(MATCH, fc.integer({ min: 1, max: 120 }))
  .map(([match, times]) => Array<Match>(times).fill(match));

test('episodes are kept by rule, host, channel and entity, in whatever order matches come', () => {
  const applicable = applicableRules('f', [ruleOf(0), ruleOf(1), ruleOf(2)], new Map([['l', LOGSOURCE]]));
  let storms = 0;
  fc.assert(
    fc.property(fc.array(STORM, { maxLength: 12 }), (parts) => {
      const all = records(parts.flat());
      const detector = createDetector({ id: 's1', layer: 'guest' }, applicable);
      for (const record of all) detector.push(record);
      const found = detector.finish();
      expect(found.map(({ first, last, count }) => [first?.text, last?.text, count])).toEqual(expected(all));
      expect(found.map(({ id }) => id)).toEqual(found.map((_, i) => `s1#${i}`));
      storms += found.filter(({ count }) => count > 3).length;
    }),
    { numRuns: 300 },
  );
  expect(storms).toBeGreaterThan(100);
});

test('of a storm five records are kept as samples', () => {
  const applicable = applicableRules('f', [ruleOf(2)], new Map([['l', LOGSOURCE]]));
  const detector = createDetector({ id: 's1', layer: 'guest' }, applicable);
  const one: Match = { rule: 2, host: 'a', channel: null, disk: null, pause: 1 };
  for (const record of records(Array<Match>(1000).fill(one))) detector.push(record);
  const storm = detector.finish().at(-1);
  expect(storm?.origins.map(({ text }) => text)).toEqual(['line 49', 'line 50', 'line 51', 'line 52', 'line 53']);
  expect(storm?.statement).toBe(String(storm?.count));
});

test('what drips for months is one detection an episode after a thousand matches stood alone', () => {
  const applicable = applicableRules('f', [ruleOf(2)], new Map([['l', LOGSOURCE]]));
  const detector = createDetector({ id: 's1', layer: 'guest' }, applicable);
  const one: Match = { rule: 2, host: 'a', channel: null, disk: null, pause: 1 };
  const episodes = Array.from({ length: 400 }, () => [{ ...one, pause: 11 * MINUTE }, one, one, one]);
  const all = records(episodes.flat());
  for (const record of all) detector.push(record);
  const found = detector.finish();
  // 250 episodes of four, then 150 of one.
  expect(found.length).toBe(1000 + 150);
  expect(found.reduce((sum, { count }) => sum + count, 0)).toBe(all.reduce((sum, { repeat }) => sum + repeat, 0));
  expect(found.at(-1)?.first?.text).toBe(`line ${all.length - 4}`);
  expect(found.at(-1)?.last?.text).toBe(`line ${all.length - 1}`);
});

test('the lines that a storm of rate limits dropped are added up', () => {
  const rule: DetectionRule = {
    ...ruleOf(2),
    capture: () => ({ lost: '7' }),
    gap: { cause: 'rate-limited', at: 'end', lasts: null, lost: 'lost' },
  };
  const match = { rule: 2, host: 'a', channel: null, disk: null, pause: MINUTE };
  const detector = createDetector(
    { id: 's', layer: 'guest' },
    applicableRules('f', [rule], new Map([['l', LOGSOURCE]])),
  );
  for (const record of records(Array.from({ length: 60 }, () => match))) detector.push(record);
  const found = detector.finish();
  expect(found).toHaveLength(50);
  // Records 0, 3, 6 ... happened once, the others twice and three times.
  expect(found.slice(0, 3).map(({ captures }) => captures.lost)).toEqual(['7', '14', '21']);
  expect(found.at(-1)).toMatchObject({ count: 23, captures: { lost: `${7 * 23}` } });
});
