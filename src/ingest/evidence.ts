import type { Layer } from '../model/record.js';
import type { ReadSource, Unrecognised } from '../model/source.js';
import type { Parser } from '../parser/parser.js';
import type { Input } from './discover.js';
import { readSource, type SourceListener } from './read-source.js';

export interface Evidence {
  readonly sources: readonly ReadSource[];
  readonly unrecognised: readonly Unrecognised[];
}

/** Called before each input is read. */
export type EvidenceProgress = (path: string, index: number, total: number) => void;

/** Reads all inputs, one after another. Source ids follow the sorted paths. */
export async function readEvidence(
  inputs: readonly Input[],
  parsers: readonly Parser[],
  listen: (id: string, format: string, layer: Layer) => SourceListener,
  progress: EvidenceProgress,
): Promise<Evidence> {
  const sources: ReadSource[] = [];
  const unrecognised: Unrecognised[] = [];
  for (const [index, input] of inputs.entries()) {
    progress(input.path, index, inputs.length);
    const id = `s${index + 1}`;
    const outcome = await readSource(input, id, parsers, (parser) => listen(id, parser.id, parser.layer));
    if ('source' in outcome) sources.push(outcome.source);
    else unrecognised.push(outcome.unrecognised);
  }
  return { sources, unrecognised };
}
