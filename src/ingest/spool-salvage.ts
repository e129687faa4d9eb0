import { chunksOf, type Given } from './spool-given.js';
import { openInflater } from './spool-gunzip.js';

/** Each step reads the source once more, in pieces that are smaller where it failed. */
const PIECES = [512, 1];

/**
 * When zlib fails it drops what the failing call had already decompressed, up to 256 KiB: the last lines before the
 * damage. This decompresses again, handing the part that failed over in smaller and smaller pieces.
 * `failedAt`: given bytes before that part; `written`: decompressed bytes that are known.
 */
export async function salvage(
  given: Given,
  failedAt: number,
  written: number,
  write: (bytes: Buffer) => void,
): Promise<void> {
  let safe = failedAt;
  let known = written;
  for (const size of PIECES) {
    let passed = 0;
    const inflater = openInflater((bytes) => {
      const fresh = bytes.subarray(Math.max(0, known - passed));
      passed += bytes.length;
      known = Math.max(known, passed);
      if (fresh.length > 0) write(fresh);
    });
    for await (const piece of piecesOf(given, safe, size)) {
      await inflater.push(piece);
      if (inflater.damage() !== null) break;
    }
    // The file changed meanwhile: there is nothing more to find out.
    if (inflater.damage() === null) return;
    safe = inflater.failedAt();
  }
}

async function* piecesOf(given: Given, safe: number, size: number): AsyncGenerator<Buffer> {
  let at = 0;
  for await (const chunk of chunksOf(given)) {
    const whole = Math.min(chunk.length, Math.max(0, safe - at));
    if (whole > 0) yield chunk.subarray(0, whole);
    for (let from = whole; from < chunk.length; from += size) yield chunk.subarray(from, from + size);
    at += chunk.length;
  }
}
