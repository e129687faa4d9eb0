import { readSync } from 'node:fs';
import type { ByteInput } from '../parser/parser.js';
import { BLOCK, KEPT_BEHIND, type SpoolControl } from './spool-control.js';

/** A source of less than this has its size from the start: small sources behave as files do. */
export const SIZED_BELOW = 8 * BLOCK;
/** A read of more than this waits for the end first, to ask for no more memory than there are bytes. */
const LARGE_READ = 64 * BLOCK;
/** So many empty reads on end mean a reader that does not see the end. */
const EMPTY_READS = 10_000;
const EMPTY = new Uint8Array(0);

export interface SpoolReader {
  readonly bytes: ByteInput;
  readonly forward: ByteInput;
  /** Something was asked for that had been overwritten. */
  readonly missed: () => boolean;
}

/**
 * Reads a spool while it is filled: waits for what is not there yet, and releases what it has left behind. `isWhole`: it
 * was read to its end before.
 */
export function openSpoolReader(fd: number, control: SpoolControl, isWhole: boolean): SpoolReader {
  let buffer = Buffer.alloc(0);
  let furthest = 0;
  let sawEnd = false;
  let missed = false;
  let empty = 0;
  const pass = (offset: number): void => {
    if (offset <= furthest) return;
    furthest = offset;
    const below = furthest - KEPT_BEHIND;
    if (below - control.released() >= BLOCK) control.release(below);
  };
  const readyAt = (offset: number): number => {
    const ready = (): number => control.written() - offset;
    if (ready() <= 0) {
      // Asking for it releases what lies far behind it: otherwise both sides would wait.
      pass(offset);
      control.awaitWriter(() => ready() > 0 || control.hasEnded());
    }
    return Math.max(0, ready());
  };
  const waitForEnd = (): number => {
    if (!control.hasEnded()) {
      control.release(Number.MAX_SAFE_INTEGER);
      control.awaitWriter(control.hasEnded);
    }
    sawEnd = true;
    return control.written();
  };
  const fill = (offset: number, length: number): Uint8Array => {
    if (buffer.length < length) buffer = Buffer.allocUnsafeSlow(length);
    let got = 0;
    while (got < length) {
      const at = offset + got;
      const ready = readyAt(at);
      if (ready === 0) sawEnd = true;
      if (ready === 0) break;
      const n = readSlot(fd, control, buffer.subarray(got, got + Math.min(length - got, ready)), at);
      if (n === 0) break;
      got += n;
      pass(at + n);
    }
    return buffer.subarray(0, got);
  };
  const read = (offset: number, length: number): Uint8Array => {
    if (!(offset >= 0 && offset < Number.POSITIVE_INFINITY && length > 0)) return EMPTY;
    const wanted = length <= LARGE_READ ? length : Math.min(length, Math.max(0, waitForEnd() - offset));
    if (offset < firstKept(control, offset, sawEnd)) {
      missed = true;
      return EMPTY;
    }
    const bytes = fill(offset, wanted);
    empty = bytes.length === 0 ? empty + 1 : 0;
    if (empty > EMPTY_READS) throw new Error('read on and on behind the end');
    return bytes;
  };
  // Small sources are waited for, so that what depends on their size is as with a file.
  control.awaitWriter(() => control.written() > SIZED_BELOW || control.hasEnded());
  sawEnd = isWhole || control.written() <= SIZED_BELOW;
  return {
    bytes: {
      get size() {
        return waitForEnd();
      },
      read,
    },
    forward: {
      get size() {
        return sawEnd ? control.written() : Number.POSITIVE_INFINITY;
      },
      read,
    },
    missed: () => missed,
  };
}

/** Up to the end of the file's place for it: beyond the limit the next block lies at the file's start. */
function readSlot(fd: number, control: SpoolControl, into: Buffer, at: number): number {
  const cap = control.capBlocks() * BLOCK;
  const place = at % cap;
  return readSync(fd, into, 0, Math.min(into.length, cap - place), place);
}

/**
 * Offset below which blocks are gone. Before the reader came to the end this does not depend on how far the writer has
 * got by chance: of a stream longer than its place, everything released counts as gone.
 */
function firstKept(control: SpoolControl, offset: number, sawEnd: boolean): number {
  const cap = control.capBlocks() * BLOCK;
  if (sawEnd) return Math.max(0, Math.ceil(control.written() / BLOCK) * BLOCK - cap);
  const released = control.released();
  if (offset >= released) return 0;
  control.awaitWriter(() => control.written() > control.capBlocks() * BLOCK || control.hasEnded());
  return control.written() > control.capBlocks() * BLOCK ? released : 0;
}
