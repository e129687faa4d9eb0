import { isAscii } from 'node:buffer';
import { RECORD_LIMIT } from '../parser/assemble.js';
import { asBuffer, firstLineEnd, isWideLineFeed, lastLineEnd } from '../parser/line-ends.js';
import type { ByteInput } from '../parser/parser.js';
import { characterEnd } from '../scan/scan-section.js';
import { decodeBytes, type Encoding } from './encoding.js';

/**
 * Bytes read at once: large enough that the system call does not show, small enough to stay in the cache. A line of
 * 1 MiB still fits, with its end in UTF-16.
 */
const CHUNK = RECORD_LIMIT + 2;

export interface LineSink {
  /** A line without its end. `byteOffset` counts in the decompressed source. */
  line(text: string, line: number, byteOffset: number): void;
  /** `code` of trouble met while splitting or decoding, where it was met. */
  trouble(code: 'invalid-utf8' | 'record-truncated' | 'nul-bytes', line: number, byteOffset: number): void;
}

interface Splitter {
  readonly encoding: Encoding;
  readonly sink: LineSink;
  line: number;
}

/** A part of a source that begins at a line start and ends behind a line end, or with the source. */
export interface LineRange {
  readonly from: number;
  readonly to: number;
  /** Number of its first line. */
  readonly line: number;
}

/** Splits a source into lines: LF, CRLF, any of the three encodings, lines of any length (cut at 1 MiB, scanned on). */
export function readLines(input: ByteInput, encoding: Encoding, start: number, sink: LineSink): number {
  return readLineRange(input, encoding, { from: start, to: input.size, line: 1 }, sink);
}

/** The same for a part of it; returns the number of its last line. */
export function readLineRange(
  input: ByteInput,
  encoding: Encoding,
  { from, to, line }: LineRange,
  sink: LineSink,
): number {
  const splitter: Splitter = { encoding, sink, line: line - 1 };
  const width = encoding === 'utf-8' ? 1 : 2;
  let offset = from;
  let skipping = false;
  while (offset < to) {
    const wanted = Math.min(CHUNK, to - offset);
    const chunk = asBuffer(input.read(offset, wanted));
    if (chunk.length === 0) break;
    const end = lastLineEnd(chunk, encoding);
    // A read gives less only at the end, which may come before `to`.
    const isLast = chunk.length < wanted || offset + chunk.length >= to;
    if (end === 0 && !isLast) {
      // A line longer than the chunk: its first MiB is the record, the rest is skipped but scanned for its end.
      if (!skipping) {
        emitLine(splitter, chunk.subarray(0, headEnd(chunk, encoding)), offset);
        sink.trouble('record-truncated', splitter.line, offset);
      }
      skipping = true;
      offset += chunk.length & ~(width - 1);
      continue;
    }
    let rest = 0;
    if (skipping) {
      rest = firstLineEnd(chunk, encoding);
      skipping = false;
    }
    const until = isLast ? chunk.length : end;
    if (rest < until) splitPiece(splitter, chunk.subarray(rest, until), offset + rest);
    offset += until;
  }
  return splitter.line;
}

/** The lines of a piece of UTF-8 that starts at a line start; returns the number of the last. */
export function linesOfPiece(piece: Uint8Array, byteOffset: number, firstLine: number, sink: LineSink): number {
  const splitter: Splitter = { encoding: 'utf-8', sink, line: firstLine - 1 };
  splitPiece(splitter, asBuffer(piece), byteOffset);
  return splitter.line;
}

/** Enough for nearly every line. */
const ONE_LINE = 4096;

/** Reads the one line of UTF-8 that starts at `byteOffset`. */
export function readLineAt(input: ByteInput, byteOffset: number, line: number, take: LineSink['line']): void {
  const end = lineEnd(input, byteOffset);
  // A copy: who takes the line may read elsewhere.
  const bytes = Buffer.from(input.read(byteOffset, Math.min(end - byteOffset, CHUNK)));
  const head = bytes.subarray(0, headEnd(bytes, 'utf-8'));
  linesOfPiece(head, byteOffset, line, { line: take, trouble: () => {} });
}

/** What follows the line of UTF-8 that starts at `byteOffset`. */
export function lineEnd(input: ByteInput, byteOffset: number): number {
  for (let at = byteOffset, length = ONE_LINE; ; length = CHUNK) {
    const bytes = input.read(at, length);
    const found = bytes.indexOf(10);
    if (found >= 0) return at + found + 1;
    at += bytes.length;
    if (bytes.length < length) return at;
  }
}

/** Where the first MiB of a long line ends, without cutting a character of UTF-8 in two. */
function headEnd(chunk: Buffer, encoding: Encoding): number {
  const isCut = encoding === 'utf-8' && chunk.length > RECORD_LIMIT;
  return isCut ? characterEnd(chunk, RECORD_LIMIT) : RECORD_LIMIT;
}

/** A piece that ends with a line end, or the last of the source. */
function splitPiece(splitter: Splitter, piece: Buffer, offset: number): void {
  if (splitter.encoding !== 'utf-8') {
    splitWide(splitter, piece, offset);
    return;
  }
  const ascii = isAscii(piece);
  const hasNul = piece.includes(0);
  let from = 0;
  while (from < piece.length) {
    const found = piece.indexOf(10, from);
    const end = found < 0 ? piece.length : found;
    if (hasNul) noteNul(splitter, piece.subarray(from, end), offset + from);
    if (end - from > RECORD_LIMIT) {
      emitLine(splitter, piece.subarray(from, characterEnd(piece, from + RECORD_LIMIT)), offset + from);
      splitter.sink.trouble('record-truncated', splitter.line, offset + from);
    } else if (ascii) {
      splitter.line++;
      splitter.sink.line(piece.toString('latin1', from, trimCr(piece, from, end)), splitter.line, offset + from);
    } else emitLine(splitter, piece.subarray(from, end), offset + from);
    from = end + 1;
  }
}

/** Once per line, so that the count does not depend on how the source was cut. */
function noteNul(splitter: Splitter, line: Buffer, offset: number): void {
  const at = line.indexOf(0);
  if (at >= 0) splitter.sink.trouble('nul-bytes', splitter.line + 1, offset + at);
}

function trimCr(piece: Buffer, from: number, end: number): number {
  return end > from && piece[end - 1] === 13 ? end - 1 : end;
}

function emitLine(splitter: Splitter, bytes: Buffer, offset: number): void {
  splitter.line++;
  const { text, valid } = decodeBytes(bytes, splitter.encoding);
  if (!valid) splitter.sink.trouble('invalid-utf8', splitter.line, offset);
  splitter.sink.line(text.endsWith('\r') ? text.slice(0, -1) : text, splitter.line, offset);
}

function splitWide(splitter: Splitter, piece: Buffer, offset: number): void {
  let from = 0;
  for (let i = 0; i + 1 < piece.length; i += 2) {
    if (!isWideLineFeed(piece, i, splitter.encoding)) continue;
    emitLine(splitter, piece.subarray(from, i), offset + from);
    from = i + 2;
  }
  if (from < piece.length) emitLine(splitter, piece.subarray(from), offset + from);
}
