/**
 * Writes a syslog of a given size: 110 bytes a line, as a busy Debian guest writes it, one line in `every` of interest.
 * Deterministic: same arguments, same bytes. 150 to 200 MB/s: 8 GB take a minute.
 */
import { closeSync, existsSync, openSync, renameSync, statSync, utimesSync, writeSync } from 'node:fs';

const START = Date.UTC(2024, 0, 1);
/** Milliseconds between two lines. */
const STEP = 70;
/** Lines of one write; a file ends after a whole batch, so the shorter of two files is the beginning of the longer. */
const BATCH = 20_000;
/** No line is longer than this. */
const LONGEST = 256;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
// (n / 7).toFixed(6) is the whole part and one of these.
const SEVENTHS = ['000000', '142857', '285714', '428571', '571429', '714286', '857143'];
const MICROSECONDS = Array.from({ length: 1000 }, (_, ms) => `${String(ms).padStart(3, '0')}000+00:00`);
const uptime = (n) => `kernel: [${Math.floor(n / 7)}.${SEVENTHS[n % 7]}] `;

const PLAIN = [
  (n) => `systemd[1]: Starting phpsessionclean.service - session files ${n}...`,
  (n) => `CRON[${n % 32000}]: (root) CMD (command -v debian-sa1 > /dev/null && debian-sa1 1 1)`,
  (n) => `sshd[${n % 32000}]: Accepted publickey for deploy from 10.20.${n % 255}.17 port ${40000 + (n % 20000)}`,
  (n) => `${uptime(n)}[UFW BLOCK] IN=eth0 OUT= SRC=10.1.2.${n % 255} DST=10.1.2.3 LEN=40`,
  (n) => `postfix/smtpd[${n % 32000}]: connect from mail-${n % 97}.example.org[192.0.2.${n % 255}]`,
];

const RELEVANT = [
  (n) =>
    `${uptime(n)}blk_update_request: I/O error, dev sda, sector ${n * 8} op 0x1:(WRITE) flags 0x800 phys_seg 1 prio class 0`,
  (n) => `${uptime(n)}INFO: task jbd2/sda1-8:${200 + (n % 90)} blocked for more than 120 seconds.`,
  (n) => `${uptime(n)}EXT4-fs (sda1): Remounting filesystem read-only`,
  (n) => `${uptime(n)}sd 2:0:0:1: [sdb] tag#${n % 128} timing out command, waited 180s`,
];

/** How a line begins: `second` is the part that stays for a second, `tail` what follows with the milliseconds. */
const DIALECTS = {
  // 2024-01-01T00:00:00.070000+00:00 web01      rsyslog, RSYSLOG_FileFormat
  rfc3339: {
    second: (ms) => `${new Date(ms).toISOString().slice(0, 20)}`,
    tail: (ms) => MICROSECONDS[ms % 1000],
  },
  // Jan  1 00:00:00 web01                       rsyslog, RSYSLOG_TraditionalFileFormat
  rfc3164: {
    second(ms) {
      const at = new Date(ms);
      const day = String(at.getUTCDate()).padStart(2, ' ');
      return `${MONTHS[at.getUTCMonth()]} ${day} ${at.toISOString().slice(11, 19)}`;
    },
    tail: () => '',
  },
  // 2024-01-01T00:00:00+0000 web01              journalctl -o short-iso
  'short-iso': { second: (ms) => `${new Date(ms).toISOString().slice(0, 19)}+0000`, tail: () => '' },
};

/** Leaves a file alone that has the size already. */
export function generateSyslog(file, bytes, every, { host = 'web01', dialect = 'rfc3339' } = {}) {
  if (existsSync(file) && statSync(file).size >= bytes) return;
  const fd = openSync(`${file}.part`, 'w');
  const chunk = Buffer.allocUnsafe(BATCH * LONGEST);
  const lines = lineSource(every, host, DIALECTS[dialect]);
  let written = 0;
  while (written < bytes) {
    const length = chunk.latin1Write(lines.batch(), 0);
    for (let done = 0; done < length; ) done += writeSync(fd, chunk, done, length - done);
    written += length;
  }
  closeSync(fd);
  // A syslog without years is dated by its file's time.
  const end = lines.time() / 1000;
  utimesSync(`${file}.part`, end, end);
  renameSync(`${file}.part`, file);
}

function lineSource(every, host, { second, tail }) {
  let n = 0;
  let state = 12345;
  let shown = -1;
  let prefix = '';
  return {
    time: () => START + n * STEP,
    batch() {
      let text = '';
      for (const last = n + BATCH; n < last; n++) {
        state = (Math.imul(state, 1103515245) + 12345) >>> 0;
        const ms = START + n * STEP;
        const now = Math.floor(ms / 1000);
        if (now !== shown) {
          prefix = second(ms);
          shown = now;
        }
        const kinds = n % every === 0 ? RELEVANT : PLAIN;
        text += `${prefix}${tail(ms)} ${host} ${kinds[(state >>> 16) % kinds.length](n)}\n`;
      }
      return text;
    },
  };
}
