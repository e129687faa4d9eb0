import { type Guest, kernelBurst, say } from './guest.js';
import type { Random } from './random.js';
import { type At, MINUTE, SECOND } from './stamps.js';
import { SYSTEMS, type System } from './systems.js';

type Burst = (readonly [string, number])[];

/** What the daemon leaves of a good freeze; `at` is the thaw. Both lines are stored when the logger can write again. */
export function freezeAndThaw(guest: Guest, checkAt: At, thawAt: At): void {
  const vss = (at: At, text: string): void => say(guest, at, 'Hyper-V VSS', text, { facility: 1 });
  vss(checkAt, 'VSS: op=CHECK HOT BACKUP');
  vss(thawAt, 'VSS: op=FREEZE: succeeded');
  vss(thawAt + guest.random.whole(3, 90), 'VSS: op=THAW: succeeded');
}

/** A request that the host completed with an error, as the layers from storvsc to the block layer report it. */
function failedWrite(said: System, random: Random, status: string, sector: number, flags: string): Burst {
  const tag = random.whole(10, 240);
  const lba = (sector >>> 0).toString(16).padStart(8, '0').replace(/../g, '$& ').trim();
  const burst: Burst = [];
  // DID_ERROR is tried again five times (sd's default) before the request ends.
  for (let i = 0; i < 6; i++) {
    if (said.storvsc === 'tag') {
      burst.push([
        `hv_storvsc f8b3781a-1e82-4818-a1c3-63d806ec15bb: tag#${tag} cmd 0x2a status: scsi 0x0 srb 0x4 hv ${status}`,
        4,
      ]);
    } else if (said.storvsc === 'old') burst.push(['hv_storvsc vmbus_0_1: cmd 0x2a scsi status 0x0 srb status 0x4', 4]);
  }
  const isOld = said.release.startsWith('3.') || said.release.startsWith('2.');
  const tagged = isOld ? '[sda]' : `[sda] tag#${tag}`;
  burst.push([
    `sd 0:0:0:0: ${tagged} FAILED Result: hostbyte=DID_ERROR driverbyte=DRIVER_OK${isOld ? '' : ' cmd_age=0s'}`,
    6,
  ]);
  burst.push([`sd 0:0:0:0: ${tagged} CDB: Write(10) 2a 00 ${lba} 00 00 08 00`, 6]);
  const operation = isOld
    ? ''
    : ` op 0x1:(WRITE) flags ${flags} phys_seg 1 prio class ${said.release.startsWith('6.') ? 2 : 0}`;
  burst.push([`${said.blockPrefix}I/O error, dev sda, sector ${sector}${operation}`, 3]);
  return burst;
}

export interface Abort {
  /** What the host answered, as the guest prints it. */
  readonly status: string;
  /** From the abort until a writer meets it. */
  readonly noticedAfter: number;
}

/** The chain of ext4 from a failed journal write to the read-only remount. Returns when it was remounted. */
export function abortJournal(guest: Guest, at: At, { status, noticedAfter }: Abort): At {
  const said = SYSTEMS[guest.system];
  const random = guest.random;
  const { root } = said;
  const sector = random.whole(1_200_000, 60_000_000) * 8;
  const block = random.whole(150_000, 7_000_000);
  const isOld = said.release.startsWith('3.') || said.release.startsWith('2.');
  const lost = (n: number, what: string): Burst =>
    isOld
      ? [
          [`Buffer I/O error on device ${root}, logical block ${n}`, 3],
          [`lost page write due to I/O error on ${root}`, 4],
        ]
      : [[`Buffer I/O error on dev ${root}, logical block ${n}, lost ${what} page write`, 3]];
  const data = random.whole(900_000, 7_000_000);
  const [inode, start] = [random.whole(131_000, 400_000), data];
  const dataWarning = isOld
    ? `EXT4-fs warning (device ${root}): ext4_end_bio:322: I/O error -5 writing to inode ${inode} (offset 0 size 4096 starting block ${start})`
    : `EXT4-fs warning (device ${root}): ext4_end_bio:344: I/O error 10 writing to inode ${inode} starting block ${start})`;
  let t = kernelBurst(guest, at, [
    ...failedWrite(said, random, status, sector, '0x800'),
    [dataWarning, 4],
    ...lost(data, 'async'),
  ]);
  t = kernelBurst(guest, t + random.between(2, 40), [
    ...failedWrite(said, random, status, sector + 81_920, '0x29800'),
    [`Aborting journal on device ${root}-8.`, 3],
  ]);
  t = kernelBurst(guest, t + random.between(1, 5), [
    ...failedWrite(said, random, status, block * 8, '0x20800'),
    ...lost(block, 'sync'),
    [
      said.release.startsWith('6.')
        ? `JBD2: I/O error when updating journal superblock for ${root}-8.`
        : `JBD2: Error -5 detected when updating journal superblock for ${root}-8.`,
      3,
    ],
  ]);
  const where = isOld ? 'ext4_journal_check_start:56' : 'ext4_journal_check_start:83: comm rs:main Q:Reg';
  return kernelBurst(guest, Math.max(t + 4, at + noticedAfter), [
    [`EXT4-fs error (device ${root}): ${where}: Detected aborted journal`, 2],
    [`EXT4-fs (${root}): Remounting filesystem read-only`, 2],
  ]);
}

