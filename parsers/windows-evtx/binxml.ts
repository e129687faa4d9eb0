import {
  CHUNK_HEADER,
  type Cursor,
  leadsToName,
  type NamedBlock,
  openCursor,
  readCounted,
  readName,
  skipSize,
  stop,
  take8,
  take16,
  take32,
} from './cursor.js';
import { findTemplate, type KnownTemplates, keepTemplate, outlineOf } from './known-template.js';
import type { Plan } from './plan.js';
import type { AttributePart, InstancePart, InstructionPart, Part, SlotPart, TextPart, Values } from './tree.js';
import { itemSize, STRING, valueText } from './values.js';
import { escapeAttribute, escapeText } from './xml.js';

/** What is known of one chunk while its records are read. */
export interface Chunk extends NamedBlock {
  readonly templates: Map<number, Template>;
  /** Good templates of the whole file by id, for records whose own chunk has lost the definition. */
  readonly shared: Map<number, Template>;
  /** Definitions read in earlier chunks, so that they are compared rather than read again. */
  readonly known: KnownTemplates<Reading>;
}

/** What a definition says, with the plans made of it: by the depth and section an instance stands in. */
export interface Reading {
  readonly parts: readonly Part[];
  readonly plans: Map<string | number, Plan | null>;
}

type ChunkCursor = Cursor<Chunk>;

export interface Template {
  readonly reading: Reading;
  readonly damage: string | null;
  /** Length of the body in bytes as its header states it. */
  readonly size: number;
}

/** Elements within elements. Windows allows far fewer; the limit keeps hostile nesting off the call stack. */
const MAX_DEPTH = 64;
const TOO_DEEP = 'it nests too deep or refers too often';
const NO_DEPENDENCY = 0xffff;

/** All parts of a document, a template or a value, up to the end token or the end of the bytes. */
export function readParts(cursor: ChunkCursor, depth: number): Part[] {
  const parts: Part[] = [];
  readUntil(cursor, 0x00, parts, depth);
  return parts;
}

/** True when the end token was found. */
function readUntil(cursor: ChunkCursor, last: number, parts: Part[], depth: number): boolean {
  while (!cursor.isStopped && cursor.at < cursor.end) {
    // 0x40 says "more follows", which the next token says as well.
    const token = take8(cursor) & ~0x40;
    if (token === last) {
      sealTexts(parts);
      return true;
    }
    const part = readPart(cursor, token, depth);
    if (part !== null) pushPart(parts, part);
  }
  if (last === 0x04) stop(cursor, 'an element has no end');
  sealTexts(parts);
  return false;
}

function readPart(cursor: ChunkCursor, token: number, depth: number): Part | null {
  if (--cursor.chunk.steps < 0 || depth > MAX_DEPTH) return stop(cursor, TOO_DEEP);
  switch (token) {
    case 0x01:
      return readElement(cursor, depth);
    case 0x0a:
      return readInstruction(cursor);
    case 0x0c:
      return readInstance(cursor, depth);
    case 0x0f:
      // Fragment header: version 1.1 and flags.
      cursor.at += 3;
      return null;
    default:
      return readLeaf(cursor, token);
  }
}

/** Tokens that can stand in an attribute too. */
function readLeaf(cursor: ChunkCursor, token: number): TextPart | SlotPart | null {
  switch (token) {
    case 0x05:
      return readValue(cursor);
    case 0x07:
      // Canonical XML replaces CDATA sections by their characters, and so do we.
      return textPart(readCounted(cursor));
    case 0x08:
      return textPart(String.fromCharCode(take16(cursor)));
    case 0x09:
      return readEntity(cursor);
    case 0x0d:
    case 0x0e: {
      const id = take16(cursor);
      cursor.at += 1; // the type as the template declares it; the instance's own type counts
      return { kind: 'slot', id, optional: token === 0x0e };
    }
    default:
      return stop(cursor, 'a token is not known');
  }
}

