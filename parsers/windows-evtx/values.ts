/** BinXML value types (MS-EVEN6 3.1.4.7.3, libevtx "Value types"). `ARRAY` is or-ed to the type of the items. */
export const NULL = 0x00;
export const STRING = 0x01;
export const ANSI_STRING = 0x02;
export const BINXML = 0x21;
export const ARRAY = 0x80;

/** Where values lie: a chunk, or any other block that holds BinXML. */
export interface Block {
  readonly bytes: Buffer;
  readonly view: DataView;
}

/** Bytes of one item by type, 0x00 to 0x15; 0 where the length comes with the value (0x10 has 4 or 8, 0x13 varies). */
const ITEM_SIZES = [0, 0, 0, 1, 1, 2, 2, 4, 4, 8, 8, 4, 8, 4, 0, 16, 0, 8, 16, 0, 4, 8];

export function itemSize(type: number): number {
  return ITEM_SIZES[type] ?? 0;
}

/**
 * A value as Windows prints it (the "canonical XML representation" of MS-EVEN6). Null when its bytes do not fit
 * its type; `hexText` then keeps them.
 */
export function valueText(block: Block, type: number, at: number, size: number): string | null {
  switch (type) {
    case NULL:
      return '';
    case STRING:
      return size % 2 === 0 ? stringText(block.bytes, at, size) : null;
    case ANSI_STRING:
      return withoutEnd(ansi(block.bytes, at, size));
    case 0x03:
    case 0x05:
    case 0x07:
    case 0x09:
      return signedText(block.view, at, size);
    case 0x04:
    case 0x06:
    case 0x08:
    case 0x0a:
      return unsignedText(block.view, at, size);
    case 0x0b:
    case 0x0c:
      return realText(block.view, at, size);
    case 0x0d:
      // Producers store any non-zero number for true, although MS-EVEN6 allows 0 and 1 only.
      return isNumberSize(size) ? (isZero(block.bytes, at, size) ? 'false' : 'true') : null;
    case 0x0e:
      return hexText(block.bytes, at, size);
    case 0x0f:
      return size === 16 ? guidText(block.view, block.bytes, at) : null;
    case 0x10:
    case 0x14:
    case 0x15:
      return hexNumberText(block.view, at, size);
    case 0x11:
      return size === 8 ? filetimeText(block.view, at) : null;
    case 0x12:
      return size === 16 ? systemTimeText(block.view, at) : null;
    case 0x13:
      return sidText(block.view, block.bytes, at, size);
    default:
      return null;
  }
}

const INTEGER = (1 << 1) | (1 << 2) | (1 << 4) | (1 << 8);
const WIDE = (1 << 4) | (1 << 8);
/** Sizes a value may have by type, one bit each; ANY, or 0 where valueText looks closer. */
const ANY = -1;
const SIZES = Int32Array.from([
  ANY,
  0,
  ANY,
  INTEGER,
  INTEGER,
  INTEGER,
  INTEGER,
  INTEGER,
  INTEGER,
  INTEGER,
  INTEGER,
  WIDE,
  WIDE,
  INTEGER,
  ANY,
  1 << 16,
  WIDE,
  1 << 8,
  1 << 16,
  0,
  WIDE,
  WIDE,
]);

/** Whether valueText has a text for the value, found out without making it. */
export function fitsType(bytes: Uint8Array, type: number, at: number, size: number): boolean {
  if (type === STRING) return size % 2 === 0;
  const sizes = SIZES[type] ?? 0;
  if (sizes !== 0) return sizes === ANY || (size <= 16 && ((sizes >> size) & 1) === 1);
  return type === 0x13 && size >= 8 && size >= 8 + 4 * (bytes[at + 1] as number);
}

/** Items of an array value. Strings end with a NUL each; a last one without NUL counts too. */
export function arrayTexts(block: Block, type: number, at: number, size: number): string[] | null {
  const item = type & ~ARRAY;
  if (item === STRING || item === ANSI_STRING) return stringItems(block.bytes, item, at, size);
  if (item === 0x13) return sidItems(block, at, size);
  // Size_t arrays come as hex arrays (0x94, 0x95); a bare 0x90 can only be of 64-bit producers today.
  const width = item === 0x10 ? 8 : itemSize(item);
  if (width === 0 || size % width !== 0) return null;
  const items: string[] = [];
  for (let i = at; i < at + size; i += width) items.push(valueText(block, item, i, width) ?? '');
  return items;
}

