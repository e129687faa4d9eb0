import type { LineScanner } from './line-scanner.js';

/** Random access to a source, as `ByteInput` of the parser kit. */
export interface ScanInput {
  readonly size: number;
  /** At most `length` bytes from `offset`; fewer only at the end. The array is valid until the next call. */
  read(offset: number, length: number): Uint8Array;
  /** The same into memory of the caller's, where the source can do that without a copy; returns how many bytes. */
  readInto?(target: Uint8Array, offset: number): number;
}

/** 1 MiB: a line longer than this is cut for matching. */
export const LINE_LIMIT = 1 << 20;

const LINE_FEED = 10;
/** Read at once: what is hashed and scanned right after it was read still lies in the second-level cache (1 MiB a core). */
const FILL = 1 << 18;

/** The part of a source that is in memory, where the scanner needs no copy of it. */
export interface Window {
  readonly bytes: Buffer;
  readonly lineLimit: number;
  /** Bytes in use, from the start. */
  readonly filled: number;
  /** Offset in the source of the first byte. */
  readonly offset: number;
  /** Reads on: until there is a line end, the room is full or the source ends. */
  fill(): void;
  /** Forgets the first bytes. */
  drop(length: number): void;
  /** End of the last whole line; of everything at the end of the source; 0 when the first line is over the limit. */
  wholeLines(): number;
}

function readInto(input: ScanInput, target: Uint8Array, offset: number): number {
  if (input.readInto !== undefined) return input.readInto(target, offset);
  const read = input.read(offset, target.length);
  target.set(read);
  return read.length;
}

export function openWindow(input: ScanInput, startOffset: number, scanner: LineScanner, lineLimit: number): Window {
  // The longest line that is not cut, and its line end: a longer one fills it without an end.
  const bytes = scanner.buffer(lineLimit + 1);
  let filled = 0;
  let offset = startOffset;
  return {
    bytes,
    lineLimit,
    get filled() {
      return filled;
    },
    get offset() {
      return offset;
    },
    fill() {
      while (filled < bytes.length && !(filled >= FILL && bytes.lastIndexOf(LINE_FEED, filled - 1) >= 0)) {
        // A line that does not fit is read on, up to the whole room.
        const goal = filled < FILL ? Math.min(FILL, bytes.length) : bytes.length;
        const got = readInto(input, bytes.subarray(filled, goal), offset + filled);
        if (got === 0) return;
        filled += got;
      }
    },
    drop(length) {
      bytes.copyWithin(0, length, filled);
      offset += length;
      filled -= length;
    },
    wholeLines() {
      const end = filled === 0 ? 0 : bytes.lastIndexOf(LINE_FEED, filled - 1) + 1;
      return end > 0 || filled > lineLimit ? end : filled;
    },
  };
}
