import type { LineScanner } from './line-scanner.js';
import type { Window } from './window.js';

const LINE_FEED = 10;

export interface LongLine {
  /** Its first MiB, or up to three bytes less so that no UTF-8 character is cut. */
  readonly head: Buffer;
  readonly byteOffset: number;
  readonly startsRecord: boolean;
  /** A literal lies in it, or it is part of a record of several lines. */
  readonly isSelected: boolean;
}

/** Reads past a line that fills the whole window and is still not at its end; the window is left at the next line. */
export function readLongLine(window: Window, scanner: LineScanner): LongLine {
  const byteOffset = window.offset;
  const head = Buffer.from(window.bytes.subarray(0, characterEnd(window.bytes, window.lineLimit)));
  const startsRecord = scanner.startsRecord(head[0] ?? LINE_FEED);
  const holdsLiteral = searchToEnd(window, scanner);
  window.fill();
  const goesOn = window.filled > 0 && !scanner.startsRecord(window.bytes[0] ?? LINE_FEED);
  return { head, byteOffset, startsRecord, isSelected: holdsLiteral || goesOn || !startsRecord };
}

/** Pieces overlap by one byte less than the longest literal, so that none is missed between two of them. */
function searchToEnd(window: Window, scanner: LineScanner): boolean {
  const overlap = Math.max(0, scanner.longest - 1);
  let holdsLiteral = false;
  for (let known = 0; ; ) {
    const lineFeed = window.bytes.subarray(0, window.filled).indexOf(LINE_FEED, known);
    const end = lineFeed < 0 ? window.filled : lineFeed;
    holdsLiteral ||= scanner.contains(window.bytes.subarray(0, end));
    if (lineFeed >= 0) {
      window.drop(lineFeed + 1);
      return holdsLiteral;
    }
    window.drop(Math.max(0, window.filled - overlap));
    known = window.filled;
    window.fill();
    if (window.filled > known) continue;
    window.drop(known);
    return holdsLiteral;
  }
}

/** The last character boundary at or before `at`: bytes 10xxxxxx continue a character of up to four bytes. */
function characterEnd(bytes: Buffer, at: number): number {
  for (let end = at; end > at - 4; end--) if (((bytes[end] ?? 0) & 0xc0) !== 0x80) return end;
  return at;
}
