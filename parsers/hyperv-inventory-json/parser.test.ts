import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fact } from '../../src/model/source.js';
import { EVERYTHING, WHOLE_RECORDS } from '../../src/parser/collect.js';
import type { Head, Sink } from '../../src/parser/parser.js';
import parser from './parser.js';
import { OBJECT_LIMIT } from './split.js';

const FIXTURES = join(import.meta.dirname, 'fixtures');

interface Collected {
  readonly items: Readonly<Record<string, unknown>>[];
  readonly facts: Fact[];
  readonly issues: string[];
}

/** Feeds the text in pieces cut at `cuts` (between characters); offsets as a UTF-8 file has them. */
function read(text: string, cuts: readonly number[] = []): Collected {
  const found: Collected = { items: [], facts: [], issues: [] };
  const sink: Sink = {
    ...WHOLE_RECORDS,
    record: (record) => found.items.push({ record }),
    metric: (metric) => found.items.push({ metric }),
    clock: (clock) => found.items.push({ clock }),
    fact(fact) {
      found.items.push({ fact });
      found.facts.push(fact);
    },
    issue(code, severity, note, at) {
      found.items.push({ issue: { code, severity, note, at } });
      found.issues.push(code);
    },
  };
  if (parser.reads !== 'text') throw new Error('hyperv-inventory-json reads text');
  const reader = parser.open({ path: 'x', pathHost: null }, sink, EVERYTHING);
  const points = Array.from(text);
  const bounds = [0, ...[...new Set(cuts)].filter((cut) => cut < points.length).sort((a, b) => a - b), points.length];
  let byteOffset = 0;
  for (const [i, from] of bounds.slice(0, -1).entries()) {
    const chunk = points.slice(from, bounds[i + 1]).join('');
    reader.text(chunk, { byteOffset });
    byteOffset += Buffer.byteLength(chunk);
  }
  reader.end();
  return found;
}

function stated(text: string): readonly unknown[] {
  return read(text).facts.map(({ at: _at, ...fact }) => fact);
}

function head(text: string): Head {
  const normal = text.replaceAll('\r\n', '\n');
  return { bytes: Buffer.from(text), text: normal, lines: normal.split('\n'), path: 'x' };
}

const fixtures = readdirSync(FIXTURES).filter((file) => !file.endsWith('.expected.jsonl'));
const texts = fixtures.map((file) => readFileSync(join(FIXTURES, file), 'utf8'));

describe('fixtures', () => {
  it.each(fixtures)('%s', (file) => {
    const text = readFileSync(join(FIXTURES, file), 'utf8');
    const expected = readFileSync(join(FIXTURES, file.replace(/\.[^.]+$/, '.expected.jsonl')), 'utf8');
    const lines = expected.split('\n').filter((line) => line !== '');
    expect(read(text).items.map((item) => JSON.stringify(item))).toEqual(lines);
  });

  it.each(fixtures)('%s is recognised, whole or cut after its first objects', (file) => {
    const text = readFileSync(join(FIXTURES, file), 'utf8');
    expect(parser.sniff(head(text))).toBeGreaterThanOrEqual(0.85);
    expect(parser.sniff(head(text.slice(0, 700)))).toBeGreaterThanOrEqual(0.85);
  });
});

const DISK =
  '{"VMName":"v1","VMId":"01010101-0101-4101-8101-010101010101","Path":"C:\\\\ClusterStorage\\\\V1\\\\v1\\\\v1.vhdx"}';
const DISK_FACTS = 3;

