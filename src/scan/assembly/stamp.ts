/**
 * Wall stamps: `Mar  3 02:14:07 ` and `2024-03-03T02:14:07.123456+01:00 `. Strict: only forms that src/parser/stamp.ts
 * reads in one way; anything else makes the line odd. Most lines share every byte up to the second with the line
 * before: then one or two compares are all.
 */
const SECOND: f64 = 1_000_000;
const DAY: f64 = 86_400_000_000;
/** 1972-01-01, days since the epoch: the year in which stamps without one are read. */
const YEARLESS_DAYS: i32 = 730;

/** What the last stamp read says. */
export let micros: f64 = 0;
/** Minutes local time is ahead of UTC. */
export let zone: i32 = 0;

let bsdBytes: v128 = i8x16.splat(0);
let bsdMicros: f64 = 0;
let minuteBytes: v128 = i8x16.splat(0);
let minuteMicros: f64 = 0;
let zoneBytes: u64 = 0;
let zoneMinutes: i32 = 0;

// @ts-ignore: decorator
@inline
function digit(at: usize): u32 {
  return <u32>load<u8>(at) - 48;
}

/** 100 and more when these are no two digits. */
// @ts-ignore: decorator
@inline
function twoDigits(at: usize): u32 {
  const tens = digit(at);
  const ones = digit(at + 1);
  return tens > 9 || ones > 9 ? 1000 : tens * 10 + ones;
}

/** Microseconds of the day; negative when it is no time of the day. A leap second is written :60. */
function clockMicros(at: usize): f64 {
  if (load<u8>(at, 2) != 58 || load<u8>(at, 5) != 58) return -1;
  const hour = twoDigits(at);
  const minute = twoDigits(at + 3);
  const second = twoDigits(at + 6);
  if (hour > 23 || minute > 59 || second > 60) return -1;
  return <f64>(hour * 3600 + minute * 60 + second) * SECOND;
}

