import type { Input } from './ingest/discover.js';
import { readSource } from './ingest/read-source.js';
import type { InputReading } from './model/reading.js';
import type { Rule } from './model/rule.js';
import type { Parser } from './parser/parser.js';
import { type SourceWatch, watchSources } from './watch-source.js';

/** Called before each input is read. */
export type EvidenceProgress = (path: string, index: number, total: number) => void;

/** Reads one input of a case; ids follow the sorted paths, whoever reads. */
export type ReadInput = (input: Input, index: number) => Promise<InputReading>;

/** Reading an input is the same work in any thread: bytes and rules in, plain data out. */
export function inputReader(rules: readonly Rule[], parsers: readonly Parser[]): ReadInput {
  const watchSource = watchSources(rules);
  return async (input, index) => {
    const id = `s${index + 1}`;
    const watches: SourceWatch[] = [];
    const outcome = await readSource(input, id, parsers, (parser) => {
      const watch = watchSource(id, parser.id, parser.layer);
      watches.push(watch);
      return watch.listener;
    });
    if ('unrecognised' in outcome) return outcome;
    const [watch = watchSource(id, outcome.source.format, outcome.source.layer)] = watches;
    return watch.finish(outcome.source);
  };
}

/** Reads all inputs in this thread, one after another. */
export async function readEvidence(
  inputs: readonly Input[],
  rules: readonly Rule[],
  parsers: readonly Parser[],
  progress: EvidenceProgress = () => {},
): Promise<readonly InputReading[]> {
  const read = inputReader(rules, parsers);
  const readings: InputReading[] = [];
  for (const [index, input] of inputs.entries()) {
    progress(input.path, index, inputs.length);
    readings.push(await read(input, index));
  }
  return readings;
}
