import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { ClocksReport, ReportStreamClock } from '../../src/model/clocks-report.js';
import { faultline } from './faultline.js';

const folder = mkdtempSync(join(tmpdir(), 'faultline-gaps-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function put(name: string, content: string): void {
  const file = join(folder, name);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, content);
}

const START = Date.UTC(2024, 2, 3);
const iso = (minute: number): string => new Date(START + minute * 60_000).toISOString();

/** Lines of a guest at these minutes of the day. */
function lines(host: string, minutes: readonly number[], body = 'CRON[1]: (root) CMD (true)'): string {
  return minutes.map((minute) => `${iso(minute).replace('Z', '000+00:00')} ${host} ${body}\n`).join('');
}

const every = (step: number, from: number, to: number): readonly number[] =>
  Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => from + i * step);

function event(id: number, record: number, minute: number, vm: string): string {
  return `<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><Provider Name="Microsoft-Windows-Hyper-V-Worker"/><EventID>${id}</EventID><Level>4</Level><TimeCreated SystemTime="${iso(minute)}"/><EventRecordID>${record}</EventRecordID><Channel>Microsoft-Windows-Hyper-V-Worker-Admin</Channel><Computer>HV01.corp.example</Computer></System><UserData><VmlEventLog><VmName>${vm}</VmName><VmId>6B1D2C5E-0F43-4E7A-9C21-5A8E04D7B311</VmId></VmlEventLog></UserData></Event>\n`;
}

const SUPPRESSED = 'kernel: [ 3600.000001] buffer_io_error: 24 callbacks suppressed';

put(
  'case/guests/web01/var/log/syslog',
  lines('web01', every(5, 0, 301)) + lines('web01', every(5, 480, 720)) + lines('web01', [721, 722], SUPPRESSED),
);
put('case/guests/web01/var/log/syslog.2', lines('web01', every(5, -1440, -700)));
put('case/guests/db02/var/log/syslog', lines('db02', [...every(5, 0, 301), ...every(5, 480, 720)]));
put('case/guests/e\u001b[2J/var/log/syslog', lines('odd', [...every(5, 0, 301), ...every(5, 480, 720)]));
put(
  'case/hosts/HV01/worker.xml',
  `<Events>\n${event(18500, 40, -1500, 'web01')}${event(18510, 41, 302, 'web01')}${event(18596, 42, 479, 'web01')}${event(18500, 50, 600, 'web01')}</Events>\n`,
);

