export interface ScannerOptions {
  /**
   * ASCII, three bytes or more each; matched without regard to ASCII case, inside one line. None of them selects
   * nothing but records with continuation lines.
   */
  readonly literals: readonly string[];
  /** First bytes a record can start with, each one character up to U+00FF; null: every line is a record. */
  readonly startBytes: string | null;
}

/**
 * A selected record: a start line and the continuation lines after it. Offsets count in the chunk, lines from 0.
 * At the start of a chunk continuation lines stand without their start line: they belong to the chunk before.
 */
export interface FoundRecord {
  readonly start: number;
  /** After its last line end. */
  readonly end: number;
  readonly line: number;
  /** What lies between the record selected before it (or the start of the chunk) and this one. */
  readonly skippedLines: number;
  readonly skippedRecords: number;
}

export interface ScanCounts {
  readonly lines: number;
  /** Lines at which a record starts. */
  readonly records: number;
  /** After the last selected record. */
  readonly skippedLines: number;
  readonly skippedRecords: number;
}

/** Calls come in the order of the file. */
export interface ScanSink {
  record(found: FoundRecord): void;
  /** A start line chosen by `ScanPlace.sampleEvery`, selected or not. */
  sample?(start: number, line: number): void;
}

/** What a chunk is part of. */
export interface ScanPlace {
  /** The byte that follows the chunk in the source; null at the end of the source. */
  readonly next: number | null;
  /** Offset of the chunk in the source. */
  readonly offset: number;
  /** A power of two: the first start line at or after every multiple of it is sampled; 0 samples nothing. */
  readonly sampleEvery: number;
  /** Offset in the source before which no line is sampled. */
  readonly sampleFrom: number;
}

/**
 * Finds the records that could matter: those with a literal in a line, and all that have continuation lines, because
 * a literal may be split where a line was wrapped. Selects too much rather than too little.
 */
export interface LineScanner {
  readonly implementation: 'wasm' | 'js';
  /** Longest literal in bytes: pieces of one line must overlap by one byte less. */
  readonly longest: number;
  /** Room for a chunk that is scanned without being copied. Valid until a larger one is asked for or scanned. */
  buffer(size: number): Uint8Array;
  /** `chunk` holds whole lines; only the last line of a source may lack its end. */
  scan(chunk: Uint8Array, place: ScanPlace, sink: ScanSink): ScanCounts;
  /** Whether a literal lies in this piece of one line. */
  contains(piece: Uint8Array): boolean;
  /** Chooses anew what is looked for first, by what is common in this sample of the source. Results do not change. */
  tune(sample: Uint8Array): void;
  /** Whether a line with this first byte starts a record. */
  startsRecord(byte: number): boolean;
}
