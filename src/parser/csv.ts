import { RECORD_LIMIT } from './assemble.js';

/** Where a row starts: `line` from 1; `byteOffset` as the chunks state it, exact for UTF-8 with LF line ends. */
export interface CsvPosition {
  readonly line: number;
  readonly byteOffset: number;
}

export interface CsvOptions {
  /**
   * `csv-quote`: a quoted cell never ended; its quote was taken as text and reading went on after the line it stands in.
   * `record-truncated`: a line is longer than 1 MiB; the rest of that line was left out.
   */
  readonly problem?: (code: 'csv-quote' | 'record-truncated', at: CsvPosition) => void;
  /** Called with each line that starts with `#` and stands before the first row; without it such a line is a row. */
  readonly comment?: (line: string, at: CsvPosition) => void;
}

/** `text` is the row as it stands in the source. */
export type OnRow = (cells: string[], at: CsvPosition, text: string) => void;

export interface CsvReader {
  text(chunk: string, at: { readonly byteOffset: number }): void;
  end(): void;
}

export interface Line {
  readonly text: string;
  readonly at: CsvPosition;
}

/** A row that is not finished, because a quoted cell in it runs over the end of the line. */
interface OpenRow {
  readonly at: CsvPosition;
  readonly cells: string[];
  /** What the open cell holds so far, one string per line. */
  readonly value: string[];
  /** The lines since the one in which the open cell's quote stands, for reading them again if it never ends. */
  readonly lines: Line[];
  /** Where in the first of `lines` that quote stands. */
  readonly quoteAt: number;
  /** The whole row as it stands in the source, one string per line. */
  readonly text: string[];
  /** Characters of the row so far. */
  size: number;
}

/**
 * RFC 4180 with any one-character delimiter, tolerant of damage. Blank lines are skipped; cells keep their blanks.
 * A quoted cell that does not end within 1 MiB, or inside which a new quoted cell starts, is read again with its quote
 * as plain text. Work stays linear: a line that is read twice could open such a cell again only if it is the last one.
 * The delimiter may be a function of the first lines that are neither blank nor comments; it gives null to pass over a
 * line that stands before the table.
 */
export function createCsvReader(
  delimiter: string | ((line: string, at: CsvPosition) => string | null),
  onRow: OnRow,
  options: CsvOptions = {},
): CsvReader {
  let rows: RowAssembler | null = null;
  const feed = (line: Line): void => {
    if (rows === null) {
      if (line.text.trim() === '') return;
      if (options.comment !== undefined && line.text.startsWith('#')) {
        options.comment(line.text.replace(/\r$/, ''), line.at);
        return;
      }
      const separator = typeof delimiter === 'string' ? delimiter : delimiter(line.text, line.at);
      if (separator === null) return;
      rows = assembleRows(separator, onRow, (at) => options.problem?.('csv-quote', at));
    }
    readAll([line], rows);
  };
  const splitter = splitLines(feed, (at) => options.problem?.('record-truncated', at));
  return {
    text: splitter.text,
    end() {
      splitter.end();
      if (rows !== null) for (let left = rows.abandon(); left.length > 0; left = rows.abandon()) readAll(left, rows);
    },
  };
}

function readAll(lines: readonly Line[], rows: RowAssembler): void {
  const stack = lines.toReversed();
  for (let line = stack.pop(); line !== undefined; line = stack.pop()) {
    const again = rows.take(line);
    for (let i = again.length - 1; i >= 0; i--) stack.push(again[i] as Line);
  }
}

interface RowAssembler {
  /** Takes one line; gives back the lines that must be read again. */
  take(line: Line): readonly Line[];
  /** Ends an open row at the line in which its bad quote stands; gives back the lines after that one. */
  abandon(): readonly Line[];
}

function assembleRows(separator: string, onRow: OnRow, onBroken: (at: CsvPosition) => void): RowAssembler {
  let open: OpenRow | null = null;
  /** A line was read to its end: the row is done, or its last cell is still open. */
  const settle = (end: CellsEnd, row: Pick<OpenRow, 'at' | 'cells' | 'text' | 'size'>, line: Line): void => {
    open = end === null ? null : { ...row, value: [end.value], lines: [line], quoteAt: end.quoteAt };
    if (end === null) onRow(row.cells, row.at, row.text.join('\n'));
  };
  const abandon = (): readonly Line[] => {
    if (open === null) return [];
    const { at, cells, lines, quoteAt, text } = open;
    open = null;
    const first = lines[0];
    onBroken(first?.at ?? at);
    const own = text.slice(0, text.length - lines.length + 1).join('\n');
    onRow([...cells, ...withoutCr(first?.text.slice(quoteAt) ?? '').split(separator)], at, own);
    return lines.slice(1);
  };
  const resume = (row: OpenRow, line: Line): readonly Line[] => {
    row.lines.push(line);
    row.text.push(withoutCr(line.text));
    row.size += line.text.length + 1;
    const step = readQuoted(line.text, 0, separator, true);
    if (step.kind === 'broken' || row.size > RECORD_LIMIT) return abandon();
    row.value.push(step.value);
    if (step.kind === 'closed') {
      row.cells.push(row.value.join('\n'));
      settle(readAfterQuoted(line.text, step.next, separator, row.cells), row, line);
    }
    return [];
  };
  return {
    abandon,
    take(line) {
      if (open !== null) return resume(open, line);
      if (line.text.trim() === '') return [];
      const row = { at: line.at, cells: [], text: [withoutCr(line.text)], size: line.text.length };
      settle(readCells(line.text, 0, separator, row.cells), row, line);
      return [];
    },
  };
}

