import type { Input } from '../ingest/discover.js';
import type { Clocks, Placed } from '../model/clock.js';
import type { ReadSource } from '../model/source.js';
import type { Parser } from '../parser/parser.js';
import type { Hit } from './hit.js';
import { type HitRow, hitAt } from './hit-table.js';
import { findInText } from './match-record.js';
import { mergeOrdered } from './merge-hits.js';
import { type OrderedHits, placesIn } from './order-hits.js';
import type { Matcher } from './query.js';
import { type ShownText, type SourceView, type ViewOptions, viewSource } from './source-view.js';

export interface ShowOptions extends ViewOptions {
  readonly matcher: Matcher;
  readonly parsers: readonly Parser[];
  readonly inputOf: (source: ReadSource) => Input | undefined;
}

/** Sources open at once; a system allows about a thousand. */
const OPEN = 256;
/** Hits looked ahead when records have to be read again. */
const AHEAD = 4096;

/** Walks the hits of all sources in time order and reads what is shown of each. */
export async function* showHits(
  ordered: readonly OrderedHits[],
  clocks: Clocks,
  options: ShowOptions,
): AsyncGenerator<Hit> {
  const views = new Map<number, SourceView>();
  const places = ordered.map(({ searched }) => placesIn(searched.source.id, clocks));
  const lists = ordered.map(({ searched, order }, i) => ({
    length: order.length,
    key: (at: number): number => places[i]?.(hitAt(searched.hits, order[at] ?? 0))?.utc ?? Number.POSITIVE_INFINITY,
  }));
  try {
    for (const { list, at } of mergeOrdered(lists)) {
      const one = ordered[list];
      const place = places[list];
      if (one === undefined || place === undefined) continue;
      const { searched, order } = one;
      const row = (place: number): HitRow => hitAt(searched.hits, order[place] ?? 0);
      const view = viewOf(views, list, one, options);
      const upcoming = (): readonly HitRow[] =>
        Array.from({ length: Math.min(AHEAD, order.length - at - 1) }, (_, i) => row(at + 1 + i));
      if (view === null) continue;
      const hit = row(at);
      yield hitOf(searched.source, hit, place(hit), options.matcher, await view.show(hit, upcoming));
    }
  } finally {
    for (const view of views.values()) view.close();
  }
}

function viewOf(
  views: Map<number, SourceView>,
  list: number,
  { searched }: OrderedHits,
  options: ShowOptions,
): SourceView | null {
  const known = views.get(list);
  if (known !== undefined) {
    // The one used longest ago is first.
    views.delete(list);
    views.set(list, known);
    return known;
  }
  const input = options.inputOf(searched.source);
  if (input === undefined) return null;
  const [oldest] = views;
  if (views.size >= OPEN && oldest !== undefined) {
    oldest[1].close();
    views.delete(oldest[0]);
  }
  const view = viewSource(input, options.parsers, searched.texts, options);
  views.set(list, view);
  return view;
}

function hitOf(source: ReadSource, row: HitRow, placed: Placed | null, matcher: Matcher, shown: ShownText): Hit {
  const { shape, micros, line, byteOffset, record } = row;
  return {
    source: source.id,
    path: source.path,
    format: source.format,
    layer: source.layer,
    at: { line, byteOffset, record },
    written: shape.stamp === null || micros === null ? null : { ...shape.stamp, micros },
    utc: placed?.utc ?? null,
    uncertainty: placed?.uncertainty ?? null,
    basis: placed?.basis ?? 'none',
    host: shape.host ?? source.pathHost,
    channel: shape.isMetric ? null : shape.channel,
    text: shown.text,
    title: shown.title,
    message: shown.message,
    matches: findInText(matcher, shown.text),
    messageMatches: shown.message === null ? [] : findInText(matcher, shown.message),
    before: shown.before,
    after: shown.after,
  };
}
