import type { LogRecord } from '../model/record.js';
import type { Sink } from './parser.js';

/** 1 MiB: a record longer than this is cut for matching and counted (`record-truncated`). */
export const RECORD_LIMIT = 1 << 20;

export interface Assembler {
  /** A line that starts a record. */
  start(record: LogRecord): void;
  /** A line without the format's prefix: it belongs to the record before it. False when there is none. */
  continue(line: string): boolean;
  /** "last message repeated N times": N more of the record before it. False when there is none. */
  repeat(count: number): boolean;
  /** Emits what is held. */
  flush(): void;
}

/**
 * Joins continuation lines to the record they belong to. `body` gets them with a blank, because mail and forum copies
 * are wrapped at blanks and rules must match across the wrap; `text` gets them as written.
 */
export function assembleRecords(sink: Sink): Assembler {
  let held: LogRecord | null = null;
  let extra: string[] = [];
  let extraLength = 0;
  const flush = (): void => {
    if (held === null) return;
    sink.record(extra.length === 0 ? held : withContinuation(held, extra));
    held = null;
    extra = [];
    extraLength = 0;
  };
  return {
    start(record) {
      flush();
      held = record;
    },
    continue(line) {
      if (held === null) return false;
      extraLength += line.length + 1;
      if (extraLength > RECORD_LIMIT) {
        sink.issue(
          'record-truncated',
          'data-loss',
          'a record is longer than 1 MiB; only its first MiB was matched',
          held.at,
        );
        return true;
      }
      extra.push(line);
      return true;
    },
    repeat(count) {
      if (held === null) return false;
      held = { ...held, repeat: held.repeat + count };
      return true;
    },
    flush,
  };
}

function withContinuation(record: LogRecord, extra: readonly string[]): LogRecord {
  const tail = extra.map((line) => line.trim()).filter((line) => line !== '');
  return { ...record, body: [record.body, ...tail].join(' '), text: [record.text, ...extra].join('\n') };
}