/** One line into its cells; a quoted cell that does not end is taken as plain text. */
export function splitCsvLine(line: string, delimiter: string): string[] {
  const cells: string[] = [];
  const end = readCells(line, 0, delimiter, cells);
  if (end !== null) cells.push(...withoutCr(line.slice(end.quoteAt)).split(delimiter));
  return cells;
}

/** Null: the line ended with the row. Otherwise the cell that is still open. */
type CellsEnd = { readonly value: string; readonly quoteAt: number } | null;

/** Behind a closing quote stands a delimiter or the end of the line. */
function readAfterQuoted(text: string, from: number, separator: string, cells: string[]): CellsEnd {
  return text[from] === separator ? readCells(text, from + 1, separator, cells) : null;
}

/** Reads cells from `from`, the first character of a cell. */
function readCells(text: string, from: number, separator: string, cells: string[]): CellsEnd {
  let at = from;
  for (;;) {
    let next: number;
    if (text[at] === '"') {
      const step = readQuoted(text, at + 1, separator, false);
      if (step.kind !== 'closed') return { value: step.kind === 'open' ? step.value : '', quoteAt: at };
      cells.push(step.value);
      next = step.next;
    } else {
      const found = text.indexOf(separator, at);
      next = found < 0 ? text.length : found;
      cells.push(found < 0 ? withoutCr(text.slice(at)) : text.slice(at, next));
    }
    if (text[next] !== separator) return null;
    at = next + 1;
  }
}

type Quoted =
  | { readonly kind: 'closed'; readonly value: string; readonly next: number }
  | { readonly kind: 'open'; readonly value: string }
  | { readonly kind: 'broken' };

/**
 * The inside of a quoted cell from `from`. Writers that do not double an inner quote are common (`"file "C:\x" gone"`):
 * such a quote is text. But one that stands where a cell would start, in a cell that has run over a line end already
 * (`spanning`), is a new cell: the open one was never closed.
 */
function readQuoted(text: string, from: number, separator: string, spanning: boolean): Quoted {
  let value = '';
  let copied = from;
  for (let quote = text.indexOf('"', from); quote >= 0; quote = text.indexOf('"', copied)) {
    if (text[quote + 1] === '"') {
      value += text.slice(copied, quote + 1);
      copied = quote + 2;
      continue;
    }
    if (endsCell(text, quote + 1, separator)) {
      return { kind: 'closed', value: value + text.slice(copied, quote), next: quote + 1 };
    }
    let run = quote;
    while (run > 0 && text[run - 1] === '"') run -= 1;
    if (run === 0 || text[run - 1] === separator) {
      if (spanning) return { kind: 'broken' };
      // `""x`: an empty quoted cell with text behind it. Only quotes so far, so the run began with the cell.
      if (run < from) return closePlain(text, quote + 1, separator, value + text.slice(copied, quote));
    }
    value += text.slice(copied, quote + 1);
    copied = quote + 1;
  }
  return { kind: 'open', value: value + text.slice(copied) };
}

function closePlain(text: string, from: number, separator: string, value: string): Quoted {
  const found = text.indexOf(separator, from);
  const rest = found < 0 ? withoutCr(text.slice(from)) : text.slice(from, found);
  return { kind: 'closed', value: value + rest, next: found < 0 ? text.length : found };
}

function endsCell(text: string, at: number, separator: string): boolean {
  return at >= text.length || text[at] === separator || (text[at] === '\r' && at + 1 === text.length);
}

function withoutCr(text: string): string {
  return text.endsWith('\r') ? text.slice(0, -1) : text;
}

/** Chunks into lines (without LF, with CR) and their places; a line of more than 1 MiB is cut. */
export function splitLines(
  onLine: (line: Line) => void,
  onCut: (at: CsvPosition) => void,
  onEnd: () => void = () => {},
): CsvReader {
  let pending = '';
  let number = 1;
  let start: number | null = null;
  let cut = false;
  const add = (piece: string): void => {
    const room = RECORD_LIMIT - pending.length;
    if (piece.length > room && !cut) {
      cut = true;
      onCut({ line: number, byteOffset: start ?? 0 });
    }
    if (room > 0) pending += piece.slice(0, room);
  };
  const emit = (): void => {
    const line: Line = { text: pending, at: { line: number, byteOffset: start ?? 0 } };
    pending = '';
    number += 1;
    start = null;
    cut = false;
    onLine(line);
  };
  return {
    text(chunk, at) {
      let byteOffset = at.byteOffset;
      let from = 0;
      for (let feed = chunk.indexOf('\n'); feed >= 0; feed = chunk.indexOf('\n', from)) {
        start ??= byteOffset;
        byteOffset += utf8Length(chunk, from, feed) + 1;
        add(chunk.slice(from, feed));
        from = feed + 1;
        emit();
      }
      if (from === chunk.length) return;
      start ??= byteOffset;
      add(chunk.slice(from));
    },
    end() {
      if (pending !== '') emit();
      onEnd();
    },
  };
}

function utf8Length(text: string, from: number, to: number): number {
  let bytes = to - from;
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    // A surrogate pair is two units and four bytes, so each half counts two.
    if (code > 0x7f) bytes += code > 0x7ff && (code < 0xd800 || code > 0xdfff) ? 2 : 1;
  }
  return bytes;
}
