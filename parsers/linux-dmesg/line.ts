import type { Fields } from '../../src/model/record.js';
import { MINUTE, type Micros, SECOND, type WrittenTime, YEARLESS_YEAR } from '../../src/model/time.js';
import { withCaller } from '../../src/parser/guest-log.js';
import { readKernelStamp } from '../../src/parser/kernel-line.js';
import { monthIndex } from '../../src/parser/month.js';
import { splitPriority, syslogSeverity } from '../../src/parser/severity.js';
import { civilMicros, readIsoStamp } from '../../src/parser/stamp.js';

/** How a line is dated: by the kernel, by dmesg from the kernel's clock, to the minute, wrongly, not at all. */
export type Dating = 'kernel' | 'kmsg' | 'computed' | 'minute' | 'relative' | 'bad' | 'none';

/** A kernel message with whatever prefix dmesg, /dev/kmsg or the console gave it. */
export interface DmesgLine {
  readonly dating: Dating;
  readonly time: WrittenTime | null;
  readonly uptime: Micros | null;
  readonly severity: number | null;
  readonly fields: Fields;
  /** Index of the first character of the message. */
  readonly bodyAt: number;
}

type Stamp = Pick<DmesgLine, 'dating' | 'time' | 'uptime' | 'bodyAt'> & { readonly caller?: string | null };

/** Null when the line has neither a stamp nor a priority. */
export function readDmesgLine(text: string): DmesgLine | null {
  const first = text.charCodeAt(0);
  if (first >= 48 && first <= 57) return readKmsg(text) ?? withStamp(readIso(text, 0), null);
  if (first === 91) return withStamp(readBracket(text, 0), null);
  const prefix = first === 60 ? readRawPriority(text) : readDecodedPriority(text);
  if (prefix === null) return null;
  const at = prefix.end;
  const stamp = readBracket(text, at) ?? readIso(text, at);
  return withStamp(stamp ?? { dating: 'none', time: null, uptime: null, bodyAt: at }, prefix.priority);
}

function withStamp(stamp: Stamp | null, priority: number | null): DmesgLine | null {
  if (stamp === null) return null;
  const split = priority === null ? null : splitPriority(priority);
  const fields =
    split === null ? {} : { 'log.syslog.facility.code': split.facility, 'log.syslog.severity.code': split.severity };
  return {
    dating: stamp.dating,
    time: stamp.time,
    uptime: stamp.uptime,
    severity: split === null ? null : syslogSeverity(split.severity),
    fields: withCaller(fields, stamp.caller ?? null),
    bodyAt: stamp.bodyAt,
  };
}

export function uptimeTime(uptime: Micros): WrittenTime {
  return { micros: uptime, clock: 'uptime', utcOffset: null, yearless: false, resolution: 1 };
}

interface Prefix {
  readonly priority: number;
  readonly end: number;
}

// <4>[   12.345678] msg   (dmesg -r, syslog action 3; kernels before 3.5 keep the level in the text)
const RAW = /<(\d{1,3})>/y;

function readRawPriority(text: string): Prefix | null {
  RAW.lastIndex = 0;
  const m = RAW.exec(text);
  return m === null ? null : { priority: Number(m[1]), end: RAW.lastIndex };
}

const FACILITIES = 'kern user mail daemon auth syslog lpr news uucp cron authpriv ftp'.split(' ');
const LEVELS = 'emerg alert crit err warn notice info debug'.split(' ');
// kern  :err   : [   12.345678] msg   (dmesg -x; util-linux sys-utils/dmesg.c level_names, facility_names)
const DECODED = new RegExp(`(${FACILITIES.join('|')}|local[0-7]|res[0-3]) {0,8}:(${LEVELS.join('|')}) {0,6}: ?`, 'y');

function readDecodedPriority(text: string): Prefix | null {
  DECODED.lastIndex = 0;
  const m = DECODED.exec(text);
  if (m === null) return null;
  const name = m[1] as string;
  // The four reserved facilities 12-15 lie between ftp (11) and local0 (16).
  const known = FACILITIES.indexOf(name);
  const facility = known >= 0 ? known : Number(name.slice(-1)) + (name.startsWith('res') ? 12 : 16);
  return { priority: facility * 8 + LEVELS.indexOf(m[2] as string), end: DECODED.lastIndex };
}

function readBracket(text: string, from: number): Stamp | null {
  const stamp = readKernelStamp(text, from);
  if (stamp === null) {
    return readHuman(text, from) ?? readMinute(text, from) ?? readRelative(text, from) ?? readBad(text, from);
  }
  const { uptime, caller } = stamp;
  // /var/log/dmesg of Debian and Ubuntu is `journalctl --dmesg -o short-monotonic --no-hostname`: `[    0.000000] kernel: msg`
  const bodyAt = text.startsWith('kernel: ', stamp.end) ? stamp.end + 8 : stamp.end;
  return { dating: 'kernel', time: uptimeTime(uptime), uptime, bodyAt, caller };
}

