import { existsSync, readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogRecord } from '../../src/model/record.js';
import { EVERYTHING, WHOLE_RECORDS } from '../../src/parser/collect.js';
import type { Head, Sink } from '../../src/parser/parser.js';
import { applyMapping, NO_MAPPING } from './columns.js';
import { compileTimeFormat, readDate, readDuration, readZone } from './dates.js';
import { readMapping } from './mapping.js';
import parser from './parser.js';

const FIXTURES = new URL('./fixtures/', import.meta.url);
const DOMAIN = process.env.FAULTLINE_DOMAIN ?? '';

type Item = Readonly<Record<string, unknown>>;

function read(text: string, cuts: readonly number[] = []): Item[] {
  if (parser.reads !== 'text') throw new Error('the parser reads text');
  const items: Item[] = [];
  const sink: Sink = {
    ...WHOLE_RECORDS,
    record: (record) => items.push({ record }),
    metric: (metric) => items.push({ metric }),
    clock: (clock) => items.push({ clock }),
    fact: (fact) => items.push({ fact }),
    issue: (code, severity, note, at) => items.push({ issue: { code, severity, note, at: at ?? null } }),
  };
  const reader = parser.open({ path: 'runs.csv', pathHost: null }, sink, EVERYTHING);
  const edges = [0, ...cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b), text.length];
  for (let i = 0; i + 1 < edges.length; i++) {
    const byteOffset = Buffer.byteLength(text.slice(0, edges[i]));
    reader.text(text.slice(edges[i], edges[i + 1]), { byteOffset });
  }
  reader.end();
  return items;
}

const recordsOf = (items: readonly Item[]): LogRecord[] =>
  items.flatMap((item) => (item.record ? [item.record as LogRecord] : []));
const codesOf = (items: readonly Item[]): string[] =>
  items.flatMap((item) => (item.issue ? [(item.issue as { code: string }).code] : []));
const fixture = (name: string): string => readFileSync(new URL(name, FIXTURES), 'utf8');
const head = (text: string): Head => ({ bytes: Buffer.from(text), text, lines: text.split(/\r?\n/), path: 'x' });
const stamp = (micros: number | undefined): string => new Date((micros ?? 0) / 1000).toISOString().slice(0, 16);

const FILES = readdirSync(FIXTURES).filter((name) => name.endsWith('.csv'));

describe('fixtures', () => {
  it.each(FILES)('%s', (name) => {
    const lines = fixture(name.replace('.csv', '.expected.jsonl')).trim().split('\n');
    const expected = lines.map((line) => JSON.parse(line));
    expect(read(fixture(name))).toEqual(expected);
    expect(read(fixture(name), [3, 40, 41, 199, 500])).toEqual(expected);
  });

  it.each(FILES)('%s is recognised', (name) => {
    expect(parser.sniff(head(fixture(name)))).toBeGreaterThanOrEqual(0.6);
  });
});

