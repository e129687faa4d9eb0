import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { ClocksReport, ExplainedRecord } from '../../src/model/clocks-report.js';
import { faultline, type Run } from './faultline.js';

const root = new URL('../../', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'faultline-explain-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function put(name: string, content: string): void {
  const file = join(folder, name);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, content);
}

function run(evidence: string, place: string, ...more: readonly string[]): Run {
  return faultline(['clocks', evidence, '--quiet', '--explain', place, ...more], { cwd: root });
}

/** The record explained, its steps checked to add up to its time. */
function explain(evidence: string, place: string, ...more: readonly string[]): ExplainedRecord {
  const { code, out, err } = run(evidence, place, '--format', 'json', ...more);
  expect([code, err]).toEqual([0, '']);
  const { explained } = JSON.parse(out) as ClocksReport;
  if (explained === undefined) throw new Error('nothing was explained');
  addsUp(explained);
  return explained;
}

/** To the microsecond, from nothing but what is printed. */
function addsUp({ stamp, added, boot, result }: ExplainedRecord): void {
  if (result === null) return;
  const start = boot === null ? micros(`${stamp.dated}Z`) : whole(Number.parseFloat(stamp.written));
  expect(start + added.reduce((sum, { seconds }) => sum + whole(seconds), 0)).toBe(micros(result.utc));
  const error = result.madeOf.reduce((sum, { seconds }) => sum + whole(seconds), 0);
  expect(error).toBe(whole(result.uncertaintySeconds));
}

function whole(seconds: number): number {
  return Math.round(seconds * 1_000_000);
}

/** Microseconds since 1970 of RFC 3339 with up to six digits. */
function micros(time: string): number {
  const [, upToSeconds = '', digits = ''] = /^(.{19})(?:\.(\d+))?Z$/.exec(time) ?? [];
  return Date.parse(`${upToSeconds}Z`) * 1000 + Number(digits.padEnd(6, '0'));
}

/** A line a minute from 26 October 2024, 22:00 UTC on; in Vienna the clocks went back at 01:00 UTC. */
function autumnLog(): string {
  return Array.from({ length: 600 }, (_, i) => {
    const utc = Date.UTC(2024, 9, 26, 22) + i * 60_000;
    const local = new Date(utc + (utc < Date.UTC(2024, 9, 27, 1) ? 2 : 1) * 3_600_000).toISOString();
    return `Oct ${local.slice(8, 10)} ${local.slice(11, 19)} web01 app[1]: tick ${new Date(utc).toISOString()}\n`;
  }).join('');
}

const dated = (from: string, to: string): string =>
  [from, to].map((day) => `${day}T09:00:00.000000Z other01 CRON[1]: (root) CMD (true)\n`).join('');

