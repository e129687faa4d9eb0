import { parentPort, workerData } from 'node:worker_threads';
import { inputReader } from '../read-evidence.js';
import { openRules } from '../rule/stored-rules.js';
import { builtCore } from './load-rules.js';
import { PARSERS } from './parsers.js';
import { type PoolTask, sharedProgress, takeInputs } from './read-pool.js';

/** A reading thread: takes inputs from the pool until none is left. */
const task = workerData as PoolTask;
const ruleSet = task.stored === null ? builtCore() : openRules(task.stored);
if (ruleSet === undefined) throw new Error('the built core pack is missing');
const read = inputReader(ruleSet.rules, PARSERS, sharedProgress(task));
await takeInputs(task, read, (answer) => parentPort?.postMessage(answer));