describe('splitting', () => {
  it('gives the same for every way of cutting the text', () => {
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.array(fc.nat(3000), { maxLength: 40 }), (text, cuts) => {
        expect(read(text, cuts).items).toEqual(read(text).items);
      }),
      { numRuns: 150 },
    );
  });

  it('holds no more than one object: a long one is left out and what follows is read', () => {
    const long = `{"VMName":"long","Notes":"${'x]}"'.replaceAll('"', '\\"').repeat(OBJECT_LIMIT / 4)}"}`;
    const text = `[${DISK.replaceAll('v1', 'v0')},${long},\n${DISK}]`;
    for (const cuts of [[], [1 << 20], [200, 2_500_000, 2_500_001, 6_000_000]]) {
      const { facts, issues } = read(text, cuts);
      expect(facts).toHaveLength(2 * DISK_FACTS);
      expect(facts.at(-1)?.at?.line).toBe(2);
      expect(issues).toEqual(['record-truncated']);
    }
  });

  it.each([
    ['a cut string', '{"Id":1,"Notes":"half a mess\n'],
    ['a cut object', '{"Id":1,"HardDrives":[{"Path":'],
    ['a cut array', '{"Id":1,"HardDrives":[{"Path":"x"},'],
    ['a missing comma', '{"Id":1,"A":{"b":1}"C":2}'],
    ['crossed brackets', '{"Id":1,"A":[{]}'],
    ['deep nesting', `{"Id":1,"A":${'['.repeat(2000)}`],
  ])('loses no more than %s', (_name, broken) => {
    const rest = ['v2', 'v3', 'v4'].map((name) => DISK.replaceAll('v1', name));
    const { facts, issues } = read(`${DISK}\n${broken}\n${rest.join('\n')}`);
    expect(facts.at(-1)).toMatchObject({ vm: 'v4' });
    expect(facts.length).toBeGreaterThanOrEqual(3 * DISK_FACTS);
    expect(issues[0]).toBe('inventory-unreadable');
  });

  it('states once what many objects say', () => {
    expect(read(`[${Array.from({ length: 500 }, () => DISK).join(',')}]`).facts).toHaveLength(DISK_FACTS);
  });

  it('passes over a command line that holds braces', () => {
    const { facts, issues } = read(`PS> Get-VM | ? { $_.State } | select @{n="Host"} | ConvertTo-Json\n${DISK}`);
    expect(facts).toHaveLength(DISK_FACTS);
    expect(issues).toEqual(['text-between']);
  });
});

describe('objects', () => {
  const vm = (name: string, id: string | null = null): unknown => ({ kind: 'vm', name, id });

  it.each([
    ['Get-VM with strings for enumerations', '{"Name":"a","Id":"x","ComputerName":".","State":"Running"}', [vm('a')]],
    [
      'a checkpoint: the VM, not the checkpoint',
      '{"Name":"before","SnapshotType":0,"VMName":"a","VMId":null,"ComputerName":null}',
      [vm('a')],
    ],
    ['an integration service', '{"Name":"VSS","VMName":"a","VMId":"x","Enabled":true}', [vm('a')]],
    ['an adapter of the host', '{"Name":"Mgmt","VMName":null,"VMId":null,"ComputerName":"N1"}', []],
    [
      'a VM without a name',
      '{"VMName":"","VMId":"{01010101-0101-4101-8101-010101010101}"}',
      [vm('01010101-0101-4101-8101-010101010101', '01010101-0101-4101-8101-010101010101')],
    ],
    ['an empty list', '{"Name":"a","HardDrives":[],"Path":null}', [vm('a')]],
  ])('%s', (_name, text, facts) => {
    expect(stated(text)).toEqual(facts);
    expect(read(text).issues).toEqual([]);
  });

  it.each([
    ['a switch', '{"Name":"s","Id":"01010101-0101-4101-8101-010101010101","SwitchType":2,"ComputerName":"N1"}'],
    ['a virtual disk', '{"ComputerName":"N1","Path":"C:\\\\a\\\\b.vhdx","VhdFormat":3}'],
    ['a group of unknown type', '{"Name":"web1","OwnerNode":"N1","State":0}'],
    ['a service', '{"Name":"vmms","Status":4}'],
    ['nothing', '{}'],
  ])('%s states nothing, and that is said', (_name, text) => {
    expect(read(text).facts).toEqual([]);
    expect(read(text).issues).toEqual(['not-inventory']);
  });

  it('takes the volume from the disks, and from the folder of the VM only without them', () => {
    const volumes = (text: string): readonly unknown[] =>
      read(text)
        .facts.filter((fact) => fact.kind === 'vm-volume')
        .map((fact) => fact.kind === 'vm-volume' && fact.volume);
    const home = '"Path":"C:\\\\ClusterStorage\\\\Home\\\\a","IsClustered":true';
    expect(volumes(`{"Name":"a",${home}}`)).toEqual(['Home']);
    expect(volumes(`{"Name":"a",${home},"HardDrives":[{"Path":"C:\\\\ClusterStorage\\\\V1\\\\a.vhdx"}]}`)).toEqual([
      'V1',
    ]);
    expect(
      volumes(`{"Name":"a",${home},"HardDrives":{"Path":"\\\\\\\\N1\\\\C$\\\\ClusterStorage\\\\V2\\\\a.vhdx"}}`),
    ).toEqual(['V2']);
  });

  it.each([
    ['"Replica"', ['inventory-replica']],
    ['4', ['inventory-replica']],
    ['{"value":2,"Value":"Replica"}', ['inventory-replica']],
    ['"Primary"', []],
    ['0', []],
    ['null', []],
  ])('ReplicationMode %s', (mode, issues) => {
    const text = `{"Name":"a","ComputerName":"N1","ReplicationMode":${mode}}`;
    expect(read(text).issues).toEqual(issues);
    expect(read(text).facts).toHaveLength(issues.length > 0 ? 1 : 2);
  });
});

