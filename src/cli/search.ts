import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { discoverInputs, type Input } from '../ingest/discover.js';
import type { Layer } from '../model/record.js';
import { UserError } from '../model/user-error.js';
import { harmlessLine } from '../report/harmless.js';
import type { Hit } from '../search/hit.js';
import { type SearchProgress, type SearchResult, search } from '../search/search.js';
import { readClockFile } from './clock-file.js';
import { readJobs } from './jobs.js';
import { terminalPalette } from './palette.js';
import { PARSERS } from './parsers.js';
import { type Progressed, progressOn } from './progress.js';
import { hitToJson, hitToText } from './search-output.js';
import { readSpan } from './span.js';

export interface SearchCommandOptions {
  readonly regex?: boolean;
  readonly ignoreCase?: boolean;
  readonly caseSensitive?: boolean;
  readonly since?: string;
  readonly until?: string;
  readonly vm: readonly string[];
  readonly layer: readonly Layer[];
  readonly before?: string;
  readonly after?: string;
  readonly context?: string;
  readonly format: 'text' | 'json';
  readonly count?: boolean;
  readonly max?: string;
  readonly zone: readonly string[];
  readonly clocks?: string;
  readonly jobs?: string;
  readonly quiet?: boolean;
}

/** Neighbours of one hit; a screen has some fifty lines. */
const MAX_CONTEXT = 1000;

/** `faultline search QUERY PATH...`: 0 found, 1 nothing found. */
export async function runSearch(
  text: string,
  paths: readonly string[],
  options: SearchCommandOptions,
): Promise<number> {
  const request = {
    query: { text, regex: options.regex === true, case: caseOf(options) },
    layers: options.layer,
    machines: options.vm,
    span: readSpan(options.since, options.until),
    before: wholeNumber('--before', options.before ?? options.context, MAX_CONTEXT) ?? 0,
    after: wholeNumber('--after', options.after ?? options.context, MAX_CONTEXT) ?? 0,
    countOnly: options.count === true,
    threads: readJobs(options.jobs),
    zones: options.zone,
    clocks: options.clocks === undefined ? [] : readClockFile(options.clocks),
  };
  const max = wholeNumber('--max', options.max, Number.MAX_SAFE_INTEGER);
  const { inputs, remove } = await spoolStandardInput(discoverInputs(paths));
  try {
    const progress = progressOn(process.stderr, options.quiet === true);
    const result = await search(request, inputs, PARSERS, counting(inputs, progress.show));
    progress.done();
    refuseNothing(result, paths);
    if (options.quiet !== true) tell(result, request.machines);
    if (options.count === true) await writeAll(counted(result, max));
    else await writeAll(rendered(result, max, options.format));
    return result.found > 0 ? 0 : result.unrecognised.some(({ reason }) => reason === 'unreadable') ? 2 : 1;
  } finally {
    remove();
  }
}

function caseOf({ ignoreCase, caseSensitive }: SearchCommandOptions): 'smart' | 'sensitive' | 'insensitive' {
  if (ignoreCase === true && caseSensitive === true)
    throw new UserError('--ignore-case and --case-sensitive exclude each other', 'give one of them, or none');
  return ignoreCase === true ? 'insensitive' : caseSensitive === true ? 'sensitive' : 'smart';
}

function wholeNumber(option: string, text: string | undefined, most: number): number | null {
  if (text === undefined) return null;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= most))
    throw new UserError(`${option} "${text}" is no number up to ${most}`, `for example ${option} 3`);
  return value;
}

