import type { LogRecord, Position } from '../../src/model/record.js';
import type { Micros, WrittenTime } from '../../src/model/time.js';
import {
  type BackupConsistency,
  type BackupFacts,
  type BackupKind,
  type BackupStatus,
  backupRecord,
  backupStatus,
  readSize,
} from '../../src/parser/backup-record.js';
import type { Sink } from '../../src/parser/parser.js';
import type { ColumnField, Columns, Mapping } from './columns.js';
import { type DateOrder, type DateReader, readDuration, readZone } from './dates.js';

export interface Row {
  readonly cells: readonly string[];
  readonly at: Position;
  readonly text: string;
}

/** A table once its header is known. */
export interface Table {
  readonly columns: Columns;
  /** Cells of the header. */
  readonly width: number;
  readonly mapping: Mapping;
  readonly readTime: DateReader;
  /** Offset of every stamp that states none. */
  readonly utcOffset: Micros | null;
  readonly product: string;
  readonly sink: Sink;
}

export type DateOrders = ReadonlyMap<ColumnField, DateOrder>;

/** One row of the table as one run of a job or one virtual machine in it. */
export function rowRecord(table: Table, row: Row, orders: DateOrders): LogRecord {
  const cell = (field: ColumnField): string => oneLine(row.cells[table.columns.get(field)?.index ?? -1] ?? '');
  if (row.cells.length > table.width) {
    table.sink.issue('extra-cells', 'info', 'a row has more cells than the header: the rest is not read', row.at);
  }
  const status = neutral(table, cell('status'), STATUSES) ?? backupStatus(cell('status'));
  const span = readSpan(table, row, cell, orders, status);
  const facts = readFacts(table, cell, status);
  const load = [
    cell('load') && `Load: ${cell('load')}`,
    cell('bottleneck') && `Primary bottleneck: ${cell('bottleneck')}`,
  ];
  const more = [isError(table, status) ? '' : cell('error'), ...load].filter((part) => part !== '');
  const evidence = { ...span, host: cell('host') || null, message: null, severity: null, text: row.text, at: row.at };
  const record = backupRecord(facts, evidence);
  return more.length === 0 ? record : { ...record, body: [record.body, ...more].join('; ') };
}

type Cell = (field: ColumnField) => string;

function readFacts(table: Table, cell: Cell, status: BackupStatus | null): BackupFacts {
  const consistency = readConsistency(table, cell('consistency'));
  const unit = table.columns.get('bytes')?.unit ?? '';
  return {
    product: cell('product') || table.product,
    job: cell('job') || null,
    session: cell('session') || null,
    vm: cell('vm') || null,
    vmId: cell('vm-id') || null,
    status,
    kind: readKind(table, cell('kind')),
    consistency,
    fallback: /fall.?back|fail.?over/i.test(cell('consistency')),
    phase: cell('vm') || cell('vm-id') ? 'vm' : 'job',
    bytes: cell('bytes') === '' ? null : readSize(cell('bytes'), unit === '' ? 'B' : unit),
    errorCode: cell('error-code').replace(/^0$/, '') || null,
    errorMessage: isError(table, status) ? cell('error') || null : null,
  };
}

function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, ' ');
}

/** What a successful run says in a column of remarks is not an error; it stays in the message. */
function isError(table: Table, status: BackupStatus | null): boolean {
  if (status === 'failed' || status === 'warning') return true;
  return status !== 'success' && /error/i.test(table.columns.get('error')?.name ?? '');
}

const STATUSES: readonly BackupStatus[] = ['running', 'success', 'warning', 'failed'];
const KINDS: readonly BackupKind[] = ['full', 'incremental', 'unknown'];
const CONSISTENCIES: readonly BackupConsistency[] = ['application', 'file-system', 'crash', 'unknown'];

/** The neutral word that the mapping gives for a cell, if it is one of these. */
function neutral<T extends string>(table: Table, text: string, words: readonly T[]): T | null {
  const word = table.mapping.values.get(text.toLowerCase());
  return words.find((known) => known === word) ?? null;
}

/** `CBTIncremental`, `Differential`: all that is not read from scratch counts as incremental. */
function readKind(table: Table, text: string): BackupKind {
  const mapped = neutral(table, text, KINDS);
  if (mapped !== null) return mapped;
  if (/incr|diff|delta/i.test(text)) return 'incremental';
  return /full|synthetic/i.test(text) ? 'full' : 'unknown';
}

