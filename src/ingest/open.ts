import { createHash, type Hash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  fstatSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip, type Gunzip } from 'node:zlib';
import type { ByteInput } from '../parser/parser.js';
import type { Input } from './discover.js';
import { hashBeside } from './hash-file.js';

/** One opened source: bytes at random access, whatever it came from. */
export interface Opened {
  readonly bytes: ByteInput;
  /** SHA-256 of the source as it was given (compressed bytes of a .gz). Reads what is left if need be. */
  sha256(): string | Promise<string>;
  /** Size of the source as it was given. */
  readonly givenBytes: number;
  readonly compressed: boolean;
  /** Set when decompression ended early: what is there was read. */
  readonly damage: { readonly code: string; readonly note: string; readonly byteOffset: number } | null;
  close(): void;
}

/** A decompressed member may not outgrow this: 1 TiB stops a bomb long after any real log partition ended. */
const DECOMPRESSED_LIMIT = 2 ** 40;
/** Real logs compress to about a tenth, long repetitive ones to a hundredth; a bomb reaches a thousandth. */
const RATIO_LIMIT = 400;
const RATIO_FLOOR = 256 * 2 ** 20;

export async function openInput(input: Input): Promise<Opened> {
  if (input.kind === 'memory')
    return isGzip(input.content) ? spool(Readable.from([Buffer.from(input.content)])) : openMemory(input.content);
  if (input.kind === 'stdin') return spool(process.stdin);
  // Opening a FIFO would wait for a writer that may never come.
  const stats = statSync(input.file);
  if (!stats.isFile()) throw Object.assign(new Error('not a regular file'), { code: 'not a regular file' });
  const fd = openSync(input.file, 'r');
  const magic = Buffer.alloc(2);
  readSync(fd, magic, 0, 2, 0);
  if (isGzip(magic)) {
    closeSync(fd);
    return spool(createReadStream(input.file), stats.size);
  }
  return openFile(fd, stats.size, hashBeside(input.file, stats.size));
}

/** RFC 1952: ID1 31, ID2 139. */
function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function openMemory(content: Uint8Array): Opened {
  return {
    bytes: { size: content.length, read: (offset, length) => content.subarray(offset, offset + length) },
    sha256: () => createHash('sha256').update(content).digest('hex'),
    givenBytes: content.length,
    compressed: false,
    damage: null,
    close: () => {},
  };
}

/** Hashes while the parser reads; a parser that jumps (EVTX) costs one more pass over the file. */
function openFile(fd: number, size: number, beside: Promise<string> | null = null): Opened {
  let hash: Hash = createHash('sha256');
  let hashed = 0;
  let buffer = Buffer.alloc(0);
  const read = (offset: number, length: number): Uint8Array => {
    if (buffer.length < length) buffer = Buffer.alloc(length);
    const got = readFully(fd, buffer, Math.max(0, Math.min(length, size - offset)), offset);
    const bytes = buffer.subarray(0, got);
    if (beside === null && offset <= hashed && offset + got > hashed) {
      hash.update(bytes.subarray(hashed - offset));
      hashed = offset + got;
    }
    return bytes;
  };
  return {
    bytes: { size, read },
    sha256: () => {
      if (beside !== null) return beside;
      while (hashed < size) {
        const before = hashed;
        read(hashed, 1 << 22);
        if (hashed === before) break;
      }
      const digest = hash.digest('hex');
      hash = createHash('sha256');
      return digest;
    },
    givenBytes: size,
    compressed: false,
    damage: null,
    close: () => closeSync(fd),
  };
}

function readFully(fd: number, buffer: Buffer, length: number, offset: number): number {
  let got = 0;
  while (got < length) {
    const n = readSync(fd, buffer, got, length - got, offset + got);
    if (n === 0) break;
    got += n;
  }
  return got;
}

/** Input that cannot be read twice or at random (a pipe, a .gz) goes to a temporary file once. */
async function spool(stream: Readable, givenSize: number | null = null): Promise<Opened> {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-'));
  const fd = openSync(join(folder, 'spool'), 'w+');
  // Gone from the folder at once where the system allows it, so that an interrupted run leaves nothing behind.
  tryRemove(folder);
  const remove = (): void => {
    closeSync(fd);
    tryRemove(folder);
  };
  try {
    const spooled = await pump(stream, fd);
    const opened = openFile(fd, fstatSync(fd).size);
    return {
      bytes: opened.bytes,
      sha256: () => spooled.sha256,
      givenBytes: givenSize ?? spooled.given,
      compressed: spooled.compressed,
      damage: spooled.damage,
      close: remove,
    };
  } catch (error) {
    remove();
    throw error;
  }
}

function tryRemove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // Windows keeps a file that is open; it is removed when it is closed.
  }
}

interface Spooled {
  readonly sha256: string;
  readonly given: number;
  readonly compressed: boolean;
  readonly damage: Opened['damage'];
}

/**
 * Chunks are taken in `data` events, as zlib produces them: a stream that errors (a cut .gz) throws away what it
 * still buffers, and the last readable lines of a truncated log are often the ones that matter.
 */
function pump(stream: Readable, fd: number): Promise<Spooled> {
  return new Promise((done, fail) => {
    const hash = createHash('sha256');
    let given = 0;
    let written = 0;
    let gunzip: Gunzip | null = null;
    let started = false;
    const finish = (damage: Opened['damage']): void => {
      stream.destroy();
      done({ sha256: hash.digest('hex'), given, compressed: gunzip !== null, damage });
    };
    const write = (chunk: Buffer): void => {
      written += chunk.length;
      writeFully(fd, chunk);
      if (gunzip !== null && isBomb(written, given)) {
        gunzip.removeAllListeners('data');
        finish({
          code: 'decompression-limit',
          note: `decompressed data outgrew its source ${RATIO_LIMIT} times: read up to here`,
          byteOffset: written,
        });
      }
    };
    stream.on('data', (chunk: Buffer) => {
      if (!started) {
        started = true;
        if (isGzip(chunk)) gunzip = startGunzip(write, finish, () => written, stream);
      }
      hash.update(chunk);
      given += chunk.length;
      if (gunzip === null) write(chunk);
      else if (!gunzip.write(chunk)) stream.pause();
    });
    stream.on('error', fail);
    stream.on('end', () => (gunzip === null ? finish(null) : gunzip.end()));
  });
}

function startGunzip(
  write: (chunk: Buffer) => void,
  finish: (damage: Opened['damage']) => void,
  written: () => number,
  stream: Readable,
): Gunzip {
  const gunzip = createGunzip();
  gunzip.on('data', write);
  gunzip.on('drain', () => stream.resume());
  gunzip.on('end', () => finish(null));
  gunzip.on('error', (error: NodeJS.ErrnoException) =>
    finish({
      code: 'gzip-damaged',
      note: `decompression stopped (${error.code ?? error.message}): read up to here`,
      byteOffset: written(),
    }),
  );
  return gunzip;
}

function isBomb(written: number, given: number): boolean {
  return written > DECOMPRESSED_LIMIT || (written > RATIO_FLOOR && written > given * RATIO_LIMIT);
}

function writeFully(fd: number, chunk: Buffer): void {
  let done = 0;
  while (done < chunk.length) done += writeSync(fd, chunk, done);
}
