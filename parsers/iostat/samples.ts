import type { MetricPoint, Position } from '../../src/model/record.js';
import { DAY, HOUR, type Micros, SECOND, type WrittenTime } from '../../src/model/time.js';
import type { Sink } from '../../src/parser/parser.js';
import { type Cell, type Table, toSi } from './columns.js';
import { type DateOrder, midnight, type WrittenDate, type WrittenStamp } from './stamp.js';

export interface Row {
  readonly object: string;
  /** In the order of the table's columns; null where the column is not read. */
  readonly cells: readonly (Cell | null)[];
  readonly table: Table;
  readonly at: Position;
}

/** One start of iostat. */
export interface Run {
  readonly host: string | null;
  readonly date: WrittenDate | null;
}

/** One sample: all devices at one time. */
export interface Block {
  readonly run: Run;
  /** First of its run: the means since boot, not a sample. */
  readonly sinceBoot: boolean;
  /** Null: no time that can be read. */
  readonly stamp: WrittenStamp | null;
  readonly at: Position;
  readonly rows: Row[];
}

export function dateOf(block: Block): WrittenDate | null {
  return block.stamp === null ? null : (block.stamp.date ?? block.run.date);
}

/** What is carried from one sample of a run to the next. */
interface Sequence {
  readonly run: Run;
  /** Midnights passed since the date of the run, for stamps that have a time only. */
  days: number;
  timeOfDay: Micros | null;
  /** UTC where the stamps state an offset, else as written. */
  previous: Micros | null;
  step: Micros | null;
}

export interface SampleWriter {
  /** Blocks in the order of the file. */
  write(block: Block, order: DateOrder): void;
}

export function createSampleWriter(sink: Sink): SampleWriter {
  let sequence: Sequence | null = null;
  return {
    write(block, order) {
      if (sequence === null || sequence.run !== block.run) {
        sequence = { run: block.run, days: 0, timeOfDay: null, previous: null, step: null };
      }
      const time = resolveTime(sequence, block, order);
      if (time === null) {
        // The next sample describes the time since this one, which nobody knows.
        sequence.previous = null;
        return;
      }
      const interval = takeInterval(sequence, time, block.at, sink);
      if (block.sinceBoot) return;
      for (const row of block.rows) writeRow(sink, row, { time, interval, host: block.run.host });
    },
  };
}

function resolveTime(sequence: Sequence, block: Block, order: DateOrder): WrittenTime | null {
  const date = dateOf(block);
  const start = date === null ? null : midnight(date, order);
  if (block.stamp === null || start === null) return null;
  const { timeOfDay, utcOffset } = block.stamp;
  let days = 0;
  if (block.stamp.date === null) {
    // More than half a day back is midnight; less is a clock that was set.
    if (sequence.timeOfDay !== null && sequence.timeOfDay - timeOfDay > DAY / 2) sequence.days++;
    sequence.timeOfDay = timeOfDay;
    days = sequence.days;
  }
  return { micros: start + days * DAY + timeOfDay, clock: 'wall', utcOffset, yearless: false, resolution: SECOND };
}

function takeInterval(sequence: Sequence, time: WrittenTime, at: Position, sink: Sink): Micros | null {
  const { previous, step } = sequence;
  const now = time.micros - (time.utcOffset ?? 0);
  sequence.previous = now;
  if (previous === null) return null;
  const interval = now - previous;
  if (interval <= 0) {
    const note = 'stamps step back or repeat: daylight time ended or the clock was set; times after it may be off';
    sink.issue('iostat-clock-back', 'error', note, at);
    return null;
  }
  if (step !== null && step < HOUR / 2 && Math.abs(interval - step - HOUR) <= step / 2 + 2 * SECOND) {
    const note = 'an hour is missing between two samples: daylight time began, the clock was set or the machine stood';
    sink.issue('iostat-hour-missing', 'info', note, at);
    return null;
  }
  sequence.step = interval;
  return interval;
}

function writeRow(sink: Sink, row: Row, sample: Pick<MetricPoint, 'time' | 'interval' | 'host'>): void {
  const { object, cells, table, at } = row;
  const { time, interval, host } = sample;
  // Spelled out: spreading `sample` here made the whole parser ten times slower (Node 20).
  const write = (metric: MetricPoint['metric'], value: number, series: string): void => {
    sink.metric({ time, interval, host, objectType: 'iostat', object, metric, value, series, at });
  };
  for (const [index, reading] of table.readings.entries()) {
    const cell = cells[index];
    if (reading === null || cell === null || cell === undefined) continue;
    const value = toSi(reading, cell);
    if (value !== null) write(reading.metric, value, table.names[index] ?? '');
    else sink.issue('metric-missing-sample', 'info', 'a cell without a value gives no point, never zero', at);
  }
  const mean = weightedMean(row);
  if (mean !== null) write('disk.latency', mean, 'r_await, w_await');
}

/** Null without any operation: the mean of nothing is not zero. */
function weightedMean({ table, cells }: Row): number | null {
  if (table.weighted === null) return null;
  const value = (index: number): number => cells[index]?.value ?? Number.NaN;
  const [readWait, writeWait, reads, writes] = table.weighted;
  const total = value(readWait) * value(reads) + value(writeWait) * value(writes);
  const mean = total / (value(reads) + value(writes)) / 1000;
  return Number.isFinite(mean) && mean >= 0 ? mean : null;
}
