import type { FoundRecord, ScanCounts } from './line-scanner.js';

/** A selected record as a scanner sees it. */
export interface Span {
  readonly start: number;
  readonly end: number;
  /** Its first line, and the line after it. */
  readonly line: number;
  readonly endLine: number;
  /** Start lines before it, and up to its end. */
  readonly record: number;
  readonly endRecord: number;
}

export interface SkipCount {
  found(span: Span): FoundRecord;
  rest(lines: number, records: number): ScanCounts;
}

/** Counts what lies between the selected records of one chunk. */
export function countSkips(): SkipCount {
  let line = 0;
  let record = 0;
  return {
    found(span) {
      const skippedLines = span.line - line;
      const skippedRecords = span.record - record;
      line = span.endLine;
      record = span.endRecord;
      return { start: span.start, end: span.end, line: span.line, skippedLines, skippedRecords };
    },
    rest: (lines, records) => ({ lines, records, skippedLines: lines - line, skippedRecords: records - record }),
  };
}
