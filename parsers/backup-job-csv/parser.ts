import type { Position } from '../../src/model/record.js';
import { type CsvPosition, createCsvReader, splitCsvLine } from '../../src/parser/csv.js';
import { defineParser, type Head, type Sink, type TextReader } from '../../src/parser/parser.js';
import { applyMapping, type Mapping, NO_MAPPING, rateHeader } from './columns.js';
import { compileTimeFormat, readDate, readZone } from './dates.js';
import { beginsMapping, readMappingComment } from './mapping.js';
import { type OrderedRows, orderDates } from './orders.js';
import { namedZone, rowRecord, type Table } from './rows.js';

const DELIMITERS = [',', ';', '\t'] as const;
/** Lines before the header: a prompt, a title. More than this and it is not a table with a header. */
const PREAMBLE_LINES = 20;

export default defineParser({
  id: 'backup-job-csv',
  title: 'Table of backup runs (CSV)',
  layer: 'backup',
  reads: 'text',
  sniff,
  open: (_context, sink) => openReader(sink),
});

function sniff(head: Head): number {
  const lines = head.lines.filter((line) => line.trim() !== '');
  const comments = lines.filter((line) => line.startsWith('#'));
  const mapping = readMappingComment(comments)?.mapping ?? NO_MAPPING;
  const rows = lines.filter((line) => !line.startsWith('#'));
  const begin = rows.slice(0, PREAMBLE_LINES).findIndex((line) => bestDelimiter(line, mapping) !== null);
  if (begin < 0) return comments.some(beginsMapping) ? 0.5 : 0;
  const delimiter = bestDelimiter(rows[begin] ?? '', mapping) ?? ',';
  const header = splitCsvLine(rows[begin] ?? '', delimiter);
  // A row below it that has about as many cells: else it is a line of prose with commas in it.
  const below = rows.slice(begin + 1, begin + 6);
  const isTable = below.length === 0 || below.some((line) => splitCsvLine(line, delimiter).length * 2 >= header.length);
  return isTable ? rateHeader(header, mapping) : 0;
}

/** The delimiter under which a line is a header; null when it is none. An indented one is an example in a text. */
function bestDelimiter(line: string, mapping: Mapping): string | null {
  if (/^\s/.test(line)) return null;
  let best: string | null = null;
  let columns = 0;
  for (const delimiter of DELIMITERS) {
    const cells = splitCsvLine(line, delimiter);
    if (cells.length <= columns || rateHeader(cells, mapping) === 0) continue;
    best = delimiter;
    columns = cells.length;
  }
  return best;
}

function openReader(sink: Sink): TextReader {
  const comments: string[] = [];
  let mapping: Mapping | null = null;
  let rows: OrderedRows | null = null;
  let passed = 0;

  const findHeader = (line: string, at: CsvPosition): string | null => {
    if (passed >= PREAMBLE_LINES) return null;
    mapping ??= readComments(comments, sink);
    const delimiter = bestDelimiter(line, mapping);
    if (delimiter !== null) return delimiter;
    passed += 1;
    if (passed < PREAMBLE_LINES) sink.issue('preamble', 'info', 'a line stands before the header', place(at));
    else noHeader(sink, place(at));
    return null;
  };
  const reader = createCsvReader(
    findHeader,
    (cells, at, text) => {
      if (rows === null) rows = openTable(cells, mapping ?? NO_MAPPING, sink, place(at));
      else rows.row({ cells, at: place(at), text });
    },
    { comment: (line) => keepComment(comments, line), problem: (code, at) => csvProblem(sink, code, at) },
  );
  return {
    text: reader.text,
    end() {
      reader.end();
      if (rows === null && passed < PREAMBLE_LINES) noHeader(sink);
      rows?.end();
    },
  };
}

function place(at: CsvPosition): Position {
  return { ...at, record: null };
}

/** Comments are kept for the mapping in them: 1,000 lines are many times what one has. */
function keepComment(comments: string[], line: string): void {
  if (comments.length < 1_000) comments.push(line.slice(0, 1_000));
}

function readComments(comments: readonly string[], sink: Sink): Mapping {
  const read = readMappingComment(comments);
  for (const problem of read?.problems ?? []) sink.issue('mapping', 'error', problem);
  return read?.mapping ?? NO_MAPPING;
}

function noHeader(sink: Sink, at?: Position): void {
  sink.issue('no-header', 'data-loss', 'no line names the columns of a table of backup runs', at);
}

function csvProblem(sink: Sink, code: 'csv-quote' | 'record-truncated', at: CsvPosition): void {
  if (code === 'csv-quote') sink.issue(code, 'error', 'a quote is not closed; it was read as text', place(at));
  else sink.issue(code, 'data-loss', 'a line is longer than 1 MiB; only its first MiB was read', place(at));
}

function openTable(header: readonly string[], mapping: Mapping, sink: Sink, at: Position): OrderedRows {
  const { columns, missing } = applyMapping(header, mapping);
  for (const name of missing) sink.issue('mapping', 'error', `the table has no column '${name.slice(0, 60)}'`, at);
  const format = mapping.timeFormat === null ? null : compileTimeFormat(mapping.timeFormat);
  if (mapping.timeFormat !== null && format === null) {
    sink.issue('mapping', 'error', `the time format '${mapping.timeFormat.slice(0, 60)}' cannot be used`, at);
  }
  const table: Table = {
    columns,
    width: header.length,
    mapping,
    readTime: format ?? readDate,
    utcOffset: readMappedZone(mapping.zone, sink, at),
    product: mapping.product ?? (isVeeamReport(header) ? 'veeam' : 'csv'),
    sink,
  };
  // A format leaves nothing to guess: no column is looked at for its order.
  const undecided = format === null ? columns : new Map();
  return orderDates(undecided, sink, (row, orders) => sink.record(rowRecord(table, row, orders)));
}

function readMappedZone(zone: string | null, sink: Sink, at: Position): number | null {
  if (zone === null) return null;
  const utcOffset = readZone(zone);
  if (utcOffset === null) namedZone(sink, zone, at);
  else sink.clock({ kind: 'stated-offset', utcOffset, zone, at });
  return utcOffset;
}

// "JobName","VMName","Status","IsRetry","ProcessingMode","JobDuration","TaskDuration","TaskAlgorithm","CreationTime",...
function isVeeamReport(header: readonly string[]): boolean {
  return ['ProcessingMode', 'TaskAlgorithm', 'BottleneckDetails'].every((name) => header.includes(name));
}
