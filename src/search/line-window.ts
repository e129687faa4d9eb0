import { decodeBytes, type Encoding } from '../ingest/encoding.js';
import { RECORD_LIMIT } from '../parser/assemble.js';
import type { ByteInput } from '../parser/parser.js';

/** Read at once: a screen of log lines around a hit. */
const BLOCK = 1 << 16;
/** Neighbours before a hit are looked for this far back. */
const FARTHEST = 8 << 20;

/** Lines of a source at any place, without reading what lies before. */
export interface LineWindow {
  /** At most `count` lines from `offset`, the start of a line; each cut at 1 MiB. Lines without their ends. */
  from(offset: number, count: number): { readonly lines: readonly string[]; readonly end: number };
  /** At most `count` lines before `offset`, in the order of the source. */
  before(offset: number, count: number): readonly string[];
}

export function openLineWindow(input: ByteInput, encoding: Encoding, start: number): LineWindow {
  const bytes = cached(input);
  const width = encoding === 'utf-8' ? 1 : 2;
  const decode = (piece: Buffer): string => {
    const { text } = decodeBytes(piece, encoding);
    return text.endsWith('\r') ? text.slice(0, -1) : text;
  };
  return {
    from(offset, count) {
      const lines: string[] = [];
      let at = offset;
      while (lines.length < count && at < input.size) {
        const { piece, next } = lineAt(bytes, input.size, at, encoding);
        lines.push(decode(piece));
        at = next;
      }
      return { lines, end: at };
    },
    before(offset, count) {
      if (count <= 0 || offset <= start) return [];
      for (let size = BLOCK; ; size *= 4) {
        const from = Math.max(start, offset - size);
        const whole = from === start || size >= FARTHEST;
        const pieces = splitLines(bytes(from, offset - from), encoding, width);
        // The first piece of a block begins inside a line.
        if (pieces.length > count || whole) return pieces.slice(-count).map(decode);
      }
    },
  };
}

/** Hits lie close together: what was read for one mostly holds the next. */
function cached(input: ByteInput): (offset: number, length: number) => Buffer {
  let held = Buffer.alloc(0);
  let at = 0;
  return (offset, length) => {
    if (offset < at || offset + length > at + held.length) {
      held = Buffer.from(input.read(offset, Math.max(length, BLOCK)));
      at = offset;
    }
    return held.subarray(offset - at, offset - at + length);
  };
}

function lineAt(
  bytes: (offset: number, length: number) => Buffer,
  size: number,
  offset: number,
  encoding: Encoding,
): { readonly piece: Buffer; readonly next: number } {
  const width = encoding === 'utf-8' ? 1 : 2;
  for (let length = 4096; ; length *= 4) {
    const block = bytes(offset, length);
    const end = lineEnd(block, 0, encoding);
    if (end >= 0) return { piece: block.subarray(0, end), next: offset + end + width };
    if (block.length < length || offset + length >= size) return { piece: block, next: size };
    // 4 KiB times a power of four is 1 MiB in the end: a longer line is shown up to there and then passed.
    if (length >= RECORD_LIMIT)
      return { piece: wholeCharacters(block, encoding), next: passLine(bytes, size, offset + length, encoding) };
  }
}

/** Without a UTF-8 character that the cut leaves in pieces: bytes 10xxxxxx continue one of up to four. */
function wholeCharacters(block: Buffer, encoding: Encoding): Buffer {
  if (encoding !== 'utf-8') return block;
  for (let at = block.length - 1; at >= block.length - 4; at--) {
    const byte = block[at] ?? 0;
    if (byte < 0x80) return block;
    if (byte >= 0xc0) return block.subarray(0, at);
  }
  return block;
}

function passLine(
  bytes: (offset: number, length: number) => Buffer,
  size: number,
  offset: number,
  encoding: Encoding,
): number {
  for (let at = offset; at < size; at += RECORD_LIMIT) {
    const end = lineEnd(bytes(at, RECORD_LIMIT), 0, encoding);
    if (end >= 0) return at + end + (encoding === 'utf-8' ? 1 : 2);
  }
  return size;
}

function lineEnd(block: Buffer, from: number, encoding: Encoding): number {
  if (encoding === 'utf-8') return block.indexOf(10, from);
  for (let i = from; i + 1 < block.length; i += 2) {
    const unit = encoding === 'utf-16le' ? block.readUInt16LE(i) : block.readUInt16BE(i);
    if (unit === 10) return i;
  }
  return -1;
}

/** The lines of a block that ends behind a line end. */
function splitLines(block: Buffer, encoding: Encoding, width: number): readonly Buffer[] {
  const pieces: Buffer[] = [];
  let from = 0;
  while (from < block.length) {
    const end = lineEnd(block, from, encoding);
    pieces.push(block.subarray(from, end < 0 ? undefined : end));
    if (end < 0) break;
    from = end + width;
  }
  return pieces;
}
