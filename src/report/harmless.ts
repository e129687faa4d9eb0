/**
 * Log lines carry escape sequences, bidirectional overrides and markup. What a person sees must be what stands there:
 * C0 and C1 controls, DEL, line separators and bidi controls become visible escapes.
 */
const DANGEROUS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

export function harmless(text: string): string {
  return text.replace(DANGEROUS, visible);
}

function visible(char: string): string {
  const code = char.charCodeAt(0);
  return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

/** On one line, for lists and tables. */
export function harmlessLine(text: string): string {
  return harmless(text.replace(/\r?\n/g, ' ⏎ ').replaceAll('\t', ' '));
}

/** Plain text inside Markdown: nothing in it may start markup, HTML or a link. */
export function escapeMarkdown(text: string): string {
  return harmlessLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*_{}[\]()#+!|~]/g, '\\$&')
    .replace(/\b(https?|ftp|file|javascript):/gi, '$1&#58;');
}

/** A log line in a code span: the fence is longer than any run of backticks inside. */
export function codeSpan(text: string): string {
  const line = harmlessLine(text);
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map((m) => m[0].length));
  const fence = '`'.repeat(longest + 1);
  const pad = line.startsWith('`') || line.endsWith('`') || line === '' ? ' ' : '';
  return `${fence}${pad}${line}${pad}${fence}`;
}

/** The same inside a table, where a bare pipe ends the cell even in a code span (GitHub Flavored Markdown, tables). */
export function codeCell(text: string): string {
  return codeSpan(text).replaceAll('|', '\\|');
}
