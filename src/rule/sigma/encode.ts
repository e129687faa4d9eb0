/** What is done to a value before it is compared, in the order written. */
export type Transform = 'windash' | 'utf16le' | 'utf16be' | 'utf16' | 'wide' | 'base64' | 'base64offset';

export const TRANSFORMS: readonly Transform[] = [
  'windash',
  'utf16le',
  'utf16be',
  'utf16',
  'wide',
  'base64',
  'base64offset',
];

/** Hyphen, slash, en dash, em dash, horizontal bar (specification 2.1, `windash`). */
const DASHES = ['-', '/', '\u2013', '\u2014', '\u2015'] as const;
/** 5 dashes at 4 places are 625 variants; more is a mistake. */
const MAX_DASH_PLACES = 4;

/**
 * Every variant of a value whose option dashes are written otherwise; null when there are too many. A dash counts
 * where an option begins: not after a word character, and before one.
 */
export function dashVariants(value: string): readonly string[] | null {
  const places = [...value.matchAll(/(?<!\w)[-/\u2013\u2014\u2015](?=\w)/g)].map((match) => match.index);
  if (places.length > MAX_DASH_PLACES) return null;
  let variants = [value];
  for (const place of places) {
    variants = variants.flatMap((text) => DASHES.map((dash) => text.slice(0, place) + dash + text.slice(place + 1)));
  }
  return variants;
}

/** The texts that `value` becomes; bytes that are not encoded further are compared as U+0000 to U+00FF. */
export function encode(value: string, transforms: readonly Transform[]): readonly string[] {
  let bytes: Buffer = Buffer.from(value, 'utf8');
  let texts: readonly string[] = [value];
  for (const transform of transforms) {
    if (transform === 'base64') texts = [bytes.toString('base64')];
    else if (transform === 'base64offset') texts = base64Offsets(bytes);
    else if (transform !== 'windash') {
      bytes = toUtf16(value, transform);
      texts = [bytes.toString('latin1')];
    }
  }
  return texts;
}

function toUtf16(value: string, transform: 'utf16le' | 'utf16be' | 'utf16' | 'wide'): Buffer {
  const little = Buffer.from(value, 'utf16le');
  if (transform === 'utf16be') return little.swap16();
  // The byte order mark of the little-endian form: FF FE 63 00 6D 00 64 00 for `cmd`.
  return transform === 'utf16' ? Buffer.concat([Buffer.from([0xff, 0xfe]), little]) : little;
}

/**
 * Base64 packs 3 bytes into 4 characters, so a value inside a longer text has three forms, by its offset modulo 3.
 * Characters that also hold bits of a neighbour are cut off: 0, 2 or 3 at the front, 0, 3 or 2 at the end.
 */
function base64Offsets(bytes: Buffer): readonly string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset, 0x20), bytes]).toString('base64');
    const front = [0, 2, 3][offset] ?? 0;
    const back = [0, 3, 2][(bytes.length + offset) % 3] ?? 0;
    return encoded.slice(front, encoded.length - back);
  });
}
