import type { Input } from '../ingest/discover.js';
import { readSource } from '../ingest/read-source.js';
import { sniffFormat } from '../ingest/sniff.js';
import type { Parser } from '../parser/parser.js';
import type { ContextText } from './hit.js';
import type { HitRow } from './hit-table.js';
import { type KeptText, keepTexts } from './kept-texts.js';
import { type LineWindow, openLineWindow } from './line-window.js';
import { type Reopened, reopen } from './reopen.js';

/** What is shown of a hit. */
export interface ShownText {
  readonly text: string;
  readonly title: string | null;
  readonly message: string | null;
  readonly before: readonly ContextText[];
  readonly after: readonly ContextText[];
}

/** Shows hits of one source, in any order; fast in the order in which they come. */
export interface SourceView {
  show(hit: HitRow, upcoming: () => readonly HitRow[]): Promise<ShownText>;
  close(): void;
}

export interface ViewOptions {
  readonly before: number;
  readonly after: number;
  /** Characters kept of records that are read again. */
  readonly budget: number;
}

/** The source was there when it was searched and cannot be read any more; the hit is still told. */
const GONE: ShownText = { text: '', title: null, message: null, before: [], after: [] };

export function viewSource(
  input: Input,
  parsers: readonly Parser[],
  texts: ReadonlyMap<number, KeptText>,
  options: ViewOptions,
): SourceView {
  let opened: { readonly file: Reopened; readonly window: LineWindow } | null = null;
  let again: ReadonlyMap<number, KeptText> = new Map();
  const openWindow = async (): Promise<LineWindow | null> => {
    if (opened !== null) return opened.window;
    try {
      const file = await reopen(input);
      const { encoding, start } = sniffFormat(file.bytes, []);
      opened = { file, window: openLineWindow(file.bytes, encoding, start) };
      return opened.window;
    } catch {
      return null;
    }
  };
  return {
    async show(hit, upcoming) {
      if (hit.isLines) {
        const window = await openWindow();
        return window === null ? GONE : showLines(window, hit, options);
      }
      const known = texts.get(hit.extent) ?? again.get(hit.extent);
      if (known !== undefined) return known;
      again = await readAgain(input, parsers, [hit, ...upcoming()], options);
      return again.get(hit.extent) ?? GONE;
    },
    close() {
      opened?.file.close();
      opened = null;
    },
  };
}

function showLines(window: LineWindow, hit: HitRow, { before, after }: ViewOptions): ShownText {
  const offset = hit.byteOffset ?? 0;
  const line = hit.line ?? 1;
  const { lines, end } = window.from(offset, hit.extent);
  const numbered = (texts: readonly string[], first: number): readonly ContextText[] =>
    texts.map((text, i) => ({ line: first + i, record: null, text, title: null, message: null }));
  const earlier = window.before(offset, before);
  return {
    text: lines.join('\n'),
    title: null,
    message: null,
    before: numbered(earlier, line - earlier.length),
    after: numbered(window.from(end, after).lines, line + hit.extent),
  };
}

/**
 * Records that the budget of the search had no room for: the source is read once more, up to the last of those that
 * come next, as many as fit.
 */
async function readAgain(
  input: Input,
  parsers: readonly Parser[],
  next: readonly HitRow[],
  { before, after, budget }: ViewOptions,
): Promise<ReadonlyMap<number, KeptText>> {
  const [first] = next;
  const room = { left: budget };
  const wanted = new Set(next.filter((hit) => !hit.isLines).map((hit) => hit.extent));
  const last = Math.max(...wanted) + after;
  const keeper = keepTexts(before, after, room);
  // The one that is asked for is kept whatever its size.
  const certain = keepTexts(before, after, { left: Number.POSITIVE_INFINITY });
  let number = 0;
  await readSource(input, '', parsers, () => ({
    literals: null,
    interest: { event: () => true, metric: () => true },
    record(record) {
      certain.pass(record, number, number === first?.extent);
      keeper.pass(record, number, wanted.has(number));
      // Reading a source ends early like a parser that fails: nothing of what follows is needed.
      if (number++ >= last) throw new Error('read as far as needed');
    },
    counted: () => {},
    metric: () => {},
    column: () => {},
  }));
  return new Map([...keeper.texts, ...certain.texts]);
}
