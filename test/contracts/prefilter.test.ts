import { expect, test } from 'vitest';
import { analyzeFiles } from '../run.js';

/** 9 MiB of ordinary lines around `relevant`: above the size from which a log is scanned rather than decoded whole. */
function largeLog(relevant: readonly string[], bytes: number): string {
  const parts: string[] = [];
  let size = 0;
  let n = 0;
  const start = Date.UTC(2024, 2, 3);
  const add = (line: string): void => {
    parts.push(line);
    size += line.length + 1;
  };
  while (size < bytes) {
    const stamp = new Date(start + n * 400).toISOString().replace('Z', '000+00:00');
    const special = relevant[Math.floor(n / 977)];
    if (n % 977 === 500 && special !== undefined) add(special.replace('STAMP', stamp));
    else add(`${stamp} db01 CRON[${n % 30_000}]: (root) CMD (command -v debian-sa1 > /dev/null && debian-sa1 1 ${n})`);
    n++;
  }
  return `${parts.join('\n')}\n`;
}

const RELEVANT = [
  'STAMP db01 kernel: [  100.000001] Linux version 6.1.0-18-amd64 (debian-kernel@lists.debian.org) (gcc-12) #1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1',
  'STAMP db01 Hyper-V VSS: VSS: op=CHECK HOT BACKUP',
  'STAMP db01 kernel: [  200.000001] INFO: task jbd2/sda1-8:211 blocked for more than\n 120 seconds.',
  'STAMP db01 kernel: [  300.000001] blk_update_request: I/O error, dev sda, sector 12345 op 0x1:(WRITE) flags 0x800 phys_seg 1 prio class 0\nSTAMP db01 rsyslogd: message repeated 3 times: [ x]',
  'STAMP db01 kernel: [  400.000001] ABORTING JOURNAL ON DEVICE sda1-8.',
  'STAMP db01 kernel: [  401.000001] EXT4-fs (sda1): Remounting filesystem read-only',
  'STAMP db01 iscsid: Kernel reported iSCSI connection 1:0 error (1022 - ISCSI_ERR_NOP_TIMEDOUT: A NOP has timed out) state (3)',
];

test('a large log gives the same detections scanned as in small pieces that are decoded whole', async () => {
  const text = largeLog(RELEVANT, 9 << 20);
  const lines = text.split('\n');
  const half = (from: number, to: number): string => `${lines.slice(from, to).join('\n')}\n`;
  const quarters = [0, 1, 2, 3].map((i) =>
    half(Math.floor((lines.length * i) / 4), Math.floor((lines.length * (i + 1)) / 4)),
  );
  const large = await analyzeFiles(new Map([['guest/db01/syslog', text]]));
  const small = await analyzeFiles(new Map(quarters.map((part, i) => [`guest/db01/syslog.${i}`, part] as const)));
  const essence = (a: typeof large): readonly unknown[] =>
    a.detections.map((d) => [d.rule, d.start, d.count, d.statement, d.captures]);
  expect(large.detections.length).toBeGreaterThan(5);
  expect(essence(large)).toEqual(essence(small));
  expect(large.sources[0]?.records).toBe(small.sources.reduce((sum, s) => sum + s.records, 0));
});
