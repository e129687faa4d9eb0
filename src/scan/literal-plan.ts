import { BYTE_SHARE } from './byte-frequency.js';
import { FINGERPRINT, type FingerprintCounts, fingerprintHash, fingerprintKey } from './fingerprint.js';

/** A literal and the four bytes in a row (its fingerprint) by which it is found. */
export interface PlannedLiteral {
  /** Lower case. */
  readonly bytes: Uint8Array;
  /** Index in `bytes` of its fingerprint; -1 for a literal of three bytes, whose fingerprint starts with any byte. */
  readonly place: number;
}

export interface LiteralPlan {
  readonly literals: readonly PlannedLiteral[];
  /** Per bucket and byte of the fingerprint: the low half-bytes that occur there, as 16 bits. */
  readonly buckets: readonly (readonly number[])[];
  /** Longest literal in bytes. */
  readonly longest: number;
}

/** One bit each of the bytes that the tables in assembly/literals.ts hold. */
const BUCKETS = 8;
const SHORTEST = 3;
/** Longer literals are looked for by their first 256 bytes: that selects no less, and bounds tables and overlaps. */
const LONGEST = 256;
const ANY = 0xffff;
/** A candidate that is compared with literals in vain costs about three times one that the hash filter rejects. */
const COMPARED = 3;

/**
 * Chooses for each literal a fingerprint and the bucket it goes to, together: a bucket passes every combination of the
 * half-bytes it knows, so a literal often has four bytes that cost nothing in one of the buckets. On 1.3 MB of real
 * syslog 4 % of positions pass for 359 literals, against 5 to 18 % when three rare bytes were chosen first and buckets
 * second, with twice as many tables.
 *
 * `counts` says which fingerprints are common in the source at hand; avoiding those raised 1.4 to 2.4 GB/s.
 */
export function planLiterals(texts: readonly Uint8Array[], counts: FingerprintCounts | null = null): LiteralPlan {
  const buckets: Buckets = {
    low: new Int32Array(BUCKETS * FINGERPRINT),
    share: new Float64Array(BUCKETS),
    grown: new Float64Array(BUCKETS * ROW),
  };
  for (let bucket = 0; bucket < BUCKETS; bucket++) tabulate(buckets, bucket);
  const used = new Map<number, number>();
  const literals = texts.map((bytes) => ({ bytes, place: choose(buckets, bytes, counts, used) }));
  const ofBucket = (_: unknown, i: number): number[] => [
    ...buckets.low.subarray(i * FINGERPRINT, (i + 1) * FINGERPRINT),
  ];
  return { literals, buckets: Array.from({ length: BUCKETS }, ofBucket), longest: texts.at(-1)?.length ?? 0 };
}

/** Lower case, each once, the shortest first: they have the least choice. */
export function literalBytes(literals: readonly string[]): readonly Uint8Array[] {
  const texts = [...new Set(literals.map(normalise))].sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  return texts.map((text) => Buffer.from(text, 'latin1'));
}

/** Literals come from rules and parsers, never from evidence: a bad one is a bug and is told as one. */
function normalise(literal: string): string {
  if (literal.length < SHORTEST || !/^[\0-\t\x0b-\x7f]*$/.test(literal)) {
    throw new RangeError(`not a literal of three or more ASCII bytes in one line: ${JSON.stringify(literal)}`);
  }
  return literal.slice(0, LONGEST).replace(/[A-Z]+/g, (upper) => upper.toLowerCase());
}

/** Half-bytes and, behind them, `any`: what a literal of three bytes has in the first place. */
const HALVES = 17;
const ANY_HALF = 16;
const ROW = FINGERPRINT * HALVES;

/** What is in the eight buckets. */
interface Buckets {
  /** Per bucket and byte of the fingerprint the low half-bytes, as bits. */
  readonly low: Int32Array;
  /** Per bucket the share of a log's positions that pass. */
  readonly share: Float64Array;
  /** Per bucket, byte and half-byte the share of bytes that would pass if the half-byte came to those known. */
  readonly grown: Float64Array;
}

/**
 * Puts the literal into a bucket and returns the place of its fingerprint. `used` is how many literals each fingerprint
 * stands for already: an occurrence is compared with all of them. The innermost loop runs some 60,000 times per plan,
 * once, before anything is compiled: a few table look-ups, and no garbage.
 */
