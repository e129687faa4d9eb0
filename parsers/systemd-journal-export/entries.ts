import { decodeField, type JournalFields } from '../../src/parser/journal-entry.js';
import type { ByteInput } from '../../src/parser/parser.js';

/** One entry of the export format and where it begins. */
export interface ExportEntry {
  readonly fields: JournalFields;
  readonly byteOffset: number;
  /** Why a part of it could not be read; null when all was. */
  readonly damage: 'cut' | 'field-length' | 'no-field' | null;
}

const CHUNK = 1 << 18;
/** A field longer than this is cut. */
const FIELD_BYTES = 1 << 20;
/** Longest name that is looked at; systemd allows 64 characters. */
const NAME_BYTES = 256;
const NAME = /^[A-Z_][A-Z0-9_]{0,63}$/;
/** Entries longer than this are ended: 1024 fields of a MiB would be a GiB. */
const ENTRY_BYTES = 16 << 20;
const LINE_FEED = 10;
const EQUALS = 61;

/** The bytes of a source, read in pieces as they are asked for. */
interface Window {
  /** At most `length` bytes from `offset`; a copy. */
  slice(offset: number, length: number): Uint8Array;
  /** Offset of the next line feed from `offset`, at most `limit` away; -1 when there is none. */
  lineFeed(offset: number, limit: number): number;
}

function openWindow(input: ByteInput): Window {
  let base = 0;
  let bytes = new Uint8Array(0);
  const load = (offset: number): void => {
    if (offset >= base && offset < base + bytes.length) return;
    base = offset;
    bytes = Uint8Array.from(input.read(offset, CHUNK));
  };
  return {
    slice(offset, length) {
      const wanted = Math.max(0, Math.min(length, input.size - offset));
      if (offset >= base && offset + wanted <= base + bytes.length)
        return bytes.slice(offset - base, offset - base + wanted);
      return wanted === 0 ? new Uint8Array(0) : Uint8Array.from(input.read(offset, wanted));
    },
    lineFeed(offset, limit) {
      const end = Math.min(input.size, offset + limit);
      for (let at = offset; at < end; at = base + bytes.length) {
        load(at);
        if (bytes.length === 0) return -1;
        const found = bytes.indexOf(LINE_FEED, at - base);
        if (found >= 0) return base + found < end ? base + found : -1;
      }
      return -1;
    },
  };
}

/**
 * The journal export format (systemd docs/JOURNAL_EXPORT_FORMATS.md): `NAME=value` lines, binary fields as a line with
 * the name, a 64-bit little-endian length, the bytes and a line feed; an empty line ends an entry.
 */
export function* readExport(input: ByteInput): Generator<ExportEntry> {
  const window = openWindow(input);
  let fields = new Map<string, string | string[]>();
  let damage: ExportEntry['damage'] = null;
  let start = 0;
  let offset = 0;
  while (offset < input.size) {
    const read = readField(window, input.size, offset);
    if (read.name !== null) addField(fields, read.name, read.value);
    damage ??= read.damage;
    offset = read.next;
    const isCut = !read.end && (offset >= input.size || offset - start > ENTRY_BYTES);
    if (!read.end && !isCut) continue;
    if (isCut) damage ??= 'cut';
    if (fields.size > 0 || damage !== null) yield { fields, byteOffset: start, damage };
    fields = new Map();
    damage = null;
    start = offset;
  }
}

function addField(fields: Map<string, string | string[]>, name: string, value: string): void {
  const known = fields.get(name);
  if (known === undefined) fields.set(name, value);
  else if (typeof known === 'string') fields.set(name, [known, value]);
  else known.push(value);
}

interface ReadField {
  readonly name: string | null;
  readonly value: string;
  readonly next: number;
  /** An empty line: the entry is complete. */
  readonly end: boolean;
  readonly damage: ExportEntry['damage'];
}

const NOTHING = { name: null, value: '', end: false, damage: null } as const;

function readField(window: Window, size: number, offset: number): ReadField {
  const feed = window.lineFeed(offset, size - offset);
  const lineEnd = feed < 0 ? size : feed;
  if (lineEnd === offset) return { ...NOTHING, next: offset + 1, end: true };
  const line = window.slice(offset, Math.min(lineEnd - offset, FIELD_BYTES + NAME_BYTES));
  const equals = line.indexOf(EQUALS);
  const name = decodeField(line.subarray(0, equals < 0 ? Math.min(line.length, NAME_BYTES) : equals));
  if (!NAME.test(name)) return { ...NOTHING, next: lineEnd + 1, damage: 'no-field' };
  if (equals < 0) return readBinary(window, size, name, lineEnd + 1);
  return { ...NOTHING, name, value: decodeField(line.subarray(equals + 1)), next: lineEnd + 1 };
}

function readBinary(window: Window, size: number, name: string, offset: number): ReadField {
  const head = window.slice(offset, 8);
  if (head.length < 8) return { ...NOTHING, next: size, damage: 'cut' };
  const length = Number(new DataView(head.buffer, head.byteOffset, 8).getBigUint64(0, true));
  const end = offset + 8 + length;
  // The line feed behind the bytes tells a length from damage.
  if (end > size || (end < size && window.slice(end, 1)[0] !== LINE_FEED)) {
    return resumed(window, size, offset);
  }
  const value = decodeField(window.slice(offset + 8, Math.min(length, FIELD_BYTES)));
  return { ...NOTHING, name, value, next: end + 1 };
}

/** Goes on behind the next empty line: there the next entry begins. */
function resumed(window: Window, size: number, from: number): ReadField {
  for (let at = from; at < size; ) {
    const feed = window.lineFeed(at, size - at);
    if (feed < 0) break;
    if (window.slice(feed + 1, 1)[0] === LINE_FEED) {
      return { ...NOTHING, next: feed + 2, end: true, damage: 'field-length' };
    }
    at = feed + 1;
  }
  return { ...NOTHING, next: size, end: true, damage: 'field-length' };
}
