/** A message template in parts: literal text, or a place where the n-th data item (from 1) or a named one stands. */
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'item'; readonly index: number; readonly raw: string }
  | { readonly kind: 'named'; readonly name: string; readonly raw: string };

/** FormatMessage escapes (winbase.h, FormatMessageW): `%n` line end, `%t` tab, `%b` blank, `%0` end of message. */
const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\n',
  t: '\t',
  b: ' ',
  ' ': ' ',
  '.': '.',
  '!': '!',
  '%': '%',
};

// `%1`, `%8!S!`, `%n`; templates written for this project also have `%VmName%`.
const PLACE = /%(?:([1-9]\d?)(?:![^!%]{0,16}!)?|(.))/gs;
const PLACE_OR_NAME = /%(?:([1-9]\d?)(?:![^!%]{0,16}!)?|([A-Za-z]\w{1,63})%|(.))/gs;

export function compileTemplate(template: string, hasNames: boolean): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  let literal = '';
  let from = 0;
  const push = (part: TemplatePart): void => {
    if (literal !== '') parts.push({ kind: 'text', text: literal });
    literal = '';
    parts.push(part);
  };
  for (const match of template.matchAll(hasNames ? PLACE_OR_NAME : PLACE)) {
    const name = hasNames ? match[2] : undefined;
    const escaped = hasNames ? match[3] : match[2];
    literal += template.slice(from, match.index);
    from = match.index + match[0].length;
    if (match[1] !== undefined) push({ kind: 'item', index: Number(match[1]), raw: match[0] });
    else if (name !== undefined) push({ kind: 'named', name, raw: match[0] });
    else if (escaped === '0') from = template.length;
    else literal += ESCAPES[escaped ?? ''] ?? match[0];
  }
  literal += template.slice(from);
  if (literal !== '') parts.push({ kind: 'text', text: literal });
  return parts;
}

/** Puts values into a template. A place without a value stays as it is written; values are not expanded again. */
export function fillTemplate(
  parts: readonly TemplatePart[],
  values: readonly string[],
  namedValue: (name: string) => string | undefined,
): string {
  return parts
    .map((part) => {
      if (part.kind === 'text') return part.text;
      return (part.kind === 'item' ? values[part.index - 1] : namedValue(part.name)) ?? part.raw;
    })
    .join('');
}

/** Line ends and the blanks around them become one blank, as in every record's body. */
export function foldLines(text: string): string {
  if (!/[\r\n]/.test(text)) return text;
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ');
}

function collapse(text: string): string {
  return text
    .split(/\s/)
    .filter((word) => word !== '')
    .join(' ');
}

/**
 * Reads the values back out of a rendered message: `Disk %2 has been surprise removed.` and its message give 2 = `3`.
 * Linear: the texts between the places are looked for once from the left and once from the right, and the values
 * count only when both readings agree, so a value that itself holds such a text is refused, never guessed.
 */
export function matchTemplate(parts: readonly TemplatePart[], message: string): ReadonlyMap<string, string> | null {
  const folded = foldLines(message);
  const text = collapse(folded);
  const { literals, keys } = alternate(parts);
  if (keys.length === 0) return text === literals[0] ? new Map() : null;
  const left = splitFromLeft(literals, text);
  const right = splitFromRight(literals, text);
  if (left === null || right === null) return null;
  const values = new Map<string, string>();
  for (const [i, key] of keys.entries()) {
    const value = left[i] ?? '';
    if (value !== right[i] || (values.get(key) ?? value) !== value) return null;
    // Runs of blanks were collapsed to compare; a value that held one would come back changed.
    if (!folded.includes(value)) return null;
    values.set(key, value);
  }
  return values;
}

/** literal, key, literal, key, ..., literal: one literal more than keys, possibly empty ones. */
function alternate(parts: readonly TemplatePart[]): { readonly literals: string[]; readonly keys: string[] } {
  const raw: string[] = [''];
  const keys: string[] = [];
  for (const part of parts) {
    if (part.kind === 'text') raw[raw.length - 1] += part.text;
    else {
      keys.push(part.kind === 'item' ? String(part.index) : part.name);
      raw.push('');
    }
  }
  const literals = raw.map((literal) => literal.replaceAll(/\s/g, ' ').split(/ +/).join(' '));
  literals[0] = (literals[0] ?? '').trimStart();
  literals[literals.length - 1] = (literals.at(-1) ?? '').trimEnd();
  return { literals, keys };
}

function splitFromLeft(literals: readonly string[], text: string): string[] | null {
  const first = literals[0] ?? '';
  const last = literals.at(-1) ?? '';
  if (!text.startsWith(first) || !text.endsWith(last)) return null;
  const values: string[] = [];
  let at = first.length;
  for (const literal of literals.slice(1, -1)) {
    const found = text.indexOf(literal, at);
    if (found < 0) return null;
    values.push(text.slice(at, found));
    at = found + literal.length;
  }
  const end = text.length - last.length;
  if (end < at) return null;
  values.push(text.slice(at, end));
  return values;
}

function splitFromRight(literals: readonly string[], text: string): string[] | null {
  const first = literals[0] ?? '';
  const values: string[] = [];
  let end = text.length - (literals.at(-1) ?? '').length;
  for (const literal of literals.slice(1, -1).reverse()) {
    const found = end - literal.length < 0 ? -1 : text.lastIndexOf(literal, end - literal.length);
    if (found < 0) return null;
    values.unshift(text.slice(found + literal.length, end));
    end = found;
  }
  if (end < first.length) return null;
  values.unshift(text.slice(first.length, end));
  return values;
}
