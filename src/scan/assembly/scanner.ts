/**
 * One pass over a chunk of text: finds line ends and the fingerprints of literals, and writes down which records hold
 * a literal. A fingerprint is four bytes in a row. Eight buckets of fingerprints are tested at once: a table per byte of
 * the fingerprint says in which buckets a low half-byte occurs there. (The scheme is that of "Teddy" in Hyperscan, with
 * low halves only: they are the same for both cases of a letter, and a fourth byte tells more than the high halves of
 * three.) What passes is a candidate and is compared with whole literals before it counts. A step takes 64 bytes: with
 * 16 nearly each step mispredicts a branch, a fifth slower at 359 literals.
 *
 * Memory is laid out by the caller (`wasm-scanner.ts`); this module owns no heap.
 */

/** Four tables of 16 bytes. */
export const TABLES: usize = 1024;
/** 1 when there are literals of three bytes. */
export const HAS_SHORT: usize = 1088;
/** 256 bytes: 1 where the byte may start a record. */
export const START: usize = 1280;
/** 256 bytes: A-Z lowered. */
export const FOLD: usize = 1536;
/** 65,536 bits: fingerprints by hash. */
export const FILTER: usize = 2048;
/** 4,096 addresses of the first entry of a hash; 0 is none. */
export const HEADS: usize = 10240;
/** From here on the caller places entries, literals, results and the chunk. */
export const FREE: usize = 26624;

// An entry: key of the fingerprint, address of the next entry, address of the literal, its length, and the place of
// the fingerprint in it (-1 for a literal of three bytes).
const ENTRY_NEXT: usize = 4;
const ENTRY_TEXT: usize = 8;
const ENTRY_LENGTH: usize = 12;
const ENTRY_PLACE: usize = 16;

/** A selected record: start, end, its first line, the line after it, start lines before it, start lines up to its end. */
const RECORD_BYTES: usize = 24;
/** A sampled line: start, line. */
const SAMPLE_BYTES: usize = 8;

/** What follows the chunk when it is not a byte: the end of the source. */
const END_OF_SOURCE: i32 = -1;

const LINE_FEED: u8 = 10;

let recordsAt: usize = 0;
let samplesAt: usize = 0;
let capacity: u32 = 0;

let base: usize = 0;
let end: usize = 0;
let resumeAt: usize = 0;
let following: i32 = 0;
let sampleAt: usize = 0;
let samplePhase: u32 = 0;
let sampleStep: u32 = 0;

let recordStart: usize = 0;
let recordLine: u32 = 0;
let startsBefore: u32 = 0;
let isSelected: bool = false;

let lines: u32 = 0;
let starts: u32 = 0;
let selectedCount: u32 = 0;
let sampleCount: u32 = 0;

export function lineCount(): u32 {
  return lines;
}
export function startCount(): u32 {
  return starts;
}
export function selected(): u32 {
  return selectedCount;
}
export function sampled(): u32 {
  return sampleCount;
}

/** Where results go, and how many of each kind fit. */
export function place(records: usize, samples: usize, room: u32): void {
  recordsAt = records;
  samplesAt = samples;
  capacity = room;
}

/**
 * Prepares a chunk of whole lines. `next` is the byte after it or -1. `phase` is its offset in the source modulo the
 * sampling `step` (a power of two; 0 samples nothing), `firstSample` the offset in the chunk from which lines are
 * sampled.
 */
export function begin(chunk: usize, length: u32, next: i32, phase: u32, step: u32, firstSample: u32): void {
  beginInside(chunk, length);
  following = next;
  samplePhase = phase;
  sampleStep = step;
  sampleAt = chunk + firstSample;
  if (length > 0) openLine(chunk, load<u8>(chunk));
}

/** Prepares a piece from inside a line: it is selected if it holds a literal, whatever its first byte. */
export function beginInside(chunk: usize, length: u32): void {
  base = chunk;
  end = chunk + length;
  resumeAt = chunk;
  following = END_OF_SOURCE;
  sampleStep = 0;
  recordStart = chunk;
  recordLine = 0;
  startsBefore = 0;
  lines = 0;
  starts = 0;
  selectedCount = 0;
  sampleCount = 0;
  isSelected = false;
}

/** Scans on; true when results are full and must be taken before the next call, false when the chunk is done. */
export function run(): bool {
  if (resumeAt != base) {
    selectedCount = 0;
    sampleCount = 0;
  }
  startOver();
  let at = resumeAt;
  while (at < end) {
    if (isSelected) {
      // Nothing more to learn from this line: no literal holds a line feed, so no fingerprint counts beyond its end.
      at = findFeed(at) + 1;
      if (at > end) break;
      if (closeLine(at)) return suspend(at);
      startOver();
      continue;
    }
    test64(at);
    let next = at + 64;
    for (let open = feeds | hits; open != 0; open &= open - 1) {
      const here = at + <usize>ctz<u64>(open);
      if ((feeds & open & -open) != 0) {
        if (closeLine(here + 1)) return suspend(here + 1);
      } else {
        isSelected = holdsLiteral(here - 3);
      }
      if (isSelected) {
        next = here + 1;
        break;
      }
    }
    at = next;
  }
  finish();
  return false;
}

