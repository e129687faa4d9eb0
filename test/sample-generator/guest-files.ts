import { gzipSync } from 'node:zlib';
import { type Guest, type Line, ordered, stored } from './guest.js';
import { randomOf } from './random.js';
import { type At, DAY, HOUR } from './stamps.js';
import { SYSTEMS } from './systems.js';

export type Files = Map<string, Uint8Array>;

export function put(files: Files, path: string, text: string): void {
  const bytes = new TextEncoder().encode(text);
  files.set(path, path.endsWith('.gz') ? new Uint8Array(gzipSync(bytes, { level: 9 })) : bytes);
}

/** `CRON[812]:`; kernel lines carry their uptime where the distribution asks for it. Repeat lines have no tag. */
function tag(guest: Guest, line: Line): string {
  if (line.ident === '') return '';
  if (line.uptime !== null && SYSTEMS[guest.system].hasUptime)
    return ` kernel: [${line.uptime.toFixed(6).padStart(12)}]`;
  return ` ${line.ident}${line.pid === null ? '' : `[${line.pid}]`}:`;
}

export function syslogLine(guest: Guest, line: Line, form: 'rfc3164' | 'iso'): string {
  const stamp = form === 'iso' ? guest.stamps.iso(line.at) : guest.stamps.rfc3164(line.at);
  return `${stamp} ${guest.vm.name}${tag(guest, line)} ${line.text}\n`;
}

/** Everything that was collected from one guest, in the form its operator took. */
export function guestFiles(files: Files, guest: Guest, to: At, journalAt: At = to): void {
  const base = `guests/${guest.vm.name}`;
  const lines = stored(guest);
  const main = lines.filter((line) => line.log !== 'auth');
  switch (guest.vm.form) {
    case 'rfc3164':
      rotating(files, guest, `${base}/var/log/syslog`, main, 'rfc3164', to);
      rotating(
        files,
        guest,
        `${base}/var/log/auth.log`,
        lines.filter((line) => line.log === 'auth'),
        'rfc3164',
        to,
      );
      break;
    case 'iso':
      rotating(files, guest, `${base}/var/log/syslog`, main, 'iso', to);
      break;
    case 'messages':
      rotating(files, guest, `${base}/var/log/messages`, main, 'rfc3164', to);
      break;
    case 'journal-json':
      put(
        files,
        `${base}/journal.json.gz`,
        journal(
          guest,
          ofBoot(guest, journalAt).filter((line) => line.at >= guest.from),
        ),
      );
      rotating(files, guest, `${base}/var/log/messages`, main, 'rfc3164', to);
      break;
    case 'short-iso':
      put(files, `${base}/journalctl.txt`, lines.map((line) => shortIso(guest, line)).join(''));
      break;
    case null:
  }
}

/** Weekly rotation as logrotate does it on Debian: `.1` plain, older ones compressed. */
function rotating(
  files: Files,
  guest: Guest,
  path: string,
  lines: readonly Line[],
  form: 'rfc3164' | 'iso',
  to: At,
): void {
  const cuts = rotationsBefore(to);
  const part = (i: number): string =>
    lines
      .filter(
        (line) =>
          line.at < (cuts[i - 1] ?? Number.POSITIVE_INFINITY) && line.at >= (cuts[i] ?? Number.NEGATIVE_INFINITY),
      )
      .map((line) => syslogLine(guest, line, form))
      .join('');
  for (let i = 0; i <= 2; i++) {
    const text = part(i);
    if (text !== '') put(files, i === 0 ? path : i === 1 ? `${path}.1` : `${path}.${i}.gz`, text);
  }
}

/** Sundays at midnight, local, the newest first. Day 0 of 1970 was a Thursday. */
export function rotationsBefore(to: At): readonly At[] {
  const day = Math.floor((to - 5 * HOUR) / DAY);
  const sunday = day - ((day + 4) % 7);
  return [0, 7].map((back) => (sunday - back) * DAY + 5 * HOUR + 3000);
}

function shortIso(guest: Guest, line: Line): string {
  const name = `${line.ident}${line.pid === null ? '' : `[${line.pid}]`}`;
  return `${guest.stamps.shortIso(line.at)} ${guest.vm.name} ${name}: ${line.text}\n`;
}

/** `journalctl -o json`: one object per line, all values strings. */
function journal(guest: Guest, lines: readonly Line[]): string {
  const random = randomOf(1, `journal ${guest.vm.key}`);
  const machine = random.hex(32);
  const boots = new Map(guest.boots.map((boot) => [boot, random.hex(32)]));
  return lines.map((line) => `${JSON.stringify(journalEntry(guest, line, machine, boots))}\n`).join('');
}

function journalEntry(
  guest: Guest,
  line: Line,
  machine: string,
  boots: ReadonlyMap<At, string>,
): Record<string, string> {
  const boot = guest.boots.findLast((b) => b <= line.at) ?? 0;
  const monotonic = String(Math.round((line.at - boot) * 1000));
  const real = guest.stamps.epoch(line.at, 6).replace('.', '');
  return {
    __REALTIME_TIMESTAMP: real,
    __MONOTONIC_TIMESTAMP: monotonic,
    _BOOT_ID: boots.get(boot) ?? '',
    _MACHINE_ID: machine,
    _HOSTNAME: guest.vm.name,
    PRIORITY: String(line.severity),
    SYSLOG_FACILITY: String(line.facility),
    SYSLOG_IDENTIFIER: line.ident,
    _TRANSPORT: line.uptime === null ? 'syslog' : 'kernel',
    ...(line.pid === null ? {} : { SYSLOG_PID: String(line.pid), _PID: String(line.pid) }),
    ...(line.uptime === null ? {} : { _SOURCE_MONOTONIC_TIMESTAMP: String(Math.round(line.uptime * 1e6)) }),
    MESSAGE: line.text,
  };
}

/** Held in memory, so nothing of the boot is missing, read-only disk or not. */
function ofBoot(guest: Guest, at: At): Line[] {
  const boot = guest.boots.findLast((b) => b <= at) ?? 0;
  return ordered(guest.lines.filter((line) => line.at <= at && line.at >= boot));
}

/** `dmesg` of the running boot, as it was copied at `at`. */
export function dmesg(guest: Guest, at: At): string {
  return ofBoot(guest, at)
    .filter((line) => line.uptime !== null)
    .map((line) => `[${(line.uptime ?? 0).toFixed(6).padStart(12)}] ${line.text}\n`)
    .join('');
}

/** What a central rsyslog kept of another machine: it lacks nothing while that machine's disk is read-only. */
export function remoteLog(guest: Guest): string {
  return ordered(guest.lines)
    .filter((line) => line.at >= guest.from && line.log === 'main')
    .map((line) => syslogLine(guest, line, 'iso'))
    .join('');
}
