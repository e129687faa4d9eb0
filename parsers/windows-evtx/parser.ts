import { type ByteInput, defineParser, type Head, type Interest, type Sink } from '../../src/parser/parser.js';
import { CHUNK_SIZE, isChunkMagic, isZero, readChunk } from './chunk.js';
import { crc32 } from './crc32.js';
import { type EvtxFile, openFile } from './open-chunk.js';

/** Size of the file header; chunks follow it. */
const HEADER_BLOCK = 4096;
const DIRTY = 0x1;
const FULL = 0x2;
const NO_CHECKSUM = 0x4;
/** `ElfFile` and a zero byte. */
const MAGIC = [0x45, 0x6c, 0x66, 0x46, 0x69, 0x6c, 0x65, 0x00] as const;

export default defineParser({
  id: 'windows-evtx',
  title: 'Windows event log (EVTX)',
  layer: 'hypervisor',
  reads: 'bytes',
  sniff: ({ bytes }: Head) =>
    isFileMagic(bytes) ? 1 : isChunkMagic(bytes, HEADER_BLOCK) || isChunkMagic(bytes, 0) ? 0.95 : 0,
  read: (input, _context, sink, interest) => readFile(input, sink, interest),
});

function isFileMagic(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, index) => bytes[index] === byte);
}

interface FileHeader {
  /** Where the first chunk starts. */
  readonly start: number;
  /** Chunks the header counts; null when it cannot be trusted. 16 bits, so it wraps beyond 4 GiB. */
  readonly chunks: number | null;
}

function readFile(input: ByteInput, sink: Sink, interest: Interest): void {
  const header = readHeader(input.read(0, HEADER_BLOCK), sink);
  const file = openFile(sink, interest);
  let chunks = 0;
  for (let at = header.start; at < input.size; ) {
    const block = readBlock(file, bufferOf(input.read(at, CHUNK_SIZE)), at);
    // An input that gives nothing before its end must not hold us up for ever.
    if (block.length === 0) break;
    if (block.isChunk) chunks++;
    at += block.length;
  }
  compareCount(header, chunks, sink);
}

function readHeader(bytes: Uint8Array, sink: Sink): FileHeader {
  const at = { line: null, byteOffset: 0, record: null };
  if (bytes.length < 128 || !isFileMagic(bytes)) {
    sink.issue('evtx-header', 'error', 'the file header is missing; chunks were searched for without it', at);
    return { start: isChunkMagic(bytes, 0) ? 0 : HEADER_BLOCK, chunks: null };
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = view.getUint32(120, true);
  const isGood = (flags & NO_CHECKSUM) !== 0 || crc32(bytes, 0, 120) === view.getUint32(124, true);
  if (!isGood) sink.issue('evtx-header', 'error', 'the checksum of the file header is wrong', at);
  if ((flags & DIRTY) !== 0) {
    const note = 'the log was not closed before it was copied: its newest records can be missing';
    sink.issue('evtx-dirty', 'info', note, at);
  }
  if ((flags & FULL) !== 0) sink.issue('evtx-full', 'info', 'the log had reached its maximum size', at);
  const start = view.getUint16(40, true);
  return { start: isGood && start >= 128 ? start : HEADER_BLOCK, chunks: isGood ? view.getUint16(42, true) : null };
}

interface BlockRead {
  readonly length: number;
  readonly isChunk: boolean;
}

/** One block of 64 KiB, or what there is up to the next chunk when a damaged file has lost its alignment. */
function readBlock(file: EvtxFile, block: Buffer, at: number): BlockRead {
  const position = { line: null, byteOffset: at, record: null };
  const bytes = block.subarray(0, nextChunk(block));
  if (isChunkMagic(bytes, 0)) {
    if (bytes.length < CHUNK_SIZE) {
      file.sink.issue('evtx-truncated-chunk', 'data-loss', 'a chunk is cut short: its end is missing', position);
    }
    readChunk(file, bytes, at);
    return { length: bytes.length, isChunk: true };
  }
  // Windows allocates ahead: unused blocks are zeros.
  if (isZero(bytes, 0, bytes.length)) return { length: bytes.length, isChunk: false };
  const count = readChunk(file, bytes, at);
  const note = 'a block of the file is not marked as a chunk; it was searched for records';
  file.sink.issue('evtx-chunk-magic', 'error', note, position);
  return { length: bytes.length, isChunk: count > 0 };
}

/** The same bytes, with the searches of a Buffer. */
function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const CHUNK_MAGIC = Buffer.from('ElfChnk\0', 'latin1');

/** Where in the block another chunk starts; its end when there is none. */
function nextChunk(bytes: Buffer): number {
  for (let at = bytes.indexOf(CHUNK_MAGIC, 1); at > 0; at = bytes.indexOf(CHUNK_MAGIC, at + 1)) {
    if (isHeaderLike(bytes, at)) return at;
  }
  return bytes.length;
}

/** The magic alone could be part of a value; the size of the header (128) and room for it tell. */
function isHeaderLike(bytes: Uint8Array, at: number): boolean {
  return at + 44 > bytes.length || (bytes[at + 40] === 128 && bytes[at + 41] === 0 && bytes[at + 42] === 0);
}

function compareCount(header: FileHeader, chunks: number, sink: Sink): void {
  if (header.chunks === null || header.chunks === chunks || chunks > 0xffff) return;
  const at = { line: null, byteOffset: 42, record: null };
  if (header.chunks < chunks) {
    sink.issue('evtx-chunk-count', 'info', 'the file holds more chunks than its header counts; all were read', at);
  } else {
    sink.issue('evtx-chunk-missing', 'data-loss', 'the file holds fewer chunks than its header counts', at);
  }
}
