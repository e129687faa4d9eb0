import { stringText } from './values.js';

/** Slots for texts, one per hash; a text takes the place of the one before it. */
const SLOTS = 1024;
/** Longer texts do not repeat often enough to be compared. Bytes. */
const LONGEST = 160;
const texts: string[] = new Array<string>(SLOTS).fill('');

/**
 * A string value that is most likely one of a few: provider, channel. The same string object each time spares the
 * garbage, and maps that are keyed by it find its hash computed. What it returns does not depend on what came before.
 */
export function repeatedText(bytes: Buffer, at: number, size: number): string {
  if (size > LONGEST || size % 2 !== 0) return stringText(bytes, at, size);
  let hash = size;
  for (let i = at; i < at + size; i += 2) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
  const known = texts[slot] as string;
  if (isText(known, bytes, at, size)) return known;
  const text = stringText(bytes, at, size);
  texts[slot] = text;
  return text;
}

function isText(text: string, bytes: Buffer, at: number, size: number): boolean {
  if (2 * text.length !== size) return false;
  for (let i = 0, from = at; i < text.length; i++, from += 2) {
    if (text.charCodeAt(i) !== ((bytes[from] as number) | ((bytes[from + 1] as number) << 8))) return false;
  }
  return true;
}
