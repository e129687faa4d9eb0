import type { Micros } from '../model/time.js';

/** The kernel's own prefix of a message. */
export interface KernelStamp {
  /** Microseconds since boot. */
  readonly uptime: Micros;
  /** `T123` (task) or `C0` (processor), with CONFIG_PRINTK_CALLER; null otherwise. */
  readonly caller: string | null;
  /** Index of the first character of the message: behind the brackets and one blank. */
  readonly end: number;
}

const BLANK = 32;
const OPEN = 91;
const CLOSE = 93;
const DOT = 46;
const UPPER_L = 76;

/**
 * `[ 2969.722676] msg`, `[13641.000853][   T55] msg`, `[    0.000000] [      T0] msg` (util-linux 2.40 and later puts a
 * blank between), `[ 2969.722676 <    0.000012>] msg` (dmesg -d).
 * printk writes "[%5lu.%06lu]" (kernel/printk/printk.c print_time, 2.6.34 to 6.12): exactly six decimals.
 */
export function readKernelStamp(text: string, from = 0): KernelStamp | null {
  if (text.charCodeAt(from) !== OPEN) return null;
  let at = from + 1;
  while (text.charCodeAt(at) === BLANK && at - from <= 16) at++;
  const start = at;
  let seconds = 0;
  for (let digit = digitAt(text, at); digit >= 0 && at - start < 10; digit = digitAt(text, ++at)) {
    seconds = seconds * 10 + digit;
  }
  if (at === start || text.charCodeAt(at) !== DOT) return null;
  let micros = 0;
  for (let i = 1; i <= 6; i++) {
    const digit = digitAt(text, at + i);
    if (digit < 0) return null;
    micros = micros * 10 + digit;
  }
  at += 7;
  if (text.charCodeAt(at) !== CLOSE) {
    at = deltaEnd(text, at);
    if (at < 0) return null;
  }
  return withCaller(text, at + 1, seconds * 1e6 + micros);
}

function digitAt(text: string, at: number): number {
  const digit = text.charCodeAt(at) - 48;
  return digit >= 0 && digit <= 9 ? digit : -1;
}

// [ 2969.722676 <    0.000012>]
const DELTA = / <[ \d.]{1,20}>(?=\])/y;

/** Index of the bracket that closes a stamp with a delta, or -1. */
function deltaEnd(text: string, at: number): number {
  DELTA.lastIndex = at;
  return DELTA.test(text) ? DELTA.lastIndex : -1;
}

// [   T55]  [ C0]
const CALLER = / ?\[ {0,8}([TC]\d{1,10})\]/y;

function withCaller(text: string, at: number, uptime: Micros): KernelStamp {
  const caller = readKernelCaller(text, at);
  if (caller !== null) return { uptime, caller: caller.caller, end: caller.end };
  return { uptime, caller: null, end: text.charCodeAt(at) === BLANK ? at + 1 : at };
}

/**
 * The caller alone, ` [   T55]`: also left over where rsyslog took the stamp away (imklog ParseKernelTimestamp:
 * `kernel: [ T1809] EXT4-fs (md126): ...`).
 */
export function readKernelCaller(text: string, at: number): { readonly caller: string; readonly end: number } | null {
  const next = text.charCodeAt(at);
  if (next !== OPEN && (next !== BLANK || text.charCodeAt(at + 1) !== OPEN)) return null;
  CALLER.lastIndex = at;
  const m = CALLER.exec(text);
  if (m === null) return null;
  const end = CALLER.lastIndex;
  return { caller: m[1] as string, end: text.charCodeAt(end) === BLANK ? end + 1 : end };
}

// Padded to five digits before the point, as printk does: `[    2.692098] `. Narrower brackets are message text.
const EMBEDDED = /\[(?: {4}\d| {3}\d{2}| {2}\d{3}| \d{4}|\d{5,10})\.\d{6}\](?:\[ *[TC]\d+\])? /g;

/**
 * Where a kernel stamp stands inside a line after `from`, or -1. Two writers share a serial console:
 * `Starting Load/[    2.692098] EXT4-fs (sda1): mounted filesystem`.
 */
export function findKernelStamp(text: string, from: number): number {
  EMBEDDED.lastIndex = from;
  const m = EMBEDDED.exec(text);
  return m === null ? -1 : m.index;
}

/** BT01: the first message of every boot (init/version.c, all versions). */
export function isBootBanner(body: string): boolean {
  return body.charCodeAt(0) === UPPER_L && body.startsWith('Linux version ');
}

// Linux version 5.10.0-28-amd64 (debian-kernel@lists.debian.org) (gcc-10 ...) #1 SMP Debian ...
const BANNER = /^Linux version (\d\S{0,127})/;
// CPU: 6 PID: 952 Comm: systemd-udevd Kdump: loaded Not tainted 3.10.0-862.9.1.el7.x86_64 #1
//       Tainted: G        W         5.19.0-rc6-00115-g4a57a8400075-dirty #697
const TAINT = /(?:Not tainted|Tainted: [A-Z ]{1,64}?) (\d\S{0,127}) #/;

/** Release of the running kernel, where a message names it. */
export function kernelRelease(body: string): string | null {
  const m = isBootBanner(body) ? BANNER.exec(body) : body.includes('ainted') ? TAINT.exec(body) : null;
  return m === null ? null : (m[1] as string);
}
