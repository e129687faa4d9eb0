import type { MetricColumn, SampleRows } from '../../src/model/record.js';
import type { Sink } from '../../src/parser/parser.js';
import type { Column, Sum } from './header.js';
import type { Plan, PlannedSum, Slot, Stream } from './plan.js';
import { NEVER, type RowStore } from './store.js';

/** The rows of a block; the first `count` are in use. */
export interface BlockRows {
  count: number;
  readonly times: Float64Array;
  readonly intervals: Float64Array;
  readonly lines: Float64Array;
  readonly offsets: Float64Array;
  /** Number of cells of each row. */
  readonly cells: Uint32Array;
}

export function createBlockRows(rows: number): BlockRows {
  const numbers = (): Float64Array => new Float64Array(rows);
  const [times, intervals, lines, offsets] = [numbers(), numbers(), numbers(), numbers()];
  return { count: 0, times, intervals, lines, offsets, cells: new Uint32Array(rows) };
}

type Places = Pick<MetricColumn, 'times' | 'intervals' | 'lines' | 'offsets'>;

/** What the columns of one block have in common. */
interface Block {
  readonly plan: Plan;
  readonly store: RowStore;
  readonly rows: BlockRows;
  /** Fewest and most cells of a row. */
  readonly least: number;
  readonly most: number;
  readonly stamp: MetricColumn['stamp'];
  readonly whole: Places;
  /** Stretches of `whole`, which columns with the same first and last value share. */
  readonly stretches: Map<number, Places>;
}

const EMPTY = new Float64Array(0);
const NO_PLACES: Places = { times: EMPTY, intervals: EMPTY, lines: EMPTY, offsets: EMPTY };
const NO_ROWS: SampleRows = { times: EMPTY, intervals: EMPTY, offsets: EMPTY, counts: new Uint32Array(0) };

/** Hands on the block and empties the store. `fresh` are the streams whose first sample is in it, in that order. */
export function emitBlock(plan: Plan, store: RowStore, rows: BlockRows, fresh: readonly Stream[], sink: Sink): void {
  if (rows.count === 0) return;
  const block = openBlock(plan, store, rows);
  reportMissing(block, sink);
  for (const stream of fresh) emitCounts(block, stream, sink);
  for (const stream of plan.streams) {
    if (stream.firstCell >= block.most) break;
    if (!fresh.includes(stream)) emitCounts(block, stream, sink);
    store.counts.fill(0, stream.number * store.stride, stream.number * store.stride + rows.count);
  }
  emitColumns(block, sink);
  for (const { index, cell } of plan.slots) {
    if (cell >= block.most) break;
    store.missed[index] = NEVER;
  }
}

function openBlock(plan: Plan, store: RowStore, rows: BlockRows): Block {
  const { count } = rows;
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (let row = 0; row < count; row++) {
    least = Math.min(least, rows.cells[row] as number);
    most = Math.max(most, rows.cells[row] as number);
  }
  const whole: Places = {
    times: rows.times.slice(0, count),
    intervals: rows.intervals.slice(0, count),
    lines: rows.lines.slice(0, count),
    offsets: rows.offsets.slice(0, count),
  };
  const { utcOffset } = plan.header;
  const stamp: MetricColumn['stamp'] = { clock: 'wall', utcOffset, yearless: false, resolution: 1000 };
  return { plan, store, rows, least, most, stamp, whole, stretches: new Map() };
}

/** Once for each column, in the order of the cells. */
function reportMissing({ plan, store, rows, most }: Block, sink: Sink): void {
  const found: { readonly slot: Slot; readonly row: number }[] = [];
  for (const slot of plan.slots) {
    if (slot.cell >= most) break;
    const row = store.missed[slot.index] as number;
    if (row !== NEVER && !slot.reported) found.push({ slot, row });
  }
  for (const { slot, row } of found.sort((a, b) => a.row - b.row || a.slot.index - b.slot.index)) {
    slot.reported = true;
    const note = 'a column has cells without a value (blank, -1 or text); they give no point, never zero';
    const at = { line: rows.lines[row] as number, byteOffset: rows.offsets[row] as number, record: null };
    sink.issue('metric-missing-sample', 'info', note, at);
  }
}

function emitCounts(block: Block, { number, column, sums }: Stream, sink: Sink): void {
  const { store, rows, whole, stamp } = block;
  const from = number * store.stride;
  const counts = store.counts.slice(from, from + rows.count);
  for (const sum of sums) {
    const values = sumValues(block, sum);
    values?.forEach((value, row) => {
      if (!Number.isNaN(value)) counts[row] = (counts[row] as number) + 1;
    });
  }
  if (counts.every((samples) => samples === 0)) return;
  const { times, intervals, offsets } = whole;
  const counted: SampleRows = { times, intervals, offsets, counts };
  sink.column({ ...seriesOf(column), ...NO_PLACES, stamp, values: EMPTY, counted });
}