function daysInMonth(year: i32, month: i32): u32 {
  if (month == 2) return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/** Days since 1970-01-01 (H. Hinnant, chrono-compatible low-level date algorithms); years from 1970 on. */
function daysFromCivil(year: i32, month: i32, day: i32): i32 {
  const y = month <= 2 ? year - 1 : year;
  const era = y / 400;
  const yoe = y - era * 400;
  const doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

/** 1 to 12 for the English abbreviation in the low three bytes; 0 for anything else. */
function monthOf(name: u32): i32 {
  if (name == 0x6e614a) return 1;
  if (name == 0x626546) return 2;
  if (name == 0x72614d) return 3;
  if (name == 0x727041) return 4;
  if (name == 0x79614d) return 5;
  if (name == 0x6e754a) return 6;
  if (name == 0x6c754a) return 7;
  if (name == 0x677541) return 8;
  if (name == 0x706553) return 9;
  if (name == 0x74634f) return 10;
  if (name == 0x766f4e) return 11;
  return name == 0x636544 ? 12 : 0;
}

/** `Mar  3 02:14:07 `: its end, or 0. */
export function readBsdStamp(at: usize): usize {
  const bytes = v128.load(at);
  if (!i8x16.all_true(v128.eq<u8>(bytes, bsdBytes))) {
    if (!parseBsd(at)) return 0;
    bsdBytes = bytes;
  }
  micros = bsdMicros;
  return at + 16;
}

function parseBsd(at: usize): bool {
  if (load<u8>(at, 3) != 32 || load<u8>(at, 6) != 32 || load<u8>(at, 15) != 32) return false;
  const month = monthOf(load<u32>(at) & 0xffffff);
  const tens: u32 = load<u8>(at, 4) == 32 ? 0 : digit(at + 4);
  const ones = digit(at + 5);
  const ofDay = clockMicros(at + 7);
  if (month == 0 || tens > 9 || ones > 9 || ofDay < 0) return false;
  const day = tens * 10 + ones;
  if (day < 1 || day > daysInMonth(1972, month)) return false;
  bsdMicros = <f64>(YEARLESS_DAYS + daysFromCivil(1972, month, day) - daysFromCivil(1972, 1, 1)) * DAY + ofDay;
  return true;
}

/** `2024-03-03T02:14:07`, up to the second: its end, or 0. Most lines share the first sixteen bytes with the line before. */
// @ts-ignore: decorator
@inline
export function readIsoSecond(at: usize): usize {
  const bytes = v128.load(at);
  if (!i8x16.all_true(v128.eq<u8>(bytes, minuteBytes))) {
    if (!parseMinute(at)) return 0;
    minuteBytes = bytes;
  }
  const second = twoDigits(at + 17);
  if (load<u8>(at, 16) != 58 || second > 60) return 0;
  micros = minuteMicros + <f64>second * SECOND;
  return at + 19;
}

/** `.123456+01:00 `, any fraction of up to nine digits or none, `Z`, `+0100`: its end, or 0. */
export function readIsoRest(at: usize): usize {
  let next = at;
  if (load<u8>(next) == 46) {
    next = readFraction(next + 1);
    if (next == 0) return 0;
  }
  const end = readZone(next);
  return end != 0 && load<u8>(end) == 32 ? end + 1 : 0;
}

function parseMinute(at: usize): bool {
  if (load<u8>(at, 4) != 45 || load<u8>(at, 7) != 45 || load<u8>(at, 10) != 84 || load<u8>(at, 13) != 58) return false;
  const century = twoDigits(at);
  const ofCentury = twoDigits(at + 2);
  const month = twoDigits(at + 5);
  const day = twoDigits(at + 8);
  const hour = twoDigits(at + 11);
  const minute = twoDigits(at + 14);
  // Until 2199 all microseconds are whole in a double, so sums cannot differ in their last digit from the parser's.
  if (century > 21 || ofCentury > 99 || month > 12 || month < 1 || hour > 23 || minute > 59) return false;
  const year = <i32>(century * 100 + ofCentury);
  if (year < 1970 || day < 1 || day > daysInMonth(year, month)) return false;
  minuteMicros = <f64>daysFromCivil(year, month, day) * DAY + <f64>(hour * 60 + minute) * 60 * SECOND;
  return true;
}

/** Six digits, as rsyslog and printk write fractions, all at once; above 999,999 when they are none. */
// @ts-ignore: decorator
@inline
export function sixDigits(at: usize): u32 {
  const digits = load<u64>(at) & 0xffffffffffff;
  if ((digits & 0xf0f0f0f0f0f0) != 0x303030303030) return 0xffffffff;
  if (((digits + 0x060606060606) & 0xf0f0f0f0f0f0) != 0x303030303030) return 0xffffffff;
  // In pairs, fours and eights; two zeros in front make them eight.
  let pairs = (digits - 0x303030303030) << 16;
  pairs = pairs * 10 + (pairs >> 8);
  const even = (pairs & 0xff000000ff) * 0xf424000000064;
  const odd = ((pairs >> 16) & 0xff000000ff) * 0x271000000001;
  return <u32>((even + odd) >> 32);
}

/** Digits behind the point, nine at most, all but six dropped: their end, or 0. */
function readFraction(at: usize): usize {
  let value: u32 = 0;
  let count: u32 = 0;
  let scale: u32 = 100_000;
  for (let next = digit(at); next <= 9 && count < 9; next = digit(at + ++count)) {
    value += next * scale;
    scale /= 10;
  }
  if (count == 0) return 0;
  micros += <f64>value;
  return at + count;
}

/** Its end, or 0. `-00:00` says that the offset is not known (RFC 3339, 4.3): left to the parser. */
function readZone(at: usize): usize {
  if (load<u8>(at) == 90) {
    zone = 0;
    return at + 1;
  }
  const bytes = load<u64>(at);
  // Six bytes and the blank behind them.
  if ((bytes << 8) == zoneBytes && zoneBytes != 0) {
    zone = zoneMinutes;
    return at + 6;
  }
  const sign = load<u8>(at);
  if (sign != 43 && sign != 45) return 0;
  const colon: usize = load<u8>(at, 3) == 58 ? 1 : 0;
  const hours = twoDigits(at + 1);
  const minutes = twoDigits(at + 3 + colon);
  if (hours > 23 || minutes > 59 || (sign == 45 && hours + minutes == 0)) return 0;
  const ahead = <i32>(hours * 60 + minutes);
  zone = sign == 45 ? -ahead : ahead;
  if (colon == 1 && load<u8>(at, 6) == 32) {
    zoneBytes = bytes << 8;
    zoneMinutes = zone;
  }
  return at + 5 + colon;
}

/**
 * `[12345.678901]`: microseconds since boot; -1 when this is no such stamp, -2 when only the parser can say (a delta
 * follows, as dmesg -d writes it). Blanks and digits as src/parser/kernel-line.ts allows them.
 */
export let uptimeEnd: usize = 0;

export function readUptime(from: usize): f64 {
  if (load<u8>(from) != 91) return -1;
  let at = from + 1;
  while (load<u8>(at) == 32 && at - from <= 16) at++;
  const start = at;
  let seconds: u64 = 0;
  for (let next = digit(at); next <= 9 && at - start < 10; next = digit(++at)) seconds = seconds * 10 + next;
  if (at == start || load<u8>(at) != 46) return -1;
  const fraction = sixDigits(at + 1);
  if (fraction > 999_999) return -1;
  const close = load<u8>(at, 7);
  if (close != 93) return close == 32 ? -2 : -1;
  uptimeEnd = at + 8;
  return <f64>seconds * SECOND + <f64>fraction;
}
