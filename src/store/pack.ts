import { toBytes } from './little-endian.js';

/**
 * Plain data (what JSON can say, NaN, -0, undefined, `Float64Array`) as bytes that open fast. `JSON.parse` takes 0.4 s for 50,000
 * detections, most of it for keys and for texts that stand there twice; here a value is one 32-bit token, an object is
 * the number of its shape and its values, an object met again is a reference, and texts are cut from one long string.
 *
 * A token is `payload << 3 | tag`; what the tags mean is said in `Tag`. The bytes are six section lengths (`Uint32`)
 * and the sections: floats, tokens, string lengths (`chars << 1 | wide`), shapes (JSON, a list of key lists), the
 * characters of narrow strings (Latin-1) and those of wide ones (UTF-16, so that a lone surrogate survives).
 */
export const Tag = {
  /** Payload is the number itself, 29 bits with sign. */
  small: 0,
  /** Index of a float. */
  float: 1,
  /** Index of a string. */
  string: 2,
  /** Index among the objects and arrays marked to be met again. */
  again: 3,
  /** Index of a shape, then one bit: met again. A token for each of its keys follows. */
  object: 4,
  /** Length, then one bit: met again. A token for each element follows. */
  array: 5,
  /** Index in `CONSTANTS`. */
  constant: 6,
  /** A `Float64Array`: length, then one bit: met again. The index of its first float follows. */
  floats: 7,
} as const;

export const CONSTANTS = [null, undefined, true, false] as const;

export interface Packer {
  /** Adds one more value to the list. */
  add(value: unknown): void;
  /** Rough size of what was added, bytes. */
  readonly size: number;
  /** The list so far, and a fresh start. */
  take(): Buffer;
}

const SMALL = 2 ** 28;
/** The bit above the tag of an object or array. */
export const MET_AGAIN = 8;

interface Tables {
  tokens: number[];
  floats: number[];
  strings: Map<string, number>;
  shapes: (readonly string[])[];
  firstKey: Shape;
  /** Where the token stands that opened an object. */
  opened: Map<object, number>;
  /** Where the tokens stand that refer to an opened one. */
  again: number[];
  chars: number;
}

/** Reached by the keys so far; a tree, because no character is safe to join keys of hostile logs with. */
interface Shape {
  readonly next: Map<string, Shape>;
  /** Index of the shape that ends here, -1 before there is one. */
  index: number;
}

const newShape = (): Shape => ({ next: new Map(), index: -1 });
const fresh = (): Tables => ({
  ...{ tokens: [], floats: [], strings: new Map(), opened: new Map(), again: [], chars: 0 },
  ...{ shapes: [], firstKey: newShape() },
});

export function createPacker(): Packer {
  let tables = fresh();
  return {
    add: (value) => addValue(tables, value),
    get size() {
      return 4 * tables.tokens.length + 8 * tables.floats.length + tables.chars;
    },
    take() {
      resolveAgain(tables);
      const bytes = sections(tables);
      tables = fresh();
      return bytes;
    },
  };
}

function addValue(tables: Tables, value: unknown): void {
  const { tokens } = tables;
  if (typeof value === 'string') tokens.push((stringIndex(tables, value) << 3) | Tag.string);
  else if (typeof value === 'number') tokens.push(numberToken(tables, value));
  else if (typeof value === 'object' && value !== null) addObject(tables, value);
  else tokens.push((constantIndex(value) << 3) | Tag.constant);
}

function constantIndex(value: unknown): number {
  const index = CONSTANTS.indexOf(value as null);
  if (index < 0) throw new TypeError(`a case cannot keep a ${typeof value}`);
  return index;
}

function numberToken({ floats }: Tables, value: number): number {
  if (Number.isInteger(value) && value >= -SMALL && value < SMALL && !Object.is(value, -0))
    return (value << 3) | Tag.small;
  floats.push(value);
  return ((floats.length - 1) << 3) | Tag.float;
}

function stringIndex(tables: Tables, value: string): number {
  const known = tables.strings.get(value);
  if (known !== undefined) return known;
  const index = tables.strings.size;
  tables.strings.set(value, index);
  tables.chars += value.length;
  return index;
}

function addObject(tables: Tables, value: object): void {
  const { tokens, opened, again } = tables;
  const known = opened.get(value);
  if (known !== undefined) {
    again.push(tokens.length);
    tokens.push(known);
    return;
  }
  opened.set(value, tokens.length);
  if (Array.isArray(value)) {
    tokens.push((value.length << 4) | Tag.array);
    for (const element of value) addValue(tables, element);
    return;
  }
  if (value instanceof Float64Array) {
    tokens.push((value.length << 4) | Tag.floats, tables.floats.length);
    for (const number of value) tables.floats.push(number);
    return;
  }
  // As when it crosses threads, a record that makes its text on demand becomes plain; a Map would become empty.
  const kind = Object.prototype.toString.call(value);
  if (kind !== '[object Object]') throw new TypeError(`a case keeps plain data, no ${kind}`);
  const keys = Object.keys(value);
  tokens.push((shapeIndex(tables, keys) << 4) | Tag.object);
  for (const key of keys) addValue(tables, (value as Readonly<Record<string, unknown>>)[key]);
}

/** Only what is met again is marked and numbered: opening then remembers a fifth of the objects, not all. */
function resolveAgain({ tokens, again }: Tables): void {
  const places = [...new Set(again.map((at) => tokens[at] as number))].sort((a, b) => a - b);
  const numbers = new Map(places.map((place, number) => [place, number]));
  for (const at of again) tokens[at] = ((numbers.get(tokens[at] as number) as number) << 3) | Tag.again;
  for (const place of places) tokens[place] = (tokens[place] as number) | MET_AGAIN;
}

function shapeIndex({ shapes, firstKey }: Tables, keys: readonly string[]): number {
  let shape = firstKey;
  for (const key of keys) {
    let next = shape.next.get(key);
    if (next === undefined) {
      next = newShape();
      shape.next.set(key, next);
    }
    shape = next;
  }
  if (shape.index < 0) shape.index = shapes.push(keys) - 1;
  return shape.index;
}

function sections({ tokens, floats, strings, shapes }: Tables): Buffer {
  const lengths = new Uint32Array(strings.size);
  const narrow: string[] = [];
  const wide: string[] = [];
  let i = 0;
  for (const text of strings.keys()) {
    const isWide = /[^\0-\u00ff]/.test(text);
    (isWide ? wide : narrow).push(text);
    lengths[i++] = ((text.length << 1) | Number(isWide)) >>> 0;
  }
  const parts = [
    toBytes(Float64Array.from(floats)),
    toBytes(Int32Array.from(tokens)),
    toBytes(lengths),
    Buffer.from(JSON.stringify(shapes)),
    Buffer.from(narrow.join(''), 'latin1'),
    Buffer.from(wide.join(''), 'utf16le'),
  ];
  return Buffer.concat([toBytes(Uint32Array.from(parts, (part) => part.length)), ...parts]);
}
