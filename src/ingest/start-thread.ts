import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type TransferListItem, Worker } from 'node:worker_threads';

/** Starts a thread; null where its file is not there, as under a TypeScript runner: the caller does the work itself. */
export function startThread(entry: URL, task: unknown, transfer: readonly TransferListItem[] = []): Worker | null {
  if (entry.protocol !== 'file:' || !existsSync(fileURLToPath(entry))) return null;
  return new Worker(entry, { workerData: task, transferList: [...transfer] });
}
