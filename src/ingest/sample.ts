import { pointAt } from '../model/metric-column.js';
import type { LogRecord, MetricPoint } from '../model/record.js';
import { EVERYTHING } from '../parser/collect.js';
import type { Parser, Sink } from '../parser/parser.js';
import { readLines } from './lines.js';
import { sniffFormat } from './sniff.js';
import { readText } from './text.js';

/** The id of the parser that recognises a small text, or null. */
export function recogniseSample(content: Uint8Array, parsers: readonly Parser[]): string | null {
  return sniffFormat(inputOf(content), parsers).parser?.id ?? null;
}

/** What one parser reads from a small text. */
export function parseSample(content: Uint8Array, parser: Parser): readonly (LogRecord | MetricPoint)[] {
  const read: (LogRecord | MetricPoint)[] = [];
  const sink: Sink = {
    record: (r) => read.push(r),
    counted: () => {},
    metric: (m) => read.push(m),
    column(column) {
      for (let i = 0; i < column.times.length; i++) read.push(pointAt(column, i));
    },
    clock: () => {},
    fact: () => {},
    issue: () => {},
  };
  const context = { path: 'sample', pathHost: null };
  const input = inputOf(content);
  if (parser.reads === 'bytes') parser.read(input, context, sink, EVERYTHING);
  else if (parser.reads === 'text') readText(input, 'utf-8', 0, parser.open(context, sink, EVERYTHING));
  else {
    const reader = parser.open(context, sink, EVERYTHING);
    readLines(input, 'utf-8', 0, {
      line: (text, line, byteOffset) => reader.line(text, { line, byteOffset, record: null }),
      trouble: () => {},
    });
    reader.end();
  }
  return read;
}

function inputOf(content: Uint8Array): { readonly size: number; read(offset: number, length: number): Uint8Array } {
  return { size: content.length, read: (offset, length) => content.subarray(offset, offset + length) };
}
