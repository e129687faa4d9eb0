import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
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

describe('a pack on top of a stored rule set', () => {
  const PACK = 'id: mine\nversion: 1.0.0\ntitle: Mine\nlicense: MIT\n';
  const detection = (title: string, more = '') =>
    `title: ${title}\nstatus: test\ndescription: d\nreferences: [https://example.org]\nauthor: a\ndate: 2026-01-01\nlicense: MIT\ntags: [wording.seen]\nlogsource: {product: linux, service: kernel}\ndetection: {k: [${title} broke down], condition: k}\nfalsepositives: [none]\nlevel: low\nx-faultline: {role: marker, statement: '${title}'${more}}\n`;
  const correlation = (title: string, rules: string, more = '') =>
    `title: ${title}\ndescription: d\nstatus: test\nreferences: [https://example.org]\nauthor: a\ndate: 2026-01-01\nlicense: MIT\ntags: [wording.seen]\ncorrelation: {type: temporal, rules: [${rules}], timespan: 1m${more}}\nlevel: low\nx-faultline: {role: marker, statement: s}\n`;
  const folder = mkdtempSync(join(tmpdir(), 'faultline-pack-'));
  const write = (name: string, files: Readonly<Record<string, string>>): string => {
    const dir = join(folder, name);
    mkdirSync(dir);
    for (const [file, text] of Object.entries(files)) writeFileSync(join(dir, file), text);
    return dir;
  };
  afterAll(() => rmSync(folder, { recursive: true }));

  const [captured] = core.rules.filter((rule) => rule.kind === 'detection' && rule.id.includes('block-io-error'));
  const good = write('good', {
    'pack.yaml': PACK,
    'own.yaml': `${detection('alpha')}name: alpha_rule\n`,
    'excused.yaml': detection(
      'beta',
      `, capture: [{field: message, re: 'dev (?P<device>\\w+)'}], unless: {rule: ${captured?.id}, within: 1m, same: [device]}`,
    ),
    'with-core.yaml': correlation('gamma', `own, ${captured?.id}`, ', group-by: [device]'),
    'of-both.yaml': correlation('delta', 'with-core, excused'),
  });
  const bad = write('bad', {
    'pack.yaml': PACK.replace('mine', 'bad'),
    'twice.yaml': `${detection('alpha')}name: alpha_rule\n`,
    'nowhere.yaml': correlation('gamma', 'core/guest/no-such-rule, twice'),
    'circle.yaml': correlation('circle', 'circle, alpha_rule'),
    'strange.yaml': detection('beta').replace('service: kernel', 'service: kernal'),
    'unless.yaml': detection('delta', `, unless: {rule: ${captured?.id}, within: 1m, same: [nothing]}`),
  });
  const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
  const onGood = openRules(JSON.parse(JSON.stringify(storeRules(loadPacks([good], opened)))), opened);

  test.each([
    { dir: good, base: opened, all: [good], mistakes: [] },
    {
      ...{ dir: bad, base: onGood, all: [good, bad] },
      mistakes: [
        'circle.yaml: correlations refer to each other: bad/circle > bad/circle',
        "nowhere.yaml: rule 'core/guest/no-such-rule' does not exist",
        'strange.yaml: no document defines the logsource linux/kernal',
        "twice.yaml: 'name' is already taken by mine/own",
        "unless.yaml: 'same'[0]: no capture group is called 'nothing'",
      ],
    },
  ])('is loaded as if it were read with it: $dir', ({ dir, base, all, mistakes }) => {
    const together = loadPacks([corePack(), ...all]);
    const onTop = loadPacks([dir], base);
    expect(onTop.errors).toEqual(together.errors);
    expect(onTop.errors.map(({ file, problem }) => `${basename(file)}: ${problem}`)).toEqual(mistakes);
    expect(onTop.packs).toEqual(together.packs);
    expect(plain(onTop.rules)).toEqual(plain(together.rules));
    expect([...onTop.facts].sort()).toEqual([...together.facts].sort());
  });

  test('is stored without it, and opened on top of it', () => {
    expect(onGood.packs.map(({ id }) => id)).toEqual(['core', 'mine']);
    expect(plain(onGood.rules)).toEqual(plain(loadPacks([corePack(), good]).rules));
  });
});
