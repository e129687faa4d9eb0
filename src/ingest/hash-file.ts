import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

/** Below this a second thread costs more than it saves (it starts in about 15 ms, and hashing runs at 2 GB/s). */
const WORKER_FROM = 64 * 2 ** 20;
const CHUNK = 1 << 20;

/** SHA-256 of a file, beside whatever the calling thread does; null when the file is too small for that to pay. */
export function hashBeside(file: string, size: number): Promise<string> | null {
  // Under a TypeScript runner this module is no JavaScript file that a worker could load.
  if (size < WORKER_FROM || !import.meta.url.endsWith('.js')) return null;
  return new Promise((done, fail) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { hashFile: file } });
    worker.once('message', done);
    worker.once('error', fail);
  });
}

export function hashFile(file: string): string {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(CHUNK);
  const fd = openSync(file, 'r');
  try {
    for (let got = readSync(fd, buffer); got > 0; got = readSync(fd, buffer)) hash.update(buffer.subarray(0, got));
  } finally {
    closeSync(fd);
  }
  return hash.digest('hex');
}

const task = workerData as { readonly hashFile?: string } | null;
if (!isMainThread && typeof task?.hashFile === 'string') parentPort?.postMessage(hashFile(task.hashFile));
