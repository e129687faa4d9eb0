import { bufferText, detach, type Place } from '../../src/parser/text-position.js';

/** One outermost object as it stands in the source. */
export interface RawObject {
  readonly json: string;
  readonly place: Place;
  /** `broken`: it stops making sense before its end. `long`: over the limit and skipped. `cut`: the source ends in it. */
  readonly ending: 'closed' | 'broken' | 'long' | 'cut';
}

export interface SplitListener {
  object(raw: RawObject): void;
  /** Text that is no JSON stands between the objects; called once for each stretch of it. */
  junk(place: Place): void;
}

export interface ObjectSplitter {
  text(chunk: string, byteOffset: number): void;
  end(): void;
}

/**
 * A VM is some 50 KiB at the default depth of 2 and grows tenfold with every level below. 4 MiB leave room for two
 * levels more, or for a hundred VMs in one object that a script put together.
 */
export const OBJECT_LIMIT = 4 << 20;
/** ConvertTo-Json takes at most 100 levels. */
const DEEPEST = 256;

const [QUOTE, BACKSLASH, LF, COMMA, COLON] = [34, 92, 10, 44, 58];
const [BRACKET, BRACKET_END, BRACE, BRACE_END] = [91, 93, 123, 125];
// Windows PowerShell 5.1 wraps an array that was given a type: {"value":[{...},{...}],"Count":2}
const WRAPPER = /^\{\s{0,64}"value"\s{0,8}:\s{0,64}$/i;
/** What is left of the wrapper behind its array. */
const WRAPPER_END = new Set([...' \t\r\n,[]}"Count:0123456789\ufeff'].map((c) => c.charCodeAt(0)));
const BETWEEN = new Set([...' \t\r\n,[]\ufeff'].map((c) => c.charCodeAt(0)));
const BLANK = new Set([...' \t\r\n'].map((c) => c.charCodeAt(0)));

interface State {
  /** Brackets open inside the object. */
  open: number[];
  /** Index of the object's brace in the buffer; -1 outside of objects. */
  from: number;
  /** Next index to look at. */
  at: number;
  /** Last character that is neither blank nor inside a string. */
  last: number;
  place: Place;
  inString: boolean;
  isEscaped: boolean;
  isLong: boolean;
  isJunk: boolean;
  isWrapped: boolean;
}

/**
 * Cuts a JSON text into its outermost objects, whether they stand alone, in an array, one below the other or in
 * several texts pasted together. Never holds more than one object. Damage costs the object in which it shows.
 */
export function splitObjects(listener: SplitListener): ObjectSplitter {
  const buffer = bufferText();
  const state: State = {
    open: [],
    from: -1,
    at: 0,
    last: 0,
    place: { line: 1, byteOffset: 0 },
    inString: false,
    isEscaped: false,
    isLong: false,
    isJunk: false,
    isWrapped: false,
  };
  const read = (): void => {
    const { text } = buffer;
    while (state.at < text.length) {
      if (state.from < 0) seek(state, text, listener, buffer.place);
      else {
        const ending = scan(state, text);
        if (ending !== null) finish(state, text, ending, listener);
      }
    }
  };
  return {
    text(chunk, byteOffset) {
      buffer.append(chunk, byteOffset);
      read();
      if (state.from >= 0 && !state.isLong && state.at - state.from > OBJECT_LIMIT) {
        state.isLong = true;
        listener.object({ json: '', place: state.place, ending: 'long' });
      }
      // Of an object that is skipped nothing is held.
      const isHeld = state.from >= 0 && !state.isLong;
      const dropped = isHeld ? state.from : state.at;
      buffer.drop(dropped);
      state.at -= dropped;
      if (state.from >= 0) state.from = 0;
    },
    end() {
      if (state.from >= 0 && !state.isLong) listener.object({ json: '', place: state.place, ending: 'cut' });
    },
  };
}

/** Goes on to the next brace. */
function seek(state: State, text: string, listener: SplitListener, placeOf: (index: number) => Place): void {
  for (; state.at < text.length; state.at++) {
    const unit = text.charCodeAt(state.at);
    if (unit === BRACE) {
      state.place = placeOf(state.at);
      state.from = state.at++;
      state.open = [BRACE];
      state.last = BRACE;
      state.inString = false;
      state.isLong = false;
      return;
    }
    if ((state.isWrapped ? WRAPPER_END : BETWEEN).has(unit)) continue;
    if (!state.isJunk) listener.junk(placeOf(state.at));
    state.isJunk = true;
  }
}

type Ending = 'closed' | 'broken' | 'no-object' | 'wrapper';

/** Goes on inside an object to its end, which lies before `state.at` then; null at the end of the text. */
function scan(state: State, text: string): Ending | null {
  while (state.at < text.length) {
    const unit = text.charCodeAt(state.at);
    const ending = state.inString ? scanString(state, unit) : BLANK.has(unit) ? null : scanMark(state, text, unit);
    if (ending === 'broken' || ending === 'no-object') return ending;
    state.at++;
    if (ending !== null) return ending;
  }
  return null;
}

function scanString(state: State, unit: number): Ending | null {
  if (state.isEscaped) state.isEscaped = false;
  else if (unit === BACKSLASH) state.isEscaped = true;
  else if (unit === QUOTE) state.inString = false;
  // A JSON string holds no line end: it was cut.
  else if (unit === LF) return 'broken';
  return null;
}

/** `broken` leaves `at` on the character that does not belong there: it may begin the next object. */
function scanMark(state: State, text: string, unit: number): Ending | null {
  const { open, last } = state;
  state.last = unit;
  // `@{n='Host'` of a command line, `{ $_.Id }`: no JSON object begins like that.
  if (last === BRACE && unit !== QUOTE && unit !== BRACE_END) return open.length === 1 ? 'no-object' : 'broken';
  if (unit === QUOTE) state.inString = true;
  else if (unit === BRACE || unit === BRACKET) {
    const inArray = open.at(-1) === BRACKET && (last === BRACKET || last === COMMA);
    if ((last !== COLON && !inArray) || open.length >= DEEPEST) return 'broken';
    if (unit === BRACKET && open.length === 1 && isWrapper(state, text)) return 'wrapper';
    open.push(unit);
  } else if (unit === BRACE_END || unit === BRACKET_END) {
    if (open.pop() !== (unit === BRACE_END ? BRACE : BRACKET)) return 'broken';
    if (open.length === 0) return 'closed';
  }
  return null;
}

function isWrapper(state: State, text: string): boolean {
  return !state.isLong && state.at - state.from < 160 && WRAPPER.test(text.slice(state.from, state.at));
}

function finish(state: State, text: string, ending: Ending, listener: SplitListener): void {
  const { from, at, place } = state;
  state.from = -1;
  state.inString = false;
  state.isEscaped = false;
  if (ending === 'wrapper') state.isWrapped = true;
  else if (ending === 'no-object') {
    if (!state.isJunk) listener.junk(place);
    state.isJunk = true;
  } else {
    state.isJunk = false;
    if (state.isLong) return;
    const isLong = at - from > OBJECT_LIMIT;
    const json = ending === 'closed' && !isLong ? detach(text.slice(from, at)) : '';
    listener.object({ json, place, ending: isLong ? 'long' : ending });
  }
}
