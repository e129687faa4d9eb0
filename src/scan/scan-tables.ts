import { fingerprintHash, fingerprintKey } from './fingerprint.js';
import type { LiteralPlan } from './literal-plan.js';

/** One bit per hash: set where a literal is found by such a fingerprint. */
export function hashFilter(plan: LiteralPlan): Uint8Array {
  const filter = new Uint8Array(65_536 / 8);
  for (const { bytes, place } of plan.literals) {
    const hash = fingerprintHash(fingerprintKey(bytes, place));
    filter[hash >> 3] = (filter[hash >> 3] ?? 0) | (1 << (hash & 7));
  }
  return filter;
}

/** Four tables of 16 bytes: for each byte of the fingerprint and each low half-byte the buckets that know it, as bits. */
export function bucketTables(plan: LiteralPlan): Uint8Array {
  const tables = new Uint8Array(4 * 16);
  plan.buckets.forEach((low, bucket) => {
    low.forEach((set, position) => {
      for (let half = 0; half < 16; half++) {
        const at = position * 16 + half;
        if ((set >> half) & 1) tables[at] = (tables[at] ?? 0) | (1 << bucket);
      }
    });
  });
  return tables;
}

/** A-Z lowered, every other byte as it is. */
export function foldTable(): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte));
}

/** 256 flags: 1 for the characters of a plain host name, a name with a domain, an address or a relay path. */
export function hostTable(): Uint8Array {
  const table = new Uint8Array(256);
  for (const byte of Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:%@/+-'))
    table[byte] = 1;
  return table;
}
