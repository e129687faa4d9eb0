import { type Guest, kernelBurst } from './guest.js';
import { type At, DAY, HOUR, SECOND } from './stamps.js';
import { SYSTEMS } from './systems.js';

/** Empty drives that something looks into now and then: they look like disk failures and are none. */
export function hardware(guest: Guest, from: At, to: At): void {
  const said = SYSTEMS[guest.system];
  const { random } = guest;
  for (let day = from; day < to; day += 3 * DAY) {
    const at = day + random.between(5, 22) * HOUR;
    if (at >= to) return;
    if (guest.system === 'ubuntu22' || guest.system === 'debian12') {
      const tag = random.whole(20, 250);
      const prefix = said.blockPrefix;
      kernelBurst(guest, at, [
        [
          `hv_storvsc f8b3781a-1e82-4818-a1c3-63d806ec15bb: tag#${tag} cmd 0x28 status: scsi 0x2 srb 0x84 hv 0xc0000001`,
          4,
        ],
        [`sr 0:0:0:1: [sr0] tag#${tag} FAILED Result: hostbyte=DID_OK driverbyte=DRIVER_OK cmd_age=0s`, 6],
        [`sr 0:0:0:1: [sr0] tag#${tag} Sense Key : Not Ready [current] `, 6],
        [`sr 0:0:0:1: [sr0] tag#${tag} Add. Sense: Medium not present - tray open`, 6],
        [`sr 0:0:0:1: [sr0] tag#${tag} CDB: Read(10) 28 00 00 00 00 00 00 00 08 00`, 6],
        [
          `${prefix}I/O error, dev sr0, sector 0 op 0x0:(READ) flags 0x0 phys_seg 1 prio class ${prefix === '' ? 2 : 0}`,
          3,
        ],
        ['Buffer I/O error on dev sr0, logical block 0, async page read', 3],
      ]);
    } else if (guest.system !== 'rhel9') {
      const operation = guest.system === 'debian11' ? ' op 0x0:(READ) flags 0x0 phys_seg 1 prio class 0' : '';
      const where = guest.system === 'debian11' ? 'dev fd0' : 'device fd0';
      kernelBurst(guest, at, [
        [`${said.blockPrefix}I/O error, dev fd0, sector 0${operation}`, 3],
        ['floppy: error 10 while reading block 0', 6],
        [`Buffer I/O error on ${where}, logical block 0${guest.system === 'debian11' ? ', async page read' : ''}`, 3],
      ]);
    }
  }
}

/** Errors of long ago that ext4 repeats 300 s after a mount and then every 92,274.7 s until someone runs fsck. */
export function oldErrors(guest: Guest, bootedAt: At, happenedAt: At, from: At, to: At): void {
  const { root } = SYSTEMS[guest.system];
  const epoch = guest.stamps.epoch(happenedAt);
  for (let t = bootedAt + 300 * SECOND; t < to; t += 92_274_700) {
    if (t < from) continue;
    kernelBurst(guest, t, [
      [`EXT4-fs (${root}): error count since last fsck: 4`, 5],
      [`EXT4-fs (${root}): initial error at time ${epoch}: ext4_find_entry:1455: inode 131090`, 5],
      [`EXT4-fs (${root}): last error at time ${epoch}: ext4_find_entry:1455: inode 131090`, 5],
    ]);
  }
}
