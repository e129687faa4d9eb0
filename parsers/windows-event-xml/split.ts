import { RECORD_LIMIT } from '../../src/parser/assemble.js';
import { bufferText, detach, type Place } from '../../src/parser/text-position.js';

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

/**
 * Cuts a text of any kind into the events that stand in it. Goes by the tags alone: a literal `<Event ` inside an event
 * starts the next one, because Windows escapes it everywhere, and damage must not swallow the events behind it.
 */
export function splitEvents(emit: (event: RawEvent) => void): EventSplitter {
  const buffer = bufferText();
  let state: 'outside' | 'inside' | 'skipping' = 'outside';
  let before = '';
  let place: Place = { line: 1, byteOffset: 0 };
  let searched = 0;

  const start = (index: number): void => {
    place = buffer.place(index);
    buffer.drop(index);
    state = 'inside';
    searched = '<Event'.length;
  };
  const finish = (end: number, ending: RawEvent['ending']): void => {
    emit({ xml: detach(buffer.text.slice(0, end)), place, before, ending });
    before = '';
  };
  const outside = (isLast: boolean): boolean => {
    const m = search(START, buffer.text, 0);
    const until = m?.index ?? Math.max(0, buffer.text.length - (isLast ? 0 : HOLD));
    before = (before + buffer.text.slice(0, until)).slice(-BEFORE);
    if (m === null) buffer.drop(until);
    else start(m.index);
    return m !== null;
  };
  const inside = (isLast: boolean): boolean => {
    const { text } = buffer;
    const m = search(EDGE, text, searched);
    const isClose = m?.[0].startsWith('</') === true;
    const end = m === null ? Number.POSITIVE_INFINITY : m.index + (isClose ? m[0].length : 0);
    if (m !== null && end <= RECORD_LIMIT) {
      finish(end, isClose ? 'closed' : 'cut');
      if (isClose) {
        buffer.drop(end);
        state = 'outside';
      } else start(end);
      return true;
    }
    if (m !== null || text.length > RECORD_LIMIT + HOLD || (isLast && text.length > RECORD_LIMIT)) {
      finish(RECORD_LIMIT, 'long');
      buffer.drop(RECORD_LIMIT - HOLD);
      state = 'skipping';
      return true;
    }
    searched = Math.max(searched, text.length - HOLD);
    if (!isLast) return false;
    finish(text.length, 'cut');
    buffer.drop(text.length);
    state = 'outside';
    return false;
  };
  const skipping = (isLast: boolean): boolean => {
    const m = search(EDGE, buffer.text, 0);
    if (m === null) {
      buffer.drop(Math.max(0, buffer.text.length - (isLast ? 0 : HOLD)));
      return false;
    }
    if (m[0].startsWith('</')) {
      buffer.drop(m.index + m[0].length);
      state = 'outside';
    } else start(m.index);
    return true;
  };
  const run = (isLast: boolean): void => {
    while ((state === 'outside' ? outside : state === 'inside' ? inside : skipping)(isLast));
  };
  return {
    text(chunk, byteOffset) {
      buffer.append(chunk, byteOffset);
      run(false);
    },
    end: () => run(true),
  };
}

function search(pattern: RegExp, text: string, from: number): RegExpExecArray | null {
  pattern.lastIndex = from;
  return pattern.exec(text);
}
