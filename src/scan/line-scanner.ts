import type { LinePrefix } from '../model/line-index.js';

export interface ScannerOptions {
  /** ASCII, three bytes or more each; matched without regard to ASCII case, inside one line. */
  readonly literals: readonly string[];
  /** Forms in which a record of this format begins; a line of any other form is left to the parser. */
  readonly prefixes: readonly LinePrefix[];
}

/** Rows a scanner hands over, in order. Arrays are valid until the call returns. */
export interface RowSink {
  spans(rows: Float64Array): void;
  runs(rows: Float64Array): void;
  kernels(rows: Float64Array): void;
  blocks(rows: Float64Array): void;
}

export interface ScannedEdges {
  readonly firstEnd: number;
  readonly firstIsRead: boolean;
  readonly lastStart: number;
  readonly lastLine: number;
  readonly lastIsOdd: boolean;
  readonly lastIsRead: boolean;
}

/** What is known when a section is done. */
export interface ScannedSection {
  readonly lines: number;
  readonly hosts: readonly string[];
  readonly nul: { readonly count: number; readonly line: number; readonly byteOffset: number };
  readonly edges: ScannedEdges | null;
}

/**
 * Finds the records that could matter: those with a literal in a line, all of several lines, because a literal may be
 * split where a line was wrapped, and all lines whose prefix it cannot read. Selects too much rather than too little. Of
 * every record it reads time and host. Works on one section at a time, in a memory of its own.
 */
export interface LineScanner {
  /** Longest literal in bytes: pieces of one line must overlap by one byte less. */
  readonly longest: number;
  /** Room for a chunk, of which all offsets below are counted. Valid until a larger one is asked for. */
  buffer(size: number): Buffer;
  beginSection(): void;
  /** The first `length` bytes of the room: whole lines, the last line of the source, or the head of a very long one. */
  scan(length: number, byteOffset: number, rows: RowSink): void;
  /** Ends a line that has no line end in what was scanned; `isSelected` when a literal was found behind its head. */
  endLine(isSelected: boolean): void;
  /** `byteOffset` is the end of the section. */
  endSection(byteOffset: number, rows: RowSink): ScannedSection;
  /** Lines of the section so far. */
  lineCount(): number;
  /** Whether a literal lies in the first `length` bytes of the room, a piece of one line. */
  contains(length: number): boolean;
  /** Where from `from`, a line start, the first line starts that starts a record; `until` when there is none. */
  findRecord(from: number, until: number): number;
  /** Chooses anew what is looked for first, by what is common in this sample of the source. Results do not change. */
  tune(sample: Uint8Array): void;
}
