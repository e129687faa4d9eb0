import { expect, test } from 'vitest';
import { corePack } from '../cli/load-rules.js';
import { loadPacks } from './load.js';
import { openRules, storeRules } from './stored-rules.js';

const core = loadPacks([corePack()]);
const opened = openRules(JSON.parse(JSON.stringify(storeRules(core))));

test('a stored rule set has the packs and rules it was made from, in order', () => {
  expect(opened.packs).toEqual(core.packs);
  expect(opened.rules.map((rule) => rule.id)).toEqual(core.rules.map((rule) => rule.id));
  const plain = (rules: readonly object[]): unknown => JSON.parse(JSON.stringify(rules));
  expect(plain(opened.rules)).toEqual(plain(core.rules));
});

test('every rule gets its functions back', () => {
  for (const [index, rule] of core.rules.entries()) {
    const other = opened.rules[index] ?? rule;
    for (const [key, value] of Object.entries(rule))
      if (typeof value === 'function')
        expect([rule.id, key, typeof Reflect.get(other, key)]).toEqual([rule.id, key, 'function']);
  }
});

test('compiled late they say the same of a record', () => {
  const record = {
    ...{ time: null, until: null, host: 'HV01', channel: 'System', ident: 'disk', pid: 4, severity: 13 },
    ...{ body: 'The IO operation at logical block address 0x1 for Disk 2 was retried.', text: '', uptime: null },
    ...{ boot: null, repeat: 1, at: { line: null, byteOffset: null, record: 9 } },
    fields: { EventID: 153, Provider_Name: 'disk', Channel: 'System', Computer: 'HV01' },
  };
  let matched = 0;
  for (const [index, rule] of core.rules.entries()) {
    const other = opened.rules[index];
    if (rule.kind === 'logsource' && other?.kind === 'logsource')
      expect(other.where?.(record)).toBe(rule.where?.(record));
    if (rule.kind !== 'detection' || other?.kind !== 'detection') continue;
    expect([rule.id, other.matches(record), other.capture(record)]).toEqual([
      rule.id,
      rule.matches(record),
      rule.capture(record),
    ]);
    if (rule.matches(record)) matched++;
  }
  expect(matched).toBeGreaterThan(0);
});
