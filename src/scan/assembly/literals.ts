/**
 * Finds the fingerprints of literals, 64 bytes at a time. A fingerprint is four bytes in a row. Eight buckets of
 * fingerprints are tested at once: a table per byte of the fingerprint says in which buckets a low half-byte occurs there.
 * (The scheme is that of "Teddy" in Hyperscan, with low halves only: they are the same for both cases of a letter, and a
 * fourth byte tells more than the high halves of three.) What passes is a candidate and is compared with whole literals
 * before it counts. A step takes 64 bytes: with 16 nearly each step mispredicts a branch, a fifth slower at 359 literals.
 */
import { FILTER, FOLD, HAS_SHORT, HEADS, TABLES } from './layout';

// An entry: key of the fingerprint, address of the next entry, address of the literal, its length, and the place of
// the fingerprint in it (-1 for a literal of three bytes).
const ENTRY_NEXT: usize = 4;
const ENTRY_TEXT: usize = 8;
const ENTRY_LENGTH: usize = 12;
const ENTRY_PLACE: usize = 16;

/** Of the 64 bytes tested last: control characters (line ends among them), and last bytes of candidates. */
export let controls: u64 = 0;
export let hits: u64 = 0;
/** What the tables said of the sixteen bytes before, for fingerprints that cross. */
let before0: v128 = i8x16.splat(0);
let before1: v128 = i8x16.splat(0);
let before2: v128 = i8x16.splat(0);

/** At the start of a line: of the byte before it only that it may be any, for a literal of three bytes. */
export function startOver(): void {
  before0 = i8x16.splat(-1);
  before1 = i8x16.splat(0);
  before2 = i8x16.splat(0);
}

// @ts-ignore: decorator
@inline
export function test64(at: usize, end: usize): void {
  const a = v128.load(at);
  const b = v128.load(at, 16);
  const c = v128.load(at, 32);
  const d = v128.load(at, 48);
  const blank = i8x16.splat(32);
  controls = bits(v128.lt<u8>(a, blank), v128.lt<u8>(b, blank), v128.lt<u8>(c, blank), v128.lt<u8>(d, blank));
  // Four accumulators of what no bucket excludes; each table is used up before the next, to stay within 16 registers.
  const low = i8x16.splat(15);
  const lowA = v128.and(a, low);
  const lowB = v128.and(b, low);
  const lowC = v128.and(c, low);
  const lowD = v128.and(d, low);
  let table = v128.load(TABLES);
  const a0 = v128.swizzle(table, lowA);
  const b0 = v128.swizzle(table, lowB);
  const c0 = v128.swizzle(table, lowC);
  const d0 = v128.swizzle(table, lowD);
  let hitA = delay3(before0, a0);
  let hitB = delay3(a0, b0);
  let hitC = delay3(b0, c0);
  let hitD = delay3(c0, d0);
  before0 = d0;
  table = v128.load(TABLES, 16);
  const a1 = v128.swizzle(table, lowA);
  const b1 = v128.swizzle(table, lowB);
  const c1 = v128.swizzle(table, lowC);
  const d1 = v128.swizzle(table, lowD);
  hitA = v128.and(hitA, delay2(before1, a1));
  hitB = v128.and(hitB, delay2(a1, b1));
  hitC = v128.and(hitC, delay2(b1, c1));
  hitD = v128.and(hitD, delay2(c1, d1));
  before1 = d1;
  table = v128.load(TABLES, 32);
  const a2 = v128.swizzle(table, lowA);
  const b2 = v128.swizzle(table, lowB);
  const c2 = v128.swizzle(table, lowC);
  const d2 = v128.swizzle(table, lowD);
  hitA = v128.and(hitA, delay1(before2, a2));
  hitB = v128.and(hitB, delay1(a2, b2));
  hitC = v128.and(hitC, delay1(b2, c2));
  hitD = v128.and(hitD, delay1(c2, d2));
  before2 = d2;
  table = v128.load(TABLES, 48);
  hitA = v128.and(hitA, v128.swizzle(table, lowA));
  hitB = v128.and(hitB, v128.swizzle(table, lowB));
  hitC = v128.and(hitC, v128.swizzle(table, lowC));
  hitD = v128.and(hitD, v128.swizzle(table, lowD));
  const none = i8x16.splat(0);
  hits = ~bits(v128.eq<u8>(hitA, none), v128.eq<u8>(hitB, none), v128.eq<u8>(hitC, none), v128.eq<u8>(hitD, none));
  // Candidates beyond the chunk need no mask: no literal that ends there is found.
  if (end - at < 64) controls &= (<u64>1 << <u64>(end - at)) - 1;
}

