import { workerData } from 'node:worker_threads';
import { type AheadTask, runAhead } from './sections-ahead.js';

/** A thread that scans sections of a file before the reading thread comes to them. */
runAhead(workerData as AheadTask);
