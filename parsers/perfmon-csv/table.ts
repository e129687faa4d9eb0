import type { Position } from '../../src/model/record.js';
import { HOUR, type Micros, SECOND } from '../../src/model/time.js';
import type { Sink } from '../../src/parser/parser.js';
import { type BlockRows, emitBlock } from './block.js';
import type { Cursor } from './number.js';
import type { Plan, PlannedSum, Stream } from './plan.js';
import { type RowTarget, readCells } from './row.js';
import { NEVER, type RowStore } from './store.js';

/** One header and what has been read below it. */
export interface Table {
  readonly plan: Plan;
  readonly cursor: Cursor;
  /** Row of the block that comes next. */
  row(): number;
  /** Reads the cells of a row that the kernel did not read; gives their number. */
  read(line: string): number;
  /** The cells of the next row are in the store: notes its time and place. `line` gives its text again. */
  commit(micros: Micros, cells: number, line: number, byteOffset: number, text: () => string): void;
  /** Hands on what is held. */
  flush(): void;
}

export function openTable(plan: Plan, store: RowStore, rows: BlockRows, sink: Sink): Table {
  const cursor: Cursor = { delimiter: plan.header.delimiter.charCodeAt(0), end: 0, decimal: 0 };
  const toStore = writeRow(plan, store);
  const clock: Clock = { previous: null, step: null };
  const width = plan.header.width;
  const streams = createStreamOrder(plan, store);
  rows.count = 0;
  const flush = (): void => {
    emitBlock(plan, store, rows, streams.takeFresh(), sink);
    rows.count = 0;
  };
  return {
    plan,
    cursor,
    row: () => rows.count,
    read: (line) => readCells(line, plan, cursor, toStore(rows.count)),
    commit(micros, cells, line, byteOffset, text) {
      const row = rows.count++;
      rows.times[row] = micros;
      rows.intervals[row] = takeInterval(clock, micros, line, byteOffset, sink);
      rows.lines[row] = line;
      rows.offsets[row] = byteOffset;
      rows.cells[row] = cells;
      if (cells !== width) {
        const note = 'a row has more or fewer cells than the header; what lies under a named column was read';
        sink.issue('row-width', 'error', note, { line, byteOffset, record: null });
      }
      streams.look(row, cells, (target) => void readCells(text(), plan, cursor, target));
      if (rows.count === store.rows) flush();
    },
    flush,
  };
}

/** Where the cells of one row go. */
function writeRow(plan: Plan, { values, counts, missed, stride }: RowStore): (row: number) => RowTarget {
  let row = 0;
  // The kernel may have refused the row half way: what it counted for it is forgotten at the first cell of a stream.
  let serial = 0;
  const touched = new Float64Array(plan.streams.length);
  const forget = (stream: number): void => {
    if (touched[stream] === serial) return;
    touched[stream] = serial;
    counts[stream * stride + row] = 0;
  };
  const target: RowTarget = {
    value({ kept, stream }, value) {
      if (kept >= 0) values[kept * stride + row] = value;
      if (stream < 0) return;
      forget(stream);
      const at = stream * stride + row;
      counts[at] = (counts[at] as number) + 1;
    },
    missing({ index, kept, stream }) {
      if (kept >= 0) values[kept * stride + row] = Number.NaN;
      if (stream >= 0) forget(stream);
      if (missed[index] === NEVER) missed[index] = row;
    },
  };
  return (next) => {
    row = next;
    serial++;
    return target;
  };
}

interface StreamOrder {
  /** Streams whose first sample was seen since the last call, in the order of these samples. */
  takeFresh(): readonly Stream[];
  /** Looks for first samples in the row that was read last; `readAgain` shows its cells in order. */
  look(row: number, cells: number, readAgain: (target: RowTarget) => void): void;
}

/** Streams are numbered by their first sample: by row, and in a row by column, with sums behind all columns. */
function createStreamOrder(plan: Plan, store: RowStore): StreamOrder {
  const isSeen = new Uint8Array(plan.streams.length);
  let pending = plan.streams;
  let fresh: Stream[] = [];
  const note = (number: number): void => {
    const stream = plan.streams[number];
    if (stream === undefined || isSeen[number] === 1) return;
    isSeen[number] = 1;
    fresh.push(stream);
  };
  const hasSample = ({ number, sums }: Stream, row: number, cells: number): boolean =>
    (store.counts[number * store.stride + row] as number) > 0 || sums.some((sum) => isWhole(sum, store, row, cells));
  /** Pending streams lie by their first cell. */
  const isFirst = (row: number, cells: number): boolean => {
    for (const stream of pending) {
      if (stream.firstCell >= cells) return false;
      if (hasSample(stream, row, cells)) return true;
    }
    return false;
  };
  return {
    takeFresh() {
      const taken = fresh;
      fresh = [];
      return taken;
    },
    look(row, cells, readAgain) {
      if (!isFirst(row, cells)) return;
      readAgain({ value: ({ stream }) => note(stream), missing: () => {} });
      for (const sum of plan.sums) if (isWhole(sum, store, row, cells)) note(sum.stream);
      pending = pending.filter(({ number }) => isSeen[number] === 0);
    },
  };
}

/** Whether both halves of a sum have a value in the row. */
function isWhole({ first, second }: PlannedSum, { values, stride }: RowStore, row: number, cells: number): boolean {
  if (first.cell >= cells || second.cell >= cells) return false;
  return !Number.isNaN((values[first.kept * stride + row] as number) + (values[second.kept * stride + row] as number));
}

interface Clock {
  previous: Micros | null;
  step: Micros | null;
}

/**
 * Distance to the row before; NaN where there is none or the clock was set. The bias of the header holds for the whole
 * file, so a change of daylight time inside it shows as stamps that repeat or leave out an hour.
 */
function takeInterval(clock: Clock, micros: Micros, line: number, byteOffset: number, sink: Sink): number {
  const { previous, step } = clock;
  clock.previous = micros;
  if (previous === null) return Number.NaN;
  const interval = micros - previous;
  const at = (): Position => ({ line, byteOffset, record: null });
  if (interval <= 0) {
    const note = 'stamps step back or repeat: daylight time ended or the clock was set; times after it may be off';
    sink.issue('perfmon-clock-back', 'error', note, at());
    return Number.NaN;
  }
  clock.step = interval;
  if (step === null || step >= HOUR / 2 || !isHourMore(interval, step)) return interval;
  const note = 'an hour is missing between two samples: daylight time began, the clock was set or recording stopped';
  sink.issue('perfmon-hour-missing', 'info', note, at());
  clock.step = step;
  return Number.NaN;
}

function isHourMore(interval: Micros, step: Micros): boolean {
  return Math.abs(interval - step - HOUR) <= step / 2 + 2 * SECOND;
}