function seriesOf({
  host,
  objectType,
  object,
  metric,
  series,
}: Column | Sum): Pick<MetricColumn, 'host' | 'objectType' | 'object' | 'metric' | 'series'> {
  return { host, objectType, object, metric, series };
}

/** Reads and writes added up, NaN where one is missing; null where no row reaches so far. */
function sumValues({ store, rows, most }: Block, { first, second }: PlannedSum): Float64Array | null {
  if (Math.max(first.cell, second.cell) >= most) return null;
  const { values, stride } = store;
  const sums = new Float64Array(rows.count);
  for (let row = 0; row < rows.count; row++) {
    const isThere = (rows.cells[row] as number) > Math.max(first.cell, second.cell);
    const left = values[first.kept * stride + row] as number;
    sums[row] = isThere ? left + (values[second.kept * stride + row] as number) : Number.NaN;
  }
  return sums;
}

/** By row and place of the first sample, as if the samples came one by one. */
function emitColumns(block: Block, sink: Sink): void {
  const found: { readonly column: MetricColumn; readonly place: number }[] = [];
  const { plan, most } = block;
  for (const slot of plan.slots) {
    if (slot.cell >= most) break;
    if (slot.kept < 0 || slot.stream < 0) continue;
    const column = toColumn(block, slot.column, slotValues(block, slot));
    if (column !== null) found.push({ column, place: slot.cell });
  }
  for (const [i, sum] of plan.sums.entries()) {
    const values = sum.wanted ? sumValues(block, sum) : null;
    const column = values === null ? null : toColumn(block, sum.sum, { values, isWhole: false });
    if (column !== null) found.push({ column, place: plan.header.width + i });
  }
  const first = (column: MetricColumn): number => column.lines[0] as number;
  found.sort((a, b) => first(a.column) - first(b.column) || a.place - b.place);
  for (const { column } of found) sink.column(column);
}

interface Values {
  /** One for each row of the block. */
  readonly values: Float64Array;
  /** None of them is NaN. */
  readonly isWhole: boolean;
}

function slotValues({ store, rows, least }: Block, { index, cell, kept, column }: Slot): Values {
  const values = store.values.slice(kept * store.stride, kept * store.stride + rows.count);
  if (column.idle)
    for (let row = 0; row < values.length; row++) values[row] = Math.max(0, 1 - (values[row] as number) / 100);
  // A row that ends before the cell has left there what stood there before.
  if (cell >= least)
    for (let row = 0; row < values.length; row++) if ((rows.cells[row] as number) <= cell) values[row] = Number.NaN;
  return { values, isWhole: cell < least && store.missed[index] === NEVER };
}

function toColumn(block: Block, series: Column | Sum, { values, isWhole }: Values): MetricColumn | null {
  const { stamp, whole } = block;
  const common = { ...seriesOf(series), stamp, counted: NO_ROWS };
  if (isWhole) return { ...common, ...whole, values };
  let from = 0;
  while (from < values.length && Number.isNaN(values[from])) from++;
  let to = values.length;
  while (to > from && Number.isNaN(values[to - 1])) to--;
  if (from === to) return null;
  const stretch = values.subarray(from, to);
  if (!hasHole(stretch)) return { ...common, ...stretchOf(block, from, to), values: stretch };
  const kept = (all: Float64Array): Float64Array => all.filter((_, row) => !Number.isNaN(values[row]));
  const { times, intervals, lines, offsets } = whole;
  const places = { times: kept(times), intervals: kept(intervals), lines: kept(lines), offsets: kept(offsets) };
  return { ...common, ...places, values: kept(values) };
}

function hasHole(values: Float64Array): boolean {
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) return true;
  return false;
}

function stretchOf({ whole, rows, stretches }: Block, from: number, to: number): Places {
  if (to - from === rows.count) return whole;
  const key = from * (rows.count + 1) + to;
  const known = stretches.get(key);
  if (known !== undefined) return known;
  const cut = (all: Float64Array): Float64Array => all.subarray(from, to);
  const { times, intervals, lines, offsets } = whole;
  const stretch = { times: cut(times), intervals: cut(intervals), lines: cut(lines), offsets: cut(offsets) };
  stretches.set(key, stretch);
  return stretch;
}
