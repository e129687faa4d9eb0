import type { Plan } from './plan.js';
import type { RowKernel } from './row-kernel.js';

/** Rows are handed on in blocks of so many, or fewer where the columns would take more than this. */
export const ROWS = 4096;
const BLOCK_BYTES = 8 << 20;
/** Without it the columns lie a power of two apart, and the caches hold only a few lines of such a set. */
const STRIDE_PAD = 8;
/** More opening quotes than a whole row has make it no row; the kernel writes up to this many too many. */
const OPENS_SLACK = 96;
const ENTRY_WORDS = 4;

/** No cell of the column has missed its value in this block. */
export const NEVER = 0xffffffff;

/** Where the rows of a block are put. Column `k`, row `r` is `k * stride + r`. */
export interface RowStore {
  /** Rows that have room. */
  readonly rows: number;
  readonly stride: number;
  readonly values: Float64Array;
  /** Samples of each stream. */
  readonly counts: Uint32Array;
  /** First row in which a slot's cell had no value, or NEVER. */
  readonly missed: Uint32Array;
}

/** Memory for one block after another; the tables of a source use the same. */
export interface Memory {
  open(plan: Plan): RowStore;
}

export function plainMemory(): Memory {
  let buffer = new ArrayBuffer(0);
  return {
    open(plan) {
      const layout = layOut(plan);
      if (buffer.byteLength < layout.end) buffer = new ArrayBuffer(layout.end);
      return openStore(plan, layout, buffer, 0);
    },
  };
}

export function kernelMemory(kernel: RowKernel): Memory {
  return {
    open(plan) {
      const layout = layOut(plan);
      const { buffer, base } = kernel.reserve(layout.end);
      const store = openStore(plan, layout, buffer, base);
      writeEntries(plan, layout, new Uint32Array(buffer, base + layout.entries, ENTRY_WORDS * plan.slots.length), base);
      kernel.plan(
        base + layout.entries,
        plan.slots.length - plan.kept,
        plan.kept,
        base + layout.opens,
        plan.header.width + 1,
        plan.header.delimiter.charCodeAt(0),
      );
      kernel.setDecimal(0);
      return store;
    },
  };
}

/** Places in memory, from its base. */
interface Layout {
  readonly rows: number;
  readonly stride: number;
  readonly values: number;
  readonly counts: number;
  readonly missed: number;
  readonly entries: number;
  readonly opens: number;
  readonly end: number;
}

function layOut(plan: Plan): Layout {
  const rowBytes = 8 * plan.kept + 4 * plan.streams.length;
  const rows = Math.max(1, Math.min(ROWS, Math.floor(BLOCK_BYTES / Math.max(1, rowBytes))));
  const stride = rows + STRIDE_PAD;
  const values = 0;
  const counts = values + 8 * plan.kept * stride;
  const missed = counts + 4 * plan.streams.length * stride;
  const entries = missed + 4 * plan.slots.length;
  const opens = entries + 4 * ENTRY_WORDS * plan.slots.length;
  return { rows, stride, values, counts, missed, entries, opens, end: opens + 4 * (plan.header.width + OPENS_SLACK) };
}

function openStore(plan: Plan, layout: Layout, buffer: ArrayBuffer, base: number): RowStore {
  const { rows, stride } = layout;
  const counts = new Uint32Array(buffer, base + layout.counts, plan.streams.length * stride);
  const missed = new Uint32Array(buffer, base + layout.missed, plan.slots.length);
  counts.fill(0);
  missed.fill(NEVER);
  return { rows, stride, counts, missed, values: new Float64Array(buffer, base + layout.values, plan.kept * stride) };
}

/** Columns that are only counted come first, as the kernel wants them. */
function writeEntries(plan: Plan, layout: Layout, entries: Uint32Array, base: number): void {
  let checkedAt = 0;
  let keptAt = ENTRY_WORDS * (plan.slots.length - plan.kept);
  for (const { index, cell, kept, stream } of plan.slots) {
    const at = kept < 0 ? checkedAt : keptAt;
    entries[at] = cell;
    entries[at + 1] = kept < 0 ? 0 : base + layout.values + 8 * kept * layout.stride;
    entries[at + 2] = stream < 0 ? 0 : base + layout.counts + 4 * stream * layout.stride;
    entries[at + 3] = base + layout.missed + 4 * index;
    if (kept < 0) checkedAt += ENTRY_WORDS;
    else keptAt += ENTRY_WORDS;
  }
}
