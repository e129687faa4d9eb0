import type { MetricPoint, Position } from '../../src/model/record.js';
import type { Micros, WrittenTime } from '../../src/model/time.js';
import { civilMicros } from '../../src/parser/stamp.js';
import type { Column, Header, Sum } from './header.js';

const QUOTE = 34;
const COMMA = 44;
const DOT = 46;

/** 10^0 to 10^15 are exact doubles: a mantissa below 2^53 divided by one of them is rounded once, as Number() does. */
const POWERS = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);
/** One more digit keeps any mantissa below this under 2^53 = 9.007e15. */
const MANTISSA_LIMIT = 9e14;
/** Longest text that is read as a number: "%.17g" needs 24 characters. */
const NUMBER_LIMIT = 64;
const NUMBER = /^ *[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][+-]?\d{1,3})? *$/;

/** `MM/dd/yyyy HH:mm:ss.fff`, quoted or not, at the beginning of a row. */
export function readRowTime(line: string): Micros | null {
  const at = line.charCodeAt(0) === QUOTE ? 1 : 0;
  // "03/03/2024 02:14:07.123",
  if (line.charCodeAt(at + 2) !== 47 || line.charCodeAt(at + 5) !== 47 || line.charCodeAt(at + 10) !== 32) return null;
  if (line.charCodeAt(at + 13) !== 58 || line.charCodeAt(at + 16) !== 58) return null;
  const year = digits(line, at + 6, 4);
  const month = digits(line, at, 2);
  const day = digits(line, at + 3, 2);
  const hour = digits(line, at + 11, 2);
  const minute = digits(line, at + 14, 2);
  const second = digits(line, at + 17, 2);
  const milli = line.charCodeAt(at + 19) === DOT ? digits(line, at + 20, 3) : 0;
  // NaN fails no range check of civilMicros, so it is refused here.
  if (Number.isNaN(year + month + day + hour + minute + second + milli)) return null;
  return civilMicros(year, month - 1, day, hour, minute, second, milli * 1000);
}

