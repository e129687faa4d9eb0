import { availableParallelism } from 'node:os';
import { UserError } from '../model/user-error.js';

/** More threads than this only cost memory: each holds a scanner and the rules. */
const MOST = 64;

/** `--jobs N`: 1 to 64; without it as many as there are cores. */
export function readJobs(given: string | undefined): number {
  if (given === undefined) return Math.min(MOST, availableParallelism());
  const jobs = Number(given);
  if (/^\d+$/.test(given) && jobs >= 1 && jobs <= MOST) return jobs;
  throw new UserError(`--jobs ${given} is not a number of threads`, `give 1 to ${MOST}`);
}
