import type { Micros } from '../../src/model/time.js';
import { civilMicros } from '../../src/parser/stamp.js';
import { type Cursor, closeOf, readCell } from './number.js';
import type { Plan, Slot } from './plan.js';

const QUOTE = 34;
const DOT = 46;
const SLASH = 47;
const COLON = 58;
const BLANK = 32;

/** `MM/dd/yyyy HH:mm:ss.fff`, quoted or not, at index `start` of a text: the beginning of a row. */
export function readRowTime(text: Uint8Array, start: number): Micros | null {
  const at = text[start] === QUOTE ? start + 1 : start;
  // "03/03/2024 02:14:07.123",
  if (text[at + 2] !== SLASH || text[at + 5] !== SLASH || text[at + 10] !== BLANK) return null;
  if (text[at + 13] !== COLON || text[at + 16] !== COLON) return null;
  const year = digits(text, at + 6, 4);
  const month = digits(text, at, 2);
  const day = digits(text, at + 3, 2);
  const hour = digits(text, at + 11, 2);
  const minute = digits(text, at + 14, 2);
  const second = digits(text, at + 17, 2);
  const milli = text[at + 19] === DOT ? digits(text, at + 20, 3) : 0;
  // NaN fails no range check of civilMicros, so it is refused here.
  if (Number.isNaN(year + month + day + hour + minute + second + milli)) return null;
  return civilMicros(year, month - 1, day, hour, minute, second, milli * 1000);
}

function digits(text: Uint8Array, from: number, count: number): number {
  let value = 0;
  for (let i = from; i < from + count; i++) {
    const digit = (text[i] ?? 0) - 48;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

export interface RowTarget {
  value(slot: Slot, value: number): void;
  /** A cell of this column has no value. */
  missing(slot: Slot): void;
}

/** Reads the cells of any row and gives their number. The kernel reads the same, in WebAssembly, where it can. */
export function readCells(line: string, plan: Plan, cursor: Cursor, target: RowTarget): number {
  const { delimiter } = plan.header;
  let count = 0;
  let i = 0;
  // A delimiter that ends the line starts no further cell.
  while (i < line.length) {
    const slot = plan.slotAt[count++];
    const quoted = line.charCodeAt(i) === QUOTE;
    const from = quoted ? i + 1 : i;
    if (slot === null || slot === undefined) {
      cursor.end = closeOf(line, from, quoted ? '"' : delimiter);
    } else {
      const value = readCell(cursor, line, from, quoted, count === plan.slotAt.length);
      // PDH writes -1 for a counter it could not collect; nothing that is measured here can be negative.
      if (value >= 0 && value !== Number.POSITIVE_INFINITY) target.value(slot, value);
      else target.missing(slot);
    }
    i = (quoted ? nextDelimiter(line, cursor.end, cursor.delimiter) : cursor.end) + 1;
  }
  return count;
}

/** Text between a closing quote and the delimiter is not read. */
function nextDelimiter(line: string, close: number, delimiter: number): number {
  let i = close + 1;
  while (i < line.length && line.charCodeAt(i) !== delimiter) i++;
  return i;
}
