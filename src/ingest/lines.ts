import { isAscii } from 'node:buffer';
import { RECORD_LIMIT } from '../parser/assemble.js';
import type { ByteInput } from '../parser/parser.js';
import { decodeBytes, type Encoding } from './encoding.js';

/** Bytes read at once: large enough that the system call does not show, small enough to stay in the cache. */
const CHUNK = 1 << 20;

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

/** Splits a source into lines: LF, CRLF, any of the three encodings, lines of any length (cut at 1 MiB, scanned on). */
export function readLines(input: ByteInput, encoding: Encoding, start: number, sink: LineSink): number {
  const splitter: Splitter = { encoding, sink, line: 0 };
  const width = encoding === 'utf-8' ? 1 : 2;
  let offset = start;
  let skipping = false;
  while (offset < input.size) {
    const chunk = asBuffer(input.read(offset, CHUNK));
    if (chunk.length === 0) break;
    const end = lastLineEnd(chunk, encoding);
    const isLast = offset + chunk.length >= input.size;
    if (end === 0 && !isLast) {
      // A line longer than the chunk: its first MiB is the record, the rest is skipped but scanned for its end.
      if (!skipping) {
        emitLine(splitter, chunk.subarray(0, RECORD_LIMIT & ~(width - 1)), offset);
        sink.trouble('record-truncated', splitter.line, offset);
      }
      skipping = true;
      offset += chunk.length & ~(width - 1);
      continue;
    }
    let from = 0;
    if (skipping) {
      from = firstLineEnd(chunk, encoding);
      skipping = false;
    }
    const until = isLast ? chunk.length : end;
    if (from < until) splitPiece(splitter, chunk.subarray(from, until), offset + from);
    offset += until;
  }
  return splitter.line;
}

/** The lines of a piece of UTF-8 that starts at a line start; the rest of the source is not looked at. */
export function linesOfPiece(piece: Uint8Array, byteOffset: number, firstLine: number, sink: LineSink): void {
  splitPiece({ encoding: 'utf-8', sink, line: firstLine - 1 }, asBuffer(piece), byteOffset);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Length of the chunk up to and including its last line end; 0 when it has none. */
function lastLineEnd(chunk: Buffer, encoding: Encoding): number {
  if (encoding === 'utf-8') return chunk.lastIndexOf(10) + 1;
  for (let i = (chunk.length & ~1) - 2; i >= 0; i -= 2) if (isWideLineFeed(chunk, i, encoding)) return i + 2;
  return 0;
}

function firstLineEnd(chunk: Buffer, encoding: Encoding): number {
  if (encoding === 'utf-8') {
    const at = chunk.indexOf(10);
    return at < 0 ? chunk.length : at + 1;
  }
  for (let i = 0; i + 1 < chunk.length; i += 2) if (isWideLineFeed(chunk, i, encoding)) return i + 2;
  return chunk.length;
}

function isWideLineFeed(chunk: Buffer, at: number, encoding: Encoding): boolean {
  return encoding === 'utf-16le' ? chunk[at] === 10 && chunk[at + 1] === 0 : chunk[at] === 0 && chunk[at + 1] === 10;
}

/** A piece that ends with a line end, or the last of the source. */
function splitPiece(splitter: Splitter, piece: Buffer, offset: number): void {
  if (splitter.encoding !== 'utf-8') {
    splitWide(splitter, piece, offset);
    return;
  }
  const ascii = isAscii(piece);
  if (piece.includes(0)) splitter.sink.trouble('nul-bytes', splitter.line + 1, offset + piece.indexOf(0));
  let from = 0;
  while (from < piece.length) {
    const found = piece.indexOf(10, from);
    const end = found < 0 ? piece.length : found;
    if (ascii) {
      splitter.line++;
      splitter.sink.line(piece.toString('latin1', from, trimCr(piece, from, end)), splitter.line, offset + from);
    } else emitLine(splitter, piece.subarray(from, end), offset + from);
    from = end + 1;
  }
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
