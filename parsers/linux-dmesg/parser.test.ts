import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogRecord } from '../../src/model/record.js';
import { EVERYTHING, WHOLE_RECORDS } from '../../src/parser/collect.js';
import type { Sink } from '../../src/parser/parser.js';
import parser from './parser.js';

type Item = Record<string, unknown>;

/** Feeds lines as ingest does: without CR, with the byte offset of each. */
function read(source: Buffer | string) {
  if (parser.reads !== 'lines') throw new Error('reads lines');
  const bytes = typeof source === 'string' ? Buffer.from(source) : source;
  const items: Item[] = [];
  const sink: Sink = {
    ...WHOLE_RECORDS,
    record: (record) => void items.push({ record }),
    metric: (metric) => void items.push({ metric }),
    clock: (clock) => void items.push({ clock }),
    fact: (fact) => void items.push({ fact }),
    issue: (code, severity, note, at) => void items.push({ issue: { code, severity, note, at } }),
  };
  const reader = parser.open({ path: 'dmesg', pathHost: null }, sink, EVERYTHING);
  let line = 0;
  for (let from = 0; from < bytes.length; ) {
    const found = bytes.indexOf(10, from);
    const end = found < 0 ? bytes.length : found;
    const text = bytes.toString('utf8', from, end);
    const at = { line: ++line, byteOffset: from, record: null };
    reader.line(text.endsWith('\r') ? text.slice(0, -1) : text, at);
    from = end + 1;
  }
  reader.end();
  return {
    items,
    records: items.flatMap((item) => ('record' in item ? [item.record as LogRecord] : [])),
    issues: items.flatMap((item) => ('issue' in item ? [(item.issue as { code: string }).code] : [])),
  };
}

function headOf(text: string) {
  return { bytes: Buffer.from(text), text, lines: text.split(/\r?\n/), path: '' };
}

function lineTime(line: string) {
  return parser.reads === 'lines' ? parser.lineTime(line) : null;
}

/** Issues that stand for a line of which no record has the text. */
const LINE_ISSUES = ['unreadable-line', 'shell-prompt'];

const FIXTURES = join(import.meta.dirname, 'fixtures');
const cases = readdirSync(FIXTURES).filter((name) => !name.endsWith('.expected.jsonl'));

