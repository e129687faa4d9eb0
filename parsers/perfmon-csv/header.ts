import type { MetricName, Position } from '../../src/model/record.js';
import { MINUTE, type Micros } from '../../src/model/time.js';
import type { Sink } from '../../src/parser/parser.js';
import { type Classified, classifyCounter } from './counters.js';

interface Series {
  readonly host: string | null;
  readonly objectType: string;
  readonly object: string;
  readonly metric: MetricName;
  readonly series: string;
}

/** Reads and writes that make one value together. */
export type Sum = Series;

export interface Column extends Series {
  /** The cell is the percentage of idle time. */
  readonly idle: boolean;
  /** Which half of a value the column is, and the value it belongs to when its twin is there. */
  readonly half: 'first' | 'second' | null;
  sum: Sum | null;
}

export interface Header {
  readonly delimiter: string;
  readonly utcOffset: Micros | null;
  /** Index 0 is the time; null: the column is not read. */
  readonly columns: readonly (Column | null)[];
  readonly sums: readonly Sum[];
  /** Number of cells of a whole row. */
  readonly width: number;
}

/** What starts a header, quoted or not: `"(PDH-CSV 4.0)`, `(PDH-TSV 4.0)`. */
export const HEADER_START = /^\s*"?\(PDH-[CT]SV \d+\.\d+\)/;

