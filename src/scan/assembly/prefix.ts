/** What stands before the message of a line: priority, stamp, host, and the kernel's own stamp behind it. */
import { endOfHost, findHost, findUptimeStream, keepKnown, nameEnd } from './streams';
import { micros, readBsdStamp, readIsoRest, readIsoSecond, readUptime, sixDigits, uptimeEnd, zone } from './stamp';

// Forms a format declares; also which one a stamp has, as the upper half of its kind.
export const BSD: i32 = 1;
export const ISO: i32 = 2;
export const UPTIME: i32 = 4;
/** Offsets lie above zero in the lower half of a kind: the lowest is -23:59. */
const ZONE_ZERO: i32 = 2048;

const KERNEL: u64 = 0x203a6c656e72656b;
const LINUX_VE: u64 = 0x65762078756e694c;
const KERN: u32 = 0x6e72656b;
const EL: u16 = 0x6c65;

let forms: i32 = 0;
export function allow(some: i32): void {
  forms = some;
}

// Of the prefix read last.
export let stream: usize = 0;
export let time: f64 = 0;
export let kind: i32 = 0;
/** Microseconds since boot of a kernel line; negative where the line states none. */
export let uptime: f64 = -1;
/** The kernel line is the first of a boot, by its words. */
export let isBanner: bool = false;
/** Of a line that begins with the time since boot: what follows it. */
export let bodyAt: usize = 0;

// What stood behind the microseconds of the line before, `+00:00 web01 `: most lines have the same.
let tailStream: usize = 0;
let tailKind: i32 = 0;
let tailLength: usize = 0;
let tailMask: i32 = 0;
let tailBytes: v128 = i8x16.splat(0);
let tailEnd: v128 = i8x16.splat(0);
let tailEndAt: usize = 0;
const MICROSECONDS: usize = 7;

export function forgetTail(): void {
  tailStream = 0;
}

/** Whether a record starts here that this module can read; if not, the line is odd or continues a record. */
export function readPrefix(from: usize, end: usize): bool {
  const at = behindPriority(from);
  if (at == 0) return false;
  const first = load<u8>(at);
  if (first == 91) return (forms & UPTIME) != 0 && readUptimePrefix(at, end);
  uptime = -1;
  isBanner = false;
  // Bytes beyond the chunk are left over from another one: whatever was read there ends before a host that does not.
  if (first >= 58) {
    const next: usize = (forms & BSD) != 0 ? readBsdStamp(at) : 0;
    if (next == 0) return false;
    kind = BSD << 16;
    time = micros;
    stream = findHost(next, end);
    return stream != 0 && readKernel(nameEnd, end);
  }
  const second: usize = (forms & ISO) != 0 ? readIsoSecond(at) : 0;
  if (second == 0) return false;
  if (tailStream != 0 && isTail(second, end)) {
    useTail();
    return readKernel(second + MICROSECONDS + tailLength, end);
  }
  const next = readIsoRest(second);
  if (next == 0) return false;
  kind = (ISO << 16) | (zone + ZONE_ZERO);
  time = micros;
  stream = findHost(next, end);
  if (stream == 0) return false;
  if (load<u8>(second) == 46 && sixDigits(second + 1) <= 999_999) rememberTail(second + MICROSECONDS);
  return readKernel(nameEnd, end);
}

/** Microseconds, and behind them what the line before had. */
// @ts-ignore: decorator
@inline
function isTail(second: usize, end: usize): bool {
  const at = second + MICROSECONDS;
  if (at + tailLength > end || load<u8>(second) != 46) return false;
  if ((i8x16.bitmask(v128.eq<u8>(v128.load(at), tailBytes)) & tailMask) != tailMask) return false;
  if (tailEndAt != 0 && !i8x16.all_true(v128.eq<u8>(v128.load(at + tailEndAt), tailEnd))) return false;
  const fraction = sixDigits(second + 1);
  if (fraction > 999_999) return false;
  time = micros + <f64>fraction;
  return true;
}

// @ts-ignore: decorator
@inline
function useTail(): void {
  stream = tailStream;
  kind = tailKind;
  keepKnown();
}

