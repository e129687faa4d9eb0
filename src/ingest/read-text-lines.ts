import type { LineIndex } from '../model/line-index.js';
import { reportLineTrouble } from '../parser/line-blocks.js';
import type { ByteInput, LineReader, Parser, Sink } from '../parser/parser.js';
import type { LineScanner, ScannerOptions } from '../scan/line-scanner.js';
import { scanSection } from '../scan/scan-section.js';
import type { ByteTrouble, Section } from '../scan/section.js';
import { createLineScanner } from '../scan/wasm-scanner.js';
import { type Delivery, deliverSections } from './deliver-sections.js';
import type { Encoding } from './encoding.js';
import { indexLines } from './index-lines.js';
import { readLines } from './lines.js';
import { isOwnPair, readEnvelope } from './read-envelope.js';
import { type SharedFile, sectionsAhead } from './sections-ahead.js';
import type { StreamCollector } from './stream-stats.js';

export type LineParser = Extract<Parser, { reads: 'lines' }>;

/** Below this every line is decoded: it costs less than a tenth of a second. */
const PREFILTER_FROM = 8 * 2 ** 20;
/** Scanned before anything of it is read: large enough to be done by another thread, small enough to stay flat. */
const SECTION = 16 * 2 ** 20;
/** From here on choosing fingerprints by a sample pays: it takes some milliseconds. */
const TUNE_FROM = 32 * 2 ** 20;
const SAMPLE_PIECES = 64;
const SAMPLE_PIECE = 2048;
/** From here on another thread pays: it starts and makes its tables in 30 ms, in which 50 MB are scanned. */
const AHEAD_FROM = 128 * 2 ** 20;
/** Of the lines of a sample: if fewer have a prefix that can be read, odd lines are the rule, and every line is decoded. */
const REGULAR_SHARE = 0.5;

export interface LineSource {
  readonly bytes: ByteInput;
  readonly encoding: Encoding;
  /** Offset after the byte order mark. */
  readonly start: number;
  /** The file, if other threads can read it, and how many may. */
  readonly shared?: SharedFile | null;
  readonly helpers?: number;
}

export interface LineListener {
  readonly sink: Sink;
  /** Opens the reader of the source, or another one for a few of its lines. */
  readonly open: (sink: Sink) => LineReader;
  /** Literals of all rules that can match this format; null when some rule must see every line. */
  readonly literals: readonly string[] | null;
  readonly streams: StreamCollector;
  readonly pathHost: string | null;
}

export interface LineReading {
  /**
   * Sections of the source in its order, without a gap, when somebody else scans them (other threads, each with a scanner
   * of these options). Empty ones are passed over.
   */
  readonly sections?: (source: LineSource, options: ScannerOptions) => Iterable<Section>;
  // For tests: sizes that a real source does not come near.
  readonly prefilterFrom?: number;
  readonly section?: number;
  readonly lineLimit?: number;
  /** Share of lines that must have a prefix that can be read. */
  readonly share?: number;
}

export interface LinesRead {
  /** Records of the source that did not go through the sink; negative when lines were shown twice. */
  readonly counted: number;
  readonly index: LineIndex;
}

/**
 * Feeds a line format. Large UTF-8 sources are scanned for the literals that any rule or clock anchor needs, and only the
 * records that hold one are decoded; of the others time and host are read, all of them.
 */
export function readTextLines(
  parser: LineParser,
  source: LineSource,
  listener: LineListener,
  sizes: LineReading = {},
): LinesRead {
  const options = scannerOptions(parser, source, listener, sizes.prefilterFrom ?? PREFILTER_FROM);
  const scanner = options === null ? null : scannerFor(options);
  if (options === null || scanner === null) return readEvery(source, listener);
  const sample = sampleOf(source, scanner);
  if (sample.regular < (sizes.share ?? REGULAR_SHARE)) return readEvery(source, listener);
  if (source.bytes.size - source.start >= TUNE_FROM) scanner.tune(sample.bytes);
  const sections =
    sizes.sections?.(source, options) ??
    scanAhead(source, scanner, options, sample.bytes) ??
    scanSections(source, scanner, sizes);
  return readSelected(source, sections, listener);
}

function noteTrouble(sink: Sink): (code: ByteTrouble, line: number, byteOffset: number) => void {
  return (code, line, byteOffset) => reportLineTrouble(sink, code, line, byteOffset);
}

function readEvery({ bytes, encoding, start }: LineSource, { open, sink }: LineListener): LinesRead {
  const index = indexLines();
  const reader = open({
    ...sink,
    record(record) {
      if (record.time !== null) index.time(record.at.byteOffset ?? 0, record.time.micros);
      sink.record(record);
    },
  });
  const lines = readLines(bytes, encoding, start, {
    line(text, line, byteOffset) {
      index.line(byteOffset, line);
      reader.line(text, { line, byteOffset, record: null });
    },
    trouble: noteTrouble(sink),
  });
  reader.end();
  return { counted: 0, index: index.build(lines) };
}