// (PDH-CSV 4.0) (W. Europe Standard Time)(-60)
// (PDH-TSV 4.0)                                   typeperf: no zone
const FIRST_CELL = /^\s*\(PDH-([CT])SV \d+\.\d+\)(?: ?\(([^"\t;]*)\)\(([+-]?\d{1,6})\))?\s*$/;
// The same without quotes, up to the delimiter.
const FIRST_UNQUOTED = /^\s*\(PDH-[CT]SV \d+\.\d+\)(?: ?\([^"\t;]{0,200}?\)\([+-]?\d{1,6}\))?\s*(?=[,;\t]|$)/;

/** Null when the line is not a PDH header after all. */
export function readHeader(line: string, at: Position, sink: Sink): Header | null {
  const start = readFirstCell(line);
  const m = start === null ? null : FIRST_CELL.exec(start.cell);
  if (start === null || m === null) return null;
  const delimiter = delimiterAt(line, start.end) ?? (m[1] === 'T' ? '\t' : ',');
  const utcOffset = readBias(m[2], m[3], at, sink);
  const names = splitCells(line, start.end + 1, delimiter);
  const columns = [null, ...sortColumns(names, at, sink)];
  const sums = joinHalves(columns);
  return { delimiter, utcOffset, columns, sums, width: 1 + names.length };
}

function readFirstCell(line: string): { readonly cell: string; readonly end: number } | null {
  const open = line.search(/\S/);
  if (open >= 0 && line[open] === '"') {
    const close = line.indexOf('"', open + 1);
    return close < 0 ? null : { cell: line.slice(open + 1, close), end: close + 1 };
  }
  const m = FIRST_UNQUOTED.exec(line);
  return m === null ? null : { cell: m[0], end: m[0].length };
}

function delimiterAt(line: string, index: number): string | null {
  const c = line[index];
  return c === ',' || c === ';' || c === '\t' ? c : null;
}

/** UTC = local + bias (TIME_ZONE_INFORMATION.Bias of the moment the log was opened, daylight time included). */
function readBias(zone: string | undefined, bias: string | undefined, at: Position, sink: Sink): Micros | null {
  if (zone === undefined || bias === undefined) return null;
  const minutes = Number(bias);
  // UTC-12 to UTC+14 is what exists; one day allows for nothing real beyond it.
  if (Math.abs(minutes) > 24 * 60) {
    sink.issue(
      'perfmon-bias-unreadable',
      'error',
      `the header states a bias of ${bias} minutes, which no zone has`,
      at,
    );
    return null;
  }
  const utcOffset = minutes === 0 ? 0 : -minutes * MINUTE;
  sink.clock({ kind: 'stated-offset', utcOffset, zone: zone.trim() === '' ? null : zone.trim(), at });
  return utcOffset;
}

/** Cells from `from` to the end, quotes removed, `""` read as `"`. A delimiter at the end of the line adds no cell. */
export function splitCells(line: string, from: number, delimiter: string): string[] {
  const cells: string[] = [];
  let i = from;
  while (i < line.length) {
    let cell = '';
    if (line[i] === '"') {
      let close = line.indexOf('"', i + 1);
      while (close >= 0 && line[close + 1] === '"') close = line.indexOf('"', close + 2);
      const end = close < 0 ? line.length : close;
      cell = line.slice(i + 1, end).replaceAll('""', '"');
      i = end + 1;
    }
    const next = line.indexOf(delimiter, i);
    const end = next < 0 ? line.length : next;
    cells.push(cell + line.slice(i, end));
    i = end + 1;
  }
  return cells;
}

interface CounterPath {
  readonly host: string | null;
  readonly object: string;
  readonly instance: string;
  readonly counter: string;
}

// \\HV01\PhysicalDisk(0 C:)\Avg. Disk sec/Write
// \\HV01\Hyper-V Virtual Storage Device(C:-ClusterStorage-Volume1-web01 (2)-web01.vhdx)\Latency
export function readCounterPath(path: string): CounterPath | null {
  let rest = path;
  let host: string | null = null;
  if (rest.startsWith('\\\\')) {
    const end = rest.indexOf('\\', 2);
    if (end < 0) return null;
    host = rest.slice(2, end);
    rest = rest.slice(end);
  }
  // The instance may hold back slashes and brackets; the counter comes after the last back slash.
  const last = rest.lastIndexOf('\\');
  if (!rest.startsWith('\\') || last < 1) return null;
  const middle = rest.slice(1, last);
  const open = middle.indexOf('(');
  const named = open >= 0 && middle.endsWith(')');
  return {
    host: host === '' ? null : host,
    object: named ? middle.slice(0, open) : middle,
    instance: named ? middle.slice(open + 1, -1) : '',
    counter: rest.slice(last + 1),
  };
}

/** Sorts the columns of one header and tells what is left out, once for each kind. */
function sortColumns(names: readonly string[], at: Position, sink: Sink): (Column | null)[] {
  const leftOut: Record<'unused' | 'unknown', string[]> = { unused: [], unknown: [] };
  const hyperv = new Set<string>();
  const columns = names.map((name) => {
    const path = readCounterPath(name);
    const found: Classified = path === null ? { kind: 'unknown' } : classifyCounter(path.object, path.counter);
    if (path !== null && path.host !== null && /^hyper-v /i.test(path.object)) hyperv.add(path.host);
    if (found.kind === 'used' && path !== null) return toColumn(name, path, found);
    if (found.kind !== 'used') leftOut[found.kind].push(name);
    return null;
  });
  // Only a machine that runs Hyper-V has these objects.
  for (const name of hyperv) sink.fact({ kind: 'host', name, at });
  const { unused, unknown } = leftOut;
  if (unused.length > 0) {
    const note = `${unused.length} columns measure nothing that is used here, first of all ${unused[0]}`;
    sink.issue('series-not-used', 'info', note, at);
  }
  if (unknown.length > 0) {
    const note = `${unknown.length} columns bear unknown names (another language?) and were not read, first of all ${unknown[0]}`;
    sink.issue('counter-unknown', 'data-loss', note, at);
  }
  return columns;
}

function toColumn(name: string, path: CounterPath, found: Extract<Classified, { kind: 'used' }>): Column {
  const { metric, conversion, half } = found.measure;
  const side = /write/i.test(path.counter) ? 'second' : 'first';
  return {
    host: path.host,
    objectType: found.objectType,
    object: path.instance,
    metric,
    series: name,
    idle: conversion === 'busy',
    half: half ? side : null,
    sum: null,
  };
}

/** Pairs the halves of one object; a half without its twin stands for itself. */
function joinHalves(columns: readonly (Column | null)[]): Sum[] {
  const waiting = new Map<string, Column>();
  const sums: Sum[] = [];
  for (const column of columns) {
    if (column === null || column.half === null) continue;
    const key = JSON.stringify([column.host, column.objectType, column.object, column.metric]);
    const twin = waiting.get(key);
    if (twin === undefined || twin.half === column.half) {
      waiting.set(key, column);
      continue;
    }
    waiting.delete(key);
    const { host, objectType, object, metric } = column;
    const series = `${twin.series} + ${column.series}`;
    const sum: Sum = { host, objectType, object, metric, series };
    column.sum = sum;
    twin.sum = sum;
    sums.push(sum);
  }
  return sums;
}
