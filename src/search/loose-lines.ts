import type { MetricColumn, MetricPoint, Position } from '../model/record.js';
import type { Micros } from '../model/time.js';
import { addHit, type HitTable, type Shape, UNDATED } from './hit-table.js';
import type { RowTimes } from './search-rows.js';
import { stampOf } from './shape.js';

/** A line that matched and that no matching record has claimed yet. */
interface LooseLine {
  readonly at: Position;
  /** What dates it: a sample of its row, or the record it is part of. */
  date: Dated | null;
}

interface Dated {
  readonly shape: Shape;
  readonly micros: Micros | null;
}

/** Lines wait here until the record that holds them is complete, or the samples of their row are in. */
export interface LooseLines {
  add(at: Position): void;
  /** A record that matched takes its lines with it. */
  claim(firstLine: number, lines: number): void;
  /** A record that did not match as a whole dates them. */
  date(firstLine: number, lines: number, dated: () => Dated): void;
  metric(point: MetricPoint): void;
  end(): void;
}

/** A parser holds back a few records at most; what waits longer belongs to none. */
const WAITING = 100_000;

export function looseLines(hits: HitTable, times: RowTimes): LooseLines {
  const waiting = new Map<number, LooseLine>();
  const settle = ({ at, date }: LooseLine): void => {
    const { shape, micros } = date ?? times.at(at.byteOffset ?? -1) ?? { shape: UNDATED, micros: null };
    addHit(hits, { shape, micros, ...at, extent: 1, isLines: true });
  };
  const settleAll = (): void => {
    for (const line of waiting.values()) settle(line);
    waiting.clear();
  };
  const each = (firstLine: number, lines: number, take: (line: LooseLine) => void): void => {
    if (waiting.size === 0) return;
    for (let n = firstLine; n < firstLine + lines; n++) {
      const line = waiting.get(n);
      if (line !== undefined) take(line);
    }
  };
  return {
    add(at) {
      if (waiting.size >= WAITING) settleAll();
      if (at.line !== null) waiting.set(at.line, { at, date: null });
    },
    claim: (firstLine, lines) => each(firstLine, lines, ({ at }) => void waiting.delete(at.line ?? 0)),
    date: (firstLine, lines, dated) =>
      each(firstLine, lines, (line) => {
        line.date ??= dated();
      }),
    metric(point) {
      const line = waiting.size === 0 ? undefined : waiting.get(point.at.line ?? 0);
      if (line !== undefined) line.date ??= { shape: shapeOf(point, point.time), micros: point.time.micros };
    },
    end: settleAll,
  };
}

function shapeOf({ host, objectType }: Pick<MetricPoint, 'host' | 'objectType'>, stamp: MetricColumn['stamp']): Shape {
  return { host, channel: objectType, boot: null, stamp: stampOf(stamp), vms: [], isMetric: true };
}
