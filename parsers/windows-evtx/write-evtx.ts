/**
 * Test code: writes EVTX files. Not a reader turned round: template and name tables, chaining and alignment follow
 * the format as Windows writes it, so that the reader is tested against the format and not against itself.
 */
import { crc32 } from 'node:zlib';
import { type EvtxValue, encodeValue, guidOf, integerBytes, join, utf16Bytes } from './write-evtx-values.js';

export interface WindowsEventSpec {
  readonly provider: string;
  readonly guid?: string;
  readonly eventId: number;
  readonly qualifiers?: number;
  readonly version?: number;
  readonly level?: number;
  readonly task?: number;
  readonly opcode?: number;
  readonly keywords?: bigint;
  /** FILETIME; see `filetime`. */
  readonly time: bigint;
  /** Default: one more than that of the event before. */
  readonly recordId?: number;
  readonly processId?: number;
  readonly threadId?: number;
  readonly channel: string;
  readonly computer: string;
  readonly userId?: string;
  readonly activityId?: string;
  /** `<Data>` of EventData; a null name gives a bare `<Data>`. */
  readonly data?: readonly { readonly name: string | null; readonly value: EvtxValue }[];
  readonly binary?: Uint8Array;
  /** UserData instead of EventData. */
  readonly userData?: EvtxElement;
}

export interface EvtxElement {
  readonly name: string;
  readonly attributes?: readonly (readonly [string, EvtxValue])[];
  readonly content?: EvtxValue | readonly EvtxElement[];
}

/** BinXML given byte by byte; `at` is where it will stand in the chunk. */
export interface RawRecord {
  readonly binXml: (at: number) => Uint8Array;
  readonly recordId?: number;
  readonly time: bigint;
}

export interface WriteOptions {
  readonly isDirty?: boolean;
  readonly isFull?: boolean;
  /** As exported files can be: flag 0x4, checksums left at 0. */
  readonly hasChecksums?: boolean;
  readonly recordsPerChunk?: number;
  /** Zeroed blocks that Windows allocates ahead. */
  readonly emptyChunks?: number;
}

const CHUNK_SIZE = 65_536;
const EPOCH_TICKS = 116_444_736_000_000_000n;
const NAMESPACE = 'http://schemas.microsoft.com/win/2004/08/events/event';

/** `2024-03-01T02:14:07.1234567Z` as FILETIME. */
export function filetime(text: string): bigint {
  const [, seconds = '', fraction = ''] = /^(.{19})(?:\.(\d{1,7}))?Z$/.exec(text) ?? [];
  return BigInt(Date.parse(`${seconds}Z`)) * 10_000n + BigInt(fraction.padEnd(7, '0')) + EPOCH_TICKS;
}

export function writeEvtx(events: readonly (WindowsEventSpec | RawRecord)[], options: WriteOptions = {}): Uint8Array {
  const chunks: Uint8Array[] = [];
  let chunk = openChunk();
  let id = 0;
  for (const event of events) {
    id = event.recordId ?? id + 1;
    const isFull = chunk.ids.length >= (options.recordsPerChunk ?? Number.POSITIVE_INFINITY);
    if (isFull || !writeRecord(chunk, event, id)) {
      chunks.push(closeChunk(chunk, options));
      chunk = openChunk();
      if (!writeRecord(chunk, event, id)) throw new Error(`event ${id} does not fit into a chunk`);
    }
  }
  if (chunk.ids.length > 0 || chunks.length === 0) chunks.push(closeChunk(chunk, options));
  const empty = new Uint8Array(CHUNK_SIZE * (options.emptyChunks ?? 0));
  return join([fileHeader(chunks.length, id + 1, options), ...chunks, empty]);
}