describe('hostile input', () => {
  const scraps = [
    '{',
    '}',
    '[',
    ']',
    '"',
    ',',
    ':',
    '\\',
    '\n',
    '{"value":[',
    '"VMName":',
    '"v"',
    DISK,
    'null',
    '\u0000',
    '{}',
    '\u{1F600}',
  ];

  it('never throws and never depends on the cuts', () => {
    const part = fc.oneof(fc.constantFrom(...scraps), fc.string({ maxLength: 5 }));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 60 }), fc.array(fc.nat(200)), (parts, cuts) => {
        const text = parts.join('');
        expect(read(text, cuts).items).toEqual(read(text).items);
        expect(parser.sniff(head(text))).toBeLessThanOrEqual(1);
      }),
      { numRuns: 400 },
    );
  });

  it('reads any JSON value in any property without throwing', () => {
    const names = [
      'Name',
      'VMName',
      'VMId',
      'Id',
      'Path',
      'HardDrives',
      'ComputerName',
      'GroupType',
      'OwnerNode',
      'SharedVolumeInfo',
      'ReplicationMode',
      '__proto__',
      'value',
    ];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), fc.jsonValue()), (object) => {
        const { facts } = read(JSON.stringify(object));
        for (const fact of facts) {
          for (const value of Object.values(fact)) if (typeof value === 'string') expect(value).toMatch(/^\P{Cc}+$/u);
        }
      }),
    );
  });

  it.each(['{', '{"', '[{', '{"a":', '{"a":[', '"', '\\', '{"a":"b"', ' ', '{}', '{"value":['])(
    'reads megabytes of %s in linear time',
    (unit) => {
      const start = performance.now();
      const text = `{"VMName":"a","b":${unit.repeat(Math.floor((2 << 20) / unit.length))}`;
      read(text, [1 << 20]);
      parser.sniff(head(text.slice(0, 1 << 16)));
      // Quadratic reading takes minutes; the bound is generous for a busy machine.
      expect(performance.now() - start).toBeLessThan(15_000);
    },
  );
});

describe('sniff', () => {
  it.each([
    [
      'Windows events',
      '[{"Id":18500,"ProviderName":"Microsoft-Windows-Hyper-V-VMMS","TimeCreated":"2024-02-29T01:02:03Z","VMName":"a","VMId":"b"}]',
    ],
    ['Winlogbeat', '{"@timestamp":"2024-02-29T01:02:03Z","winlog":{"user_data":{"VmName":"a","VmId":"b"}}}'],
    ['events of another tool', '{"fields":{"EventID":18500,"Provider_Name":"x","VmName":"a","VmId":"b"}}'],
    ['the journal', '{"__REALTIME_TIMESTAMP":"1","MESSAGE":"VMName","PRIORITY":"6"}'],
    ['iostat', '{"sysstat": {"hosts": [{"nodename": "a", "statistics": []}]}}'],
    ['services', '[{"Name":"vmms","Status":4,"MachineName":"."}]'],
    ['other JSON with a name and an id', '[{"Id":1,"Name":"x","State":"open"}]'],
    ['a program', `const disk = [\n${DISK}\n];\n`],
    ['a page', `<pre>\n${DISK}</pre>`],
    ['packages', '[{"name":"x","version":"1.0","path":"/a","state":"installed"}]'],
    ['prose', 'Every object has "VMName": and "VMId": in it.'],
    ['topology.yaml as JSON', '{"vms":[{"name":"web01","host":"HV01"}]}'],
    ['nothing', ''],
  ])('leaves %s alone', (_name, text) => {
    expect(parser.sniff(head(text))).toBe(0);
  });
});
