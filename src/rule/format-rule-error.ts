import type { RuleError } from '../model/rule.js';

const MAX_LINE = 160;

/**
 * An error as a person reads it, at most five lines. With the line of the file (without its line break) the caret
 * stands under the offending text in its context, else under the text alone.
 */
export function formatRuleError(error: RuleError, sourceLine: string | null = null): string {
  const { file, line, column, offending, problem, fix } = error;
  const lines = [`${plain(file)}:${line}:${column}: ${plain(problem)}`];
  const excerpt = sourceLine === null ? alone(offending) : inContext(sourceLine, column, offending);
  if (excerpt !== null) lines.push(`  ${excerpt.text}`, `  ${' '.repeat(excerpt.indent)}${'^'.repeat(excerpt.width)}`);
  lines.push(`  fix: ${plain(fix)}`);
  return lines.join('\n');
}

interface Excerpt {
  readonly text: string;
  readonly indent: number;
  readonly width: number;
}

function alone(offending: string): Excerpt | null {
  const text = plain(offending).slice(0, MAX_LINE);
  return text === '' ? null : { text, indent: 0, width: text.length };
}

/** A window of the line around the column. */
function inContext(sourceLine: string, column: number, offending: string): Excerpt {
  const at = Math.min(Math.max(0, column - 1), sourceLine.length);
  const from = at > MAX_LINE / 2 ? at - MAX_LINE / 2 : 0;
  const before = plain(sourceLine.slice(from, at));
  const rest = plain(sourceLine.slice(at)).slice(0, MAX_LINE - before.length);
  const quoted = plain(offending);
  const width = rest.startsWith(quoted) ? quoted.length : 1;
  return { text: before + rest, indent: before.length, width: Math.max(1, width) };
}

/** Rule files are untrusted: no escape sequence, bidirectional control or line break reaches the terminal. */
function plain(text: string): string {
  return text
    .replace(/\t/g, ' ')
    .replace(
      /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
      (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
}
