import type { WrittenTime } from '../../src/model/time.js';
import type { WindowsEvent } from '../../src/parser/windows-event.js';
import { numberOf, timeOf } from './event.js';
import { type Instance, isThere, type PlainRecord } from './instance.js';
import type { Content, Item, LeafStep } from './plan.js';
import { repeatedText } from './repeated-text.js';
import { ARRAY, arrayTexts, BINXML, type Block, filetimeMicros, STRING, unsigned, valueText } from './values.js';

/** What says which event a record is, read without the rest of it. */
export interface EventHead {
  readonly provider: string;
  readonly eventId: number | null;
  readonly channel: string | null;
  readonly computer: string | null;
  readonly recordId: number | null;
}

/** Places in SYSTEM_KEYS. */
const PROVIDER = 0;
const EVENT_ID = 1;
const QUALIFIERS = 2;
const VERSION = 3;
const LEVEL = 4;
const TASK = 5;
const OPCODE = 6;
const KEYWORDS = 7;
const TIME = 8;
const RECORD_ID = 9;
const PROCESS_ID = 10;
const THREAD_ID = 11;
const CHANNEL = 12;
const COMPUTER = 13;
const USER_ID = 14;

export function decodeHead(block: Block, { outer }: PlainRecord): EventHead {
  return {
    provider: systemText(block, outer, PROVIDER) ?? '',
    eventId: systemNumber(block, outer, EVENT_ID),
    channel: systemText(block, outer, CHANNEL),
    computer: systemText(block, outer, COMPUTER),
    recordId: systemNumber(block, outer, RECORD_ID),
  };
}

/** `TimeCreated`; null where it is missing or says never. */
export function decodeTime(block: Block, { outer }: PlainRecord): WrittenTime | null {
  const item = systemItem(outer, TIME);
  if (item === null) return null;
  const slot = onlySlot(item.content);
  if (slot >= 0 && outer.types[slot] === 0x11) {
    const micros = filetimeMicros(block.view, outer.offsets[slot] as number);
    if (micros !== null) return { micros, clock: 'wall', utcOffset: 0, yearless: false, resolution: 1 };
  }
  return timeOf(contentText(block, outer, item.content));
}

/** The whole event, as finishEvent makes it of the elements. */
export function decodeEvent(
  block: Block,
  record: PlainRecord,
  head: EventHead & { readonly eventId: number },
  time: WrittenTime | null,
): WindowsEvent {
  const { outer, inner, hasInner } = record;
  const leaves: Leaves = { data: [], binary: null, message: null };
  for (const step of outer.plan.steps) {
    if (step.kind === 'leaf') addLeaf(block, outer, step, leaves);
    else if (hasInner && outer.types[step.slot] === BINXML && isThere(outer, step.needs)) {
      for (const own of inner.plan.steps) if (own.kind === 'leaf') addLeaf(block, inner, own, leaves);
    }
  }
  return {
    provider: head.provider,
    eventId: head.eventId,
    qualifiers: systemNumber(block, outer, QUALIFIERS),
    version: systemNumber(block, outer, VERSION),
    level: systemNumber(block, outer, LEVEL),
    task: systemNumber(block, outer, TASK),
    opcode: systemNumber(block, outer, OPCODE),
    keywords: systemText(block, outer, KEYWORDS),
    time,
    recordId: head.recordId,
    processId: systemNumber(block, outer, PROCESS_ID),
    threadId: systemNumber(block, outer, THREAD_ID),
    channel: head.channel,
    computer: head.computer,
    userId: systemText(block, outer, USER_ID),
    data: leaves.data,
    binary: leaves.binary,
    message: leaves.message,
  };
}

function systemItem({ plan, types }: Instance, key: number): Item | null {
  const items = plan.system[key];
  if (items === undefined) return null;
  for (const item of items) {
    let isGone = false;
    for (const id of item.needs) isGone ||= types[id] === 0;
    if (!isGone) return item;
  }
  return null;
}

function systemText(block: Block, instance: Instance, key: number): string | null {
  const item = systemItem(instance, key);
  if (item === null) return null;
  const slot = onlySlot(item.content);
  if (slot < 0 || instance.types[slot] !== STRING) return contentText(block, instance, item.content);
  return repeatedText(block.bytes, instance.offsets[slot] as number, instance.sizes[slot] as number);
}

function systemNumber(block: Block, instance: Instance, key: number): number | null {
  const item = systemItem(instance, key);
  if (item === null) return null;
  const slot = onlySlot(item.content);
  if (slot >= 0 && isUnsigned(instance.types[slot] as number)) {
    return unsigned(block.view, instance.offsets[slot] as number, instance.sizes[slot] as number);
  }
  return numberOf(contentText(block, instance, item.content));
}

/** UInt8, UInt16, UInt32, UInt64. */
function isUnsigned(type: number): boolean {
  return type === 0x04 || type === 0x06 || type === 0x08 || type === 0x0a;
}

function onlySlot(content: Content): number {
  const [only] = content;
  return content.length === 1 && typeof only === 'number' ? only : -1;
}

function contentText(block: Block, instance: Instance, content: Content): string {
  const [first] = content;
  if (content.length === 1 && first !== undefined) return partText(block, instance, first);
  let text = '';
  for (const part of content) text += partText(block, instance, part);
  return text;
}

function partText(block: Block, { types, offsets, sizes }: Instance, part: string | number): string {
  if (typeof part === 'string') return part;
  // Every value was found to fit its type.
  return valueText(block, types[part] as number, offsets[part] as number, sizes[part] as number) ?? '';
}

interface Leaves {
  readonly data: { readonly name: string | null; readonly value: string }[];
  binary: string | null;
  message: string | null;
}

function addLeaf(block: Block, instance: Instance, step: LeafStep, to: Leaves): void {
  if (!isThere(instance, step.needs)) return;
  const { list } = step;
  if (list < 0 || instance.types[list] !== (STRING | ARRAY)) {
    addValue(block, instance, step, to, contentText(block, instance, step.content));
    return;
  }
  const at = instance.offsets[list] as number;
  const items = arrayTexts(block, STRING | ARRAY, at, instance.sizes[list] as number) ?? [];
  // An empty array still makes one empty element.
  if (items.length === 0) addValue(block, instance, step, to, '');
  for (const item of items) addValue(block, instance, step, to, item);
}

function addValue(block: Block, instance: Instance, step: LeafStep, to: Leaves, value: string): void {
  if (step.target === 'binary') to.binary ??= value;
  else if (step.target === 'message') to.message ??= value;
  else {
    const { given } = step;
    const isNamed = given !== null && isThere(instance, given.needs);
    to.data.push({ name: isNamed ? contentText(block, instance, given.content) : step.name, value });
  }
}
