import type { Micros, WrittenTime } from '../model/time.js';

/** What many hits have in common; kept once. */
export interface Shape {
  /** Host and channel of the stream that dates the hit. */
  readonly host: string | null;
  readonly channel: string | null;
  readonly boot: string | null;
  /** Its stamp but for the microseconds; null: it has none. */
  readonly stamp: Omit<WrittenTime, 'micros'> | null;
  /** Names of VMs the record speaks of, as written. */
  readonly vms: readonly string[];
  /** The record is a row of samples: its channel is a kind of counter. */
  readonly isMetric: boolean;
}

/** Nothing dates the hit, and nothing says whose it is. */
export const UNDATED: Shape = { host: null, channel: null, boot: null, stamp: null, vms: [], isMetric: false };

/** A hit as a reference of some 40 bytes: its text is read again when it is shown. */
export interface HitRow {
  readonly shape: Shape;
  readonly micros: Micros | null;
  readonly byteOffset: number | null;
  readonly line: number | null;
  readonly record: number | null;
  /** Lines it takes in the source, or, where the source is not read by lines, its number among the records from 0. */
  readonly extent: number;
  /** It is a stretch of lines. */
  readonly isLines: boolean;
}

const BLOCK = 8192;
const IS_LINES = 2 ** 31;

interface Block {
  readonly micros: Float64Array;
  readonly offsets: Float64Array;
  readonly lines: Float64Array;
  /** Only where the format numbers its records. */
  records: Float64Array | null;
  readonly extents: Uint32Array;
  readonly shapes: Uint32Array;
}

/** Plain data: it may come from another thread. */
export interface HitTable {
  count: number;
  /** Hits that `limit` left no room for. */
  beyond: number;
  readonly limit: number;
  readonly blocks: Block[];
  readonly shapes: Shape[];
  readonly shapeIndex: Map<string, number>;
  /** Number of the shape added last. */
  lastShape: number;
}

export function newHitTable(limit: number): HitTable {
  return { count: 0, beyond: 0, limit, blocks: [], shapes: [], shapeIndex: new Map(), lastShape: 0 };
}

export function addHit(table: HitTable, hit: HitRow): void {
  if (table.count >= table.limit) {
    table.beyond++;
    return;
  }
  const at = table.count % BLOCK;
  if (at === 0) table.blocks.push(newBlock());
  const block = table.blocks.at(-1);
  if (block === undefined) return;
  block.micros[at] = hit.micros ?? NaN;
  block.offsets[at] = hit.byteOffset ?? NaN;
  block.lines[at] = hit.line ?? NaN;
  if (hit.record !== null) {
    block.records ??= new Float64Array(BLOCK).fill(NaN);
    block.records[at] = hit.record;
  }
  block.extents[at] = Math.min(hit.extent, IS_LINES - 1) + (hit.isLines ? IS_LINES : 0);
  block.shapes[at] = shapeNumber(table, hit.shape);
  table.count++;
}

export function hitAt(table: HitTable, index: number): HitRow {
  const block = table.blocks[Math.floor(index / BLOCK)];
  const at = index % BLOCK;
  const shape = table.shapes[block?.shapes[at] ?? 0];
  if (block === undefined || shape === undefined) throw new RangeError(`no hit ${index}`);
  const extent = block.extents[at] ?? 0;
  return {
    shape,
    micros: known(block.micros[at]),
    byteOffset: known(block.offsets[at]),
    line: known(block.lines[at]),
    record: known(block.records?.[at]),
    extent: extent % IS_LINES,
    isLines: extent >= IS_LINES,
  };
}

function known(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}

function newBlock(): Block {
  return {
    micros: new Float64Array(BLOCK),
    offsets: new Float64Array(BLOCK),
    lines: new Float64Array(BLOCK),
    records: null,
    extents: new Uint32Array(BLOCK),
    shapes: new Uint32Array(BLOCK),
  };
}

function shapeNumber(table: HitTable, shape: Shape): number {
  if (table.shapes[table.lastShape] !== shape) table.lastShape = findShape(table, shape);
  return table.lastShape;
}

function findShape(table: HitTable, shape: Shape): number {
  const { stamp } = shape;
  const key = `${shape.host}\0${shape.channel}\0${shape.boot}\0${shape.isMetric}\0${
    stamp === null ? '' : `${stamp.clock} ${stamp.utcOffset} ${stamp.yearless} ${stamp.resolution}`
  }\0${shape.vms.join('\0')}`;
  const known = table.shapeIndex.get(key);
  if (known !== undefined) return known;
  const { length } = table.shapes;
  table.shapes.push(shape);
  table.shapeIndex.set(key, length);
  return length;
}
