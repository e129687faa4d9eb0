import { parentPort, workerData } from 'node:worker_threads';
import { inputReader } from '../read-evidence.js';
import { openInThread } from './load-rules.js';
import { PARSERS } from './parsers.js';
import { sharedProgress, takeInputs, type WorkerTask } from './read-pool.js';

/** A reading thread: takes inputs from the pool until none is left. */
const task = workerData as WorkerTask;
const read = inputReader(openInThread(task.rules).rules, PARSERS, sharedProgress(task));
await takeInputs(task, read, (answer) => parentPort?.postMessage(answer));