describe('gaps of the evidence', () => {
  const all = join(folder, 'case');
  const json = (...more: readonly string[]): string =>
    faultline(['clocks', all, '--format', 'json', '--quiet', ...more]).out;
  const clockOf = (path: string): ReportStreamClock | undefined =>
    (JSON.parse(json()) as ClocksReport).clocks.find((clock) => clock.path === path);

  test('the saved state in the log of the host explains the silence of the guest, and only of this guest', () => {
    const web = clockOf('guests/web01/var/log/syslog');
    expect(web).toMatchObject({ aliveBy: 'rhythm', recordIds: null });
    const [between, saved] = web?.gaps ?? [];
    expect(between).toMatchObject({ cause: 'rotated', because: [] });
    expect(saved).toMatchObject({
      ...{ from: '2024-03-03T05:00:00.000000Z', to: '2024-03-03T08:00:00.000000Z', seconds: 10_800 },
      ...{ cause: 'saved', missing: null, elsewhere: null },
    });
    expect(saved?.because.map(({ rule, path, record }) => `${rule} ${path} ${record}`)).toEqual([
      'core/host/vm-saved hosts/HV01/worker.xml 41',
      'core/host/vm-restored hosts/HV01/worker.xml 42',
    ]);
    expect(clockOf('guests/db02/var/log/syslog')?.gaps).toMatchObject([{ cause: 'silence', because: [] }]);
  });

  test('what a rate limit dropped is counted, and a hole in record ids is told', () => {
    expect(clockOf('guests/web01/var/log/syslog')?.losses).toMatchObject([
      { lines: 48, isExact: true, because: [{ rule: 'core/guest/log-loss' }, { rule: 'core/guest/log-loss' }] },
    ]);
    expect(clockOf('hosts/HV01/worker.xml')).toMatchObject({
      ...{ aliveBy: 'record-ids', recordIds: { first: 40, last: 50 }, losses: [] },
      gaps: [{ cause: 'record-ids-missing', missing: 7 }],
    });
  });

  test('text says it, longest first, and no path reaches the terminal as it is', () => {
    const { code, out } = faultline(['clocks', all, '--quiet']);
    expect(code).toBe(0);
    expect(out).toMatch(
      / {4}gap {6}3 h {2}2024-03-03T05:00:00\.000000Z to 2024-03-03T08:00:00\.000000Z {2}saved: the machine was in the saved state \(web01 was saved on HV01\.corp\.example, hosts\/HV01\/worker\.xml record 41; web01 was restored from its saved state on HV01\.corp\.example, hosts\/HV01\/worker\.xml record 42\)\n/,
    );
    expect(out).toMatch(
      / {4}lost {5}48 lines {2}2024-03-03T12:01:00\.000000Z to 2024-03-03T12:02:00\.000000Z {2}rate-limited /,
    );
    expect(out).toMatch(/ {4}alive {4}by its rhythm: silences of up to 10 min are usual\n/);
    expect(out).toMatch(/ {4}alive {4}by record ids 40 to 50, but for the gaps\n/);
    expect(out).toMatch(/record-ids-missing: .*, 7 records missing\n/);
    expect(out.indexOf('rotated: ')).toBeLessThan(out.indexOf('saved: '));
    expect(out).not.toContain('\u001b');
  });

  test('the same bytes for any number of threads', () => {
    expect(json('--jobs', '3')).toBe(json('--jobs', '1'));
  });
});

test.each([
  ['comes twice', Date.UTC(2024, 9, 26, 12)],
  ['is left out', Date.UTC(2024, 2, 30, 12)],
])('an hour that %s is no gap of a log in local time', (what, from) => {
  const local = new Intl.DateTimeFormat('sv-SE', {
    ...{ timeZone: 'Europe/Vienna', dateStyle: 'short', timeStyle: 'medium' },
  });
  const text = every(3, 0, 1_440)
    .map((minute) => `${local.format(from + minute * 60_000)} web01 CRON[${minute}]: (root) CMD (true)\n`)
    .join('')
    .replace(/^\d{4}-(\d\d)-(\d\d)/gm, (_, month, day) => `${month === '03' ? 'Mar' : 'Oct'} ${day}`);
  put(`${what}/guests/web01/var/log/syslog`, text);
  // A dated log beside it tells the year.
  put(
    `${what}/guests/db02/var/log/syslog`,
    `${new Date(from).toISOString().replace('Z', '000+00:00')} db02 cron[1]: x\n`,
  );
  const { out } = faultline(['clocks', join(folder, what), '--zone', 'web01=Europe/Vienna', '--format', 'json']);
  const clock = (JSON.parse(out) as ClocksReport).clocks.find(({ host }) => host === 'web01');
  expect(clock?.from).toBe(new Date(from).toISOString().replace('Z', '000Z'));
  expect(clock?.records).toBe(480);
  expect(clock?.gaps).toEqual([]);
});

describe('the check before the verdict', () => {
  test('a report says what a log could not have shown', () => {
    const file = join(folder, 'late');
    const abort = 'kernel: [ 7200.500000] Aborting journal on device sda1-8.';
    put('late/guests/web01/var/log/syslog', lines('web01', every(5, 0, 300)) + lines('web01', [301], abort));
    put(
      'late/hosts/HV01/worker.xml',
      `<Events>\n${event(18500, 1041, 900, 'web01')}${event(18601, 1042, 901, 'web01')}</Events>\n`,
    );
    for (const format of ['text', 'markdown', 'json']) {
      const { out } = faultline(['report', file, '--format', format, '--quiet']);
      expect(out).toMatch(
        /hosts\/HV01\/worker\.xml begins 2024-03-03T15:00:00Z, after incident i1; what came before was overwritten or left out, its first record id is 1,041; raise the log.?'s size/,
      );
    }
  });
});
