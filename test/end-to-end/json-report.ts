import { expect } from 'vitest';
import { faultline, type Run } from './faultline.js';

/** What these tests look at of a JSON report. */
export interface JsonReport {
  readonly sources: readonly {
    readonly path: string;
    readonly sha256: string;
    readonly bytes: number;
    readonly records: number;
    readonly issues: readonly { readonly code: string; readonly severity: string }[];
  }[];
  readonly incidents: readonly unknown[];
  readonly issues: readonly { readonly code: string; readonly path: string; readonly note: string }[];
}

/** Of a run that went well. */
export function reportOf({ code, out, err }: Run): JsonReport {
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out) as JsonReport;
}

export function json(...args: readonly string[]): JsonReport {
  return reportOf(faultline(['report', ...args, '--format', 'json']));
}

/** Codes of all issues of all sources. */
export function codes(report: JsonReport): readonly string[] {
  return report.sources.flatMap((source) => source.issues.map((issue) => issue.code));
}

/** All that a process has written so far. */
export function collect(stream: NodeJS.ReadableStream): () => string {
  const pieces: string[] = [];
  stream.on('data', (chunk: Buffer) => pieces.push(chunk.toString()));
  return () => pieces.join('');
}
