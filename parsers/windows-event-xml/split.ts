import { RECORD_LIMIT } from '../../src/parser/assemble.js';
import { bufferText, detach, type Place, type TextBuffer } from '../../src/parser/text-position.js';

/** One event as it stands in the source. */
export interface RawEvent {
  readonly xml: string;
  readonly place: Place;
  /** The end of the text between the event before and this one. */
  readonly before: string;
  /** `cut`: another event, or the end of the source, comes before its end tag. `long`: over the limit, the rest is skipped. */
  readonly ending: 'closed' | 'cut' | 'long';
}

export interface EventSplitter {
  text(chunk: string, byteOffset: number): void;
  end(): void;
}

const START = /<Event(?=[\s/>])/g;
const EDGE = /<\/Event\s{0,16}>|<Event(?=[\s/>])/g;
/** Longer than any mark above: this much is held back when a chunk may have cut one in two. */
const HOLD = 32;
/** `Log Name:` to `Event Xml:` of "Copy details as text" with a long description. */
const BEFORE = 16 * 1024;

interface Split {
  readonly buffer: TextBuffer;
  readonly emit: (event: RawEvent) => void;
  state: 'outside' | 'inside' | 'skipping';
  before: string;
  place: Place;
  /** Up to here the event at the begin of the buffer was searched for its end. */
  searched: number;
}

/**
 * Cuts a text of any kind into the events that stand in it. Goes by the tags alone: a literal `<Event ` inside an event
 * starts the next one, because Windows escapes it everywhere, and damage must not swallow the events behind it.
 */
export function splitEvents(emit: (event: RawEvent) => void): EventSplitter {
  const place = { line: 1, byteOffset: 0 };
  const split: Split = { buffer: bufferText(), emit, state: 'outside', before: '', place, searched: 0 };
  return {
    text(chunk, byteOffset) {
      split.buffer.append(chunk, byteOffset);
      run(split, false);
    },
    end: () => run(split, true),
  };
}

function run(split: Split, isLast: boolean): void {
  let goesOn = true;
  while (goesOn) {
    if (split.state === 'outside') goesOn = outside(split, isLast);
    else if (split.state === 'inside') goesOn = inside(split, isLast);
    else goesOn = skipping(split, isLast);
  }
}

/** Each step returns whether there may be more to do with the text at hand. */
function outside(split: Split, isLast: boolean): boolean {
  const { text } = split.buffer;
  const m = search(START, text, 0);
  const until = m?.index ?? Math.max(0, text.length - (isLast ? 0 : HOLD));
  split.before = (split.before + text.slice(0, until)).slice(-BEFORE);
  if (m === null) split.buffer.drop(until);
  else start(split, m.index);
  return m !== null;
}

function inside(split: Split, isLast: boolean): boolean {
  const { text } = split.buffer;
  const m = search(EDGE, text, split.searched);
  const isClose = m?.[0].startsWith('</') === true;
  const end = m === null ? Number.POSITIVE_INFINITY : m.index + (isClose ? m[0].length : 0);
  if (m !== null && end <= RECORD_LIMIT) {
    finish(split, end, isClose ? 'closed' : 'cut');
    if (isClose) leave(split, end);
    else start(split, end);
    return true;
  }
  if (m !== null || text.length > RECORD_LIMIT + (isLast ? 0 : HOLD)) {
    finish(split, RECORD_LIMIT, 'long');
    // An end tag that lies across the limit must still be seen.
    split.buffer.drop(RECORD_LIMIT - HOLD);
    split.state = 'skipping';
    return true;
  }
  split.searched = Math.max(split.searched, text.length - HOLD);
  if (!isLast) return false;
  finish(split, text.length, 'cut');
  leave(split, text.length);
  return false;
}

function skipping(split: Split, isLast: boolean): boolean {
  const { text } = split.buffer;
  const m = search(EDGE, text, 0);
  if (m === null) split.buffer.drop(Math.max(0, text.length - (isLast ? 0 : HOLD)));
  else if (m[0].startsWith('</')) leave(split, m.index + m[0].length);
  else start(split, m.index);
  return m !== null;
}

function start(split: Split, index: number): void {
  split.place = split.buffer.place(index);
  split.buffer.drop(index);
  split.state = 'inside';
  split.searched = '<Event'.length;
}

function finish(split: Split, end: number, ending: RawEvent['ending']): void {
  const { buffer, before, place } = split;
  split.emit({ xml: detach(buffer.text.slice(0, end)), place, before, ending });
  split.before = '';
}

function leave(split: Split, end: number): void {
  split.buffer.drop(end);
  split.state = 'outside';
}

function search(pattern: RegExp, text: string, from: number): RegExpExecArray | null {
  pattern.lastIndex = from;
  return pattern.exec(text);
}
