import type { MetricName } from '../../src/model/record.js';

/** What a column measures; SI value = cell x `times` / `per`. */
export interface Reading {
  readonly metric: MetricName;
  readonly times: number;
  readonly per: number;
  /** The cell may carry a unit of its own (`1.3M`, --human). */
  readonly bytes: boolean;
  /** A percentage: held between 0 and 1. */
  readonly share: boolean;
}

const rate = (metric: MetricName): Reading => ({ metric, times: 1, per: 1, bytes: false, share: false });
const milli = (metric: MetricName): Reading => ({ metric, times: 1, per: 1000, bytes: false, share: false });
const bytes = (metric: MetricName, times: number): Reading => ({ metric, times, per: 1, bytes: true, share: false });
const UTILIZATION: Reading = { metric: 'disk.utilization', times: 1, per: 100, bytes: false, share: true };

const READ = 'disk.throughput.read';
const WRITE = 'disk.throughput.write';
/** A sector is 512 bytes whatever the disk's own sectors are (Documentation/admin-guide/iostats.rst); kB is 1024. */
const SECTOR = 512;
const KIB = 1024;
const MIB = 1024 * 1024;

/** By name, never by place: sysstat 10, 11.6, 12.0 and 12.2 order their columns differently. */
const READINGS: ReadonlyMap<string, Reading> = new Map([
  ['r/s', rate('disk.operations.read')],
  ['w/s', rate('disk.operations.write')],
  ['tps', rate('disk.operations')],
  ['rsec/s', bytes(READ, SECTOR)],
  ['wsec/s', bytes(WRITE, SECTOR)],
  ['rkB/s', bytes(READ, KIB)],
  ['wkB/s', bytes(WRITE, KIB)],
  ['rMB/s', bytes(READ, MIB)],
  ['wMB/s', bytes(WRITE, MIB)],
  ['Blk_read/s', bytes(READ, SECTOR)],
  ['Blk_wrtn/s', bytes(WRITE, SECTOR)],
  ['kB_read/s', bytes(READ, KIB)],
  ['kB_wrtn/s', bytes(WRITE, KIB)],
  ['MB_read/s', bytes(READ, MIB)],
  ['MB_wrtn/s', bytes(WRITE, MIB)],
  ['sec/s', bytes('disk.throughput', SECTOR)],
  ['kB/s', bytes('disk.throughput', KIB)],
  ['MB/s', bytes('disk.throughput', MIB)],
  ['await', milli('disk.latency')],
  ['r_await', milli('disk.latency.read')],
  ['w_await', milli('disk.latency.write')],
  ['f_await', milli('disk.latency.flush')],
  ['avgqu-sz', rate('disk.queue')],
  ['aqu-sz', rate('disk.queue')],
  ['%util', UTILIZATION],
  // JSON of sysstat 11.5 to 12.0 leaves the "/s" out; `util` has no sign in any version.
  ['util', UTILIZATION],
  ['r', rate('disk.operations.read')],
  ['w', rate('disk.operations.write')],
  ['rsec', bytes(READ, SECTOR)],
  ['wsec', bytes(WRITE, SECTOR)],
  ['rkB', bytes(READ, KIB)],
  ['wkB', bytes(WRITE, KIB)],
  ['rMB', bytes(READ, MIB)],
  ['wMB', bytes(WRITE, MIB)],
  ['kB_read_per_sec', bytes(READ, KIB)],
  ['kB_wrtn_per_sec', bytes(WRITE, KIB)],
]);

/** Known and of no use here: merges, sizes, discards, totals since the last sample, svctm (unreliable by its own man page). */
const UNUSED =
  /^(?:%?[rwd]?rqm(?:\/s)?|avgrq-sz|[rwd]?areq-sz|svctm|[df](?:\/s)?|d(?:kB|MB|sec)(?:\/s)?|d_await|(?:kB|MB|Blk)_(?:read|wrtn|dscd)(?:\/s|_per_sec)?)$/;

/** The columns of one table, and where they stand. */
export interface Table {
  readonly names: readonly string[];
  readonly readings: readonly (Reading | null)[];
  /** Where the device's name stands: before its cells, or after them (--pretty). */
  readonly deviceLast: boolean;
  readonly unknown: readonly string[];
  /** Places of r_await, w_await, r/s, w/s where there is no common await to read. */
  readonly weighted: readonly [number, number, number, number] | null;
}

/** Columns that must be there for a line with `Device` in it to be a table's head. */
const LEAST = 2;

