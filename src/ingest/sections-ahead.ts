import { readSync } from 'node:fs';
import { MessageChannel, type MessagePort, receiveMessageOnPort, type Worker } from 'node:worker_threads';
import type { LineScanner, ScannerOptions } from '../scan/line-scanner.js';
import { scanSection } from '../scan/scan-section.js';
import { type Section, sectionBuffers } from '../scan/section.js';
import { createLineScanner } from '../scan/wasm-scanner.js';
import type { ScanInput } from '../scan/window.js';
import { startThread } from './start-thread.js';

/** A file that several threads may read: a descriptor is good in all of them. */
export interface SharedFile {
  readonly fd: number;
  readonly size: number;
}

/** Given to each thread when it starts. */
export interface AheadTask {
  readonly file: SharedFile;
  /** Offset of the first section, and how long each is. */
  readonly start: number;
  readonly size: number;
  readonly scanner: ScannerOptions;
  readonly sample: Uint8Array;
  readonly port: MessagePort;
  readonly shared: SharedArrayBuffer;
}

interface Scanned {
  readonly number: number;
  /** Null when the thread could not scan it: the reading thread does it again. */
  readonly section: Section | null;
}

/** Places of 32-bit numbers that all threads share: next section nobody took, sections given back, sections used up, whether to stop. */
const TAKEN = 0;
const READY = 1;
const USED = 2;
const STOP = 3;

const WORKER = new URL('./section-worker.js', import.meta.url);

/** Sections scanned before they are used: bounds memory where every line is selected (6 MB of spans each). */
const LOOK_AHEAD = 8;
/** A thread that gives nothing for so long is given up; its section is scanned here. */
const PATIENCE_MS = 10_000;

/**
 * Scans the sections of a file in this thread and in `threads` others. Which thread scanned a section cannot be told from
 * the result. Null when no thread could be started.
 */
export function sectionsAhead(
  task: Omit<AheadTask, 'port' | 'shared'>,
  threads: number,
  input: ScanInput,
  scanner: LineScanner,
): Iterable<Section> | null {
  const shared = new SharedArrayBuffer(16);
  const control = new Int32Array(shared);
  const started = Array.from({ length: threads }, () => startOne({ ...task, shared })).filter((one) => one !== null);
  if (started.length === 0) return null;
  const scanned = new Map<number, Section | null>();
  const collect = (): void => {
    for (const { port } of started)
      for (let got = receiveMessageOnPort(port); got !== undefined; got = receiveMessageOnPort(port)) {
        const { number, section } = got.message as Scanned;
        scanned.set(number, section);
      }
  };
  const scanHere = (number: number): Section => scanNumbered(task, number, input, scanner);
  const take = (number: number): Section => {
    for (;;) {
      const ready = Atomics.load(control, READY);
      collect();
      const known = scanned.get(number);
      if (known !== undefined) return known ?? scanHere(number);
      const own = takeNext(control, task, number);
      if (own !== null) scanned.set(own, scanHere(own));
      else if (Atomics.wait(control, READY, ready, PATIENCE_MS) === 'timed-out') return scanHere(number);
    }
  };
  const used = (number: number): void => {
    scanned.delete(number);
    Atomics.store(control, USED, number + 1);
    Atomics.notify(control, USED);
  };
  const stop = (): void => {
    Atomics.store(control, STOP, 1);
    // Changed as well, so that a thread about to wait for it does not.
    Atomics.add(control, USED, LOOK_AHEAD);
    Atomics.notify(control, USED);
    for (const { port, worker } of started) {
      port.close();
      worker.unref();
    }
  };
  return inOrder(Math.ceil((task.file.size - task.start) / task.size), take, used, stop);
}

/** Sections in which nothing starts are passed over: a record of the one before runs through them. */
function* inOrder(
  count: number,
  take: (number: number) => Section,
  used: (number: number) => void,
  stop: () => void,
): Generator<Section> {
  try {
    for (let number = 0; number < count; number++) {
      const section = take(number);
      if (section.end > section.start) yield section;
      used(number);
    }
  } finally {
    stop();
  }
}

function startOne(task: Omit<AheadTask, 'port'>): { readonly port: MessagePort; readonly worker: Worker } | null {
  const { port1: port, port2: theirs } = new MessageChannel();
  const worker = startThread(WORKER, { ...task, port: theirs }, [theirs]);
  if (worker !== null) return { port, worker };
  port.close();
  return null;
}

function scanNumbered(
  { start, size }: Pick<AheadTask, 'start' | 'size'>,
  number: number,
  input: ScanInput,
  scanner: LineScanner,
): Section {
  const from = start + number * size;
  return scanSection(input, from, from + size, scanner, { startsHere: number === 0 });
}

/** The next section that nobody took, unless it is too far ahead of the one that is waited for, or there is none. */
function takeNext(
  control: Int32Array,
  { file, start, size }: Pick<AheadTask, 'file' | 'start' | 'size'>,
  used: number,
): number | null {
  for (;;) {
    const next = Atomics.load(control, TAKEN);
    if (next >= used + LOOK_AHEAD || start + next * size >= file.size) return null;
    if (Atomics.compareExchange(control, TAKEN, next, next + 1) === next) return next;
  }
}

/** What a thread of its own does: scans sections until none is left or nobody wants them. */
export function runAhead(task: AheadTask): void {
  const control = new Int32Array(task.shared);
  const scanner = createLineScanner(task.scanner);
  if (scanner === null) return;
  scanner.tune(task.sample);
  const input = fileInput(task.file);
  while (Atomics.load(control, STOP) === 0) {
    const used = Atomics.load(control, USED);
    const number = takeNext(control, task, used);
    if (number === null) {
      if (task.start + Atomics.load(control, TAKEN) * task.size >= task.file.size) return;
      Atomics.wait(control, USED, used);
      continue;
    }
    give(task.port, number, () => scanNumbered(task, number, input, scanner));
    Atomics.add(control, READY, 1);
    Atomics.notify(control, READY);
  }
}

function give(port: MessagePort, number: number, scan: () => Section): void {
  try {
    const section = scan();
    port.postMessage({ number, section } satisfies Scanned, sectionBuffers(section));
  } catch {
    // A file that cannot be read any more: the reading thread meets the same trouble, and reports it.
    port.postMessage({ number, section: null } satisfies Scanned);
  }
}

function fileInput({ fd, size }: SharedFile): ScanInput {
  const readInto = (target: Uint8Array, offset: number): number => {
    const wanted = Math.max(0, Math.min(target.length, size - offset));
    return wanted === 0 ? 0 : readSync(fd, target, 0, wanted, offset);
  };
  return {
    size,
    readInto,
    read(offset, length) {
      const buffer = Buffer.allocUnsafe(length);
      return buffer.subarray(0, readInto(buffer, offset));
    },
  };
}
