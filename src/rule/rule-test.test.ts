import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { lintRules } from './lint.js';
import { loadPacks } from './load.js';
import { loadRuleTests } from './rule-test.js';

const made: string[] = [];
afterEach(() => {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true });
});

function writePack(files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(tmpdir(), 'pack-'));
  made.push(dir);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  return dir;
}

const PACK = 'id: core\nversion: 0.1.0\ntitle: Test pack\nlicense: Apache-2.0\n';
const CASES = `cases:
  - name: fires
    files:
      guest/web01/syslog: |
        2024-03-03T02:14:07.000001+00:00 web01 kernel: Aborting journal on device sda1-8.
      guest/web01/empty: ''
    expect: { matched: 1, captures: { journal: sda1-8, tag: 017, none: '' } }
  - name: Windows
    events:
      - Provider: disk
        EventID: 153
        Channel: System
        Computer: HV01
        TimeCreated: '2024-03-03T02:14:07.1234567Z'
        EventRecordID: 7
        Level: 3
        Data: ['\\Device\\Harddisk1', 0x80, null]
        UserData: { VmlEventLog: { VmName: web01, Count: 3 } }
        Binary: 0A00
      - { Provider: disk, EventID: 1, Channel: System, Computer: HV01, TimeCreated: '2024-03-03T02:14:08Z', Data: { Name: value } }
    expect:
      matched: 2
      incidents: [{ kind: guest.fs.readonly, entity: web01, cause: undetermined, verdict: likely }]
  - name: quiet
    files: { guest/web01/syslog: nothing }
    expect: silent
  - name: no source
    files: {}
    expect: not-applicable
`;

const load = (text: string) => loadRuleTests(writePack({ 'pack.yaml': PACK, 'guest/abort.test.yaml': text }));
const errorsOf = (text: string) =>
  load(text).errors.map((e) => `${e.line}:${e.column} [${e.offending}] ${e.problem} -> ${e.fix}`);

