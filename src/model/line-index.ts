import { DAY, MINUTE, type Micros } from './time.js';

/** What stands before the message of a line: `Mar  3 02:14:07 host `, `2024-03-03T02:14:07.5+01:00 host `, `[12345.678901]`. */
export type LinePrefix = 'rfc3164' | 'iso8601' | 'uptime';

/** Bytes of a source for which the index holds one entry. */
export const INDEX_BLOCK = 65_536;

/**
 * A sparse table over a source: one entry per 64 KiB in which a line starts, in the order of the file. 40 bytes an entry,
 * 5 MB for 8 GB. Times are as written; those without a year rise over the turn of the year.
 */
export interface LineIndex {
  /** Byte offset of the first line start of the block. */
  readonly offsets: Float64Array;
  /** Its line number, from 1. */
  readonly lines: Float64Array;
  /** Time of the first and of the last record that starts in the block; NaN where none has a time. */
  readonly firsts: Float64Array;
  readonly lasts: Float64Array;
  /** Latest time up to the end of the block: it never falls, whatever the clocks did. */
  readonly reach: Float64Array;
  /** Lines of the source. */
  readonly lineCount: number;
}

/** Rows of offset, line, first and last time. */
export const INDEX_ROW = 4;
const HALF_A_YEAR = 183 * DAY;
/** The leap year 1972, which every stamp without a year is read in. */
const YEARLESS_FROM = 730 * DAY;
const YEAR = 366 * DAY;

export function buildIndex(rows: Float64Array, lineCount: number): LineIndex {
  const count = rows.length / INDEX_ROW;
  const column = (of: number): Float64Array =>
    Float64Array.from({ length: count }, (_, i) => rows[i * INDEX_ROW + of] ?? 0);
  const index = { offsets: column(0), lines: column(1), firsts: column(2), lasts: column(3) };
  turnYears(index.firsts, index.lasts);
  const reach = new Float64Array(count);
  let latest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    for (const time of [index.firsts[i], index.lasts[i]]) if (time !== undefined && time > latest) latest = time;
    reach[i] = latest;
  }
  return { ...index, reach, lineCount };
}

/** A stamp without a year that falls by more than half a year stands behind New Year's Eve. */
function turnYears(firsts: Float64Array, lasts: Float64Array): void {
  let shift = 0;
  let before = Number.NaN;
  const turned = (time: number): number => {
    if (!(time >= YEARLESS_FROM && time < YEARLESS_FROM + YEAR)) return time;
    if (before - (time + shift) > HALF_A_YEAR) shift += YEAR;
    before = time + shift;
    return before;
  };
  for (let i = 0; i < firsts.length; i++) {
    firsts[i] = turned(firsts[i] ?? Number.NaN);
    lasts[i] = turned(lasts[i] ?? Number.NaN);
  }
}

/** The first block in which a record of `micros` or later can start; -1 when everything was written before. */
export function blockAt(index: LineIndex, micros: Micros): number {
  const at = firstWhere(index.reach.length, (i) => (index.reach[i] ?? 0) >= micros);
  return at < index.reach.length ? at : -1;
}

/** The block from which a line is reached: its entry is the last one at or before the line; -1 outside the source. */
export function blockOfLine(index: LineIndex, line: number): number {
  if (!(line >= 1 && line <= index.lineCount)) return -1;
  return firstWhere(index.lines.length, (i) => (index.lines[i] ?? 0) > line) - 1;
}

/** The block from which the line at a byte offset is reached; -1 before the first line. */
export function blockOfOffset(index: LineIndex, byteOffset: number): number {
  return firstWhere(index.offsets.length, (i) => (index.offsets[i] ?? 0) > byteOffset) - 1;
}

/** Number of a line and where it starts, as far as the table knows: read on from there. */
export function lineAt(
  index: LineIndex,
  byteOffset: number,
): { readonly line: number; readonly byteOffset: number } | null {
  const block = blockOfOffset(index, byteOffset);
  const line = index.lines[block];
  const offset = index.offsets[block];
  return line === undefined || offset === undefined ? null : { line, byteOffset: offset };
}

/** Lines per minute of written time, over one block and up to the next; null where no time passed. */
export function linesPerMinute(index: LineIndex, block: number): number | null {
  const from = index.firsts[block] ?? Number.NaN;
  const next = index.firsts[block + 1] ?? Number.NaN;
  const until = next > from ? next : (index.lasts[block] ?? Number.NaN);
  const lines = (index.lines[block + 1] ?? index.lineCount + 1) - (index.lines[block] ?? 0);
  return until > from ? lines / ((until - from) / MINUTE) : null;
}

/** The smallest `i` below `count` for which `holds`, which is false up to somewhere and true from there on. */
function firstWhere(count: number, holds: (i: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
