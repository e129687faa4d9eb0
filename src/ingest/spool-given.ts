import { readSync } from 'node:fs';
import { Socket } from 'node:net';

/** Where a stream comes from. A descriptor is good in every thread of the process. */
export type Given =
  | { readonly kind: 'file'; readonly fd: number; readonly size: number }
  /** Standard input, or a FIFO that was opened without waiting. */
  | { readonly kind: 'pipe'; readonly fd: number; readonly awaitsWriter: boolean }
  | { readonly kind: 'memory'; readonly content: Uint8Array };

const CHUNK = 1 << 18;
/** One is read while the one before is decompressed. */
const BUFFERS = 3;
/** A writer that is started together with us (`<(zcat ...)`) is there long before these 5 s are over. */
const TRIES = 250;
const TRY_MS = 20;

/** The bytes as given, in order. A chunk is valid until two more were taken. */
export async function* chunksOf(given: Given): AsyncGenerator<Buffer> {
  if (given.kind === 'memory') {
    for (let at = 0; at < given.content.length; at += CHUNK) yield Buffer.from(given.content.subarray(at, at + CHUNK));
    return;
  }
  const buffers = Array.from({ length: BUFFERS }, () => Buffer.allocUnsafeSlow(CHUNK));
  for (let turn = 0, at = 0; ; turn++) {
    const buffer = buffers[turn % BUFFERS] ?? Buffer.allocUnsafeSlow(CHUNK);
    const got =
      given.kind === 'file'
        ? readSync(given.fd, buffer, 0, Math.min(CHUNK, given.size - at), at)
        : readPipe(given, buffer, turn === 0);
    if (got === 'not-yet') break;
    if (got === 0) return;
    at += got;
    yield buffer.subarray(0, got);
  }
  // A descriptor that does not wait: the event loop waits for it, 64 KiB at a time.
  for await (const chunk of new Socket({ fd: given.kind === 'pipe' ? given.fd : -1, readable: true, writable: false }))
    yield chunk as Buffer;
}

function readPipe(given: Extract<Given, { kind: 'pipe' }>, buffer: Buffer, isFirst: boolean): number | 'not-yet' {
  for (let tries = 1; ; tries++) {
    const got = tryRead(given.fd, buffer);
    // A FIFO without a writer looks as if it were at its end.
    if (got !== 0 || !isFirst || !given.awaitsWriter) return got;
    if (tries === TRIES) throw Object.assign(new Error('no writer'), { code: 'nobody writes to this pipe' });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, TRY_MS);
  }
}

function tryRead(fd: number, buffer: Buffer): number | 'not-yet' {
  try {
    return readSync(fd, buffer);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EAGAIN') return 'not-yet';
    // Windows says so when the other side of a pipe closes.
    if (code === 'EOF') return 0;
    throw error;
  }
}