describe('day and month', () => {
  const table = (...starts: string[]): string =>
    `VM,Start,Status\n${starts.map((start) => `v,${start},ok\n`).join('')}`;
  const starts = (text: string): string[] => recordsOf(read(text)).map((record) => stamp(record.time?.micros));

  it('are told apart by a value over 12 anywhere in the column, also after rows that have none', () => {
    expect(starts(table('03/04/2024 22:00', '13/04/2024 22:00'))).toEqual(['2024-04-03T22:00', '2024-04-13T22:00']);
    expect(starts(table('03/04/2024 22:00', '03/14/2024 22:00'))).toEqual(['2024-03-04T22:00', '2024-03-14T22:00']);
    expect(codesOf(read(table('03/04/2024 22:00', '03/14/2024 22:00')))).toEqual([]);
  });

  it('are told apart by the other column', () => {
    const items = read('VM,Start,End,Status\nv,12/04/2024 23:00,13/04/2024 01:00,ok');
    expect(stamp(recordsOf(items)[0]?.time?.micros)).toBe('2024-04-12T23:00');
    expect(codesOf(items)).toEqual([]);
  });

  it('else by the order of the rows, upwards or downwards, with an issue', () => {
    const rows = ['05/03/2024 22:00', '06/03/2024 22:00', '04/04/2024 22:00'];
    for (const order of [rows, rows.toReversed()]) {
      expect(new Set(starts(table(...order)))).toEqual(
        new Set(['2024-03-05T22:00', '2024-03-06T22:00', '2024-04-04T22:00']),
      );
      expect(codesOf(read(table(...order)))).toEqual(['ambiguous-date']);
    }
  });

  it('else month first, with an issue; no issue where both readings are one', () => {
    expect(starts(table('03/04/2024 22:00'))).toEqual(['2024-03-04T22:00']);
    expect(codesOf(read(table('03/04/2024 22:00')))).toEqual(['ambiguous-date']);
    expect(codesOf(read(table('04/04/2024 22:00')))).toEqual([]);
  });

  it('of a column that mixes both are read where they have one reading, with an issue', () => {
    const items = read(table('13/04/2024 22:00', '04/14/2024 22:00', '01/02/2024 22:00'));
    expect(recordsOf(items).map((record) => stamp(record.time?.micros))).toEqual([
      '2024-04-13T22:00',
      '2024-04-14T22:00',
      '2024-02-01T22:00',
    ]);
    expect(codesOf(items)).toEqual(['date-order-mixed']);
  });

  it('are decided with bounded memory', () => {
    const items = read(table(...Array.from({ length: 45_000 }, () => '03/04/2024 22:00')));
    expect(recordsOf(items)).toHaveLength(45_000);
    expect(codesOf(items)).toEqual(['ambiguous-date']);
  });

  it.each([
    ['2024-03-01T22:00:00.5+01:00', '2024-03-01T22:00', 3_600_000_000],
    ['2024-03-01 22:00:00 UTC', '2024-03-01T22:00', 0],
    ['2024/3/1 22:00 (UTC-5)', '2024-03-01T22:00', -18_000_000_000],
    ['3/1/2024 12:00:00 AM', '2024-03-01T00:00', null],
    ['3/1/2024, 12:30 p.m.', '2024-03-01T12:30', null],
    ['1.3.2024 7:05', '2024-03-01T07:05', null],
  ])('%s is %s', (text, expected, offset) => {
    const time = readDate(text, 'month-first');
    expect([stamp(time?.micros), time?.utcOffset]).toEqual([expected, offset]);
  });

  it.each([
    '',
    'yesterday',
    '2024-02-30 10:00',
    '3/1/2024',
    '13:00',
    '3/1/2024 13:00 PM',
    '2024-03-01T22:00:00 Europe/Vienna',
  ])('%s is no date', (text) => {
    expect(readDate(text, 'month-first')).toBeNull();
  });
});

describe('mapping', () => {
  it.each([
    ['dd.MM.yyyy HH:mm:ss', '01.03.2024 22:00:05', '2024-03-01T22:00'],
    ['yyyyMMdd-HHmm', '20240301-2200', '2024-03-01T22:00'],
    ["d/M/yy h:mm tt 'Uhr'", '1/3/24 10:00 PM Uhr', '2024-03-01T22:00'],
    ['yyyy-MM-ddTHH:mm:ss.fffffffK', '2024-03-01T22:00:00.1234567Z', '2024-03-01T22:00'],
  ])('reads %s', (format, text, expected) => {
    expect(stamp(compileTimeFormat(format)?.(text, 'month-first')?.micros)).toBe(expected);
    expect(compileTimeFormat(format)?.(`${text}x`, 'month-first')).toBeNull();
  });

  it.each(['', 'yyyy-MM-dd', 'dd dd MM yyyy HH mm', '(((('])('refuses the format %s', (format) => {
    expect(compileTimeFormat(format)).toBeNull();
  });

  it('takes names before the default ones, and leaves the rest to those', () => {
    const { mapping } = readMapping('vm: Kiste\nstatus: Ausgang');
    const { columns, missing } = applyMapping(['VMName', 'Kiste', 'Start', 'Result'], mapping);
    expect([columns.get('vm')?.index, columns.get('start')?.index]).toEqual([1, 2]);
    expect(missing).toEqual(['Ausgang']);
    expect(applyMapping(['VMName', 'vm name'], NO_MAPPING).columns.get('vm')?.index).toBe(0);
  });

  it.each([
    ['a: [', 'the mapping is not YAML'],
    ['- a', 'the mapping is not a list of names'],
    ['vm: {a: b}', "the mapping gives 'vm' no text"],
    ['value splendid: ja', "the mapping has 'value splendid'"],
    ['x'.repeat(70_000), 'the mapping has a line that is nested or too long'],
    ['- '.repeat(400), 'the mapping has a line that is nested or too long'],
    ['? '.repeat(400), 'the mapping has a line that is nested or too long'],
    ['vm: x\n'.repeat(300), 'the mapping has more than 200 lines'],
    ['a: [[[[[[[[[x', 'the mapping has a line that is nested or too long'],
    ['a: &a [x]\nb: [*a, *a]', 'the mapping'],
  ])('says what is wrong with %s', (yaml, problem) => {
    expect(readMapping(yaml).problems[0]).toContain(problem);
  });

  it('never throws on anything', () => {
    const piece = fc.constantFrom(
      'vm',
      ': ',
      '- ',
      '? ',
      '[',
      ']',
      '{',
      '&a ',
      '*a',
      '!x ',
      '|',
      '>',
      '"',
      "'",
      '\n',
      '  ',
      '%',
      '#',
      '\t',
      '---',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (parts) => {
        expect(readMapping(parts.join('')).problems).toBeInstanceOf(Array);
      }),
      { numRuns: 1000 },
    );
  });

  it('states a fixed zone as clock evidence and names any other', () => {
    const text = (zone: string): string =>
      `# faultline-mapping:\n#   zone: ${zone}\nVM,Start,Status\nv,2024-03-01 22:00,ok`;
    const fixed = read(text('+02:00'));
    expect(fixed.find((item) => item.clock)?.clock).toMatchObject({ kind: 'stated-offset', utcOffset: 7_200_000_000 });
    expect(recordsOf(fixed)[0]?.time?.utcOffset).toBe(7_200_000_000);
    const named = read(text('Europe/Vienna'));
    expect(named.some((item) => item.clock)).toBe(false);
    expect(recordsOf(named)[0]?.time?.utcOffset).toBeNull();
    expect(JSON.stringify(named)).toContain("'Europe/Vienna'");
  });

  it('takes the zone of each row from a column of any name', () => {
    const items = read(
      '# faultline-mapping:\n#   zone-column: Zonal\nVM,Start,Status,Zonal\nv,2024-03-01 22:00,ok,-03:30',
    );
    expect(recordsOf(items)[0]?.time?.utcOffset).toBe(-12_600_000_000);
  });
});

