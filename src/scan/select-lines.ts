import { type ByteTrouble, findTrouble } from './byte-trouble.js';
import type { LineScanner, ScanCounts } from './line-scanner.js';
import { readLongLine } from './long-line.js';
import { nextSample } from './sample-step.js';
import { LINE_LIMIT, openWindow, type ScanInput, type Window } from './window.js';

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
/** One line of about thirty in syslog: silences and steps of the clock show, at 0.02 s per 500 MB. */
const SAMPLE_EVERY = 4096;
/** From here on choosing fingerprints by a sample pays: it takes 5 to 15 ms. */
const TUNE_FROM = 32 * 2 ** 20;
const TUNE_PIECES = 64;
const TUNE_PIECE = 4096;

/** Calls come in the order of the source. Bytes are valid until the call returns; lines count from 1. */
export interface SelectSink {
  /**
   * Whole lines with their ends: a record, or the part of it that lies in one chunk. What is left of it follows at
   * once, as continuation lines. A line over 1 MiB comes as its first MiB, without its end.
   */
  record(bytes: Buffer, byteOffset: number, line: number): void;
  /** Lines were left out here, and so many records (lines at which one starts) with them. */
  skipped(lines: number, records: number): void;
  /**
   * The first record start at or after every 4 KiB of the source and the last line of the source if it starts one,
   * selected or not, without line end.
   */
  sample?(bytes: Buffer, byteOffset: number, line: number): void;
  /** In any line, selected or not; a selected line need not be reported again. */
  trouble(code: ByteTrouble | 'record-truncated', line: number, byteOffset: number): void;
}

export interface SelectCounts {
  readonly lines: number;
  /** Lines at which a record starts. */
  readonly records: number;
}

interface Selection {
  readonly window: Window;
  readonly scanner: LineScanner;
  readonly sink: SelectSink;
  lines: number;
  records: number;
  skippedLines: number;
  skippedRecords: number;
  /** Offset from which the next line is sampled. */
  sampleFrom: number;
}

/**
 * Reads a source from `startOffset`, which is the start of a line, and hands over the records that the scanner selects.
 * The scanner must not be used for anything else meanwhile. `lineLimit` is for tests; it may not be below the longest
 * literal.
 */
export function selectLines(
  input: ScanInput,
  startOffset: number,
  scanner: LineScanner,
  sink: SelectSink,
  lineLimit = LINE_LIMIT,
): SelectCounts {
  if (input.size - startOffset >= TUNE_FROM) scanner.tune(sampleOf(input, startOffset));
  const window = openWindow(input, startOffset, scanner, lineLimit);
  const selection: Selection = {
    ...{ window, scanner, sink, sampleFrom: startOffset },
    ...{ lines: 0, records: 0, skippedLines: 0, skippedRecords: 0 },
  };
  for (window.fill(); window.filled > 0; window.fill()) step(selection);
  flushSkipped(selection);
  return { lines: selection.lines, records: selection.records };
}

/** Small pieces from all over the source: what a log says changes from day to day. */
function sampleOf(input: ScanInput, startOffset: number): Buffer {
  const distance = Math.floor((input.size - startOffset) / TUNE_PIECES);
  const pieces: Buffer[] = [];
  for (let i = 0; i < TUNE_PIECES; i++) pieces.push(Buffer.from(input.read(startOffset + i * distance, TUNE_PIECE)));
  return Buffer.concat(pieces);
}

/** All whole lines but the last: the byte after them tells whether a record goes on. The last line goes alone. */
function step(selection: Selection): void {
  const { bytes, filled, lineLimit } = selection.window;
  const end = filled < 2 ? 0 : bytes.lastIndexOf(LINE_FEED, filled - 2) + 1;
  if (end > 0) {
    scanChunk(selection, end, bytes[end] ?? null);
    return;
  }
  const length = bytes[filled - 1] === LINE_FEED ? filled - 1 : filled;
  if (length > lineLimit) passLongLine(selection);
  else scanChunk(selection, filled, null);
}

function scanChunk(selection: Selection, length: number, next: number | null): void {
  const { window, scanner, sink } = selection;
  const { offset } = window;
  const chunk = window.bytes.subarray(0, length);
  const firstLine = selection.lines + 1;
  findTrouble(chunk, firstLine, offset, (code, line, at) => sink.trouble(code, line, at));
  const sampleFrom = next === null ? offset : selection.sampleFrom;
  const place = { next, offset, sampleFrom, sampleEvery: sink.sample === undefined ? 0 : SAMPLE_EVERY };
  const counts = scanner.scan(chunk, place, {
    record(found) {
      selection.skippedLines += found.skippedLines;
      selection.skippedRecords += found.skippedRecords;
      flushSkipped(selection);
      sink.record(chunk.subarray(found.start, found.end), offset + found.start, firstLine + found.line);
    },
    sample(start, line) {
      selection.sampleFrom = nextSample(offset + start, SAMPLE_EVERY);
      sink.sample?.(lineAt(chunk, start), offset + start, firstLine + line);
    },
  });
  count(selection, counts);
  window.drop(length);
}

function lineAt(chunk: Buffer, start: number): Buffer {
  const found = chunk.indexOf(LINE_FEED, start);
  const end = found < 0 ? chunk.length : found;
  return chunk.subarray(start, end > start && chunk[end - 1] === CARRIAGE_RETURN ? end - 1 : end);
}

function passLongLine(selection: Selection): void {
  const { window, scanner, sink } = selection;
  const line = selection.lines + 1;
  const { head, byteOffset, startsRecord, isSelected } = readLongLine(window, scanner);
  findTrouble(head, line, byteOffset, (code, at, offset) => sink.trouble(code, at, offset));
  sink.trouble('record-truncated', line, byteOffset);
  const records = startsRecord ? 1 : 0;
  if (startsRecord && (byteOffset >= selection.sampleFrom || window.filled === 0)) {
    selection.sampleFrom = nextSample(byteOffset, SAMPLE_EVERY);
    sink.sample?.(lineAt(head, 0), byteOffset, line);
  }
  if (isSelected) {
    flushSkipped(selection);
    sink.record(head, byteOffset, line);
  }
  const skipped = isSelected ? { skippedLines: 0, skippedRecords: 0 } : { skippedLines: 1, skippedRecords: records };
  count(selection, { lines: 1, records, ...skipped });
}

function count(selection: Selection, counts: ScanCounts): void {
  selection.lines += counts.lines;
  selection.records += counts.records;
  selection.skippedLines += counts.skippedLines;
  selection.skippedRecords += counts.skippedRecords;
}

function flushSkipped(selection: Selection): void {
  if (selection.skippedLines === 0) return;
  selection.sink.skipped(selection.skippedLines, selection.skippedRecords);
  selection.skippedLines = 0;
  selection.skippedRecords = 0;
}
