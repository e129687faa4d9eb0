import type { Need } from '../../model/rule.js';
import { lowerAscii } from './fold.js';

/** Alternatives of which a matching record passes at least one; null: nothing is known. */
export type Needs = readonly Need[] | null;

/** A need whose field is not yet known. */
export type TextNeed = Pick<Need, 'how' | 'text'>;

/** Longer lists of values (hashes of malware) are cheap as long as they are looked up, not searched. */
const MAX_NEEDS = 4096;
/** The index looks for three characters at least. */
const MIN_CONTAINED = 3;
/** Every text begins with it: the field has to be there, and no more is known. */
const PRESENT: TextNeed = { how: 'prefix', text: '' };
/** Beginning and end of a text are told apart by so many characters, and more would only take memory. */
const MAX_TEXT = 64;

/**
 * Folding never turns a character outside ASCII into one inside it, so what is left of a folded text when those are cut off
 * stands in every matching text at the same place.
 */
export function needOfText(how: Need['how'], text: string): TextNeed | null {
  const lower = lowerAscii(text);
  const pieces = lower.match(/[\0-\x7f]+/g) ?? [];
  if (how === 'equals' && pieces.length <= 1 && (pieces[0] ?? '') === lower) return { how, text: lower };
  if (how !== 'contains' && how !== 'suffix' && pieces[0] !== undefined && lower.startsWith(pieces[0]))
    return { how: 'prefix', text: pieces[0].slice(0, MAX_TEXT) };
  const last = pieces.at(-1);
  if (how === 'suffix' && last !== undefined && lower.endsWith(last)) return { how, text: last.slice(-MAX_TEXT) };
  const longest = pieces.reduce((best, piece) => (piece.length > best.length ? piece : best), '');
  return longest.length < MIN_CONTAINED ? null : { how: 'contains', text: longest.slice(0, MAX_TEXT) };
}

/** Of two that must both hold the one that fewer texts pass. */
export function betterNeed(a: TextNeed | null, b: TextNeed | null): TextNeed | null {
  if (a === null || b === null) return a ?? b;
  return shareOfText(b) < shareOfText(a) ? b : a;
}

/** Any of the parts holds. */
export function unionOf<T extends TextNeed>(parts: readonly (readonly T[] | null)[]): readonly T[] | null {
  const all = new Map<string, T>();
  for (const part of parts) {
    if (part === null) return null;
    for (const need of part) all.set(`${'field' in need ? need.field : ''}\0${need.how}\0${need.text}`, need);
  }
  return all.size > MAX_NEEDS ? null : [...all.values()];
}

/** What a test of `field` against several values implies. */
export function needsOfField(
  field: string,
  values: readonly { readonly needs: readonly TextNeed[] | null }[],
  all: boolean,
): Needs {
  const named = values.map(({ needs }) => (needs ?? [PRESENT]).map(({ how, text }): Need => ({ field, how, text })));
  if (all) return needsOfAll(named.map((needs) => withoutEmpty(field, needs)));
  return withoutEmpty(field, needsOfAny(named));
}

/** Nothing is needed besides that the field is there; of a message not even that, for nearly every record has one. */
function withoutEmpty(field: string, needs: Needs): Needs {
  if (needs === null || !needs.some(({ text }) => text === '')) return needs;
  if (field === 'message') return null;
  return needs.some(({ how, text }) => how === PRESENT.how && text === '') ? [{ field, ...PRESENT }] : needs;
}

export function needsOfAny(parts: readonly Needs[]): Needs {
  return unionOf(parts);
}

/** The part that fewest records pass; of equals the first. */
export function needsOfAll(parts: readonly Needs[]): Needs {
  let best: Needs = null;
  let least = Number.POSITIVE_INFINITY;
  for (const part of parts) {
    if (part === null) continue;
    const share = part.reduce((sum, need) => sum + shareOf(need), 0);
    if (share < least) {
      best = part;
      least = share;
    }
  }
  return best;
}

/** Fields that hold one of a few values in every record: an equality tells little. */
const COMMON_FIELDS: ReadonlyMap<string, number> = new Map([
  ['process.name', 0.5],
  ['host.name', 0.5],
  ['Computer', 0.5],
  ['Channel', 0.5],
  ['Level', 0.5],
  ['Provider_Name', 0.2],
  ['EventID', 0.05],
]);

/** Pieces of these stand in a large share of all paths and command lines. */
const COMMON_TEXTS: readonly string[] = [
  'c:\\windows\\system32\\',
  'c:\\windows\\syswow64\\',
  'c:\\program files (x86)\\microsoft',
  'c:\\users\\public\\appdata\\local\\temp\\',
  '\\appdata\\roaming\\microsoft\\windows\\',
  'hklm\\software\\microsoft\\windows\\currentversion\\',
  'hklm\\system\\currentcontrolset\\services\\',
  'nt authority\\system',
  'https://www.',
  '.exe" -',
  '.dll,',
];

/** A guess at the share of records that pass, to choose by; nothing but speed depends on it. */
function shareOf(need: Need): number {
  if (need.text === '' && need.how === 'prefix') return COMMON_FIELDS.has(need.field) ? 1 : 0.2;
  const share = shareOfText(need);
  return need.how === 'equals' ? Math.max(share, COMMON_FIELDS.get(need.field) ?? 0) : share;
}

function shareOfText({ how, text }: TextNeed): number {
  if (how === 'equals') return 0.001;
  if (COMMON_TEXTS.some((common) => common.includes(text))) return 0.5;
  // A piece of n letters is rarer than one of n - 1, but no piece of text is rarer than one of some ten letters.
  const rare = 0.6 ** Math.min(text.length, 12);
  return how === 'contains' ? rare * 1.5 : rare;
}
