/**
 * One pass over the lines of a section: finds line ends and the fingerprints of literals, reads what stands before each
 * message, and writes down which records hold a literal and how time ran in each stream. A record is a line whose prefix
 * can be read here, with the lines after it that have none. Lines that have another form than the declared ones (odd
 * lines) are never guessed at: with the record before them they are selected, for the parser to read.
 *
 * Memory is laid out in layout.ts; this module owns no heap.
 */
import { findControl, findFeed, isRepeat, isShared } from './lines';
import { controls, hits, holdsLiteral, startOver, test64 } from './literals';
import * as prefix from './prefix';
import * as spans from './spans';
import { COUNTED, NEEDS_PREVIOUS, ODD, ONLY_NEW } from './spans';
import * as streams from './streams';

export { FILTER, FOLD, FREE, HAS_SHORT, HEADS, HOST, TABLES, BLOCKS, KERNELS, RUNS, SPANS } from './layout';
export { countKeys } from './literals';
export { allow } from './prefix';
export { blockCount, spanCount } from './spans';
export { kernelCount, nameAt, nameLength, runCount, streamCount } from './streams';

const LINE_FEED: u8 = 10;
const ESCAPE: u8 = 27;

let base: usize = 0;
let end: usize = 0;
let resumeAt: usize = 0;
/** Offset in the source of address 0. */
let origin: f64 = 0;
let lines: u32 = 0;

// The line that is read now.
let lineAt: usize = 0;
/** Nothing of the next line is known yet. */
let isBetween: bool = true;
/** It holds a literal, or nothing more is to be learnt from it. */
let isSelected: bool = false;
let hasNul: bool = false;
let isSpecial: bool = false;

// The record it belongs to.
let isOpen: bool = false;
let recordStart: f64 = 0;
let recordLine: u32 = 0;
let flags: u32 = 0;
/** Only for reasons that lie outside its own lines. */
let isWanted: bool = false;
let isFirstOfHost: bool = false;
// Its first line, until it is counted.
let isPending: bool = false;
let isLate: bool = false;
let stream: usize = 0;
let time: f64 = 0;
let kind: i32 = 0;
let uptime: f64 = -1;
let isBanner: bool = false;
let bodyAt: usize = 0;

// The record before it.
let hasPrevious: bool = false;
let previousStart: f64 = 0;
let previousLine: u32 = 0;
let previousFlags: u32 = 0;
let previousEmitted: bool = false;

// The first record of the section.
let records: u32 = 0;
let firstEnd: f64 = 0;
let firstEmitted: bool = false;

let nulLines: u32 = 0;
let nulLine: u32 = 0;
let nulAt: f64 = 0;

export function lineCount(): u32 {
  return lines;
}
export function nulCount(): u32 {
  return nulLines;
}
export function firstNulLine(): u32 {
  return nulLine;
}
export function firstNulAt(): f64 {
  return nulAt;
}
export function recordCount(): u32 {
  return records;
}
export function endOfFirst(): f64 {
  return firstEnd;
}
export function isFirstEmitted(): bool {
  return firstEmitted;
}
export function startOfLast(): f64 {
  return previousStart;
}
export function lineOfLast(): u32 {
  return previousLine;
}
export function flagsOfLast(): u32 {
  return previousFlags;
}
export function isLastEmitted(): bool {
  return previousEmitted;
}

export function beginSection(): void {
  streams.forgetStreams();
  prefix.forgetTail();
  takeRows();
  lines = 0;
  isBetween = true;
  isOpen = false;
  isWanted = false;
  isSelected = false;
  hasPrevious = false;
  records = 0;
  firstEmitted = false;
  spans.forgetOpen();
  nulLines = 0;
}

/** Prepares a chunk of whole lines, or the head of a line too long for a chunk. `offset` is where it lies in the source. */
export function begin(chunk: usize, length: u32, offset: f64): void {
  base = chunk;
  end = chunk + length;
  resumeAt = chunk;
  origin = offset - <f64>chunk;
}