describe('faultline clocks --explain', () => {
  const autumn = join(folder, 'autumn');
  put('autumn/web01/syslog', autumnLog());
  put('autumn/other01/syslog', dated('2024-10-26', '2024-10-28'));
  const vienna = ['--zone', 'web01=Europe/Vienna'];

  test('a stamp in the hour that comes twice, in its second pass', () => {
    const first = explain(autumn, 'web01/syslog:151', ...vienna);
    const second = explain(autumn, 'web01/syslog:211', ...vienna);
    expect([first.stamp.written, second.stamp.written]).toEqual(['--10-27T02:30:00', '--10-27T02:30:00']);
    expect([first.result?.utc, second.result?.utc]).toEqual(['2024-10-27T00:30:00Z', '2024-10-27T01:30:00Z']);
    expect(first.zone).toMatchObject({ offset: '+02:00', stated: 'Europe/Vienna', twice: { pass: 1 } });
    const text = autumnLog();
    expect(second.zone).toMatchObject({
      offset: '+01:00',
      possible: [{ offset: '+01:00', names: ['Europe/Vienna'] }],
      proofs: [{ kind: 'override' }],
      // Line 181 is the first of the second pass.
      twice: { pass: 2, againFromByte: text.split('\n').slice(0, 180).join('\n').length + 1 },
    });
    expect(second.result).toMatchObject({ local: '2024-10-27T02:30:00+01:00', basis: 'stated', uncertaintySeconds: 3 });
  });

  test('text says the same, step by step, and holds nothing but the one record', () => {
    const { code, out } = run(autumn, 'web01/syslog:211', ...vienna);
    expect(code).toBe(0);
    expect(out).toMatch(/^web01\/syslog:211 {2}web01\n {4}record {4}Oct 27 02:30:00 web01 app\[1\]: tick/);
    expect(out).toContain('year      2024: written 2024-10-27T02:30:00\n');
    expect(out).toContain('zone      local time is UTC+01:00 (Europe/Vienna): -3600 s\n');
    expect(out).toMatch(/comes twice; this is the second: the log begins it again at byte \d+\n/);
    expect(out).toContain('clock     nothing measured it, nothing was added\n');
    expect(out).toContain('time      2024-10-27T01:30:00Z ± 3 s\n              = 2024-10-27T02:30:00 - 3600 s\n');
    expect(out).toContain('clock-sync-assumed');
    expect(out).not.toContain('other01');
  });

  test('a line without a year, after New Year', () => {
    const evidence = join(folder, 'winter');
    const lines = ['Dec 31 23:58:00', 'Dec 31 23:59:00', 'Jan  1 00:00:30', 'Jan  1 00:01:00'];
    put('winter/db01/syslog', lines.map((stamp) => `${stamp} db01 app[1]: tick\n`).join(''));
    put('winter/other01/syslog', dated('2023-12-31', '2024-01-02'));
    const utc = ['--zone', 'db01=UTC'];
    expect(explain(evidence, 'db01/syslog:2', ...utc)).toMatchObject({
      year: { year: 2023, turns: 0, issue: { code: 'missing-year' } },
      result: { utc: '2023-12-31T23:59:00Z' },
    });
    expect(explain(evidence, 'db01/syslog:3', ...utc)).toMatchObject({
      year: { year: 2024, turns: 1, issue: { code: 'missing-year' } },
      result: { utc: '2024-01-01T00:00:30Z' },
    });
    expect(run(evidence, 'db01/syslog:3', ...utc).out).toContain('the year turned once in the log before this place');
  });

  test('a record of an event log, by its number', () => {
    const explained = explain('samples/nightly-backup', 'hosts/HV03/System.evtx:#22000');
    expect(explained).toMatchObject({ line: null, record: 22_000, channel: 'System', year: null, boot: null });
    expect(explained.zone).toMatchObject({ offset: '+00:00', isByStamp: true });
    expect(explained.text).toMatch(/^Service Control Manager 7036: /);
    // As search writes it.
    expect(run('samples/nightly-backup', 'hosts/HV03/System.evtx#22000').out).toMatch(
      /^hosts\/HV03\/System\.evtx#22000 /,
    );
  });

  test('time since boot: what the start of the kernel is tied by', () => {
    const explained = explain('samples/nightly-backup', 'guests/web01/dmesg-2024-01-19.txt:3');
    expect(explained).toMatchObject({
      stamp: { isSinceBoot: true, dated: null },
      zone: null,
      clock: null,
      boot: { kind: 'audit', path: 'guests/web01/dmesg-2024-01-19.txt' },
      result: { basis: 'derived', local: null },
    });
    expect(run('samples/nightly-backup', 'guests/web01/dmesg-2024-01-19.txt:3').out).toContain('the kernel started at');
  });

  test('a boot that nothing ties to another clock stays undated, and says what would help', () => {
    put('undated/dmesg.txt', '[    0.000000] Linux version 6.1.0 (a@b)\n[    1.000000] sd 0:0:0:0: [sda] x\n');
    const explained = explain(join(folder, 'undated'), 'dmesg.txt:2');
    expect(explained).toMatchObject({ result: null, added: [], issues: [{ code: 'undated' }] });
    expect(run(join(folder, 'undated'), 'dmesg.txt:2').out).toMatch(
      /time +unknown: .*\n +known +undated: .*syslog or journal/,
    );
  });

  test('a row of samples, and a packed log', () => {
    const row = explain('samples/nightly-backup', 'hosts/HV03/perfmon/storage_20240116.csv.gz:7');
    expect(row).toMatchObject({ line: 7, host: 'HV03', result: { basis: 'stated' } });
    expect(row.text).toMatch(/ = \d/);
  });

  test('a clock that was measured: by what, and the nearest events', () => {
    const log = (off: number): string =>
      [120.25, 4_711.125, 9_000.5]
        .map((uptime, i) => {
          const at = new Date(Date.UTC(2024, 2, 3, 2, 14, 7) + (uptime + off) * 1000).toISOString();
          const body = `blk_update_request: I/O error, dev sda, sector ${4096 * (i + 1)} op 0x1:(WRITE) flags 0x0`;
          return `${at.replace('Z', '000+00:00')} web01 kernel: [${uptime.toFixed(6).padStart(12, ' ')}] ${body}\n`;
        })
        .join('');
    put('two/a-collector/web01.log', log(0));
    put('two/b-guest/syslog', log(18_090));
    const explained = explain(join(folder, 'two'), 'b-guest/syslog:2');
    expect(explained.clock?.measured).toMatchObject({ against: 'the clock of web01', events: 3, isSharp: true });
    expect(explained.clock?.measured?.nearest[0]).toMatchObject({ kind: 'same-record', awaySeconds: 0 });
    expect(explained.added.map(({ of }) => of)).toEqual(['zone', 'clock']);
    expect(explained.result?.madeOf.map(({ of }) => of)).toEqual(['resolution', 'measured']);
    const { code, out } = run(join(folder, 'two'), 'b-guest/syslog:2');
    expect(code).toBe(0);
    expect(out).toMatch(
      /clock +-1\d{4}[.\d]* s, measured by 3 events beside the clock of web01\n +nearest: same-record 0 s after it/,
    );
    expect(out).toContain('clock-contradicted');
  });

  test('what a log says cannot move the terminal', () => {
    put('hostile/web01/sys\u001b[2Jlog', '2024-03-03T02:14:07.250000Z web01 app[1]: \u001b[2J\u202eevil\n');
    const { code, out } = run(join(folder, 'hostile'), 'web01/sys\\x1b[2Jlog:1');
    expect(code).toBe(0);
    expect(out).toContain('\\x1b[2J\\u202eevil');
    expect(out).not.toMatch(/[\u001b\u202e]/);
  });

  test('the example in docs/evidence.md is what the program prints', () => {
    const docs = readFileSync(join(root, 'docs/evidence.md'), 'utf8');
    const [, command = '', shown] = /```\n\$ faultline (clocks .* --explain .*)\n\n([\s\S]*?)```/.exec(docs) ?? [];
    expect(faultline([...command.split(' '), '--quiet'], { cwd: root }).out).toBe(shown);
  });

  test('the same bytes as without it, but for the explanation', () => {
    const plain = JSON.parse(faultline(['clocks', autumn, '--format', 'json', ...vienna]).out) as ClocksReport;
    const { explained, ...rest } = JSON.parse(
      run(autumn, 'web01/syslog:1', '--format', 'json', ...vienna).out,
    ) as ClocksReport;
    expect(explained).toBeDefined();
    expect(rest).toEqual(plain);
  });
});

