import type { LinePrefix } from '../model/line-index.js';
import { type FingerprintCounts, fingerprintHash, fingerprintKey } from './fingerprint.js';
import type { LineScanner, RowSink, ScannedEdges, ScannedSection, ScannerOptions } from './line-scanner.js';
import { type LiteralPlan, literalBytes, planLiterals } from './literal-plan.js';
import { bucketTables, foldTable, hashFilter, hostTable } from './scan-tables.js';
import { KERNEL_ROW, RUN_ROW, SPAN, SPAN_ROW } from './section.js';
import { instantiateScanner, type ScannerExports } from './wasm-module.js';

const PAGE = 65_536;
/** Reading a prefix and a step of the scanner reach up to this far past the chunk. */
const SLACK = 512;
/** 32-bit words of an entry in assembly/literals.ts. */
const ENTRY_WORDS = 5;
const BLOCK_ROW = 4;
/** Hashes of fingerprints. */
const COUNTS = 65_536;
/** As in assembly/prefix.ts. */
const FORMS: Readonly<Record<LinePrefix, number>> = { rfc3164: 1, iso8601: 2, uptime: 4 };

/** Null where the engine cannot run it: then every line has to be decoded. */
export function createLineScanner({ literals, prefixes }: ScannerOptions): LineScanner | null {
  const wasm = instantiateScanner();
  if (wasm === null) return null;
  const texts = literalBytes(literals);
  const chunk = align(texts.reduce((at, text) => at + text.length, textsAt(wasm, texts.length)));
  reserve(wasm, chunk + SLACK);
  wasm.allow(prefixes.reduce((forms, prefix) => forms | FORMS[prefix], 0));
  writeTables(wasm);
  let isPlanned = false;
  const plan = (counts: FingerprintCounts | null): void => {
    load(wasm, planLiterals(texts, counts));
    isPlanned = true;
  };
  const take = (rows: RowSink): void => takeRows(wasm, rows);
  return {
    longest: texts.at(-1)?.length ?? 0,
    buffer(size) {
      reserve(wasm, chunk + size + SLACK);
      return Buffer.from(wasm.memory.buffer, chunk, size);
    },
    beginSection() {
      // Late, because a large source chooses by a sample of its own, and each choice takes milliseconds.
      if (!isPlanned) plan(null);
      wasm.beginSection();
    },
    scan(length, byteOffset, rows) {
      wasm.begin(chunk, length, byteOffset);
      while (wasm.run() !== 0) take(rows);
    },
    endLine(isSelected) {
      if (isSelected) wasm.select();
      wasm.endLine();
    },
    endSection(byteOffset, rows) {
      wasm.endSection(byteOffset);
      take(rows);
      return scannedSection(wasm);
    },
    lineCount: () => wasm.lineCount(),
    contains: (length) => wasm.contains(chunk, length) !== 0,
    findRecord: (from, until) => wasm.findRecord(chunk + from, chunk + until) - chunk,
    tune: (sample) => plan(countFingerprints(wasm, chunk, sample)),
  };
}

function takeRows(wasm: ScannerExports, rows: RowSink): void {
  const of = (at: number, count: number): Float64Array => new Float64Array(wasm.memory.buffer, at, count);
  rows.spans(of(wasm.SPANS.value, wasm.spanCount() * SPAN_ROW));
  rows.runs(of(wasm.RUNS.value, wasm.runCount() * RUN_ROW));
  rows.kernels(of(wasm.KERNELS.value, wasm.kernelCount() * KERNEL_ROW));
  rows.blocks(of(wasm.BLOCKS.value, wasm.blockCount() * BLOCK_ROW));
  wasm.takeRows();
}

function scannedSection(wasm: ScannerExports): ScannedSection {
  const memory = Buffer.from(wasm.memory.buffer);
  const hosts = Array.from({ length: wasm.streamCount() }, (_, stream) => {
    const at = wasm.nameAt(stream);
    return memory.toString('latin1', at, at + wasm.nameLength(stream));
  });
  const nul = { count: wasm.nulCount(), line: wasm.firstNulLine(), byteOffset: wasm.firstNulAt() };
  return { lines: wasm.lineCount(), hosts, nul, edges: wasm.recordCount() === 0 ? null : edgesOf(wasm) };
}

function edgesOf(wasm: ScannerExports): ScannedEdges {
  return {
    firstEnd: wasm.endOfFirst(),
    firstIsRead: wasm.isFirstEmitted() !== 0,
    lastStart: wasm.startOfLast(),
    lastLine: wasm.lineOfLast(),
    lastIsOdd: (wasm.flagsOfLast() & SPAN.odd) !== 0,
    lastIsRead: wasm.isLastEmitted() !== 0,
  };
}

function writeTables(wasm: ScannerExports): void {
  const memory = new Uint8Array(wasm.memory.buffer);
  memory.set(foldTable(), wasm.FOLD.value);
  memory.set(hostTable(), wasm.HOST.value);
}

/** Entries come first, then the literals themselves: the same room for the same literals, however they are planned. */
function textsAt(wasm: ScannerExports, literals: number): number {
  return wasm.FREE.value + literals * ENTRY_WORDS * 4;
}

/** Counted by the module: JavaScript that runs once runs slowly, and this is the start of every run. */
function countFingerprints(wasm: ScannerExports, chunk: number, sample: Uint8Array): FingerprintCounts {
  const counts = align(chunk + sample.length + SLACK);
  reserve(wasm, counts + COUNTS * 4);
  new Uint8Array(wasm.memory.buffer).set(sample, chunk);
  wasm.countKeys(chunk, sample.length, counts);
  const words = new Uint32Array(wasm.memory.buffer, counts, COUNTS);
  return { shareOf: (hash) => (words[hash] ?? 0) / Math.max(1, sample.length) };
}

/** Writes the tables for a plan into memory. */
function load(wasm: ScannerExports, plan: LiteralPlan): void {
  const memory = new Uint8Array(wasm.memory.buffer);
  memory.set(bucketTables(plan), wasm.TABLES.value);
  memory.set(hashFilter(plan), wasm.FILTER.value);
  memory[wasm.HAS_SHORT.value] = plan.literals.some((literal) => literal.place < 0) ? 1 : 0;
  writeEntries(wasm, plan);
}

/** Entries of one hash (its upper 12 bits) form a list; the newest is its head. */
function writeEntries(wasm: ScannerExports, { literals }: LiteralPlan): void {
  const { buffer } = wasm.memory;
  const memory = new Uint8Array(buffer);
  const heads = new Uint32Array(buffer, wasm.HEADS.value, 4096).fill(0);
  const entries = new Uint32Array(buffer, wasm.FREE.value, literals.length * ENTRY_WORDS);
  let text = textsAt(wasm, literals.length);
  literals.forEach(({ bytes, place }, i) => {
    const key = fingerprintKey(bytes, place);
    const head = fingerprintHash(key) >>> 4;
    entries.set([key, heads[head] ?? 0, text, bytes.length, place >>> 0], i * ENTRY_WORDS);
    heads[head] = entries.byteOffset + i * ENTRY_WORDS * 4;
    memory.set(bytes, text);
    text += bytes.length;
  });
}

function align(address: number): number {
  return Math.ceil(address / SLACK) * SLACK;
}

function reserve(wasm: ScannerExports, size: number): void {
  const missing = size - wasm.memory.buffer.byteLength;
  if (missing > 0) wasm.memory.grow(Math.ceil(missing / PAGE));
}
