import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { LogRecord } from '../model/record.js';
import type {
  CorrelationRule,
  DetectionRule,
  HypothesisRule,
  IncidentRule,
  LogsourceRule,
  MetricRule,
} from '../model/rule.js';
import { type LoadedRuleSet, loadPacks } from './load.js';

type Files = Readonly<Record<string, string | Uint8Array>>;

const made: string[] = [];
afterEach(() => {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true });
});

function writePack(files: Files): string {
  const dir = mkdtempSync(join(tmpdir(), 'pack-'));
  made.push(dir);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  return dir;
}

const PACK = 'id: core\nversion: 0.1.0\ntitle: Test pack\nlicense: Apache-2.0\n';

const KERNEL = `kind: logsource
title: Kernel log of a guest
logsource: { product: linux, service: kernel }
formats: [syslog, dmesg]
layer: guest
of: vm
gives: kernel messages
get: journalctl -k
kept: weeks
samples:
  - format: syslog
    text: |
      2024-03-03T02:14:07.000001+00:00 web01 kernel: [12345.678901] up
`;

const SYSTEM = `kind: logsource
title: Windows System log
logsource: { product: windows, service: system }
formats: [windows-evtx]
where: { Channel: System }
layer: hypervisor
of: host
gives: resets
get: wevtutil epl System System.evtx
kept: days
samples:
  - { format: windows-evtx, text: x }
`;

const ABORT = `title: Journal aborted
status: test
description: What it means.
references:
  - https://example.org/journal.c
author: Faultline
date: 2026-11-21
license: Apache-2.0
tags:
  - wording.verified
logsource:
  product: linux
  service: kernel
detection:
  abort:
    message|startswith: 'Aborting journal on device '
  condition: abort
falsepositives:
  - none known
level: critical
x-faultline:
  role: onset
  entity: { type: vm, field: host.name }
  capture:
    - { field: message, re: '^Aborting journal on device (?P<journal>\\S+?)\\.?$' }
  statement: 'journal on {journal} aborted'
`;

const RESET = `title: Disk reset
tags: [wording.seen]
logsource: { product: windows, service: system }
detection:
  reset: { Provider_Name: [disk, storahci], EventID: [129, 153] }
  condition: reset
level: high
x-faultline:
  role: marker
  entity: { type: host, field: Computer }
  capture:
    - { field: param1, re: 'Harddisk(?P<disk>\\d+)' }
    - { field: message, re: '(?P<disk>\\d+)(?: after (?P<seconds>\\d+) s)?' }
  onset: { earliest: [seconds, 120], latest: [seconds] }
  able: { statement: logged since 2.6, kernel: ['>=2.6 <4.0', '>=5.14'] }
  unless: { rule: guest/abort, same: [disk], within: 2s }
  statement: '{Computer}: disk {disk} reset {count} times'
`;

const SATURATED = `kind: metric
title: Shared storage saturated
metric:
  objects: [PhysicalDisk, iostat]
  entity: host-disk
  all:
    - { any: [disk.latency, disk.latency.read], gte: 0.05 }
    - { any: [disk.queue], gt: 4 }
  for: 60s
  exit: 0.7
  baseline: { method: mad, k: 6, points: 30, floor: 0.05 }
  detectable: 2m
level: high
x-faultline: { role: marker, statement: '{object} at {value} for {duration}' }
`;

const STORM = `title: Many resets
correlation:
  type: event_count
  rules: [host/reset]
  group-by: [entity, disk]
  timespan: 5m
  condition: { gt: 100, lte: 200 }
level: high
x-faultline: { role: onset, statement: '{count} resets of disk {disk}' }
`;

const READONLY = `kind: incident
title: File system read-only
incident:
  kind: guest.fs.readonly
  entity: vm
  opens: [guest/abort, core/storm]
  dated-by: [metric/saturated]
  back: 20m
  ends: [guest/abort]
  summary: file system of {entity} went read-only
`;

const SNAPSHOT = `kind: hypothesis
title: Snapshot
hypothesis:
  cause: vss-snapshot
  mechanism: |
    Prose
    with lines.
  explains: { guest.fs.readonly: -1.0, guest.io.stall: -1.5 }
  evidence:
    - id: resets
      statement: resets of {entity}
      observe: [host/reset, storm]
      join: host
      window: { before: 5m, after: 0s }
      present: 4.0
      absent: -0.5
      needs: [windows/system, logsources/kernel]
      decisive: true
      refutes: absent
      for: [guest.fs.readonly]
      sets: { mechanism: commit-error }
      family: resets
  controls: [consistency]
  remedy:
    - { text: Do it, why: Because, references: [https://example.org] }
references: [https://example.org]
`;

const GOOD: Files = {
  'pack.yaml': PACK,
  'logsources/kernel.yaml': KERNEL,
  'logsources/windows-system.yaml': SYSTEM,
  'guest/abort.yaml': ABORT.replace('(?P<journal>', '(?P<journal>'),
  'host/reset.yaml': RESET.replace(
    'unless: { rule: guest/abort, same: [disk], within: 2s }',
    'unless: { rule: host/other, same: [disk], within: 2s }',
  ),
  'host/other.yaml': RESET.replace(/ {2}unless: .*\n/, '').replace('Disk reset', 'Other reset'),
  'metric/saturated.yaml': SATURATED,
  'storm.yaml': STORM,
  'incident/readonly.yaml': READONLY,
  'hypothesis/snapshot.yaml': SNAPSHOT,
};

function load(files: Files): LoadedRuleSet {
  return loadPacks([writePack(files)]);
}

function changed(path: string, ...edits: readonly (readonly [string, string])[]): Files {
  const text = edits.reduce((value, [from, to]) => {
    if (!value.includes(from)) throw new Error(`${path} does not hold ${from}`);
    return value.replace(from, to);
  }, String(GOOD[path]));
  return { ...GOOD, [path]: text };
}

/** `file:line:column [offending] problem -> fix`, without the temporary folder. */
function errorsOf(files: Files): readonly string[] {
  return load(files).errors.map(
    (e) => `${e.file.replace(/^.*?pack-[^/]+\/?/, '')}:${e.line}:${e.column} [${e.offending}] ${e.problem} -> ${e.fix}`,
  );
}

function record(body: string, fields: LogRecord['fields'] = {}, host: string | null = null): LogRecord {
  const at = { line: 1, byteOffset: 0, record: null };
  return {
    time: null,
    until: null,
    host,
    channel: null,
    ident: null,
    pid: null,
    severity: null,
    body,
    text: body,
    uptime: null,
    boot: null,
    repeat: 1,
    fields,
    at,
  };
}

