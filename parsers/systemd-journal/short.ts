import { type Micros, SECOND, type WrittenTime } from '../../src/model/time.js';
import { readKernelStamp } from '../../src/parser/kernel-line.js';
import { readIsoStamp, readOffset } from '../../src/parser/stamp.js';
import { readBehindStamp, readSyslogLine, type SyslogLine } from '../../src/parser/syslog-line.js';

/** A line of one of journalctl's one-line outputs. */
export interface ShortLine {
  readonly line: SyslogLine;
  /** Zone as written behind the stamp, short-full only. */
  readonly zone: string | null;
  /** The form is journalctl's alone: no syslog daemon writes it. */
  readonly isOwn: boolean;
}

/** `-o short`, short-precise, short-iso, short-iso-precise, short-full, with-unit, short-unix, short-monotonic. */
export function readShortLine(text: string, before: SyslogLine | null): ShortLine | null {
  const own = readFull(text, before) ?? readUnix(text, before) ?? readMonotonic(text, before);
  if (own !== null) return own;
  const line = readSyslogLine(text, before);
  return line === null ? null : { line, zone: null, isOwn: OWN_STAMP.test(line.stamp) };
}

// 2024-03-03T02:14:07+0100 (until systemd 254)   Mar 03 02:14:07.123456
const OWN_STAMP = /[+-]\d{4}$|^\D.*:\d\d\.\d{6}$/;

function behind(text: string, at: number, time: WrittenTime, before: SyslogLine | null): SyslogLine {
  return readBehindStamp(text, at, { time, stamp: '', severity: null, fields: {}, isIso: true }, before);
}

// Sun 2024-03-03 02:14:07 CET web01 sshd[612]: msg   So 2024-03-03 02:14:07.123456 CET web01 ...
const FULL = /^\p{L}{2,5}\.? (?=\d{4}-\d\d-\d\d )/u;
const ZONE = /\s?(\S{1,12}) /y;

function readFull(text: string, before: SyslogLine | null): ShortLine | null {
  const m = FULL.exec(text);
  const read = m === null ? null : readIsoStamp(text, m[0].length);
  if (m === null || read === null) return null;
  // readIsoStamp takes a numeric zone of four digits (`-0330`) with it; names and `+03` are left for here.
  const end = m[0].length + read.length;
  if (read.time.utcOffset !== null) {
    return { line: behind(text, end + 1, read.time, before), zone: text.slice(end - 5, end), isOwn: true };
  }
  ZONE.lastIndex = end;
  const zone = ZONE.exec(text)?.[1] ?? null;
  if (zone === null) return null;
  const time = { ...read.time, utcOffset: offsetOfZone(zone) };
  return { line: behind(text, ZONE.lastIndex, time, before), zone, isOwn: true };
}

/** Only what needs no knowledge of the place: UTC, GMT and numbers. `CST` is four different offsets. */
export function offsetOfZone(zone: string): Micros | null {
  if (zone === 'UTC' || zone === 'GMT' || zone === 'Z') return 0;
  const m = /^([+-]\d\d)(?::?(\d\d))?$/.exec(zone);
  return m === null ? null : readOffset(`${m[1]}${m[2] ?? '00'}`);
}

// 1709428447.123456 web01 sshd[612]: msg
const UNIX = /^(\d{9,10})\.(\d{6}) /;

function readUnix(text: string, before: SyslogLine | null): ShortLine | null {
  const m = UNIX.exec(text);
  if (m === null) return null;
  const micros = Number(m[1]) * SECOND + Number(m[2]);
  const time: WrittenTime = { micros, clock: 'wall', utcOffset: 0, yearless: false, resolution: 1 };
  return { line: behind(text, m[0].length, time, before), zone: null, isOwn: true };
}

// [12345.678901] web01 kernel: msg
function readMonotonic(text: string, before: SyslogLine | null): ShortLine | null {
  const stamp = readKernelStamp(text);
  if (stamp === null) return null;
  const time: WrittenTime = {
    micros: stamp.uptime,
    clock: 'uptime',
    utcOffset: null,
    yearless: false,
    resolution: 1,
  };
  return { line: behind(text, stamp.end, time, before), zone: null, isOwn: true };
}
