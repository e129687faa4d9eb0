import type { LogRecord } from '../../model/record.js';

/**
 * Comparison without regard to case: `toLowerCase`, with two deviations that make it context-free and keep the
 * length. U+0130 and U+212A (the Kelvin sign) stay as they are, so no character outside ASCII ever equals an ASCII
 * letter and a search for lower-cased ASCII bytes finds whatever a rule finds; final sigma equals sigma.
 */
export function fold(text: string): string {
  const lower =
    // Both lie above U+00FF: V8 answers for one-byte strings without a scan.
    text.includes('\u212a') || text.includes('\u0130')
      ? text.replace(/[^\u212a\u0130]+/g, (part) => part.toLowerCase())
      : text.toLowerCase();
  return lower.includes('\u03c2') ? lower.replaceAll('\u03c2', '\u03c3') : lower;
}

/** Only A-Z: what the byte scanner does. */
export function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (part) => part.toLowerCase());
}

let lastRecord: LogRecord | null = null;
let lastBody = '';

/** The folded body. Many rules ask for that of the same record in turn, so the last one is kept. */
export function foldedBody(record: LogRecord): string {
  if (record !== lastRecord) {
    lastBody = fold(record.body);
    lastRecord = record;
  }
  return lastBody;
}
