import { isUtf8 } from 'node:buffer';
import type { ByteInput, TextReader } from '../parser/parser.js';
import { decodeBytes, type Encoding } from './encoding.js';

const CHUNK = 1 << 20;

/** Feeds a source to a text reader in decoded chunks that never split a character. Returns offsets of invalid UTF-8. */
export function readText(input: ByteInput, encoding: Encoding, start: number, reader: TextReader): readonly number[] {
  const invalid: number[] = [];
  let offset = start;
  while (offset < input.size) {
    const raw = input.read(offset, CHUNK);
    if (raw.length === 0) break;
    const isLast = offset + raw.length >= input.size;
    const bytes = isLast ? raw : raw.subarray(0, wholeCharacters(raw, encoding));
    const { text, valid } = decodeBytes(bytes, encoding);
    if (!valid) invalid.push(offset);
    reader.text(text, { byteOffset: offset });
    offset += bytes.length;
  }
  reader.end();
  return invalid;
}

/** Length without a character that the chunk's end cuts in two. */
function wholeCharacters(bytes: Uint8Array, encoding: Encoding): number {
  if (encoding !== 'utf-8') return wideCut(bytes, encoding);
  for (let cut = bytes.length; cut > Math.max(0, bytes.length - 4); cut--) {
    const lead = bytes[cut - 1] ?? 0;
    if (lead < 0x80) return cut;
    if (lead >= 0xc0) return isUtf8(bytes.subarray(cut - 1)) ? bytes.length : cut - 1;
  }
  return bytes.length;
}

function wideCut(bytes: Uint8Array, encoding: Encoding): number {
  const even = bytes.length & ~1;
  const high = encoding === 'utf-16le' ? bytes[even - 1] : bytes[even - 2];
  const isLeadSurrogate = high !== undefined && high >= 0xd8 && high <= 0xdb;
  return isLeadSurrogate && even > 2 ? even - 2 : even;
}