/** XFS has no read-only state: it shuts down and every access fails until it is unmounted. */
export function shutDownXfs(guest: Guest, at: At, status: string): At {
  const said = SYSTEMS[guest.system];
  const { random } = guest;
  const { root } = said;
  const t = kernelBurst(guest, at, [
    ...failedWrite(said, random, status, random.whole(2_000_000, 8_000_000) * 8, '0x29800'),
    [`XFS (${root}): log I/O error -5`, 1],
    [`XFS (${root}): Filesystem has been shut down due to log error (0x2).`, 1],
    [`XFS (${root}): Please unmount the filesystem and rectify the problem(s).`, 1],
  ]);
  for (let i = 0; i < 12; i++) {
    const sector = random.whole(2_000_000, 9_000_000) * 8;
    kernelBurst(guest, t + (i + random.next()) * 25 * SECOND, [
      [`${root}: writeback error on inode ${random.whole(33_000_000, 34_000_000)}, offset 0, sector ${sector}`, 4],
    ]);
  }
  return t;
}

/** A task that waits for the disk; kernels from 5.0 give the whole time, those before the limit of 120 s. */
export function hungTask(guest: Guest, blockedAt: At, endsAt: At, comm: string, frames: readonly string[]): void {
  const said = SYSTEMS[guest.system];
  const isOld = said.release.startsWith('3.') || said.release.startsWith('2.');
  const random = guest.random;
  // khungtaskd looks every 120 s; it reports what has not run since the look before.
  const firstLook = blockedAt + random.between(1, 119) * SECOND;
  const pid = pidOf(comm);
  for (let look = firstLook + 121 * SECOND; look < endsAt; look += 122 * SECOND) {
    if (reportsOfBoot(guest, look) >= HUNG_TASK_WARNINGS) return;
    const seconds = isOld ? 120 : Math.floor((look - firstLook) / SECOND);
    const build = said.release.startsWith('6.')
      ? '#1 Debian 6.1.69-1'
      : said.release.startsWith('5.15')
        ? '#101-Ubuntu'
        : '#1';
    const header = isOld
      ? `${comm.slice(0, 15).padEnd(15)} D ffff88013b2c4e70     0 ${String(pid).padStart(5)}      2 0x00000000`
      : `task:${comm.slice(0, 15).padEnd(15)} state:D stack:    0 pid:${String(pid).padStart(5)} ppid:     2 flags:0x00004000`;
    const burst: Burst = [
      [`INFO: task ${comm}:${pid} blocked for more than ${seconds} seconds.`, 3],
      ...(isOld ? [] : ([[`      Not tainted ${said.release} ${build}`, 3]] as Burst)),
      ['"echo 0 > /proc/sys/kernel/hung_task_timeout_secs" disables this message.', 3],
      [header, 6],
      ['Call Trace:', 6],
      ...frames.map((frame): readonly [string, number] => [
        isOld ? ` [<ffffffff${random.hex(8)}>] ${frame}` : ` ${frame}`,
        6,
      ]),
    ];
    kernelBurst(guest, look + random.whole(0, 900), burst);
  }
}

/** After ten reports of a boot khungtaskd says no more (kernel.hung_task_warnings). */
const HUNG_TASK_WARNINGS = 10;

function reportsOfBoot(guest: Guest, at: At): number {
  const boot = guest.boots.findLast((b) => b <= at) ?? 0;
  return guest.lines.filter((line) => line.at >= boot && line.at <= at && line.text.startsWith('INFO: task ')).length;
}

/** Tasks keep their number: kernel threads of the root disk have low ones. */
function pidOf(comm: string): number {
  const sum = [...comm].reduce((total, c) => total + c.charCodeAt(0), 0);
  return comm.includes('/') ? 180 + (sum % 90) : 1000 + (sum % 1400);
}

/** The process of a machine that writes most, and so waits first. */
export function busiestTask(guest: Guest): string {
  const { key } = guest.vm;
  if (key.startsWith('web')) return 'apache2';
  return { db02: 'mysqld', erp01: 'postgres', mail01: 'pickup', mon01: 'carbon-cache' }[key] ?? 'kworker/u4:2';
}

/** Waiting for the device, and waiting for the journal because of it: frames of jbd2 and ext4. */
export const JOURNAL_FRAMES = [
  '__schedule+0x24e/0x590',
  'schedule+0x69/0x110',
  'io_schedule+0x46/0x80',
  'bit_wait_io+0x11/0x70',
  '__wait_on_bit+0x31/0xa0',
  'out_of_line_wait_on_bit+0x8d/0xb0',
  '__wait_on_buffer+0x34/0x40',
  'jbd2_journal_commit_transaction+0x11e7/0x1a20',
  'kjournald2+0xa9/0x280',
] as const;
export const WRITER_FRAMES = [
  '__schedule+0x24e/0x590',
  'schedule+0x69/0x110',
  'wait_transaction_locked+0x8a/0xd0',
  'add_transaction_credits+0xd8/0x2b0',
  'start_this_handle+0xfb/0x520',
  'jbd2__journal_start+0xff/0x1d0',
  '__ext4_journal_start_sb+0x10c/0x120',
] as const;
export const XFS_FRAMES = [
  '__schedule+0x24e/0x590',
  'schedule+0x69/0x110',
  'io_schedule+0x46/0x80',
  'xfs_buf_iowait+0x22/0x40',
  'xlog_wait_on_iclog+0x16d/0x180',
] as const;

/** Services notice a read-only root: the lines that other machines, or another disk, still keep. */
export function complain(guest: Guest, from: At, to: At, ident: string, text: string): void {
  for (let t = from + 7 * SECOND; t < to; t += guest.random.between(25, 55) * MINUTE) {
    say(guest, t, ident, text, { severity: 3, pid: 2210 });
  }
}
