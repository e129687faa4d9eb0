import type { Position } from '../../src/model/record.js';
import type { Sink } from '../../src/parser/parser.js';
import type { Capture } from './capture.js';
import { type Cell, readCell, readTableHead, type Table } from './columns.js';
import { readDate, readStamp } from './stamp.js';

// Linux 5.10.0-28-amd64 (web01) \t03/03/2024 \t_x86_64_\t(2 CPU)
const RUN_HEAD = /^\s*Linux (\S{1,200}) \((\S{1,255})\)\s+(\S.{0,60}?)\s+_\S{1,40}_\s+\(\d{1,5} CPU\)\s*$/;
const CPU_HEAD = /^\s*avg-cpu:\s+%user\s/;

export interface RunHead {
  readonly release: string;
  readonly host: string;
  readonly date: string;
}

export function readRunHead(line: string): RunHead | null {
  const m = RUN_HEAD.exec(line);
  return m === null ? null : { release: m[1] ?? '', host: m[2] ?? '', date: m[3] ?? '' };
}

export function isCpuHead(line: string): boolean {
  return CPU_HEAD.test(line);
}

export interface TextReader {
  start(head: RunHead): void;
  line(line: string, at: Position): void;
  /** Lines were left out here. */
  reset(): void;
  end(): void;
}

/** Where in the output we are. */
interface State {
  /** Table whose rows may follow. */
  open: Table | null;
  /** Head of the last table, which comes again with every sample. */
  head: { readonly line: string; readonly table: Table } | null;
  /** The numbers of avg-cpu may follow. */
  cpu: boolean;
  /** A blank line stands between the table's rows and here. */
  blank: boolean;
  /** Device name on a line of its own (-h before sysstat 11.5); its numbers follow. */
  name: { readonly text: string; readonly at: Position } | null;
  /** The line before is a row whose last number has fewer decimals than its neighbour. */
  short: Position | null;
}

export function createTextReader(sink: Sink, capture: Capture): TextReader {
  const state: State = { open: null, head: null, cpu: false, blank: false, name: null, short: null };
  const reset = (): void => {
    state.open = null;
    state.cpu = false;
    state.name = null;
    state.short = null;
  };
  return {
    start(head) {
      reset();
      capture.start({ host: head.host, date: readDate(head.date) });
    },
    line(line, at) {
      state.short = null;
      if (line.trim() === '') {
        dropName(state, sink);
        state.blank = true;
      } else if (state.cpu && isNumbers(line)) state.cpu = false;
      else if (!openTable(state, line, at, sink, capture) && !openSample(state, line, at, sink, capture)) {
        readLine(state, line, at, sink, capture);
      }
    },
    reset,
    end() {
      if (state.name !== null) reportWidth(sink, state.name.at);
      if (state.short === null) return;
      capture.dropLastRow();
      reportWidth(sink, state.short);
    },
  };
}

function isNumbers(line: string): boolean {
  return line
    .trim()
    .split(/\s+/)
    .every((word) => readCell(word) !== null);
}

function openTable(state: State, line: string, at: Position, sink: Sink, capture: Capture): boolean {
  if (state.head === null || line !== state.head.line) {
    const table = readTableHead(line);
    if (table === null) return false;
    state.head = { line, table };
    if (table.unknown.length > 0) {
      sink.issue('counter-unknown', 'error', `columns of iostat that are not known: ${table.unknown.join(' ')}`, at);
    }
  }
  dropName(state, sink);
  state.open = state.head.table;
  state.cpu = false;
  state.blank = false;
  capture.table(at);
  return true;
}

/** A stamp or avg-cpu: what is above a table, and ends the one before. */
function openSample(state: State, line: string, at: Position, sink: Sink, capture: Capture): boolean {
  const cpu = isCpuHead(line);
  const stamp = cpu ? null : readStamp(line);
  if (!cpu && stamp === null) return false;
  dropName(state, sink);
  state.open = null;
  state.cpu = cpu;
  if (stamp !== null) capture.stamp(stamp, at);
  return true;
}

function readLine(state: State, line: string, at: Position, sink: Sink, capture: Capture): void {
  const { open, name } = state;
  if (open === null) {
    sink.issue('iostat-line-ignored', 'info', 'lines outside the tables of devices were not read', at);
    return;
  }
  const words = line.trim().split(/\s+/);
  if (words.length === 1 && !state.blank && !isNumbers(line)) {
    dropName(state, sink);
    state.name = { text: line.trim(), at };
    return;
  }
  const row = splitRow(words, open, name?.text ?? null);
  const cells = row?.cells.map((word) => readCell(word));
  if (row === null || cells === undefined || cells.includes(null)) {
    dropName(state, sink);
    const cut = words.length > 1 && words.length <= open.names.length && isNumbers(words.slice(1).join(' '));
    if (cut) reportWidth(sink, at);
    else reportUnreadable(state, at, sink);
    return;
  }
  state.name = null;
  const used = cells.map((cell, index) => (open.readings[index] === null ? null : cell));
  capture.row({ object: row.object, cells: used, table: open, at });
  state.short = isShort(cells) && !open.deviceLast ? at : null;
}

/** A name whose numbers did not follow was none. */
function dropName(state: State, sink: Sink): void {
  if (state.name !== null) reportUnreadable(state, state.name.at, sink);
  state.name = null;
}

/** Names may hold blanks (-j LABEL, -g), numbers never do. */
function splitRow(
  words: readonly string[],
  table: Table,
  name: string | null,
): { readonly object: string; readonly cells: readonly string[] } | null {
  const width = table.names.length;
  if (name !== null) return words.length === width ? { object: name, cells: words } : null;
  if (words.length <= width) return null;
  const cut = table.deviceLast ? width : words.length - width;
  const [left, right] = [words.slice(0, cut), words.slice(cut)];
  return table.deviceLast ? { object: right.join(' '), cells: left } : { object: left.join(' '), cells: right };
}

/** `12.57    0.4`: every number of a row has the same decimals, so the file ends inside the last one. */
function isShort(cells: readonly (Cell | null)[]): boolean {
  const [beforeLast, last] = cells.slice(-2);
  if (!beforeLast || !last || beforeLast.unit !== null) return false;
  return last.decimals < beforeLast.decimals;
}

function reportWidth(sink: Sink, at: Position): void {
  sink.issue('row-width', 'error', 'a row has fewer numbers than its table has columns; it was left out', at);
}

/** Behind a blank line it may be a prompt or a remark; inside a table a row was lost. */
function reportUnreadable(state: State, at: Position, sink: Sink): void {
  if (state.blank) sink.issue('iostat-line-ignored', 'info', 'lines outside the tables of devices were not read', at);
  else sink.issue('iostat-line-unreadable', 'error', 'a line among the devices is nothing iostat prints', at);
}
