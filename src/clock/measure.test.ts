import { expect, test } from 'vitest';
import { reportOf } from '../../test/run.js';
import type { Report } from '../model/report.js';

const START = Date.UTC(2024, 2, 3, 2, 14, 7);

/** Kernel lines of three boots: what the journal stamps when they are logged, a syslog daemon stamps when it has started. */
function boots(late: number): string {
  return [0, 5, 11]
    .flatMap((day) =>
      [0, 1.25, 2.5].map((uptime, i) => {
        const stamp = new Date(START + day * 86_400_000 + (uptime + late) * 1000)
          .toISOString()
          .replace('Z', '000+00:00');
        const bodies = [
          'Linux version 6.1.0-18-amd64 (a@b)',
          'sd 0:0:0:0: [sda] Attached SCSI disk',
          'scsi host0: storvsc_host_t',
        ];
        return `${stamp} web01 kernel: [${uptime.toFixed(6).padStart(12, ' ')}] ${bodies[i]}\n`;
      }),
    )
    .join('');
}

const codes = (report: Report): readonly string[] => report.sources.flatMap((s) => s.issues.map(({ code }) => code));

test('a daemon that stamps the lines of early boot when it has started does not contradict the journal', async () => {
  const report = await reportOf(
    new Map([
      ['web01/journal.log', Buffer.from(boots(0))],
      ['web01/other/syslog', Buffer.from(boots(45))],
    ]),
  );
  expect(report.sources).toHaveLength(2);
  expect(codes(report)).not.toContain('clock-contradicted');
});

test('a clock that is a day off does', async () => {
  const report = await reportOf(
    new Map([
      ['web01/journal.log', Buffer.from(boots(0))],
      ['web01/other/syslog', Buffer.from(boots(86_400))],
    ]),
  );
  expect(codes(report)).toContain('clock-contradicted');
});

/** Kernel lines at odd hours of ten days, by a clock that is set ahead on the sixth. */
function days(ahead: number): string {
  return Array.from({ length: 10 }, (_, day) => {
    const uptime = 90_000 + day * 86_400 + ((day * 7_919) % 40_000) + 0.25;
    const stamp = new Date(START + (uptime + (day < 5 ? 0 : ahead)) * 1000).toISOString().replace('Z', '000+00:00');
    const body = `blk_update_request: I/O error, dev sda, sector ${4096 + day} op 0x1:(WRITE) flags 0x0`;
    return `${stamp} web01 kernel: [${uptime.toFixed(6).padStart(13, ' ')}] ${body}\n`;
  }).join('');
}

test('a clock that was set half-way is corrected from there on, and not before', async () => {
  const report = await reportOf(
    new Map([
      ['collector/web01.log', Buffer.from(days(0))],
      ['web01/syslog', Buffer.from(days(1_800))],
    ]),
  );
  const segments = report.sources[1]?.streams[0]?.clock.segments ?? [];
  expect(codes(report)).toContain('clock-contradicted');
  expect(Math.abs(segments[0]?.offsetSeconds ?? 1_800)).toBeLessThan(30);
  expect(Math.abs((segments.at(-1)?.offsetSeconds ?? 0) + 1_800)).toBeLessThan(30);
});
