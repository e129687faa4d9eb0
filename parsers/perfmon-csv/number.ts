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

/** Where in a row we are, and what the rows so far have shown. */
export interface Cursor {
  readonly delimiter: number;
  /** Index behind what was read last. */
  end: number;
  /** Decimal sign of the table: the first one seen. A cell with the other one is not a number. */
  decimal: number;
}

/** Value of the cell whose text starts at `from`, NaN where it has none; leaves `end` on what closes it. */
export function readCell(cursor: Cursor, line: string, from: number, quoted: boolean, last: boolean): number {
  const stop = quoted ? QUOTE : cursor.delimiter;
  const value = readDigits(cursor, line, from, quoted);
  if (cursor.end < line.length && line.charCodeAt(cursor.end) === stop && !Number.isNaN(value)) return value;
  cursor.end = closeOf(line, from, String.fromCharCode(stop));
  // Where the file was cut off the number is not whole. Unquoted, only the last column may end with the line.
  if (cursor.end === line.length && (quoted || !last)) return Number.NaN;
  return readText(cursor, line, from, cursor.end);
}

/** Index of what closes a cell, or the length of the line. */
export function closeOf(line: string, from: number, mark: string): number {
  const close = line.indexOf(mark, from);
  return close < 0 ? line.length : close;
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
