import { writeSync } from 'node:fs';
import { BLOCK, LEAST_BLOCKS, type SpoolControl } from './spool-control.js';

/** Why writing ended before the stream did. */
export class SpoolStop extends Error {
  /** `limit` and `disk`: no room. `nobody`: the reader has gone. */
  readonly why: 'limit' | 'disk' | 'nobody';

  constructor(why: SpoolStop['why']) {
    super(`the spool ended: ${why}`);
    this.why = why;
  }
}

export interface BlockWriter {
  readonly written: () => number;
  /** Throws `SpoolStop`. */
  write(bytes: Uint8Array): void;
  /** Writes the last, partial block. */
  flush(): void;
}

/** The folder, the quota or the file is as large as it may be: other errors of a write are not about room. */
const NO_ROOM = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/**
 * Writes a stream to the spool file in whole blocks. Beyond the limit a block takes the place of the oldest one, once
 * the reader has left it behind; `mayWait` is false where the reader only starts afterwards.
 */
export function openBlockWriter(fd: number, control: SpoolControl, mayWait: boolean): BlockWriter {
  const block = Buffer.allocUnsafe(BLOCK);
  let filled = 0;
  let written = 0;
  const flush = (): void => {
    if (filled === 0) return;
    const number = written / BLOCK;
    awaitRoom(control, number, mayWait);
    if (!writeAt(fd, block.subarray(0, filled), (number % control.capBlocks()) * BLOCK)) {
      // The disk is full before the limit: what fits is the limit from here on.
      if (number < LEAST_BLOCKS || number >= control.capBlocks()) throw new SpoolStop('disk');
      control.shrink(number);
      flush();
      return;
    }
    written += filled;
    filled = 0;
    control.publish(written);
  };
  return {
    written: () => written + filled,
    write(bytes) {
      for (let at = 0; at < bytes.length; ) {
        const taken = Math.min(bytes.length - at, BLOCK - filled);
        block.set(bytes.subarray(at, at + taken), filled);
        filled += taken;
        at += taken;
        if (filled === BLOCK) flush();
      }
    },
    flush,
  };
}

function awaitRoom(control: SpoolControl, number: number, mayWait: boolean): void {
  const hasRoom = (): boolean => {
    const cap = control.capBlocks();
    return number < cap || (number - cap + 1) * BLOCK <= control.released();
  };
  if (!hasRoom()) {
    if (!mayWait) throw new SpoolStop('limit');
    control.awaitReader(() => hasRoom() || control.isStopped());
  }
  if (control.isStopped()) throw new SpoolStop('nobody');
}

/** False when there is no room for all of it. */
function writeAt(fd: number, bytes: Uint8Array, place: number): boolean {
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, place + done);
    return true;
  } catch (error) {
    if (NO_ROOM.has((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}