/** Two compares that overlap cover up to 31 bytes; a longer tail is read each time. */
function rememberTail(at: usize): void {
  const sign = load<u8>(at);
  const length = nameEnd - at;
  // More digits than six: then this is no zone.
  if ((sign != 43 && sign != 45 && sign != 90) || length > 32) return;
  tailStream = stream;
  tailKind = kind;
  tailLength = length;
  tailMask = length >= 16 ? 0xffff : (1 << <i32>length) - 1;
  tailEndAt = length > 16 ? length - 16 : 0;
  tailBytes = v128.load(at);
  if (tailEndAt != 0) tailEnd = v128.load(at + tailEndAt);
}

/** The same question without remembering anything: where a section may begin. */
export function startsRecord(from: usize, end: usize): bool {
  const at = behindPriority(from);
  if (at == 0) return false;
  const first = load<u8>(at);
  if (first == 91) return (forms & UPTIME) != 0 && readUptime(at) >= 0 && uptimeEnd <= end;
  const next = first < 58 ? ((forms & ISO) != 0 ? readIso(at) : 0) : (forms & BSD) != 0 ? readBsdStamp(at) : 0;
  const behind: usize = next == 0 ? 0 : endOfHost(next, end);
  return behind != 0 && readKernel(behind, end);
}

function readIso(at: usize): usize {
  const second = readIsoSecond(at);
  return second == 0 ? 0 : readIsoRest(second);
}

/** `<30>`: 0 when a bracket opens and is no priority. */
// @ts-ignore: decorator
@inline
function behindPriority(from: usize): usize {
  if (load<u8>(from) != 60) return from;
  let at = from + 1;
  while (<u32>load<u8>(at) - 48 <= 9 && at - from <= 3) at++;
  return at > from + 1 && load<u8>(at) == 62 ? at + 1 : 0;
}

/** False when only the parser can tell what kind of kernel line this is. */
// @ts-ignore: decorator
@inline
function readKernel(at: usize, end: usize): bool {
  if (load<u32>(at) != KERN || load<u16>(at, 4) != EL) return true;
  if (load<u64>(at) == KERNEL) return readKernelStamp(at + 8, end);
  // kernel:[12.345678] msg   kernel[0]: [12.345678] msg
  let next = at + 6;
  if (load<u8>(next) == 91) {
    do next++;
    while (<u32>load<u8>(next) - 48 <= 9 && next - at < 20);
    return load<u32>(next) != 0x5b203a5d;
  }
  return !(load<u8>(next) == 58 && load<u8>(next, 1) == 91);
}

function readKernelStamp(at: usize, end: usize): bool {
  const first = load<u8>(at);
  // kernel: <6>[12.345678] msg   kernel: kernel: [12.345678] msg
  if (first == 60 || load<u64>(at) == KERNEL) return false;
  // A banner without the time since boot: the parser counts the boot, and no stretch may reach across.
  if (first != 91) return load<u64>(at) != LINUX_VE;
  const read = readUptime(at);
  if (read == -2) return false;
  if (read >= 0 && uptimeEnd <= end) {
    uptime = read;
    isBanner = bannerAt(uptimeEnd);
  }
  return true;
}

/** `Linux version` behind the kernel stamp and, where there is one, the caller: `[    0.000000][    T0] Linux version`. */
// @ts-ignore: decorator
@inline
function bannerAt(at: usize): bool {
  const next = load<u8>(at) == 32 ? at + 1 : at;
  if (load<u8>(next) == 91) return behindCaller(next);
  return load<u64>(next) == LINUX_VE;
}

function behindCaller(open: usize): bool {
  let at = open + 1;
  while (load<u8>(at) != 93 && at - open < 24) at++;
  at += load<u8>(at, 1) == 32 ? 2 : 1;
  return load<u64>(at) == LINUX_VE;
}

function readUptimePrefix(at: usize, end: usize): bool {
  const read = readUptime(at);
  if (read < 0 || uptimeEnd > end) return false;
  stream = findUptimeStream();
  if (stream == 0) return false;
  time = read;
  uptime = read;
  isBanner = bannerAt(uptimeEnd);
  bodyAt = uptimeEnd;
  kind = UPTIME << 16;
  return true;
}
