import { isAscii, isUtf8 } from 'node:buffer';
import type { LineScanner, RowSink } from './line-scanner.js';
import { growRows } from './row-store.js';
import type { ByteTrouble, Section, SectionTrouble } from './section.js';
import { LINE_LIMIT, openWindow, type ScanInput, type Window } from './window.js';

const LINE_FEED = 10;

interface Scan {
  readonly window: Window;
  readonly scanner: LineScanner;
  readonly rows: RowSink;
  readonly trouble: Map<ByteTrouble, SectionTrouble>;
}

export interface SectionOptions {
  /** `from` is where reading begins, whatever stands there: the start of the source, or the end of another section. */
  readonly startsHere?: boolean;
  /** For tests; not below the longest literal. */
  readonly lineLimit?: number;
}

/**
 * Scans the records that start in [from, to): begins at the first line that starts a record and runs on past `to` to the
 * end of the last one, so that sections of any size put side by side hold every record once. Needs nothing but the bytes:
 * any thread may do it.
 */
export function scanSection(
  input: ScanInput,
  from: number,
  to: number,
  scanner: LineScanner,
  { startsHere = false, lineLimit = LINE_LIMIT }: SectionOptions = {},
): Section {
  scanner.beginSection();
  const window = openWindow(input, startsHere ? from : Math.max(0, from - 1), scanner, lineLimit);
  if (!startsHere) seekRecord(window, scanner, from, to);
  const spans = growRows();
  const runs = growRows();
  const kernels = growRows();
  const blocks = growRows();
  const rows = { spans: spans.push, runs: runs.push, kernels: kernels.push, blocks: blocks.push };
  const scan: Scan = { window, scanner, rows, trouble: new Map() };
  const start = window.offset;
  if (startsHere || start < to) while (step(scan, to));
  const end = window.offset;
  const { lines, hosts, edges, nul } = scanner.endSection(end, rows);
  if (nul.count > 0) scan.trouble.set('nul-bytes', { code: 'nul-bytes', ...nul });
  return {
    ...{ start, end, lines, hosts, edges },
    ...{ spans: spans.take(), runs: runs.take(), kernels: kernels.take(), blocks: blocks.take() },
    trouble: [...scan.trouble.values()],
  };
}

/** Leaves the window at the first line from `from` that starts a record, or at `to` or the end if that comes first. */
function seekRecord(window: Window, scanner: LineScanner, from: number, to: number): void {
  if (from > 0) dropLine(window);
  for (;;) {
    window.fill();
    if (window.filled === 0 || window.offset >= to) return;
    const whole = window.wholeLines();
    // The start of a line over the limit can be read as well as any.
    const found = scanner.findRecord(0, whole === 0 ? window.filled : whole);
    if (whole === 0 && found > 0) dropLine(window);
    else window.drop(found);
    if (found < (whole === 0 ? 1 : whole)) return;
  }
}

/** Drops what is left of a line, however long. */
function dropLine(window: Window): void {
  for (window.fill(); window.filled > 0; window.fill()) {
    const found = window.bytes.subarray(0, window.filled).indexOf(LINE_FEED);
    window.drop(found < 0 ? window.filled : found + 1);
    if (found >= 0) return;
  }
}

/** False when the section is done. */
function step(scan: Scan, to: number): boolean {
  const { window, scanner } = scan;
  window.fill();
  if (window.filled === 0) return false;
  const whole = window.wholeLines();
  if (whole === 0) {
    if (window.offset >= to && scanner.findRecord(0, window.filled) === 0) return false;
    passLongLine(scan);
    return true;
  }
  const beyond = window.offset + whole > to ? lineStart(window, Math.max(0, to - window.offset), whole) : whole;
  const end = beyond < whole ? scanner.findRecord(beyond, whole) : whole;
  if (end > 0) scanLines(scan, end);
  return end === whole;
}

/** The first line start at or after `at`, `whole` when there is none. */
function lineStart({ bytes }: Window, at: number, whole: number): number {
  if (at === 0) return 0;
  const found = bytes.subarray(0, whole).indexOf(LINE_FEED, at - 1);
  return found < 0 ? whole : found + 1;
}

function scanLines({ window, scanner, rows, trouble }: Scan, length: number): void {
  const chunk = window.bytes.subarray(0, length);
  noteInvalid(trouble, chunk, scanner.lineCount(), window.offset);
  scanner.scan(length, window.offset, rows);
  // Only the last line of a source ends without a line end.
  if (chunk[length - 1] !== LINE_FEED) scanner.endLine(false);
  window.drop(length);
}

/** Of a line over the limit only the head is matched as a record; the rest is searched for literals piece by piece. */
function passLongLine({ window, scanner, rows, trouble }: Scan): void {
  const line = scanner.lineCount();
  const byteOffset = window.offset;
  const head = window.bytes.subarray(0, characterEnd(window.bytes, window.lineLimit));
  noteInvalid(trouble, head, line, byteOffset);
  note(trouble, 'record-truncated', line, byteOffset);
  scanner.scan(head.length, byteOffset, rows);
  scanner.endLine(searchToEnd(window, scanner));
}

/** Pieces overlap by one byte less than the longest literal, so that none is missed between two of them. */
function searchToEnd(window: Window, scanner: LineScanner): boolean {
  const overlap = Math.max(0, scanner.longest - 1);
  let holdsLiteral = false;
  for (let known = 0; ; ) {
    const lineFeed = window.bytes.subarray(0, window.filled).indexOf(LINE_FEED, known);
    const end = lineFeed < 0 ? window.filled : lineFeed;
    holdsLiteral ||= scanner.contains(end);
    if (lineFeed >= 0) {
      window.drop(lineFeed + 1);
      return holdsLiteral;
    }
    window.drop(Math.max(0, window.filled - overlap));
    known = window.filled;
    window.fill();
    if (window.filled > known) continue;
    window.drop(known);
    return holdsLiteral;
  }
}

/** The last character boundary at or before `at`: bytes 10xxxxxx continue a character of up to four bytes. */
export function characterEnd(bytes: Uint8Array, at: number): number {
  for (let end = at; end > at - 4; end--) if (((bytes[end] ?? 0) & 0xc0) !== 0x80) return end;
  return at;
}

/** Lines that are not UTF-8, as reading every line would find them. Costs 0.01 s per 500 MB of ASCII. */
function noteInvalid(trouble: Scan['trouble'], chunk: Buffer, line: number, byteOffset: number): void {
  if (isAscii(chunk) || isUtf8(chunk)) return;
  for (let from = 0, at = line; from < chunk.length; at++) {
    const found = chunk.indexOf(LINE_FEED, from);
    const end = found < 0 ? chunk.length : found;
    if (!isUtf8(chunk.subarray(from, end))) note(trouble, 'invalid-utf8', at, byteOffset + from);
    from = end + 1;
  }
}

function note(trouble: Scan['trouble'], code: ByteTrouble, line: number, byteOffset: number): void {
  const known = trouble.get(code);
  trouble.set(code, known === undefined ? { code, count: 1, line, byteOffset } : { ...known, count: known.count + 1 });
}
