/** Records that have to be read, as spans of the source, and the sparse table over it. */
import { BLOCKS, BLOCK_BYTES, BLOCK_COUNT, SPANS, SPAN_BYTES, SPAN_COUNT } from './layout';
import { numberOf } from './streams';

// What a span is.
/** Its first line was counted here. */
export const COUNTED: u32 = 1;
/** It holds lines that were not counted here and may be records. */
export const ODD: u32 = 2;
/** It speaks of the record before it, which lies in another section. */
export const NEEDS_PREVIOUS: u32 = 4;
/** No literal: the first record of a host in this section. */
export const ONLY_NEW: u32 = 8;

/** A span of several records is ended here: the reader takes it into memory whole. */
const SPAN_LIMIT: f64 = 262_144;
/** What the sparse table holds one entry for. */
const BLOCK: f64 = 65_536;

let spans: u32 = 0;
let blocks: u32 = 0;
/** No further line may be read before rows are taken. */
export let isFull: bool = false;

export function spanCount(): u32 {
  return spans;
}
export function blockCount(): u32 {
  return blocks;
}
export function forgetRows(): void {
  spans = 0;
  blocks = 0;
  isFull = false;
}

export function forgetOpen(): void {
  isHeld = false;
  hasBlock = false;
  blockEnd = 0;
}

// The span that was found last is held back: the next may prolong it, or need it.
let isHeld: bool = false;
let spanStart: f64 = 0;
let spanEnd: f64 = 0;
let spanLine: u32 = 0;
let spanFlags: u32 = 0;
let spanStream: usize = 0;

export function emitSpan(start: f64, end: f64, line: u32, flags: u32, stream: usize): void {
  const isNext = isHeld && flags == COUNTED && spanFlags == COUNTED && spanEnd == start;
  if (isNext && end - spanStart < SPAN_LIMIT) {
    spanEnd = end;
    return;
  }
  releaseSpan();
  isHeld = true;
  spanStart = start;
  spanEnd = end;
  spanLine = line;
  spanFlags = flags;
  spanStream = stream;
}

/** The record read last is needed by the next, whatever else it was selected for. */
export function needLast(): void {
  spanFlags &= ~ONLY_NEW;
}

export function releaseSpan(): void {
  if (!isHeld) return;
  isHeld = false;
  const row = SPANS + <usize>spans * SPAN_BYTES;
  store<f64>(row, spanStart);
  store<f64>(row, spanEnd, 8);
  store<f64>(row, <f64>spanLine, 16);
  store<f64>(row, <f64>spanFlags, 24);
  store<f64>(row, (spanFlags & ONLY_NEW) != 0 ? <f64>numberOf(spanStream) : -1, 32);
  spans++;
  if (spans >= SPAN_COUNT - 2) isFull = true;
}

// The block that is open.
let hasBlock: bool = false;
export let blockEnd: f64 = 0;
let blockAt: f64 = 0;
let blockLine: u32 = 0;
let blockFirst: f64 = NaN;
let blockLast: f64 = NaN;

export function openBlock(offset: f64, line: u32): void {
  releaseBlock();
  hasBlock = true;
  blockAt = offset;
  blockLine = line;
  blockFirst = NaN;
  blockLast = NaN;
  blockEnd = (Math.floor(offset / BLOCK) + 1) * BLOCK;
}

/** A line opens its block after the record before it is counted: that one lies in the block that is open. */
// @ts-ignore: decorator
@inline
export function noteTime(micros: f64): void {
  if (isNaN(blockFirst)) blockFirst = micros;
  blockLast = micros;
}

export function releaseBlock(): void {
  if (!hasBlock) return;
  hasBlock = false;
  const row = BLOCKS + <usize>blocks * BLOCK_BYTES;
  store<f64>(row, blockAt);
  store<f64>(row, <f64>blockLine, 8);
  store<f64>(row, blockFirst, 16);
  store<f64>(row, blockLast, 24);
  blocks++;
  if (blocks >= BLOCK_COUNT - 2) isFull = true;
}
