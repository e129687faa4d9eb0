import type { Fields, FieldValue } from '../model/record.js';

export interface StructuredData {
  readonly fields: Fields;
  /** Index of the first character of the message. */
  readonly end: number;
  /** The elements are not as RFC 5424 writes them; what could not be read is left in the message. */
  readonly malformed: boolean;
}

/** Parameters kept of one line. */
const PARAMETERS = 256;

// exampleSDID@32473
const ID = /\[([^\s=\]"]{1,256})/y;
// iut="3"  eventID="10\] 11"   (rsyslog also passes on `name= "value"`)
const PARAMETER = / {1,8}([^\s=\]"]{1,256})= {0,8}"((?:[^"\\]|\\.)*)"/y;

/**
 * `-` or `[id name="value" ...][id2 ...]`, then a blank, an optional byte order mark and the message (RFC 5424, 6.3 and 6.4).
 * Parameters become `sd.<id>.<name>`; one that is repeated becomes a list.
 */
export function readStructuredData(text: string, from: number): StructuredData {
  const fields: Record<string, FieldValue> = {};
  if (text.charAt(from) === '-') return { fields, end: messageStart(text, from + 1), malformed: false };
  let at = from;
  let count = 0;
  while (text.charAt(at) === '[') {
    const end = readElement(text, at, (name, value) => {
      if (++count <= PARAMETERS) addField(fields, name, value);
    });
    if (end < 0) return { fields, end: at, malformed: true };
    at = end;
  }
  const isEmpty = at === from && from < text.length;
  return { fields, end: isEmpty ? from : messageStart(text, at), malformed: isEmpty };
}

/** Index behind the closing bracket, or -1. */
function readElement(text: string, from: number, parameter: (name: string, value: string) => void): number {
  ID.lastIndex = from;
  const id = ID.exec(text);
  if (id === null) return -1;
  const read: [string, string][] = [];
  let at = ID.lastIndex;
  for (;;) {
    PARAMETER.lastIndex = at;
    const m = PARAMETER.exec(text);
    if (m === null) break;
    read.push([`sd.${id[1]}.${m[1]}`, unescapeValue(m[2] as string)]);
    at = PARAMETER.lastIndex;
  }
  if (text.charAt(at) !== ']') return -1;
  for (const [name, value] of read) parameter(name, value);
  return at + 1;
}

function unescapeValue(value: string): string {
  return value.includes('\\') ? value.replace(/\\(["\\\]])/g, '$1') : value;
}

function addField(fields: Record<string, FieldValue>, name: string, value: string): void {
  const known = fields[name];
  if (known === undefined) fields[name] = value;
  else fields[name] = [...(Array.isArray(known) ? known : [String(known)]), value];
}

function messageStart(text: string, at: number): number {
  const start = text.charAt(at) === ' ' ? at + 1 : at;
  return text.charCodeAt(start) === 0xfeff ? start + 1 : start;
}
