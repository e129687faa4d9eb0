import { DamagedCase } from './damaged.js';
import { toFloat64, toInt32, toUint32 } from './little-endian.js';
import { CONSTANTS, MET_AGAIN, Tag } from './pack.js';

/** The list that a `Packer` took: the same values, of which the first `add` is the first. */
export function unpack(bytes: Uint8Array): readonly unknown[] {
  const tables = readTables(bytes);
  const values: unknown[] = [];
  try {
    while (tables.at < tables.tokens.length) values.push(readValue(tables));
  } catch (error) {
    // Made by hand, tokens may nest deeper than the stack; what the program packs is ten levels deep.
    if (error instanceof RangeError) throw new DamagedCase('packed data nests too deep');
    throw error;
  }
  return values;
}

interface Tables {
  readonly tokens: Int32Array;
  at: number;
  readonly floats: Float64Array;
  readonly strings: readonly string[];
  readonly shapes: readonly Shape[];
  /** Objects and arrays that are met again. */
  readonly marked: unknown[];
}

interface Shape {
  readonly keys: readonly string[];
  /** Assigning to `__proto__` would change the object instead of giving it a key. */
  readonly plain: boolean;
}

const SECTIONS = 6;

function readTables(bytes: Uint8Array): Tables {
  const lengths = toUint32(bytes.subarray(0, 4 * SECTIONS));
  let end = 4 * SECTIONS;
  const sections = Array.from({ length: SECTIONS }, (_, i) => {
    const start = end;
    end += lengths[i] ?? 0;
    return bytes.subarray(start, end);
  });
  if (lengths.length !== SECTIONS || end !== bytes.length) throw new DamagedCase('packed data was cut');
  const [floats, tokens, strings, shapes, narrow, wide] = sections as [
    ...[Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array],
  ];
  return {
    tokens: toInt32(tokens),
    at: 0,
    floats: toFloat64(floats),
    strings: readStrings(toUint32(strings), asBuffer(narrow).toString('latin1'), asBuffer(wide).toString('utf16le')),
    shapes: readShapes(asBuffer(shapes).toString('utf8')),
    marked: [],
  };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function readStrings(lengths: Uint32Array, narrow: string, wide: string): string[] {
  const strings: string[] = new Array(lengths.length);
  let narrowAt = 0;
  let wideAt = 0;
  for (let i = 0; i < lengths.length; i++) {
    const length = lengths[i] as number;
    const chars = length >>> 1;
    if ((length & 1) === 0) {
      strings[i] = narrow.slice(narrowAt, narrowAt + chars);
      narrowAt += chars;
    } else {
      strings[i] = wide.slice(wideAt, wideAt + chars);
      wideAt += chars;
    }
  }
  if (narrowAt !== narrow.length || wideAt !== wide.length) throw new DamagedCase('packed texts do not add up');
  return strings;
}

function readShapes(json: string): readonly Shape[] {
  let shapes: unknown;
  try {
    shapes = JSON.parse(json);
  } catch {
    throw new DamagedCase('packed shapes are no JSON');
  }
  const isKeys = (keys: unknown): keys is string[] => Array.isArray(keys) && keys.every((k) => typeof k === 'string');
  if (!Array.isArray(shapes) || !shapes.every(isKeys)) throw new DamagedCase('packed shapes are no lists of keys');
  return shapes.map((keys) => ({ keys, plain: !keys.includes('__proto__') }));
}

function readValue(tables: Tables): unknown {
  const token = tables.tokens[tables.at++];
  if (token === undefined) throw new DamagedCase('packed data ends early');
  const payload = token >> 3;
  switch (token & 7) {
    case Tag.small:
      return payload;
    case Tag.float:
      return existing(tables.floats, payload);
    case Tag.string:
      return existing(tables.strings, payload);
    case Tag.again:
      return existing(tables.marked, payload);
    case Tag.object:
      return readObject(tables, existing(tables.shapes, payload >> 1), (token & MET_AGAIN) !== 0);
    case Tag.array:
      return readArray(tables, payload >> 1, (token & MET_AGAIN) !== 0);
    case Tag.constant:
      if (payload < 0 || payload >= CONSTANTS.length) throw new DamagedCase('an unknown constant is packed');
      return CONSTANTS[payload];
    case Tag.floats:
      return readFloats(tables, payload >> 1, (token & MET_AGAIN) !== 0);
    default:
      throw new DamagedCase('an unknown kind of value is packed');
  }
}

function existing<T>(list: ArrayLike<T>, index: number): T {
  const value = list[index];
  if (value === undefined) throw new DamagedCase('packed data refers to what is not there');
  return value;
}

function readObject(tables: Tables, { keys, plain }: Shape, marked: boolean): object {
  const object: Record<string, unknown> = {};
  if (marked) tables.marked.push(object);
  if (plain) {
    for (let i = 0; i < keys.length; i++) object[keys[i] as string] = readValue(tables);
    return object;
  }
  for (const key of keys)
    Object.defineProperty(object, key, {
      ...{ value: readValue(tables), enumerable: true, configurable: true, writable: true },
    });
  return object;
}

function readArray(tables: Tables, length: number, marked: boolean): readonly unknown[] {
  if (length < 0 || length > tables.tokens.length - tables.at) throw new DamagedCase('a packed list is too long');
  const array: unknown[] = [];
  if (marked) tables.marked.push(array);
  for (let i = 0; i < length; i++) array.push(readValue(tables));
  return array;
}

function readFloats(tables: Tables, length: number, marked: boolean): Float64Array {
  const start = existing(tables.tokens, tables.at++);
  if (start < 0 || length < 0 || start + length > tables.floats.length) throw new DamagedCase('packed numbers are cut');
  const array = tables.floats.slice(start, start + length);
  if (marked) tables.marked.push(array);
  return array;
}
