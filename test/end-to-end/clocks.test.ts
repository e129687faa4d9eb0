import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { ClocksReport } from '../../src/model/clocks-report.js';
import { faultline } from './faultline.js';

const folder = mkdtempSync(join(tmpdir(), 'faultline-clocks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function put(name: string, content: string): string {
  const file = join(folder, name);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, content);
  return file;
}

const START = Date.UTC(2024, 2, 3, 2, 14, 7);
/** Uptimes of three kernel lines, as they stand in every copy of the log. */
const UPTIMES = [120.25, 4_711.125, 9_000.5];

/** The same three kernel lines under a clock that is off. */
function log(off: number): string {
  return UPTIMES.map((uptime, i) => {
    const stamp = new Date(START + (uptime + off) * 1000).toISOString().replace('Z', '000+00:00');
    const body = `blk_update_request: I/O error, dev sda, sector ${4096 * (i + 1)} op 0x1:(WRITE) flags 0x0`;
    return `${stamp} web01 kernel: [${uptime.toFixed(6).padStart(12, ' ')}] ${body}\n`;
  }).join('');
}

describe('faultline clocks', () => {
  const all = join(folder, 'case');
  put('case/a-collector/web01.log', log(0));
  put('case/b-guest/syslog', log(5 * 3_600 + 90));
  put('case/c\u001b[2J/syslog', log(0).replaceAll('web01', 'other'));

  test('two logs that disagree about the same records: both are shown, and that nobody knows who is right', () => {
    const { code, out } = faultline(['clocks', all, '--format', 'json', '--quiet']);
    expect(code).toBe(0);
    const report = JSON.parse(out) as ClocksReport;
    const [collector, guest] = report.clocks;
    expect(collector).toMatchObject({ path: 'a-collector/web01.log', basis: 'stated', zone: { offsets: ['+00:00'] } });
    expect(guest).toMatchObject({
      path: 'b-guest/syslog',
      basis: 'measured',
      host: 'web01',
      zone: { offsets: ['+00:00'] },
    });
    expect(guest?.segments).toHaveLength(1);
    expect(Math.abs((guest?.segments[0]?.offsetSeconds ?? 0) + 18_090)).toBeLessThan(
      guest?.segments[0]?.uncertaintySeconds ?? 0,
    );
    expect(guest?.proofs[0]).toMatchObject({ kind: 'same-record', peer: 'a-collector/web01.log' });
    expect(guest?.issues.map(({ code: issue, note }) => `${issue}: ${note}`).join('\n')).toMatch(
      /clock-contradicted: .* 3 events beside the clock of web01: -1\d{4}\.\d s were added; which of the two is right is not known/,
    );
  });

  test('text says the same, and no path reaches the terminal as it is', () => {
    const { code, out, err } = faultline(['clocks', all]);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^faultline \S+: 3 clocks: 2 stated, 1 measured\n/);
    expect(out).toMatch(/b-guest\/syslog {2}web01\n {4}measured UTC\+00:00/);
    expect(out).not.toContain('\u001b');
    expect(out).toContain('\\x1b');
  });

  test('the same bytes for any number of threads', () => {
    const [one, two] = ['1', '3'].map((jobs) => faultline(['clocks', all, '--format', 'json', '--jobs', jobs]).out);
    expect(two).toBe(one);
  });

  test('what --write wrote is what --clocks reads, and an edited entry counts', () => {
    const file = join(folder, 'clocks.yaml');
    expect(faultline(['clocks', all, '--quiet', '--write', file]).code).toBe(0);
    const clocksOf = (...more: readonly string[]): ClocksReport['clocks'] =>
      (JSON.parse(faultline(['clocks', all, '--format', 'json', ...more]).out) as ClocksReport).clocks;
    const segments = (clocks: ClocksReport['clocks']) => clocks.map((clock) => clock.segments);
    const before = clocksOf();
    const again = clocksOf('--clocks', file);
    expect(segments(again)).toEqual(segments(before));
    expect(again.map(({ basis }) => basis)).toEqual(['stated', 'stated', 'stated']);
    expect(again.map(({ proofs }) => proofs[0]?.kind)).toEqual(['override', 'override', 'override']);
    const edited = readFileSync(file, 'utf8').replace(
      /zone: "\+05:00"\n {4}skew: \S+/,
      'zone: "Asia/Kolkata"\n    skew: 7',
    );
    writeFileSync(file, edited);
    expect(clocksOf('--clocks', file)[1]).toMatchObject({ segments: [{ offsetSeconds: 7 - 5.5 * 3_600 }] });
    const report = faultline(['report', all, '--clocks', file, '--format', 'json']);
    expect(report.code).toBe(0);
    expect(report.out).toContain('2024-03-03T01:47:44.250000Z');
    // The search runs no rules and measures nothing; what was found out is given to it the same way.
    const found = faultline(['search', 'sector 4096 ', all, '--format', 'json', '--clocks', file]);
    expect(found.out).toContain('2024-03-03T01:47:44.25');
    expect(faultline(['search', 'sector 4096 ', all, '--format', 'json']).out).not.toContain('2024-03-03T01:47:44.25');
  });

  test('an entry that means no clock is told, and time since boot is left out of the file', () => {
    const stray = put('stray.yaml', 'clocks:\n  - path: no/such/file\n    host: web01\n    uncertainty: 1\n');
    const { code, err } = faultline(['report', all, '--quiet', '--clocks', stray]);
    expect([code, err]).toEqual([0, 'faultline: no clock of this evidence is meant by no/such/file, web01\n']);
    const dmesg = put(
      'boot/dmesg.txt',
      '[    0.000000] Linux version 6.1.0 (a@b)\n[    1.000000] sd 0:0:0:0: [sda] x\n',
    );
    const file = join(folder, 'boot.yaml');
    const run = faultline(['clocks', dmesg, all, '--write', file, '--format', 'json']);
    expect((JSON.parse(run.out) as ClocksReport).clocks.map(({ stamps }) => stamps)).toContain('uptime');
    expect(readFileSync(file, 'utf8')).not.toContain('dmesg');
  });

  test('every mistake of a clock file is told with its place', () => {
    const file = put('bad.yaml', 'clocks:\n  - path: a\n    zone: Nowhere/Land\n    from: noon\n');
    const { code, err } = faultline(['report', all, '--clocks', file]);
    expect(code).toBe(2);
    expect(err).toMatch(/bad\.yaml:3:11: unknown time zone/);
    expect(err).toMatch(/bad\.yaml:4:11: 'from' is a time in UTC/);
    expect(err).toMatch(/has no 'uncertainty'/);
    const missing = faultline(['clocks', all, '--clocks', join(folder, 'none.yaml')]);
    expect([missing.code, missing.err.includes('cannot read')]).toEqual([2, true]);
  });

  test('nothing to read is an error that says what to do', () => {
    const { code, err } = faultline(['clocks', join(folder, 'nowhere')]);
    expect(code).toBe(2);
    expect(err).toContain('nowhere');
  });
});