/** Null when every line has to be decoded. */
function scannerOptions(
  { prefixes, anchorLiterals }: LineParser,
  { bytes, encoding }: LineSource,
  { literals }: LineListener,
  from: number,
): ScannerOptions | null {
  if (prefixes === undefined || literals === null || literals.length === 0) return null;
  if (encoding !== 'utf-8' || bytes.size < from) return null;
  // An escape sequence as rsyslog stores it may hide a word; the escape character itself the scanner looks for.
  const extra = [...anchorLiterals.map((literal) => literal.toLowerCase()), 'message repeated', '#033['];
  return { literals: [...new Set([...literals, ...extra])], prefixes };
}

/** V8 reserves gigabytes of address space for each WebAssembly memory: one scanner per format, not per file. */
const scanners = new Map<string, LineScanner | null>();

/** Null where the engine has no WebAssembly SIMD. */
function scannerFor(options: ScannerOptions): LineScanner | null {
  const key = JSON.stringify(options);
  const known = scanners.get(key);
  const scanner = known === undefined ? createLineScanner(options) : known;
  scanners.set(key, scanner);
  return scanner;
}

interface Sample {
  readonly bytes: Buffer;
  /** Share of its lines that have a prefix that can be read. */
  readonly regular: number;
}

/** Looks at small pieces from all over the source: what a log says, and how, changes from day to day. */
function sampleOf({ bytes, start }: LineSource, scanner: LineScanner): Sample {
  const pieces: Buffer[] = [];
  let lines = 0;
  let records = 0;
  // Of a stream whose end is not known its beginning, which is there already.
  const span = (Number.isFinite(bytes.size) ? bytes.size : PREFILTER_FROM) - start;
  for (let i = 0; i < SAMPLE_PIECES; i++) {
    const at = start + Math.floor((span / SAMPLE_PIECES) * i);
    const piece = Buffer.from(bytes.read(at, SAMPLE_PIECE));
    const room = scanner.buffer(piece.length);
    room.set(piece);
    const end = piece.lastIndexOf(10) + 1;
    for (let line = at === start ? 0 : piece.indexOf(10) + 1; line < end; line = piece.indexOf(10, line) + 1) {
      if (scanner.findRecord(line, end) === line) records++;
      lines++;
    }
    pieces.push(piece);
  }
  return { bytes: Buffer.concat(pieces), regular: lines === 0 ? 0 : records / lines };
}

/** Null when no other thread may help, or the source is too small for it to pay. */
function scanAhead(
  { bytes, start, shared = null, helpers = 0 }: LineSource,
  scanner: LineScanner,
  options: ScannerOptions,
  sample: Uint8Array,
): Iterable<Section> | null {
  if (shared === null || helpers < 1 || bytes.size - start < AHEAD_FROM) return null;
  return sectionsAhead({ file: shared, start, size: SECTION, scanner: options, sample }, helpers, bytes, scanner);
}

function* scanSections(
  { bytes, start }: LineSource,
  scanner: LineScanner,
  { section: size = SECTION, lineLimit }: LineReading,
): Generator<Section> {
  const options = { startsHere: true, ...(lineLimit === undefined ? {} : { lineLimit }) };
  for (let from = start; from < bytes.size; ) {
    const section = scanSection(bytes, from, from + size, scanner, options);
    // A file that was cut while it was read.
    if (section.end <= from) return;
    yield section;
    from = section.end;
  }
}

function readSelected({ bytes }: LineSource, sections: Iterable<Section>, listener: LineListener): LinesRead {
  const { sink, streams, pathHost, open } = listener;
  const index = indexLines();
  const trouble = noteTrouble(sink);
  let delivery: Delivery | null = null;
  let passed = 0;
  const reader = open({
    ...sink,
    record(record) {
      delivery?.record(record);
      passed++;
      sink.record(record);
    },
    // Those of all lines come from the index.
    clock(evidence) {
      if (!isOwnPair(evidence)) sink.clock(evidence);
    },
  });
  delivery = deliverSections(bytes, reader, streams, pathHost);
  let lines = 0;
  for (const section of sections) {
    if (section.end <= section.start) continue;
    index.section(section.blocks, lines);
    for (const { code, count, line, byteOffset } of section.trouble)
      for (let i = 0; i < count; i++) trouble(code, lines + line + 1, byteOffset);
    delivery.section(section);
    lines += section.lines;
  }
  reader.end();
  delivery.end();
  readEnvelope(bytes, delivery.envelope(), open, sink);
  return { counted: delivery.records() - passed, index: index.build(lines) };
}
