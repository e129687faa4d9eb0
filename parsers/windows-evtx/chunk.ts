import type { Chunk } from './binxml.js';
import { crc32 } from './crc32.js';
import { CHUNK_HEADER } from './cursor.js';
import { type EvtxFile, type OpenChunk, place, reportLost } from './open-chunk.js';
import { idAt, RECORD_HEADER, readRecord, STEPS } from './record.js';

export const CHUNK_SIZE = 65_536;
const RECORD_MINIMUM = RECORD_HEADER + 4;
/** What the file says about checksums: flag 0x4, in the file header and per chunk (seen in exported files). */
const NO_CHECKSUM = 0x4;

/** Reads every record of the chunk in `bytes` and returns how many there were. `bytes` may be short or damaged. */
export function readChunk(file: EvtxFile, bytes: Buffer, base: number): number {
  const hasMagic = isChunkMagic(bytes, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const free = bytes.length >= CHUNK_HEADER && hasMagic ? view.getUint32(48, true) : 0;
  const chunk: OpenChunk = {
    file,
    bytes,
    view,
    base,
    free: free >= CHUNK_HEADER && free <= bytes.length ? free : bytes.length,
    sink: file.sink,
    names: new Map(),
    templates: new Map(),
    shared: file.templates,
    known: file.known,
    steps: STEPS,
    starts: null,
    hasLoss: false,
    kept: null,
  };
  if (hasMagic && bytes.length >= CHUNK_HEADER) checkChecksums(chunk);
  // What was never a chunk (Windows does not clear what it allocates) has no records to miss.
  chunk.starts = hasMagic ? null : findStarts(chunk);
  if (chunk.starts?.length === 0) return 0;
  return readRecords(chunk);
}

function checkChecksums(chunk: OpenChunk): void {
  const { bytes, view, sink } = chunk;
  if ((view.getUint32(120, true) & NO_CHECKSUM) !== 0) return;
  const header = crc32(bytes, 128, CHUNK_HEADER, crc32(bytes, 0, 120));
  const isHeaderGood = header === view.getUint32(124, true);
  // The records of a cut chunk cannot be summed up; that it is cut is its own issue.
  const isWhole = bytes.length === CHUNK_SIZE;
  const isGood = isHeaderGood && (!isWhole || crc32(bytes, CHUNK_HEADER, chunk.free) === view.getUint32(52, true));
  if (isGood) return;
  const note = 'the checksum of a chunk is wrong: the log was copied while in use, or bytes of it were changed';
  sink.issue('evtx-chunk-checksum', 'error', note, place(chunk, 0));
}

function readRecords(chunk: OpenChunk): number {
  let at = CHUNK_HEADER;
  let readTo = at;
  let count = 0;
  let lastId = -1;
  while (at + RECORD_MINIMUM <= chunk.bytes.length) {
    if (at >= chunk.free && !continues(chunk, at, lastId)) break;
    if (!isSignature(chunk, at)) {
      at = skipDamage(chunk, at);
      continue;
    }
    lastId = idAt(chunk, at);
    const end = recordEnd(chunk, at);
    count += readRecord(chunk, at, end.at, end.isDamaged) ? 1 : 0;
    at = end.at;
    readTo = at;
  }
  if (!chunk.hasLoss && isMissing(chunk, lastId)) reportLost(chunk, readTo);
  return count;
}

/**
 * The header of a chunk that was being written can lag behind its records. What lies beyond the free space offset
 * is otherwise left over from an older use of the block, so only the very next id is taken.
 */
function continues(chunk: OpenChunk, at: number, lastId: number): boolean {
  return isSignature(chunk, at) && hasCopy(chunk, at) && idAt(chunk, at) === lastId + 1;
}

/** Bytes that are no record, up to the next one: lost, unless they are the zeros of a chunk that was closed early. */
function skipDamage(chunk: OpenChunk, at: number): number {
  const next = Math.min(nextStart(chunk, at), chunk.free);
  if (!isZero(chunk.bytes, at, next)) reportLost(chunk, at);
  return next;
}

/** The id range of the header shows records that are gone without leaving bytes. */
function isMissing(chunk: OpenChunk, lastId: number): boolean {
  if (chunk.bytes.length < CHUNK_HEADER || !isChunkMagic(chunk.bytes, 0)) return false;
  // Ids start at 1; an empty chunk has -1.
  const last = Number(chunk.view.getBigInt64(32, true));
  return last > 0 && last >= Number(chunk.view.getBigInt64(24, true)) && lastId < last;
}

interface RecordEnd {
  readonly at: number;
  readonly isDamaged: boolean;
}

function recordEnd(chunk: OpenChunk, at: number): RecordEnd {
  const size = chunk.view.getUint32(at + 4, true);
  const end = at + size;
  const isSize = size >= RECORD_MINIMUM && end <= chunk.bytes.length;
  if (isSize && hasCopy(chunk, at)) return { at: end, isDamaged: false };
  if (isSize && (end === chunk.free || isSignature(chunk, end))) return { at: end, isDamaged: true };
  const next = Math.min(nextStart(chunk, at + 4), Math.max(chunk.free, at + RECORD_MINIMUM));
  return { at: isSize ? Math.min(end, next) : next, isDamaged: true };
}

/** First start of a record at or behind `at`; the end of the bytes when there is none. */
function nextStart(chunk: OpenChunk, at: number): number {
  chunk.starts ??= findStarts(chunk);
  let low = 0;
  let high = chunk.starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((chunk.starts[middle] as number) < at) low = middle + 1;
    else high = middle;
  }
  return chunk.starts[low] ?? chunk.bytes.length;
}

/** The signature alone can be part of a value; a true record also repeats its size or starts with a fragment header. */
function findStarts(chunk: OpenChunk): number[] {
  const starts: number[] = [];
  for (let at = CHUNK_HEADER; at + RECORD_MINIMUM <= chunk.bytes.length; at++) {
    if (isSignature(chunk, at) && (hasCopy(chunk, at) || hasFragment(chunk, at))) starts.push(at);
  }
  return starts;
}

function isSignature({ bytes }: Chunk, at: number): boolean {
  return bytes[at] === 0x2a && bytes[at + 1] === 0x2a && bytes[at + 2] === 0 && bytes[at + 3] === 0;
}

function hasCopy({ bytes, view }: Chunk, at: number): boolean {
  const size = view.getUint32(at + 4, true);
  if (size < RECORD_MINIMUM || at + size > bytes.length) return false;
  return view.getUint32(at + size - 4, true) === size;
}

/** 0f 01 01 00: fragment header, version 1.1, no flags. */
function hasFragment({ view }: Chunk, at: number): boolean {
  return view.getUint32(at + RECORD_HEADER, true) === 0x0001010f;
}

const ZEROS = Buffer.alloc(CHUNK_SIZE);

/** At most a chunk's length. */
export function isZero(bytes: Buffer, from: number, to: number): boolean {
  return from >= to || bytes.compare(ZEROS, 0, to - from, from, to) === 0;
}

/** `ElfChnk` and a zero byte. */
const MAGIC = [0x45, 0x6c, 0x66, 0x43, 0x68, 0x6e, 0x6b, 0x00] as const;

export function isChunkMagic(bytes: Uint8Array, at: number): boolean {
  return MAGIC.every((byte, index) => bytes[at + index] === byte);
}
