import { existsSync, readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogRecord, Position } from '../../src/model/record.js';
import { EVERYTHING, WHOLE_RECORDS } from '../../src/parser/collect.js';
import type { Head, Sink } from '../../src/parser/parser.js';
import parser from './parser.js';

const FIXTURES = new URL('./fixtures/', import.meta.url);
const DOMAIN = process.env.FAULTLINE_DOMAIN ?? '';

type Item = Readonly<Record<string, unknown>>;

function collect(): { items: Item[]; sink: Sink } {
  const items: Item[] = [];
  const sink: Sink = {
    ...WHOLE_RECORDS,
    record: (record) => items.push({ record }),
    metric: (metric) => items.push({ metric }),
    clock: (clock) => items.push({ clock }),
    fact: (fact) => items.push({ fact }),
    issue: (code, severity, note, at) => items.push({ issue: { code, severity, note, at: at ?? null } }),
  };
  return { items, sink };
}

/** `wanted` stands for the scanner: lines it does not want are left out and announced as skipped. */
function read(text: string, wanted: (line: string) => boolean = () => true): Item[] {
  if (parser.reads !== 'lines') throw new Error('the parser reads lines');
  const { items, sink } = collect();
  const reader = parser.open({ path: 'Job.log', pathHost: null }, sink, EVERYTHING);
  let byteOffset = 0;
  for (const [index, line] of text.replace(/\n$/, '').split(/\r?\n/).entries()) {
    const at: Position = { line: index + 1, byteOffset, record: null };
    if (wanted(line)) reader.line(line, at);
    else reader.skipped();
    byteOffset += Buffer.byteLength(line) + 1;
  }
  reader.end();
  return items;
}

const recordsOf = (items: readonly Item[]): LogRecord[] =>
  items.flatMap((item) => (item.record ? [item.record as LogRecord] : []));
const codesOf = (items: readonly Item[]): string[] =>
  items.flatMap((item) => (item.issue ? [(item.issue as { code: string }).code] : []));
const fixture = (name: string): string => readFileSync(new URL(name, FIXTURES), 'utf8');

function head(text: string): Head {
  return { bytes: Buffer.from(text), text, lines: text.split(/\r?\n/), path: 'x' };
}

const FILES = readdirSync(FIXTURES).filter((name) => name.endsWith('.log'));

describe('fixtures', () => {
  it.each(FILES)('%s', (name) => {
    const expected = fixture(name.replace('.log', '.expected.jsonl')).trim().split('\n');
    expect(read(fixture(name))).toEqual(expected.map((line) => JSON.parse(line)));
  });

  it.each(FILES)('%s is recognised, whole and by its first stamped line', (name) => {
    expect(parser.sniff(head(fixture(name)))).toBeGreaterThanOrEqual(0.8);
    const first =
      fixture(name)
        .split('\n')
        .find((line) => line.startsWith('[')) ?? '';
    expect(parser.sniff(head(first))).toBeGreaterThanOrEqual(0.8);
  });

  it.each(FILES)('%s: a record has the time of the line it points to', (name) => {
    if (parser.reads !== 'lines') return;
    const lines = fixture(name).split('\n');
    for (const record of recordsOf(read(fixture(name)))) {
      expect(parser.lineTime(lines[(record.at.line ?? 0) - 1] ?? '')?.micros).toBe(record.time?.micros);
    }
  });

  // A continuation line has no literal of its own; the scanner feeds it with the line before.
  it.each(FILES.filter((name) => name !== 'damaged.log'))(
    '%s reads the same from the lines with anchor literals',
    (name) => {
      if (parser.reads !== 'lines') return;
      const literals = parser.anchorLiterals;
      const isAnchor = (line: string): boolean => literals.some((literal) => line.includes(literal));
      const isContinuation = (line: string): boolean => line.startsWith('Error code:');
      const anchored = read(fixture(name), (line) => isAnchor(line) || isContinuation(line));
      expect(anchored).toEqual(read(fixture(name)));
    },
  );
});

