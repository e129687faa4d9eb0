/** Bytes of a fingerprint: what is looked for first of every literal. */
export const FINGERPRINT = 4;

/** Bit 5 set in each byte: one key for both cases of a letter. Other bytes share a key too ('@' and '`'). */
const FOLD_BITS = 0x20202020;

/**
 * Four bytes in a row, the first in the lowest place, as assembly/literals.ts loads them. A literal of three bytes has
 * place -1: its key is that of the fingerprint without the first byte, and ends in a zero byte, so that it never equals
 * one of four bytes.
 */
export function fingerprintKey(bytes: Uint8Array, place: number): number {
  let key = 0;
  for (let i = 0; i < FINGERPRINT; i++) key = (key >>> 8) | ((bytes[place + i] ?? 0) << 24);
  key = (key | FOLD_BITS) >>> 0;
  return place < 0 ? key >>> 8 : key;
}

/** 16 bits; the multiplier is 2^32 divided by the golden ratio (Knuth, TAOCP 3, 6.4). Also in assembly/literals.ts. */
export function fingerprintHash(key: number): number {
  return Math.imul(key, 0x9e3779b1) >>> 16;
}

/** How often a fingerprint (by hash) stands in a sample of the source, as a share of the sample's positions. */
export interface FingerprintCounts {
  shareOf(hash: number): number;
}