function fileHeader(chunks: number, nextId: number, options: WriteOptions): Uint8Array {
  const bytes = new Uint8Array(4096);
  const view = new DataView(bytes.buffer);
  bytes.set(ascii('ElfFile\0'));
  view.setBigUint64(16, BigInt(chunks - 1), true);
  view.setBigUint64(24, BigInt(nextId), true);
  view.setUint32(32, 128, true);
  view.setUint16(36, 1, true);
  view.setUint16(38, 3, true);
  view.setUint16(40, 4096, true);
  view.setUint16(42, chunks, true);
  const hasChecksums = options.hasChecksums ?? true;
  view.setUint32(120, (options.isDirty ? 1 : 0) | (options.isFull ? 2 : 0) | (hasChecksums ? 0 : 4), true);
  if (hasChecksums) view.setUint32(124, crc32(bytes.subarray(0, 120)), true);
  return bytes;
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

interface OpenChunk {
  /** Twice a chunk, so that a record that does not fit is noticed after it was written. */
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;
  lastRecord: number;
  readonly ids: number[];
  readonly names: Map<string, number>;
  readonly templates: Map<string, number>;
  /** Heads of the name chains (64) and the template chains (32). */
  heads: number[];
}

function openChunk(): OpenChunk {
  const bytes = new Uint8Array(4 * CHUNK_SIZE);
  const view = new DataView(bytes.buffer);
  return {
    bytes,
    view,
    at: 512,
    lastRecord: 0,
    ids: [],
    names: new Map(),
    templates: new Map(),
    heads: Array(96).fill(0),
  };
}

function closeChunk(chunk: OpenChunk, options: WriteOptions): Uint8Array {
  const { view, ids } = chunk;
  const bytes = chunk.bytes.slice(0, CHUNK_SIZE);
  chunk.heads.forEach((head, index) => {
    view.setUint32(128 + 4 * index, head, true);
  });
  bytes.set(chunk.bytes.subarray(0, 512));
  const header = new DataView(bytes.buffer);
  bytes.set(ascii('ElfChnk\0'));
  // An empty chunk has -1 for its ids, as a cleared log shows.
  const first = BigInt(ids[0] ?? -1);
  const last = BigInt(ids.at(-1) ?? -1);
  [first, last, first, last].forEach((id, index) => {
    header.setBigInt64(8 + 8 * index, id, true);
  });
  header.setUint32(40, 128, true);
  header.setUint32(44, chunk.lastRecord, true);
  header.setUint32(48, chunk.at, true);
  const hasChecksums = options.hasChecksums ?? true;
  header.setUint32(120, hasChecksums ? 1 : 5, true);
  if (hasChecksums) {
    header.setUint32(52, crc32(bytes.subarray(512, chunk.at)), true);
    header.setUint32(124, crc32(bytes.subarray(128, 512), crc32(bytes.subarray(0, 120))), true);
  }
  return bytes;
}

/** False when the chunk is full; it is then as it was before. */
function writeRecord(chunk: OpenChunk, event: WindowsEventSpec | RawRecord, id: number): boolean {
  const start = chunk.at;
  const heads = [...chunk.heads];
  put(chunk, ascii('**\0\0'), 0, 4, BigInt(id), 8, event.time, 8);
  if ('binXml' in event) put(chunk, event.binXml(chunk.at));
  else writeEvent(chunk, event, id);
  // Windows aligns records to 8 bytes.
  chunk.at += (8 - ((chunk.at + 4) % 8)) % 8;
  put(chunk, chunk.at + 4 - start, 4);
  if (chunk.at > CHUNK_SIZE) {
    chunk.bytes.fill(0, start);
    chunk.at = start;
    chunk.heads = heads;
    return false;
  }
  chunk.view.setUint32(start + 4, chunk.at - start, true);
  chunk.lastRecord = start;
  chunk.ids.push(id);
  return true;
}

/** Byte arrays as they are; a number is followed by its width. */
function put(chunk: OpenChunk, ...parts: readonly (Uint8Array | number | bigint)[]): void {
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] as Uint8Array | number | bigint;
    const bytes = part instanceof Uint8Array ? part : integerBytes(part, Number(parts[++i]));
    if (chunk.at + bytes.length > chunk.bytes.length) throw new Error('a record is larger than a chunk');
    chunk.bytes.set(bytes, chunk.at);
    chunk.at += bytes.length;
  }
}

interface Slot {
  readonly slot: number;
  readonly isOptional: boolean;
}

interface Node {
  readonly name: string;
  readonly attributes: readonly (readonly [string, string | Slot])[];
  readonly content: readonly (Node | string | Slot)[];
}

interface Instance {
  readonly root: Node;
  readonly values: readonly (EvtxValue | Instance)[];
}

