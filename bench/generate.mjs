/**
 * Writes a syslog of a given size: 110 bytes a line, as a busy Debian guest writes it, one line in `every` of interest.
 * Deterministic: same arguments, same bytes.
 */
import { closeSync, existsSync, openSync, renameSync, statSync, writeSync } from 'node:fs';

const PLAIN = [
  (n) => `systemd[1]: Starting phpsessionclean.service - session files ${n}...`,
  (n) => `CRON[${n % 32000}]: (root) CMD (command -v debian-sa1 > /dev/null && debian-sa1 1 1)`,
  (n) => `sshd[${n % 32000}]: Accepted publickey for deploy from 10.20.${n % 255}.17 port ${40000 + (n % 20000)}`,
  (n) => `kernel: [${(n / 7).toFixed(6)}] [UFW BLOCK] IN=eth0 OUT= SRC=10.1.2.${n % 255} DST=10.1.2.3 LEN=40`,
  (n) => `postfix/smtpd[${n % 32000}]: connect from mail-${n % 97}.example.org[192.0.2.${n % 255}]`,
];

const RELEVANT = [
  (n) =>
    `kernel: [${(n / 7).toFixed(6)}] blk_update_request: I/O error, dev sda, sector ${n * 8} op 0x1:(WRITE) flags 0x800 phys_seg 1 prio class 0`,
  (n) => `kernel: [${(n / 7).toFixed(6)}] INFO: task jbd2/sda1-8:${200 + (n % 90)} blocked for more than 120 seconds.`,
  (n) => `kernel: [${(n / 7).toFixed(6)}] EXT4-fs (sda1): Remounting filesystem read-only`,
  (n) => `kernel: [${(n / 7).toFixed(6)}] sd 2:0:0:1: [sdb] tag#${n % 128} timing out command, waited 180s`,
];

export function generateSyslog(file, bytes, every) {
  if (existsSync(file) && statSync(file).size >= bytes) return;
  const fd = openSync(`${file}.part`, 'w');
  const start = Date.UTC(2024, 0, 1);
  let written = 0;
  let n = 0;
  let state = 12345;
  while (written < bytes) {
    const lines = [];
    for (let i = 0; i < 20_000; i++, n++) {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      const stamp = new Date(start + n * 70).toISOString().replace('Z', '000+00:00');
      const make = n % every === 0 ? RELEVANT[(state >>> 16) % RELEVANT.length] : PLAIN[(state >>> 16) % PLAIN.length];
      lines.push(`${stamp} web01 ${make(n)}\n`);
    }
    const chunk = Buffer.from(lines.join(''));
    writeSync(fd, chunk);
    written += chunk.length;
  }
  closeSync(fd);
  renameSync(`${file}.part`, file);
}
