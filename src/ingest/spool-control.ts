/** Spooled data is written and overwritten in blocks of 1 MiB. */
export const BLOCK = 1 << 20;
/** So far behind the furthest byte a reader may always go back: sections of a log are scanned 64 MiB ahead. */
export const KEPT_BEHIND = 96 * BLOCK;
/** What a stream may hold whatever the limit: what its reader may go back to, and room to fill meanwhile. */
export const LEAST_BLOCKS = 128;

/** Bytes ready to be read. */
const WRITTEN = 0;
/** Bytes below this may be overwritten. */
const RELEASED = 1;
/** Blocks the file may hold; block `n` lies at place `n % CAP`. */
const CAP = 2;
/** 1: nothing more will be written. */
const ENDED = 3;
/** 1: nobody will read any more. */
const STOPPED = 4;
/** Grows with every change of the writer, and of the reader: what the other one waits on. */
const WRITER_TURN = 5;
const READER_TURN = 6;
const WORDS = 7;

/**
 * What the thread that fills a spool and the thread that reads it tell each other. Both take note of the turn before
 * they look at the other words, so a change in between ends their waiting at once.
 */
export interface SpoolControl {
  readonly shared: SharedArrayBuffer;
  readonly written: () => number;
  readonly released: () => number;
  readonly capBlocks: () => number;
  readonly hasEnded: () => boolean;
  readonly isStopped: () => boolean;
  publish(written: number): void;
  shrink(capBlocks: number): void;
  end(): void;
  release(below: number): void;
  stop(): void;
  /** Waits until the writer, or the reader, has got so far that `isDone`. */
  awaitWriter(isDone: () => boolean): void;
  awaitReader(isDone: () => boolean): void;
}

export function newControl(capBlocks: number): SpoolControl {
  const control = openControl(new SharedArrayBuffer(WORDS * BigInt64Array.BYTES_PER_ELEMENT));
  control.shrink(Math.max(LEAST_BLOCKS, capBlocks));
  return control;
}

export function openControl(shared: SharedArrayBuffer): SpoolControl {
  const words = new BigInt64Array(shared);
  const load = (word: number): number => Number(Atomics.load(words, word));
  const store = (word: number, value: number, turn: number): void => {
    Atomics.store(words, word, BigInt(value));
    Atomics.add(words, turn, 1n);
    Atomics.notify(words, turn);
  };
  const wait = (turn: number, isDone: () => boolean): void => {
    for (;;) {
      const seen = Atomics.load(words, turn);
      if (isDone()) return;
      Atomics.wait(words, turn, seen);
    }
  };
  return {
    shared,
    written: () => load(WRITTEN),
    released: () => load(RELEASED),
    capBlocks: () => load(CAP),
    hasEnded: () => load(ENDED) === 1,
    isStopped: () => load(STOPPED) === 1,
    publish: (written) => store(WRITTEN, written, WRITER_TURN),
    shrink: (capBlocks) => store(CAP, capBlocks, WRITER_TURN),
    end: () => store(ENDED, 1, WRITER_TURN),
    release: (below) => store(RELEASED, below, READER_TURN),
    stop: () => store(STOPPED, 1, READER_TURN),
    awaitWriter: (isDone) => wait(WRITER_TURN, isDone),
    awaitReader: (isDone) => wait(READER_TURN, isDone),
  };
}
