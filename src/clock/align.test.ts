import { describe, expect, test } from 'vitest';
import { analyzeFiles } from '../../test/run.js';
import { isDated } from '../model/time.js';

const ABORT = 'kernel: [ 7200.500000] Aborting journal on device sda1-8.';
const iso = (micros: number | null | undefined): string =>
  !isDated(micros ?? null) ? 'undated' : new Date((micros as number) / 1000).toISOString();

async function abortAt(
  files: Record<string, string>,
  zones: readonly string[] = [],
): Promise<{ at: string; basis: string; uncertainty: number; issues: readonly string[] }> {
  const analysis = await analyzeFiles(new Map(Object.entries(files)), zones);
  const found = analysis.detections.filter((d) => d.rule === 'core/guest/ext4-journal-abort');
  expect(found).toHaveLength(1);
  const issues = [...analysis.clocks.streams.values()].flatMap((clock) => clock.issues.map((i) => i.code));
  return { at: iso(found[0]?.start), basis: found[0]?.basis ?? '', uncertainty: found[0]?.uncertainty ?? 0, issues };
}

const DATED =
  '2024-03-03T09:00:00.000000Z other01 CRON[1]: (root) CMD (true)\n2024-03-04T09:00:00.000000Z other01 CRON[1]: (root) CMD (true)\n';

describe('zone', () => {
  test('stated in the stamp', async () => {
    expect(await abortAt({ 'guest/db01/syslog': `2024-03-03T02:14:07.250000-05:00 db01 ${ABORT}\n` })).toMatchObject({
      at: '2024-03-03T07:14:07.250Z',
      basis: 'stated',
    });
  });

  test('overridden, with summer time', async () => {
    const files = {
      'guest/db01/syslog': `Jul  3 02:14:07 db01 ${ABORT}\n`,
      'guest/other01/syslog': DATED.replaceAll('-03-', '-07-'),
    };
    expect(await abortAt(files, ['db01=Europe/Vienna'])).toMatchObject({
      at: '2024-07-03T00:14:07.000Z',
      basis: 'stated',
    });
  });

  test('derived from an audit line of the same log', async () => {
    const audit =
      'Mar  3 02:10:00 db01 kernel: [ 6953.000000] audit: type=1400 audit(1709449800.123:77): apparmor="STATUS"\n';
    expect(await abortAt({ 'guest/db01/syslog': `${audit}Mar  3 02:14:07 db01 ${ABORT}\n` })).toMatchObject({
      at: '2024-03-03T07:14:07.000Z',
      basis: 'derived',
    });
  });

  test('assumed, marked, and too wide to order by, where nothing says it', async () => {
    const { basis, uncertainty, issues } = await abortAt({
      'guest/db01/syslog': `Mar  3 02:14:07 db01 ${ABORT}\n`,
      'guest/other01/syslog': DATED,
    });
    expect(basis).toBe('assumed');
    expect(uncertainty).toBeGreaterThan(3600 * 1e6);
    expect(issues).toContain('assumed-zone');
  });

  test('uptimes that a journal has too give the local time of the syslog; the UTC of the journal does not', async () => {
    const journal = `${JSON.stringify({ __REALTIME_TIMESTAMP: '1709449800000000', _HOSTNAME: 'db01', SYSLOG_IDENTIFIER: 'NetworkManager', MESSAGE: '<info>  [1709449800.1000] device (eth0): carrier: link connected', _BOOT_ID: 'a'.repeat(32), __MONOTONIC_TIMESTAMP: '6953000000' })}\n`;
    const found = await abortAt({
      'guest/db01/journal.json': journal,
      'guest/db01/syslog': `Mar  3 02:14:07 db01 ${ABORT}\n`,
    });
    expect(found).toMatchObject({ at: '2024-03-03T07:14:07.000Z', basis: 'derived' });
  });
});

