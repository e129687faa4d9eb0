import type { Encoding } from './text-encoding.js';

/** The same memory. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Length of the chunk up to and including its last line end; 0 when it has none. */
export function lastLineEnd(chunk: Buffer, encoding: Encoding): number {
  if (encoding === 'utf-8') return chunk.lastIndexOf(10) + 1;
  for (let i = (chunk.length & ~1) - 2; i >= 0; i -= 2) if (isWideLineFeed(chunk, i, encoding)) return i + 2;
  return 0;
}

/** Length of the chunk up to and including its first line end; all of it when it has none. */
export function firstLineEnd(chunk: Buffer, encoding: Encoding): number {
  if (encoding === 'utf-8') {
    const at = chunk.indexOf(10);
    return at < 0 ? chunk.length : at + 1;
  }
  for (let i = 0; i + 1 < chunk.length; i += 2) if (isWideLineFeed(chunk, i, encoding)) return i + 2;
  return chunk.length;
}

/** Whether a line feed of UTF-16 stands at `at`. */
export function isWideLineFeed(chunk: Buffer, at: number, encoding: Encoding): boolean {
  return encoding === 'utf-16le' ? chunk[at] === 10 && chunk[at + 1] === 0 : chunk[at] === 0 && chunk[at + 1] === 10;
}
