import { SCANNER_WASM } from './scanner-wasm.js';

interface Constant {
  readonly value: number;
}

/** What assembly/scanner.ts exports; the comments stand there. */
export interface ScannerExports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly TABLES: Constant;
  readonly HAS_SHORT: Constant;
  readonly START: Constant;
  readonly FOLD: Constant;
  readonly FILTER: Constant;
  readonly HEADS: Constant;
  readonly FREE: Constant;
  place(records: number, samples: number, room: number): void;
  begin(chunk: number, length: number, next: number, phase: number, step: number, firstSample: number): void;
  beginInside(chunk: number, length: number): void;
  run(): number;
  lineCount(): number;
  startCount(): number;
  selected(): number;
  sampled(): number;
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
