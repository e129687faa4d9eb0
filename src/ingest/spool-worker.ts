import { parentPort, workerData } from 'node:worker_threads';
import type { GivenFacts } from './opened.js';
import { openBlockWriter } from './spool-blocks.js';
import { openControl } from './spool-control.js';
import { feedSpool } from './spool-feed.js';
import type { Given } from './spool-given.js';

/** Given to the thread that fills a spool. */
export interface SpoolTask {
  readonly given: Given;
  readonly fd: number;
  readonly shared: SharedArrayBuffer;
}

export type SpoolMessage = 'started' | { readonly facts: GivenFacts } | { readonly code: string };

const { given, fd, shared } = workerData as SpoolTask;
const control = openControl(shared);
const tell = (message: SpoolMessage): void => parentPort?.postMessage(message);
tell('started');
try {
  tell({ facts: await feedSpool(given, openBlockWriter(fd, control, true)) });
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  tell({ code: code ?? message });
} finally {
  // Whatever happens, the reader must not wait for ever.
  control.end();
}
// A pipe that was not read to its end would keep this thread alive.
process.exit();