describe('durations and zones', () => {
  it.each([
    ['01:02:03', '', 3723],
    ['1.00:00:01', '', 86_401],
    ['00:15:32.5000000', '', 932.5],
    ['90', '', 90],
    ['1,5', 'min', 90],
    ['2', 'Hours', 7200],
    ['1500', 'ms', 1.5],
    ['1h 2m 3s', '', 3723],
    ['2 hours and 5 minutes', '', 7500],
  ])('%s %s is %d s', (text, unit, seconds) => {
    expect(readDuration(text, unit)).toBe(seconds * 1e6);
  });

  it.each(['', 'long', '5 apples', '1:2', '90 fortnights x'])('%s is no duration', (text) => {
    expect(readDuration(text, '')).toBeNull();
  });

  it.each([
    ['Z', 0],
    ['GMT', 0],
    ['UTC+5', 18_000_000_000],
    ['-0330', -12_600_000_000],
    ['01:00:00', null],
    ['CET', null],
    ['+25:00', null],
  ])('the zone %s is %s', (text, expected) => {
    expect(readZone(text)).toBe(expected);
  });
});

const cell = fc.string({
  unit: fc.constantFrom('a', 'B', ' ', '"', ',', '\n', 'é', '#', ';'),
  minLength: 1,
  maxLength: 8,
});
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