// [Sun Mar  3 02:14:07 2024] msg   [So Mär  3 02:14:07 2024] msg   [Sun Mar  3 02:14:07 2024 <    0.000012>] msg
const HUMAN =
  /\[\p{L}{2,5}\.? {1,2}(\p{L}{2,6}\.?) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d) (\d{4})(?: <[ \d.]{1,20}>)?\](?: ?\[ {0,8}([TC]\d{1,10})\])? ?/uy;

/** dmesg -T: boot time is computed when dmesg runs, so every clock step and pause since then shifts it (dmesg(1)). */
function readHuman(text: string, from: number): Stamp | null {
  HUMAN.lastIndex = from;
  const m = HUMAN.exec(text);
  const month = m === null ? null : monthIndex(m[1] as string);
  if (m === null || month === null) return null;
  const [day, hour, minute, second, year] = m.slice(2, 7).map(Number) as [number, number, number, number, number];
  const micros = civilMicros(year, month, day, hour, minute, second, 0);
  if (micros === null) return null;
  const time: WrittenTime = { micros, clock: 'wall', utcOffset: null, yearless: false, resolution: SECOND };
  return { dating: 'computed', time, uptime: null, bodyAt: HUMAN.lastIndex, caller: m[7] ?? null };
}

// [Mar 3 02:14] msg   (dmesg -H, the first line of each minute)
const AT_MINUTE = /\[(\p{L}{2,6}\.?) {0,2}(\d{1,2}) (\d\d):(\d\d)\] ?/uy;

function readMinute(text: string, from: number): Stamp | null {
  AT_MINUTE.lastIndex = from;
  const m = AT_MINUTE.exec(text);
  const month = m === null ? null : monthIndex(m[1] as string);
  if (m === null || month === null) return null;
  const micros = civilMicros(YEARLESS_YEAR, month, Number(m[2]), Number(m[3]), Number(m[4]), 0, 0);
  if (micros === null) return null;
  const time: WrittenTime = { micros, clock: 'wall', utcOffset: null, yearless: true, resolution: MINUTE };
  return { dating: 'minute', time, uptime: null, bodyAt: AT_MINUTE.lastIndex };
}

// [  +0.000012] msg   [  +4,898867] msg (decimal comma of the viewer's locale)   [<    0.000012>] msg (delta)
const RELATIVE = /\[(?: {0,8}\+ {0,8}\d{1,9}[.,]\d{6}|<[ \d.,]{1,20}>)\] ?/y;

function readRelative(text: string, from: number): Stamp | null {
  RELATIVE.lastIndex = from;
  if (!RELATIVE.test(text)) return null;
  return { dating: 'relative', time: null, uptime: null, bodyAt: RELATIVE.lastIndex };
}

// [    3.00000] msg   [99999999999.000000] msg   [Sun Feb 30 02:14:10 2024] msg
const BAD = /\[(?: {0,8}\d{1,20}\.\d{1,9}|\p{L}{2,5}\.? {1,2}\p{L}{2,6}\.? {1,2}\d{1,2} [\d:]{5,8} \d{4})\](?: |$)/uy;

/** Meant as a stamp and none: a record all the same, and not the end of the one before. */
function readBad(text: string, from: number): Stamp | null {
  BAD.lastIndex = from;
  return BAD.test(text) ? { dating: 'bad', time: null, uptime: null, bodyAt: BAD.lastIndex } : null;
}

// 2024-03-03T02:14:07,123456+01:00 msg   (dmesg --time-format iso: a comma, six digits and a zone, always)
const ISO = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d,\d{6}[+-]\d\d:\d\d /y;

function readIso(text: string, from: number): Stamp | null {
  ISO.lastIndex = from;
  const read = ISO.test(text) ? readIsoStamp(text, from) : null;
  if (read === null) return null;
  return { dating: 'computed', time: read.time, uptime: null, bodyAt: ISO.lastIndex };
}

// 6,1234,5678901,-;msg   4,1235,5678999,-,caller=T12;msg   (Documentation/ABI/testing/dev-kmsg)
const KMSG = /(\d{1,4}),\d{1,20},(\d{1,15}),[-c+](?:,caller=([TC]\d{1,10}))?(?:,[^,;]{1,64}){0,8};/y;

function readKmsg(text: string): DmesgLine | null {
  KMSG.lastIndex = 0;
  const m = KMSG.exec(text);
  if (m === null) return null;
  const uptime = Number(m[2]);
  const stamp: Stamp = {
    dating: 'kmsg',
    time: uptimeTime(uptime),
    uptime,
    bodyAt: KMSG.lastIndex,
    caller: m[3] ?? null,
  };
  return withStamp(stamp, Number(m[1]));
}