describe('loadRuleTests', () => {
  it('reads cases', () => {
    const { tests, errors } = load(CASES);
    expect(errors).toEqual([]);
    expect(tests.map(({ rule }) => rule)).toEqual(['core/guest/abort']);
    const [fires, windows, quiet, none] = tests[0]?.cases ?? [];
    expect(fires).toEqual({
      name: 'fires',
      line: 2,
      files: {
        'guest/web01/syslog': '2024-03-03T02:14:07.000001+00:00 web01 kernel: Aborting journal on device sda1-8.\n',
        'guest/web01/empty': '',
      },
      events: [],
      // Captures are compared as texts: `017` keeps its zero.
      expect: { outcome: 'matched', matched: 1, captures: { journal: 'sda1-8', tag: '017', none: '' }, incidents: [] },
    });
    expect(windows?.events[0]).toEqual({
      Provider: 'disk',
      EventID: 153,
      Channel: 'System',
      Computer: 'HV01',
      TimeCreated: '2024-03-03T02:14:07.1234567Z',
      EventRecordID: 7,
      Level: 3,
      Version: null,
      Qualifiers: null,
      Task: null,
      Opcode: null,
      Keywords: null,
      UserID: null,
      Message: null,
      Data: [
        { name: null, value: '\\Device\\Harddisk1' },
        { name: null, value: '0x80' },
        { name: null, value: '' },
      ],
      UserData: { VmlEventLog: { VmName: 'web01', Count: '3' } },
      Binary: '0A00',
    });
    expect(windows?.events[1]?.Data).toEqual([{ name: 'Name', value: 'value' }]);
    expect(windows?.expect).toMatchObject({
      matched: 2,
      incidents: [{ kind: 'guest.fs.readonly', entity: 'web01', cause: 'undetermined', verdict: 'likely' }],
    });
    expect([quiet?.expect, none?.expect, none?.files]).toEqual([
      { outcome: 'silent' },
      { outcome: 'not-applicable' },
      {},
    ]);
  });

  const one = (lines: string) => `cases:\n  - name: x\n    ${lines}\n`;
  const event = (parts: string) =>
    one(
      `events: [{Provider: disk, EventID: 1, Channel: System, Computer: HV01, TimeCreated: '2024-03-03T02:14:08Z'${parts}}]\n    expect: silent`,
    );

  it.each([
    ['no cases', 'cases: []\n', "1:8 [[]] 'cases' is empty -> at least 1 expected"],
    ['another key', 'case: []\n', "1:1 [case] unknown key 'case' in the test -> did you mean 'cases'?"],
    [
      'no input',
      one('expect: silent'),
      "2:5 [name:] 'cases'[0] has neither files nor events -> add 'files: {}' for a case without evidence",
    ],
    [
      'outcome',
      one('files: {}\n    expect: quiet'),
      "4:13 [quiet] 'expect' cannot be 'quiet' -> outcomes: silent, not-applicable",
    ],
    [
      'nothing expected',
      one('files: {}\n    expect: { captures: { a: b } }'),
      "4:13 [captures:] nothing is expected -> write 'matched: 1', 'incidents: [...]', 'silent' or 'not-applicable'",
    ],
    ['zero matches', one('files: {}\n    expect: { matched: 0 }'), "4:24 [0] 'matched' is too small -> at least 1"],
    [
      'parent folder',
      one('files: { ../x: a }\n    expect: silent'),
      "3:14 [../x] '../x' is not a path inside the case -> write for example 'guest/web01/syslog'",
    ],
    [
      'absolute path',
      one('files: { /etc/x: a }\n    expect: silent'),
      "3:14 [/etc/x] '/etc/x' is not a path inside the case -> write for example 'guest/web01/syslog'",
    ],
    [
      'drive',
      one("files: { 'C:\\x': a }\n    expect: silent"),
      "3:14 [C:\\x] 'C:\\x' is not a path inside the case -> write for example 'guest/web01/syslog'",
    ],
    [
      'number as content',
      one('files: { a: 1 }\n    expect: silent'),
      "3:17 [1] 'files'.a is a text, here stands a number -> put it in single quotes",
    ],
    [
      'unknown incident',
      one('files: {}\n    expect: { incidents: [{ kind: guest.hangs }] }'),
      "4:35 [guest.hangs] unknown incident kind 'guest.hangs' -> did you mean 'guest.hang'? (or write an id of your own with a prefix, like acme:thing)",
    ],
    [
      'event key',
      event(', EventData: {}'),
      "3:113 [EventData] unknown key 'EventData' in 'events'[0] -> known keys: Provider, EventID, Channel, Computer, TimeCreated, EventRecordID, Level, Version, Qualifiers, Task, Opcode, Keywords, UserID, Message, Data, UserData, Binary",
    ],
    [
      'event data',
      event(', Data: x'),
      "3:119 [x] 'Data' is a list or a map -> write '[...]' for unnamed data, '{Name: value}' for named",
    ],
    [
      'event element',
      event(", UserData: {'a b': x}"),
      "3:124 [a b] 'a b' cannot name an element -> begin with a letter",
    ],
    [
      'event binary',
      event(', Binary: 0A0'),
      "3:121 [0A0] 'Binary' cannot be '0A0' -> write hexadecimal digits in pairs",
    ],
    [
      'local time',
      event('').replace('08Z', '08'),
      "3:89 ['2024-03-03T02:14:08'] 'TimeCreated' cannot be '2024-03-03T02:14:08' -> write UTC: '2024-03-03T02:14:07.1234567Z'",
    ],
    [
      'two names',
      `${one('files: {}\n    expect: silent')}${one('files: {}\n    expect: silent').slice('cases:\n'.length)}`,
      "5:1 [x] two cases are called 'x' -> rename one",
    ],
    [
      'broken YAML',
      'cases: [',
      "1:9 [] not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ] -> put texts with ':', '#', '{', '[', '*' or '%' in single quotes and check the indentation",
    ],
  ])('refuses %s', (_name, text, expected) => {
    expect(errorsOf(text)).toEqual([expected]);
  });

  it('needs a pack', () => {
    expect(loadRuleTests(writePack({ 'a.test.yaml': CASES })).errors.map(({ problem }) => problem)).toEqual([
      'the folder has no pack.yaml',
    ]);
  });
});

