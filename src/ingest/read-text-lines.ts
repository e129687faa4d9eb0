import type { LogRecord, Position } from '../model/record.js';
import { MINUTE, type Micros } from '../model/time.js';
import type { ByteInput, LineReader, Parser, Sink } from '../parser/parser.js';
import { createLineScanner } from '../scan/create-line-scanner.js';
import type { LineScanner } from '../scan/line-scanner.js';
import { selectLines } from '../scan/select-lines.js';
import type { Encoding } from './encoding.js';
import { decodeBytes } from './encoding.js';
import { linesOfPiece, readLines } from './lines.js';
import type { StreamCollector } from './stream-stats.js';

export type LineParser = Extract<Parser, { reads: 'lines' }>;

/** Below this every line is decoded: it costs less than a tenth of a second. */
const PREFILTER_FROM = 8 * 2 ** 20;
/** Of the samples, 4 KiB apart, all are read for their time and every fourth as a record. */
const SAMPLES_PER_RECORD = 4;
/** A pause between two samples that could hide silence long enough to matter is looked into line by line. */
const LOOK_INTO = 30 * MINUTE;

export interface LineSource {
  readonly bytes: ByteInput;
  readonly encoding: Encoding;
  /** Offset after the byte order mark. */
  readonly start: number;
}

export interface LineListener {
  readonly sink: Sink;
  /** Literals of all rules that can match this format; null when some rule must see every line. */
  readonly literals: readonly string[] | null;
  /** Opens a second reader of the same source, for lines that are read for their time alone. */
  readonly sampler: (record: (record: LogRecord) => void) => LineReader;
  readonly streams: StreamCollector;
  readonly sampled: (record: LogRecord) => void;
}

/**
 * Feeds a line format. Large UTF-8 sources are scanned for the literals that any rule or clock anchor needs, and only the records
 * that hold one are decoded; of the others one line in 4 KiB is read for its time. Returns how many records were
 * counted without being read.
 */
export function readTextLines(
  parser: LineParser,
  source: LineSource,
  reader: LineReader,
  listener: LineListener,
): number {
  const selective =
    listener.literals !== null &&
    listener.literals.length > 0 &&
    source.encoding === 'utf-8' &&
    source.bytes.size >= PREFILTER_FROM;
  if (!selective) {
    readEvery(source, reader, listener.sink);
    return 0;
  }
  return readSelected(parser, source, reader, listener);
}

const INVALID_UTF8 = 'bytes that are not UTF-8 were read as Latin-1';

const TROUBLE = {
  'invalid-utf8': ['error', INVALID_UTF8],
  'record-truncated': ['data-loss', 'a line is longer than 1 MiB; only its first MiB was matched'],
  'nul-bytes': ['info', 'NUL bytes stand in the text, as after a crash of the writing machine'],
} as const;

function noteTrouble(sink: Sink): (code: keyof typeof TROUBLE, line: number, byteOffset: number) => void {
  return (code, line, byteOffset) =>
    sink.issue(code, TROUBLE[code][0], TROUBLE[code][1], { line, byteOffset, record: null });
}

function readEvery({ bytes, encoding, start }: LineSource, reader: LineReader, sink: Sink): void {
  readLines(bytes, encoding, start, {
    line: (text, line, byteOffset) => reader.line(text, { line, byteOffset, record: null }),
    trouble: noteTrouble(sink),
  });
}

/** V8 reserves gigabytes of address space for each WebAssembly memory: one scanner per format, not per file. */
const scanners = new Map<string, LineScanner>();

function scannerFor(literals: readonly string[], startBytes: string | null): LineScanner {
  const key = JSON.stringify([startBytes, ...literals]);
  const scanner = scanners.get(key) ?? createLineScanner({ literals, startBytes });
  scanners.set(key, scanner);
  return scanner;
}

interface Hole {
  readonly from: number;
  readonly to: number;
}

function readSelected(
  parser: LineParser,
  { bytes, start }: LineSource,
  reader: LineReader,
  listener: LineListener,
): number {
  const literals = [
    ...new Set([
      ...(listener.literals ?? []),
      ...parser.anchorLiterals.map((l) => l.toLowerCase()),
      'message repeated',
    ]),
  ];
  const scanner = scannerFor(literals, parser.startBytes);
  const holes: Hole[] = [];
  const sampler = listener.sampler((record) => {
    listener.streams.record(record);
    listener.sampled(record);
  });
  let samples = 0;
  let skipped = 0;
  let before: { readonly micros: Micros; readonly byteOffset: number } | null = null;
  selectLines(bytes, start, scanner, {
    record(piece, byteOffset, line) {
      linesOfPiece(piece, byteOffset, line, {
        line: (text, at, offset) => reader.line(text, { line: at, byteOffset: offset, record: null }),
        trouble: () => {},
      });
    },
    skipped(_lines, records) {
      skipped += records;
      reader.skipped();
    },
    sample(piece, byteOffset, line) {
      const text = decodeBytes(piece, 'utf-8').text;
      const micros = parser.lineTime(text)?.micros ?? null;
      if (micros !== null && before !== null && Math.abs(micros - before.micros) > LOOK_INTO)
        holes.push({ from: before.byteOffset, to: byteOffset });
      if (micros !== null) before = { micros, byteOffset };
      if (samples++ % SAMPLES_PER_RECORD !== 0) return;
      sampler.line(text, { line, byteOffset, record: null });
      sampler.skipped();
    },
    trouble: noteTrouble(listener.sink),
  });
  sampler.end();
  fillHoles(bytes, holes, listener);
  listener.sink.issue(
    'lines-sampled',
    'info',
    'a large log: records without any word that a rule looks for were counted, and read for their time one in 4 KiB',
  );
  return skipped;
}

/** Reads what lies between two samples far apart, so that a sparse log is not taken for a silent one. */
function fillHoles(bytes: ByteInput, holes: readonly Hole[], { sampler, streams }: LineListener): void {
  for (const { from, to } of holes) {
    const reader = sampler((record) => streams.fill(record));
    const at = (line: number, byteOffset: number): Position => ({ line, byteOffset, record: null });
    linesOfPiece(Uint8Array.from(bytes.read(from, to - from)), from, 1, {
      line: (text, line, byteOffset) => reader.line(text, at(line, byteOffset)),
      trouble: () => {},
    });
    reader.end();
  }
}
