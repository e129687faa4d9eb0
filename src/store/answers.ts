import { createHash } from 'node:crypto';
import { DamagedCase } from './damaged.js';
import type { CaseFile } from './open.js';
import { createPacker } from './pack.js';
import { unpack } from './unpack.js';

/** One for each way in which people ask (a VM, a night, one more pack); the oldest goes. */
const KEPT = 16;
/** SQLite's limit for a blob is 1 GB; a report of that size is no report. */
const LARGEST = 256 << 20;

/** What an answer depends on. */
export interface Question {
  readonly program: string;
  readonly rules: string;
  /** What was asked of the evidence, as text. */
  readonly asked: string;
  /** The sources in the order of their ids. */
  readonly sources: readonly { readonly path: string; readonly sha256: string }[];
}

export function answerKey({ program, rules, asked, sources }: Question): string {
  const parts = [program, rules, asked, ...sources.flatMap(({ path, sha256 }) => [path, sha256])];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** What was answered to the same question over the same bytes; undefined if nobody asked it. */
export function loadAnswer({ db }: CaseFile, key: string): unknown {
  const row = db.prepare('SELECT sha256, packed FROM answer WHERE key = ?').get(key);
  if (row === undefined) return undefined;
  const { sha256, packed } = row as { readonly sha256: Buffer; readonly packed: Buffer };
  if (!createHash('sha256').update(packed).digest().equals(sha256)) throw new DamagedCase('a kept report was altered');
  return unpack(packed)[0];
}

export function saveAnswer(open: CaseFile, key: string, answer: object): void {
  const packer = createPacker();
  packer.add(answer);
  if (packer.size > LARGEST) return;
  const packed = packer.take();
  const sha256 = createHash('sha256').update(packed).digest();
  open.write(() => {
    open.db.prepare('INSERT OR REPLACE INTO answer (key, sha256, packed) VALUES (?, ?, ?)').run(key, sha256, packed);
    open.db.prepare('DELETE FROM answer WHERE id NOT IN (SELECT id FROM answer ORDER BY id DESC LIMIT ?)').run(KEPT);
  });
}
