import { RECORD_LIMIT } from '../../src/parser/assemble.js';
import { type Chunk, readParts } from './binxml.js';
import { openCursor } from './cursor.js';
import { addAttribute, addText, closeElement, type EventBuilder, openElement, openEvent } from './event.js';
import { type AttributePart, type ElementPart, NO_VALUES, type Part, type SlotPart, type Values } from './tree.js';
import { ANSI_STRING, ARRAY, arrayTexts, BINXML, hexText, NULL, STRING, valueText } from './values.js';
import { escapeAttribute, escapeText } from './xml.js';

/** One record as it is written out: the XML and the event in one pass. */
export interface Rendering {
  readonly chunk: Chunk;
  readonly event: EventBuilder;
  xml: string;
  damage: string | null;
  isTruncated: boolean;
}

/** Binary XML values within binary XML values. */
const MAX_NESTING = 16;

/** The BinXML document at `[at, end)`. */
export function renderDocument(chunk: Chunk, at: number, end: number): Rendering {
  const rendering: Rendering = { chunk, event: openEvent(), xml: '', damage: null, isTruncated: false };
  renderFragment(rendering, at, end, 0);
  return rendering;
}

function renderFragment(rendering: Rendering, at: number, end: number, nesting: number): void {
  const cursor = openCursor(rendering.chunk, at, end);
  const parts = readParts(cursor, 0);
  rendering.damage ??= cursor.damage;
  renderParts(rendering, { values: NO_VALUES, row: null, nesting }, parts);
}

/** What substitutions refer to. */
interface Scope {
  readonly values: Values;
  /** Item of each array that is being spread over repeated elements. */
  readonly row: { readonly index: number; readonly lists: ReadonlyMap<number, readonly string[]> } | null;
  readonly nesting: number;
}

function renderParts(rendering: Rendering, scope: Scope, parts: readonly Part[]): void {
  for (const part of parts) {
    if (--rendering.chunk.steps < 0) {
      damage(rendering, 'it nests too deep or refers too often');
      return;
    }
    switch (part.kind) {
      case 'text':
        rendering.xml += part.xml;
        addText(rendering.event, part.text);
        break;
      case 'slot':
        renderSlot(rendering, scope, part);
        break;
      case 'element':
        renderElement(rendering, scope, part);
        break;
      case 'instance':
        renderParts(rendering, { values: part.values, row: null, nesting: scope.nesting }, part.parts);
        break;
      case 'instruction':
        rendering.xml += `<?${part.target} ${part.text}?>`;
    }
  }
}

function renderElement(rendering: Rendering, scope: Scope, element: ElementPart): void {
  // `<Event>` itself depends on its data (%17) in real templates; an event without data is still an event.
  if (rendering.event.depth > 0) for (const id of element.needs) if (isNull(scope.values, id)) return;
  const lists = arraysOf(rendering, scope, element);
  if (lists === null) {
    renderOnce(rendering, scope, element);
    return;
  }
  // An empty array still makes one empty element (libevtx, "Normal substitution").
  let count = 1;
  for (const list of lists.values()) count = Math.max(count, list.length);
  for (let index = 0; index < count && rendering.chunk.steps > 0 && !isFull(rendering); index++) {
    rendering.chunk.steps--;
    renderOnce(rendering, { ...scope, row: { index, lists } }, element);
  }
}

/** The arrays an element is repeated for, by substitution id; null when it has none. */
function arraysOf(rendering: Rendering, scope: Scope, element: ElementPart): Map<number, string[]> | null {
  let lists: Map<number, string[]> | null = null;
  for (const id of element.slots) {
    const type = scope.values.types[id] ?? NULL;
    if ((type & ARRAY) === 0 || lists?.has(id)) continue;
    lists ??= new Map();
    lists.set(id, arrayOf(rendering, scope.values, id, type));
  }
  return lists;
}