describe('fixtures', () => {
  it.each(cases)('%s', (name) => {
    const expected = readFileSync(join(FIXTURES, name.replace(/\.\w+$/, '.expected.jsonl')), 'utf8');
    const wanted = expected.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
    expect(JSON.parse(JSON.stringify(read(readFileSync(join(FIXTURES, name))).items))).toEqual(wanted);
  });
  it.each(cases)('%s is recognised', (name) => {
    expect(parser.sniff(headOf(readFileSync(join(FIXTURES, name), 'utf8')))).toBeGreaterThan(0.4);
  });
  it('takes a record out of the middle of a line and says where it stands', () => {
    const bytes = readFileSync(join(FIXTURES, 'serial.log'));
    for (const { at, body } of read(bytes).records.filter((record) => record.uptime !== null)) {
      const from = at.byteOffset ?? 0;
      // What stands at the offset is the stamp, or escape sequences before it.
      expect(bytes.toString('utf8', from, from + 12).replace(/^[\r\x1b[0-9;m]*/, '')).toMatch(/^(?:\[| |\d)/);
      expect(bytes.indexOf(body.slice(-6), from)).toBeGreaterThanOrEqual(from);
    }
  });
});

describe('sniff', () => {
  it.each([
    ['syslog', 'Mar  3 02:14:07 web01 kernel: [12345.678901] sd 2:0:0:0: [sda] Attached SCSI disk'],
    ['syslog with priority', '<34>Oct 11 22:14:15 web01 su: failed'],
    ['rsyslog', '2024-03-03T02:14:07.123456+01:00 web01 kernel: [12345.678901] x'],
    ['Apache', '[Sun Mar 03 02:14:07 2024] [error] [client 192.0.2.1] File does not exist'],
    ['journal JSON', '{"__REALTIME_TIMESTAMP":"1709428447500000","MESSAGE":"[    1.000000] x"}'],
    ['event XML', '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System/></Event>'],
    ['backup log', '[03.03.2024 02:14:07] <01> Info     Job started'],
    ['CSV', '"(PDH-CSV 4.0)","\\\\HV01\\PhysicalDisk(0 C:)\\Avg. Disk sec/Write"\n"03/03/2024 02:14:07.123","0.001"'],
    ['numbers', '6,1234,5678901\n7,1235,5678902'],
    ['iostat', 'Linux 5.10.0 (web01)  03/03/2024  _x86_64_  (4 CPU)\n\nDevice r/s w/s\nsda 1.0 2.0'],
    ['prose', 'The kernel said something.\nMemory was low and CPU high.\nNET worth nothing'],
    ['HTML', '<html>\n<body>\n<p>[1]</p>'],
    ['source code', 'int a[12] = {0};\nb[1.5] = 2;'],
    ['nothing', ''],
  ])('is 0 for %s', (_name, text) => expect(parser.sniff(headOf(text))).toBe(0));
});

describe('boots', () => {
  const label = (text: string) => read(text).records.map((record) => record.boot);
  it('counts where the clock falls back far, or to nothing', () => {
    expect(label('[ 9000.000000] a\n[  200.000000] b\n[    0.000000] c\n[   10.000000] d')).toEqual([
      '#0',
      '#1',
      '#2',
      '#2',
    ]);
  });
  it('does not count processors that come up, nor late lines', () => {
    expect(
      label('[    5.200000] a\n[    0.541494] masked ExtINT on CPU#1\n[ 9000.000000] b\n[ 8995.000000] c'),
    ).toEqual(['#0', '#0', '#0', '#0']);
  });
});

describe('captures without stamps', () => {
  it('are undated records, once it is known that they have none', () => {
    const lines = Array.from({ length: 700 }, (_, i) => `sd 2:0:0:${i}: [sda] Attached SCSI disk`);
    const { records, issues } = read(lines.join('\n'));
    expect(records).toHaveLength(700);
    expect(records.every((record) => record.time === null)).toBe(true);
    expect(issues).toEqual(['no-stamps']);
  });
  it('are not what a boot loader writes before the kernel', () => {
    const { records, issues } = read(`${'GRUB menu entry\n'.repeat(600)}[    0.000000] Linux version 6.1.0-1 (x) #1\n`);
    expect(records).toHaveLength(1);
    expect(issues).toHaveLength(600);
  });
});

const hostile = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc
      .tuple(
        fc.constantFrom('', '<4>', '<999>', 'kern  :err   : ', 'Starting Load/', '\x1b[0m', '\0', '\r', '  '),
        fc.constantFrom(
          '[    2.692098] ',
          '[    2.692098][   T12] ',
          '[    2.69] ',
          '[Sun Mar  3 02:14:07 2024] ',
          '[Sun Feb 30 02:14:07 2024] ',
          '[  +0,000012] ',
          '[Mar 3 02:14] ',
          '2024-03-03T02:14:07,123456+01:00 ',
          '6,1234,5678901,-;',
          'Mar  3 02:14:07 web01 kernel: ',
          '',
        ),
        fc.string({ unit: 'binary', maxLength: 30 }),
        fc.constantFrom('', '[    3.000000] next', '\r[   **  ] A start job', '\0[    9.000000] hole'),
      )
      .map((parts) => parts.join('')),
  )
  .map((line) => line.replace(/[\n\u2028]/g, '').replace(/\r$/, ''));

describe('hostile lines', () => {
  it('never throws and accounts for every line', () => {
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 12 }), (lines) => {
        const { records, issues } = read(lines.join('\n'));
        const shown = records.reduce((sum, record) => sum + record.text.split('\n').length, 0);
        const spoken = lines.filter((line) => line.replace(/[\0\r]/g, '').trim() !== '').length;
        expect(shown + issues.filter((code) => LINE_ISSUES.includes(code)).length).toBeGreaterThanOrEqual(spoken);
      }),
      { numRuns: 1000 },
    );
  });
  it('gives the time of the first dated record from the line alone', () => {
    fc.assert(
      fc.property(hostile, (line) => {
        const dated = read(line).records.find((record) => record.time !== null);
        expect(lineTime(line)).toEqual(dated?.time ?? null);
      }),
      { numRuns: 2000 },
    );
  });
});

