import type { Position } from '../../src/model/record.js';
import type { WrittenTime } from '../../src/model/time.js';
import { RECORD_LIMIT } from '../../src/parser/assemble.js';
import { windowsRecord } from '../../src/parser/windows-event.js';
import type { Chunk } from './binxml.js';
import { decodeEvent, decodeHead, decodeTime, type EventHead } from './decode.js';
import { finishEvent } from './event.js';
import { longestXml, openPlain, plainCost } from './instance.js';
import { type OpenChunk, place, reportLost } from './open-chunk.js';
import { type Rendering, renderDocument } from './render.js';
import { filetimeMicros, unsigned } from './values.js';

/** Signature, size, id, time written; the copy of the size follows the BinXML. */
export const RECORD_HEADER = 24;
/**
 * Work one chunk may ask for. Real chunks hold about 150 records of about 150 parts (20,000 steps); every 16
 * characters of output cost a step too, so 64 KiB of input give at most 16 MiB of text.
 */
export const STEPS = 1_000_000;

/** False when the record is lost. */
export function readRecord(chunk: OpenChunk, at: number, end: number, isDamaged: boolean): boolean {
  const from = at + RECORD_HEADER;
  const to = Math.max(end - 4, from);
  if (!isDamaged && readPlain(chunk, at, from, to)) return true;
  const rendering = renderDocument(chunk, from, to);
  chunk.steps -= rendering.xml.length >> 4;
  const event = finishEvent(rendering.event, writtenTime(chunk, at));
  // Ids start at 1: a 0 was zeroed, and the header of the record has its own copy.
  const position = place(chunk, at, event?.recordId || idAt(chunk, at));
  if (event === null) {
    reportLost(chunk, at);
    return false;
  }
  reportDamage(chunk, rendering, isDamaged, position);
  if (isWanted(chunk, event)) chunk.sink.record(windowsRecord(event, rendering.xml, position));
  else count(chunk, event, event.time, position);
  return true;
}

/**
 * The fast way, for records without a flaw: nothing is rendered, and what nobody wants is not decoded either. Which
 * records go this way, and what they take of the chunk's steps, does not depend on what is wanted.
 */
function readPlain(chunk: OpenChunk, at: number, from: number, to: number): boolean {
  const { plain } = chunk.file;
  if (plain === null || !openPlain(chunk, plain, from, to) || longestXml(plain) > RECORD_LIMIT) return false;
  const cost = plainCost(plain);
  if (cost > chunk.steps) return false;
  const head = decodeHead(chunk, plain);
  if (!isKnown(head)) return false;
  chunk.steps -= cost;
  const time = decodeTime(chunk, plain) ?? writtenTime(chunk, at);
  const position = place(chunk, at, head.recordId || idAt(chunk, at));
  if (isWanted(chunk, head)) {
    const event = decodeEvent(chunk, plain, head, time);
    const kept = keep(chunk);
    chunk.sink.record(windowsRecord(event, () => renderDocument({ ...kept, steps: STEPS }, from, to).xml, position));
  } else count(chunk, head, time, position);
  return true;
}

function isKnown(head: EventHead): head is EventHead & { readonly eventId: number } {
  return head.eventId !== null;
}

function isWanted({ file }: OpenChunk, head: EventHead): boolean {
  return file.wants(head.provider, head.eventId, head.channel);
}

function count(chunk: OpenChunk, head: EventHead, time: WrittenTime | null, at: Position): void {
  chunk.sink.counted({ time, host: head.computer, channel: head.channel, ident: head.provider, at });
}

/** One copy of the chunk for all its texts (3 us for 150 records); few records ever need theirs. */
function keep(chunk: OpenChunk): Chunk {
  if (chunk.kept !== null) return chunk.kept;
  const bytes = Buffer.from(chunk.bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const { names, templates, known, steps } = chunk;
  chunk.kept = { bytes, view, names, templates, shared: new Map(), known, steps };
  return chunk.kept;
}

function reportDamage(chunk: OpenChunk, rendering: Rendering, isDamaged: boolean, at: Position): void {
  if (rendering.isTruncated) {
    const note = 'a record is longer than 1 MiB; only its first MiB was matched';
    chunk.sink.issue('record-truncated', 'data-loss', note, at);
  }
  const reason = rendering.damage ?? (isDamaged ? 'its two size fields differ' : null);
  if (reason === null) return;
  chunk.sink.issue('evtx-record-damaged', 'error', `a record could not be read completely: ${reason}`, at);
}

function writtenTime(chunk: OpenChunk, at: number): WrittenTime | null {
  const micros = filetimeMicros(chunk.view, at + 16);
  return micros === null ? null : { micros, clock: 'wall', utcOffset: 0, yearless: false, resolution: 1 };
}

export function idAt({ view }: Chunk, at: number): number {
  return unsigned(view, at + 8, 8);
}
