import type { LogRecord } from '../model/record.js';
import type { Matcher, Range } from './query.js';

/** A record's text on one line, and where each part of it stands in the text. */
interface Joined {
  readonly text: string;
  readonly parts: readonly { readonly joined: number; readonly original: number }[];
}

/** Whether a text of one or more lines matches, also across a line end: a wrapped line reads as if it were not. */
export function textMatches(matcher: Matcher, text: string): boolean {
  return matcher.test(text) || (text.includes('\n') && matcher.test(joinLines(text).text));
}

/** Where it matches. Ranges count in `text` as it is. */
export function findInText(matcher: Matcher, text: string): readonly Range[] {
  const found = matcher.find(text);
  if (found.length > 0 || !text.includes('\n')) return found;
  const { text: joined, parts } = joinLines(text);
  return matcher.find(joined).map(([start, end]): Range => [original(parts, start), original(parts, end - 1) + 1]);
}

/**
 * The message is searched too: escapes of JSON and XML are undone there, and `^` means its start. A literal that the
 * text does not hold cannot be in a message that is a part of the text.
 */
export function messageMatches(matcher: Matcher, record: LogRecord): boolean {
  if (matcher.isLiteral && record.text.endsWith(record.body)) return false;
  return matcher.test(record.body);
}

function joinLines(text: string): Joined {
  const parts: { joined: number; original: number }[] = [];
  let joined = '';
  let original = 0;
  for (const line of text.split('\n')) {
    const kept = line.trim();
    if (kept !== '') {
      if (joined !== '') joined += ' ';
      parts.push({ joined: joined.length, original: original + line.indexOf(kept) });
      joined += kept;
    }
    original += line.length + 1;
  }
  return { text: joined, parts };
}

function original(parts: Joined['parts'], at: number): number {
  let low = 0;
  for (let high = parts.length - 1; low < high; ) {
    const middle = (low + high + 1) >> 1;
    if ((parts[middle]?.joined ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  const part = parts[low];
  return part === undefined ? at : part.original + (at - part.joined);
}