function writeEvent(chunk: OpenChunk, event: WindowsEventSpec, id: number): void {
  writeFragment(chunk, eventInstance(event, id));
}

const optional = (slot: number): Slot => ({ slot, isOptional: true });
const leaf = (name: string, content: string | Slot): Node => ({ name, attributes: [], content: [content] });

/** The outer template with the substitutions Windows gives it; the event's own template is the last of them. */
function eventInstance(event: WindowsEventSpec, id: number): Instance {
  const provider: [string, string][] = [['Name', event.provider]];
  if (event.guid !== undefined) provider.push(['Guid', event.guid]);
  const system: Node[] = [
    { name: 'Provider', attributes: provider, content: [] },
    { name: 'EventID', attributes: [['Qualifiers', optional(4)]], content: [optional(3)] },
    leaf('Version', optional(11)),
    leaf('Level', optional(0)),
    leaf('Task', optional(2)),
    leaf('Opcode', optional(1)),
    leaf('Keywords', optional(5)),
    { name: 'TimeCreated', attributes: [['SystemTime', optional(6)]], content: [] },
    leaf('EventRecordID', optional(10)),
    { name: 'Correlation', attributes: [['ActivityID', optional(7)]], content: [] },
    {
      name: 'Execution',
      attributes: [
        ['ProcessID', optional(8)],
        ['ThreadID', optional(9)],
      ],
      content: [],
    },
    leaf('Channel', event.channel),
    leaf('Computer', event.computer),
    { name: 'Security', attributes: [['UserID', optional(12)]], content: [] },
  ];
  const inner: Node | Slot = event.userData === undefined ? optional(13) : leaf('UserData', optional(13));
  const content = [{ name: 'System', attributes: [], content: system }, inner];
  return { root: { name: 'Event', attributes: [['xmlns', NAMESPACE]], content }, values: systemValues(event, id) };
}

function systemValues(event: WindowsEventSpec, id: number): (EvtxValue | Instance)[] {
  const number = (type: 'uint8' | 'uint16' | 'uint32', value: number | undefined): EvtxValue =>
    value === undefined ? { type: 'null' } : { type, value };
  return [
    number('uint8', event.level ?? 4),
    number('uint8', event.opcode ?? 0),
    number('uint16', event.task ?? 0),
    number('uint16', event.eventId),
    number('uint16', event.qualifiers),
    { type: 'hex64', value: event.keywords ?? 0x8000000000000000n },
    { type: 'filetime', value: event.time },
    event.activityId === undefined ? { type: 'null' } : { type: 'guid', value: event.activityId },
    number('uint32', event.processId),
    number('uint32', event.threadId),
    { type: 'uint64', value: id },
    number('uint8', event.version ?? 0),
    event.userId === undefined ? { type: 'null' } : { type: 'sid', value: event.userId },
    event.userData === undefined ? eventData(event) : userData(event.userData),
  ];
}

function eventData(event: WindowsEventSpec): Instance {
  const values: EvtxValue[] = [];
  const content = (event.data ?? []).map(({ name, value }): Node => {
    values.push(value);
    const attributes: [string, string][] = name === null ? [] : [['Name', name]];
    return { name: 'Data', attributes, content: [{ slot: values.length - 1, isOptional: false }] };
  });
  if (event.binary !== undefined) {
    values.push({ type: 'binary', value: event.binary });
    content.push(leaf('Binary', optional(values.length - 1)));
  }
  return { root: { name: 'EventData', attributes: [], content }, values };
}

function userData(element: EvtxElement): Instance {
  const values: EvtxValue[] = [];
  const slot = (value: EvtxValue): Slot => ({ slot: values.push(value) - 1, isOptional: false });
  const node = ({ name, attributes = [], content = [] }: EvtxElement): Node => ({
    name,
    attributes: attributes.map(([key, value]) => [key, slot(value)]),
    content: isElements(content) ? content.map(node) : [slot(content)],
  });
  return { root: node(element), values };
}

function isElements(content: EvtxValue | readonly EvtxElement[]): content is readonly EvtxElement[] {
  return Array.isArray(content);
}

