/** Text of a source as it arrives in chunks, with the place of every character in the file. */
export interface TextBuffer {
  /** What has arrived and was not dropped yet. */
  readonly text: string;
  append(chunk: string, byteOffset: number): void;
  /** Forgets the text before `index`; later indexes count from there. */
  drop(index: number): void;
  /** Place of the character at `index`. Never asks back: indexes must not fall below an earlier one. */
  place(index: number): Place;
}

export interface Place {
  /** From 1. */
  readonly line: number;
  readonly byteOffset: number;
}

interface Chunk {
  /** Where the chunk begins in the buffer; negative when its begin was dropped. */
  start: number;
  readonly length: number;
  readonly byteOffset: number;
  /** Bytes of the chunk if it was UTF-8. */
  readonly bytes: number;
  isWide: boolean;
}

/**
 * Byte offsets are exact for UTF-8 and UTF-16. The encoding is not told, but shows: text after a byte order mark of
 * two bytes begins at offset 2, and a chunk of n UTF-16 units is followed by one that begins 2n bytes later. A UTF-16
 * file without a mark therefore has offsets of half the size in its first chunk.
 */
export function bufferText(): TextBuffer {
  let text = '';
  let chunks: Chunk[] = [];
  const cursor = { index: 0, line: 1, byteOffset: 0 };
  const advanceTo = (index: number): void => {
    while (cursor.index < index) {
      const next = chunks.find((chunk) => chunk.start > cursor.index);
      const until = Math.min(index, next?.start ?? text.length);
      if (until <= cursor.index) return;
      const passed = text.slice(cursor.index, until);
      cursor.line += countLines(passed);
      cursor.byteOffset += byteLength(passed, chunkAt(chunks, cursor.index)?.isWide === true);
      cursor.index = until;
      // Invalid UTF-8 is read as Latin-1 and shifts the count; every chunk says where it really begins.
      if (next !== undefined && until === next.start) cursor.byteOffset = next.byteOffset;
    }
  };
  return {
    get text() {
      return text;
    },
    append(chunk, byteOffset) {
      const last = chunks.at(-1);
      const isWide = last === undefined ? byteOffset === 2 : last.isWide || isTwiceAsLong(last, byteOffset);
      if (last !== undefined) last.isWide = isWide;
      if (last === undefined) cursor.byteOffset = byteOffset;
      chunks.push({ start: text.length, length: chunk.length, byteOffset, bytes: Buffer.byteLength(chunk), isWide });
      text += chunk;
    },
    drop(index) {
      advanceTo(index);
      text = text.slice(index);
      cursor.index -= index;
      for (const chunk of chunks) chunk.start -= index;
      chunks = chunks.filter((chunk, i) => i === chunks.length - 1 || chunk.start + chunk.length > 0);
    },
    place(index) {
      advanceTo(index);
      return { line: cursor.line, byteOffset: cursor.byteOffset };
    },
  };
}

function isTwiceAsLong(last: Chunk, nextOffset: number): boolean {
  const bytes = nextOffset - last.byteOffset;
  return last.length > 0 && bytes === 2 * last.length && bytes !== last.bytes;
}

function chunkAt(chunks: readonly Chunk[], index: number): Chunk | undefined {
  return chunks.findLast((chunk) => chunk.start <= index);
}

function countLines(text: string): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}

function byteLength(text: string, isWide: boolean): number {
  return isWide ? 2 * text.length : Buffer.byteLength(text);
}

/**
 * A copy that does not keep the megabyte it was cut from alive: V8 makes slices of 13 characters and more views of
 * their parent, and one kept record would hold its whole chunk.
 */
export function detach(text: string): string {
  return ` ${text}`.slice(1);
}