describe('veeam-job-log', () => {
  it('gives each run of a file the offset its own preamble states', () => {
    const offsets = recordsOf(read(fixture('two-runs.log'))).map((record) => record.time?.utcOffset);
    expect(new Set(offsets)).toEqual(new Set([7_200_000_000, 3_600_000_000]));
    expect(offsets.indexOf(3_600_000_000)).toBeGreaterThan(offsets.lastIndexOf(7_200_000_000));
  });

  it('says when UTC time, offset and stamps contradict each other', () => {
    expect(codesOf(read(fixture('damaged.log')))).toContain('clock-contradiction');
    const right = fixture('damaged.log').replace('[3/5/2023 1:00:00 AM]', '[3/5/2023 3:30:00 AM]');
    expect(codesOf(read(right))).not.toContain('clock-contradiction');
  });

  it.each([
    ['2.00', 7_200_000_000],
    ['-3,50', -12_600_000_000],
    ['5.75', 20_700_000_000],
    ['0.00', 0],
    ['19.00', null],
  ])('reads an offset of %s hours', (hours, expected) => {
    const records = recordsOf(
      read(`Starting new log\nUTC offset: ${hours} hours\n[01.02.2024 03:04:05] <01> Error   x`),
    );
    expect(records[0]?.time?.utcOffset).toBe(expected);
  });

  it('keeps the offset out of a run whose preamble states none', () => {
    const text = 'Starting new log\nUTC offset: 2.00 hours\n[01.02.2024 03:04:05] <01> Error   x\n';
    const [first, second] = recordsOf(read(`${text}Starting new log\n[02.02.2024 03:04:05] <01> Error   y`));
    expect([first?.time?.utcOffset, second?.time?.utcOffset]).toEqual([7_200_000_000, null]);
  });

  it.each([
    ['[True], ApplicationProcessingEnabled: [True]', 'False', 'application'],
    ['[True], ApplicationProcessingEnabled: [False]', 'False', 'unknown'],
    ['[True], ApplicationProcessingEnabled: [False]', 'True', 'file-system'],
    ['[False], ApplicationProcessingEnabled: [True]', 'True', 'file-system'],
    ['[False], ApplicationProcessingEnabled: [True]', 'False', 'crash'],
  ])('VSS %s with quiescence %s is %s', (vss, quiesce, expected) => {
    const line = (message: string): string => `[01.02.2024 03:04:05] <01> Info   ${message}\n`;
    const text = [
      line('STARTBACKUPJOB'),
      line(`Job Options: [<JobOptionsRoot><EnableHvQuiescence>${quiesce}</EnableHvQuiescence>`),
      line(`Job VSS Settings: [VssSnapshotOptions: [Enabled: ${vss}, IgnoreErrors: [False]]]`),
      line("Job session 'x' has been completed, status: 'Success'"),
    ].join('');
    expect(recordsOf(read(text)).at(-1)?.fields['backup.consistency']).toBe(expected);
  });

  it('names the virtual machine of a line by thread, tag or quoted name, and by nothing else', () => {
    const begin = [1, 2].map(
      (n) =>
        `[01.02.2024 03:00:0${n}] <0${n}> Info  Set status 'InProgress' for task session 't${n}', object name 'vm${n}'\n`,
    );
    const vmOf = (line: string): unknown =>
      recordsOf(read(`${begin.join('')}[01.02.2024 03:00:09] ${line}`))[0]?.fields['backup.vm'];
    expect(vmOf('<02> Error  no name here')).toBe('vm2');
    expect(vmOf("<09> Error  object 'vm1' is gone")).toBe('vm1');
    expect(vmOf('<09> Error  vm1 unquoted, [vm11] longer')).toBeUndefined();
    expect(vmOf("<09> Error  'vm1' and 'vm2'")).toBeUndefined();
  });

  it('bounds what it keeps: tasks that never end', () => {
    const line = (n: number): string =>
      `[01.02.2024 03:00:01] <01> Info  Set status 'InProgress' for task session 't${n}', object name 'vm${n}'`;
    const items = read(Array.from({ length: 10_050 }, (_, n) => line(n)).join('\n'));
    expect(
      recordsOf(items)
        .map((record) => record.fields['backup.vm'])
        .slice(0, 3),
    ).toEqual(['vm0', 'vm1', 'vm2']);
    expect(recordsOf(items).length).toBe(10_050);
  });

  it('cuts an endless stack trace at 1 MiB and says so', () => {
    const frame = '[01.02.2024 03:00:01] <01> Error     at A.B.C(System.String)';
    const items = read(`[01.02.2024 03:00:01] <01> Error  x\n${`${frame}\n`.repeat(30_000)}`);
    expect(recordsOf(items)).toHaveLength(1);
    expect(recordsOf(items)[0]?.text.length).toBeLessThanOrEqual(2 ** 20);
    expect(codesOf(items)).toContain('record-truncated');
  });

  const token = fc.constantFrom(
    '[01.02.2024 03:04:05]',
    '[99.99.2024 03:04:05.123]',
    ' <01> ',
    ' < 7> [ab] ',
    'Info (3) ',
    'Error ',
    ' | ',
    '>>',
    "Task session '",
    "Job session 'a",
    "' has been completed, status: '",
    "Success', '1,5 TB' of '",
    "Set status 'InProgress' for task session 'a', object name '",
    'Starting new log',
    'UTC offset: ',
    '-99,99 hours',
    'UTC Time: [13/45/2024 99:99:99 PM]',
    '\n',
    '\u0000\u001b[31m\ufffd',
    "'",
    '[',
    ']',
  );
  it('never throws on anything', () => {
    fc.assert(
      fc.property(fc.array(token, { maxLength: 40 }), (parts) => {
        const items = read(parts.join(''));
        for (const record of recordsOf(items)) expect(record.body).toBeTypeOf('string');
      }),
      { numRuns: 500 },
    );
  });

  it('reads a line of 1 MiB made to go back and forth in the patterns', () => {
    for (const piece of ["'1' of '1' bytes", ' of ', '1,', 'at A', '[', "Task session '", 'Enabled: [', ' ']) {
      const long = piece.repeat(Math.ceil(2 ** 20 / piece.length));
      const items = read(
        `[01.02.2024 03:04:05] <01> Error   Task session 'a' has been completed, status: 'Failed', ${long}`,
      );
      expect(recordsOf(items)).toHaveLength(1);
      expect(recordsOf(read(`[01.02.2024 03:04:05] <01> Error   ${long}`))).toHaveLength(1);
    }
  });
});