/** Whether a literal lies in a piece of one line. */
export function contains(piece: usize, length: u32): bool {
  const until = piece + length;
  startOver();
  for (let at = piece; at < until; at += 64) {
    test64(at, until);
    for (let open = hits; open != 0; open &= open - 1) {
      if (holdsLiteral(at + <usize>ctz<u64>(open) - 3, piece, until)) return true;
    }
  }
  return false;
}

/** Address of the first line from `from`, a line start, that starts a record; `until` when there is none. */
export function findRecord(from: usize, until: usize): usize {
  let at = from;
  while (at < until && !prefix.startsRecord(at, until)) {
    at = findFeed(at, until) + 1;
  }
  return at < until ? at : until;
}

/** Scans on; true when results are full and must be taken before the next call, false when the chunk is done. */
export function run(): bool {
  let at = resumeAt;
  startOver();
  if (at < end && isBetween) {
    isBetween = false;
    if (openLine(at)) return suspend(at);
  }
  while (at < end) {
    if (isSelected) {
      at = passLine(at);
      if (at > end) break;
      if (closeLine(at)) return suspend(at);
      startOver();
      continue;
    }
    test64(at, end);
    let next = at + 64;
    for (let open = controls | hits; open != 0; open &= open - 1) {
      const here = at + <usize>ctz<u64>(open);
      const bit = open & -open;
      if ((controls & bit) != 0) {
        const byte = load<u8>(here);
        if (byte == LINE_FEED) {
          if (closeLine(here + 1)) return suspend(here + 1);
        } else if (byte == 0 || byte == ESCAPE) {
          noteSpecial(here, byte);
        }
      }
      if ((hits & bit) != 0 && !isSelected) isSelected = holdsLiteral(here - 3, base, end);
      if (isSelected) {
        next = here + 1;
        break;
      }
    }
    at = next;
  }
  // The last line of the source, or the head of a very long one: it is ended by the caller.
  if (!isBetween && isPending && lineAt >= base) isLate = isLate || isLateOdd(lineAt, end);
  return false;
}

/**
 * No literal holds a line feed, so no fingerprint counts beyond the line's end; of the rest of the line only characters
 * matter that make it special. Returns what follows the line, or `end + 1` when it does not end here.
 */
function passLine(from: usize): usize {
  let at = from;
  while (at < end && !hasNul) {
    at = findControl(at, end);
    if (at >= end || load<u8>(at) == LINE_FEED) return at + 1;
    noteSpecial(at, load<u8>(at));
    at++;
  }
  return findFeed(at, end) + 1;
}

/** A NUL, where a crash left a hole, or an escape sequence: what the line says is for the parser to find out. */
function noteSpecial(at: usize, byte: u8): void {
  isSelected = true;
  isSpecial = true;
  if (byte != 0 || hasNul) return;
  hasNul = true;
  if (nulLines == 0) {
    nulLine = lines;
    nulAt = origin + <f64>at;
  }
  nulLines++;
}

function suspend(at: usize): bool {
  resumeAt = at;
  return true;
}

export function takeRows(): void {
  spans.forgetRows();
  streams.forgetRows();
}

/** A line has ended and the next begins at `next`, if there is one. True when results are full. */
// @ts-ignore: decorator
@inline
function closeLine(next: usize): bool {
  endLineAt(next);
  if (next >= end) {
    isBetween = true;
    return false;
  }
  return openLine(next);
}

// @ts-ignore: decorator
@inline
function endLineAt(next: usize): void {
  lines++;
  // `message repeated` is one of the literals: in a line without any it cannot stand.
  if (isPending && (isSelected || (kind >>> 16) == prefix.UPTIME)) isLate = isLate || isLateOdd(lineAt, next);
}

