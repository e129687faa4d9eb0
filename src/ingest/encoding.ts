import { isUtf8 } from 'node:buffer';
import { detectEncoding, type Encoding } from '../parser/text-encoding.js';

export { detectEncoding, type Encoding };

/** Decodes a whole piece; bytes that are not UTF-8 are read as Latin-1 so that nothing is replaced or lost. */
export function decodeBytes(bytes: Uint8Array, encoding: Encoding): { readonly text: string; readonly valid: boolean } {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (encoding === 'utf-16le') return { text: buffer.toString('utf16le'), valid: true };
  if (encoding === 'utf-16be')
    return {
      text: Buffer.from(buffer.subarray(0, buffer.length & ~1))
        .swap16()
        .toString('utf16le'),
      valid: true,
    };
  if (isUtf8(buffer)) return { text: buffer.toString('utf8'), valid: true };
  return { text: buffer.toString('latin1'), valid: false };
}
