import { SCANNER_WASM } from './scanner-wasm.js';

interface Constant {
  readonly value: number;
}

/** What assembly/scanner.ts exports; the comments stand there. */
export interface ScannerExports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly TABLES: Constant;
  readonly HAS_SHORT: Constant;
  readonly FOLD: Constant;
  readonly HOST: Constant;
  readonly FILTER: Constant;
  readonly HEADS: Constant;
  readonly SPANS: Constant;
  readonly RUNS: Constant;
  readonly KERNELS: Constant;
  readonly BLOCKS: Constant;
  readonly FREE: Constant;
  allow(forms: number): void;
  countKeys(sample: number, length: number, counts: number): void;
  beginSection(): void;
  begin(chunk: number, length: number, offset: number): void;
  run(): number;
  takeRows(): void;
  endLine(): void;
  select(): void;
  endSection(offset: number): void;
  contains(piece: number, length: number): number;
  findRecord(from: number, until: number): number;
  lineCount(): number;
  spanCount(): number;
  runCount(): number;
  kernelCount(): number;
  blockCount(): number;
  streamCount(): number;
  nameAt(stream: number): number;
  nameLength(stream: number): number;
  nulCount(): number;
  firstNulLine(): number;
  firstNulAt(): number;
  recordCount(): number;
  endOfFirst(): number;
  isFirstEmitted(): number;
  startOfLast(): number;
  lineOfLast(): number;
  flagsOfLast(): number;
  isLastEmitted(): number;
}

/** The part of the WebAssembly interface used here: the type libraries of Node and ES2023 do not declare it. */
interface Engine {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

let compiled: object | null | undefined;

/**
 * A fresh instance with memory of its own; null where the engine has no WebAssembly or no SIMD, or no room: V8 sets
 * aside gigabytes of address space for each memory and throws when a limit (`ulimit -v`) does not allow it.
 */
export function instantiateScanner(): ScannerExports | null {
  const engine = (globalThis as { readonly WebAssembly?: Engine }).WebAssembly;
  if (engine === undefined) return null;
  compiled ??= compile(engine);
  if (compiled === null) return null;
  try {
    return new engine.Instance(compiled).exports as ScannerExports;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function compile(engine: Engine): object | null {
  const bytes = Buffer.from(SCANNER_WASM, 'base64');
  return engine.validate(bytes) ? new engine.Module(bytes) : null;
}
