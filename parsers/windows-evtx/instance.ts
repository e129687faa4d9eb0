import { type Chunk, OUTERMOST, type Reading, readParts, TEMPLATE_HEADER, templateAt } from './binxml.js';
import { openCursor } from './cursor.js';
import type { Section } from './event.js';
import { compilePlan, LIST, NESTED, type Plan } from './plan.js';
import { ARRAY, BINXML, fitsType, STRING } from './values.js';

/** Values of one template instance, in lists that are used again for the next record. */
export interface Instance {
  plan: Plan;
  count: number;
  /** Bytes of all values together. */
  bytes: number;
  readonly types: Uint8Array;
  readonly offsets: Int32Array;
  readonly sizes: Int32Array;
}

/** A record that is an instance of a compiled template, with at most one more instance for its data. */
export interface PlainRecord {
  readonly outer: Instance;
  readonly inner: Instance;
  hasInner: boolean;
}

/** Real records have up to 44 values. */
const MAX_VALUES = 1024;
const NOTHING: Plan = {
  system: [],
  hasSystem: false,
  steps: [],
  slots: 0,
  uses: new Uint8Array(0),
  cost: 0,
  fixed: 0,
  repeats: 0,
  perItem: 0,
};

export function plainRecord(): PlainRecord {
  return { outer: emptyInstance(), inner: emptyInstance(), hasInner: false };
}

function emptyInstance(): Instance {
  return {
    plan: NOTHING,
    count: 0,
    bytes: 0,
    types: new Uint8Array(MAX_VALUES),
    offsets: new Int32Array(MAX_VALUES),
    sizes: new Int32Array(MAX_VALUES),
  };
}

/**
 * Reads where the values of the document at `[at, end)` lie. False when there is anything about it that needs the
 * careful way: damage of any kind, or what a plan does not know. True says that every value fits its type, so the
 * record can be counted without being rendered and nothing that is wrong with it goes unreported.
 */
export function openPlain(chunk: Chunk, record: PlainRecord, at: number, end: number): boolean {
  const { outer, inner } = record;
  record.hasInner = false;
  if (!openInstance(chunk, outer, at, end, 0, null)) return false;
  for (const step of outer.plan.steps) {
    if (step.kind !== 'nested' || outer.types[step.slot] !== BINXML) continue;
    if (!isThere(outer, step.needs)) continue;
    const from = outer.offsets[step.slot] as number;
    const to = from + (outer.sizes[step.slot] as number);
    if (!openInstance(chunk, inner, from, to, step.depth, step.section)) return false;
    if (inner.plan.hasSystem || hasNested(inner)) return false;
    record.hasInner = true;
  }
  return true;
}

function hasNested({ plan, types }: Instance): boolean {
  return plan.steps.some((step) => step.kind === 'nested' && types[step.slot] === BINXML);
}

/** Whether none of the substitutions is NULL. */
export function isThere({ types }: Instance, needs: readonly number[]): boolean {
  for (let i = 0; i < needs.length; i++) if (types[needs[i] as number] === 0) return false;
  return true;
}

/** Fragment header; values that are BinXML come with or without one. */
const FRAGMENT_HEADER = 4;
/** 0c, one byte, template id (4), offset of the definition (4). */
const INSTANCE_HEADER = 10;

function openInstance(
  chunk: Chunk,
  into: Instance,
  from: number,
  end: number,
  depth: number,
  section: Section,
): boolean {
  const { bytes, view } = chunk;
  const at = bytes[from] === 0x0f ? from + FRAGMENT_HEADER : from;
  if (at + INSTANCE_HEADER > end) return false;
  if (bytes[at] !== 0x0c) return openElements(chunk, into, from, end, depth, section);
  const offset = view.getUint32(at + 6, true);
  const template = templateAt(chunk, view.getUint32(at + 2, true), offset, OUTERMOST);
  if (template === undefined || template.damage !== null) return false;
  const plan = planOf(template.reading, depth, section);
  if (plan === null) return false;
  into.plan = plan;
  const values = at + INSTANCE_HEADER;
  return openValues(chunk, into, offset === values ? values + TEMPLATE_HEADER + template.size : values, end);
}

/** Elements without a template, as CAPI2 writes its data: a plan for one record, without values. */
function openElements(
  chunk: Chunk,
  into: Instance,
  from: number,
  end: number,
  depth: number,
  section: Section,
): boolean {
  const cursor = openCursor(chunk, from, end);
  const parts = readParts(cursor, 0);
  const plan = cursor.damage === null ? compilePlan(parts, depth, section) : null;
  if (plan === null || plan.slots > 0) return false;
  into.plan = plan;
  into.count = 0;
  into.bytes = 0;
  return true;
}

function planOf(reading: Reading, depth: number, section: Section): Plan | null {
  const key = section === null ? depth : `${depth}${section}`;
  const known = reading.plans.get(key);
  if (known !== undefined) return known;
  const plan = compilePlan(reading.parts, depth, section);
  reading.plans.set(key, plan);
  return plan;
}

/** Count, per value its size (2), type (1) and a zero, then the values' bytes, then the end of the document. */
function openValues({ bytes, view }: Chunk, into: Instance, start: number, end: number): boolean {
  if (start + 4 > end) return false;
  const count = view.getUint32(start, true);
  if (count < into.plan.slots || count > MAX_VALUES) return false;
  let at = start + 4 + 4 * count;
  into.count = count;
  into.bytes = -at;
  for (let i = 0, d = start + 4; i < count; i++, d += 4) {
    const size = view.getUint16(d, true);
    if (at + size > end) return false;
    into.offsets[i] = at;
    into.sizes[i] = size;
    const type = bytes[d + 2] as number;
    into.types[i] = type;
    if (!fitsType(bytes, type, at, size) && !fitsUse(into.plan, i, type, size)) return false;
    at += size;
  }
  into.bytes += at;
  return at === end || (at < end && bytes[at] === 0);
}

/** Values that are more than one text are taken only where the plan expects them. */
function fitsUse({ uses }: Plan, slot: number, type: number, size: number): boolean {
  if (type === BINXML) return uses[slot] === NESTED;
  return type === (STRING | ARRAY) && uses[slot] === LIST && size % 2 === 0;
}

/** At most this many characters of XML for a byte: `&apos;` or `&#127;` for one of an ANSI string. */
const PER_BYTE = 8;
/** And for a value beyond that: numbers, times. */
const PER_VALUE = 64;

/** An upper limit of the record's XML in characters; never asks for more than a few reads. */
export function longestXml({ outer, inner, hasInner }: PlainRecord): number {
  return longestOf(outer) + (hasInner ? longestOf(inner) : 0);
}

function longestOf({ plan, bytes, count }: Instance): number {
  // The items of an array of strings are 2 bytes at least.
  return plan.fixed + plan.repeats * (PER_BYTE * bytes + PER_VALUE * count) + plan.perItem * (bytes >> 1);
}

/** Steps the record would take on the careful way, about. */
export function plainCost({ outer, inner, hasInner }: PlainRecord): number {
  return costOf(outer) + (hasInner ? costOf(inner) : 0);
}

function costOf({ plan, bytes, count }: Instance): number {
  return plan.cost + count + ((plan.fixed + bytes) >> 4);
}
