// CSI (colours, cursor moves), OSC (titles, ended by BEL or ST), two-byte escapes (ECMA-48), and the forms in which
// rsyslog stores an escape character (`#033[0;32m`, $EscapeControlCharactersOnReceive).
const ESCAPES =
  /(?:\x1b|#033)\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]{0,1000}(?:\x07|\x1b\\)|\x1b[@-Z\\^_]|\x1b[()][A-Z0-9]/g;
const CONTROLS = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g;

/** The text as a person would read it on a terminal, on one line: without escape sequences and control characters. */
export function plainText(text: string): string {
  return text.replace(ESCAPES, '').replace(CONTROLS, '');
}

/** Whether `plainText` would change the text. Two searches cost less than one replacement. */
export function hasEscapes(text: string): boolean {
  return text.includes('\x1b') || text.includes('#033[');
}

/**
 * Byte offsets of places in a line, asked for in rising order: where a record that starts inside a line stands in the
 * file. Exact for UTF-8 sources.
 */
export function byteOffsets(text: string): (index: number) => number {
  let at = 0;
  let extra = 0;
  return (index) => {
    for (; at < index; at++) {
      const code = text.charCodeAt(at);
      if (code < 0x80) continue;
      // A surrogate pair is two units here and four bytes there.
      extra += code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 1 : 2;
    }
    return index + extra;
  };
}
