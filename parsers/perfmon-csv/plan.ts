import type { Interest } from '../../src/parser/parser.js';
import type { Column, Header, Sum } from './header.js';

/** A column whose cells are samples. */
export interface Slot {
  /** Number among the slots. */
  readonly index: number;
  /** Number of its cell in a row; 0 is the time. */
  readonly cell: number;
  readonly column: Column;
  /** Number among the kept columns; -1: its samples are only counted. */
  readonly kept: number;
  /** Number of the stream that counts it; -1: half of a sum, which counts once for both. */
  readonly stream: number;
  /** A cell without a value was reported. */
  reported: boolean;
}

/** Samples of one host and object type: what coverage looks at. */
export interface Stream {
  readonly number: number;
  readonly host: string | null;
  readonly objectType: string;
  readonly column: Column | Sum;
  /** First cell that can belong to it. */
  readonly firstCell: number;
  readonly sums: PlannedSum[];
}

export interface PlannedSum {
  readonly sum: Sum;
  readonly first: Slot;
  readonly second: Slot;
  /** Number of the stream that counts it. */
  readonly stream: number;
  readonly wanted: boolean;
}

/** What is done with each column of a header. */
export interface Plan {
  readonly header: Header;
  readonly slots: readonly Slot[];
  /** Slot of each cell of a whole row; null: not read. */
  readonly slotAt: readonly (Slot | null)[];
  /** By their first cell. */
  readonly streams: readonly Stream[];
  readonly sums: readonly PlannedSum[];
  /** Number of kept columns. */
  readonly kept: number;
}

/** Of a sum both halves are kept: whether a row has one is seen from both. */
export function planColumns(header: Header, interest: Interest): Plan {
  const streams = new Map<string, Stream>();
  const bySum = new Map<Sum, { first?: Slot; second?: Slot }>();
  let kept = 0;
  let index = 0;
  const slotAt = header.columns.map((column, cell): Slot | null => {
    if (column === null) return null;
    const stream = streamOf(streams, column, cell);
    const isKept = column.sum !== null || interest.metric(column.metric);
    const slot: Slot = {
      index: index++,
      cell,
      column,
      kept: isKept ? kept++ : -1,
      stream: column.sum === null ? stream.number : -1,
      reported: false,
    };
    if (column.sum !== null) bySum.set(column.sum, { ...bySum.get(column.sum), [column.half ?? 'first']: slot });
    return slot;
  });
  const sums: PlannedSum[] = [];
  for (const sum of header.sums) {
    const { first, second } = bySum.get(sum) ?? {};
    if (first === undefined || second === undefined) continue;
    const stream = streamOf(streams, sum, first.cell);
    const planned = { sum, first, second, stream: stream.number, wanted: interest.metric(sum.metric) };
    sums.push(planned);
    stream.sums.push(planned);
  }
  return {
    header,
    slots: slotAt.filter((slot) => slot !== null),
    slotAt,
    streams: [...streams.values()],
    sums,
    kept,
  };
}

function streamOf(streams: Map<string, Stream>, column: Column | Sum, cell: number): Stream {
  const { host, objectType } = column;
  const key = `${host ?? ''}\u0000${objectType}`;
  const known = streams.get(key);
  if (known !== undefined) return known;
  const stream: Stream = { number: streams.size, host, objectType, column, firstCell: cell, sums: [] };
  streams.set(key, stream);
  return stream;
}
