import type { LogRecord, RecordHead } from '../../src/model/record.js';
import type { Issue } from '../../src/model/source.js';
import { EVERYTHING } from '../../src/parser/collect.js';
import type { Interest, Sink } from '../../src/parser/parser.js';
import parser from './parser.js';

/** Test code: everything the parser says about a file, in order. */
export interface ReadEvtx {
  readonly records: LogRecord[];
  readonly issues: Omit<Issue, 'count'>[];
  /** Records that were counted and not read whole. */
  readonly heads: RecordHead[];
  readonly items: unknown[];
}

export function readEvtx(bytes: Uint8Array, event: Interest['event'] = EVERYTHING.event): ReadEvtx {
  const read: ReadEvtx = { records: [], issues: [], heads: [], items: [] };
  const refuse = (): never => {
    throw new Error('the parser gives records and issues only');
  };
  const sink: Sink = {
    counted(head) {
      read.heads.push(head);
      read.items.push({ head });
    },
    record(record) {
      read.records.push(record);
      read.items.push({ record });
    },
    issue(code, severity, note, at) {
      const issue = { code, severity, note, at: at ?? null };
      read.issues.push(issue);
      read.items.push({ issue });
    },
    metric: refuse,
    column: refuse,
    clock: refuse,
    fact: refuse,
  };
  if (parser.reads !== 'bytes') throw new Error('the parser reads bytes');
  // One buffer for all reads, overwritten each time: the contract lets the array live until the next call only.
  const buffer = new Uint8Array(1 << 17);
  const input = {
    size: bytes.length,
    read(offset: number, length: number): Uint8Array {
      const part = bytes.subarray(offset, offset + length);
      buffer.fill(0xee).set(part);
      return buffer.subarray(0, part.length);
    },
  };
  parser.read(input, { path: 'System.evtx', pathHost: null }, sink, { ...EVERYTHING, event });
  return read;
}
