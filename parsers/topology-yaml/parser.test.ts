import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fact } from '../../src/model/source.js';
import { EVERYTHING, WHOLE_RECORDS } from '../../src/parser/collect.js';
import type { Head, Sink } from '../../src/parser/parser.js';
import parser from './parser.js';

const FIXTURES = join(import.meta.dirname, 'fixtures');

interface Collected {
  readonly items: Readonly<Record<string, unknown>>[];
  readonly facts: Fact[];
  readonly notes: string[];
}

/** Feeds the text in pieces cut at `cuts` (between characters); offsets as a UTF-8 file has them. */
function read(text: string, cuts: readonly number[] = []): Collected {
  const found: Collected = { items: [], facts: [], notes: [] };
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
      found.notes.push(note);
    },
  };
  if (parser.reads !== 'text') throw new Error('topology-yaml reads text');
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

function head(text: string): Head {
  const normal = text.replaceAll('\r\n', '\n');
  return { bytes: Buffer.from(text), text: normal, lines: normal.split('\n'), path: 'x' };
}

const fixtures = readdirSync(FIXTURES).filter((file) => !file.endsWith('.expected.jsonl'));

describe('fixtures', () => {
  it.each(fixtures)('%s', (file) => {
    const text = readFileSync(join(FIXTURES, file), 'utf8');
    const expected = readFileSync(join(FIXTURES, file.replace(/\.[^.]+$/, '.expected.jsonl')), 'utf8');
    const lines = expected.split('\n').filter((line) => line !== '');
    expect(read(text).items.map((item) => JSON.stringify(item))).toEqual(lines);
    expect(parser.sniff(head(text))).toBeGreaterThanOrEqual(0.5);
  });

  it('give the same for every way of cutting the text', () => {
    const texts = fixtures.map((file) => readFileSync(join(FIXTURES, file), 'utf8'));
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.array(fc.nat(800), { maxLength: 20 }), (text, cuts) => {
        expect(read(text, cuts).items).toEqual(read(text).items);
      }),
    );
  });
});

it('reads the example of the README without a mistake', () => {
  const readme = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8');
  const { facts, notes } = read(/```yaml\n([\s\S]*?)```/.exec(readme)?.[1] ?? '');
  expect(notes).toEqual([]);
  expect(new Set(facts.map((fact) => fact.kind)).size).toBe(7);
});

describe('names', () => {
  it('reads every name as it is written, whatever YAML may take it for', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/).filter((text) => text.toLowerCase() !== 'null');
    fc.assert(
      fc.property(name, name, (vm, host) => {
        const { facts, notes } = read(`vms:\n- name: ${vm}\n  host: ${host}\n`);
        expect(notes).toEqual([]);
        expect(facts.map(({ at: _at, ...fact }) => fact)).toEqual([
          { kind: 'vm', name: vm, id: null },
          { kind: 'vm-host', vm, host },
        ]);
      }),
    );
  });

  it.each(['no', '1e3', '0x1F', '2024-03-03', 'true', '12:30:45', '.5'])('%s is a name', (name) => {
    expect(read(`hosts: [${name}]`).facts).toMatchObject([{ kind: 'host', name }]);
  });

  it('takes any text that stands in quotes', () => {
    const text = fc
      .string({ minLength: 1, maxLength: 40, unit: 'grapheme' })
      .filter((t) => t.trim() !== '' && !/\p{C}/u.test(t));
    fc.assert(
      fc.property(text, (name) => {
        expect(read(`hosts:\n- '${name.replaceAll("'", "''")}'\n`).facts).toMatchObject([
          { kind: 'host', name: name.trim() },
        ]);
      }),
    );
  });
});