describe('year', () => {
  test('by the place among the files that the log was rotated into, though another year is nearer', async () => {
    const months = ['Mar', 'Feb', 'Jan', 'Dec', 'Nov', 'Oct', 'Sep', 'Aug', 'Jul', 'Jun', 'May', 'Apr', 'Mar', 'Feb'];
    const files = Object.fromEntries(
      months.map((month, i) => [
        `guest/db01/syslog${i === 0 ? '' : `.${i}`}`,
        `${month}  1 00:00:00 db01 CRON[1]: (root) CMD (true)\n${month} 28 00:14:07 db01 ${i === 13 ? ABORT : 'CRON[1]: x'}\n`,
      ]),
    );
    const found = await abortAt({ ...files, 'guest/other01/syslog': DATED }, ['db01=UTC']);
    expect(found).toMatchObject({ at: '2023-02-28T00:14:07.000Z' });
  });

  test('by the place among files that are numbered the other way round, oldest first', async () => {
    const files = {
      'guest/db01/syslog.1': 'Feb 26 00:00:00 db01 CRON[1]: (root) CMD (true)\nFeb 28 00:00:00 db01 CRON[1]: x\n',
      'guest/db01/syslog.2': `Mar  1 00:00:00 db01 CRON[1]: (root) CMD (true)\nMar  2 00:14:07 db01 ${ABORT}\n`,
    };
    const found = await abortAt({ ...files, 'guest/other01/syslog': DATED }, ['db01=UTC']);
    expect(found).toMatchObject({ at: '2024-03-02T00:14:07.000Z' });
  });

  test('of no rotated file is told by its place where nothing has a year', async () => {
    const line = (month: string, text: string): string =>
      `${month}  1 00:00:00 db01 CRON[1]: (root) CMD (true)\n${month} 28 00:14:07 db01 ${text}\n`;
    const files = { 'guest/db01/syslog': line('Mar', 'CRON[1]: x'), 'guest/db01/syslog.1': line('Dec', ABORT) };
    expect((await abortAt(files, ['db01=UTC'])).issues.filter((code) => code === 'year-unknown')).toHaveLength(2);
  });

  test('by the day in the name of the file, or of the bundle where nothing else has a year', async () => {
    const lines = `Dec 30 00:00:00 db01 CRON[1]: (root) CMD (true)\nJan  7 00:14:07 db01 ${ABORT}\n`;
    const found = await abortAt({ 'guest/db01/messages-20190107': lines, 'guest/other01/syslog': DATED }, ['db01=UTC']);
    expect(found).toMatchObject({ at: '2019-01-07T00:14:07.000Z' });
    expect(found.issues).not.toContain('year-doubtful');
    const bundle = await abortAt({ 'sosreport-db01-2019-01-09-abc/var/log/messages': lines }, ['db01=UTC']);
    expect(bundle).toMatchObject({ at: '2019-01-07T00:14:07.000Z' });
  });

  test('of a 29 February is a leap year', async () => {
    const lines = `Feb 28 00:00:00 db01 CRON[1]: (root) CMD (true)\nFeb 29 00:14:07 db01 ${ABORT}\n`;
    const dated = DATED.replaceAll('2024-03', '2025-03');
    expect(await abortAt({ 'guest/db01/syslog': lines, 'guest/other01/syslog': dated }, ['db01=UTC'])).toMatchObject({
      at: '2024-02-29T00:14:07.000Z',
    });
  });

  test('from the dated sources, across the turn of the year', async () => {
    const dated = DATED.replaceAll('2024-03-03', '2023-12-31').replaceAll('2024-03-04', '2024-01-02');
    const files = {
      'guest/db01/syslog': `Dec 31 23:59:58 db01 CRON[1]: (root) CMD (true)\nJan  1 00:14:07 db01 ${ABORT}\n`,
      'guest/other01/syslog': dated,
    };
    expect(await abortAt(files, ['db01=UTC'])).toMatchObject({ at: '2024-01-01T00:14:07.000Z' });
  });

  test('unknown is said, never taken from today', async () => {
    const { at, issues } = await abortAt({ 'guest/db01/syslog': `Mar  3 02:14:07 db01 ${ABORT}\n` });
    expect(at.slice(0, 4)).toBe('1972');
    expect(issues).toContain('year-unknown');
  });
});

describe('dmesg', () => {
  const dmesg =
    '[ 7200.400000] EXT4-fs (sda1): re-mounted. Opts: (null)\n[ 7200.500000] Aborting journal on device sda1-8.\n';

  test('is dated by the same record in the syslog of the machine, and merged with it', async () => {
    const files = { 'dmesg.txt': dmesg, 'guest/db01/syslog': `2024-03-03T02:14:07.600000+00:00 db01 ${ABORT}\n` };
    expect(await abortAt(files)).toMatchObject({ at: '2024-03-03T02:14:07.600Z', basis: 'stated' });
  });

  test('is dated by an absolute time of its own', async () => {
    const rtc = '[    1.000000] rtc_cmos 00:02: setting system clock to 2024-03-03T00:14:01 UTC (1709424841)\n';
    expect(await abortAt({ 'guest/db01/dmesg.txt': rtc + dmesg })).toMatchObject({
      at: '2024-03-03T02:14:00.500Z',
      basis: 'derived',
    });
  });

  test('orders what it cannot date: the fault came before the hang', async () => {
    const oops =
      '[  100.000000] BUG: unable to handle page fault for address: ffffb3a5c0a3f000\n[  100.000100] Oops: 0002 [#1] SMP NOPTI\n[  130.000000] watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [kworker/1:2:311]\n';
    const analysis = await analyzeFiles(new Map([['guest/db01/dmesg.txt', oops]]));
    expect([analysis.attributions[0]?.verdict, analysis.attributions[0]?.causes[0]?.cause]).toEqual([
      'likely',
      'guest-kernel-fault',
    ]);
  });

  test('stays undated when nothing ties it to wall time', async () => {
    expect(await abortAt({ 'guest/db01/dmesg.txt': dmesg })).toMatchObject({
      at: 'undated',
      basis: 'none',
      issues: ['undated'],
    });
  });
});