describe('sniff', () => {
  it.each([
    ['nothing', ''],
    ['a syslog', 'Mar  3 02:14:07 web01 kernel: [1.5] EXT4-fs error\nMar  3 02:14:08 web01 kernel: Aborting journal'],
    ['dmesg', '[    0.000000] Linux version 5.10.0\n[    1.234567] Error   something'],
    [
      'RFC 5424 events of the same product',
      '1 2025-11-20T14:36:09+02:00 VBR01 Veeam_MP - - [origin enterpriseId="31023"] [categoryId=0 instanceId=150]',
    ],
    ['event XML', '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System/></Event>'],
    ['JSON', '{"__REALTIME_TIMESTAMP":"1","MESSAGE":"Job session has been completed"}'],
    ['a table', 'JobName,VMName,Status,CreationTime\nNightly,web01,Success,2024-03-01T22:00:00'],
    [
      'performance counters',
      '"(PDH-CSV 4.0) (W. Europe Standard Time)(-60)","\\\\HV01\\PhysicalDisk(0 C:)\\Avg. Disk sec/Write"',
    ],
    [
      'prose that quotes a line',
      `Look for this line:\n\n    Job session has been completed\n${'and so on\n'.repeat(20)}`,
    ],
    ['source code', "EXPR = '[18.08.2021 18:02:45] <01> Info         Job session'\nimport re\n"],
    ['another log with such stamps', '[18.08.2021 18:02:45] worker started\n[18.08.2021 18:02:46] worker stopped'],
  ])('is 0 for %s', (_, text) => {
    expect(parser.sniff(head(text))).toBe(0);
  });

  it('looks past lines of junk before the log', () => {
    expect(
      parser.sniff(head('$ cat Job.log\n# copied\n\n[18.08.2021 18:02:45] <01> Info         Job session')),
    ).toBeGreaterThan(0.9);
  });
});

describe.skipIf(!existsSync(`${DOMAIN}/samples/backup`))('samples', () => {
  const samples = existsSync(`${DOMAIN}/samples/backup`) ? readdirSync(`${DOMAIN}/samples/backup`) : [];
  const sample = (prefix: string): string =>
    readFileSync(`${DOMAIN}/samples/backup/${samples.find((name) => name.startsWith(prefix))}`, 'utf8');

  it('reads the real version 11 log', () => {
    const items = read(sample('01-'));
    const spans = recordsOf(items).filter((record) => record.until !== null);
    expect(spans.map((record) => record.fields['backup.phase'])).toEqual(['vm', 'job']);
    expect(spans.map((record) => record.fields['backup.status'])).toEqual(['failed', 'failed']);
    expect(spans.map((record) => record.fields['backup.kind'])).toEqual(['full', 'full']);
    expect(spans.every((record) => record.time?.utcOffset === 7_200_000_000)).toBe(true);
    expect(recordsOf(items).filter((record) => record.severity === 13)).toHaveLength(3);
    expect(codesOf(items)).toEqual([]);
  });

  it('claims its own samples and no other', () => {
    const claimed = samples.filter((name) => parser.sniff(head(sample(name))) > 0);
    expect(claimed.map((name) => name.slice(0, 2))).toEqual(['01', '02', '03']);
  });
});