describe('mistakes', () => {
  it('names line, problem and fix, and reads what is right', () => {
    const { facts, notes } = read('vms:\n- name: a\n  gest: b\n  host: N1\n');
    expect(notes).toEqual(["line 3: a VM has no key 'gest': the keys are name, id, guest, host, volume, disks"]);
    expect(facts.map((fact) => fact.kind)).toEqual(['vm', 'vm-host']);
  });

  it.each([
    ['', 'line 1: topology.yaml is a map with keys, here stands nothing'],
    ['- vms', 'line 1: topology.yaml is a map with keys, here stands a list'],
    ['vms: 3', "line 1: 'vms' is a list, here stands '3'"],
    ['vms:\n', "line 1: 'vms' is a list, here stands nothing"],
    ['hosts: [{name: {}}]', "line 1: 'name' is a text, here stands a map"],
    ['hosts: [{nam: x}]', "line 1: a host has no key 'nam'"],
    ['hosts: [x]\n? [a]\n: b', 'line 2: topology.yaml has no key a list'],
    ['hosts:\n- &a x\n- *a', "line 3: 'name' is a text, here stands a YAML alias"],
    ['hosts: []\n<<: {}', "line 2: topology.yaml has no key '<<'"],
    ['hosts: ["\\e[31mred"]', "line 1: 'name' holds line ends or other control characters"],
    ['hosts:\n- a\u0007', 'line 2: a control character stands here'],
    [`hosts:\n${'- '.repeat(40)}a`, 'line 2: this is nested too deeply'],
    [`hosts:\n${' '.repeat(300)}- a`, 'line 2: this is nested too deeply'],
    [`hosts: ${'['.repeat(600)}`, 'line 1: too many brackets are open'],
  ])('%j', (text, note) => {
    expect(read(`${text}\n`).notes).toContainEqual(expect.stringContaining(note));
  });

  it('reads no file that no person wrote', () => {
    const text = 'hosts: ['.padEnd(1 << 21, 'a,');
    for (const cuts of [[], [1 << 19, 1 << 20]]) {
      const { facts, notes } = read(text, cuts);
      expect(facts).toEqual([]);
      expect(notes).toEqual([expect.stringContaining('longer than 1 MiB')]);
    }
  });

  it('never lets a broken entry speak for another', () => {
    const { facts } = read('vms:\n- name: a\n   guest: x\n- name: b\n  guest: [c\n- name: d\n  host: N1\n');
    expect(facts).toMatchObject([{ name: 'd' }, { vm: 'd', host: 'N1' }]);
  });
});

describe('hostile input', () => {
  const scraps = [
    'vms:',
    'hosts:',
    '- ',
    'name: ',
    '\n',
    '  ',
    '[',
    ']',
    '{',
    '}',
    '"',
    "'",
    '&a ',
    '*a',
    '!x ',
    '|',
    '>',
    '? ',
    ': ',
    '#',
    '---',
    '%YAML 9',
    '\t',
    '\r',
    '\u0000',
    '\\',
    '\u{1F600}',
    'null',
  ];

  it('never throws, and states only names without control characters', () => {
    const part = fc.oneof(fc.constantFrom(...scraps), fc.string({ maxLength: 4 }));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 60 }), fc.array(fc.nat(200)), (parts, cuts) => {
        const text = parts.join('');
        const whole = read(text);
        expect(read(text, cuts).items).toEqual(whole.items);
        for (const value of whole.facts.flatMap((fact) => Object.values(fact))) {
          if (typeof value === 'string') expect(value).toMatch(/^\P{Cc}+$/u);
        }
        expect(parser.sniff(head(text))).toBeLessThanOrEqual(1);
      }),
      { numRuns: 600 },
    );
  });

  it.each([
    '- ',
    '? ',
    'a: ',
    '[',
    '[]',
    ']',
    '"',
    '&a ',
    '- *a\n',
    ' - a\n',
    '- "\\C"\n',
    '- name: a\n   b: c\n',
    '- name: a\n',
    'a: b\n',
    '-\t',
  ])(
    'reads much of %j',
    (unit) => {
      const start = performance.now();
      const { facts, notes } = read(`vms:\n${unit.repeat(Math.floor((1 << 18) / unit.length))}`);
      expect(facts.length + notes.length).toBeGreaterThan(0);
      // Quadratic reading takes minutes; the bound is generous for a busy machine.
      expect(performance.now() - start).toBeLessThan(15_000);
    },
    60_000,
  );
});

describe('sniff', () => {
  it.each([
    ['a first line', 'vms:'],
    ['a comment and a list at the margin', '# who is where\n\nvms:\n- name: a\n  host: b\n'],
    ['hosts alone', 'hosts:\n  - N1\n'],
    ['quoted keys', '"vms": [{"name": "a"}]\n'],
    ['a key that is written wrong', 'vms:\n  - name: a\n    host: b\nvolums: []\n'],
  ])('knows %s', (_name, text) => {
    expect(parser.sniff(head(text))).toBeGreaterThanOrEqual(0.5);
  });

  it.each([
    ['volumes alone', 'volumes:\n  data:\n'],
    ['a compose file', 'services:\n  web:\n    image: x\nvolumes:\n  data:\n'],
    ['a playbook', '- hosts: all\n  tasks: []\n'],
    ['a list of machines of another program', 'vms:\n  - name: a\n    cpus: 2\nprovider: x\n'],
    ['prose', 'hosts: these are the machines we have.\nThey are many.\n'],
    ['prose with one line that fits', 'Our cluster has\nvms:\nand they are many.\n'],
    ['syslog', 'Mar  3 02:14:07 web01 kernel: vms:\nMar  3 02:14:08 web01 kernel: hosts:\n'],
    ['INI', '[hosts]\nvms: 1\n'],
    ['inventory JSON', '[{"VMName":"a","VMId":"b","ComputerName":"c"}]'],
    ['a program', 'const topology = {\nvms: [],\n};\n'],
    ['nothing', ''],
  ])('leaves %s alone', (_name, text) => {
    expect(parser.sniff(head(text))).toBe(0);
  });
});