describe('backup-job-csv', () => {
  it('reads back what was written, wherever the chunks are cut', () => {
    const run = fc.record({
      vm: cell.map((text) => `v${text.replace(/\s+/g, ' ')}v`),
      start: fc.integer({ min: 946_684_800, max: 4_000_000_000 }),
      length: fc.integer({ min: 0, max: 999_999 }),
      status: fc.constantFrom('success', 'warning', 'failed'),
    });
    fc.assert(
      fc.property(fc.array(run, { minLength: 1, maxLength: 8 }), fc.array(fc.nat(), { maxLength: 5 }), (runs, cuts) => {
        const iso = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 19);
        const rows = runs.map((r) => [quoted(r.vm), iso(r.start), iso(r.start + r.length), r.status].join(','));
        const records = recordsOf(read(`VM,Start,End,Status\r\n${rows.join('\r\n')}`, cuts));
        expect(
          records.map(({ time, until, fields }) => ({
            vm: fields['backup.vm'],
            start: (time?.micros ?? 0) / 1e6,
            length: ((until?.micros ?? 0) - (time?.micros ?? 0)) / 1e6,
            status: fields['backup.status'],
          })),
        ).toEqual(runs);
      }),
      { numRuns: 200 },
    );
  });

  it('never throws on a table of anything', () => {
    const any = fc.oneof(
      cell,
      fc.constantFrom('13/13/2024 10:00', '2024-01-01 10:00', '-', '1e9', '\u0000', '00:00:00'),
    );
    fc.assert(
      fc.property(fc.array(fc.array(any, { maxLength: 8 }), { maxLength: 8 }), (rows) => {
        const body = rows.map((row) => row.join(',')).join('\n');
        const items = read(`VM,Job,Start,End,Duration,Status,Size,Zone\n${body}`);
        for (const record of recordsOf(items)) expect(record.ident).toBeTypeOf('string');
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['Start,Duration', '2024-03-01 22:00,00:30:00', '2024-03-01T22:00', '2024-03-01T22:30'],
    ['End,DurationMinutes', '2024-03-01 22:30,30', '2024-03-01T22:00', '2024-03-01T22:30'],
    ['End,Elapsed', '2024-03-01 22:30,', '2024-03-01T22:30', '2024-03-01T22:30'],
  ])('completes a span of %s', (names, values, start, end) => {
    const record = recordsOf(read(`VM,Status,${names}\nv,ok,${values}`))[0];
    expect([stamp(record?.time?.micros), stamp(record?.until?.micros)]).toEqual([start, end]);
  });

  it.each([
    ['Consistency', 'Crash-consistent (fallback)', 'crash', 'true'],
    ['Consistency', 'app-consistent', 'application', undefined],
    ['Application Consistent', 'No', 'crash', undefined],
    ['VSS', 'true', 'application', undefined],
    ['Quiesced', 'yes', 'file-system', undefined],
    ['Quiesced', '?', 'unknown', undefined],
  ])('reads %s: %s', (name, value, consistency, fallback) => {
    const fields = recordsOf(read(`VM,Start,Status,${name}\nv,2024-03-01 22:00,ok,${value}`))[0]?.fields;
    expect([fields?.['backup.consistency'], fields?.['backup.fallback']]).toEqual([consistency, fallback]);
  });

  it('gives up on a text without a header, and says so once', () => {
    const items = read('a,b\n'.repeat(500));
    expect(recordsOf(items)).toEqual([]);
    expect(codesOf(items).filter((code) => code === 'no-header')).toEqual(['no-header']);
    expect(codesOf(read(''))).toEqual(['no-header']);
  });
});

describe('sniff', () => {
  it.each([
    ['nothing', ''],
    [
      'performance counters',
      '"(PDH-CSV 4.0) (W. Europe Standard Time)(-60)","\\\\HV01\\PhysicalDisk(0 C:)\\Avg. Disk sec/Write"',
    ],
    [
      'a saved event list',
      'Level,Date and Time,Source,Event ID,Task Category\nError,1/2/2024 3:04:05 AM,disk,153,None',
    ],
    [
      'events from PowerShell',
      '"TimeCreated","Id","LevelDisplayName","ProviderName","Message","StartTime","Job","Status"',
    ],
    ['services', '"Name","DisplayName","Status","StartType"\n"BITS","Background","Running","Manual"'],
    ['processes', '"Name","Id","StartTime","Status"\n"a","1","1/2/2024","x"'],
    ['iostat', 'Linux 5.10.0 (web01) \t03/04/2024 \t_x86_64_\t(4 CPU)\n\navg-cpu:  %user'],
    ['a syslog', 'Mar  3 02:14:07 web01 backup: job nightly, start 02:00, end 03:00, status ok'],
    [
      'prose with commas',
      'The job has a name, a start, an end, a status, and a duration.\nAll of it, in a table, with rows.',
    ],
    [
      'an example in a text',
      '# Tables\n\nWrite one like this:\n\n    VM;Job;Start;Status\n    a;b;2024-03-01 22:00;ok\n',
    ],
    ['JSON', '{"vm":"a","start":"b","status":"c"}'],
    ['source code', 'const run = (vm, start, end, status) => [vm, start, end, status];'],
    ['a Veeam log', '[18.08.2021 18:02:45] <01> Info         Job session'],
  ])('is 0 for %s', (_, text) => {
    expect(parser.sniff(head(text))).toBe(0);
  });

  it('looks past junk, comments and blank lines, and needs no rows', () => {
    expect(parser.sniff(head('PS C:\\> type a.csv\n#TYPE x\n\nVMName;JobName;StartTime;Result'))).toBe(0.9);
  });
});

describe.skipIf(!existsSync(`${DOMAIN}/samples/backup`))('samples', () => {
  const folder = `${DOMAIN}/samples/backup`;
  const names = existsSync(folder) ? readdirSync(folder) : [];
  it('claims the session report and no other', () => {
    const claimed = names.filter((name) => parser.sniff(head(readFileSync(`${folder}/${name}`, 'utf8'))) > 0);
    expect(claimed.map((name) => name.slice(0, 2))).toEqual(['06']);
  });

  it('reads the session report', () => {
    const report = names.find((name) => name.startsWith('06-')) ?? '';
    const records = recordsOf(read(readFileSync(`${folder}/${report}`, 'utf8')));
    expect(records.map((record) => record.fields['backup.status'])).toEqual(['success', 'warning', 'failed']);
    expect(records.every((record) => record.until !== null)).toBe(true);
  });
});