function readElement(cursor: ChunkCursor, depth: number): Part | null {
  const hasAttributes = cursor.chunk.bytes[cursor.at - 1] === 0x41;
  const dependency = hasDependency(cursor) ? take16(cursor) : NO_DEPENDENCY;
  skipSize(cursor); // the end tokens say the same
  const name = readName(cursor);
  const attributes = hasAttributes ? readAttributes(cursor) : [];
  const token = cursor.isStopped ? 0x03 : take8(cursor);
  if (token !== 0x02 && token !== 0x03) stop(cursor, 'a start tag has no end');
  const content: Part[] = [];
  if (token === 0x02) readUntil(cursor, 0x04, content, depth + 1);
  const slots = content.filter((part) => part.kind === 'slot');
  const needs = slots.filter((slot) => slot.optional).map((slot) => slot.id);
  if (dependency !== NO_DEPENDENCY) needs.push(dependency);
  return { kind: 'element', name, attributes, content, empty: token === 0x03, needs, slots: slots.map((s) => s.id) };
}

/** The rule first, the other layout where only that one leads to a name: forwarded events break the rule. */
function hasDependency(cursor: ChunkCursor): boolean {
  const expected = cursor.dependencies;
  const at = cursor.at + (expected ? 6 : 4);
  if (leadsToName(cursor, at)) return expected;
  if (cursor.tracing !== null) cursor.tracing.isPlain = false;
  return leadsToName(cursor, cursor.at + (expected ? 4 : 6)) ? !expected : expected;
}

/** 46 name (05|0d|0e|08|09 ...)+ ... 06 name ...; the list is over where no attribute token follows. */
function readAttributes(cursor: ChunkCursor): AttributePart[] {
  skipSize(cursor); // length of the list in bytes
  const attributes: AttributePart[] = [];
  while (!cursor.isStopped && isAttribute(cursor)) {
    cursor.at += 1;
    cursor.chunk.steps--;
    const name = readName(cursor);
    const content: (TextPart | SlotPart)[] = [];
    while (!cursor.isStopped && isAttributeContent(cursor)) {
      const part = readLeaf(cursor, take8(cursor) & ~0x40);
      if (part !== null) pushPart(content, part);
    }
    sealTexts(content, escapeAttribute);
    attributes.push({ name, content, fixed: fixedText(content) });
  }
  return attributes;
}

function isAttribute(cursor: ChunkCursor): boolean {
  return cursor.at < cursor.end && ((cursor.chunk.bytes[cursor.at] as number) & ~0x40) === 0x06;
}

function isAttributeContent(cursor: ChunkCursor): boolean {
  if (cursor.at >= cursor.end) return false;
  const token = (cursor.chunk.bytes[cursor.at] as number) & ~0x40;
  return token === 0x05 || token === 0x08 || token === 0x09 || token === 0x0d || token === 0x0e;
}

function fixedText(content: readonly (TextPart | SlotPart)[]): AttributePart['fixed'] {
  let text = '';
  for (const part of content) {
    if (part.kind !== 'text') return null;
    text += part.text;
  }
  return { text, xml: escapeAttribute(text) };
}

/** 0a name, 0b text. */
function readInstruction(cursor: ChunkCursor): InstructionPart {
  const target = readName(cursor);
  const hasText = cursor.at < cursor.end && cursor.chunk.bytes[cursor.at] === 0x0b;
  if (hasText) cursor.at += 1;
  return { kind: 'instruction', target, text: hasText ? readCounted(cursor) : '' };
}

