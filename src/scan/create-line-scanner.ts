import { createJsScanner } from './js-scanner.js';
import type { LineScanner, ScannerOptions } from './line-scanner.js';
import { startTable } from './scan-tables.js';
import { createWasmScanner } from './wasm-scanner.js';

/** Two implementations with the same results: WebAssembly where the engine has SIMD, otherwise plain JavaScript. */
export function createLineScanner(options: ScannerOptions): LineScanner {
  const isStart = startTable(options.startBytes);
  return createWasmScanner(options.literals, isStart) ?? createJsScanner(options.literals, isStart);
}
