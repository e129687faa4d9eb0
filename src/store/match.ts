import { type FileIdentity, hashContent } from './identity.js';
import type { StoredSource } from './sources.js';

/** What a case says of a file that was identified. */
export type Match =
  /** The same bytes, as far as size, both ends and the time of change (or the whole hash) tell. */
  | { readonly state: 'unchanged'; readonly stored: StoredSource }
  /** It was known under this path, with other bytes. */
  | { readonly state: 'changed'; readonly stored: StoredSource }
  | { readonly state: 'new' };

export interface Matching {
  /** Hash every file whole, whatever its time of change says. */
  readonly verify: boolean;
  /** Hash a file of which only the time of change differs: worth it if the stored reading can then be used. */
  usable(stored: StoredSource): boolean;
}

/**
 * Finds what is stored of a file: by the path under which the report names it, first in the folder it was read in, then
 * in one that this run was not given (the evidence was moved or copied).
 */
export function matchSource(
  known: readonly StoredSource[],
  identity: FileIdentity,
  files: ReadonlySet<string>,
  matching: Matching,
): Match {
  const here = known.filter(({ identity: { file } }) => file === identity.file);
  const moved = known.filter(({ identity: { file } }) => file !== identity.file && !files.has(file));
  const content = onceHash(identity.file);
  for (const stored of [...here, ...moved])
    if (isSame(stored, identity, matching, content)) return { state: 'unchanged', stored };
  const [stored] = here.length > 0 ? here : moved;
  return stored === undefined ? { state: 'new' } : { state: 'changed', stored };
}

function isSame(stored: StoredSource, now: FileIdentity, matching: Matching, content: () => string | null): boolean {
  const then = stored.identity;
  if (then.size !== now.size || then.head !== now.head || then.tail !== now.tail) return false;
  if (matching.verify) return content() === stored.sha256;
  if (then.mtimeNs === now.mtimeNs) return true;
  return matching.usable(stored) && content() === stored.sha256;
}

function onceHash(file: string): () => string | null {
  let hash: string | null | undefined;
  return () => {
    if (hash === undefined) hash = hashContent(file);
    return hash;
  };
}
