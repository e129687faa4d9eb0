import type { ByteInput } from '../parser/parser.js';
import { SPAN_ROW } from '../scan/section.js';
import { linesOfPiece, readLineRange } from './lines.js';

/** Read at once at most, and the widest gap that is read rather than jumped over. */
const PIECE = 262_144;
const GAP = 8192;

type TakeLine = (text: string, line: number, byteOffset: number) => void;

/** Reads spans of a source that was scanned: neighbours with one call. */
export interface SpanReader {
  /** Row `from` of `spans` is read next. */
  ahead(spans: Float64Array, from: number): void;
  /** Returns the number of the last line. */
  read(from: number, to: number, line: number, take: TakeLine): number;
}

export function readSpans(input: ByteInput): SpanReader {
  // Copies: whoever takes a line may read elsewhere meanwhile.
  const room = Buffer.alloc(PIECE);
  const copied: ByteInput = { size: input.size, read: (offset, length) => Uint8Array.from(input.read(offset, length)) };
  let start = 0;
  let end = 0;
  return {
    ahead(spans, from) {
      const first = spans[from] ?? 0;
      if (first >= start && (spans[from + 1] ?? 0) <= end) return;
      let until = spans[from + 1] ?? 0;
      for (let i = from + SPAN_ROW; i < spans.length; i += SPAN_ROW) {
        const next = spans[i + 1] ?? 0;
        if ((spans[i] ?? 0) - until > GAP || next - first > PIECE) break;
        until = next;
      }
      start = first;
      end = first;
      if (until - first > PIECE) return;
      const read = input.read(first, until - first);
      room.set(read);
      end = first + read.length;
    },
    read(from, to, line, take) {
      const sink = { line: take, trouble: () => {} };
      if (from >= start && to <= end) return linesOfPiece(room.subarray(from - start, to - start), from, line, sink);
      return readLineRange(copied, 'utf-8', { from, to, line }, sink);
    },
  };
}
