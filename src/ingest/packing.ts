/** RFC 1952: ID1 31, ID2 139. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

interface Packing {
  readonly name: string;
  readonly at: number;
  readonly magic: string;
  readonly unpack: string;
}

/** Latin-1 magic numbers, from the formats' own descriptions (for tar: POSIX ustar, 257 bytes in). */
const PACKINGS: readonly Packing[] = [
  { name: 'xz', at: 0, magic: '\xfd7zXZ\0', unpack: 'xz -dc FILE | faultline report -' },
  { name: 'Zstandard', at: 0, magic: '\x28\xb5\x2f\xfd', unpack: 'zstd -dc FILE | faultline report -' },
  { name: 'bzip2', at: 0, magic: 'BZh', unpack: 'bzip2 -dc FILE | faultline report -' },
  { name: 'LZ4', at: 0, magic: '\x04\x22\x4d\x18', unpack: 'lz4 -dc FILE | faultline report -' },
  { name: 'lzip', at: 0, magic: 'LZIP\x01', unpack: 'lzip -dc FILE | faultline report -' },
  { name: 'compress', at: 0, magic: '\x1f\x9d', unpack: 'gzip -dc FILE | faultline report -' },
  { name: 'gzip inside gzip', at: 0, magic: '\x1f\x8b', unpack: 'gzip -dc FILE | faultline report -' },
  { name: 'ZIP', at: 0, magic: 'PK\x03\x04', unpack: 'unzip FILE -d FOLDER' },
  { name: '7-Zip', at: 0, magic: "7z\xbc\xaf'\x1c", unpack: '7z x FILE' },
  { name: 'tar', at: 257, magic: 'ustar', unpack: 'tar -xf FILE -C FOLDER' },
];

/** Bytes that tell. */
export const PACKING_HEAD = 512;

/** What to do with a packed file that is not read as it is: `xz, unpack it: xz -dc FILE | ...`; null for any other. */
export function unpackAdvice(head: Uint8Array): string | null {
  const text = Buffer.from(head).toString('latin1');
  const found = PACKINGS.find(({ at, magic }) => text.startsWith(magic, at));
  return found === undefined ? null : `${found.name}, unpack it: ${found.unpack}`;
}