const LOGSOURCE = `kind: logsource
title: Kernel log
logsource: { product: linux, service: kernel }
formats: [syslog]
layer: guest
of: vm
gives: messages
get: journalctl -k
kept: weeks
samples: [{ format: syslog, text: x }]
`;
const rule = (title: string, tag: string, detection: string, extension: string) => `title: ${title}
tags: [${tag}]
logsource: { product: linux, service: kernel }
detection: { s: ${detection}, condition: s }
level: high
x-faultline: { ${extension}, statement: x }
`;
const HYPOTHESIS = `kind: hypothesis
title: Cause
hypothesis:
  cause: media-error
  mechanism: prose
  explains: { guest.io.error: -1 }
  evidence:
    - { id: a, statement: a, observe: [good], join: vm, window: { before: 5m, after: 0s }, present: 1 }
`;

describe('lintRules', () => {
  const lint = (files: Readonly<Record<string, string>>) => {
    const set = loadPacks([writePack({ 'pack.yaml': PACK, 'logsources/kernel.yaml': LOGSOURCE, ...files })]);
    expect(set.errors).toEqual([]);
    return lintRules(set).map(
      (f) =>
        `${f.code} ${f.file.replace(/^.*?pack-[^/]+\//, '')}:${f.line}:${f.column} [${f.offending}] ${f.problem} -> ${f.fix}`,
    );
  };
  const good = rule(
    'Good',
    'wording.seen',
    '{message|contains: abort}',
    'role: onset, entity: {type: vm, field: host.name}',
  );

  it('has nothing to say about a tested rule', () => {
    expect(lint({ 'good.yaml': good, 'good.test.yaml': CASES })).toEqual([]);
  });

  it('asks for tests', () => {
    const onlyFires = CASES.slice(0, CASES.indexOf('  - name: quiet'));
    const findings = lint({
      'good.yaml': good,
      'good.test.yaml': onlyFires,
      'other.test.yaml': CASES,
      'x.yaml': good.replace('Good', 'X'),
      'x.test.yaml': 'cases: 1\n',
      'y.yaml': good.replace('Good', 'Y'),
    });
    expect(findings).toEqual([
      'missing-case good.test.yaml:1:1 [core/good] no case in which the rule has no source -> add one that expects not-applicable',
      'missing-case good.test.yaml:1:1 [core/good] no case in which the rule stays silent -> add one that expects silent',
      'test-without-rule other.test.yaml:1:1 [core/other] there is no rule beside this test -> rename or remove it',
      "broken-test x.test.yaml:1:8 [1] 'cases' is a list, here stands a number -> write a list: '[...]' or '- ...'",
      expect.stringMatching(
        /^rule-without-test y\.yaml:1:1 \[core\/y\] the rule has no test -> write .*y\.test\.yaml$/,
      ),
    ]);
  });

  it('asks about rules', () => {
    const files = {
      'good.yaml': good,
      'no-x.yaml': rule('good', 'wording.memory', '{process.name: kernel}', 'role: onset'),
      'a--b.yaml': rule('B', 'wording.memory', '{message|contains: abc}', 'role: marker'),
      [`${'x'.repeat(61)}.yaml`]: HYPOTHESIS,
    };
    const tests = Object.fromEntries(Object.keys(files).map((path) => [path.replace('.yaml', '.test.yaml'), CASES]));
    const long = 'x'.repeat(61);
    expect(lint({ ...files, ...tests })).toEqual([
      "file-name a--b.yaml:1:1 [a--b] hyphens separate words -> write 'word-word'",
      "file-name no-x.yaml:1:1 [no-x] 'no-' hides what is found -> name what is seen",
      'duplicate-title no-x.yaml:1:8 [good] core/good has the same title -> say what is different',
      'memory-onset no-x.yaml:2:1 [wording.memory] opens incidents on a wording from memory -> find the wording in a source or a log, or make it a marker',
      'no-literal no-x.yaml:4:1 [detection] implies no text and no event id: every record of core/logsources/kernel is decoded for it, and a large log then takes as long as one in which every line is relevant (rows 1 and 3 of bench/RESULTS.md: nine times) -> add a selection on a fixed part of the message (three characters or more) or on EventID',
      "onset-without-entity no-x.yaml:6:1 [x-faultline] an onset of nothing in particular -> add 'entity: {type: ..., field: ...}'",
      `file-name ${long}.yaml:1:1 [${long}] a file name of 61 characters -> at most 60`,
      `no-references ${long}.yaml:1:1 [kind:] a cause without a reference -> add 'references:'`,
      `no-remedy ${long}.yaml:3:1 [hypothesis] a cause without a remedy -> add 'remedy:'`,
    ]);
  });
});
