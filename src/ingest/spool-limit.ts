import { closeSync, fstatSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import { UserError } from '../model/user-error.js';
import type { Input } from './discover.js';
import { beginsLikeGzip, openRegular, pathOf } from './regular-file.js';
import { BLOCK } from './spool-control.js';

/** How much all spools of a run may hold on the disk. */
interface SpoolLimit {
  readonly bytes: number;
  /** Given bytes of all compressed files: each may hold its share, so that it never depends on which is read first. */
  readonly packedBytes: number;
  /** Pipes, whose size nobody knows, share half of it, or all when there is nothing compressed. */
  readonly pipes: number;
  /** Whether what was read stays open, to be opened again. */
  readonly keepsFiles: boolean;
}

/** Threads started from here on know it too. */
const KEY = 'faultline.spool-limit';
const DEFAULT_MOST = 64 * 2 ** 30;
const UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** `--cache-limit SIZE`; without it half of what is free, at most 64 GiB. To be called before anything is opened. */
export function limitSpools(given: string | undefined, inputs: readonly Input[], keepsFiles: boolean): void {
  const bytes = given === undefined ? defaultLimit() : readSize(given);
  const sizes = inputs.map(packedSize);
  const limit: SpoolLimit = {
    bytes,
    packedBytes: sizes.reduce((sum, size) => sum + size, 0),
    pipes: inputs.filter((input) => input.kind === 'stdin' || input.kind === 'pipe').length,
    keepsFiles,
  };
  setEnvironmentData(KEY, { ...limit });
}

/** Blocks of 1 MiB that a source may hold; `givenBytes` null: a pipe. */
export function spoolShare(givenBytes: number | null): number {
  const { bytes, packedBytes, pipes } = currentLimit();
  const forPipes = pipes === 0 ? 0 : packedBytes === 0 ? bytes : bytes / 2;
  const share =
    givenBytes === null
      ? pipes === 0
        ? bytes
        : forPipes / pipes
      : ((bytes - forPipes) * givenBytes) / Math.max(packedBytes, givenBytes, 1);
  return Math.floor(share / BLOCK);
}

export function spoolLimit(): number {
  return currentLimit().bytes;
}

export function keepsSpooledFiles(): boolean {
  return currentLimit().keepsFiles;
}

function currentLimit(): SpoolLimit {
  const known = getEnvironmentData(KEY) as unknown as SpoolLimit | undefined;
  if (known !== undefined) return known;
  const limit = { bytes: defaultLimit(), packedBytes: 0, pipes: 0, keepsFiles: true };
  setEnvironmentData(KEY, limit);
  return limit;
}

function defaultLimit(): number {
  try {
    const { bavail, bsize } = statfsSync(tmpdir());
    return Math.min(DEFAULT_MOST, Math.floor((bavail * bsize) / 2));
  } catch {
    // Without a temporary folder opening a spool says so.
    return DEFAULT_MOST;
  }
}

/** `500M`, `20G`, `1.5GiB`: units are powers of 1024. */
export function readSize(given: string): number {
  const [, number, unit] = /^(\d{1,15}(?:\.\d{1,6})?) ?([kmgt]?)(?:i?b)?$/i.exec(given.trim()) ?? [];
  const bytes = Math.floor(Number(number) * (UNITS[(unit ?? '').toLowerCase()] ?? 1));
  if (Number.isSafeInteger(bytes)) return bytes;
  throw new UserError(`--cache-limit ${given} is not a size`, 'give it like 500M or 20G');
}

function packedSize(input: Input): number {
  if (input.kind !== 'file' || input.problem !== undefined) return 0;
  try {
    const fd = openRegular(pathOf(input));
    try {
      const { size } = fstatSync(fd);
      return beginsLikeGzip(fd, size) ? size : 0;
    } finally {
      closeSync(fd);
    }
  } catch {
    // Reading it says why.
    return 0;
  }
}
