import { createHash } from 'node:crypto';
import { closeSync, fstatSync, readSync } from 'node:fs';
import type { Effort } from './effort.js';
import { changesSince, type FileState } from './file-change.js';
import { type HashBeside, type HashedRange, hashBeside } from './hash-file.js';
import type { GivenFacts, Opened } from './opened.js';

const CHUNK = 1 << 22;

/** A plain file: what it held when it was opened. It may grow, shrink or change meanwhile. */
export function openFile(state: FileState, effort: Effort): Opened {
  const { fd } = state;
  const given = Number(state.at.size);
  let size = given;
  const beside = effort.hash && effort.threads > 1 ? hashBeside(fd, given) : null;
  const hashes = effort.hash && beside === null;
  const running = runningHash();
  let buffer = Buffer.alloc(0);
  const readInto = (target: Uint8Array, offset: number): number => {
    const wanted = Math.max(0, Math.min(target.length, size - offset));
    const got = readFully(fd, target, wanted, offset);
    // Cut meanwhile: readers must see the end where it is now.
    if (got < wanted) size = Math.min(size, Math.max(offset + got, fstatSync(fd).size));
    if (hashes) running.take(target.subarray(0, got), offset);
    return got;
  };
  const read = (offset: number, length: number): Uint8Array => {
    const wanted = Math.max(0, Math.min(length, size - offset));
    if (buffer.length < wanted) buffer = Buffer.allocUnsafeSlow(wanted);
    return buffer.subarray(0, readInto(buffer.subarray(0, wanted), offset));
  };
  const input = {
    get size() {
      return size;
    },
    read,
    readInto,
  };
  const hashRest = (): HashedRange => {
    while (running.bytes() < size && read(running.bytes(), CHUNK).length > 0);
    return running.digest();
  };
  return {
    bytes: input,
    forward: input,
    shared: { fd, size: given },
    finish: async () => {
      if (effort.hash) return withChanges(state, await hashed(beside, hashRest));
      const facts = { sha256: '', givenBytes: size, troubles: [] };
      return { ...facts, troubles: changesSince(state, facts) };
    },
    close: () => release(fd, beside),
  };
}

/** Hashes what is read anyway, as far as it comes in order. */
function runningHash(): {
  take(bytes: Uint8Array, offset: number): void;
  bytes(): number;
  digest(): HashedRange;
} {
  const hash = createHash('sha256');
  let done = 0;
  return {
    take(bytes, offset) {
      if (offset > done || offset + bytes.length <= done) return;
      hash.update(bytes.subarray(done - offset));
      done = offset + bytes.length;
    },
    bytes: () => done,
    digest: () => ({ sha256: hash.copy().digest('hex'), bytes: done }),
  };
}

async function hashed(beside: HashBeside | null, hashRest: () => HashedRange): Promise<GivenFacts> {
  try {
    const { sha256, bytes } = beside === null ? hashRest() : await beside.result;
    return { sha256, givenBytes: bytes, troubles: [] };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const note = `reading stopped (${code ?? message}): there is no hash of the whole file`;
    return {
      sha256: '',
      givenBytes: 0,
      troubles: [{ code: 'read-error', severity: 'data-loss', note, byteOffset: null }],
    };
  }
}

function withChanges(state: FileState, facts: GivenFacts): GivenFacts {
  if (facts.sha256 === '') return facts;
  return { ...facts, troubles: changesSince(state, facts) };
}

function release(fd: number, beside: HashBeside | null): void {
  if (beside === null) closeSync(fd);
  else void beside.halt().then(() => closeSync(fd));
}

function readFully(fd: number, buffer: Uint8Array, length: number, offset: number): number {
  let got = 0;
  while (got < length) {
    const n = readSync(fd, buffer, got, length - got, offset + got);
    if (n === 0) break;
    got += n;
  }
  return got;
}
