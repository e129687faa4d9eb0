import { parentPort, workerData } from 'node:worker_threads';
import { type HashTask, hashRange } from './hash-file.js';

/** A thread that hashes one file and ends. */
const { fd, size } = workerData as HashTask;
parentPort?.postMessage(hashRange(fd, size));
