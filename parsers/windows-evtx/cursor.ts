import { type Block, utf16 } from './values.js';
import { isXmlName } from './xml.js';

export interface NamedBlock extends Block {
  /** Names of elements and attributes by their offset. */
  readonly names: Map<number, string>;
  /** Steps left for this block: bounds the work a hostile one can ask for. */
  steps: number;
}

/** A place in a block. Reads behind `end` give 0 and stop it. */
export interface Cursor<B extends NamedBlock = NamedBlock> {
  readonly chunk: B;
  at: number;
  readonly end: number;
  /** Elements of template definitions carry a dependency id, others do not (MS-EVEN6 2.2.12, DependencyID). */
  readonly dependencies: boolean;
  /** Where a template definition is being read. */
  readonly tracing: Tracing | null;
  /** The first thing that was not as it should be. */
  damage: string | null;
  /** The damage leaves no way to tell where the next token starts. */
  isStopped: boolean;
}

/**
 * The places of a definition that may differ between chunks: references to names, and sizes (null). `isPlain` is false
 * once the reading depends on more than the definition's own bytes.
 */
export interface Tracing {
  readonly places: { readonly at: number; readonly name: string | null }[];
  isPlain: boolean;
}

/** No name, template or record lies in the header of a chunk. */
export const CHUNK_HEADER = 512;
/** 16 bits of length would allow 65,535; the longest name in public logs has 60. */
const MAX_NAME = 512;

export function openCursor<B extends NamedBlock>(
  chunk: B,
  at: number,
  end: number,
  dependencies = false,
  tracing: Tracing | null = null,
): Cursor<B> {
  return { chunk, at, end, dependencies, tracing, damage: null, isStopped: false };
}

/** An offset; where it names the place right behind it, the name itself stands there and is stepped over. */
export function readName(cursor: Cursor): string {
  const offset = take32(cursor);
  if (cursor.isStopped) return NO_NAME;
  const name = nameAt(cursor.chunk, offset);
  if (name === null) cursor.damage ??= 'a name is missing';
  cursor.tracing?.places.push({ at: cursor.at - 4, name: name ?? NO_NAME });
  if (offset === cursor.at) {
    cursor.at += 6;
    const length = take16(cursor);
    cursor.at += 2 * length + 2;
  }
  return name ?? NO_NAME;
}

/** Steps over a length that nothing depends on. */
export function skipSize(cursor: Cursor): void {
  cursor.tracing?.places.push({ at: cursor.at, name: null });
  cursor.at += 4;
}

/** Stands in for a name that cannot be read, so that its value is not lost with it. */
const NO_NAME = '_';

/** Next name of the hash bucket (4), hash (2), characters (2), UTF-16LE, NUL. */
function nameAt(chunk: NamedBlock, offset: number): string | null {
  const known = chunk.names.get(offset);
  if (known !== undefined) return known;
  if (offset + 8 > chunk.bytes.length) return null;
  const length = chunk.view.getUint16(offset + 6, true);
  if (length === 0 || length > MAX_NAME || offset + 8 + 2 * length > chunk.bytes.length) return null;
  const name = utf16(chunk.bytes, offset + 8, 2 * length);
  if (!isXmlName(name)) return null;
  chunk.names.set(offset, name);
  return name;
}

/** Number of characters (2), UTF-16LE without NUL. */
export function readCounted(cursor: Cursor): string {
  const size = 2 * take16(cursor);
  if (cursor.at + size > cursor.end) {
    stop(cursor, 'a text runs beyond its end');
    return '';
  }
  cursor.at += size;
  return utf16(cursor.chunk.bytes, cursor.at - size, size);
}

/** Whether the number at `at` is the offset of a name, as it is in every start tag. */
export function leadsToName(cursor: Cursor, at: number): boolean {
  if (at + 4 > cursor.end) return false;
  const offset = cursor.chunk.view.getUint32(at, true);
  return offset >= CHUNK_HEADER && offset <= at + 4 && nameAt(cursor.chunk, offset) !== null;
}

export function stop(cursor: Cursor, reason: string): null {
  cursor.damage ??= reason;
  cursor.isStopped = true;
  return null;
}

export function take8(cursor: Cursor): number {
  if (cursor.at + 1 > cursor.end) return overrun(cursor);
  return cursor.chunk.bytes[cursor.at++] as number;
}

export function take16(cursor: Cursor): number {
  if (cursor.at + 2 > cursor.end) return overrun(cursor);
  cursor.at += 2;
  return cursor.chunk.view.getUint16(cursor.at - 2, true);
}

export function take32(cursor: Cursor): number {
  if (cursor.at + 4 > cursor.end) return overrun(cursor);
  cursor.at += 4;
  return cursor.chunk.view.getUint32(cursor.at - 4, true);
}

function overrun(cursor: Cursor): number {
  stop(cursor, 'it ends in the middle of a token');
  return 0;
}
