import { RECORD_LIMIT } from './assemble.js';
import { asBuffer, firstLineEnd, lastLineEnd } from './line-ends.js';
import type { ByteInput, Sink } from './parser.js';
import { detectEncoding, type Encoding } from './text-encoding.js';

/** Bytes read at once: large enough that the system call does not show, small enough to stay in the cache. */
const CHUNK = RECORD_LIMIT;
/** A character of two bytes in UTF-16 has up to three in UTF-8. */
export const BLOCK_LIMIT = (CHUNK / 2) * 3;

/** Whole lines as bytes, for a parser that reads text faster than line by line. */
export interface LineBlock {
  /**
   * UTF-8, or what stands in its place; up to `BLOCK_LIMIT` bytes. The last line may lack its line feed. Valid until the
   * next block.
   */
  readonly bytes: Buffer;
  /** Place of the first byte in the source. */
  readonly byteOffset: number;
  /** Bytes in the source for each byte of the block: 2 where it was UTF-16. Such a block with other than ASCII is one line. */
  readonly unit: 1 | 2;
  /** The start of a line longer than a block; the rest of it is left out. */
  readonly isCut: boolean;
}

/**
 * The lines of a text source in blocks of at most 1 MiB, whatever its encoding. Of a line longer than that its first
 * MiB is given; the rest is scanned for its end.
 */
export function readLineBlocks(input: ByteInput, take: (block: LineBlock) => void): void {
  const { encoding, bomLength } = detectEncoding(input.read(0, 4096));
  const width = encoding === 'utf-8' ? 1 : 2;
  let offset = bomLength;
  let isInside = false;
  while (offset < input.size) {
    const chunk = asBuffer(input.read(offset, CHUNK));
    if (chunk.length === 0) return;
    const end = lastLineEnd(chunk, encoding);
    const isLast = offset + chunk.length >= input.size;
    if (end === 0 && !isLast) {
      const whole = chunk.length & ~(width - 1);
      if (!isInside) takeLines(chunk.subarray(0, whole), offset, encoding, true, take);
      isInside = true;
      // A chunk that a shrinking source cut to one byte of a pair ends the source.
      if (whole === 0) return;
      offset += whole;
      continue;
    }
    const from = isInside ? firstLineEnd(chunk, encoding) : 0;
    isInside = false;
    const until = isLast ? chunk.length : end;
    if (from < until) takeLines(chunk.subarray(from, until), offset + from, encoding, false, take);
    offset += until;
  }
}

/** What ingest says of such lines in formats that it splits itself. */
export function reportLineTrouble(
  sink: Sink,
  code: 'invalid-utf8' | 'record-truncated' | 'nul-bytes',
  line: number,
  byteOffset: number,
): void {
  const [severity, note] = TROUBLE[code];
  sink.issue(code, severity, note, { line, byteOffset, record: null });
}

const TROUBLE = {
  'invalid-utf8': ['error', 'bytes that are not UTF-8 were read as Latin-1'],
  'record-truncated': ['data-loss', 'a line is longer than 1 MiB; only its first MiB was matched'],
  'nul-bytes': ['info', 'NUL bytes stand in the text, as after a crash of the writing machine'],
} as const;

function takeLines(
  piece: Buffer,
  byteOffset: number,
  encoding: Encoding,
  isCut: boolean,
  take: (block: LineBlock) => void,
): void {
  if (encoding === 'utf-8') {
    take({ bytes: piece, byteOffset, unit: 1, isCut });
    return;
  }
  const even = piece.subarray(0, piece.length & ~1);
  const text = (encoding === 'utf-16le' ? even : Buffer.from(even).swap16()).toString('utf16le');
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length === text.length) {
    take({ bytes, byteOffset, unit: 2, isCut });
    return;
  }
  for (let from = 0; from < text.length; ) {
    const feed = text.indexOf('\n', from);
    const end = feed < 0 ? text.length : feed + 1;
    const line = Buffer.from(text.slice(from, end), 'utf8');
    take({ bytes: line, byteOffset: byteOffset + 2 * from, unit: 2, isCut });
    from = end;
  }
}
