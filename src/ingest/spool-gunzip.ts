import { createGunzip } from 'node:zlib';
import type { Trouble } from './opened.js';

/** A decompressed member may not outgrow this: 1 TiB stops a bomb long after any real log partition ended. */
const DECOMPRESSED_LIMIT = 2 ** 40;
/** Real logs compress to about a tenth, long repetitive ones to a hundredth; a bomb reaches a thousandth. */
const RATIO_LIMIT = 400;
const RATIO_FLOOR = 256 * 2 ** 20;
/** With the default of 16 KiB decompressing takes more than twice as long. */
export const INFLATED = 1 << 18;

export interface Inflater {
  /** Resolves when the bytes were used, or are not wanted any more; an error of `write` comes out here. */
  push(bytes: Buffer): Promise<void>;
  finish(): Promise<void>;
  readonly damage: () => Trouble | null;
  /** Given bytes before the piece at which decompressing failed. */
  readonly failedAt: () => number;
}

/**
 * Decompresses gzip members that follow one another. Chunks are taken as zlib produces them: a stream that errors (a
 * cut .gz) throws away what it still buffers, and the last readable lines of a truncated log are often the ones that matter.
 */
export function openInflater(write: (bytes: Buffer) => void, chunkSize = INFLATED): Inflater {
  const gunzip = createGunzip({ chunkSize });
  let given = 0;
  let before = 0;
  let written = 0;
  let state: 'open' | 'ended' | 'failed' = 'open';
  let damage: Trouble | null = null;
  let failure: unknown = null;
  let wake: () => void = () => {};
  const end = (as: 'ended' | 'failed', found: Trouble | null): void => {
    if (state !== 'open') return;
    state = as;
    damage = found;
    if (as === 'failed') gunzip.destroy();
    wake();
  };
  const lost = (code: string, note: string): Trouble => ({ code, severity: 'data-loss', note, byteOffset: written });
  gunzip.on('data', (chunk: Buffer) => {
    if (state !== 'open') return;
    try {
      write(chunk);
    } catch (error) {
      failure = error;
      end('failed', null);
    }
    written += chunk.length;
    if (isBomb(written, given)) {
      const note = `decompressed data outgrew its source ${RATIO_LIMIT} times: read up to here`;
      end('failed', lost('decompression-limit', note));
    }
  });
  gunzip.on('end', () => end('ended', null));
  gunzip.on('error', (error: NodeJS.ErrnoException) =>
    end('failed', lost('gzip-damaged', `decompression stopped (${error.code ?? error.message}): read up to here`)),
  );
  const settled = async (begin: (done: () => void) => void): Promise<void> => {
    if (state === 'open')
      await new Promise<void>((done) => {
        wake = done;
        begin(done);
      });
    if (failure !== null) throw failure;
  };
  return {
    async push(bytes) {
      // Zeros may follow the last member (padding of tapes and block devices); anything else was meant to be read.
      let rest = bytes;
      if (state === 'open') {
        before = given;
        given += bytes.length;
        await settled((done) => void gunzip.write(bytes, () => done()));
        rest = bytes.subarray(bytes.length - Math.min(bytes.length, given - gunzip.bytesWritten));
      }
      if (state === 'ended' && damage === null && rest.some((byte) => byte !== 0))
        damage = lost('gzip-damaged', 'there is something behind the end of the gzip data that was not read');
    },
    finish: () => settled(() => void gunzip.end()),
    damage: () => damage,
    failedAt: () => before,
  };
}

function isBomb(written: number, given: number): boolean {
  return written > DECOMPRESSED_LIMIT || (written > RATIO_FLOOR && written > given * RATIO_LIMIT);
}
