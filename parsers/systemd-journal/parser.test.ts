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
  const reader = parser.open({ path: 'journal', pathHost: null }, sink, EVERYTHING);
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

const FIXTURES = join(import.meta.dirname, 'fixtures');
const cases = readdirSync(FIXTURES).filter((name) => !name.endsWith('.expected.jsonl'));

describe('fixtures', () => {
  it.each(cases)('%s', (name) => {
    const expected = readFileSync(join(FIXTURES, name.replace(/\.\w+$/, '.expected.jsonl')), 'utf8');
    const wanted = expected.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
    expect(JSON.parse(JSON.stringify(read(readFileSync(join(FIXTURES, name))).items))).toEqual(wanted);
  });
  it.each(cases.filter((name) => name !== 'damaged.log'))('%s is recognised', (name) => {
    expect(parser.sniff(headOf(readFileSync(join(FIXTURES, name), 'utf8')))).toBeGreaterThan(0.8);
  });
});

describe('sniff', () => {
  it.each([
    ['plain syslog', 'Mar  3 02:14:07 web01 sshd[1]: one\nMar  3 02:14:08 web01 kernel: two'],
    ['rsyslog', '2024-03-03T02:14:07.123456+01:00 web01 kernel: [12345.678901] x'],
    ['RFC 5424', '<34>1 2003-10-11T22:14:15.003Z web01 su - ID47 - failed'],
    ['dmesg', '[    1.000000] sd 2:0:0:0: [sda] Attached\n[    2.000000] sd 2:0:0:0: [sda] Write Protect is off'],
    ['ext4 dmesg', '[    1.000000] EXT4-fs (sda1): mounted\n[    2.000000] EXT4-fs (sda2): mounted'],
    ['dmesg of Debian', '[    0.000000] kernel: Linux version 5.4.0\n[    1.000000] systemd[1]: Detected'],
    ['journal export', '__CURSOR=s=1\n__REALTIME_TIMESTAMP=1709428447500000\nMESSAGE=x'],
    ['event JSON', '{"Event":{"System":{"EventID":153}}}'],
    ['event XML', '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System/></Event>'],
    ['backup log', '[03.03.2024 02:14:07] <01> Info     Job started'],
    ['CSV', '1709428447.5,web01,0.001\n1709428448.5,web01,0.002'],
    ['iostat', 'Linux 5.10.0 (web01)  03/03/2024  _x86_64_  (4 CPU)\n\navg-cpu:  %user'],
    ['prose', '-- a dash\nSun 2024 was bright: it shone.'],
    ['source code', '-- select boot from t;\nconst a = {"MESSAGE": 1};'],
    ['nothing', ''],
  ])('is 0 for %s', (_name, text) => expect(parser.sniff(headOf(text))).toBe(0));
});

describe('JSON', () => {
  it('cuts fields, not the message, and keeps what a record needs', () => {
    const entry = { __REALTIME_TIMESTAMP: '1709428447500000', MESSAGE: 'm'.repeat(10_000), FIELD: 'f'.repeat(10_000) };
    const [record] = read(JSON.stringify(entry)).records;
    expect(record?.body).toHaveLength(10_000);
    expect(String(record?.fields.FIELD)).toHaveLength(4096);
  });
  it('does not take a quoted name inside a message for a time', () => {
    const entry = { MESSAGE: '"_SOURCE_REALTIME_TIMESTAMP":"1"', __REALTIME_TIMESTAMP: '1709428447500000' };
    const line = JSON.stringify(entry);
    expect(lineTime(line)).toEqual(read(line).records[0]?.time);
    expect(lineTime(line)?.micros).toBe(1_709_428_447_500_000);
  });
});

