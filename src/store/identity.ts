import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';

/** By what a file is known again without reading it whole. */
export interface FileIdentity {
  /** Absolute path. */
  readonly file: string;
  readonly size: number;
  readonly mtimeNs: bigint;
  /** SHA-256 of the first and of the last 64 KiB: a log that was rotated or rewritten differs in one of them. */
  readonly head: string;
  readonly tail: string;
}

const END_BYTES = 64 * 1024;
const CHUNK = 1 << 20;

/** Identity and first bytes of a regular file; null for anything else, and for what cannot be read. */
export function identifyFile(path: string): { readonly identity: FileIdentity; readonly head: Uint8Array } | null {
  const file = resolve(path);
  try {
    const { size, mtimeNs } = statFile(file);
    const fd = openSync(file, 'r');
    try {
      const head = readAt(fd, 0, Math.min(size, END_BYTES));
      const tail = size <= END_BYTES ? head : readAt(fd, size - END_BYTES, END_BYTES);
      return { identity: { file, size, mtimeNs, head: sha256(head), tail: sha256(tail) }, head };
    } finally {
      closeSync(fd);
    }
  } catch {
    return null;
  }
}

/** Whether the file was left alone since it was identified: a log that grew while it was read is not kept. */
export function isUntouched({ file, size, mtimeNs }: FileIdentity): boolean {
  try {
    const now = statFile(file);
    return now.size === size && now.mtimeNs === mtimeNs;
  } catch {
    return false;
  }
}

/** SHA-256 of all its bytes; null when it cannot be read. */
export function hashContent(file: string): string | null {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(CHUNK);
  try {
    const fd = openSync(file, 'r');
    try {
      for (let got = readSync(fd, buffer); got > 0; got = readSync(fd, buffer)) hash.update(buffer.subarray(0, got));
    } finally {
      closeSync(fd);
    }
  } catch {
    return null;
  }
  return hash.digest('hex');
}

function statFile(file: string): { readonly size: number; readonly mtimeNs: bigint } {
  const stats = statSync(file, { bigint: true });
  // Opening a FIFO would wait for a writer.
  if (!stats.isFile()) throw new Error('not a regular file');
  return { size: Number(stats.size), mtimeNs: stats.mtimeNs };
}

function readAt(fd: number, offset: number, length: number): Uint8Array {
  const buffer = Buffer.alloc(length);
  let got = 0;
  while (got < length) {
    const n = readSync(fd, buffer, got, length - got, offset + got);
    if (n === 0) break;
    got += n;
  }
  return buffer.subarray(0, got);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Tells the case itself, which may lie among the evidence, and what SQLite keeps beside it, from evidence. */
export function isOfCase(caseFile: string): (path: string) => boolean {
  const names = ['', '-wal', '-shm', '-journal'].map((suffix) => basename(caseFile) + suffix);
  const folder = realFolder(caseFile);
  return (path) => names.includes(basename(path)) && realFolder(path) === folder;
}

function realFolder(path: string): string {
  try {
    return realpathSync(dirname(resolve(path)));
  } catch {
    return dirname(resolve(path));
  }
}
