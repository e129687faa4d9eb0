import type { Position } from '../../src/model/record.js';
import { type LineBlock, reportLineTrouble } from '../../src/parser/line-blocks.js';
import type { Interest, Sink } from '../../src/parser/parser.js';
import { decodeUtf8 } from '../../src/parser/text-encoding.js';
import { createBlockRows } from './block.js';
import { HEADER_START, readHeader } from './header.js';
import { planColumns } from './plan.js';
import { readRowTime } from './row.js';
import type { RowKernel } from './row-kernel.js';
import { kernelMemory, plainMemory, ROWS } from './store.js';
import { openTable, type Table } from './table.js';

/** What typeperf prints after the samples on an English system, and what it prints before. */
const TYPEPERF_TEXT = /^(?:Exiting, please wait|The command completed|Input|File|Begin|End|Samples)\b/;

const LINE_FEED = 10;
const RETURN = 13;

export interface Reader {
  take(block: LineBlock): void;
  end(): void;
}

/** Reads the lines of a source: rows with the kernel where it can, everything else here. Without a kernel, all here. */
export function createReader(sink: Sink, interest: Interest, kernel: RowKernel | null): Reader {
  const memory = kernel === null ? plainMemory() : kernelMemory(kernel);
  const rows = createBlockRows(ROWS);
  let table: Table | null = null;
  let line = 0;

  const header = (text: string, at: Position): void => {
    const found = readHeader(text, at, sink);
    if (found === null) {
      sink.issue('perfmon-header-unreadable', 'data-loss', 'a PDH header could not be read', at);
      return;
    }
    table?.flush();
    const plan = planColumns(found, interest);
    table = openTable(plan, memory.open(plan), rows, sink);
  };
  const readLine = (bytes: Buffer, text: string, at: Position): void => {
    if (text.trim() === '') return;
    if (HEADER_START.test(text)) header(text, at);
    else if (table === null) reportPreamble(bytes, text, at, sink);
    else if (!readRow(table, bytes, text, at, sink)) return;
    if (table !== null) kernel?.setDecimal(table.cursor.decimal);
  };
  const slow = (span: Span, block: LineBlock, firstLine: number): void => {
    line++;
    const bytes = span.bytes.subarray(span.from, lineEnd(span));
    const byteOffset = block.byteOffset + span.from * block.unit;
    if (block.unit === 1 && bytes.includes(0) && !span.hasNul) {
      span.hasNul = true;
      reportLineTrouble(sink, 'nul-bytes', firstLine, block.byteOffset + span.bytes.indexOf(0));
    }
    const { text, valid } = decodeUtf8(bytes);
    if (!valid) reportLineTrouble(sink, 'invalid-utf8', line, byteOffset);
    // Reading a header may move the memory in which the bytes lie: nothing of them is used after that.
    readLine(bytes, text, { line, byteOffset, record: null });
    if (block.isCut) reportLineTrouble(sink, 'record-truncated', line, byteOffset);
  };
  return {
    take(block) {
      const { length } = block.bytes;
      const firstLine = line + 1;
      kernel?.load(block.bytes);
      const span: Span = { bytes: kernel?.text(length) ?? block.bytes, from: 0, to: 0, hasNul: false };
      const text = (): string => span.bytes.toString('latin1', span.from, lineEnd(span));
      while (span.from < length) {
        const micros = table !== null && kernel !== null && !block.isCut ? readRowTime(span.bytes, span.from) : null;
        if (micros !== null && table !== null && kernel?.readRow(kernel.textAt + span.from, table.row())) {
          line++;
          const next = kernel.next();
          span.to = next - 1;
          table.commit(micros, kernel.cells(), line, block.byteOffset + span.from * block.unit, text);
          span.from = next;
          continue;
        }
        const feed = span.bytes.indexOf(LINE_FEED, span.from);
        span.to = feed < 0 ? length : feed;
        slow(span, block, firstLine);
        if (kernel !== null) span.bytes = kernel.text(length);
        span.from = span.to + 1;
      }
    },
    end: () => table?.flush(),
  };
}

/** A line in a block. */
interface Span {
  bytes: Buffer;
  from: number;
  /** Index of its line feed, or the length of the block. */
  to: number;
  /** NUL bytes of the block were reported. */
  hasNul: boolean;
}

/** The line without a carriage return. */
function lineEnd({ bytes, from, to }: Pick<Span, 'bytes' | 'from' | 'to'>): number {
  return to > from && bytes[to - 1] === RETURN ? to - 1 : to;
}

function reportPreamble(bytes: Uint8Array, text: string, at: Position, sink: Sink): void {
  if (readRowTime(bytes, 0) !== null) {
    sink.issue('perfmon-no-header', 'data-loss', 'samples before any header cannot be told apart', at);
  } else if (!TYPEPERF_TEXT.test(text)) {
    sink.issue('perfmon-preamble', 'info', 'lines before the header are not samples', at);
  }
}

function readRow(table: Table, bytes: Uint8Array, text: string, at: Position, sink: Sink): boolean {
  const micros = readRowTime(bytes, 0);
  if (micros === null) {
    if (TYPEPERF_TEXT.test(text)) return false;
    sink.issue('perfmon-line-unreadable', 'error', 'a line below the header does not start with a PDH time', at);
    return false;
  }
  table.commit(micros, table.read(text), at.line ?? 0, at.byteOffset ?? 0, () => text);
  return true;
}
