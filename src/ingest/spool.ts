import type { GivenFacts, Opened, Trouble } from './opened.js';
import { openBlockWriter } from './spool-blocks.js';
import { BLOCK, newControl, type SpoolControl } from './spool-control.js';
import { feedSpool } from './spool-feed.js';
import { openSpoolFile } from './spool-file.js';
import type { Given } from './spool-given.js';
import { openSpoolReader } from './spool-reader.js';
import type { SpoolMessage, SpoolTask } from './spool-worker.js';
import { startThread } from './start-thread.js';

const WORKER = new URL('./spool-worker.js', import.meta.url);

/** A stream that goes, or went, to a temporary file once. */
export interface Spool {
  /** Bytes on the disk; what is still filled counts as nothing. */
  readonly storedBytes: () => number;
  /** Each reader goes its own way, but only one may read while the spool is filled. */
  open(): Opened;
  /** Stops filling it and gives its place on the disk back. */
  remove(): Promise<void>;
}

interface Filling {
  readonly facts: Promise<GivenFacts>;
  /** Resolves when nothing uses the descriptors any more. */
  halt(): Promise<unknown>;
}

/** Starts to spool, with at most `capBlocks` MiB on the disk. Throws when nothing can be read at all. */
export async function startSpool(given: Given, capBlocks: number): Promise<Spool> {
  const file = openSpoolFile();
  const control = newControl(capBlocks);
  const filling = await fill(given, file.fd, control).catch((error: unknown) => {
    file.remove();
    throw error;
  });
  filling.facts.catch(() => {});
  let isFinished = false;
  const remove = async (): Promise<void> => {
    control.stop();
    // A descriptor that is still written to must not be given to another file.
    await filling.halt();
    file.remove();
  };
  control.awaitWriter(() => control.written() > 0 || control.hasEnded());
  if (control.written() === 0) {
    try {
      await filling.facts;
    } catch (error) {
      await remove();
      throw error;
    }
  }
  return {
    storedBytes: () => (control.hasEnded() ? Math.min(control.written(), control.capBlocks() * BLOCK) : 0),
    open() {
      const opened = openSpooled(file.fd, control, filling.facts, isFinished);
      const finish = async (): Promise<GivenFacts> => {
        const facts = await opened.finish();
        isFinished = true;
        return facts;
      };
      return { ...opened, finish };
    },
    remove,
  };
}

async function fill(given: Given, fd: number, control: SpoolControl): Promise<Filling> {
  const task: SpoolTask = { given, fd, shared: control.shared };
  // What lies in memory would have to be copied into the thread first.
  const worker = given.kind === 'memory' ? null : startThread(WORKER, task);
  if (worker === null) {
    const facts = feedSpool(given, openBlockWriter(fd, control, false)).finally(() => control.end());
    await facts.catch(() => {});
    return { facts, halt: async () => {} };
  }
  let started: () => void = () => {};
  const hasStarted = new Promise<void>((done) => {
    started = done;
  });
  const facts = new Promise<GivenFacts>((done, fail) => {
    worker.on('message', (message: SpoolMessage) => {
      if (message === 'started') started();
      else if ('facts' in message) done(message.facts);
      else fail(Object.assign(new Error(message.code), { code: message.code }));
    });
    worker.once('error', fail);
    worker.once('exit', () => fail(new Error('the spooling thread ended early')));
  });
  worker.once('exit', () => control.end());
  // From here on this thread may block: the other one runs without its event loop.
  await Promise.race([hasStarted, facts]);
  return { facts, halt: () => worker.terminate() };
}

function openSpooled(fd: number, control: SpoolControl, facts: Promise<GivenFacts>, isWhole: boolean): Opened {
  const { bytes, forward, missed } = openSpoolReader(fd, control, isWhole);
  return {
    bytes,
    forward,
    shared: null,
    async finish() {
      control.release(Number.MAX_SAFE_INTEGER);
      const known = await facts.catch(brokenOff);
      const evicted = evictedTrouble(control, missed());
      return evicted === null ? known : { ...known, troubles: [...known.troubles, evicted] };
    },
    close: () => {},
  };
}

function brokenOff(error: unknown): GivenFacts {
  const { code, message } = error as NodeJS.ErrnoException;
  const note = `reading stopped (${code ?? message}); what was read of it is not hashed`;
  return {
    sha256: '',
    givenBytes: 0,
    troubles: [{ code: 'read-error', severity: 'data-loss', note, byteOffset: null }],
  };
}

function evictedTrouble(control: SpoolControl, missed: boolean): Trouble | null {
  const trouble = { code: 'spool-evicted', byteOffset: null };
  if (missed) {
    const note = 'parts had to be read again and were not there any more: raise --cache-limit';
    return { ...trouble, severity: 'data-loss', note };
  }
  if (control.written() <= control.capBlocks() * BLOCK) return null;
  return { ...trouble, severity: 'info', note: 'analysed, but cannot be opened again as a whole: raise --cache-limit' };
}