// Device:         rrqm/s   wrqm/s     r/s     w/s    rkB/s    wkB/s avgrq-sz avgqu-sz   await r_await w_await  svctm  %util
// Device            r/s     rkB/s   rrqm/s  %rrqm r_await rareq-sz     w/s ...  f/s f_await  aqu-sz  %util
//       tps    kB_read/s    kB_wrtn/s    kB_dscd/s    kB_read    kB_wrtn    kB_dscd Device
export function readTableHead(line: string): Table | null {
  if (!line.includes('Device')) return null;
  const words = line.trim().split(/\s+/);
  if (isDevice(words[0])) return toTable(words.slice(1), false);
  return isDevice(words.at(-1)) ? toTable(words.slice(0, -1), true) : null;
}

function isDevice(word: string | undefined): boolean {
  return word === 'Device' || word === 'Device:';
}

function toTable(names: readonly string[], deviceLast: boolean): Table | null {
  const table = tableOf(names, deviceLast);
  return table.readings.filter((reading) => reading !== null).length < LEAST ? null : table;
}

export function tableOf(names: readonly string[], deviceLast: boolean): Table {
  const readings = names.map((name) => READINGS.get(name) ?? null);
  const unknown = names.filter((name) => !READINGS.has(name) && !UNUSED.test(name));
  return { names, readings, deviceLast, unknown, weighted: weightedAwait(names) };
}

/** sysstat 11.6 to 12 print no common await: it is the mean of both, weighted by the operations. */
function weightedAwait(names: readonly string[]): Table['weighted'] {
  if (names.includes('await')) return null;
  const place = (a: string, b: string): number => Math.max(names.indexOf(a), names.indexOf(b));
  const places = [place('r_await', ''), place('w_await', ''), place('r/s', 'r'), place('w/s', 'w')] as const;
  return places.some((index) => index < 0) ? null : places;
}

/** -1 where the cell is no number at all; NaN where it stands for "no value" (`nan`, `inf`, `-`). */
export interface Cell {
  readonly value: number;
  /** Bytes of the unit the cell names, or null. */
  readonly unit: number | null;
  readonly decimals: number;
}

const NUMBER = /^(-?\d{1,20})(?:[.,](\d{0,6}))?([sBkMGTP%])?$/;
const NO_VALUE = /^(?:-?nan|-?inf|-)$/i;
/** sysstat's `units[]`: sectors, bytes, then powers of 1024. */
const UNITS: Readonly<Record<string, number>> = {
  s: SECTOR,
  B: 1,
  k: KIB,
  M: MIB,
  G: 1024 ** 3,
  T: 1024 ** 4,
  P: 1024 ** 5,
};

/** `12.34`, `12,34`, `1.3M`; null when the text is nothing iostat prints in a cell. */
export function readCell(text: string): Cell | null {
  return readPlainCell(text) ?? readAnyCell(text);
}

/** So many characters hold a mantissa below 2^53, which a power of ten divides with one rounding, as Number() does. */
const PLAIN_LIMIT = 15;
const DECIMALS_LIMIT = 6;

/** Nearly all cells are digits with at most one decimal sign: a fifth of the time of the regular expression. */
function readPlainCell(text: string): Cell | null {
  if (text.length === 0 || text.length > PLAIN_LIMIT) return null;
  let mantissa = 0;
  let decimals = -1;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c >= 48 && c <= 57) {
      mantissa = mantissa * 10 + (c - 48);
      if (decimals >= 0) decimals++;
    } else if (i > 0 && decimals < 0 && (c === 44 || c === 46)) decimals = 0;
    else return null;
  }
  if (decimals > DECIMALS_LIMIT) return null;
  return { value: decimals > 0 ? mantissa / 10 ** decimals : mantissa, unit: null, decimals: Math.max(0, decimals) };
}

function readAnyCell(text: string): Cell | null {
  const m = NUMBER.exec(text);
  if (m === null) return NO_VALUE.test(text) ? { value: Number.NaN, unit: null, decimals: 0 } : null;
  const [, whole, fraction, unit] = m;
  const value = Number(fraction === undefined ? whole : `${whole}.${fraction}`);
  return { value, unit: unit === undefined ? null : (UNITS[unit] ?? null), decimals: fraction?.length ?? 0 };
}

/** SI value of a cell, or null where it has none. */
export function toSi(reading: Reading, cell: Cell): number | null {
  if (!(cell.value >= 0)) return null;
  if (reading.bytes && cell.unit !== null) return cell.value * cell.unit;
  const value = (cell.value * reading.times) / reading.per;
  return reading.share ? Math.min(1, value) : value;
}
