import { BLOCK_LIMIT } from '../../src/parser/line-blocks.js';
import { ROW_KERNEL_WASM } from './row-kernel-wasm.js';

interface Constant {
  readonly value: number;
}

/** What row-kernel.assemblyscript exports; the comments stand there. */
interface KernelExports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly NEXT: Constant;
  readonly CELLS: Constant;
  readonly TENS: Constant;
  readonly FIVES: Constant;
  readonly FIRST_FIVE: Constant;
  readonly LAST_FIVE: Constant;
  readonly EDGE: Constant;
  readonly CONSTANTS: Constant;
  readonly FREE: Constant;
  plan(entries: number, checked: number, kept: number, opens: number, opensLimit: number, sign: number): void;
  setDecimal(sign: number): void;
  readRow(start: number, index: number): number;
}

/** The part of the WebAssembly interface used here: the type libraries of Node and ES2023 do not declare it. */
interface Engine {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

/** Reads rows where they stand in its own memory. Owned by one reader at a time. */
export interface RowKernel extends Pick<KernelExports, 'plan' | 'setDecimal' | 'readRow'> {
  /** Address of the text in memory. */
  readonly textAt: number;
  /** Puts text there, with a line feed behind it. */
  load(text: Uint8Array): void;
  /** The text; valid until `reserve`. */
  text(length: number): Buffer;
  /** Memory with room for `bytes` of results, and where they begin. What stood there is lost, the text is not. */
  reserve(bytes: number): { readonly buffer: ArrayBuffer; readonly base: number };
  /** Index in the text behind the row that was read last, and its number of cells. */
  next(): number;
  cells(): number;
}

/** A cell is read with the 33 bytes before its end, a row in steps of 64 bytes. */
const GUARD = 64;
const PAGE = 65_536;

let shared: RowKernel | null | undefined;

/**
 * The kernel, or null where the engine has no WebAssembly, no SIMD or no room. V8 sets aside gigabytes of address space
 * for each memory, and sources are read one after another: one instance serves all.
 */
export function rowKernel(): RowKernel | null {
  if (shared === undefined) shared = instantiate();
  return shared;
}

function instantiate(): RowKernel | null {
  const engine = (globalThis as { readonly WebAssembly?: Engine }).WebAssembly;
  const bytes = Buffer.from(ROW_KERNEL_WASM, 'base64');
  if (engine === undefined || !engine.validate(bytes)) return null;
  try {
    const wasm = new engine.Instance(new engine.Module(bytes)).exports as KernelExports;
    const kernel = createKernel(wasm);
    writeTables(wasm);
    return kernel;
  } catch (error) {
    // No address space (`ulimit -v`).
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function createKernel(wasm: KernelExports): RowKernel {
  const textAt = wasm.FREE.value + GUARD;
  const base = (textAt + BLOCK_LIMIT + 1 + GUARD + 15) & ~15;
  const reserve = (bytes: number): { readonly buffer: ArrayBuffer; readonly base: number } => {
    const missing = base + bytes - wasm.memory.buffer.byteLength;
    if (missing > 0) wasm.memory.grow(Math.ceil(missing / PAGE));
    return { buffer: wasm.memory.buffer, base };
  };
  reserve(PAGE);
  // A view of memory that has grown since is empty.
  let words = new Uint32Array(0);
  const word = (at: number): number => {
    if (words.length === 0) words = new Uint32Array(wasm.memory.buffer, 0, wasm.FREE.value >> 2);
    return words[at >> 2] as number;
  };
  return {
    textAt,
    reserve,
    plan: wasm.plan,
    setDecimal: wasm.setDecimal,
    readRow: wasm.readRow,
    load(text) {
      const room = new Uint8Array(wasm.memory.buffer, textAt, text.length + 1);
      room.set(text);
      room[text.length] = 10;
    },
    text: (length) => Buffer.from(wasm.memory.buffer, textAt, length),
    next: () => word(wasm.NEXT.value) - textAt,
    cells: () => word(wasm.CELLS.value),
  };
}

function writeTables({ memory, TENS, FIVES, FIRST_FIVE, LAST_FIVE, EDGE, CONSTANTS }: KernelExports): void {
  const tens = new Float64Array(memory.buffer, TENS.value, 23);
  for (let i = 0; i < tens.length; i++) tens[i] = 10 ** i;
  const fives = new BigUint64Array(memory.buffer, FIVES.value, 2 * (LAST_FIVE.value - FIRST_FIVE.value + 1));
  for (let q = FIRST_FIVE.value; q <= LAST_FIVE.value; q++) {
    const five = powerOfFive(q);
    fives[2 * (q - FIRST_FIVE.value)] = five >> 64n;
    fives[2 * (q - FIRST_FIVE.value) + 1] = BigInt.asUintN(64, five);
  }
  new Uint8Array(memory.buffer, EDGE.value + 32, 32).fill(255);
  const bytes = (n: number): number => n * 0x01010101;
  // In the order in which the kernel loads them; the delimiter follows with the plan of a table.
  const vectors = [bytes(208), bytes(70), 0x000a_000a, 0x00ff_00ff, 0x0001_0064, 0x0001_2710, bytes(34), bytes(10)];
  const words = new Uint32Array(memory.buffer, CONSTANTS.value, 4 * vectors.length);
  for (let i = 0; i < words.length; i++) words[i] = vectors[i >> 2] as number;
}

/**
 * The first 128 bits of 5^q: cut for q >= 0, one more than cut where 5^-q fits into 64 bits, and cut from one more far
 * behind otherwise (Lemire 2021, appendix B).
 */
function powerOfFive(q: number): bigint {
  const five = 5n ** BigInt(Math.abs(q));
  const bits = five.toString(2).length;
  if (q >= 0) return bits > 128 ? five >> BigInt(bits - 128) : five << BigInt(128 - bits);
  if (q >= -27) return (1n << BigInt(bits + 127)) / five + 1n;
  const inverse = (1n << BigInt(2 * bits + 128)) / five + 1n;
  return inverse >> BigInt(inverse.toString(2).length - 128);
}
