import { parentPort, workerData } from 'node:worker_threads';
import { inputReader } from '../read-evidence.js';
import { openRules } from '../rule/stored-rules.js';
import { builtCore } from './load-rules.js';
import { PARSERS } from './parsers.js';
import { type PoolTask, takeInputs } from './read-pool.js';

/** A reading thread: takes inputs from the pool until none is left. */
const task = workerData as PoolTask;
const ruleSet = task.stored === null ? builtCore() : openRules(task.stored);
if (ruleSet === undefined) throw new Error('the built core pack is missing');
for await (const answer of takeInputs(task, inputReader(ruleSet.rules, PARSERS), () => {}))
  parentPort?.postMessage(answer);