/** MS-EVEN6 allows strings only; other types are read where their length is fixed. */
function readValue(cursor: ChunkCursor): TextPart | null {
  const type = take8(cursor);
  if (type === STRING) return textPart(readCounted(cursor));
  const size = itemSize(type);
  if (size === 0 || cursor.at + size > cursor.end) return stop(cursor, 'an inline value has no known length');
  cursor.at += size;
  return textPart(valueText(cursor.chunk, type, cursor.at - size, size) ?? '');
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function readEntity(cursor: ChunkCursor): TextPart {
  const name = readName(cursor);
  // A name XML does not know would need a DTD; it stays readable as text.
  return textPart(ENTITIES[name] ?? `&${name};`);
}

/** 0c, one byte, template id, offset of the definition; the definition if it stands here; the values. */
function readInstance(cursor: ChunkCursor, depth: number): InstancePart | null {
  if (cursor.tracing !== null) cursor.tracing.isPlain = false;
  cursor.at += 1;
  const id = take32(cursor);
  const offset = take32(cursor);
  if (cursor.isStopped) return null;
  const template = templateAt(cursor.chunk, id, offset, depth + 1) ?? cursor.chunk.shared.get(id);
  if (template === undefined) return stop(cursor, 'its template is missing');
  const isOwn = template === cursor.chunk.templates.get(offset);
  cursor.damage ??= isOwn ? template.damage : 'its template is missing; the same template of another chunk was used';
  if (offset === cursor.at) cursor.at += TEMPLATE_HEADER + template.size;
  return { kind: 'instance', parts: template.reading.parts, values: readValues(cursor) };
}

/** Offset of the next template, GUID, length of the body. */
export const TEMPLATE_HEADER = 24;
const IN_PROGRESS: Template = {
  reading: { parts: [], plans: new Map() },
  damage: 'its template refers to itself',
  size: 0,
};
/** A channel has a few hundred templates; the limit is for hostile files. */
const MAX_SHARED = 4096;

/** The id of a template is the first number of its GUID: a definition with another GUID was overwritten. */
export function templateAt(chunk: Chunk, id: number, offset: number, depth: number): Template | undefined {
  const known = chunk.templates.get(offset);
  if (known !== undefined) return known;
  if (offset < CHUNK_HEADER || offset + TEMPLATE_HEADER > chunk.bytes.length) return undefined;
  if (chunk.view.getUint32(offset + 4, true) !== id) return undefined;
  chunk.templates.set(offset, IN_PROGRESS);
  const size = chunk.view.getUint32(offset + 20, true);
  const at = offset + TEMPLATE_HEADER;
  const template = readTemplate(chunk, id, at, size, depth);
  chunk.templates.set(offset, template);
  if (template.damage === null && chunk.shared.size < MAX_SHARED) chunk.shared.set(id, template);
  return template;
}

/** Depth of a template that is no part of another one. */
export const OUTERMOST = 1;

function readTemplate(chunk: Chunk, id: number, at: number, size: number, depth: number): Template {
  const end = Math.min(at + size, chunk.bytes.length);
  const isOutermost = depth === OUTERMOST;
  const known = isOutermost ? findTemplate(chunk.known, id, chunk, at, end) : null;
  if (known !== null) return { reading: known.read, damage: null, size };
  const tracing = { places: [], isPlain: isOutermost };
  const cursor = openCursor(chunk, at, end, true, tracing);
  const parts: Part[] = [];
  const isClosed = readUntil(cursor, 0x00, parts, depth);
  const reading: Reading = { parts, plans: new Map() };
  const outline = isClosed && cursor.damage === null ? outlineOf(chunk, at, cursor.at, tracing) : null;
  if (outline !== null) keepTemplate(chunk.known, id, { outline, read: reading });
  return { reading, damage: cursor.damage, size };
}

const BEYOND = 'its values run beyond its end';

/** Count, then per value its size, its type and a zero byte, then the values' bytes in the same order. */
function readValues(cursor: ChunkCursor): Values {
  const count = take32(cursor);
  let at = cursor.at + 4 * count;
  if (cursor.isStopped || at > cursor.end) {
    stop(cursor, BEYOND);
    return { types: [], offsets: [], sizes: [] };
  }
  cursor.chunk.steps -= count;
  const { view, bytes } = cursor.chunk;
  const types = new Array<number>(count);
  const offsets = new Array<number>(count);
  const sizes = new Array<number>(count);
  for (let i = 0, d = cursor.at; i < count; i++, d += 4) {
    const size = view.getUint16(d, true);
    types[i] = bytes[d + 2] as number;
    offsets[i] = Math.min(at, cursor.end);
    sizes[i] = Math.max(0, Math.min(size, cursor.end - at));
    at += size;
  }
  if (at > cursor.end) stop(cursor, BEYOND);
  cursor.at = Math.min(at, cursor.end);
  return { types, offsets, sizes };
}

function textPart(text: string): TextPart {
  return { kind: 'text', text, xml: '' };
}

/** Adjacent texts become one: two character references can be the halves of one character. */
function pushPart<P extends Part>(parts: P[], part: P): void {
  const last = parts.at(-1);
  if (part.kind === 'text' && last?.kind === 'text') last.text += part.text;
  else parts.push(part);
}

function sealTexts(parts: readonly Part[], toXml = escapeText): void {
  for (const part of parts) if (part.kind === 'text') part.xml = toXml(part.text);
}
