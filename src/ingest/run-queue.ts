import { RUN_ROW, runKind, type Section } from '../scan/section.js';
import type { RecordRun } from './stream-stats.js';

/** Runs that were scanned but not yet counted, because records before them may still be read. */
export interface RunQueue {
  add(section: Pick<Section, 'runs' | 'hosts'>): void;
  /** Hands over what starts before a byte offset. */
  drain(before: number): void;
  /** Records of all runs so far. */
  records(): number;
}

/**
 * Between two odd lines runs are steady, and every odd line ends all of them: what is queued before one starts before it,
 * so a queue that is drained up to each record read keeps every stream in the order of the file.
 */
export function queueRuns(pathHost: string | null, take: (run: RecordRun) => void): RunQueue {
  const queue: Pick<Section, 'runs' | 'hosts'>[] = [];
  let at = 0;
  let records = 0;
  const first = (before: number): boolean => {
    const head = queue[0];
    if (head === undefined || (head.runs[at + 2] ?? 0) >= before) return false;
    const host = head.hosts[head.runs[at] ?? 0] ?? '';
    const micros = head.runs[at + 3] ?? 0;
    take({
      host: host === '' ? pathHost : host,
      first: { micros, ...runKind(head.runs[at + 1] ?? 0) },
      last: head.runs[at + 4] ?? micros,
      byteOffset: head.runs[at + 2] ?? 0,
      records: head.runs[at + 5] ?? 0,
    });
    at += RUN_ROW;
    if (at >= head.runs.length) {
      queue.shift();
      at = 0;
    }
    return true;
  };
  return {
    add(section) {
      for (let i = 5; i < section.runs.length; i += RUN_ROW) records += section.runs[i] ?? 0;
      if (section.runs.length > 0) queue.push({ runs: section.runs, hosts: section.hosts });
    },
    drain(before) {
      while (first(before));
    },
    records: () => records,
  };
}