describe('what cannot be explained is an error that says what to do', () => {
  const evidence = join(folder, 'errors');
  put(
    'errors/web01/syslog',
    'Mar  3 02:14:07 web01 app[1]: one\n  and its second line\nMar  3 02:15:07 web01 app[1]: two\n',
  );
  put('errors/web01/notes.txt', 'a page of prose\n');
  put('errors/db01/dmesg.txt', '[    0.000000] Linux version 6.1.0 (a@b)\nBUG: unable to handle page fault\n');
  const refused = (place: string): string => {
    const { code, out, err } = run(evidence, place);
    expect([code, out]).toEqual([2, '']);
    return err;
  };

  test('no such file: names that are near', () => {
    const err = refused('web01/sylog:1');
    expect(err).toContain('no file of the evidence is named web01/sylog');
    expect(err).toMatch(/near it are: web01\/syslog/);
  });

  test('no place at all', () => {
    expect(refused('web01/syslog')).toMatch(/neither FILE:LINE nor FILE:#RECORD\n {2}for example/);
    expect(refused('web01/syslog:0')).toContain('neither');
  });

  test('a line beyond the end', () => {
    expect(refused('web01/syslog:99')).toMatch(
      /web01\/syslog has 3 lines\n {2}its last record begins at web01\/syslog:3/,
    );
  });

  test('a line that continues a record names the record', () => {
    expect(refused('web01/syslog:2')).toMatch(
      /part of the record that begins at line 1\n {2}--explain web01\/syslog:1/,
    );
  });

  test('a number where records have none, and a line where lines are none', () => {
    expect(refused('web01/syslog:#7')).toMatch(/does not number its records\n {2}name one by its line/);
    expect(run('samples/nightly-backup', 'hosts/HV03/System.evtx:3').err).toMatch(
      /has no lines\n {2}.*System\.evtx:#\d+/,
    );
    expect(run('samples/nightly-backup', 'hosts/HV03/System.evtx:#1').err).toMatch(
      /holds no record 1\n {2}.*\d+ to \d+/,
    );
  });

  test('a line that holds no record', () => {
    const { err } = run('samples/nightly-backup', 'hosts/HV02/Microsoft-Windows-Hyper-V-Worker-Admin.json:1');
    expect(err).toMatch(/line 1 of .* holds no record\n {2}records with a stamp are next to it: .*json:2/);
  });

  test('a record without a stamp', () => {
    const bare = readFileSync(join(root, 'parsers/linux-dmesg/fixtures/bare-2.6.32.log'), 'utf8');
    put('bare/boot.log', bare);
    const { code, err } = run(join(folder, 'bare'), 'boot.log:2');
    expect(code).toBe(2);
    expect(err).toMatch(/line 2 of boot\.log has no stamp, so it has no time\n {2}.* boot\.log:\d+/);
  });

  test('a file that no parser reads, and standard input', () => {
    expect(refused('web01/notes.txt:1')).toMatch(/holds no records: unknown-format .*\n {2}name a file/);
    const { code, err } = faultline(['clocks', '-', '--explain', '-:1'], {
      input: 'Mar  3 02:14:07 web01 app[1]: one\n',
    });
    expect([code, err.includes('can be read only once')]).toEqual([2, true]);
  });
});
