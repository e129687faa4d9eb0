import type { GivenFacts, Opened } from './opened.js';
import type { Spool } from './spool.js';
import { spoolLimit } from './spool-limit.js';

/** A descriptor each: systems allow 256 to 1024. */
const MOST_FILES = 64;

interface Kept {
  readonly spool: Spool;
  readonly facts: GivenFacts;
  /** A pipe cannot be read twice: its spool is never given up. */
  readonly isPipe: boolean;
}

/** What was spooled in this thread and can be opened again, oldest first. */
const kept = new Map<string, Kept>();

export function openKept(key: string): Opened | null {
  const found = kept.get(key);
  if (found === undefined) return null;
  const opened = found.spool.open();
  return { ...opened, finish: async () => found.facts };
}

export async function keepSpool(key: string, entry: Kept): Promise<void> {
  kept.set(key, entry);
  for (const [oldest, { spool, isPipe }] of kept) {
    if (!isTooMuch()) return;
    if (isPipe) continue;
    kept.delete(oldest);
    await spool.remove();
  }
}

function isTooMuch(): boolean {
  const files = [...kept.values()].filter(({ isPipe }) => !isPipe);
  return files.length > MOST_FILES || files.reduce((sum, { spool }) => sum + spool.storedBytes(), 0) > spoolLimit();
}