function writeFragment(chunk: OpenChunk, instance: Instance): void {
  put(chunk, 0x0001010f, 4, 0x0c, 1, 1, 1);
  const guid = guidOf(JSON.stringify(instance.root));
  const id = new DataView(guid.buffer).getUint32(0, true);
  const known = chunk.templates.get(String(guid));
  put(chunk, id, 4, known ?? chunk.at + 8, 4);
  if (known === undefined) writeTemplate(chunk, guid, id, instance.root);
  writeValues(chunk, instance.values);
  put(chunk, 0, 1);
}

function writeTemplate(chunk: OpenChunk, guid: Uint8Array, id: number, root: Node): void {
  const start = chunk.at;
  chunk.templates.set(String(guid), start);
  const bucket = 64 + (id % 32);
  put(chunk, chunk.heads[bucket] ?? 0, 4, guid, 0, 4, 0x0001010f, 4);
  chunk.heads[bucket] = start;
  writeNode(chunk, root);
  put(chunk, 0, 1);
  chunk.view.setUint32(start + 20, chunk.at - start - 24, true);
}

function writeNode(chunk: OpenChunk, node: Node): void {
  const slots = node.content.filter((part): part is Slot => typeof part === 'object' && 'slot' in part);
  const dependency = slots.find((slot) => slot.isOptional)?.slot ?? 0xffff;
  put(chunk, node.attributes.length > 0 ? 0x41 : 0x01, 1, dependency, 2);
  const size = chunk.at;
  put(chunk, 0, 4);
  writeName(chunk, node.name);
  if (node.attributes.length > 0) writeAttributes(chunk, node.attributes);
  if (node.content.length === 0 && node.attributes.length > 0) put(chunk, 0x03, 1);
  else {
    put(chunk, 0x02, 1);
    for (const part of node.content) {
      if (typeof part === 'object' && 'name' in part) writeNode(chunk, part);
      else writeText(chunk, part);
    }
    put(chunk, 0x04, 1);
  }
  chunk.view.setUint32(size, chunk.at - size - 4, true);
}

function writeAttributes(chunk: OpenChunk, attributes: Node['attributes']): void {
  const size = chunk.at;
  put(chunk, 0, 4);
  attributes.forEach(([name, value], index) => {
    put(chunk, index < attributes.length - 1 ? 0x46 : 0x06, 1);
    writeName(chunk, name);
    writeText(chunk, value);
  });
  chunk.view.setUint32(size, chunk.at - size - 4, true);
}

function writeText(chunk: OpenChunk, text: string | Slot): void {
  if (typeof text !== 'string') put(chunk, text.isOptional ? 0x0e : 0x0d, 1, text.slot, 2, 0x01, 1);
  else put(chunk, 0x05, 1, 0x01, 1, text.length, 2, utf16Bytes(text));
}

function writeName(chunk: OpenChunk, name: string): void {
  const known = chunk.names.get(name);
  put(chunk, known ?? chunk.at + 4, 4);
  if (known === undefined) putName(chunk, name);
}

function putName(chunk: OpenChunk, name: string): void {
  // MS-EVEN6 2.2.12: the low 16 bits of hash * 65599 + character.
  let hash = 0;
  for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 65_599) + name.charCodeAt(i)) >>> 0;
  const bucket = (hash & 0xffff) % 64;
  const start = chunk.at;
  put(chunk, chunk.heads[bucket] ?? 0, 4, hash & 0xffff, 2, name.length, 2, utf16Bytes(name), 0, 2);
  chunk.names.set(name, start);
  chunk.heads[bucket] = start;
}

function writeValues(chunk: OpenChunk, values: readonly (EvtxValue | Instance)[]): void {
  put(chunk, values.length, 4);
  const descriptors = chunk.at;
  chunk.at += 4 * values.length;
  values.forEach((value, index) => {
    const start = chunk.at;
    let code = 0x21;
    if (typeof value === 'object' && 'root' in value) writeFragment(chunk, value);
    else {
      const encoded = encodeValue(value);
      code = encoded.code;
      put(chunk, encoded.bytes);
    }
    chunk.view.setUint16(descriptors + 4 * index, chunk.at - start, true);
    chunk.view.setUint8(descriptors + 4 * index + 2, code);
  });
}
