import type { LogRecord } from '../../src/model/record.js';
import { RECORD_LIMIT } from '../../src/parser/assemble.js';
import type { Sink } from '../../src/parser/parser.js';

export interface Held {
  /** Emits what is held and holds this. */
  put(record: LogRecord): void;
  /** Adds a line to the held record: `body` for matching, `text` as it stands. False when nothing is held. */
  add(body: string, text: string): boolean;
  flush(): void;
}

/**
 * Keeps the last record until its continuation lines are in. The kit's assembler takes bare lines; here a continuation
 * (a frame of a stack trace) has its own stamp, which belongs into `text` but not into `body`.
 */
export function holdRecord(sink: Sink): Held {
  let record: LogRecord | null = null;
  let bodies: string[] = [];
  let texts: string[] = [];
  let length = 0;
  const flush = (): void => {
    if (record !== null) sink.record({ ...record, body: bodies.join(' '), text: texts.join('\n') });
    record = null;
  };
  return {
    put(next) {
      flush();
      record = next;
      bodies = [next.body];
      texts = [next.text];
      length = next.text.length;
    },
    add(body, text) {
      if (record === null) return false;
      length += text.length + 1;
      if (length > RECORD_LIMIT) {
        const note = 'a record is longer than 1 MiB; only its first MiB was matched';
        sink.issue('record-truncated', 'data-loss', note, record.at);
        return true;
      }
      if (body.trim() !== '') bodies.push(body.trim());
      texts.push(text);
      return true;
    },
    flush,
  };
}
