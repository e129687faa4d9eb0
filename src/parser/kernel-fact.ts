import type { LogRecord } from '../model/record.js';
import { kernelRelease } from './kernel-line.js';
import type { Sink } from './parser.js';

/** Facts kept per source: a machine that boots another kernel every day needs 365 a year. */
const FACTS = 1000;

/** Emits a `kernel` fact whenever a kernel message names another release than the one known for its host. */
export function collectKernelFacts(sink: Sink): (record: LogRecord) => void {
  const known = new Map<string | null, string>();
  let emitted = 0;
  return (record) => {
    const release = kernelRelease(record.body);
    if (release === null || known.get(record.host) === release || emitted >= FACTS) return;
    known.set(record.host, release);
    emitted++;
    sink.fact({ kind: 'kernel', host: record.host, release, at: record.at });
  };
}
