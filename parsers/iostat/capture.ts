import type { Position } from '../../src/model/record.js';
import { DAY, HOUR } from '../../src/model/time.js';
import type { Sink } from '../../src/parser/parser.js';
import { type Block, createSampleWriter, dateOf, type Row, type Run } from './samples.js';
import { type DateOrder, isAmbiguous, midnight, provenOrder, type WrittenStamp } from './stamp.js';

export interface Capture {
  /** iostat was started: what follows is a new run. */
  start(run: Run): void;
  stamp(stamp: WrittenStamp, at: Position): void;
  /** A table of devices begins. */
  table(at: Position): void;
  row(row: Row): void;
  /** Takes back the last row of the current sample. */
  dropLastRow(): void;
  /** Lines were left out: the distance to what came before is unknown. */
  interrupt(): void;
  end(): void;
}

/** Groups what the lines say into samples. A stamp starts one; so does a table that has none. */
export function createCapture(sink: Sink): Capture {
  const dater = createDater(sink);
  let run: Run = { host: null, date: null };
  let first = true;
  let block: Block | null = null;
  let tabled = false;
  const undated: { count: number; at: Position | null } = { count: 0, at: null };

  const open = (stamp: WrittenStamp | null, at: Position): void => {
    close();
    block = { run, sinceBoot: first, stamp, at, rows: [] };
    first = false;
  };
  const close = (): void => {
    if (block === null) return;
    if (block.sinceBoot && tabled) reportSinceBoot(sink, block.at);
    else if (tabled && dateOf(block) === null) {
      undated.count++;
      undated.at ??= block.at;
    }
    dater.add(block);
    block = null;
    tabled = false;
  };
  return {
    start(next) {
      close();
      dater.startRun(next);
      run = next;
      first = true;
    },
    stamp: open,
    table(at) {
      if (block === null || tabled) open(null, at);
      tabled = true;
    },
    row: (row) => block?.rows.push(row),
    dropLastRow: () => block?.rows.pop(),
    interrupt() {
      close();
      dater.interrupt(run);
    },
    end() {
      close();
      dater.end();
      if (undated.count > 0 && undated.at !== null) reportUndated(sink, undated.count, undated.at);
    },
  };
}

function reportSinceBoot(sink: Sink, at: Position): void {
  const note = 'the first sample of a run of iostat is the mean since boot; it was left out';
  sink.issue('iostat-since-boot', 'info', note, at);
}

function reportUndated(sink: Sink, count: number, at: Position): void {
  const note = `${count} samples bear no time that can be read and were left out; record with "iostat -xt"`;
  sink.issue('iostat-undated', 'data-loss', note, at);
}

/** Rows and samples held back while day and month cannot be told apart: some 50 MB, an hour of 13 devices each second. */
const HELD_ROWS = 50_000;

interface Dater {
  startRun(run: Run): void;
  add(block: Block): void;
  interrupt(run: Run): void;
  end(): void;
}

/**
 * A date such as 03/04/2024 is understood only when another date of the same machine proves the order, or the day
 * that follows does. Until then the samples are held back.
 */
function createDater(sink: Sink): Dater {
  const writer = createSampleWriter(sink);
  let host: string | null = null;
  let order: DateOrder | null = null;
  let assumed = false;
  let held: Block[] = [];
  /** Rows and blocks held. */
  let weight = 0;
  let doubt = false;
  let last: WrittenStamp | null = null;

  const flush = (): void => {
    for (const block of held) writer.write(block, order ?? 'month-first');
    held = [];
    weight = 0;
    doubt = false;
  };
  /** Nothing proves the order: the month first, as C, POSIX and en_US write it. */
  const assume = (): void => {
    const doubtful = order === null ? held.find((block) => isDoubtful(block) && hasSamples(block)) : undefined;
    if (doubtful !== undefined) {
      reportAmbiguous(sink, doubtful.at);
      assumed = true;
      order = 'month-first';
    }
    flush();
  };
  const learn = (proof: DateOrder | null, at: Position | null): void => {
    if (proof === null) return;
    if (order !== null && proof !== order) reportContradiction(sink, assumed, at);
    if (proof !== order) assumed = false;
    order = proof;
    flush();
  };
  const hold = (block: Block): void => {
    held.push(block);
    weight += 1 + block.rows.length;
    doubt ||= isDoubtful(block);
    if (order !== null || !doubt) flush();
    else if (weight > HELD_ROWS) assume();
  };
  return {
    startRun(run) {
      if (run.host !== host) {
        assume();
        order = null;
        assumed = false;
      }
      host = run.host;
      last = null;
      learn(run.date === null ? null : provenOrder(run.date), null);
    },
    add(block) {
      const date = block.stamp?.date ?? null;
      if (date !== null) learn(provenOrder(date) ?? orderOfDays(last, block.stamp), block.at);
      last = block.stamp;
      hold(block);
    },
    interrupt(run) {
      last = null;
      // A sample without time and rows: what follows has no known distance to what came before.
      hold({ run, sinceBoot: false, stamp: null, at: { line: null, byteOffset: null, record: null }, rows: [] });
    },
    end: assume,
  };
}

function isDoubtful(block: Block): boolean {
  const date = dateOf(block);
  return date !== null && isAmbiguous(date);
}

function hasSamples(block: Block): boolean {
  return !block.sinceBoot && block.rows.length > 0;
}

function reportAmbiguous(sink: Sink, at: Position): void {
  const note = 'day and month of the dates cannot be told apart; read as month/day, as C and en_US write them';
  sink.issue('ambiguous-date', 'error', note, at);
}

function reportContradiction(sink: Sink, assumed: boolean, at: Position | null): void {
  const note = assumed
    ? 'a later date proves that the day comes first: the samples before it bear a wrong date'
    : 'the dates of one machine contradict each other in the order of day and month';
  sink.issue('date-order-contradicted', 'error', note, at ?? undefined);
}

/** Two samples of one run lie at most a day apart; read the wrong way round, the next day is another month. */
function orderOfDays(before: WrittenStamp | null, after: WrittenStamp | null): DateOrder | null {
  const dayFirst = isNear(before, after, 'day-first');
  if (dayFirst === isNear(before, after, 'month-first')) return null;
  return dayFirst ? 'day-first' : 'month-first';
}

function isNear(before: WrittenStamp | null, after: WrittenStamp | null, order: DateOrder): boolean {
  const from = before?.date == null ? null : midnight(before.date, order);
  const to = after?.date == null ? null : midnight(after.date, order);
  if (before === null || after === null || from === null || to === null) return false;
  const distance = to + after.timeOfDay - from - before.timeOfDay;
  // Two hours back: daylight time, or a clock that was set.
  return distance >= -2 * HOUR && distance <= DAY;
}
