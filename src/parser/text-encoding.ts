export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/**
 * BOM first, then zero bytes at odd or even places: UTF-16 of mostly ASCII text without a BOM (Windows PowerShell's
 * redirection always writes one, but cut files lose it). Everything else is read as UTF-8.
 */
export function detectEncoding(head: Uint8Array): { readonly encoding: Encoding; readonly bomLength: number } {
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: 'utf-16le', bomLength: 2 };
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: 'utf-16be', bomLength: 2 };
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { encoding: 'utf-8', bomLength: 3 };
  const sample = Math.min(head.length, 4096) & ~1;
  let odd = 0;
  let even = 0;
  for (let i = 0; i < sample; i += 2) {
    if (head[i] === 0) even++;
    if (head[i + 1] === 0) odd++;
  }
  // At least 70 % of the pairs have their zero on one side and nearly none on the other.
  if (sample >= 16 && odd > sample * 0.35 && even < sample * 0.02) return { encoding: 'utf-16le', bomLength: 0 };
  if (sample >= 16 && even > sample * 0.35 && odd < sample * 0.02) return { encoding: 'utf-16be', bomLength: 0 };
  return { encoding: 'utf-8', bomLength: 0 };
}

/** Zero bytes are not text, but a line of them is; a byte order mark inside a file is a character like any other. */
const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text in UTF-8; what is not UTF-8 is read as Latin-1 as a whole, so that nothing is replaced or lost. */
export function decodeUtf8(bytes: Uint8Array): { readonly text: string; readonly valid: boolean } {
  try {
    return { text: STRICT.decode(bytes), valid: true };
  } catch {
    return { text: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1'), valid: false };
  }
}
