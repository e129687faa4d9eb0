import { createHash } from 'node:crypto';
import { closeSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Input } from './discover.js';
import { ALONE, type Effort } from './effort.js';
import { changesSince, type FileState, stateOf } from './file-change.js';
import { keepSpool, openKept } from './kept-spools.js';
import { openFile } from './open-file.js';
import type { GivenFacts, Opened } from './opened.js';
import { isGzip } from './packing.js';
import { beginsLikeGzip, openPipe, openRegular, pathOf, readWhole } from './regular-file.js';
import { type Spool, startSpool } from './spool.js';
import type { Given } from './spool-given.js';
import { keepsSpooledFiles, spoolShare } from './spool-limit.js';

/** Compressed files up to here are unpacked in one go if little comes out: a thread takes 15 ms to start. */
const SMALL_PACKED = 2 ** 20;
const SMALL_UNPACKED = 8 * 2 ** 20;

/** Opens evidence of any kind. Throws when nothing of it can be read; `code` says why. */
export async function openInput(input: Input, effort: Effort = ALONE): Promise<Opened> {
  if (input.kind === 'memory') return openContent(input.content);
  if (input.kind === 'stdin') return openStream({ kind: 'pipe', fd: 0, awaitsWriter: false }, '-');
  if (input.kind === 'pipe') {
    const key = `pipe ${input.file}`;
    return openKept(key) ?? openStream({ kind: 'pipe', fd: openPipe(input.file), awaitsWriter: true }, key);
  }
  if (input.problem !== undefined) throw Object.assign(new Error(input.problem), { code: input.problem });
  const path = pathOf(input);
  const fd = openRegular(path);
  try {
    const state = stateOf(fd, path);
    return beginsLikeGzip(fd, Number(state.at.size)) ? await openPacked(state) : openFile(state, effort);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

async function openPacked(state: FileState): Promise<Opened> {
  const { fd, at } = state;
  const size = Number(at.size);
  if (size <= SMALL_PACKED) {
    const content = readWhole(fd, size);
    const unpacked = unpackSmall(content);
    if (unpacked !== null) return openSmall(content, unpacked, state);
  }
  const version = [at.dev, at.ino, at.size, at.mtimeNs].join('|');
  const kept = openKept(version);
  if (kept === null) return openStream({ kind: 'file', fd, size }, version, state);
  closeSync(fd);
  return kept;
}

/** Null when it is damaged or more than a little: then it goes the long way, which reads as far as it can. */
function unpackSmall(content: Uint8Array): Buffer | null {
  try {
    const options = { maxOutputLength: SMALL_UNPACKED, info: true };
    // With `info` (Node 12) the result says how far the compressed bytes were used; the types do not know it.
    const { buffer, engine } = gunzipSync(content, options) as unknown as {
      readonly buffer: Buffer;
      readonly engine: { readonly bytesWritten: number };
    };
    return engine.bytesWritten === content.length ? buffer : null;
  } catch {
    return null;
  }
}

function openSmall(content: Uint8Array, unpacked: Uint8Array, state: FileState): Opened {
  const opened = openBytes(unpacked, content);
  return {
    ...opened,
    async finish() {
      const facts = await opened.finish();
      return { ...facts, troubles: changesSince(state, facts) };
    },
    close: () => closeSync(state.fd),
  };
}

async function openContent(content: Uint8Array): Promise<Opened> {
  if (!isGzip(content)) return openBytes(content, content);
  const unpacked = content.length <= SMALL_PACKED ? unpackSmall(content) : null;
  return unpacked === null ? openStream({ kind: 'memory', content }, null) : openBytes(unpacked, content);
}

function openBytes(bytes: Uint8Array, given: Uint8Array): Opened {
  const input = {
    size: bytes.length,
    read: (offset: number, length: number): Uint8Array => bytes.subarray(offset, offset + length),
  };
  return {
    bytes: input,
    forward: input,
    shared: null,
    finish: async () => ({
      sha256: createHash('sha256').update(given).digest('hex'),
      givenBytes: given.length,
      troubles: [],
    }),
    close: () => {},
  };
}

/** `key`: the name under which it can be opened again; null: never. */
async function openStream(given: Given, key: string | null, state: FileState | null = null): Promise<Opened> {
  const known = key === null ? null : openKept(key);
  if (known !== null) return known;
  const spool = await startSpool(given, spoolShare(given.kind === 'pipe' ? null : givenSize(given)));
  const opened = spool.open();
  let facts: GivenFacts | null = null;
  return {
    ...opened,
    async finish() {
      facts ??= withChanges(await opened.finish(), state);
      return facts;
    },
    close: () => void settle(spool, given, key, facts),
  };
}

function givenSize(given: Exclude<Given, { kind: 'pipe' }>): number {
  return given.kind === 'file' ? given.size : given.content.length;
}

function withChanges(facts: GivenFacts, state: FileState | null): GivenFacts {
  if (state === null || facts.sha256 === '') return facts;
  return { ...facts, troubles: [...facts.troubles, ...changesSince(state, facts)] };
}

async function settle(spool: Spool, given: Given, key: string | null, facts: GivenFacts | null): Promise<void> {
  const isPipe = given.kind === 'pipe';
  if (facts !== null && key !== null && (isPipe || keepsSpooledFiles())) await keepSpool(key, { spool, facts, isPipe });
  else await spool.remove();
  // A pipe's descriptor belongs to the thread that read it.
  if (given.kind === 'file') closeSync(given.fd);
}