const times = fc.oneof(
  fc.constantFrom('1709428447500000', '', 'x', '99999999999999999999', null, 7, ['1709428447500000']),
  fc.integer(),
);
const entries = fc.record(
  {
    __REALTIME_TIMESTAMP: times,
    _SOURCE_REALTIME_TIMESTAMP: times,
    __MONOTONIC_TIMESTAMP: times,
    _SOURCE_MONOTONIC_TIMESTAMP: times,
    _TRANSPORT: fc.constantFrom('kernel', 'syslog'),
    PRIORITY: fc.oneof(fc.string(), fc.integer()),
    MESSAGE: fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.integer({ min: -1, max: 256 })), fc.jsonValue()),
  },
  { requiredKeys: [] },
);
const hostile = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    entries.map((entry) => JSON.stringify(entry)),
    fc
      .tuple(
        fc.constantFrom('', '\x1b[1m', '-- ', '\x1e', 'data: ', 'Sun '),
        fc.constantFrom(
          'Mar 03 02:14:07',
          '2024-03-03 02:14:07 CET',
          '2024-03-03T02:14:07+0100',
          '1709428447.123456',
          '[   12.345678]',
          '{',
        ),
        fc.constantFrom(' web01 ', ' ', ''),
        fc.string({ unit: 'binary', maxLength: 30 }),
      )
      .map((parts) => parts.join('')),
  )
  .map((line) => line.replace(/[\n\r]/g, ''));

describe('hostile lines', () => {
  it('never throws and accounts for every line', () => {
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 12 }), (lines) => {
        const { records, issues } = read(lines.join('\n'));
        const shown = records.reduce((sum, record) => sum + record.text.split('\n').length, 0);
        const lost = issues.filter((code) => code === 'unreadable-line' || code === 'shell-prompt').length;
        expect(shown + lost).toBeGreaterThanOrEqual(lines.filter((line) => line.trim() !== '').length);
      }),
      { numRuns: 1000 },
    );
  });
  it('gives the same time from the line alone', () => {
    fc.assert(
      fc.property(hostile, (line) => {
        const [first] = read(line).records;
        if (first !== undefined) expect(lineTime(line)).toEqual(first.time);
      }),
      { numRuns: 2000 },
    );
  });
});

const CORPUS = process.env.FAULTLINE_CORPUS;

describe.skipIf(CORPUS === undefined)('corpus', () => {
  const root = CORPUS ?? '';
  it('reads journald JSON', () => {
    const { records, issues } = read(readFileSync(join(root, 'lnav/test/logfile_journald.json')));
    expect(issues).toEqual([]);
    expect(records.map(({ host, ident, pid, severity, body }) => [host, ident, pid, severity, body])).toEqual([
      ['imx6ul-medusa', 'python', 184, 19, 'GPS Reference longitude: 7.358143333'],
      ['imx6ul-medusa', 'python', 184, 9, 'GPS Reference latitude: 46.908706667'],
    ]);
    expect(records[0]?.time).toMatchObject({ micros: 1_534_860_261_221_373, utcOffset: 0 });
  });
  it.each(['cloud_init/journalctl_--no-pager_--unit_cloud-init', 'snap/journalctl_--no-pager_--unit_snapd'])(
    '%s',
    (name) => {
      const text = readFileSync(join(root, 'hotsos-sosreports/kubernetes/sos_commands', name), 'utf8');
      expect(parser.sniff(headOf(text))).toBeGreaterThan(0.9);
      const { records, issues, items } = read(text);
      expect(issues).toEqual([]);
      expect(records).toHaveLength(text.trimEnd().split('\n').length - 1);
      expect(items[0]).toMatchObject({ clock: { kind: 'stated-offset', utcOffset: 0, zone: 'UTC' } });
    },
  );
  it('reads the examples of insights-core as its assertions have them', () => {
    const source = readFileSync(join(root, 'insights-core/insights/tests/parsers/test_journalctl.py'), 'utf8');
    const text = (/JOURNAL_ALL_MSGINFO = """\n([\s\S]*?)"""/.exec(source)?.[1] ?? '').trim();
    const { records, items } = read(text);
    expect(records.filter((record) => record.body === '(root) LIST (root)').map((record) => record.pid)).toEqual([
      28951, 32515,
    ]);
    expect(records.find((record) => record.body === '--> Wrapper Started as Daemon')).toMatchObject({
      ident: 'wrapper',
      host: 'lxc-rhel68-sat56',
    });
    // CET in winter and CEST in summer: a place, not an offset.
    expect(items.some((item) => 'clock' in item)).toBe(false);
  });
});
