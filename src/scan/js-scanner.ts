import { countFingerprints, fingerprintHash, fingerprintKey, rollKey } from './fingerprint.js';
import type { LineScanner, ScanCounts, ScanPlace, ScanSink } from './line-scanner.js';
import { type LiteralPlan, type PlannedLiteral, planLiterals } from './literal-plan.js';
import { firstSample, nextSample } from './sample-step.js';
import { foldTable, hashFilter } from './scan-tables.js';
import { countSkips } from './skip-count.js';

const LINE_FEED = 10;

/** Whether a literal lies in `bytes` from `from` to `until`. */
type Find = (bytes: Uint8Array, from: number, until: number) => boolean;

/** The same results without WebAssembly, at a sixth of the speed. */
export function createJsScanner(literals: readonly string[], isStart: Uint8Array): LineScanner {
  const plan = planLiterals(literals);
  let find = literalFinder(plan);
  let room = new Uint8Array(0);
  return {
    implementation: 'js',
    longest: plan.longest,
    buffer(size) {
      if (room.length < size) room = new Uint8Array(size);
      return room.subarray(0, size);
    },
    scan: (chunk, place, sink) => scanChunk(chunk, place, sink, isStart, find),
    contains: (piece) => find(piece, 0, piece.length),
    tune(sample) {
      find = literalFinder(planLiterals(literals, countFingerprints(sample)));
    },
    startsRecord: (byte) => isStart[byte] === 1,
  };
}

/** One record after the other: line ends are found natively, and lines searched only until a literal is met. */
function scanChunk(chunk: Uint8Array, place: ScanPlace, sink: ScanSink, isStart: Uint8Array, find: Find): ScanCounts {
  const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const skips = countSkips();
  let sampleAt = firstSample(place);
  let lines = 0;
  let records = 0;
  for (let start = 0; start < bytes.length; ) {
    const line = lines;
    const record = records;
    const startsHere = isStart[bytes[start] ?? 0] === 1;
    if (startsHere) {
      records++;
      if (start >= sampleAt) {
        sink.sample?.(start, line);
        sampleAt = nextSample(place.offset + start, place.sampleEvery) - place.offset;
      }
    }
    const { end, lineCount, goesOn } = recordEnd(bytes, start, place.next, isStart);
    lines += lineCount;
    if (!startsHere || goesOn || find(bytes, start, end)) {
      sink.record(skips.found({ start, end, line, endLine: lines, record, endRecord: records }));
    }
    start = end;
  }
  return skips.rest(lines, records);
}

/** Where the record that starts at `start` ends, and whether it has continuation lines, in this chunk or after it. */
function recordEnd(
  bytes: Buffer,
  start: number,
  following: number | null,
  isStart: Uint8Array,
): { readonly end: number; readonly lineCount: number; readonly goesOn: boolean } {
  let end = start;
  for (let lineCount = 1; ; lineCount++) {
    end = lineEnd(bytes, end);
    const next = bytes[end] ?? following;
    if (next === null || isStart[next] === 1) return { end, lineCount, goesOn: lineCount > 1 };
    if (end >= bytes.length) return { end, lineCount, goesOn: true };
  }
}

function lineEnd(bytes: Buffer, from: number): number {
  const found = bytes.indexOf(LINE_FEED, from);
  return found < 0 ? bytes.length : found + 1;
}

function literalFinder(plan: LiteralPlan): Find {
  const filter = hashFilter(plan);
  const fold = foldTable();
  const byKey = groupByKey(plan.literals);
  const hasShort = plan.literals.some((literal) => literal.place < 0);
  const holds = (key: number, bytes: Uint8Array, at: number, from: number, until: number): boolean => {
    const hash = fingerprintHash(key);
    if (((filter[hash >> 3] ?? 0) & (1 << (hash & 7))) === 0) return false;
    for (const literal of byKey.get(key) ?? []) if (isLiteral(literal, bytes, at, from, until, fold)) return true;
    return false;
  };
  return (bytes, from, until) => {
    let key = 0;
    for (let i = from; i < until; i++) {
      key = rollKey(key, bytes[i] ?? 0);
      if (holds(key, bytes, i - 3, from, until)) return true;
      if (hasShort && holds(key >>> 8, bytes, i - 3, from, until)) return true;
    }
    return false;
  };
}

function groupByKey(literals: readonly PlannedLiteral[]): ReadonlyMap<number, readonly PlannedLiteral[]> {
  const groups = new Map<number, PlannedLiteral[]>();
  for (const literal of literals) {
    const key = fingerprintKey(literal.bytes, literal.place);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [literal]);
    else group.push(literal);
  }
  return groups;
}

function isLiteral(
  literal: PlannedLiteral,
  bytes: Uint8Array,
  fingerprintAt: number,
  from: number,
  until: number,
  fold: Uint8Array,
): boolean {
  const start = fingerprintAt - literal.place;
  if (start < from || start + literal.bytes.length > until) return false;
  for (let i = 0; i < literal.bytes.length; i++) {
    if (fold[bytes[start + i] ?? 0] !== literal.bytes[i]) return false;
  }
  return true;
}
