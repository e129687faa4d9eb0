import { buildIndex, INDEX_BLOCK, INDEX_ROW, type LineIndex } from '../model/line-index.js';
import { growRows } from '../scan/row-store.js';

/** Makes the sparse table of a source, from its lines one by one or from what was scanned. */
export interface IndexBuilder {
  line(byteOffset: number, line: number): void;
  /** A record's time; records come in the order of the source, after the lines they consist of. */
  time(byteOffset: number, micros: number): void;
  /** Entries of a section, whose lines count from 0 after `linesBefore` others. */
  section(blocks: Float64Array, linesBefore: number): void;
  build(lineCount: number): LineIndex;
}

export function indexLines(): IndexBuilder {
  const done = growRows();
  /** The last two entries: a record is known when the next has begun. */
  const open: Float64Array[] = [];
  const close = (keep: number): void => {
    while (open.length > keep) done.push(open.shift() ?? new Float64Array(0));
  };
  const line = (byteOffset: number, number: number): void => {
    const last = open.at(-1);
    if (last !== undefined && blockOf(last[0] ?? 0) === blockOf(byteOffset)) return;
    open.push(Float64Array.of(byteOffset, number, Number.NaN, Number.NaN));
    close(2);
  };
  return {
    line,
    time(byteOffset, micros) {
      const row = open.findLast((entry) => (entry[0] ?? 0) <= byteOffset);
      if (row !== undefined) noteTime(row, micros, micros);
    },
    section(blocks, linesBefore) {
      for (let at = 0; at < blocks.length; at += INDEX_ROW) {
        line(blocks[at] ?? 0, linesBefore + 1 + (blocks[at + 1] ?? 0));
        const row = open.at(-1);
        if (row !== undefined) noteTime(row, blocks[at + 2] ?? Number.NaN, blocks[at + 3] ?? Number.NaN);
      }
    },
    build(lineCount) {
      close(0);
      return buildIndex(done.take(), lineCount);
    },
  };
}

function blockOf(byteOffset: number): number {
  return Math.floor(byteOffset / INDEX_BLOCK);
}

function noteTime(row: Float64Array, first: number, last: number): void {
  if (Number.isNaN(row[2])) row[2] = first;
  if (!Number.isNaN(last)) row[3] = last;
}
