import { constants, gunzipSync } from 'node:zlib';
import type { Input } from './ingest/discover.js';
import { holdsMetrics, judgeColumns, wantedMetrics } from './keep-metrics.js';
import type { InputReading } from './model/reading.js';
import type { RuleSet } from './model/rule.js';
import type { Parser } from './parser/parser.js';
import { type FileIdentity, identifyFile } from './store/identity.js';
import { type Match, matchSource } from './store/match.js';
import { loadColumns } from './store/metrics.js';
import type { CaseFile } from './store/open.js';
import { loadReading } from './store/readings.js';
import { numberReading } from './store/source-ids.js';
import { listSources, type StoredSource } from './store/sources.js';

/** What a reading depends on besides the bytes. */
export interface ReadingKeys {
  readonly program: string;
  readonly rules: string;
  /** Names of the metrics that the rules look at. */
  readonly metrics: string;
}

/**
 * What can be done with what is stored: show its reading; judge its samples by other rules; nothing, it has to be read.
 */
export type Use = 'reading' | 'samples' | 'none';

/** One input of the run and what the case has of it. */
export interface Planned {
  readonly input: Input;
  /** Source id in this run. */
  readonly id: string;
  /** Null: cannot be kept (standard input, what cannot be read). */
  readonly identity: FileIdentity | null;
  readonly match: Match;
  readonly use: Use;
  readonly holdsMetrics: boolean;
  readonly compressed: boolean;
}

export interface PlanOptions {
  readonly inputs: readonly Input[];
  readonly ruleSet: RuleSet;
  readonly parsers: readonly Parser[];
  readonly program: string;
  readonly verify: boolean;
}

export function readingKeys({ ruleSet, program }: Pick<PlanOptions, 'ruleSet' | 'program'>): ReadingKeys {
  const rules = ruleSet.packs.map(({ sha256 }) => sha256).join(' ');
  return { program, rules, metrics: wantedMetrics(ruleSet.rules) };
}

/** Finds out what the case can answer for. */
export function planReadings(open: CaseFile, keys: ReadingKeys, options: PlanOptions): readonly Planned[] {
  const known = new Map<string, StoredSource[]>();
  for (const stored of listSources(open)) known.set(stored.path, [...(known.get(stored.path) ?? []), stored]);
  const identified = options.inputs.map(identify);
  const files = new Set(identified.flatMap((found) => (found === null ? [] : [found.identity.file])));
  const usable = (stored: StoredSource): boolean => usesOf(stored, keys) !== 'none';
  return options.inputs.map((input, index) => {
    const id = `s${index + 1}`;
    const found = identified[index] ?? null;
    const base = { input, id, use: 'none', holdsMetrics: false, compressed: false } as const;
    if (found === null) return { ...base, identity: null, match: { state: 'new' } };
    const { identity } = found;
    const match = matchSource(known.get(input.path) ?? [], identity, files, { verify: options.verify, usable });
    const use = match.state === 'unchanged' ? usesOf(match.stored, keys) : 'none';
    if (use !== 'none') return { ...base, identity, match, use };
    return { ...base, identity, match, ...lookInside(identity, options.parsers) };
  });
}

function identify(input: Input): { readonly identity: FileIdentity } | null {
  // Half a surrogate pair (Windows allows it in names) does not survive UTF-8: such a file is read each time.
  if (input.kind !== 'file' || /\p{Surrogate}/u.test(input.path + input.file)) return null;
  const found = identifyFile(input.file);
  return found === null ? null : { identity: found.identity };
}

/** What can be done with a stored reading of unchanged bytes. */
function usesOf(stored: StoredSource, keys: ReadingKeys): Use {
  if (stored.program !== keys.program) return 'none';
  // What no parser claims no rule has seen.
  if (stored.rulesKey === keys.rules || stored.format === null) return 'reading';
  return stored.metricsKept === keys.metrics ? 'samples' : 'none';
}

/** The reading of a source the case answers for, under its id in this run. */
export function answerFrom(open: CaseFile, { match, use, id }: Planned, ruleSet: RuleSet): InputReading | null {
  if (match.state !== 'unchanged' || use === 'none') return null;
  const { stored } = match;
  const reading = loadReading(open, stored.id, stored.path);
  if (!('source' in reading)) return reading;
  numberReading(reading, id);
  return use === 'reading' ? reading : judgeColumns(ruleSet.rules, reading, loadColumns(open, stored.id));
}

/** Sources of samples are read apart, so that their samples can be kept. */
function lookInside(
  { file, size }: FileIdentity,
  parsers: readonly Parser[],
): Pick<Planned, 'holdsMetrics' | 'compressed'> {
  const head = identifyFile(file)?.head ?? new Uint8Array();
  // RFC 1952: ID1 31, ID2 139.
  const compressed = head[0] === 31 && head[1] === 139;
  const inner = compressed ? gunzipHead(head) : head;
  return { compressed, holdsMetrics: holdsMetrics(inner, compressed ? inner.length : size, parsers) };
}

/** What the first 64 KiB hold; at most 1 MiB of it, so that a bomb stays small. */
function gunzipHead(head: Uint8Array): Uint8Array {
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 1 << 20 });
  } catch {
    // Damaged, or larger than that: it is read like any other source, and its samples are not kept.
    return new Uint8Array();
  }
}
