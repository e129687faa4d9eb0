/** What can be wrong with bytes, in any line, selected or not. */
export type ByteTrouble = 'invalid-utf8' | 'nul-bytes' | 'record-truncated';

/** Trouble of one kind in a section: how many lines have it, and the first of them. */
export interface SectionTrouble {
  readonly code: ByteTrouble;
  readonly count: number;
  readonly line: number;
  readonly byteOffset: number;
}

/**
 * What scanning a section of a source found. Plain data and typed arrays: it may come from another thread. Offsets count
 * in the source, lines from 0 at the start of the section.
 */
export interface Section {
  /** The first line start that starts a record, and the end of the last record that starts in the section. */
  readonly start: number;
  readonly end: number;
  readonly lines: number;
  /** Hosts in the order in which they were first seen; rows name them by index. '' for lines that name none. */
  readonly hosts: readonly string[];
  /** Records to be read, `SPAN_ROW` numbers each, in the order of the source. */
  readonly spans: Float64Array;
  /** Records that were counted without being read, as runs of steady time, `RUN_ROW` numbers each, in order per host. */
  readonly runs: Float64Array;
  /** Stretches of kernel lines with the time since boot, `KERNEL_ROW` numbers each, in order per host. */
  readonly kernels: Float64Array;
  /** Entries of the sparse table, see `LineIndex`. */
  readonly blocks: Float64Array;
  readonly trouble: readonly SectionTrouble[];
  /** Null when no record starts in the section. */
  readonly edges: SectionEdges | null;
}

export interface SectionEdges {
  /** End of the first record, and whether a span holds it for its own sake. */
  readonly firstEnd: number;
  readonly firstIsRead: boolean;
  readonly lastStart: number;
  readonly lastLine: number;
  readonly lastIsOdd: boolean;
  readonly lastIsRead: boolean;
}

/** Start, end, first line, flags, host. */
export const SPAN_ROW = 5;
/** Host, kind, offset of its first record, first and last time, number of records. */
export const RUN_ROW = 6;
/** Host, flags, then offset, line, time since boot and wall time of four lines: first, last, highest, least delayed. */
export const KERNEL_ROW = 18;

/** Flags of a span. */
export const SPAN = {
  /** The record at its start is counted in a run. */
  counted: 1,
  /** It holds lines that only the parser can read: whatever records they are were not counted. */
  odd: 2,
  /** It may belong to the record before it, which lies in another section. */
  needsPrevious: 4,
  /** Nothing is wanted of it but that the host is seen: the first record of one in this section. */
  onlyNew: 8,
} as const;

/** Flags of a stretch of kernel lines: which of its lines a span holds, and whether the first is the banner of a boot. */
export const KERNEL = { first: 1, last: 2, highest: 4, banner: 8 } as const;

/** Stamp forms of a run, as the upper half of its kind. */
const UPTIME = 4;
const BSD = 1;
/** Offsets from UTC stand in the lower half, in minutes, so much above zero. */
const ZONE_ZERO = 2048;

/** What the stamps of a run have in common. */
export interface RunKind {
  readonly clock: 'wall' | 'uptime';
  readonly yearless: boolean;
  readonly utcOffset: number | null;
}

export function runKind(kind: number): RunKind {
  const form = kind >>> 16;
  if (form === UPTIME) return { clock: 'uptime', yearless: false, utcOffset: null };
  if (form === BSD) return { clock: 'wall', yearless: true, utcOffset: null };
  return { clock: 'wall', yearless: false, utcOffset: ((kind & 0xffff) - ZONE_ZERO) * 60_000_000 };
}

/** The memory of a section, for handing it to another thread without a copy. */
export function sectionBuffers(section: Section): ArrayBuffer[] {
  return [section.spans, section.runs, section.kernels, section.blocks].map((rows) => rows.buffer as ArrayBuffer);
}