function stringItems(bytes: Buffer, item: number, at: number, size: number): string[] | null {
  if (size === 0) return [];
  if (item === STRING && size % 2 !== 0) return null;
  const items = (item === STRING ? utf16(bytes, at, size) : ansi(bytes, at, size)).split('\0');
  if (items.at(-1) === '') items.pop();
  return items;
}

function sidItems(block: Block, at: number, size: number): string[] | null {
  const items: string[] = [];
  const end = at + size;
  for (let i = at; i < end; ) {
    const length = i + 8 <= end ? 8 + 4 * block.view.getUint8(i + 1) : 0;
    const text = length === 0 ? null : sidText(block.view, block.bytes, i, Math.min(length, end - i));
    if (text === null) return null;
    items.push(text);
    i += length;
  }
  return items;
}

/** UTF-16LE at any alignment. Lone surrogates stay as they are: TextDecoder would replace them. */
export function utf16(bytes: Buffer, at: number, size: number): string {
  return bytes.toString('utf16le', at, at + size - (size & 1));
}

export function stringText(bytes: Buffer, at: number, size: number): string {
  return withoutEnd(utf16(bytes, at, size));
}

// The code page of ANSI strings is not stored. Windows-1252 maps every byte to one character, so nothing is lost.
const ANSI = new TextDecoder('windows-1252');

function ansi(bytes: Uint8Array, at: number, size: number): string {
  return ANSI.decode(bytes.subarray(at, at + size));
}

/** Some providers count the NUL of a C string into the length. */
function withoutEnd(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0) end--;
  return end === text.length ? text : text.slice(0, end);
}

function isNumberSize(size: number): boolean {
  return size === 1 || size === 2 || size === 4 || size === 8;
}

function isZero(bytes: Uint8Array, at: number, size: number): boolean {
  for (let i = at; i < at + size; i++) if (bytes[i] !== 0) return false;
  return true;
}

function unsignedText(view: DataView, at: number, size: number): string | null {
  if (size === 1) return String(view.getUint8(at));
  if (size === 2) return String(view.getUint16(at, true));
  if (size === 4) return String(view.getUint32(at, true));
  return size === 8 ? String(view.getBigUint64(at, true)) : null;
}

/** An unsigned number of 1, 2, 4 or 8 bytes, rounded as Number() rounds its decimal text. */
export function unsigned(view: DataView, at: number, size: number): number {
  if (size === 4) return view.getUint32(at, true);
  if (size === 2) return view.getUint16(at, true);
  if (size === 1) return view.getUint8(at);
  return view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
}

function signedText(view: DataView, at: number, size: number): string | null {
  if (size === 1) return String(view.getInt8(at));
  if (size === 2) return String(view.getInt16(at, true));
  if (size === 4) return String(view.getInt32(at, true));
  return size === 8 ? String(view.getBigInt64(at, true)) : null;
}

function hexNumberText(view: DataView, at: number, size: number): string | null {
  if (size === 4) return `0x${view.getUint32(at, true).toString(16)}`;
  if (size !== 8) return null;
  const high = view.getUint32(at + 4, true);
  const low = view.getUint32(at, true).toString(16);
  return high === 0 ? `0x${low}` : `0x${high.toString(16)}${low.padStart(8, '0')}`;
}

/** Shortest decimal that reads back as the same number; infinities as the C runtime of Windows prints them (libevtx). */
function realText(view: DataView, at: number, size: number): string | null {
  if (size !== 4 && size !== 8) return null;
  const value = size === 8 ? view.getFloat64(at, true) : view.getFloat32(at, true);
  if (Number.isNaN(value)) return '-1.#IND';
  if (!Number.isFinite(value)) return value > 0 ? '1.#INF' : '-1.#INF';
  if (size === 8) return String(value);
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}

