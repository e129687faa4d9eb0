import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Input } from '../ingest/discover.js';
import type { InputReading } from '../model/reading.js';
import type { EvidenceProgress, ReadInput } from '../read-evidence.js';
import type { StoredRules } from '../rule/stored-rules.js';

/** Given to a worker when it starts; `inputs` in the order in which they are taken. */
export interface PoolTask {
  readonly readPool: true;
  readonly inputs: readonly NumberedInput[];
  readonly stored: StoredRules | null;
  /** One counter: the next input that nobody has taken yet. */
  readonly taken: SharedArrayBuffer;
}

export interface NumberedInput {
  readonly input: Input;
  readonly index: number;
}

export interface PoolAnswer {
  readonly index: number;
  readonly reading: InputReading;
}

/** Below this a second thread costs more than it saves: it loads the program and the rules in 0.1 s. */
const POOL_FROM = 32 * 2 ** 20;
const WORKER = new URL('./read-worker.js', import.meta.url);

/**
 * Reads the inputs in up to `jobs` threads, this one among them. Each takes the largest input left, so no thread waits
 * for orders; what comes out depends on the inputs alone, so it is the same for any number of threads.
 */
export async function readWithPool(
  inputs: readonly Input[],
  read: ReadInput,
  stored: StoredRules | null,
  jobs: number,
  progress: EvidenceProgress,
): Promise<readonly InputReading[]> {
  const ordered = inputs
    .map((input, index) => ({ input, index, size: sizeOf(input) }))
    .sort((a, b) => b.size - a.size || a.index - b.index);
  const total = ordered.reduce((sum, { size }) => sum + size, 0);
  const threads = total < POOL_FROM || !existsSync(fileURLToPath(WORKER)) ? 1 : Math.min(jobs, inputs.length);
  const readings = new Array<InputReading | undefined>(inputs.length).fill(undefined);
  const taken = new SharedArrayBuffer(4);
  const task: PoolTask = {
    readPool: true,
    inputs: ordered.map(({ input, index }) => ({ input, index })),
    stored,
    taken,
  };
  const others = Array.from({ length: threads - 1 }, () =>
    runWorker(task, ({ index, reading }) => {
      readings[index] = reading;
    }),
  );
  let done = 0;
  for await (const { index, reading } of takeInputs(task, read, (path) => progress(path, done++, inputs.length)))
    readings[index] = reading;
  await Promise.all(others);
  return readings.map((reading, index) => {
    if (reading === undefined) throw new Error(`nobody read input ${index}`);
    return reading;
  });
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
export async function* takeInputs(
  { inputs, taken }: PoolTask,
  read: ReadInput,
  progress: (path: string) => void,
): AsyncGenerator<PoolAnswer> {
  const counter = new Int32Array(taken);
  for (;;) {
    const next = inputs[Atomics.add(counter, 0, 1)];
    if (next === undefined) return;
    progress(next.input.path);
    yield { index: next.index, reading: await read(next.input, next.index) };
  }
}

function runWorker(task: PoolTask, answer: (answer: PoolAnswer) => void): Promise<void> {
  return new Promise((done, fail) => {
    const worker = new Worker(WORKER, { workerData: task });
    worker.on('message', answer);
    worker.once('error', fail);
    worker.once('exit', (code) => (code === 0 ? done() : fail(new Error(`a reading thread ended with ${code}`))));
  });
}
