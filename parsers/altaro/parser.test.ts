import { existsSync, readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogRecord } from '../../src/model/record.js';
import { EVERYTHING, WHOLE_RECORDS } from '../../src/parser/collect.js';
import type { Head, Sink } from '../../src/parser/parser.js';
import { readOperationName } from './file-name.js';
import parser from './parser.js';

const FIXTURES = new URL('./fixtures/', import.meta.url);
const DOMAIN = process.env.FAULTLINE_DOMAIN ?? '';

type Item = Readonly<Record<string, unknown>>;

function read(text: string, path = 'altaro.log', cuts: readonly number[] = []): Item[] {
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
  const reader = parser.open({ path, pathHost: null }, sink, EVERYTHING);
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
const fixture = (name: string): string => readFileSync(new URL(encodeURIComponent(name), FIXTURES), 'utf8');
const head = (text: string): Head => ({ bytes: Buffer.from(text), text, lines: text.split(/\r?\n/), path: 'x' });

const FILES = readdirSync(FIXTURES).filter((name) => name.endsWith('.log'));

describe('fixtures', () => {
  it.each(FILES)('%s', (name) => {
    const lines = fixture(name.replace('.log', '.expected.jsonl')).trim().split('\n');
    const expected = lines.map((line) => JSON.parse(line));
    expect(read(fixture(name), `Logs/OpControllers/${name}`)).toEqual(expected);
    expect(read(fixture(name), `C:\\ProgramData\\Altaro\\${name}`, [1, 17, 60, 61, 200])).toEqual(expected);
  });

  it.each(FILES)('%s is recognised by its content', (name) => {
    expect(parser.sniff(head(fixture(name)))).toBeGreaterThanOrEqual(0.9);
  });
});

describe('names of operation logs', () => {
  it.each([
    ['2026-09-24 01-30-05_Backup_4f1c_a_b_4f1c_a9d0_inProgress.log', 'a_b_4f1c', 'a9d0', 'running'],
    ['2026-09-24 01-30-05_Backup_4F1C_Ünï cödé.v2_A9D0_Failed.log', 'Ünï cödé.v2', 'A9D0', 'failed'],
    ['x/y/2026-09-24 01-30-05_OffsiteCopy_4f1c_web_a9d0_Success.log', 'web', 'a9d0', 'success'],
    ['2026-09-24 01-30-05_Backup_4f1c_web_a9d0_Unheard.log', 'web', 'a9d0', null],
    ['2026-09-24 03-00-00_DataVerification_77b2_Success.log', null, '77b2', 'success'],
  ])('%s', (path, vm, job, status) => {
    expect(readOperationName(path)).toMatchObject({ vm, job, status });
  });

  it.each([
    '2026-13-24 01-30-05_Backup_4f1c_web_a9d0_Success.log',
    '2026-09-24_Backup_4f1c_web_a9d0_Success.log',
    'Altaro.SubAgent.1_JobHandler.log',
    '2026-09-24 01-30-05_Backup_4f1c_web_xyz_Success.log',
  ])('%s is no such name', (path) => {
    expect(readOperationName(path)).toBeNull();
  });
});

describe('altaro', () => {
  const NAME = '2026-04-03 22-00-00_Backup_4f1c_web01_a9d0_Success.log';
  const result = (stamp: string): string => `${stamp} ControllerRct.DoWork(): CONTROLLER RESULT =Success`;
  const endOf = (text: string, name = NAME): number | undefined => recordsOf(read(text, name)).at(-1)?.until?.micros;

  it.each([
    '2026-04-03 22:30:00,5',
    '2026-04-03T22:30:00.500',
    '2026/04/03 22:30:00.5',
    '03/04/2026 22:30:00.500',
    '04/03/2026 22:30:00.500',
    '4/3/2026, 10:30:00.500 PM',
    '[03.04.2026 22:30:00.500]',
    'INFO |03-04-2026 22:30:00.500|',
  ])('reads the stamp %s, with the date in the name to settle day and month', (stamp) => {
    expect(endOf(result(stamp))).toBe(Date.UTC(2026, 3, 3, 22, 30, 0, 500) * 1000);
  });

  it('takes the last stamp where the log has no result line', () => {
    expect(endOf('2026-04-03 22:00:01 ControllerRct.DoWork(): a\n2026-04-03 22:10:00 b\nc')).toBe(
      Date.UTC(2026, 3, 3, 22, 10) * 1000,
    );
  });

  it('leaves the end open rather than taking one that cannot be', () => {
    for (const stamp of ['2026-04-03 21:00:00', '2027-04-03 22:30:00', 'no stamp']) {
      const items = read(result(stamp), NAME);
      expect(recordsOf(items).at(-1)?.until).toBeNull();
      expect(codesOf(items)).toContain(stamp === 'no stamp' ? 'end-unknown' : 'end-implausible');
    }
  });

  it('believes the result line more than the name, and the name where there is no result', () => {
    const statusOf = (text: string): unknown => recordsOf(read(text, NAME)).at(-1)?.fields['backup.status'];
    expect(statusOf('CONTROLLER RESULT =Failed')).toBe('failed');
    expect(statusOf('CONTROLLER RESULT =Cancelled')).toBe('failed');
    expect(statusOf('CONTROLLER RESULT =42')).toBe('success');
    expect(statusOf('nothing')).toBe('success');
  });

  it('does not call a restore a backup', () => {
    const items = read('ControllerRct.DoWork(): x', '2026-04-03 22-00-00_Restore_4f1c_web01_a9d0_Success.log');
    expect(recordsOf(items).at(-1)?.fields['backup.phase']).toBeUndefined();
  });

  it('makes nothing up for a log without name and result', () => {
    expect(recordsOf(read('2026-04-03 22:00:01 INFO ControllerRct idle'))).toEqual([]);
  });

  const token = fc.constantFrom(
    '2026-04-03 22:00:01',
    '99/99/2026 99:99:99 PM',
    '[',
    ' CONTROLLER RESULT =',
    'Concurrency Identifier for a9d0 set to ',
    '7c0f3a52-1111-4222-8333-944455556666-X',
    'ALTERR_',
    'RCTCONTROLLER_011',
    ' ERROR ',
    '\n',
    '\r\n',
    '\u0000\u001b[0m\ufffd',
  );
  it('never throws, and reads the same for any chunks', () => {
    fc.assert(
      fc.property(fc.array(token, { maxLength: 30 }), fc.array(fc.nat(), { maxLength: 5 }), (parts, cuts) => {
        expect(read(parts.join(''), NAME, cuts)).toEqual(read(parts.join(''), NAME));
      }),
      { numRuns: 300 },
    );
  });

  it('cuts a line of more than 1 MiB and says so', () => {
    expect(codesOf(read(`2026-04-03 22:00:01 ERROR ${'A'.repeat(2 ** 21)}\nx`, NAME))).toContain('record-truncated');
  });
});

describe('sniff', () => {
  it.each([
    ['nothing', ''],
    [
      'an event of the product',
      '<Event><System><Provider Name="Altaro VM Backup"/></System><Data>(ALTERR_X)</Data></Event>',
    ],
    ['the same as JSON', '{"Provider_Name":"Altaro VM Backup","Message":"(ALTERR_X) RCTCONTROLLER_011"}'],
    [
      'a saved event list',
      'Level,Date and Time,Source,Event ID\nError,24/09/2026 01:00:00,Altaro VM Backup,5002,"(ALTERR_X)"',
    ],
    ['a script', '$r = Get-ChildItem *.log | sls "CONTROLLER RESULT"\n$x = $r.Line.split("=")[1]\n'],
    ['prose', 'The backup will proceed in crash-consistent mode. (Error code RCTCONTROLLER_011)\nSee the vendor page.'],
    ['a Veeam log', '[18.08.2021 18:02:45] <01> Info         Job session'],
    ['a syslog', 'Mar  3 02:14:07 web01 kernel: [1.5] EXT4-fs error'],
  ])('is 0 for %s', (_, text) => {
    expect(parser.sniff(head(text))).toBe(0);
  });
});

describe.skipIf(!existsSync(`${DOMAIN}/samples/backup`))('samples', () => {
  it('claims none of the other products, nor the notes about Altaro', () => {
    const folder = `${DOMAIN}/samples/backup`;
    const names = existsSync(folder) ? readdirSync(folder) : [];
    expect(names.filter((name) => parser.sniff(head(readFileSync(`${folder}/${name}`, 'utf8'))) > 0)).toEqual([]);
  });
});
