import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FieldValue, LogRecord } from '../model/record.js';
import type { DetectionRule, LogsourceRule } from '../model/rule.js';
import { collectMistakes } from '../rule/report.js';
import { compileDetection, compileWhere } from '../rule/sigma/compile.js';
import { readYaml } from '../rule/yaml-document.js';
import { applicableRules } from './applicable.js';

// Few words, so that random rules meet random records; letters whose case folding is odd among them.
const WORD = fc.constantFrom(
  ...[
    'a',
    'ab',
    'abc',
    'Abcd',
    'powershell.exe',
    '\\cmd.exe',
    'C:\\Windows\\',
    'I/O error',
    'K',
    '\u212a',
    'İx',
    'ΣΑΣ',
  ],
  ...['ς', 'ß', '-enc', '/enc', '10.1.2.3', '192.168.0.1', '4688', '7', '0x10', 'größe', 'kill', 'ski', ''],
);
const TEXT = fc.array(WORD, { minLength: 1, maxLength: 3 }).map((words) => words.join(''));
const FIELD = fc.constantFrom('Image', 'CommandLine', 'EventID', 'Level', 'message', 'process.name', 'Hash');

const PATTERN = fc.tuple(WORD, fc.constantFrom('', '*', '?', '*?', '\\*'), WORD).map((parts) => parts.join(''));
const REGEX = fc.constantFrom('ab+c', '(?i)power(?:shell|cmd)', '^C:.*exe$', 'I/O (?:error|x)', '[ab]c?', 'kill|ski');
const scalar = fc.oneof(TEXT, PATTERN, fc.integer({ min: 0, max: 5000 }));
const listOf = <T>(item: fc.Arbitrary<T>) => fc.oneof(item, fc.array(item, { minLength: 1, maxLength: 4 }));

/** `key: value` of a selection. */
const ITEM: fc.Arbitrary<readonly [string, unknown]> = FIELD.chain((field) =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .tuple(
          fc.constantFrom('', '|contains', '|startswith', '|endswith', '|contains|cased', '|neq', '|windash|contains'),
          listOf(scalar),
        )
        .map(([modifier, value]) => [`${field}${modifier}`, value] as const),
    },
    fc.array(TEXT, { minLength: 2, maxLength: 3 }).map((value) => [`${field}|contains|all`, value] as const),
    fc
      .constantFrom('base64', 'base64offset', 'wide|base64offset')
      .chain((encoding) => TEXT.map((value) => [`${field}|${encoding}|contains`, value] as const)),
    listOf(REGEX).map((value) => [`${field}|re`, value] as const),
    fc.constantFrom('10.0.0.0/8', '192.168.0.0/16').map((value) => [`${field}|cidr`, value] as const),
    fc
      .tuple(fc.constantFrom('lt', 'gte'), fc.integer({ min: 0, max: 5000 }))
      .map(([op, value]) => [`${field}|${op}`, value] as const),
    fc.boolean().map((value) => [`${field}|exists`, value] as const),
    fc
      .tuple(FIELD, fc.constantFrom('', '|neq', '|endswith'))
      .map(([other, m]) => [`${field}|fieldref${m}`, other] as const),
    fc.constantFrom<readonly [string, unknown]>([field, null], [field, [null, 'abc']], [field, '']),
  ),
);

const MAP = fc.array(ITEM, { minLength: 1, maxLength: 3 }).map((items) => Object.fromEntries(items));
const SELECTION = fc.oneof(
  { weight: 4, arbitrary: MAP },
  fc.array(
    fc.oneof(
      MAP,
      TEXT.filter((t) => t !== ''),
    ),
    { minLength: 1, maxLength: 3 },
  ),
);
const CONDITION = fc.constantFrom(
  ...[
    'a',
    'a and b',
    'a or b',
    'a and not b',
    'not a',
    '1 of them',
    'all of them',
    'not (a or b)',
    'not (not a and b)',
  ],
  ...['a or not b', '(a or b) and not (a and b)'],
);
const RULE = fc
  .record({ a: SELECTION, b: SELECTION, condition: CONDITION })
  .map(({ a, b, condition }) => (/\bb\b|them/.test(condition) ? { a, b, condition } : { a, condition }));

const LEAF = fc.oneof(TEXT, fc.constantFrom('abc', 'POWERSHELL.EXE', 'x\\CMD.exe', 'an i/o ERROR here'));
const VALUE: fc.Arbitrary<FieldValue> = fc.oneof(
  { weight: 4, arbitrary: LEAF },
  fc.integer({ min: 0, max: 5000 }),
  fc.array(LEAF, { maxLength: 3 }),
);
const RECORD: fc.Arbitrary<LogRecord> = fc
  .record({
    fields: fc.dictionary(FIELD, VALUE, { maxKeys: 5 }),
    body: fc.oneof(LEAF, fc.constant('')),
    ident: fc.option(LEAF),
    channel: fc.constantFrom('System', 'Security', null),
  })
  .map(({ fields, body, ident, channel }) => ({
    ...{ time: null, until: null, host: null, pid: null, severity: null, uptime: null, boot: null, repeat: 1 },
    ...{ channel, ident, body, text: body, at: { line: 1, byteOffset: 0, record: null } },
    fields: channel === null ? fields : { ...fields, Channel: channel },
  }));