const CORPUS = process.env.FAULTLINE_CORPUS;

describe.skipIf(CORPUS === undefined)('corpus', () => {
  const root = CORPUS ?? '';
  const files = ['mail-linux-ext4', 'mail-dm-devel'].flatMap((folder) =>
    CORPUS === undefined ? [] : readdirSync(join(root, folder)).map((name) => join(root, folder, name)),
  );
  it.each(files.filter((path) => path.endsWith('.log')))('%s', (path) => {
    const bytes = readFileSync(path);
    const { records, issues } = read(bytes);
    const lines = bytes.toString('utf8').split('\n');
    const shown = records.reduce((sum, record) => sum + record.text.split('\n').length, 0);
    const lost = issues.filter((code) => LINE_ISSUES.includes(code)).length;
    expect(shown + lost).toBeGreaterThanOrEqual(lines.filter((line) => line.trim() !== '').length);
    // Every line that begins with a printk stamp begins a record with that stamp.
    const stamps = lines.flatMap((line) => /^\[ *(\d{1,8})\.(\d{6})\][ [\r]?/.exec(line)?.slice(1, 3).join('') ?? []);
    const read0 = records.filter((record) => record.at.byteOffset !== null && record.uptime !== null);
    const uptimes = new Set(read0.map((record) => record.uptime));
    expect(stamps.filter((stamp) => !uptimes.has(Number(stamp)))).toEqual([]);
    expect(read0.length).toBeGreaterThanOrEqual(stamps.length);
  });
  it('reads the kernel log of a sosreport whole', () => {
    const bytes = readFileSync(join(root, 'hotsos-sosreports/kubernetes/sos_commands/kernel/dmesg'));
    const { records, issues, items } = read(bytes);
    expect(issues).toEqual([]);
    expect(records).toHaveLength(bytes.toString('utf8').trimEnd().split('\n').length);
    expect(items.filter((item) => 'clock' in item).length).toBeGreaterThan(1);
    expect(items.find((item) => 'fact' in item)).toMatchObject({
      fact: { kind: 'kernel', release: '5.4.0-99-generic' },
    });
  });
  it('reads the examples of insights-core as its assertions have them', () => {
    const folder = join(root, 'insights-core/insights/tests/parsers');
    const example = (file: string, name: string) => {
      const source = readFileSync(join(folder, file), 'utf8').replaceAll('\\\n', '');
      return (new RegExp(`^${name} = """\\n([\\s\\S]*?)"""`, 'm').exec(source)?.[1] ?? '').trim();
    };
    const bare = read(example('test_dmesg.py', 'MSGINFO')).records;
    expect(bare.filter((record) => record.body.includes('HPSA'))).toHaveLength(3);
    expect(bare.filter((record) => record.body.startsWith('(null)'))).toHaveLength(2);
    const boot = read(example('test_dmesg_log.py', 'DMESG_EXAMPLE')).records;
    const late = boot.filter((record) => (record.uptime ?? 0) >= 2_919_331);
    expect(late).toHaveLength(4);
    expect(late.filter((record) => record.body.includes('TTM'))).toHaveLength(3);
    const stamped = read(example('test_dmesg.py', 'TS_MSGINFO')).records;
    expect(stamped.filter((record) => record.body.includes('x2apic'))).toHaveLength(3);
    expect(stamped.find((record) => record.body.startsWith('perf'))?.uptime).toBe(10_424_756_954);
  });
});
