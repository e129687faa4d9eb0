import type { Input } from '../ingest/discover.js';
import { readSource, type SourceListener } from '../ingest/read-source.js';
import type { Detection } from '../model/detection.js';
import type { Layer } from '../model/record.js';
import type { ReadSource, Unrecognised } from '../model/source.js';
import type { Observations } from '../model/topology.js';
import type { ByteInput, Parser } from '../parser/parser.js';
import { namesThings, observeTopology, type TopologyObserver } from '../topology/observe.js';
import { type HitTable, newHitTable } from './hit-table.js';
import { type Budget, type KeptText, keepTexts } from './kept-texts.js';
import { compileQuery, type SearchQuery } from './query.js';
import { type Reopened, reopen } from './reopen.js';
import { rowTimes, searchRows } from './search-rows.js';
import { tapLines } from './tap-lines.js';
import { watchRecords } from './watch-records.js';

export interface SourceSearch {
  readonly query: SearchQuery;
  /** Only sources of these layers; empty: all. The others are read for their clocks alone. */
  readonly layers: readonly Layer[];
  /** Names of VMs matter. */
  readonly byVm: boolean;
  /** Records shown around a hit where the source is not read by lines. */
  readonly before: number;
  readonly after: number;
  /** Hits kept at most; those beyond are counted. */
  readonly limit: number;
}

/** What came of one source: plain data, whichever thread read it. */
export interface SearchedSource {
  readonly source: ReadSource;
  readonly hits: HitTable;
  /** By number of the record: texts of hits that are not read again by lines, as far as the budget reached. */
  readonly texts: ReadonlyMap<number, KeptText>;
  readonly observations: Observations;
  readonly sightings: readonly Detection[];
}

export type SearchedInput = SearchedSource | { readonly unrecognised: Unrecognised };

/** Searches one input and gathers what its clocks are solved from, in one pass. */
export async function searchSource(
  input: Input,
  id: string,
  parsers: readonly Parser[],
  search: SourceSearch,
  budget: Budget,
  bytesRead: (count: number) => void = () => {},
  threads = 1,
): Promise<SearchedInput> {
  const matcher = compileQuery(search.query);
  const hits = newHitTable(search.limit);
  const keeper = keepTexts(search.before, search.after, budget);
  const times = rowTimes();
  const watch = watchRecords(matcher, hits, keeper, times, search.byVm);
  const observer = observeTopology(id);
  const wanted = (layer: Layer): boolean => search.layers.length === 0 || search.layers.includes(layer);
  const tapped = parsers.map((parser) =>
    wanted(parser.layer) ? tapLines(parser, (text, at) => watch.line(text, at)) : parser,
  );
  const listen = (parser: Parser): SourceListener => {
    const listener = wanted(parser.layer) ? watch.listener(parser) : CLOCKS_ONLY;
    return search.byVm ? alsoObserved(listener, observer) : listener;
  };
  const outcome = await readSource(input, id, tapped, listen, bytesRead, { hash: false, threads });
  if ('unrecognised' in outcome) return outcome;
  const { source } = outcome;
  const sightings = watch.finish(source);
  if (wanted(source.layer) && hasRows(parsers, source)) {
    const code = await readRows(input, (bytes) => searchRows(bytes, matcher, times, hits));
    if (code !== null)
      return { unrecognised: { path: input.path, bytes: 0, sha256: '', firstBytes: code, reason: 'unreadable' } };
  }
  return { source, hits, texts: keeper.texts, observations: withGuests(observer.finish(), source), sightings };
}

/** Nothing is looked for but what the parser's clock needs; the literal is one that is always looked for. */
const CLOCKS_ONLY: SourceListener = {
  literals: ['message repeated'],
  interest: { event: () => false, metric: () => false },
  record: () => {},
  counted: () => {},
  metric: () => {},
  column: () => {},
};

function alsoObserved(listener: SourceListener, observer: TopologyObserver): SourceListener {
  return {
    literals: listener.literals,
    interest: {
      event: (provider, eventId, channel) =>
        namesThings(provider) || listener.interest.event(provider, eventId, channel),
      metric: (name) => listener.interest.metric(name),
    },
    record(record) {
      observer.record(record);
      listener.record(record);
    },
    counted: (head) => observer.counted(head),
    metric(point) {
      observer.metric(point);
      listener.metric(point);
    },
    column(column) {
      observer.metric(column);
      listener.column(column);
    },
  };
}

/** Formats without records whose parser does not take lines, which would have been seen on their way. */
function hasRows(parsers: readonly Parser[], { layer, format }: ReadSource): boolean {
  const reads = parsers.find((parser) => parser.id === format)?.reads;
  return reads !== 'lines' && (layer === 'inventory' || layer === 'storage');
}

/** Null, or why the source cannot be read a second time: it may be gone by now. */
async function readRows(input: Input, read: (bytes: ByteInput) => void): Promise<string | null> {
  let opened: Reopened;
  try {
    opened = await reopen(input);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unreadable';
  }
  try {
    read(opened.bytes);
  } finally {
    opened.close();
  }
  return null;
}

/** Of a large log most records are not read whole, but every machine that wrote to it has a stream. */
function withGuests(observed: Observations, { layer, streams }: ReadSource): Observations {
  if (layer !== 'guest') return observed;
  const hosts = streams.flatMap(({ host }) => (host === null ? [] : [host]));
  return { ...observed, guests: [...new Set([...observed.guests, ...hosts])] };
}