function isLateOdd(from: usize, until: usize): bool {
  if (isSpecial || isRepeat(from, until)) return true;
  return (kind >>> 16) == prefix.UPTIME && isShared(bodyAt, until);
}

/** Ends a line that `run` left open. */
export function endLine(): void {
  if (isBetween) return;
  lines++;
  isBetween = true;
}

/** A literal was found in the line that is open, beyond the head. */
export function select(): void {
  isSelected = true;
}

/** True when results are full. */
function openLine(at: usize): bool {
  const offset = origin + <f64>at;
  if (prefix.readPrefix(at, end)) {
    closeRecord(offset);
    openRecord(at, offset);
  } else {
    if (!isOpen) openHeadless(offset);
    isSelected = true;
    settle();
    makeOdd();
  }
  lineAt = at;
  hasNul = false;
  isSpecial = false;
  if (offset >= spans.blockEnd) spans.openBlock(offset, lines);
  return spans.isFull || streams.isFull;
}

// @ts-ignore: decorator
@inline
function openRecord(at: usize, offset: f64): void {
  isOpen = true;
  recordStart = offset;
  recordLine = lines;
  flags = 0;
  isSelected = false;
  isFirstOfHost = streams.isNew;
  isPending = true;
  isLate = false;
  stream = prefix.stream;
  time = prefix.time;
  kind = prefix.kind;
  uptime = prefix.uptime;
  isBanner = prefix.isBanner;
  bodyAt = prefix.bodyAt;
}

/** Odd lines at the start of a source. */
function openHeadless(offset: f64): void {
  isOpen = true;
  recordStart = offset;
  recordLine = lines;
  flags = 0;
  isFirstOfHost = false;
  isPending = false;
  isLate = false;
}

/** From here on the record holds lines of which only the parser can say whether they are records. */
function makeOdd(): void {
  if ((flags & ODD) != 0) return;
  flags |= ODD;
  streams.endRuns();
}

/** Counts the first line of the record, once all of it and the first byte after it is known. */
// @ts-ignore: decorator
@inline
function settle(): void {
  if (!isPending) return;
  isPending = false;
  if (isLate) {
    settleLate();
    return;
  }
  flags |= COUNTED;
  streams.countRecord(stream, recordStart, time, kind);
  spans.noteTime(time);
  if (uptime < 0) return;
  const wall = (kind >>> 16) == prefix.UPTIME ? NaN : time;
  const isRead = isSelected || isWanted || isFirstOfHost;
  streams.countKernelLine(stream, recordStart, <f64>recordLine, uptime, wall, isRead, isBanner);
}

/** The line is no record for certain: it may be counted with the record before it, which then has to be read with it. */
function settleLate(): void {
  isSelected = true;
  if (hasPrevious && !previousEmitted) {
    recordStart = previousStart;
    recordLine = previousLine;
    flags |= previousFlags & COUNTED;
  } else if (!hasPrevious) {
    flags |= NEEDS_PREVIOUS;
  } else {
    spans.needLast();
  }
  makeOdd();
}

// @ts-ignore: decorator
@inline
function closeRecord(until: f64): void {
  if (!isOpen) return;
  settle();
  const isOwn = isSelected || isWanted;
  const isEmitted = isOwn || isFirstOfHost;
  if (isEmitted) spans.emitSpan(recordStart, until, recordLine, isOwn ? flags : flags | ONLY_NEW, stream);
  if (records == 0) {
    firstEnd = until;
    firstEmitted = isOwn;
  }
  records++;
  // What follows an odd line is read too: the line may have said that another boot begins here.
  isWanted = (flags & ODD) != 0;
  hasPrevious = true;
  previousStart = recordStart;
  previousLine = recordLine;
  previousFlags = flags;
  previousEmitted = isEmitted;
}

/** The section is read: what is still open is complete. */
export function endSection(offset: f64): void {
  closeRecord(offset);
  isOpen = false;
  spans.releaseSpan();
  spans.releaseBlock();
  streams.endRuns();
}
