import type { LogRecord } from '../../src/model/record.js';
import type { Issue } from '../../src/model/source.js';
import { EVERYTHING, WHOLE_RECORDS } from '../../src/parser/collect.js';
import type { Sink } from '../../src/parser/parser.js';
import parser from './parser.js';

/** Test code: everything the parser says about a file, in order. */
export interface ReadEvtx {
  readonly records: LogRecord[];
  readonly issues: Omit<Issue, 'count'>[];
  readonly items: unknown[];
}

export function readEvtx(bytes: Uint8Array): ReadEvtx {
  const read: ReadEvtx = { records: [], issues: [], items: [] };
  const refuse = (): never => {
    throw new Error('the parser gives records and issues only');
  };
  const sink: Sink = {
    ...WHOLE_RECORDS,
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
  parser.read(input, { path: 'System.evtx', pathHost: null }, sink, EVERYTHING);
  return read;
}