/** Hits are read where they lie, so what comes through a pipe is kept in a file as long as the search runs. */
async function spoolStandardInput(
  inputs: readonly Input[],
): Promise<{ readonly inputs: readonly Input[]; remove(): void }> {
  if (!inputs.some((input) => input.kind === 'stdin')) return { inputs, remove: () => {} };
  const folder = mkdtempSync(join(tmpdir(), 'faultline-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const interrupted = (): never => {
    remove();
    process.exit(130);
  };
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  const file = join(folder, 'stdin');
  try {
    await pipeline(process.stdin, createWriteStream(file, { mode: 0o600 }));
  } catch (error) {
    remove();
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new UserError(`cannot keep standard input in ${tmpdir()}: ${code}`, 'give the evidence as a file');
  }
  const kept = inputs.map((input): Input => (input.kind === 'stdin' ? { kind: 'file', path: '-', file } : input));
  return { inputs: kept, remove };
}

function counting(inputs: readonly Input[], show: (now: Progressed) => void): SearchProgress {
  const ofBytes = inputs.reduce((sum, input) => sum + sizeOf(input), 0);
  let now: Progressed = { path: '', files: 0, ofFiles: inputs.length, bytes: 0, ofBytes };
  return {
    begin(path, index) {
      now = { ...now, path, files: index + 1 };
    },
    bytes(count) {
      now = { ...now, bytes: now.bytes + count };
      show(now);
    },
  };
}

function sizeOf(input: Input): number {
  return input.kind === 'file' ? (statSync(input.file, { throwIfNoEntry: false })?.size ?? 0) : 0;
}

function refuseNothing({ sources, unrecognised }: SearchResult, paths: readonly string[]): void {
  if (sources.length > 0) return;
  const [first] = unrecognised;
  const why = first === undefined ? 'it is empty' : `${first.path} is ${first.reason} ${first.firstBytes}`.trim();
  throw new UserError(
    `nothing to search in ${paths.join(', ')}: ${harmlessLine(why)}`,
    `faultline recognises by content: ${PARSERS.map((parser) => parser.id).join(', ')}`,
  );
}

/** Files named one by one on standard error. */
const NAMED = 5;

/** What was not searched or is not shown: a search that finds nothing must say what it did not look into. */
function tell(result: SearchResult, machines: readonly string[]): void {
  const notes = result.unrecognised.slice(0, NAMED).map(({ path, reason }) => `not searched: ${path} (${reason})`);
  if (result.unrecognised.length > NAMED) notes.push(`not searched: ${result.unrecognised.length - NAMED} more files`);
  for (const { path, issues } of result.sources)
    for (const { code, severity, note, count } of issues)
      if (severity === 'data-loss') notes.push(`${path}: ${code}: ${note}${count > 1 ? ` (${count} times)` : ''}`);
  if (result.undated > 0) notes.push(`left out: ${result.undated} undated hits, which no clock puts into the span`);
  if (result.beyond > 0)
    notes.push(`left out: ${result.beyond} hits beyond the first millions; narrow the query or search fewer files`);
  for (const name of machines)
    if (result.topology.vmOf(name) === null && result.topology.hostOf(name) === null)
      notes.push(`the evidence knows no VM or host "${name}"`);
  for (const note of notes) process.stderr.write(`faultline: ${harmlessLine(note)}\n`);
}

function* counted({ found }: SearchResult, max: number | null): Generator<string> {
  yield `${max === null ? found : Math.min(found, max)}\n`;
}

async function* rendered(result: SearchResult, max: number | null, format: 'text' | 'json'): AsyncGenerator<string> {
  const palette = terminalPalette(process.stdout);
  const isApart = (hit: Hit): boolean => hit.before.length > 0 || hit.after.length > 0;
  let shown = 0;
  if (max === 0) return;
  for await (const hit of result.hits()) {
    if (format === 'json') yield hitToJson(hit);
    else yield `${shown > 0 && isApart(hit) ? '--\n' : ''}${hitToText(hit, palette)}`;
    if (++shown === max) return;
  }
}

/** Characters written at once. */
const PIECE = 1 << 16;

/** Writes as fast as the reader takes it; a reader that went away (`| head`) is success. */
async function writeAll(pieces: AsyncIterable<string> | Iterable<string>): Promise<void> {
  let closed = false;
  let failed: Error | null = null;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    closed = true;
    if (error.code !== 'EPIPE') failed = error;
  });
  let text = '';
  const flush = (): Promise<void> =>
    new Promise((done) => {
      const out = text;
      text = '';
      process.stdout.write(out, () => done());
    });
  for await (const piece of pieces) {
    text += piece;
    if (text.length >= PIECE) await flush();
    if (closed) break;
  }
  if (text !== '' && !closed) await flush();
  if (failed !== null) throw failed;
}