function digits(line: string, from: number, count: number): number {
  let value = 0;
  for (let i = from; i < from + count; i++) {
    const digit = line.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

export interface RowTarget {
  metric(point: MetricPoint): void;
  /** A cell of this column has no value. */
  missing(column: Column, at: Position): void;
}

export interface RowReader {
  /** Emits the points of one row and gives the number of cells it has. */
  read(line: string, time: WrittenTime, interval: Micros | null, at: Position): number;
}

/** Where in a row we are, and what the rows so far have shown. */
interface Cursor {
  readonly delimiter: number;
  /** Index behind what was read last. */
  end: number;
  /** Decimal sign of the file: the first one seen. A cell with the other one is not a number. */
  decimal: number;
}

/** Rows of one header. Every cell is looked at once: 400 columns each second are 34 million cells a day. */
export function createRowReader(header: Header, target: RowTarget): RowReader {
  const { columns, sums } = header;
  const cursor: Cursor = { delimiter: header.delimiter.charCodeAt(0), end: 0, decimal: 0 };
  return {
    read(line, time, interval, at) {
      let count = 0;
      let i = 0;
      // A delimiter that ends the line starts no further cell.
      while (i < line.length) {
        const column = columns[count++];
        const quoted = line.charCodeAt(i) === QUOTE;
        const from = quoted ? i + 1 : i;
        if (column === null || column === undefined) {
          cursor.end = closeOf(line, from, quoted ? '"' : header.delimiter);
        } else {
          const raw = readCell(cursor, line, from, quoted, count === columns.length);
          emit(column, raw, time, interval, at, target);
        }
        i = (quoted ? nextDelimiter(line, cursor.end, cursor.delimiter) : cursor.end) + 1;
      }
      for (const sum of sums) emitSum(sum, time, interval, at, target);
      return count;
    },
  };
}

/** Index of what closes a cell, or the length of the line. */
function closeOf(line: string, from: number, mark: string): number {
  const close = line.indexOf(mark, from);
  return close < 0 ? line.length : close;
}

/** Text between a closing quote and the delimiter is not read. */
function nextDelimiter(line: string, close: number, delimiter: number): number {
  let i = close + 1;
  while (i < line.length && line.charCodeAt(i) !== delimiter) i++;
  return i;
}

/** Value of the cell whose text starts at `from`; leaves `end` on what closes it. */
function readCell(cursor: Cursor, line: string, from: number, quoted: boolean, last: boolean): number {
  const stop = quoted ? QUOTE : cursor.delimiter;
  const value = readDigits(cursor, line, from, quoted);
  if (cursor.end < line.length && line.charCodeAt(cursor.end) === stop && !Number.isNaN(value)) return value;
  cursor.end = closeOf(line, from, String.fromCharCode(stop));
  // Where the file was cut off the number is not whole. Unquoted, only the last column may end with the line.
  if (cursor.end === line.length && (quoted || !last)) return Number.NaN;
  return readText(cursor, line, from, cursor.end);
}

/** The fast way: digits with at most one decimal sign. Leaves `end` behind the last character that belongs to it. */
function readDigits(cursor: Cursor, line: string, from: number, quoted: boolean): number {
  let mantissa = 0;
  let places = -1;
  let i = from;
  for (; i < line.length; i++) {
    const c = line.charCodeAt(i);
    if (c >= 48 && c <= 57) {
      if (mantissa >= MANTISSA_LIMIT) break;
      mantissa = mantissa * 10 + (c - 48);
      if (places >= 0) places++;
    } else if (places < 0 && (c === DOT || c === COMMA) && (quoted || c !== cursor.delimiter)) {
      if (cursor.decimal === 0) cursor.decimal = c;
      else if (cursor.decimal !== c) break;
      places = 0;
    } else break;
  }
  cursor.end = i;
  const seen = places < 0 ? i - from : i - from - 1;
  if (seen === 0 || places > 15) return Number.NaN;
  return places > 0 ? mantissa / (POWERS[places] as number) : mantissa;
}

/** The slow way: blanks, signs, exponents, more digits than a double holds exactly. */
function readText(cursor: Cursor, line: string, from: number, to: number): number {
  if (to - from > NUMBER_LIMIT) return Number.NaN;
  const text = line.slice(from, to);
  if (!NUMBER.test(text)) return Number.NaN;
  const comma = text.includes(',');
  if (comma || text.includes('.')) {
    const sign = comma ? COMMA : DOT;
    if (cursor.decimal === 0) cursor.decimal = sign;
    else if (cursor.decimal !== sign) return Number.NaN;
  }
  return Number(comma ? text.replace(',', '.') : text);
}

function emit(
  column: Column,
  raw: number,
  time: WrittenTime,
  interval: Micros | null,
  at: Position,
  target: RowTarget,
): void {
  // PDH writes -1 for a counter it could not collect; nothing that is measured here can be negative.
  if (!(raw >= 0) || raw === Number.POSITIVE_INFINITY) {
    if (!column.missing) target.missing(column, at);
    return;
  }
  const value = column.idle ? Math.max(0, 1 - raw / 100) : raw;
  if (column.sum !== null) {
    column.sum[column.half === 'first' ? 'first' : 'second'] = value;
    return;
  }
  const { host, objectType, object, metric, series } = column;
  target.metric({ time, interval, host, objectType, object, metric, value, series, at });
}

function emitSum(sum: Sum, time: WrittenTime, interval: Micros | null, at: Position, target: RowTarget): void {
  const value = sum.first + sum.second;
  sum.first = Number.NaN;
  sum.second = Number.NaN;
  if (Number.isNaN(value)) return;
  const { host, objectType, object, metric, series } = sum;
  target.metric({ time, interval, host, objectType, object, metric, value, series, at });
}
