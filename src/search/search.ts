import { alignClocks } from '../clock/align.js';
import { NO_ANCHORS } from '../clock/sightings.js';
import type { Input } from '../ingest/discover.js';
import type { Clocks } from '../model/clock.js';
import type { ClockOverride } from '../model/clock-override.js';
import type { Layer } from '../model/record.js';
import type { ReadSource, Unrecognised } from '../model/source.js';
import type { Interval } from '../model/time.js';
import type { Topology } from '../model/topology.js';
import type { Parser } from '../parser/parser.js';
import { buildTopology } from '../topology/build.js';
import { joinObservations, statedFacts } from '../topology/observe.js';
import type { Hit } from './hit.js';
import { machineFilter } from './machine.js';
import { type OrderedHits, orderHits } from './order-hits.js';
import { compileQuery, type SearchQuery } from './query.js';
import { type SearchedInput, type SearchedSource, type SourceSearch, searchSource } from './search-source.js';
import { showHits } from './show-hits.js';

export interface SearchRequest {
  readonly query: SearchQuery;
  readonly layers: readonly Layer[];
  /** VMs or hosts; empty: all. */
  readonly machines: readonly string[];
  /** True time, both ends included. */
  readonly span: Interval | null;
  readonly before: number;
  readonly after: number;
  /** Only the number of hits is asked for. */
  readonly countOnly: boolean;
  /** Threads that read a large file; the result is the same for any number. */
  readonly threads: number;
  /** `NAME-OR-PATH=ZONE`. */
  readonly zones: readonly string[];
  /** What a person says of single clocks. */
  readonly clocks: readonly ClockOverride[];
}

export interface SearchResult {
  readonly sources: readonly ReadSource[];
  readonly unrecognised: readonly Unrecognised[];
  /** Hits that can be shown, or were counted. */
  readonly found: number;
  /** Hits left out because a span was asked for and no clock dates them. */
  readonly undated: number;
  /** Hits for whose references there was no room: not filtered, not shown. */
  readonly beyond: number;
  readonly topology: Topology;
  /** In time order over all sources; undated ones last, in the order of the files. May be walked more than once. */
  hits(): AsyncGenerator<Hit>;
}

/** Told how far reading is. */
export interface SearchProgress {
  begin(path: string, index: number): void;
  bytes(count: number): void;
}

const SILENT: SearchProgress = { begin: () => {}, bytes: () => {} };

/** References kept: about 150 MB with their order. */
const LIMIT = 3_000_000;
/** Characters of records kept that would have to be parsed again to be shown. */
const TEXTS = 16 << 20;

/** Searches evidence. The same function serves the command line and the screens. */
export async function search(
  request: SearchRequest,
  inputs: readonly Input[],
  parsers: readonly Parser[],
  progress: SearchProgress = SILENT,
): Promise<SearchResult> {
  // A query that cannot be asked is told before anything is read.
  compileQuery(request.query);
  const all = await searchAll(request, inputs, parsers, progress);
  const searched = all.filter((one): one is SearchedSource => 'source' in one);
  const sources = searched.map((one) => one.source);
  const clocks = alignClocks(
    sources,
    searched.flatMap((one) => one.sightings),
    request.zones,
    NO_ANCHORS,
    request.clocks,
  );
  const topology = buildTopology(joinObservations(searched.map((one) => one.observations)), statedFacts(sources));
  const isOf = machineFilter(request.machines, topology);
  const ordered = searched.map((one) => orderHits(one, clocks, { span: request.span, isOf }));
  const beyond = searched.reduce((sum, one) => sum + one.hits.beyond, 0);
  const kept = ordered.reduce((sum, one) => sum + one.order.length, 0);
  const counted = request.countOnly && isUnfiltered(request);
  return {
    sources,
    topology,
    unrecognised: all.flatMap((one) => ('unrecognised' in one ? [one.unrecognised] : [])),
    found: counted ? kept + beyond : kept,
    undated: ordered.reduce((sum, one) => sum + one.undated, 0),
    beyond: counted ? 0 : beyond,
    hits: () => hitsOf(request, inputs, parsers, ordered, clocks),
  };
}

function isUnfiltered({ span, machines }: SearchRequest): boolean {
  return span === null && machines.length === 0;
}

async function searchAll(
  request: SearchRequest,
  inputs: readonly Input[],
  parsers: readonly Parser[],
  progress: SearchProgress,
): Promise<readonly SearchedInput[]> {
  const { query, layers, before, after } = request;
  const budget = { left: request.countOnly ? 0 : TEXTS };
  const all: SearchedInput[] = [];
  let room = request.countOnly && isUnfiltered(request) ? 0 : LIMIT;
  for (const [index, input] of inputs.entries()) {
    progress.begin(input.path, index);
    const one: SourceSearch = { query, layers, before, after, byVm: request.machines.length > 0, limit: room };
    const searched = await searchSource(input, `s${index + 1}`, parsers, one, budget, progress.bytes, request.threads);
    if ('source' in searched) room -= searched.hits.count;
    all.push(searched);
  }
  return all;
}

function hitsOf(
  { query, before, after }: SearchRequest,
  inputs: readonly Input[],
  parsers: readonly Parser[],
  ordered: readonly OrderedHits[],
  clocks: Clocks,
): AsyncGenerator<Hit> {
  const withHits = ordered.filter((one) => one.order.length > 0);
  // Source ids count the inputs from 1.
  const inputOf = (source: ReadSource): Input | undefined => inputs[Number(source.id.slice(1)) - 1];
  const budget = Math.max(1 << 16, Math.floor(TEXTS / Math.max(1, withHits.length)));
  return showHits(withHits, clocks, { inputOf, parsers, matcher: compileQuery(query), before, after, budget });
}