function arrayOf(rendering: Rendering, values: Values, id: number, type: number): string[] {
  const at = values.offsets[id] ?? 0;
  const size = values.sizes[id] ?? 0;
  rendering.chunk.steps -= size >> 2;
  const items = arrayTexts(rendering.chunk, type, at, size);
  if (items !== null) return items;
  damage(rendering, BAD_VALUE);
  return [hexText(rendering.chunk.bytes, at, size)];
}

function renderOnce(rendering: Rendering, scope: Scope, element: ElementPart): void {
  if (isFull(rendering)) return;
  const { event } = rendering;
  rendering.xml += `<${element.name}`;
  openElement(event, element.name);
  for (const attribute of element.attributes) renderAttribute(rendering, scope, attribute);
  if (element.empty) rendering.xml += '/>';
  else {
    rendering.xml += '>';
    renderParts(rendering, scope, element.content);
    rendering.xml += `</${element.name}>`;
  }
  closeElement(event, element.name);
}

function renderAttribute(rendering: Rendering, scope: Scope, attribute: AttributePart): void {
  rendering.chunk.steps--;
  if (isFull(rendering)) return;
  if (attribute.fixed !== null) {
    rendering.xml += ` ${attribute.name}='${attribute.fixed.xml}'`;
    addAttribute(rendering.event, attribute.name, attribute.fixed.text);
    return;
  }
  let value = '';
  for (const part of attribute.content) {
    if (part.kind === 'text') value += part.text;
    else if (part.optional && isNull(scope.values, part.id)) return;
    else value += slotText(rendering, scope, part);
  }
  rendering.xml += ` ${attribute.name}='${escapeAttribute(value)}'`;
  addAttribute(rendering.event, attribute.name, value);
}

function renderSlot(rendering: Rendering, scope: Scope, slot: SlotPart): void {
  const { types, offsets, sizes } = scope.values;
  if (isFull(rendering)) return;
  if (types[slot.id] === BINXML) {
    const at = offsets[slot.id] ?? 0;
    if (scope.nesting >= MAX_NESTING) damage(rendering, 'it nests too deep or refers too often');
    else renderFragment(rendering, at, at + (sizes[slot.id] ?? 0), scope.nesting + 1);
    return;
  }
  const text = slotText(rendering, scope, slot);
  rendering.xml += isText(types[slot.id]) ? escapeText(text) : text;
  addText(rendering.event, text);
}

/** Numbers, times, GUIDs, SIDs and hex have no character that XML would escape; half of all values are such. */
function isText(type: number | undefined): boolean {
  return type === STRING || type === ANSI_STRING || ((type ?? 0) & ARRAY) !== 0;
}

const BAD_VALUE = 'a value does not fit its type';

function slotText(rendering: Rendering, scope: Scope, slot: SlotPart): string {
  const { types, offsets, sizes } = scope.values;
  const type = types[slot.id];
  if (type === undefined) return damage(rendering, 'a substitution has no value');
  const list = scope.row?.lists.get(slot.id);
  if (list !== undefined) return list[scope.row?.index ?? 0] ?? '';
  const at = offsets[slot.id] ?? 0;
  const size = sizes[slot.id] ?? 0;
  // Arrays may not stand in attributes (MS-EVEN6 3.1.4.7.5); one that does is not lost.
  if ((type & ARRAY) !== 0) return arrayOf(rendering, scope.values, slot.id, type).join(',');
  const text = valueText(rendering.chunk, type, at, size);
  if (text !== null) return text;
  damage(rendering, BAD_VALUE);
  return hexText(rendering.chunk.bytes, at, size);
}

function isNull(values: Values, id: number): boolean {
  return values.types[id] === NULL;
}

/** Text beyond 1 MiB is not matched by anyone; 64 KiB of BinXML get there only through arrays or by ill will. */
function isFull(rendering: Rendering): boolean {
  if (rendering.xml.length <= RECORD_LIMIT) return false;
  rendering.isTruncated = true;
  return true;
}

function damage(rendering: Rendering, reason: string): string {
  rendering.damage ??= reason;
  return '';
}
