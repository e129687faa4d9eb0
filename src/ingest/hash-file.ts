import { createHash } from 'node:crypto';
import { readSync } from 'node:fs';
import { startThread } from './start-thread.js';

/** Below this a second thread costs more than it saves (it starts in about 15 ms, and hashing runs at 2 GB/s). */
const WORKER_FROM = 64 * 2 ** 20;
const CHUNK = 1 << 20;
const WORKER = new URL('./hash-file-worker.js', import.meta.url);

/** A hash and how many bytes it is of. */
export interface HashedRange {
  readonly sha256: string;
  readonly bytes: number;
}

/** Given to the thread that hashes. A descriptor is good in every thread; a name may lead to another file by then. */
export interface HashTask {
  readonly fd: number;
  readonly size: number;
}

export interface HashBeside {
  readonly result: Promise<HashedRange>;
  /** Resolves when the descriptor is not used any more. */
  halt(): Promise<unknown>;
}

/** SHA-256 of a file's first bytes, beside whatever the calling thread does; null when the file is too small for that to pay. */
export function hashBeside(fd: number, size: number): HashBeside | null {
  const task: HashTask = { fd, size };
  const worker = size < WORKER_FROM ? null : startThread(WORKER, task);
  if (worker === null) return null;
  const result = new Promise<HashedRange>((done, fail) => {
    worker.once('message', done);
    worker.once('error', fail);
  });
  // Asked for only at the end: a failure until then must not count as unhandled.
  result.catch(() => {});
  return { result, halt: () => worker.terminate() };
}

export function hashRange(fd: number, size: number): HashedRange {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafeSlow(CHUNK);
  let bytes = 0;
  while (bytes < size) {
    const got = readSync(fd, buffer, 0, Math.min(CHUNK, size - bytes), bytes);
    if (got === 0) break;
    hash.update(got === CHUNK ? buffer : buffer.subarray(0, got));
    bytes += got;
  }
  return { sha256: hash.digest('hex'), bytes };
}
