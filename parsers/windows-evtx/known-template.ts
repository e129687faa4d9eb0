import { CHUNK_HEADER, type NamedBlock, type Tracing } from './cursor.js';

/** What a template was read as; the same for every chunk that holds the same definition. */
export interface KnownTemplate<T> {
  readonly outline: Outline;
  readonly read: T;
}

/** Definitions of one file by template id. */
export interface KnownTemplates<T> {
  readonly byId: Map<number, KnownTemplate<T>[]>;
  /** Bytes of outlines that may still be kept. */
  room: number;
}

/** A channel has a few hundred templates of about 1 KiB; the limits are for hostile files. */
const ROOM = 4 << 20;
const VARIANTS = 4;

export function knownTemplates<T>(): KnownTemplates<T> {
  return { byId: new Map(), room: ROOM };
}

/**
 * Every chunk repeats the definitions of its templates, and they differ only in where names are kept: a name stands
 * where it is used first, later uses refer to it, and the sizes of elements count it or not. The outline is what has
 * to be equal for a definition to read the same: its other bytes, and the names.
 */
export interface Outline {
  /** The bytes between the marks, one after another. */
  readonly bytes: Uint8Array;
  readonly marks: readonly Mark[];
}

/** A place the outline leaves open. `length` counts the fixed bytes before it; a null name is a size, 4 bytes. */
interface Mark {
  readonly length: number;
  readonly name: string | null;
}

/** The outline of the definition in `[from, to)`, read with `tracing`. Null when it cannot be compared. */
export function outlineOf({ view, bytes }: NamedBlock, from: number, to: number, tracing: Tracing): Outline | null {
  if (!tracing.isPlain) return null;
  const fixed: number[] = [];
  const marks: Mark[] = [];
  let at = from;
  for (const place of tracing.places) {
    const length = place.at - at;
    for (; at < place.at; at++) fixed.push(bytes[at] as number);
    marks.push({ length, name: place.name });
    at += 4;
    if (place.name !== null && view.getUint32(at - 4, true) === at) at += inlineLength(place.name);
  }
  for (; at < to; at++) fixed.push(bytes[at] as number);
  return { bytes: Uint8Array.from(fixed), marks };
}

/** Next name (4), hash (2), length (2), characters, NUL (2). */
function inlineLength(name: string): number {
  return 10 + 2 * name.length;
}

export function keepTemplate<T>(known: KnownTemplates<T>, id: number, template: KnownTemplate<T>): void {
  const variants = known.byId.get(id) ?? [];
  const size = template.outline.bytes.length + 64 * template.outline.marks.length;
  if (variants.length >= VARIANTS || size > known.room) return;
  known.room -= size;
  variants.push(template);
  known.byId.set(id, variants);
}

/** The template whose definition stands at `[at, end)`, if it is a known one byte for byte. */
export function findTemplate<T>(
  known: KnownTemplates<T>,
  id: number,
  block: NamedBlock,
  at: number,
  end: number,
): KnownTemplate<T> | null {
  const variants = known.byId.get(id);
  if (variants === undefined) return null;
  for (const variant of variants) if (hasOutline(block, at, end, variant.outline)) return variant;
  return null;
}

function hasOutline(block: NamedBlock, from: number, end: number, { bytes: fixed, marks }: Outline): boolean {
  const { bytes, view } = block;
  let at = from;
  let compared = 0;
  for (const { length, name } of marks) {
    if (at + length + 4 > end) return false;
    for (const to = compared + length; compared < to; compared++, at++) {
      if (bytes[at] !== fixed[compared]) return false;
    }
    const offset = view.getUint32(at, true);
    at += 4;
    if (name === null) continue;
    // The same test as of `leadsToName`, which decides how a start tag is read.
    if (offset < CHUNK_HEADER || offset > at || !hasName(block, offset, name)) return false;
    if (offset === at) at += inlineLength(name);
  }
  if (at + fixed.length - compared > end) return false;
  for (; compared < fixed.length; compared++, at++) if (bytes[at] !== fixed[compared]) return false;
  return true;
}

function hasName({ bytes, view }: NamedBlock, offset: number, name: string): boolean {
  if (offset + 8 + 2 * name.length > bytes.length || view.getUint16(offset + 6, true) !== name.length) return false;
  for (let i = 0, at = offset + 8; i < name.length; i++, at += 2) {
    const unit = name.charCodeAt(i);
    if (bytes[at] !== (unit & 0xff) || bytes[at + 1] !== unit >> 8) return false;
  }
  return true;
}