/** Undefined for a rule with a mistake: two modifiers that clash, a value that matches everything. */
function ruleOf(detection: object, number: number): DetectionRule | undefined {
  const node = readYaml('r.yaml', JSON.stringify(detection), () => {});
  const compiled = node === undefined ? undefined : compileDetection(node, false, () => {});
  if (compiled === undefined) return undefined;
  const id = `r${String(number).padStart(3, '0')}`;
  const names = {
    id,
    title: id,
    description: '',
    references: [],
    file: '',
    statement: '',
    logsourceId: number % 2 === 0 ? 'all' : 'system',
  };
  return {
    ...names,
    ...{
      kind: 'detection',
      level: 'low',
      wording: 'seen',
      role: 'marker',
      entity: null,
      onset: null,
      able: null,
      unless: null,
      anchors: [],
      step: null,
      gap: null,
    },
    logsource: { product: null, service: null, category: null },
    capture: () => ({}),
    ...compiled,
  };
}

function logsource(id: string, where: string | null): LogsourceRule {
  const node = where === null ? undefined : readYaml('l.yaml', where, collectMistakes().report);
  const names = { id, title: id, description: '', references: [], file: '', gives: '', get: '', kept: '', samples: [] };
  return {
    ...names,
    ...{ kind: 'logsource', level: 'low', wording: 'seen', formats: ['f'], layer: 'guest', of: 'vm', channels: null },
    logsource: { product: null, service: null, category: null },
    where: node === undefined ? null : (compileWhere(node, () => {})?.matches ?? null),
  };
}

const LOGSOURCES = new Map([logsource('all', null), logsource('system', '{Channel: system}')].map((l) => [l.id, l]));

test('the index finds what evaluating every rule on every record finds, in the order of the rules', () => {
  let compiled = 0;
  let matched = 0;
  let spared = 0;
  fc.assert(
    fc.property(
      fc.array(RULE, { minLength: 1, maxLength: 30 }),
      fc.array(RECORD, { minLength: 1, maxLength: 20 }),
      (detections, records) => {
        const rules = detections.flatMap((detection, i) => ruleOf(detection, i) ?? []);
        compiled += rules.length;
        spared += rules.filter((rule) => rule.needs !== null).length;
        const applicable = applicableRules('f', rules, LOGSOURCES);
        for (const record of records) {
          const expected = rules.flatMap((rule, number) => {
            const where = LOGSOURCES.get(rule.logsourceId)?.where ?? null;
            return (where === null || where(record)) && rule.matches(record) ? [[rule.id, number]] : [];
          });
          const found: unknown[] = [];
          applicable.matches(record, (rule, number) => found.push([rule.id, number]));
          expect(found).toEqual(expected);
          matched += expected.length;
        }
      },
    ),
    { numRuns: 400 },
  );
  // The test would say nothing if rules did not compile, matched nothing or were all evaluated always.
  expect(compiled).toBeGreaterThan(2000);
  expect(matched).toBeGreaterThan(2000);
  expect(spared).toBeGreaterThan(compiled / 4);
});

test('needs are plain data', () => {
  const rule = ruleOf({ a: { 'Image|endswith': ['\\a.exe', '\\b.exe'], Level: 4 }, condition: 'a' }, 0);
  expect(JSON.parse(JSON.stringify(rule?.needs))).toEqual([
    { field: 'Image', how: 'suffix', text: '\\a.exe' },
    { field: 'Image', how: 'suffix', text: '\\b.exe' },
  ]);
});

test.each([
  [
    { a: { 'CommandLine|contains|all': ['-enc', '/c', 'a rather long text'] } },
    'CommandLine contains a rather long text',
  ],
  [{ a: { 'message|re': 'blocked for \\d+ seconds' } }, 'message contains blocked for '],
  [{ a: { 'Image|startswith': 'C:\\Größe' } }, 'Image prefix c:\\gr'],
  [{ a: { Image: '*\\x.exe' } }, 'Image suffix \\x.exe'],
  [{ a: { 'DestinationIp|cidr': '10.0.0.0/8' } }, 'DestinationIp prefix '],
  [{ a: ['a keyword'] }, 'message contains a keyword'],
  [{ a: { 'Image|exists': true } }, null],
  [{ a: { Image: null } }, null],
  [{ a: { 'Image|neq': 'abc' } }, null],
  [{ a: { 'message|contains': 'ab' } }, null],
  [{ a: [{ Image: 'abc' }, { 'Image|neq': 'abc' }] }, null],
])('the need of %j is %s', (selections, expected) => {
  const needs = ruleOf({ ...selections, condition: 'a' }, 0)?.needs ?? null;
  expect(needs?.map(({ field, how, text }) => `${field} ${how} ${text}`).join(', ') ?? null).toBe(expected);
});
