import type { Position } from '../../src/model/record.js';
import type { Interest, Sink } from '../../src/parser/parser.js';
import type { Chunk, Reading, Template } from './binxml.js';
import { type PlainRecord, plainRecord } from './instance.js';
import { type KnownTemplates, knownTemplates } from './known-template.js';

/** What the chunks of one file share. */
export interface EvtxFile {
  readonly sink: Sink;
  readonly wants: Interest['event'];
  readonly templates: Map<number, Template>;
  readonly known: KnownTemplates<Reading>;
  /** Where records of the fast way are laid out; null reads all the careful way, which tests compare with. */
  readonly plain: PlainRecord | null;
}

export function openFile(sink: Sink, interest: Interest): EvtxFile {
  const wants = rememberAnswers(interest);
  return { sink, wants, templates: new Map(), known: knownTemplates(), plain: plainRecord() };
}

/** Answers kept per file; a log has some hundred different heads, a hostile one any number. */
const ANSWERS = 10_000;

/** The answer depends on the head alone, and costs several times what reading the head costs. */
function rememberAnswers(interest: Interest): Interest['event'] {
  const answers = new Map<string | null, Map<string | null, Map<number | null, boolean>>>();
  let room = ANSWERS;
  return (provider, eventId, channel) => {
    const known = answers.get(channel)?.get(provider)?.get(eventId);
    if (known !== undefined) return known;
    const answer = interest.event(provider, eventId, channel);
    if (room-- <= 0) return answer;
    const ofChannel = answers.get(channel) ?? new Map<string | null, Map<number | null, boolean>>();
    const ofProvider = ofChannel.get(provider) ?? new Map<number | null, boolean>();
    answers.set(channel, ofChannel.set(provider, ofProvider.set(eventId, answer)));
    return answer;
  };
}

/** A chunk while it is read. `base` is its offset in the file. */
export interface OpenChunk extends Chunk {
  readonly file: EvtxFile;
  readonly base: number;
  /** Where the header says that free space starts; the end of the bytes if it says nothing sensible. */
  readonly free: number;
  readonly sink: Sink;
  /** Starts of what looks like a record, ascending; searched for once damage is met. */
  starts: number[] | null;
  /** A loss was reported; the same loss is not reported twice. */
  hasLoss: boolean;
  /** What texts are rendered from later: the buffer of `bytes` holds another chunk by then. */
  kept: Chunk | null;
}

export function reportLost(chunk: OpenChunk, at: number): void {
  chunk.hasLoss = true;
  chunk.sink.issue('evtx-record-lost', 'data-loss', 'records of a damaged chunk could not be read', place(chunk, at));
}

export function place(chunk: OpenChunk, at: number, record: number | null = null): Position {
  return { line: null, byteOffset: chunk.base + at, record };
}
