import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogRecord } from '../../src/model/record.js';
import { EVERYTHING, WHOLE_RECORDS } from '../../src/parser/collect.js';
import type { Sink } from '../../src/parser/parser.js';
import parser from './parser.js';

type Item = Record<string, unknown>;

interface Read {
  readonly items: Item[];
  readonly records: LogRecord[];
  readonly issues: string[];
}

/** Feeds lines as ingest does: without CR, with the byte offset of each. */
function read(source: Buffer | string): Read {
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
  const reader = parser.open({ path: 'log', pathHost: null }, sink, EVERYTHING);
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
  return { bytes: Buffer.from(text), text, lines: text.split('\n'), path: '' };
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
  it.each(cases)('%s is recognised', (name) => {
    expect(parser.sniff(headOf(readFileSync(join(FIXTURES, name), 'utf8')))).toBeGreaterThan(0.6);
  });
});

describe('sniff', () => {
  it.each([
    ['dmesg', '[    1.000000] sd 2:0:0:0: [sda] Attached SCSI disk\n[    2.000000] kernel: x'],
    ['dmesg iso', '2024-03-03T02:14:07,123456+01:00 usb 1-1: new high-speed USB device'],
    ['journal JSON', '{"__REALTIME_TIMESTAMP":"1709428447500000","MESSAGE":"x"}'],
    ['journal export', '__CURSOR=s=1\n__REALTIME_TIMESTAMP=1709428447500000\nMESSAGE=x'],
    ['event XML', '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System/></Event>'],
    ['backup log', '[03.03.2024 02:14:07] <01> Info     Job started'],
    ['CSV', '"(PDH-CSV 4.0)","\\\\HV01\\PhysicalDisk(0 C:)\\Avg. Disk sec/Write"\n"03/03/2024 02:14:07.123","0.001"'],
    ['iostat', 'Linux 5.10.0 (web01)  03/03/2024  _x86_64_  (4 CPU)\n\navg-cpu:  %user'],
    ['application log', '2024-03-03 02:14:07 INFO  main: started\n2024-03-03 02:14:08 WARN  main: slow'],
    ['prose', 'On March 3 the server stopped.\nMay 10 was fine: nothing happened.'],
    ['HTML', '<html>\n<body><p>Mar  3</p></body>\n</html>'],
    ['source code', 'const x: number = 1;\nMar[3] = f(y): z;'],
    ['nothing', ''],
  ])('is 0 for %s', (_name, text) => expect(parser.sniff(headOf(text))).toBe(0));
  it('reads over junk before the first record', () => {
    const text = 'admin@web01:~$ cat syslog\n# comment\n\nMar  3 02:14:07 web01 sshd[1]: one\n';
    expect(parser.sniff(headOf(text))).toBeGreaterThan(0.6);
  });
  it('leaves files with journalctl marks to the journal', () => {
    const text = '-- Boot 0b5c0000000000000000000000000003 --\nMar 03 02:14:07 web01 sshd[1]: one\n';
    expect(parser.sniff(headOf(text))).toBeLessThan(0.5);
  });
});

describe('continuation', () => {
  it('forgets the line before when lines were left out', () => {
    if (parser.reads !== 'lines') throw new Error('reads lines');
    const bodies: string[] = [];
    const codes: string[] = [];
    const sink: Sink = {
      ...WHOLE_RECORDS,
      record: (record) => void bodies.push(`${record.repeat} ${record.body}`),
      metric: () => undefined,
      clock: () => undefined,
      fact: () => undefined,
      issue: (code) => void codes.push(code),
    };
    const reader = parser.open({ path: 'log', pathHost: null }, sink, EVERYTHING);
    const at = { line: 1, byteOffset: 0, record: null };
    reader.line('Mar  3 02:14:07 web01 app[1]: one', at);
    reader.skipped();
    reader.line('  a stack frame', at);
    reader.line('Mar  3 02:14:09 web01 last message repeated 3 times', at);
    reader.end();
    expect(bodies).toEqual(['1 one', '1 last message repeated 3 times']);
    expect(codes).toEqual(['unreadable-line']);
  });
  it('cuts a record at 1 MiB and says so', () => {
    const { records, issues } = read(`Mar  3 02:14:07 web01 app: x\n${'y'.repeat(700_000)}\n${'z'.repeat(700_000)}\n`);
    expect(issues).toEqual(['record-truncated']);
    expect(records[0]?.body.length).toBe(700_002);
  });
});

describe('boots', () => {
  const label = (text: string) => read(text).records.map((record) => record.boot);
  it('counts where the kernel clock falls back and the time between fits', () => {
    const lines = ['Mar  3 02:00:00 a kernel: [9000.000000] x', 'Mar  3 02:05:00 a kernel: [   20.000000] y'];
    expect(label(lines.join('\n'))).toEqual(['#0', '#1']);
  });
  it('does not count lines that were received late', () => {
    const lines = ['Mar  3 02:00:00 a kernel: [9000.000000] x', 'Mar  3 02:00:01 a kernel: [8950.000000] y'];
    expect(label(lines.join('\n'))).toEqual(['#0', '#0']);
  });
  it('keeps hosts apart', () => {
    const lines = ['Mar  3 02:00:00 a kernel: [9000.000000] x', 'Mar  3 02:05:00 b kernel: [   20.000000] y'];
    expect(label(lines.join('\n'))).toEqual(['#0', '#0']);
  });
});