// @ts-ignore: decorator
@inline
function bits(a: v128, b: v128, c: v128, d: v128): u64 {
  return (
    <u64>(<u32>i8x16.bitmask(a)) |
    (<u64>(<u32>i8x16.bitmask(b)) << 16) |
    (<u64>(<u32>i8x16.bitmask(c)) << 32) |
    (<u64>(<u32>i8x16.bitmask(d)) << 48)
  );
}

// @ts-ignore: decorator
@inline
function delay1(before: v128, now: v128): v128 {
  return v128.shuffle<u8>(before, now, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30);
}

// @ts-ignore: decorator
@inline
function delay2(before: v128, now: v128): v128 {
  return v128.shuffle<u8>(before, now, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29);
}

// @ts-ignore: decorator
@inline
function delay3(before: v128, now: v128): v128 {
  return v128.shuffle<u8>(before, now, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28);
}

/** Whether a literal lies around the four bytes at `at`, between `base` and `end`. */
// @ts-ignore: decorator
@inline
export function holdsLiteral(at: usize, base: usize, end: usize): bool {
  const key = load<u32>(at) | 0x20202020;
  return (
    (mayHold(key) && hasEntry(key, at, base, end)) ||
    (load<u8>(HAS_SHORT) != 0 && mayHold(key >>> 8) && hasEntry(key >>> 8, at, base, end))
  );
}

// @ts-ignore: decorator
@inline
function hashOf(key: u32): u32 {
  return (key * 0x9e3779b1) >>> 16;
}

// @ts-ignore: decorator
@inline
function mayHold(key: u32): bool {
  const hash = hashOf(key);
  return (load<u8>(FILTER + (hash >>> 3)) & (1 << (hash & 7))) != 0;
}

/** Counts the fingerprints of a sample by hash, in 65,536 words of 32 bits at `counts`. */
export function countKeys(sample: usize, length: u32, counts: usize): void {
  memory.fill(counts, 0, 65_536 * 4);
  for (let at = sample; at + 4 <= sample + length; at++) {
    const slot = counts + (<usize>hashOf(load<u32>(at) | 0x20202020) << 2);
    store<u32>(slot, load<u32>(slot) + 1);
  }
}

function hasEntry(key: u32, at: usize, base: usize, end: usize): bool {
  let entry: usize = load<u32>(HEADS + ((hashOf(key) >>> 4) << 2));
  while (entry != 0) {
    if (load<u32>(entry) == key && isLiteral(at - load<u32>(entry, ENTRY_PLACE), entry, base, end)) return true;
    entry = load<u32>(entry, ENTRY_NEXT);
  }
  return false;
}

/** Bytes outside the chunk never count. */
function isLiteral(from: usize, entry: usize, base: usize, end: usize): bool {
  const length = load<u32>(entry, ENTRY_LENGTH);
  if (from < base || from + length > end) return false;
  const text: usize = load<u32>(entry, ENTRY_TEXT);
  for (let i: usize = 0; i < length; i++) {
    if (load<u8>(FOLD + load<u8>(from + i)) != load<u8>(text + i)) return false;
  }
  return true;
}
