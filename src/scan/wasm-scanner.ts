import { countFingerprints, fingerprintHash, fingerprintKey } from './fingerprint.js';
import type { LineScanner, ScanCounts, ScanPlace, ScanSink } from './line-scanner.js';
import { type LiteralPlan, planLiterals } from './literal-plan.js';
import { firstSample } from './sample-step.js';
import { bucketTables, foldTable, hashFilter } from './scan-tables.js';
import { countSkips, type SkipCount } from './skip-count.js';
import { instantiateScanner, type ScannerExports } from './wasm-module.js';

const PAGE = 65_536;
/** A step of the scanner reads up to 63 bytes past the chunk. */
const SLACK = 128;
/** Records (and samples) taken out at once: 32 bytes a pair, so results stay in the second-level cache. */
const ROOM = 4096;
/** 32-bit words of an entry, a record and a sample in assembly/scanner.ts. */
const ENTRY_WORDS = 5;
const RECORD_WORDS = 6;
const SAMPLE_WORDS = 2;

interface Layout {
  readonly records: number;
  readonly samples: number;
  readonly chunk: number;
}

/** Null where the engine cannot run it. */
export function createWasmScanner(literals: readonly string[], isStart: Uint8Array): LineScanner | null {
  const wasm = instantiateScanner();
  if (wasm === null) return null;
  const plan = planLiterals(literals);
  const layout = load(wasm, plan, isStart);
  const buffer = (size: number): Uint8Array => {
    reserve(wasm, layout.chunk + size + SLACK);
    return new Uint8Array(wasm.memory.buffer, layout.chunk, size);
  };
  /** Address of the chunk in memory; it is copied there unless it stands there already. */
  const admit = (chunk: Uint8Array): number => {
    if (chunk.buffer === wasm.memory.buffer && chunk.byteOffset >= layout.chunk) return chunk.byteOffset;
    buffer(chunk.length).set(chunk);
    return layout.chunk;
  };
  return {
    implementation: 'wasm',
    longest: plan.longest,
    buffer,
    scan(chunk, place, sink) {
      beginChunk(wasm, admit(chunk), chunk.length, place);
      return drain(wasm, layout, sink);
    },
    contains(piece) {
      wasm.beginInside(admit(piece), piece.length);
      wasm.run();
      return wasm.selected() > 0;
    },
    tune: (sample) => void load(wasm, planLiterals(literals, countFingerprints(sample)), isStart),
    startsRecord: (byte) => isStart[byte] === 1,
  };
}

function beginChunk(wasm: ScannerExports, at: number, length: number, place: ScanPlace): void {
  const step = place.sampleEvery;
  const first = firstSample(place);
  const samples = step > 0 && first < length;
  wasm.begin(at, length, place.next ?? -1, samples ? place.offset % step : 0, samples ? step : 0, samples ? first : 0);
}

/** Takes results out whenever they are full, in the order of the file. */
function drain(wasm: ScannerExports, layout: Layout, sink: ScanSink): ScanCounts {
  const skips = countSkips();
  for (let goesOn = true; goesOn; ) {
    goesOn = wasm.run() !== 0;
    const records = new Uint32Array(wasm.memory.buffer, layout.records, wasm.selected() * RECORD_WORDS);
    const samples = new Uint32Array(wasm.memory.buffer, layout.samples, wasm.sampled() * SAMPLE_WORDS);
    deliver(records, samples, skips, sink);
  }
  return skips.rest(wasm.lineCount(), wasm.startCount());
}

function deliver(records: Uint32Array, samples: Uint32Array, skips: SkipCount, sink: ScanSink): void {
  let taken = 0;
  const sampleUpTo = (start: number): void => {
    for (; taken < samples.length && word(samples, taken) <= start; taken += SAMPLE_WORDS)
      sink.sample?.(word(samples, taken), word(samples, taken + 1));
  };
  for (let i = 0; i < records.length; i += RECORD_WORDS) {
    const start = word(records, i);
    sampleUpTo(start);
    sink.record(
      skips.found({
        start,
        end: word(records, i + 1),
        line: word(records, i + 2),
        endLine: word(records, i + 3),
        record: word(records, i + 4),
        endRecord: word(records, i + 5),
      }),
    );
  }
  sampleUpTo(Number.POSITIVE_INFINITY);
}

function word(words: Uint32Array, at: number): number {
  return words[at] ?? 0;
}

/** Writes the tables for a plan into memory and says where results and chunk go: the same for the same literals. */
function load(wasm: ScannerExports, plan: LiteralPlan, isStart: Uint8Array): Layout {
  const { literals } = plan;
  const entries = wasm.FREE.value;
  const texts = entries + literals.length * ENTRY_WORDS * 4;
  const records = align(literals.reduce((at, literal) => at + literal.bytes.length, texts));
  const samples = records + ROOM * RECORD_WORDS * 4;
  const layout = { records, samples, chunk: align(samples + ROOM * SAMPLE_WORDS * 4) };
  reserve(wasm, layout.chunk + SLACK);
  wasm.place(records, samples, ROOM);
  const memory = new Uint8Array(wasm.memory.buffer);
  memory.fill(0, 0, records);
  memory.set(bucketTables(plan), wasm.TABLES.value);
  memory.set(isStart, wasm.START.value);
  memory.set(foldTable(), wasm.FOLD.value);
  memory.set(hashFilter(plan), wasm.FILTER.value);
  memory[wasm.HAS_SHORT.value] = literals.some((literal) => literal.place < 0) ? 1 : 0;
  writeEntries(wasm, plan, entries, texts);
  return layout;
}

/** Entries of one hash (its upper 12 bits) form a list; the newest is its head. */
function writeEntries(wasm: ScannerExports, plan: LiteralPlan, entries: number, texts: number): void {
  const memory = Buffer.from(wasm.memory.buffer);
  let text = texts;
  plan.literals.forEach((literal, i) => {
    const entry = entries + i * ENTRY_WORDS * 4;
    const key = fingerprintKey(literal.bytes, literal.place);
    const head = wasm.HEADS.value + (fingerprintHash(key) >>> 4) * 4;
    const words = [key, memory.readUInt32LE(head), text, literal.bytes.length, literal.place >>> 0];
    words.forEach((value, at) => void memory.writeUInt32LE(value, entry + at * 4));
    memory.writeUInt32LE(entry, head);
    memory.set(literal.bytes, text);
    text += literal.bytes.length;
  });
}

function align(address: number): number {
  return (address + SLACK - 1) & -SLACK;
}

function reserve(wasm: ScannerExports, size: number): void {
  const missing = size - wasm.memory.buffer.byteLength;
  if (missing > 0) wasm.memory.grow(Math.ceil(missing / PAGE));
}