/** Of the 64 bytes tested last: line ends, and last bytes of candidates. */
let feeds: u64 = 0;
let hits: u64 = 0;
/** What the tables said of the sixteen bytes before, for fingerprints that cross. */
let before0: v128 = i8x16.splat(0);
let before1: v128 = i8x16.splat(0);
let before2: v128 = i8x16.splat(0);

/** At the start of a line: of the byte before it only that it may be any, for a literal of three bytes. */
function startOver(): void {
  before0 = i8x16.splat(-1);
  before1 = i8x16.splat(0);
  before2 = i8x16.splat(0);
}

// @ts-ignore: decorator
@inline
function test64(at: usize): void {
  const a = v128.load(at);
  const b = v128.load(at, 16);
  const c = v128.load(at, 32);
  const d = v128.load(at, 48);
  const feed = i8x16.splat(LINE_FEED);
  feeds = bits(v128.eq<u8>(a, feed), v128.eq<u8>(b, feed), v128.eq<u8>(c, feed), v128.eq<u8>(d, feed));
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
  if (end - at < 64) feeds &= (<u64>1 << <u64>(end - at)) - 1;
}

// @ts-ignore: decorator
@inline
function bits(a: v128, b: v128, c: v128, d: v128): u64 {
  return (
    <u64>i8x16.bitmask(a) |
    (<u64>i8x16.bitmask(b) << 16) |
    (<u64>i8x16.bitmask(c) << 32) |
    (<u64>i8x16.bitmask(d) << 48)
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

function suspend(at: usize): bool {
  resumeAt = at;
  return true;
}

function findFeed(from: usize): usize {
  const feed = i8x16.splat(LINE_FEED);
  let at = from;
  while (at < end) {
    const bits = i8x16.bitmask(v128.eq<u8>(v128.load(at), feed));
    if (bits != 0) return at + ctz<u32>(bits);
    at += 16;
  }
  return end;
}

/** Whether a literal lies around the four bytes at `at`. */
// @ts-ignore: decorator
@inline
function holdsLiteral(at: usize): bool {
  const key = load<u32>(at) | 0x20202020;
  return (mayHold(key) && hasEntry(key, at)) || (load<u8>(HAS_SHORT) != 0 && mayHold(key >>> 8) && hasEntry(key >>> 8, at));
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

function hasEntry(key: u32, at: usize): bool {
  let entry: usize = load<u32>(HEADS + ((hashOf(key) >>> 4) << 2));
  while (entry != 0) {
    if (load<u32>(entry) == key && isLiteral(at - load<u32>(entry, ENTRY_PLACE), entry)) return true;
    entry = load<u32>(entry, ENTRY_NEXT);
  }
  return false;
}

/** Bytes outside the chunk never count. */
function isLiteral(from: usize, entry: usize): bool {
  const length = load<u32>(entry, ENTRY_LENGTH);
  if (from < base || from + length > end) return false;
  const text: usize = load<u32>(entry, ENTRY_TEXT);
  for (let i: usize = 0; i < length; i++) {
    if (load<u8>(FOLD + load<u8>(from + i)) != load<u8>(text + i)) return false;
  }
  return true;
}

/** A line has ended and the next begins at `next`. True when results are full. */
function closeLine(next: usize): bool {
  lines++;
  const first: i32 = next < end ? load<u8>(next) : following;
  if (first != END_OF_SOURCE && load<u8>(START + first) == 0) {
    isSelected = true;
    return false;
  }
  if (isSelected) emitRecord(next);
  isSelected = false;
  recordStart = next;
  if (next < end) openLine(next, <u8>first);
  return selectedCount == capacity || sampleCount == capacity;
}

/** A line at which a record starts, or a continuation line at the very start of a chunk. */
function openLine(at: usize, first: u8): void {
  recordStart = at;
  recordLine = lines;
  startsBefore = starts;
  if (load<u8>(START + first) == 0) {
    isSelected = true;
    return;
  }
  starts++;
  if (at < sampleAt || sampleStep == 0) return;
  const sample = samplesAt + <usize>sampleCount * SAMPLE_BYTES;
  store<u32>(sample, at - base);
  store<u32>(sample, lines, 4);
  sampleCount++;
  // The next multiple of the step, counted in the source.
  sampleAt = base + (((<u32>(at - base) + samplePhase) | (sampleStep - 1)) + 1 - samplePhase);
}

function emitRecord(until: usize): void {
  const record = recordsAt + <usize>selectedCount * RECORD_BYTES;
  store<u32>(record, recordStart - base);
  store<u32>(record, until - base, 4);
  store<u32>(record, recordLine, 8);
  store<u32>(record, lines, 12);
  store<u32>(record, startsBefore, 16);
  store<u32>(record, starts, 20);
  selectedCount++;
}

/** The chunk has ended; what is still open is a line without end, or a record that goes on in the next chunk. */
function finish(): void {
  if (recordStart >= end) return;
  if (load<u8>(end - 1) != LINE_FEED) lines++;
  if (isSelected) emitRecord(end);
  recordStart = end;
}