/** Lines that look like log lines in every way but one, and lines that look like nothing. */
const hostile = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc
      .tuple(
        fc.constantFrom('', '<34>', '<34>1 ', '<9999>', '1 ', '/var/log/x:', '\0\0', '\x1b[0m', '12 <5>', '> '),
        fc.constantFrom(
          'Mar  3 02:14:07',
          'Mar 33 02:14:07',
          '2024-03-03T02:14:07.123456+01:00',
          '-',
          'Mär 3 1:2:3',
          '',
        ),
        fc.constantFrom(' web01 ', ' ', '  ', ' web01', ' [::1] ', ' last message repeated 3 times', ': web01 '),
        fc.constantFrom('kernel: [   12.345678] ', 'app[1]: ', 'app[', 'a b[1]: ', '- - [x@1 a="', 'Hyper-V VSS: ', ''),
        fc.string({ unit: 'binary', maxLength: 40 }),
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
        const spoken = lines.filter((line) => line.replace(/\0/g, '').trim() !== '' && line !== '--').length;
        expect(shown + issues.filter((code) => LINE_ISSUES.includes(code)).length).toBeGreaterThanOrEqual(spoken);
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

/** Issues that stand for a line of which no record has the text. */
const LINE_ISSUES = ['unreadable-line', 'file-mark', 'shell-prompt'];

const CORPUS = process.env.FAULTLINE_CORPUS;

describe.skipIf(CORPUS === undefined)('corpus', () => {
  const root = CORPUS ?? '';
  it('reads loghub Linux as its structured CSV has it', () => {
    const { records, issues } = read(readFileSync(join(root, 'loghub/Linux/Linux_2k.log')));
    const rows = readFileSync(join(root, 'loghub/Linux/Linux_2k.log_structured.csv'), 'utf8')
      .trim()
      .split('\n')
      .slice(1);
    expect(issues).toEqual([]);
    expect(records).toHaveLength(rows.length);
    rows.forEach((row, index) => {
      // LineId,Month,Date,Time,Level,Component,PID,Content,EventId,EventTemplate
      const [, month, day, time, host, component, pid] = row.split(',');
      const record = records[index];
      const content = /^(?:[^,]*,){7}("(?:[^"]|"")*"|[^,]*),/.exec(row)?.[1] ?? '';
      expect(record?.text.startsWith(`${month} ${(day ?? '').padStart(2)} ${time} ${host} `)).toBe(true);
      expect([record?.host, record?.ident, record?.pid ?? '']).toEqual([
        host,
        component,
        pid === '' ? '' : Number(pid),
      ]);
      const wanted = content.startsWith('"') ? content.slice(1, -1).replaceAll('""', '"') : content;
      expect(record?.body.replace(/\s+/g, ' ').trim()).toBe(wanted.replace(/\s+/g, ' ').trim());
    });
  });
  it('reads what rsyslog reads from its own parser tests', () => {
    const checked = rsyslogExpectations(join(root, 'rsyslog/tests/parsertest-parse1.sh'));
    expect(checked.length).toBeGreaterThanOrEqual(15);
    for (const { message, severity, host, tag } of checked) {
      const [record] = read(message).records;
      expect([message, record?.host, record?.ident ?? tag]).toEqual([message, host, tag]);
      if (message.startsWith('<')) expect(record?.fields['log.syslog.severity.code']).toBe(severity);
    }
  });
  const files = ['lnav/test', 'mail-linux-ext4', 'mail-dm-devel', 'hotsos-sosreports/kubernetes/var/log', 'jc/generic']
    .map((folder) => join(root, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((path) => /(?:\.log|syslog[^/]*|messages|\.out)$/.test(path));
  it.each(files)('%s: every line is a record, a continuation or an issue', (path) => {
    const bytes = readFileSync(path);
    const { records, issues } = read(bytes);
    const lines = bytes.toString('utf8').split('\n');
    const blank = lines.filter((line) => line.trim() === '').length;
    const repeats = records.reduce((sum, record) => sum + record.text.split('\n').length, 0);
    const lost = issues.filter((code) => LINE_ISSUES.includes(code)).length;
    expect(repeats + lost).toBeGreaterThanOrEqual(lines.length - blank);
    expect(repeats + lost).toBeLessThanOrEqual(lines.length);
  });
});

/** `tcpflood -m1 -M "\"MESSAGE\""` lines and the CSV that rsyslog wrote for each. */
function rsyslogExpectations(path: string) {
  const script = readFileSync(path, 'utf8');
  const sent = [...script.matchAll(/^tcpflood .*-M "\\"(.*)\\""$/gm)].map((m) =>
    (m[1] ?? '').replaceAll('\\\\\\"', '"'),
  );
  const got = (/EXPECTED="([\s\S]*?)"\ncmp/.exec(script)?.[1] ?? '').split('\n');
  return sent.flatMap((message, index) => {
    const [, , severity, , host, tag] = (got[index] ?? '').split(',');
    const levels = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'];
    // rsyslog takes any first word for a tag; without a colon or a process id it stays in the message here (README).
    const hasTag = message.includes(`${tag}:`) || message.includes(`${tag}[`) || / - /.test(message);
    // Stamps with a year behind the time, and senders that rsyslog names after itself.
    if (tag === '' || host === '2009' || host?.startsWith('$') || !hasTag) return [];
    return [{ message, severity: levels.indexOf(severity ?? ''), host, tag }];
  });
}
