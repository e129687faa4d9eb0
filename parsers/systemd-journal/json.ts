import type { WrittenTime } from '../../src/model/time.js';
import { decodeField, type JournalFields, journalTime } from '../../src/parser/journal-entry.js';

// {"..."}   data: {"..."} (-o json-sse)   RS{"..."} (-o json-seq, RFC 7464)
const PREFIX = /^(?:\x1e|data: {0,4})?(?=\{)/;

/** The JSON object of a line, without what json-seq and json-sse put before it; null when the line holds none. */
export function jsonOf(text: string): string | null {
  const first = text.charCodeAt(0);
  if (first === 123) return text;
  if (first !== 30 && first !== 100) return null;
  const m = PREFIX.exec(text);
  return m === null ? null : text.slice(m[0].length);
}

/** Fields of `{"__REALTIME_TIMESTAMP":"1709428447000000","MESSAGE":[72,105],...}`; null when it is no such object. */
export function readJournalJson(json: string): JournalFields | null {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const fields = new Map<string, string | readonly string[] | null>();
  for (const [name, field] of Object.entries(value)) {
    const decoded = decodeValue(field);
    if (decoded !== undefined) fields.set(name, decoded);
  }
  return fields;
}

/** A string; bytes; several of either; null for a field left out. Undefined for what journalctl does not write. */
function decodeValue(value: unknown): string | readonly string[] | null | undefined {
  if (typeof value === 'string' || value === null) return value;
  if (typeof value === 'number') return String(value);
  if (!Array.isArray(value)) return undefined;
  const items: readonly unknown[] = value;
  if (isBytes(items)) return decodeField(Uint8Array.from(items));
  const several = items.map(decodeValue).filter((one): one is string => typeof one === 'string');
  return several.length > 0 ? several : undefined;
}

function isBytes(value: readonly unknown[]): value is number[] {
  return value.length > 0 && value.every((byte) => Number.isInteger(byte) && Number(byte) >= 0 && Number(byte) <= 255);
}

// Inside a string the quotes would be escaped, so the name with its quotes can only be a key.
const SOURCE_TIME = /"_SOURCE_REALTIME_TIMESTAMP"\s*:\s*\[?\s*"?(\d{1,16})\b/;
const RECEIVE_TIME = /"__REALTIME_TIMESTAMP"\s*:\s*\[?\s*"?(\d{1,16})\b/;

/** The time of an entry without parsing it. */
export function jsonTime(json: string): WrittenTime | null {
  const m = SOURCE_TIME.exec(json) ?? RECEIVE_TIME.exec(json);
  return m === null ? null : journalTime(Number(m[1]));
}
