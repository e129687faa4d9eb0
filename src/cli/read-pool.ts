import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Input } from '../ingest/discover.js';
import type { InputReading } from '../model/reading.js';
import type { ReadInput, ReadProgress } from '../read-evidence.js';
import type { RulesForThreads } from './load-rules.js';
import type { Progressed } from './progress.js';

/** What all threads share. */
export interface PoolTask {
  /** In the order in which they are taken. */
  readonly inputs: readonly NumberedInput[];
  /** The two counters, common to all threads. */
  readonly shared: SharedArrayBuffer;
}

interface NumberedInput {
  readonly input: Input;
  readonly index: number;
  /** Threads that may work on it: its share of the bytes, so that one large file among small ones is not read by one. */
  readonly threads: number;
}

/** Given to a worker when it starts. */
export interface WorkerTask extends PoolTask {
  readonly rules: RulesForThreads;
}

export interface PoolAnswer {
  readonly index: number;
  readonly reading: InputReading;
}

/** Two 64-bit counters: inputs taken so far, bytes read so far. */
const TAKEN = 0;
const BYTES = 1;

/** Below this a second thread costs more than it saves: it loads the program and the rules in 0.1 s. */
const POOL_FROM = 32 * 2 ** 20;
const WORKER = new URL('./read-worker.js', import.meta.url);

export interface PoolOptions {
  readonly inputs: readonly Input[];
  /** Makes the reader of this thread. */
  readonly reader: (progress: ReadProgress) => ReadInput;
  readonly rulesForThreads: () => RulesForThreads;
  readonly jobs: number;
  readonly show: (progress: Progressed) => void;
}

/**
 * Reads the inputs in up to `jobs` threads, this one among them. Each takes the largest input left, so no thread waits
 * for orders; what comes out depends on the inputs alone, so it is the same for any number of threads.
 */
export async function readWithPool({
  inputs,
  reader,
  rulesForThreads,
  jobs,
  show,
}: PoolOptions): Promise<InputReading[]> {
  const ordered = inputs
    .map((input, index) => ({ input, index, size: sizeOf(input) }))
    .sort((a, b) => b.size - a.size || a.index - b.index);
  const ofBytes = ordered.reduce((sum, { size }) => sum + size, 0);
  const threads = ofBytes < POOL_FROM || !existsSync(fileURLToPath(WORKER)) ? 1 : Math.min(jobs, inputs.length);
  const task: PoolTask = {
    inputs: ordered.map(({ input, index, size }) => ({ input, index, threads: shareOf(size, ofBytes, jobs) })),
    shared: new SharedArrayBuffer(16),
  };
  const readings = new Map<number, InputReading>();
  const answer = ({ index, reading }: PoolAnswer): void => void readings.set(index, reading);
  const others = threads > 1 ? startWorkers(threads - 1, { ...task, rules: rulesForThreads() }, answer) : [];
  const progress = sharedProgress(task, (path, files, bytes) =>
    show({ path, files: Math.min(files, inputs.length), ofFiles: inputs.length, bytes, ofBytes }),
  );
  const waiting = setInterval(() => progress.bytes(0), 200);
  try {
    await takeInputs(task, reader(progress), answer);
    await Promise.all(others);
  } finally {
    clearInterval(waiting);
  }
  return inputs.map((input, index) => {
    const reading = readings.get(index);
    if (reading === undefined) throw new Error(`nobody read ${input.path}`);
    return reading;
  });
}

function shareOf(size: number, ofBytes: number, jobs: number): number {
  return Math.max(1, Math.round((size / Math.max(1, ofBytes)) * jobs));
}

/** Counts what this thread reads together with what the others read. */
export function sharedProgress(
  { shared }: PoolTask,
  show: (path: string, files: number, bytes: number) => void = () => {},
): ReadProgress {
  const counters = new BigInt64Array(shared);
  let current = '';
  return {
    begin(path) {
      current = path;
    },
    bytes(count) {
      Atomics.add(counters, BYTES, BigInt(count));
      show(current, Number(Atomics.load(counters, TAKEN)), Number(Atomics.load(counters, BYTES)));
    },
  };
}

/** Standard input is read by this thread, and first: its size is not known, and it may be large. */
function sizeOf(input: Input): number {
  if (input.kind === 'stdin') return Number.MAX_SAFE_INTEGER / 2 ** 20;
  if (input.kind === 'memory') return input.content.length;
  try {
    return statSync(input.file).size;
  } catch {
    return 0;
  }
}

/** Takes one input after another until none is left. */
export async function takeInputs(
  { inputs, shared }: PoolTask,
  read: ReadInput,
  answer: (answer: PoolAnswer) => void,
): Promise<void> {
  const counters = new BigInt64Array(shared);
  for (;;) {
    const next = inputs[Number(Atomics.add(counters, TAKEN, 1n))];
    if (next === undefined) return;
    answer({ index: next.index, reading: await read(next.input, next.index, { hash: true, threads: next.threads }) });
  }
}

function startWorkers(count: number, task: WorkerTask, answer: (answer: PoolAnswer) => void): Promise<void>[] {
  return Array.from({ length: count }, () => runWorker(task, answer));
}

function runWorker(task: WorkerTask, answer: (answer: PoolAnswer) => void): Promise<void> {
  return new Promise((done, fail) => {
    const worker = new Worker(WORKER, { workerData: task });
    worker.on('message', answer);
    worker.once('error', fail);
    worker.once('exit', (code) => (code === 0 ? done() : fail(new Error(`a reading thread ended with ${code}`))));
  });
}
