/** Test code: values of event data as BinXML stores them. */
export type EvtxValue =
  | string
  | { readonly type: 'null' }
  | { readonly type: IntegerName | 'hex32' | 'hex64' | 'filetime'; readonly value: number | bigint }
  | { readonly type: 'float' | 'double'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean | number }
  | { readonly type: 'ansi' | 'guid' | 'sid'; readonly value: string }
  | { readonly type: 'binary'; readonly value: Uint8Array }
  /** Year, month, day of week, day, hour, minute, second, millisecond. */
  | { readonly type: 'systemtime'; readonly value: readonly number[] }
  | { readonly type: 'array'; readonly of: readonly EvtxValue[] }
  | { readonly type: 'raw'; readonly code: number; readonly bytes: Uint8Array };

type IntegerName = 'int8' | 'uint8' | 'int16' | 'uint16' | 'int32' | 'uint32' | 'int64' | 'uint64';

export interface Encoded {
  readonly code: number;
  readonly bytes: Uint8Array;
}

/** Type code and width. */
const INTEGERS: Readonly<Record<string, readonly [number, number]>> = {
  int8: [0x03, 1],
  uint8: [0x04, 1],
  int16: [0x05, 2],
  uint16: [0x06, 2],
  int32: [0x07, 4],
  uint32: [0x08, 4],
  int64: [0x09, 8],
  uint64: [0x0a, 8],
  filetime: [0x11, 8],
  hex32: [0x14, 4],
  hex64: [0x15, 8],
};

export function encodeValue(value: EvtxValue): Encoded {
  if (typeof value === 'string') return { code: 0x01, bytes: utf16Bytes(value) };
  switch (value.type) {
    case 'null':
      return { code: 0x00, bytes: new Uint8Array(0) };
    case 'bool':
      return { code: 0x0d, bytes: integerBytes(Number(value.value), 4) };
    case 'float':
      return { code: 0x0b, bytes: new Uint8Array(new Float32Array([value.value]).buffer) };
    case 'double':
      return { code: 0x0c, bytes: new Uint8Array(new Float64Array([value.value]).buffer) };
    case 'ansi':
      return { code: 0x02, bytes: Uint8Array.from(value.value, (c) => c.charCodeAt(0)) };
    case 'guid':
      return { code: 0x0f, bytes: guidBytes(value.value) };
    case 'sid':
      return { code: 0x13, bytes: sidBytes(value.value) };
    case 'binary':
      return { code: 0x0e, bytes: value.value };
    case 'systemtime':
      return { code: 0x12, bytes: join(value.value.map((part) => integerBytes(part, 2))) };
    case 'array':
      return encodeArray(value.of);
    case 'raw':
      return value;
    default: {
      const [code, width] = INTEGERS[value.type] ?? [0, 0];
      return { code, bytes: integerBytes(value.value, width) };
    }
  }
}

function encodeArray(values: readonly EvtxValue[]): Encoded {
  const items = values.map(encodeValue);
  const code = items[0]?.code ?? 0x01;
  const end = code === 0x01 ? 2 : code === 0x02 ? 1 : 0;
  return { code: code | 0x80, bytes: join(items.flatMap((item) => [item.bytes, new Uint8Array(end)])) };
}

export function utf16Bytes(text: string): Uint8Array {
  return join(Array.from({ length: text.length }, (_, i) => integerBytes(text.charCodeAt(i), 2)));
}

export function integerBytes(value: number | bigint, width: number): Uint8Array {
  const bytes = new Uint8Array(width);
  let rest = BigInt.asUintN(64, BigInt(value));
  for (let i = 0; i < width; i++, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  return bytes;
}

/** `{01234567-89AB-CDEF-0123-456789ABCDEF}`, braces optional. */
export function guidBytes(text: string): Uint8Array {
  const [a = '', b = '', c = '', d = '', e = ''] = text.replace(/[{}]/g, '').split('-');
  const little = [a, b, c].map((part) => integerBytes(Number.parseInt(part, 16), part.length / 2));
  return join([...little, Uint8Array.from((d + e).match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))]);
}

function sidBytes(text: string): Uint8Array {
  const [, revision = '1', authority = '0', ...rest] = text.split('-');
  const big = integerBytes(BigInt(authority), 6).reverse();
  const head = Uint8Array.of(Number(revision), rest.length);
  return join([head, big, ...rest.map((part) => integerBytes(Number(part), 4))]);
}

export function join(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Four FNV-1a hashes of the template: equal templates get equal ids, in every file. */
export function guidOf(text: string): Uint8Array {
  const hex = [1, 2, 3, 4].map((seed) => {
    let hash = 0x811c9dc5 ^ seed;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    return (hash >>> 0).toString(16).padStart(8, '0');
  });
  const all = hex.join('');
  const at = [0, 8, 12, 16, 20, 32];
  return guidBytes(
    at
      .slice(0, 5)
      .map((from, i) => all.slice(from, at[i + 1]))
      .join('-'),
  );
}
