/** Numbers stand in a case in little-endian order, whatever machine wrote it (s390x is the last big one Node runs on). */
const LITTLE = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** The bytes of a typed array as they are stored; not to be changed. */
export function toBytes(array: Float64Array | Int32Array | Uint32Array): Buffer {
  const bytes = Buffer.from(array.buffer, array.byteOffset, array.byteLength);
  return LITTLE ? bytes : swapped(bytes, array.BYTES_PER_ELEMENT);
}

export function toFloat64(bytes: Uint8Array): Float64Array {
  return new Float64Array(aligned(bytes, 8));
}

export function toInt32(bytes: Uint8Array): Int32Array {
  return new Int32Array(aligned(bytes, 4));
}

export function toUint32(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(aligned(bytes, 4));
}

/** A buffer of its own, cut to whole elements: a view needs an offset that is a multiple of its element's size. */
function aligned(bytes: Uint8Array, width: number): ArrayBuffer {
  const whole = bytes.subarray(0, bytes.length - (bytes.length % width));
  const copy = new Uint8Array(whole.length);
  copy.set(LITTLE ? whole : swapped(Buffer.from(whole), width));
  return copy.buffer;
}

function swapped(bytes: Buffer, width: number): Buffer {
  const copy = Buffer.from(bytes);
  return width === 8 ? copy.swap64() : copy.swap32();
}
