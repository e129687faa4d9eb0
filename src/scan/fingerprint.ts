/** Bytes of a fingerprint: what is looked for first of every literal. */
export const FINGERPRINT = 4;

/** Bit 5 set in each byte: one key for both cases of a letter. Other bytes share a key too ('@' and '`'). */
const FOLD_BITS = 0x20202020;

/**
 * Four bytes in a row, the first in the lowest place, as assembly/scanner.ts loads them. A literal of three bytes has
 * place -1: its key is that of the fingerprint without the first byte, and ends in a zero byte, so that it never equals
 * one of four bytes.
 */
export function fingerprintKey(bytes: Uint8Array, place: number): number {
  let key = 0;
  for (let i = 0; i < FINGERPRINT; i++) key = (key >>> 8) | ((bytes[place + i] ?? 0) << 24);
  key = (key | FOLD_BITS) >>> 0;
  return place < 0 ? key >>> 8 : key;
}

/** The key of the four bytes that end with `byte`, from the key of those that ended one byte earlier. */
export function rollKey(key: number, byte: number): number {
  return ((key >>> 8) | ((byte | 0x20) << 24)) >>> 0;
}

/** 16 bits; the multiplier is 2^32 divided by the golden ratio (Knuth, TAOCP 3, 6.4). Also in assembly/scanner.ts. */
export function fingerprintHash(key: number): number {
  return Math.imul(key, 0x9e3779b1) >>> 16;
}

/** How often each fingerprint (by hash) stands in a sample of the source. */
export interface FingerprintCounts {
  /** Share of the sample's positions, by hash. */
  readonly share: Float32Array;
}

export function countFingerprints(sample: Uint8Array): FingerprintCounts {
  const share = new Float32Array(65_536);
  const weight = 1 / Math.max(1, sample.length);
  let key = 0;
  for (const byte of sample) {
    key = rollKey(key, byte);
    const hash = fingerprintHash(key);
    share[hash] = (share[hash] ?? 0) + weight;
  }
  return { share };
}