const HEX = Array.from({ length: 256 }, (_, n) => n.toString(16).toUpperCase().padStart(2, '0'));

/** Upper-case hex, as Windows prints `<Binary>`. */
export function hexText(bytes: Uint8Array, at: number, size: number): string {
  let text = '';
  for (let i = at; i < at + size; i++) text += HEX[bytes[i] as number] as string;
  return text;
}

/** `{54849625-5478-4994-A5BA-3E3B0328C30D}`: three little-endian numbers, then eight bytes in order. */
function guidText(view: DataView, bytes: Uint8Array, at: number): string {
  const first = view.getUint32(at, true).toString(16).toUpperCase().padStart(8, '0');
  const pairs = `${hexSwapped(bytes, at + 4)}-${hexSwapped(bytes, at + 6)}`;
  return `{${first}-${pairs}-${hexText(bytes, at + 8, 2)}-${hexText(bytes, at + 10, 6)}}`;
}

function hexSwapped(bytes: Uint8Array, at: number): string {
  return `${HEX[bytes[at + 1] as number]}${HEX[bytes[at] as number]}`;
}

/** Revision, count, six bytes big-endian authority, sub-authorities. Authorities from 2^32 on are hex (MS-DTYP 2.4.2.1). */
function sidText(view: DataView, bytes: Uint8Array, at: number, size: number): string | null {
  const count = size >= 8 ? view.getUint8(at + 1) : 0;
  if (size < 8 || size < 8 + 4 * count) return null;
  const high = view.getUint16(at + 2, false);
  const authority = high === 0 ? String(view.getUint32(at + 4, false)) : `0x${hexText(bytes, at + 2, 6)}`;
  let text = `S-${view.getUint8(at)}-${authority}`;
  for (let i = 0; i < count; i++) text += `-${view.getUint32(at + 8 + 4 * i, true)}`;
  return text;
}

/** Seconds from 1601-01-01, where FILETIME counts from, to 1970-01-01. */
const EPOCH_SECONDS = 11_644_473_600;
const SECONDS_9999 = 253_402_300_799;

/** FILETIME as whole seconds since 1970 and the 100 ns ticks within the second. Exact for every year up to 9999. */
export function readFiletime(view: DataView, at: number): { readonly seconds: number; readonly ticks: number } {
  const high = view.getUint32(at + 4, true);
  const low = view.getUint32(at, true);
  // 2^32 = 429 * 10^7 + 4,967,296. `rest` stays below 2^53 while high < 1.8e9; year 9999 is 0x24c8 5a5e = 6.2e8.
  const rest = high * 4_967_296 + low;
  const whole = Math.floor(rest / 1e7);
  return { seconds: high * 429 + whole - EPOCH_SECONDS, ticks: rest - whole * 1e7 };
}

/** FILETIME in microseconds since 1970; null before 1684 (0 is "never") and from 2255 on, where doubles are not exact. */
export function filetimeMicros(view: DataView, at: number): number | null {
  const { seconds, ticks } = readFiletime(view, at);
  const micros = seconds * 1e6 + Math.floor(ticks / 10);
  return Number.isSafeInteger(micros) ? micros : null;
}

/** `2024-03-01T02:14:07.1234567Z` as Windows 10 and later print it; beyond year 9999 (0x7fff... = never) as hex. */
function filetimeText(view: DataView, at: number): string {
  const { seconds, ticks } = readFiletime(view, at);
  if (seconds > SECONDS_9999) return hexNumberText(view, at, 8) ?? '';
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${String(ticks).padStart(7, '0')}Z`;
}

/** Year, month, day of week, day, hour, minute, second, millisecond: 16 bits each. Kept as written, in range or not. */
function systemTimeText(view: DataView, at: number): string {
  const part = (index: number, width: number): string =>
    String(view.getUint16(at + 2 * index, true)).padStart(width, '0');
  return `${part(0, 4)}-${part(1, 2)}-${part(3, 2)}T${part(4, 2)}:${part(5, 2)}:${part(6, 2)}.${part(7, 3)}Z`;
}
