import type { LogRecord } from '../model/record.js';
import type { WrittenTime } from '../model/time.js';
import type { Sink } from './parser.js';

/** 1 MiB: a record longer than this is cut for matching and counted (`record-truncated`). */
export const RECORD_LIMIT = 1 << 20;

export interface Assembler {
  /** A line that starts a record. */
  start(record: LogRecord): void;
  /** A line without the format's prefix: it belongs to the record before it. False when there is none. */
  continue(line: string): boolean;
  /**
   * "last message repeated N times": N more of the record before it. False when there is none. `line` is kept in its
   * text; `until` is when the source said so: the repeats lie between the record and then.
   */
  repeat(count: number, line?: string, until?: WrittenTime | null): boolean;
  /** Emits what is held. */
  flush(): void;
}

export interface AssembleOptions {
  /**
   * After a blank line, continuation lines are kept in `text` but no longer join `body`: wrapped log lines follow
   * each other directly, while what follows a blank line in a mail or ticket is prose that no rule should match.
   */
  readonly blankEndsBody?: boolean;
}

interface Held {
  readonly record: LogRecord;
  readonly text: string[];
  readonly body: string[];
  length: number;
  bodyOpen: boolean;
  repeat: number;
  until: WrittenTime | null;
}

/**
 * Joins continuation lines to the record they belong to. `body` gets them with a blank, because mail and forum copies
 * are wrapped at blanks and rules must match across the wrap; `text` gets them as written.
 */
export function assembleRecords(sink: Sink, options: AssembleOptions = {}): Assembler {
  let record: LogRecord | null = null;
  let held: Held | null = null;
  const flush = (): void => {
    if (record !== null) sink.record(held === null ? record : finish(held));
    record = null;
    held = null;
  };
  const extended = (): Held | null => {
    if (record === null) return null;
    held ??= { record, text: [], body: [], length: 0, bodyOpen: true, repeat: 0, until: record.until };
    return held;
  };
  const append = (to: Held, line: string): boolean => {
    to.length += line.length + 1;
    if (to.length <= RECORD_LIMIT) return to.text.push(line) > 0;
    const note = 'a record is longer than 1 MiB; only its first MiB was matched';
    sink.issue('record-truncated', 'data-loss', note, to.record.at);
    return false;
  };
  return {
    start(next) {
      flush();
      record = next;
    },
    continue(line) {
      const to = extended();
      if (to === null) return false;
      if (!append(to, line)) return true;
      const part = line.trim();
      if (part === '') to.bodyOpen &&= options.blankEndsBody !== true;
      else if (to.bodyOpen) to.body.push(part);
      return true;
    },
    repeat(count, line, until) {
      const to = extended();
      if (to === null) return false;
      to.repeat += count;
      if (line !== undefined) append(to, line);
      to.until = later(to, until ?? null);
      return true;
    },
    flush,
  };
}

/** Only a time on the record's own clock and not before it can be its end. */
function later(held: Held, until: WrittenTime | null): WrittenTime | null {
  const from = held.until ?? held.record.time;
  if (until === null || from === null || until.clock !== from.clock || until.yearless !== from.yearless) {
    return held.until;
  }
  return until.micros > from.micros ? until : held.until;
}

function finish(held: Held): LogRecord {
  const { record } = held;
  return {
    ...record,
    body: held.body.length === 0 ? record.body : [record.body, ...held.body].join(' '),
    text: held.text.length === 0 ? record.text : [record.text, ...held.text].join('\n'),
    repeat: record.repeat + held.repeat,
    until: held.until,
  };
}