describe('a pack without mistakes', () => {
  const set = load(GOOD);
  const rule = <T>(id: string) => set.rules.find((one) => one.id === id) as T;

  it('has none', () => {
    expect(set.errors).toEqual([]);
    expect(set.rules.map(({ id, kind }) => `${kind} ${id}`)).toEqual([
      'detection core/guest/abort',
      'detection core/host/other',
      'detection core/host/reset',
      'hypothesis core/hypothesis/snapshot',
      'incident core/incident/readonly',
      'logsource core/logsources/kernel',
      'logsource core/logsources/windows-system',
      'metric core/metric/saturated',
      'correlation core/storm',
    ]);
    expect(set.packs).toEqual([
      { id: 'core', version: '0.1.0', title: 'Test pack', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
  });

  it('compiles a detection', () => {
    const abort = rule<DetectionRule>('core/guest/abort');
    const line = record('Aborting journal on device sda1-8.');
    expect(abort).toMatchObject({
      title: 'Journal aborted',
      description: 'What it means.',
      references: ['https://example.org/journal.c'],
      level: 'critical',
      wording: 'verified',
      role: 'onset',
      logsource: { product: 'linux', service: 'kernel', category: null },
      logsourceId: 'core/logsources/kernel',
      entity: { type: 'vm', field: 'host.name' },
      literals: ['aborting journal on device '],
      eventIds: null,
      onset: null,
      able: null,
      unless: null,
      anchors: [],
      step: null,
      gap: null,
      statement: 'journal on {journal} aborted',
    });
    expect(abort.matches(line)).toBe(true);
    expect(abort.capture(line)).toEqual({ journal: 'sda1-8' });
    expect(abort.capture(record('else'))).toEqual({});
  });

  it('compiles the extension', () => {
    const reset = rule<DetectionRule>('core/host/reset');
    expect(reset).toMatchObject({
      eventIds: [129, 153],
      onset: { earliest: ['seconds', 120], latest: ['seconds'] },
      able: { statement: 'logged since 2.6', kernel: ['>=2.6 <4.0', '>=5.14'] },
      unless: { rule: 'core/host/other', same: ['disk'], withinSeconds: 2 },
    });
    // The first capture that matches counts; groups that took no part are left out.
    expect(reset.capture(record('9 after 3 s', { param1: 'Harddisk4' }))).toEqual({ disk: '4' });
    expect(reset.capture(record('9 after 3 s'))).toEqual({ disk: '9', seconds: '3' });
    expect(reset.capture(record('9'))).toEqual({ disk: '9' });
    expect(reset.matches(record('', { Provider_Name: 'Disk', EventID: 153 }))).toBe(true);
    expect(reset.matches(record('', { Provider_Name: 'Kerberos', EventID: 153 }))).toBe(false);
  });

  it('compiles anchors at both ends of a record, and a step of the clock', () => {
    const two =
      'anchor: [{ event: vm-backup, spread: 6 }, { event: vm-backup-end, at: end, lag: 2, spread: 9, bias: 1 }]';
    const { rules } = load(changed('host/reset.yaml', ['  unless:', `  ${two}\n  step: { by: seconds }\n  unless:`]));
    expect(rules.find(({ id }) => id === 'core/host/reset')).toMatchObject({
      anchors: [
        { event: 'vm-backup', at: 'start', lagSeconds: 0, spreadSeconds: 6, biasSeconds: 2, same: [] },
        { event: 'vm-backup-end', at: 'end', lagSeconds: 2, spreadSeconds: 9, biasSeconds: 1, same: [] },
      ],
      step: { by: 'seconds' },
    });
  });

  it('compiles what a record says of a gap', () => {
    const gap = 'gap: { cause: rate-limited, at: end, lasts: 10m, lost: disk }';
    const { rules } = load(changed('host/reset.yaml', ['  unless:', `  ${gap}\n  unless:`]));
    expect(rules.find(({ id }) => id === 'core/host/reset')).toMatchObject({
      gap: { cause: 'rate-limited', at: 'end', lasts: 600, lost: 'disk' },
    });
    const told = load(changed('host/reset.yaml', ['  unless:', `  ${gap.replace('10m', 'seconds')}\n  unless:`]));
    expect(told.rules.find(({ id }) => id === 'core/host/reset')).toMatchObject({ gap: { lasts: 'seconds' } });
  });

  it('compiles a logsource', () => {
    expect(rule<LogsourceRule>('core/logsources/windows-system')).toMatchObject({
      logsource: { product: 'windows', service: 'system', category: null },
      formats: ['windows-evtx'],
      channels: ['System'],
      layer: 'hypervisor',
      of: 'host',
      samples: [{ format: 'windows-evtx', text: 'x' }],
    });
    expect(rule<LogsourceRule>('core/logsources/windows-system').where?.(record('', { Channel: 'SYSTEM' }))).toBe(true);
    expect(rule<LogsourceRule>('core/logsources/kernel')).toMatchObject({ where: null, channels: null });
  });

  it('compiles a metric', () => {
    expect(rule<MetricRule>('core/metric/saturated')).toMatchObject({
      objects: ['PhysicalDisk', 'iostat'],
      all: [
        { any: ['disk.latency', 'disk.latency.read'], comparison: { op: 'gte', value: 0.05 } },
        { any: ['disk.queue'], comparison: { op: 'gt', value: 4 } },
      ],
      forSeconds: 60,
      exit: 0.7,
      baseline: { k: 6, points: 30, floor: 0.05 },
      detectableSeconds: 120,
      role: 'marker',
    });
  });

  it('compiles a correlation, as well known as the worst of its rules', () => {
    expect(rule<CorrelationRule>('core/storm')).toMatchObject({
      type: 'event_count',
      rules: ['core/host/reset'],
      groupBy: ['entity', 'disk'],
      timespanSeconds: 300,
      comparisons: [
        { op: 'gt', value: 100 },
        { op: 'lte', value: 200 },
      ],
      condition: null,
      entity: null,
      wording: 'seen',
    });
  });

  it('compiles an incident and a hypothesis with full ids', () => {
    expect(rule<IncidentRule>('core/incident/readonly')).toMatchObject({
      incident: 'guest.fs.readonly',
      entity: 'vm',
      opens: ['core/guest/abort', 'core/storm'],
      datedBy: ['core/metric/saturated'],
      backSeconds: 1_200,
      ends: ['core/guest/abort'],
    });
    expect(rule<HypothesisRule>('core/hypothesis/snapshot')).toMatchObject({
      cause: 'vss-snapshot',
      mechanism: 'Prose\nwith lines.\n',
      explains: { 'guest.fs.readonly': -1, 'guest.io.stall': -1.5 },
      controls: ['consistency'],
      remedy: [{ text: 'Do it', why: 'Because', references: ['https://example.org'] }],
      evidence: [
        {
          id: 'resets',
          observe: ['core/host/reset', 'core/storm'],
          join: 'host',
          beforeSeconds: 300,
          afterSeconds: 0,
          present: 4,
          absent: -0.5,
          // `product/service` names a logsource as well as its path does.
          needs: ['core/logsources/windows-system', 'core/logsources/kernel'],
          decisive: true,
          refutes: 'absent',
          for: ['guest.fs.readonly'],
          sets: { mechanism: 'commit-error' },
          family: 'resets',
        },
      ],
    });
  });
});

describe('what may be left out or written otherwise', () => {
  it.each<[string, Files]>([
    [
      'CR-LF',
      Object.fromEntries(Object.entries(GOOD).map(([path, text]) => [path, String(text).replaceAll('\n', '\r\n')])),
    ],
    ['a byte order mark', { ...GOOD, 'guest/abort.yaml': `\ufeff${ABORT}` }],
    ['full ids', changed('storm.yaml', ['[host/reset]', '[core/host/reset]'])],
    [
      'sigma keys',
      changed('guest/abort.yaml', [
        'status: test',
        'id: 929a690e-bef0-4204-a928-ef5e620d6fcc\nname: abort\ntaxonomy: sigma\nmodified: 2026-11-22\nfields: [message]\nscope: [server]\nrelated: [{id: 929a690e-bef0-4204-a928-ef5e620d6fcd, type: similar}]\nstatus: test',
      ]),
    ],
    [
      'a definition of the logsource',
      changed('guest/abort.yaml', ['  service: kernel', '  service: kernel\n  definition: any level']),
    ],
    [
      'own causes and kinds',
      changed(
        'hypothesis/snapshot.yaml',
        ['cause: vss-snapshot', 'cause: acme:bug'],
        ['guest.io.stall:', 'acme:thing:'],
      ),
    ],
    ['a baseline without a threshold', changed('metric/saturated.yaml', [', gt: 4 }', ' }'])],
    [
      'until',
      changed('host/reset.yaml', ['onset: { earliest: [seconds, 120], latest: [seconds] }', 'onset: { until: true }']),
    ],
    [
      'an epoch',
      changed(
        'host/reset.yaml',
        ['onset: { earliest: [seconds, 120], latest: [seconds] }', 'onset: { epoch: seconds }'],
        ['role: marker', 'role: echo'],
      ),
    ],
    [
      'an alias in the YAML',
      changed(
        'host/reset.yaml',
        ['Provider_Name: [disk, storahci]', 'Provider_Name: &p [disk]'],
        ['message, re', 'message, re'],
      ),
    ],
  ])('%s', (_name, files) => {
    expect(errorsOf(files)).toEqual([]);
  });

  it('refers to rules by Sigma id and name', () => {
    const uuid = '929a690e-bef0-4204-a928-ef5e620d6fcc';
    const files = changed('host/reset.yaml', ['title: Disk reset', `title: Disk reset\nid: ${uuid}\nname: disk_reset`]);
    const byId = { ...files, 'storm.yaml': STORM.replace('host/reset', uuid) };
    expect(errorsOf(byId)).toEqual([]);
    expect(errorsOf({ ...files, 'storm.yaml': STORM.replace('host/reset', 'disk_reset') })).toEqual([]);
  });

  it('prefers the own pack, then the full id', () => {
    const second = {
      'pack.yaml': PACK.replace('core', 'acme'),
      'storm.yaml': STORM.replace('host/reset', 'core/host/reset'),
      'own.yaml': STORM.replace('host/reset', 'storm').replace('disk]', 'disk]').replace('Many', 'More'),
    };
    const set = loadPacks([writePack(GOOD), writePack(second)]);
    expect(set.errors).toEqual([]);
    const own = set.rules.find(({ id }) => id === 'acme/own') as CorrelationRule;
    expect(own.rules).toEqual(['acme/storm']);
    expect(set.packs.map(({ id }) => id)).toEqual(['core', 'acme']);
  });
});

describe('correlations', () => {
  const temporal = (body: string) =>
    `title: Both\ncorrelation:\n  type: temporal\n  rules: [host/reset, guest/abort]\n  timespan: 60s\n${body}level: high\nx-faultline: { role: marker, statement: both }\n`;
  const compiled = (text: string) => {
    const set = load({ ...GOOD, 'both.yaml': text });
    expect(set.errors).toEqual([]);
    return set.rules.find(({ id }) => id === 'core/both') as CorrelationRule;
  };

  it('without a condition needs all rules', () => {
    expect(compiled(temporal(''))).toMatchObject({
      comparisons: [{ op: 'gte', value: 2 }],
      condition: null,
      groupBy: [],
    });
  });

  it('reads a boolean condition whose references hold slashes and hyphens', () => {
    const rule = (id: string) => ({ op: 'rule', rule: id });
    expect(compiled(temporal('  condition: host/reset and not core/guest/abort\n')).condition).toEqual({
      op: 'and',
      of: [rule('core/host/reset'), { op: 'not', of: rule('core/guest/abort') }],
    });
    // The specification's own example writes AND.
    expect(compiled(temporal('  condition: (host/reset OR guest/abort) AND host/reset\n')).condition).toEqual({
      op: 'and',
      of: [{ op: 'or', of: [rule('core/host/reset'), rule('core/guest/abort')] }, rule('core/host/reset')],
    });
  });

  it('reads a UUID in a condition', () => {
    const uuid = '929a690e-bef0-4204-a928-ef5e620d6fcc';
    const files = changed('host/reset.yaml', ['title: Disk reset', `title: Disk reset\nid: ${uuid}`]);
    const set = load({ ...files, 'both.yaml': temporal(`  condition: ${uuid} and guest/abort\n`) });
    expect(set.errors).toEqual([]);
  });

  it('keeps fractions of a value condition', () => {
    const text = STORM.replace('event_count', 'value_percentile').replace(
      '{ gt: 100, lte: 200 }',
      '{ gte: 0.02, field: disk, percentile: 95 }',
    );
    expect(compiled(text)).toMatchObject({ comparisons: [{ op: 'gte', value: 0.02 }], field: 'disk', percentile: 95 });
  });

  it('resolves aliases', () => {
    const text = temporal('  group-by: [dev]\n  aliases:\n    dev: { host/reset: disk, guest/abort: journal }\n');
    expect(compiled(text).aliases).toEqual({ dev: { 'core/host/reset': 'disk', 'core/guest/abort': 'journal' } });
  });

  it('chains, whatever the order of the files', () => {
    const chain = (rule: string) => STORM.replace('host/reset', rule);
    const set = load({ ...GOOD, 'a1.yaml': chain('a2'), 'a2.yaml': chain('a3'), 'a3.yaml': chain('storm') });
    expect(set.errors).toEqual([]);
    expect(set.rules.filter(({ kind }) => kind === 'correlation')).toHaveLength(4);
    expect(set.rules.find(({ id }) => id === 'core/a1')?.wording).toBe('seen');
  });

  it('survives a long chain', () => {
    const links = Array.from({ length: 1_500 }, (_, i) => [
      `c${i}.yaml`,
      STORM.replace('host/reset', i === 0 ? 'storm' : `c${i - 1}`).replace('Many', `Many ${i}`),
    ]);
    expect(load({ ...GOOD, ...Object.fromEntries(links) }).errors).toEqual([]);
  });

  it('refuses circles once', () => {
    const chain = (rule: string) => STORM.replace('host/reset', rule);
    const files = {
      ...GOOD,
      'a1.yaml': chain('a2'),
      'a2.yaml': chain('a3'),
      'a3.yaml': chain('a1'),
      'b.yaml': chain('b'),
    };
    expect(errorsOf(files)).toEqual([
      'a1.yaml:4:11 [a2] correlations refer to each other: core/a1 > core/a2 > core/a3 > core/a1 -> remove one of the references',
      'b.yaml:4:11 [b] correlations refer to each other: core/b > core/b -> remove one of the references',
    ]);
  });

  it.each<[string, readonly [string, string], string]>([
    [
      '5M',
      ['timespan: 5m', 'timespan: 5M'],
      "6:13 [5M] 'timespan': '5M' is not a duration -> write '5m': units are lower case",
    ],
    [
      '-5m',
      ['timespan: 5m', 'timespan: -5m'],
      "6:13 [-5m] 'timespan': '-5m' is not a duration -> write a whole number and one of s, m, h, d: '90s', '5m', '1h', '7d'",
    ],
    [
      '0s',
      ['timespan: 5m', 'timespan: 0s'],
      "6:13 [0s] 'timespan': a duration is longer than zero -> write for example '30s'",
    ],
    ['1h30', ['timespan: 5m', 'timespan: 1h30'], "6:13 [1h30] 'timespan': '1h30' is not a duration -> write '90m'"],
    [
      '500ms',
      ['timespan: 5m', 'timespan: 500ms'],
      "6:13 [500ms] 'timespan': '500ms' is not a duration -> write a whole number and one of s, m, h, d: '90s', '5m', '1h', '7d'",
    ],
    [
      'a bare number',
      ['timespan: 5m', 'timespan: 300'],
      "6:13 [300] 'timespan': '300' is not a duration -> write a whole number and one of s, m, h, d: '90s', '5m', '1h', '7d'",
    ],
    ['timeframe', ['timespan: 5m', 'timeframe: 5m'], "3:3 [type:] 'correlation' has no 'timespan' -> add 'timespan:'"],
    ['a fraction of events', ['gt: 100', 'gt: 0.5'], "7:20 [0.5] 'gt' is a whole number -> write 1"],
    ['a negative count', ['gt: 100', 'gt: -1'], "7:20 [-1] 'gt' is too small -> at least 0"],
    [
      'no comparison',
      ['{ gt: 100, lte: 200 }', '{}'],
      "7:14 [{}] 'condition' compares with nothing -> add for example 'gte: 5'",
    ],
    [
      'an expression for a count',
      ['{ gt: 100, lte: 200 }', 'host/reset'],
      "7:14 [host/reset] event_count compares a number -> write for example 'condition: {gte: 5}'",
    ],
    [
      'a field for a count',
      ['{ gt: 100,', '{ field: disk, gt: 100,'],
      "7:16 [field] unknown key 'field' in 'condition' -> known keys: gt, gte, lt, lte, eq, neq",
    ],
    [
      'the old order of words',
      ['event_count', 'ordered_temporal'],
      "3:9 [ordered_temporal] 'type' cannot be 'ordered_temporal' -> did you mean 'temporal_ordered'?",
    ],
    [
      'an unknown group',
      ['disk]', 'dsk]'],
      "5:22 [dsk] 'group-by': no capture or field is called 'dsk' -> did you mean 'disk'?",
    ],
    [
      'an unknown rule',
      ['host/reset', 'host/rest'],
      "4:11 [host/rest] rule 'host/rest' does not exist -> did you mean 'host/reset'?",
    ],
    [
      'a rule of another kind',
      ['host/reset', 'logsources/kernel'],
      "4:11 [logsources/kernel] core/logsources/kernel is of kind logsource -> 'rules'[0] takes: detection, metric, correlation",
    ],
    [
      'an unused alias',
      ['  timespan', '  aliases: { dev: { host/reset: disk } }\n  timespan'],
      "6:14 [dev] alias 'dev' is never used -> add it to 'group-by', or remove it",
    ],
    [
      'an alias of another rule',
      ['  timespan', '  aliases: { disk: { guest/abort: journal } }\n  timespan'],
      "6:22 [guest/abort] 'guest/abort' is not one of the rules of this correlation -> add it to 'rules', or remove it",
    ],
    [
      'a missing percentile',
      ['type: event_count', 'type: value_percentile'],
      "7:14 [gt:] 'condition' has no 'field' -> add 'field:'",
    ],
  ])('refuses %s', (_name, edit, expected) => {
    expect(errorsOf(changed('storm.yaml', edit))[0]).toBe(`storm.yaml:${expected}`);
  });

  it.each<[string, string]>([
    [
      'host/reset and guest/abrt',
      "7:29 [guest/abrt] 'guest/abrt' is not one of the rules of this correlation -> did you mean 'guest/abort'?",
    ],
    ['host/reset and storm', "7:29 [storm] 'storm' is not one of the rules of this correlation -> add it to 'rules'"],
    [
      'host/reset',
      '7:14 [host/reset] the condition does not use core/guest/abort -> use it in the condition, or remove it from rules',
    ],
    ['host/reset and', '7:27 [] the condition ends too early -> add an operand'],
    [
      'count(host/reset) > 5',
      "7:14 [count] 'count' is not one of the rules of this correlation -> rules: host/reset, guest/abort",
    ],
  ])('refuses the condition %s', (condition, expected) => {
    const text = temporal('').replace(
      '  timespan: 60s\n',
      `  timespan: 60s\n  group-by: []\n  condition: ${condition}\n`,
    );
    expect(errorsOf({ ...GOOD, 'both.yaml': text })).toEqual([`both.yaml:${expected}`]);
  });
});

describe('mistakes in rules', () => {
  it.each<[string, string, readonly (readonly [string, string])[], readonly string[]]>([
    [
      'unknown key',
      'guest/abort.yaml',
      [['author:', 'auther:']],
      ["6:1 [auther] unknown key 'auther' in the rule -> did you mean 'author'?"],
    ],
    [
      'missing keys',
      'guest/abort.yaml',
      [
        ['title: Journal aborted\n', ''],
        ['level: critical\n', ''],
      ],
      [
        "1:1 [status:] the rule has no 'level' -> add 'level:'",
        "1:1 [status:] the rule has no 'title' -> add 'title:'",
      ],
    ],
    [
      'level',
      'guest/abort.yaml',
      [['level: critical', 'level: hi']],
      ["20:8 [hi] 'level' cannot be 'hi' -> levels: informational, low, medium, high, critical"],
    ],
    [
      'status',
      'guest/abort.yaml',
      [['status: test', 'status: tset']],
      ["2:9 [tset] 'status' cannot be 'tset' -> did you mean 'test'?"],
    ],
    [
      'date',
      'guest/abort.yaml',
      [['2026-11-21', '2026-02-30']],
      ["7:7 [2026-02-30] '2026-02-30' is not in the calendar -> write 'YYYY-MM-DD'"],
    ],
    [
      'date format',
      'guest/abort.yaml',
      [['2026-11-21', '21.11.2026']],
      ["7:7 [21.11.2026] 'date' cannot be '21.11.2026' -> write 'YYYY-MM-DD'"],
    ],
    [
      'license',
      'guest/abort.yaml',
      [['Apache-2.0', 'free for all']],
      ["8:10 [free for all] 'license' cannot be 'free for all' -> write an SPDX id such as 'Apache-2.0'"],
    ],
    [
      'long title',
      'guest/abort.yaml',
      [['Journal aborted', 'x'.repeat(257)]],
      [`1:8 [${'x'.repeat(80)}...] 'title' has 257 characters -> at most 256`],
    ],
    [
      'title of digits',
      'guest/abort.yaml',
      [['Journal aborted', '153']],
      ["1:8 [153] 'title' is a text, here stands a number -> put it in single quotes"],
    ],
    [
      'no wording',
      'guest/abort.yaml',
      [['wording.verified', 'attack.t1']],
      [
        '9:1 [tags] the rule has no wording tag -> add wording.verified (read in a source), wording.seen (real log) or wording.memory (neither)',
      ],
    ],
    [
      'two wordings',
      'guest/abort.yaml',
      [['wording.verified', 'wording.verified\n  - wording.seen']],
      ["9:1 [wording.verified, wording.seen] a rule has one wording tag -> keep 'wording.seen' or the other"],
    ],
    [
      'misspelt wording',
      'guest/abort.yaml',
      [['wording.verified', 'wording.verfied']],
      ["10:5 [wording.verfied] unknown tag 'wording.verfied' -> did you mean 'wording.verified'?"],
    ],
    [
      'tag format',
      'guest/abort.yaml',
      [['- wording.verified', '- wording.verified\n  - Disk']],
      ["11:5 [Disk] 'tags'[1] cannot be 'Disk' -> write 'namespace.name' in lower case"],
    ],
    [
      'unknown logsource',
      'guest/abort.yaml',
      [['service: kernel', 'service: kernal']],
      [
        "12:3 [linux/kernal] no document defines the logsource linux/kernal -> did you mean 'linux/kernel'?; or add a document of kind logsource",
      ],
    ],
    [
      'logsource case',
      'guest/abort.yaml',
      [['product: linux', 'product: Linux']],
      ["12:12 [Linux] 'product' cannot be 'Linux' -> write it in lower case, _ for blanks"],
    ],
    [
      'role',
      'guest/abort.yaml',
      [['role: onset', 'role: onsett']],
      ["22:9 [onsett] 'role' cannot be 'onsett' -> did you mean 'onset'?"],
    ],
    [
      'entity type',
      'guest/abort.yaml',
      [['type: vm', 'type: disk']],
      ["23:19 [disk] 'type' cannot be 'disk' -> entity types: vm, host, volume, job"],
    ],
    [
      'entity field',
      'guest/abort.yaml',
      [['field: host.name }', 'field: jurnal }']],
      ["23:30 [jurnal] 'field': no capture or field is called 'jurnal' -> did you mean 'journal'?"],
    ],
    [
      'unknown name in the statement',
      'guest/abort.yaml',
      [['on {journal} aborted', 'on {jurnal} aborted']],
      ["26:26 [{jurnal}] 'statement': no capture or field is called 'jurnal' -> did you mean 'journal'?"],
    ],
    [
      'brace alone',
      'guest/abort.yaml',
      [['on {journal} aborted', 'on {journal aborted']],
      ["26:26 [{] a brace stands alone in 'statement' -> write '{name}'"],
    ],
    [
      'capture without a name',
      'guest/abort.yaml',
      [
        ['(?P<journal>', '('],
        ['{journal}', 'it'],
      ],
      [
        "25:29 ['^Aborting journal on device (\\S+?)\\.?$'] the expression captures nothing -> name the part that is wanted: (?P<name>...)",
      ],
    ],
    [
      'capture with a bad name',
      'guest/abort.yaml',
      [
        ['(?P<journal>', '(?P<Journal>'],
        ['{journal}', 'it'],
      ],
      ["25:29 [Journal] 'Journal' cannot name a capture -> use a-z, 0-9 and _, beginning with a letter"],
    ],
    [
      'unknown capture in onset',
      'host/reset.yaml',
      [['[seconds, 120]', '[second, 120]']],
      ["14:23 [second] 'earliest'[0]: no capture group is called 'second' -> did you mean 'seconds'?"],
    ],
    [
      'field in onset',
      'host/reset.yaml',
      [['[seconds, 120]', '[message, 120]']],
      [
        "14:23 [message] 'earliest'[0]: no capture group is called 'message' -> define a capture (?P<message>...); known: disk, seconds",
      ],
    ],
    [
      'negative seconds',
      'host/reset.yaml',
      [['[seconds, 120]', '[seconds, -120]']],
      ["14:32 [-120] 'earliest'[1] is too small -> at least 0"],
    ],
    [
      'half an onset',
      'host/reset.yaml',
      [[', latest: [seconds] }', ' }']],
      [
        "14:10 [earliest:] 'onset' mixes forms -> write '{earliest: [...], latest: [...]}', '{epoch: CAPTURE}' or '{until: true}'",
      ],
    ],
    [
      'epoch of a marker',
      'host/reset.yaml',
      [['{ earliest: [seconds, 120], latest: [seconds] }', '{ epoch: seconds }']],
      ["14:10 [epoch] an 'epoch' belongs to role echo -> write 'role: echo'"],
    ],
    [
      'kernel range',
      'host/reset.yaml',
      [["'>=5.14'", "'5.14+'"]],
      ["15:63 ['5.14+'] '5.14+' is not a range of kernels -> write for example '>=2.6 <4.0' or '>=5.14'"],
    ],
    [
      'unknown rule in unless',
      'host/reset.yaml',
      [['host/other', 'host/othr']],
      ["16:19 [host/othr] rule 'host/othr' does not exist -> did you mean 'host/other'?"],
    ],
    [
      'unknown capture in unless',
      'host/reset.yaml',
      [['same: [disk]', 'same: [dsk]']],
      ["16:38 [dsk] 'same'[0]: no capture group is called 'dsk' -> did you mean 'disk'?"],
    ],
    [
      'capture the other rule lacks',
      'host/reset.yaml',
      [['host/other', 'guest/abort']],
      ["16:39 [disk] core/guest/abort has no capture 'disk' to compare with -> capture it there: (?P<disk>...)"],
    ],
    [
      'excuse of itself',
      'host/reset.yaml',
      [['host/other', 'host/reset']],
      ['16:11 [core/host/reset] a rule cannot excuse itself -> name another rule'],
    ],
    [
      'anchor without what it needs',
      'host/reset.yaml',
      [['  unless:', '  anchor: { event: VM boot, lag: soon, same: [nothing] }\n  unless:']],
      [
        "16:11 [event:] 'anchor' has no 'spread' -> add 'spread:'",
        "16:20 [VM boot] 'event' cannot be 'VM boot' -> use a-z, 0-9 and -, as in vm-boot",
        "16:34 [soon] 'lag' is a number, here stands a text -> write a number",
        "16:47 [nothing] 'same'[0]: no capture group is called 'nothing' -> define a capture (?P<nothing>...); known: disk, seconds",
      ],
    ],
    [
      'step without its size',
      'host/reset.yaml',
      [['  unless:', '  step: { from: OldTime }\n  unless:']],
      ["16:9 [from:] 'step' needs how far, or from when to when -> write 'by: CAPTURE' or 'from: FIELD, to: FIELD'"],
    ],
    [
      'gap that nobody can read',
      'host/reset.yaml',
      [['  unless:', '  gap: { cause: saved, at: beginning, lasts: 2, lost: disc }\n  unless:']],
      [
        "16:28 [beginning] 'at' cannot be 'beginning' -> ends of a gap: begin, end, any",
        "16:46 [2] 'lasts': '2' is not a duration -> write a whole number and one of s, m, h, d: '90s', '5m', '1h', '7d'",
        "16:55 [disc] 'lost': no capture group is called 'disc' -> did you mean 'disk'?",
      ],
    ],
    [
      'gap that loses no line',
      'host/reset.yaml',
      [['  unless:', '  gap: { cause: saved, at: begin, lost: disk }\n  unless:']],
      ["16:8 [disk] 'gap' counts lost lines, and 'saved' loses none -> remove 'lost'"],
    ],
    [
      'minutes in capitals',
      'host/reset.yaml',
      [['within: 2s', 'within: 2M']],
      ["16:53 [2M] 'within': '2M' is not a duration -> write '2m': units are lower case"],
    ],
    [
      'no provider',
      'host/reset.yaml',
      [['Provider_Name: [disk, storahci], ', '']],
      ["5:12 [EventID] an EventID means nothing without its provider -> add 'Provider_Name: ...' to this selection"],
    ],
    [
      'unknown kind',
      'metric/saturated.yaml',
      [['kind: metric', 'kind: metrc']],
      ["1:7 [metrc] unknown kind 'metrc' -> did you mean 'metric'?"],
    ],
    [
      'metric name',
      'metric/saturated.yaml',
      [['disk.latency,', 'disk.latncy,']],
      ["7:15 [disk.latncy] 'any'[0] cannot be 'disk.latncy' -> did you mean 'disk.latency'?"],
    ],
    [
      'two thresholds',
      'metric/saturated.yaml',
      [['gt: 4', 'gt: 4, lt: 9']],
      [
        "8:7 [any:] 'all'[1] has 2 thresholds -> write one of 'gt', 'gte', 'lt', 'lte', 'eq', 'neq'; a range is two conditions",
      ],
    ],
    [
      'negative threshold',
      'metric/saturated.yaml',
      [['gt: 4', 'gt: -4']],
      ["8:32 [-4] 'gt' is too small -> at least 0"],
    ],
    ['exit', 'metric/saturated.yaml', [['exit: 0.7', 'exit: 0']], ["10:9 [0] 'exit' is too small -> more than 0"]],
    [
      'baseline',
      'metric/saturated.yaml',
      [['k: 6, points: 30', 'k: -6, points: 2.5']],
      ["11:31 [-6] 'k' is too small -> more than 0", "11:43 [2.5] 'points' is a whole number -> write 3"],
    ],
    [
      'capture in a metric',
      'metric/saturated.yaml',
      [['{object} at', '{disk} at']],
      [
        "14:42 [{disk}] 'statement': no capture or field is called 'disk' -> known names: entity, object, value, duration, count",
      ],
    ],
    [
      'incident kind',
      'incident/readonly.yaml',
      [['guest.fs.readonly', 'guest.fs.read-only']],
      [
        "4:9 [guest.fs.read-only] unknown incident kind 'guest.fs.read-only' -> did you mean 'guest.fs.readonly'? (or write an id of your own with a prefix, like acme:thing)",
      ],
    ],
    [
      'entity of the kind',
      'incident/readonly.yaml',
      [['entity: vm', 'entity: host']],
      ['5:11 [host] guest.fs.readonly is not about a host -> write vm'],
    ],
    [
      'opened by a marker',
      'incident/readonly.yaml',
      [['core/storm', 'host/reset']],
      [
        "6:24 [host/reset] core/host/reset has role marker -> open it by rules of role onset; others may stand under 'dated-by' or 'ends'",
      ],
    ],
    [
      'opened by a metric',
      'incident/readonly.yaml',
      [['core/storm', 'metric/saturated']],
      ["6:24 [metric/saturated] core/metric/saturated is of kind metric -> 'opens'[1] takes: detection, correlation"],
    ],
    [
      'dated without a limit',
      'incident/readonly.yaml',
      [['  back: 20m\n', '']],
      ["7:3 [dated-by] 'dated-by' needs 'back' -> add for example 'back: 20m'"],
    ],
    [
      'capture only some rules have',
      'incident/readonly.yaml',
      [['{entity}', '{journal}']],
      [
        "10:27 [{journal}] 'summary': no capture or field is called 'journal' -> known names: entity, object, value, duration, count",
      ],
    ],
    [
      'cause',
      'hypothesis/snapshot.yaml',
      [['vss-snapshot', 'vss-snapshots']],
      [
        "4:10 [vss-snapshots] unknown cause 'vss-snapshots' -> did you mean 'vss-snapshot'? (or write an id of your own with a prefix, like acme:thing)",
      ],
    ],
    [
      'explained kind',
      'hypothesis/snapshot.yaml',
      [['guest.io.stall', 'guest.io.stal']],
      [
        "8:40 [guest.io.stal] unknown incident kind 'guest.io.stal' -> did you mean 'guest.io.stall'? (or write an id of your own with a prefix, like acme:thing)",
      ],
    ],
    [
      'kind that is not explained',
      'hypothesis/snapshot.yaml',
      [['for: [guest.fs.readonly]', 'for: [guest.hang]']],
      ["20:13 [guest.hang] the hypothesis does not explain guest.hang -> add it to 'explains', or remove it here"],
    ],
    [
      'join',
      'hypothesis/snapshot.yaml',
      [['join: host', 'join: hosts']],
      ["13:13 [hosts] 'join' cannot be 'hosts' -> did you mean 'host'?"],
    ],
    [
      'both signs',
      'hypothesis/snapshot.yaml',
      [
        ['absent: -0.5', 'absent: 0.5'],
        ['refutes: absent\n', 'family: a\n'],
        ['      family: resets\n', ''],
      ],
      ["16:15 [0.5] 'present' and 'absent' cannot both speak for, or both against, the cause -> change one sign"],
    ],
    [
      'decisive against',
      'hypothesis/snapshot.yaml',
      [
        ['present: 4.0', 'present: -4.0'],
        ['      absent: -0.5\n', ''],
      ],
      ['17:17 [true] evidence against the cause is not its decisive link -> remove it'],
    ],
    [
      'refuted by what speaks for it',
      'hypothesis/snapshot.yaml',
      [['refutes: absent', 'refutes: present']],
      ["19:16 [present] 'present' speaks for the cause and refutes it -> make it negative, or write refutes: absent"],
    ],
    [
      'weight',
      'hypothesis/snapshot.yaml',
      [['present: 4.0', 'present: 400']],
      ["15:16 [400] 'present' is too large -> at most 20"],
    ],
    [
      'infinite weight',
      'hypothesis/snapshot.yaml',
      [['present: 4.0', 'present: .inf']],
      ["15:16 [.inf] 'present' is a number, here stands no finite number -> write a number"],
    ],
    [
      'unknown source',
      'hypothesis/snapshot.yaml',
      [['windows/system', 'windows/systm']],
      ["17:15 [windows/systm] rule 'windows/systm' does not exist -> did you mean 'windows/system'?"],
    ],
    [
      'sample of another format',
      'logsources/kernel.yaml',
      [['- format: syslog', '- format: journal']],
      ["11:13 [journal] 'format' cannot be 'journal' -> formats of this logsource: syslog, dmesg"],
    ],
    [
      'no sample',
      'logsources/kernel.yaml',
      [[KERNEL.slice(KERNEL.indexOf('samples:')), 'samples: []\n']],
      ["10:10 [[]] 'samples' is empty -> at least 1 expected"],
    ],
    [
      'layer',
      'logsources/kernel.yaml',
      [['layer: guest', 'layer: vm']],
      ["5:8 [vm] 'layer' cannot be 'vm' -> layers: guest, hypervisor, backup, storage, network, inventory"],
    ],
    [
      'format name',
      'logsources/kernel.yaml',
      [['[syslog, dmesg]', '[syslog, Dmesg]']],
      ["4:19 [Dmesg] 'formats'[1] cannot be 'Dmesg' -> write the name of a parser, such as windows-evtx"],
    ],
  ])('%s', (_name, path, edits, expected) => {
    expect(errorsOf(changed(path, ...edits))).toEqual(expected.map((line) => `${path}:${line}`));
  });

  it('reports all of them at once and keeps the other rules', () => {
    const files = {
      ...changed('guest/abort.yaml', ['role: onset', 'role: x'], ['level: critical', 'level: y']),
      'bad.yaml': 'title: [',
    };
    const set = load(files);
    expect(set.errors.map(({ line }) => line)).toEqual([1, 20, 22]);
    expect(set.rules.map(({ id }) => id)).toContain('core/host/reset');
    expect(set.rules.map(({ id }) => id)).not.toContain('core/guest/abort');
  });

  it('refuses rules that excuse each other', () => {
    const files = { ...GOOD, 'host/other.yaml': RESET.replace('guest/abort', 'host/reset') };
    expect(errorsOf(files)).toEqual([
      'host/other.yaml:16:19 [host/reset] rules excuse each other: core/host/other > core/host/reset > core/host/other -> remove one of the references',
    ]);
  });

  it('refuses a second definition of a logsource, a name or an id', () => {
    const uuid = 'id: 929a690e-bef0-4204-a928-ef5e620d6fcc\nname: twice\n';
    const files = {
      ...GOOD,
      'logsources/z.yaml': KERNEL,
      'guest/abort.yaml': `${uuid}${ABORT}`,
      'guest/second.yaml': `${uuid}${ABORT}`,
    };
    expect(errorsOf(files)).toEqual([
      "guest/second.yaml:1:5 [929a690e-bef0-4204-a928-ef5e620d6fcc] 'id' is already taken by core/guest/abort -> choose another",
      "guest/second.yaml:2:7 [twice] 'name' is already taken by core/guest/abort -> choose another",
      'logsources/z.yaml:3:1 [logsource] this logsource is already defined by core/logsources/kernel -> keep one of them',
    ]);
  });
});

describe('mistakes in files', () => {
  it.each<[string, Files, readonly string[]]>([
    [
      'no pack.yaml',
      { 'a.yaml': KERNEL },
      [
        'pack.yaml:1:1 [pack.yaml] the folder has no pack.yaml -> write one with id, version, title and license, or name the folder that holds it',
      ],
    ],
    [
      'pack.yaml',
      { 'pack.yaml': 'id: Core Pack\nversion: 1\ntitle: x\nlicence: MIT\n' },
      [
        "pack.yaml:1:5 [Core Pack] 'id' cannot be 'Core Pack' -> use a-z, 0-9 and -",
        "pack.yaml:2:10 [1] 'version' is a text, here stands a number -> put it in single quotes",
        "pack.yaml:4:1 [licence] unknown key 'licence' in pack.yaml -> did you mean 'license'?",
      ],
    ],
    [
      'file name',
      { ...GOOD, 'guest/Ext4 abort.yaml': KERNEL.replace('kernel }', 'other }') },
      [
        "guest/Ext4 abort.yaml:1:1 [Ext4 abort] 'Ext4 abort' cannot be part of a rule id -> name files and folders with a-z, 0-9 and -",
      ],
    ],
    [
      '.yml',
      { ...GOOD, 'guest/x.yml': KERNEL },
      ["guest/x.yml:1:1 [guest/x.yml] rule files end in .yaml -> rename it to 'guest/x.yaml'"],
    ],
    [
      'two documents',
      { ...GOOD, 'x.yaml': `${KERNEL}---\n${ABORT}` },
      ['x.yaml:14:1 [---] one file holds one document -> move the second document to a file of its own'],
    ],
    [
      'empty file',
      { ...GOOD, 'x.yaml': '# nothing\n' },
      ['x.yaml:1:1 [] the file is empty -> write one document, or delete the file'],
    ],
    [
      'a list',
      { ...GOOD, 'x.yaml': '- a\n' },
      ["x.yaml:1:1 [- a] a rule is a map, here stands a list -> begin with 'title: ...'"],
    ],
    [
      'nothing known',
      { ...GOOD, 'x.yaml': 'title: a\n' },
      [
        "x.yaml:1:1 [title:] this is neither a detection, a correlation nor one of our kinds -> add 'detection:', 'correlation:' or 'kind:'",
      ],
    ],
    [
      'a filter',
      { ...GOOD, 'x.yaml': 'title: a\nlogsource: {product: linux}\nfilter:\n  rules: [x]\n' },
      ['x.yaml:3:1 [filter] Sigma filters are not supported -> put the exclusion into the rule, or write an unless'],
    ],
    [
      'not UTF-8',
      { ...GOOD, 'x.yaml': new Uint8Array([0x61, 0xff, 0x0a]) },
      ['x.yaml:1:1 [] the file is not UTF-8 -> save it as UTF-8'],
    ],
    [
      'a control character',
      { ...GOOD, 'x.yaml': 'title: a\nb: \u0000\n' },
      ['x.yaml:2:4 [U+0000] control character U+0000 -> remove it, or write it as an escape'],
    ],
    [
      'a key twice',
      { ...GOOD, 'x.yaml': 'title: a\ntitle: b\n' },
      ['x.yaml:2:1 [title] the key stands twice in one map -> keep one of them'],
    ],
    [
      'a tab',
      { ...GOOD, 'x.yaml': 'a:\n\tb: 1\n' },
      ['x.yaml:2:1 [\t] not valid YAML: Tabs are not allowed as indentation -> indent with blanks'],
    ],
    [
      'a tag',
      { ...GOOD, 'x.yaml': 'a: !!js/function x\n' },
      [
        'x.yaml:1:4 [!!js/function] not valid YAML: Unresolved tag: tag:yaml.org,2002:js/function -> remove the tag; rules hold plain texts and numbers',
      ],
    ],
    [
      'a directive',
      { ...GOOD, 'x.yaml': '%YAML 1.1\n---\na: yes\n' },
      ['x.yaml:1:1 [%YAML] YAML directives are not read -> remove the %YAML line; rules are YAML 1.2'],
    ],
    ['a number as key', { ...GOOD, 'x.yaml': '1: a\n' }, ['x.yaml:1:1 [1] a key is a text -> put it in quotes']],
    [
      'too large',
      { ...GOOD, 'x.yaml': `# ${'x'.repeat(1024 * 1024)}\n` },
      ['x.yaml:1:1 [x.yaml] the file has 1048579 bytes -> at most 1048576'],
    ],
    [
      'deep nesting',
      { ...GOOD, 'x.yaml': `a: ${'['.repeat(300_000)}` },
      ['x.yaml:1:2004 [[] nested too deeply -> write it flat'],
    ],
    [
      'deep list',
      { ...GOOD, 'x.yaml': `${'- '.repeat(300_000)}x` },
      ['x.yaml:1:1001 [-] nested too deeply -> write it flat'],
    ],
  ])('%s', (_name, files, expected) => {
    expect(errorsOf(files)).toEqual(expected);
  });

  it('does not multiply aliases', () => {
    const levels = Array.from(
      { length: 30 },
      (_, i) => `a${i + 1}: &a${i + 1} [${Array.from({ length: 9 }, () => `*a${i}`).join(', ')}]`,
    );
    const errors = errorsOf({ ...GOOD, 'x.yaml': `a0: &a0 [lol]\n${levels.join('\n')}\n` });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/too many aliases|nested too deeply/);
    expect(errorsOf({ ...GOOD, 'x.yaml': 'a: &a [*a]\n' })).toHaveLength(1);
  });

  it('reports a folder that is not there, and a pack given twice', () => {
    const missing = loadPacks(['/nonexistent/pack']);
    expect(missing.errors.map(({ problem }) => problem)).toEqual([
      'the folder cannot be read: ENOENT',
      'the folder has no pack.yaml',
    ]);
    const dir = writePack(GOOD);
    const twice = loadPacks([dir, `${dir}/`]);
    expect(twice.errors.map(({ problem }) => problem)).toEqual(["a pack 'core' is already loaded"]);
    expect(twice.rules).toHaveLength(9);
  });

  it('does not follow links out of the pack', () => {
    const dir = writePack(GOOD);
    symlinkSync('/etc', join(dir, 'etc'));
    expect(loadPacks([dir]).errors.map(({ problem }) => problem)).toEqual(['a pack holds no symbolic links']);
  });

  it('hashes names and contents of rules, not tests', () => {
    const hash = (files: Files) => load(files).packs[0]?.sha256;
    expect(hash(GOOD)).toBe(hash({ ...GOOD }));
    expect(hash(GOOD)).toBe(hash({ ...GOOD, 'x.test.yaml': 'cases: []', 'README.md': 'x', '.hidden/x.yaml': 'x' }));
    expect(hash({ ...GOOD, 'storm.yaml': `${STORM}\n` })).not.toBe(hash(GOOD));
    const { 'storm.yaml': storm = '', ...others } = GOOD;
    expect(hash({ ...others, 'storm2.yaml': storm })).not.toBe(hash(GOOD));
  });

  it('gives the same answer whatever order the files were written in', () => {
    const broken = { ...GOOD, 'x.yaml': 'title: [', 'a.yaml': 'a: 1' };
    const reversed = Object.fromEntries(Object.entries(broken).reverse());
    expect(errorsOf(reversed)).toEqual(errorsOf(broken));
    expect(load(reversed).rules.map(({ id }) => id)).toEqual(load(broken).rules.map(({ id }) => id));
  });
});

describe('whatever stands in a file', () => {
  const JUNK = [
    '',
    ' null',
    ' []',
    ' {}',
    ' 0',
    ' -1',
    ' .inf',
    ' true',
    " ''",
    ' [a, {b: c}]',
    ' {a: [b]}',
    ' &a x',
    ' *a',
    ' "\\u0000"',
    ' |',
    ' [[[',
    ' x: y',
    ' 5M',
    ' {x: null}',
    ' [null]',
    ' [[]]',
    ' constructor',
    ' __proto__',
    ' a|b|c',
    " '{x}'",
  ];

  it('loading does not throw, and says why a rule is missing', () => {
    const paths = Object.keys(GOOD);
    const edits = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.constantFrom(...JUNK)), { minLength: 1, maxLength: 3 });
    let refused = 0;
    fc.assert(
      fc.property(edits, (changes) => {
        const files: Record<string, string> = Object.fromEntries(Object.entries(GOOD).map(([p, t]) => [p, String(t)]));
        for (const [file, place, junk] of changes) {
          const path = paths[file % paths.length] ?? '';
          const text = files[path] ?? '';
          // The value behind some colon, comma or dash is replaced up to where it ends.
          const ends = [...text.matchAll(/(?<=[:,[-])[^:,\]}\n]*/g)];
          const hit = ends[place % ends.length];
          if (hit !== undefined) files[path] = text.slice(0, hit.index) + junk + text.slice(hit.index + hit[0].length);
        }
        const set = load(files);
        if (set.errors.length > 0) refused++;
        else expect(set.rules).toHaveLength(9);
        for (const error of set.errors) expect(error.fix).not.toBe('');
      }),
      { numRuns: 250 },
    );
    expect(refused).toBeGreaterThan(100);
  });
});
