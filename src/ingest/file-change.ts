import { type BigIntStats, fstatSync, statSync } from 'node:fs';
import { hashRange } from './hash-file.js';
import type { GivenFacts, Trouble } from './opened.js';

/** A file as it was when it was opened. */
export interface FileState {
  readonly fd: number;
  readonly file: string | Buffer;
  readonly at: BigIntStats;
}

export function stateOf(fd: number, file: string | Buffer): FileState {
  return { fd, file, at: fstatSync(fd, { bigint: true }) };
}

const CHANGED = 'the file changed while it was read: its hash may not be of what was read';

/**
 * What happened to a file while it was read. Hash and records come from two readings: where size and time of change
 * stayed the same both saw the same bytes; otherwise it is hashed once more, and the same hash before and after says so.
 */
export function changesSince({ fd, file, at }: FileState, { sha256, givenBytes }: GivenFacts): readonly Trouble[] {
  const now = fstatSync(fd, { bigint: true });
  const size = Number(at.size);
  const troubles: Trouble[] = [];
  const note = (code: string, severity: Trouble['severity'], text: string, byteOffset: number | null): void =>
    void troubles.push({ code, severity, note: text, byteOffset });
  if (now.size < at.size || givenBytes < size)
    note(
      'truncated-while-read',
      'data-loss',
      'the file was cut while it was read',
      Math.min(Number(now.size), givenBytes),
    );
  else if (now.size !== at.size || now.mtimeNs !== at.mtimeNs) {
    // Without a hash there is nothing to compare with: then only growing is told from changing.
    const isOther = sha256 === '' ? now.size === at.size : hashRange(fd, size).sha256 !== sha256;
    if (isOther) note('changed-while-read', 'error', CHANGED, null);
    else if (now.size > at.size)
      note('grew-while-read', 'info', 'the file grew while it was read: what it held at first was read', size);
  }
  if (isReplaced(file, at))
    note('replaced-while-read', 'info', 'another file has this name by now: the one it named at first was read', null);
  return troubles;
}

function isReplaced(file: string | Buffer, at: BigIntStats): boolean {
  try {
    const now = statSync(file, { bigint: true });
    return now.ino !== at.ino || now.dev !== at.dev;
  } catch {
    // Removed: what was read is all there was.
    return false;
  }
}
