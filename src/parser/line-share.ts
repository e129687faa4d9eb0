import type { Head } from './parser.js';

/** Lines of a head that are looked at: enough to be sure, few enough that every parser can look. */
const LOOKED_AT = 400;

export interface LineShare {
  readonly matched: number;
  readonly lines: number;
  /** 0-1; 0 for a head without lines. */
  readonly share: number;
}

/** How many of the head's lines that are not blank are of a form. */
export function shareOfLines(head: Head, isOfForm: (line: string) => boolean): LineShare {
  let matched = 0;
  let lines = 0;
  for (const line of head.lines) {
    if (line.trim() === '') continue;
    if (++lines > LOOKED_AT) break;
    if (isOfForm(line)) matched++;
  }
  const looked = Math.min(lines, LOOKED_AT);
  return { matched, lines: looked, share: looked === 0 ? 0 : matched / looked };
}

/**
 * Confidence of a format recognised by its lines. Wrapped copies and mails hold few record starts among many other
 * lines, so a small share is enough to claim a file, and the format with the larger share wins it.
 */
export function confidenceOf({ matched, share }: LineShare): number {
  if (matched === 0 || (share < 0.02 && matched < 3)) return 0;
  return 0.55 + 0.4 * share;
}
