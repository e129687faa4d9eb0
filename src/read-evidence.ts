import type { Input } from './ingest/discover.js';
import { ALONE, type Effort } from './ingest/effort.js';
import { readSource, type SourceListener } from './ingest/read-source.js';
import type { InputReading } from './model/reading.js';
import type { Rule } from './model/rule.js';
import type { Parser } from './parser/parser.js';
import { type SourceWatch, watchSources } from './watch-source.js';

/** Told how far reading is. */
export interface ReadProgress {
  /** An input is opened. */
  begin(path: string): void;
  /** So many more bytes of it were read. */
  bytes(count: number): void;
}

export const NO_PROGRESS: ReadProgress = { begin: () => {}, bytes: () => {} };

/** Reads one input of a case; ids follow the sorted paths, whoever reads. */
export type ReadInput = (input: Input, index: number, effort?: Effort) => Promise<InputReading>;

/** Reading an input is the same work in any thread: bytes and rules in, plain data out. */
export function inputReader(
  rules: readonly Rule[],
  parsers: readonly Parser[],
  progress: ReadProgress = NO_PROGRESS,
): ReadInput {
  const watchSource = watchSources(rules);
  return async (input, index, effort = ALONE) => {
    const id = `s${index + 1}`;
    const watches: SourceWatch[] = [];
    progress.begin(input.path);
    const watchAs = (parser: Parser): SourceListener => {
      const watch = watchSource(id, parser.id, parser.layer);
      watches.push(watch);
      return watch.listener;
    };
    const outcome = await readSource(input, id, parsers, watchAs, progress.bytes, effort);
    if ('unrecognised' in outcome) return outcome;
    const [watch = watchSource(id, outcome.source.format, outcome.source.layer)] = watches;
    return watch.finish(outcome.source, outcome.index);
  };
}

/** Reads all inputs in this thread, one after another. */
export async function readEvidence(
  inputs: readonly Input[],
  rules: readonly Rule[],
  parsers: readonly Parser[],
): Promise<readonly InputReading[]> {
  const read = inputReader(rules, parsers);
  const readings: InputReading[] = [];
  for (const [index, input] of inputs.entries()) readings.push(await read(input, index));
  return readings;
}