function choose(
  buckets: Buckets,
  bytes: Uint8Array,
  counts: FingerprintCounts | null,
  used: Map<number, number>,
): number {
  const { share, grown } = buckets;
  let bestPlace = 0;
  let bestBucket = -1;
  let least = Number.POSITIVE_INFINITY;
  for (let place = Math.min(0, bytes.length - FINGERPRINT); place + FINGERPRINT <= bytes.length; place++) {
    const key = fingerprintKey(bytes, place);
    const occurs = shareOf(bytes, place) + (counts === null ? 0 : counts.shareOf(fingerprintHash(key)));
    const exact = COMPARED * occurs * (1 + (used.get(key) ?? 0));
    // What a bucket adds is never negative.
    if (exact >= least) continue;
    const a = halfOf(bytes, place);
    const b = HALVES + halfOf(bytes, place + 1);
    const c = 2 * HALVES + halfOf(bytes, place + 2);
    const d = 3 * HALVES + halfOf(bytes, place + 3);
    for (let bucket = 0, at = 0; bucket < BUCKETS; bucket++, at += ROW) {
      const passes = at4(grown, at + a, at + b, at + c, at + d);
      const cost = passes - (share[bucket] ?? 0) + exact;
      if (cost >= least) continue;
      least = cost;
      bestPlace = place;
      bestBucket = bucket;
    }
  }
  if (bestBucket < 0) throw new RangeError('no fingerprint in a literal');
  grow(buckets, bytes, bestPlace, bestBucket);
  const key = fingerprintKey(bytes, bestPlace);
  used.set(key, (used.get(key) ?? 0) + 1);
  return bestPlace;
}

function at4(of: Float64Array, a: number, b: number, c: number, d: number): number {
  return (of[a] ?? 0) * (of[b] ?? 0) * (of[c] ?? 0) * (of[d] ?? 0);
}

function grow(buckets: Buckets, bytes: Uint8Array, place: number, bucket: number): void {
  let share = 1;
  for (let i = 0; i < FINGERPRINT; i++) {
    const half = halfOf(bytes, place + i);
    const at = bucket * FINGERPRINT + i;
    share *= buckets.grown[bucket * ROW + i * HALVES + half] ?? 0;
    buckets.low[at] = (buckets.low[at] ?? 0) | (half === ANY_HALF ? ANY : 1 << half);
  }
  buckets.share[bucket] = share;
  tabulate(buckets, bucket);
}

function tabulate({ low, grown }: Buckets, bucket: number): void {
  for (let i = 0; i < FINGERPRINT; i++) {
    const set = low[bucket * FINGERPRINT + i] ?? 0;
    let known = 0;
    for (let half = 0; half < 16; half++) if ((set >> half) & 1) known += HALF_SHARE[half] ?? 0;
    const row = bucket * ROW + i * HALVES;
    for (let half = 0; half < 16; half++)
      grown[row + half] = (set >> half) & 1 ? known : known + (HALF_SHARE[half] ?? 0);
    grown[row + ANY_HALF] = 1;
  }
}

/** The low half of a byte; `any` where the literal has none. */
function halfOf(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  return byte === undefined ? ANY_HALF : byte & 15;
}

/** Share of the positions of a log at which the fingerprint itself stands, as if bytes were independent. */
function shareOf(bytes: Uint8Array, place: number): number {
  let share = 1;
  for (let i = Math.max(0, place); i < place + FINGERPRINT; i++) share *= FOLDED_SHARE[bytes[i] ?? 0] ?? 0;
  return share;
}

/** A lower-case letter stands for both cases. */
const FOLDED_SHARE: Float64Array = BYTE_SHARE.map((share, byte) =>
  byte >= 97 && byte <= 122 ? share + (BYTE_SHARE[byte - 32] ?? 0) : share,
);

/** For every low half-byte the share of bytes that have it. */
const HALF_SHARE: Float64Array = halfShares();

function halfShares(): Float64Array {
  const single = new Float64Array(16);
  BYTE_SHARE.forEach((share, byte) => {
    single[byte & 15] = (single[byte & 15] ?? 0) + share;
  });
  const all = single.reduce((sum, share) => sum + share, 0);
  return single.map((share) => share / all);
}