/** A column of yes and no is about what its name says: quiescing freezes file systems, the others applications. */
function readConsistency(table: Table, text: string): BackupConsistency {
  const mapped = neutral(table, text, CONSISTENCIES);
  if (mapped !== null) return mapped;
  if (/crash/i.test(text)) return 'crash';
  if (/^app|application/i.test(text)) return 'application';
  if (/file.?system|^fs\b/i.test(text)) return 'file-system';
  if (/^(?:no|false|0|off|disabled|n)$/i.test(text)) return 'crash';
  if (!/^(?:yes|true|1|on|enabled|y)$/i.test(text)) return 'unknown';
  return /quies/i.test(table.columns.get('consistency')?.name ?? '') ? 'file-system' : 'application';
}

interface Span {
  readonly time: WrittenTime | null;
  readonly until: WrittenTime | null;
}

function readSpan(table: Table, row: Row, cell: Cell, orders: DateOrders, status: BackupStatus | null): Span {
  const offset = rowOffset(table, cell('zone'), row.at);
  const start = readTime(table, row, cell('start'), orders.get('start'), offset);
  const end = readTime(table, row, cell('end'), orders.get('end'), offset);
  if (start === null && end === null) {
    table.sink.issue('row-without-time', 'error', 'a row has neither a start nor an end that can be read', row.at);
  }
  if (status === 'running') return { time: start ?? end, until: null };
  return fillSpan(table, row, start, end, readLength(table, row, cell));
}

/** Where one of start and end is missing, the duration gives it. */
function fillSpan(
  table: Table,
  row: Row,
  stated: WrittenTime | null,
  end: WrittenTime | null,
  length: Micros | null,
): Span {
  const start = stated ?? (end === null || length === null ? null : shift(end, -length));
  if (start === null) {
    if (end !== null)
      table.sink.issue('start-unknown', 'info', 'a row has an end but neither start nor duration', row.at);
    return { time: end, until: end };
  }
  const until = end ?? (length === null ? null : shift(start, length));
  const isBackward = until !== null && until.micros - (until.utcOffset ?? 0) < start.micros - (start.utcOffset ?? 0);
  if (!isBackward) return { time: start, until };
  table.sink.issue('end-before-start', 'error', 'a row ends before it starts: its end is not used', row.at);
  return { time: start, until: null };
}

/**
 * Where a table has the run's duration beside the machine's, its start is the run's: the machine was worked on some
 * time within the run. The whole run is taken, because a span too long misses nothing.
 */
function readLength(table: Table, row: Row, cell: Cell): Micros | null {
  const own = lengthOf(table, row, 'duration', cell);
  const job = lengthOf(table, row, 'job-duration', cell);
  if (own === null || job === null) return own ?? job;
  table.sink.issue(
    'span-of-run',
    'info',
    'a row states the start of the run, not of the machine in it: the whole run is taken',
    row.at,
  );
  return Math.max(own, job);
}

function lengthOf(table: Table, row: Row, field: ColumnField, cell: Cell): Micros | null {
  const text = cell(field);
  if (text === '') return null;
  const length = readDuration(text, table.columns.get(field)?.unit ?? '');
  if (length === null) table.sink.issue('unreadable-duration', 'error', 'a duration could not be read', row.at);
  return length;
}

function shift(time: WrittenTime, by: Micros): WrittenTime {
  return { ...time, micros: time.micros + by };
}

function rowOffset(table: Table, zone: string, at: Position): Micros | null {
  if (zone === '') return table.utcOffset;
  const offset = readZone(zone);
  if (offset === null) namedZone(table.sink, zone, at);
  return offset ?? table.utcOffset;
}

export function namedZone(sink: Sink, zone: string, at: Position): void {
  const note = `times are in the zone '${zone.slice(0, 60)}', which has no fixed offset: give it with --zone`;
  sink.issue('zone-named', 'info', note, at);
}

function readTime(
  table: Table,
  row: Row,
  text: string,
  order: DateOrder | undefined,
  offset: Micros | null,
): WrittenTime | null {
  if (text === '' || text === '-') return null;
  const own = order ?? 'month-first';
  // A column may mix both orders; a value that has only one reading is read that way.
  const time = table.readTime(text, own) ?? table.readTime(text, own === 'day-first' ? 'month-first' : 'day-first');
  if (time === null) {
    table.sink.issue('unreadable-date', 'error', 'a date could not be read', row.at);
    return null;
  }
  return time.utcOffset === null ? { ...time, utcOffset: offset } : time;
}
