import { RECORD_LIMIT } from '../../src/parser/assemble.js';
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

const [TAB, LF, CR, BLANK, QUOTE, COMMA, COLON, BACKSLASH] = [9, 10, 13, 32, 34, 44, 58, 92];
const [BRACKET, BRACKET_END, BRACE, BRACE_END, BOM] = [91, 93, 123, 125, 0xfeff];
/** Get-WinEvent | ConvertTo-Json nests two levels by default and takes at most 100. */
const DEEPEST = 256;
// Windows PowerShell 5.1 wraps an array that was given a type: {"value":[{...},{...}],"Count":2}
const WRAPPER = /^\{\s{0,64}"(?:value|events)"\s{0,8}:\s{0,64}$/i;

interface State {
  /** Kinds of the brackets open inside the object; empty outside of objects. */
  readonly open: number[];
  /** Index of the object's `{` in the buffer; -1 outside. */
  from: number;
  /** Next index to look at. */
  at: number;
  inString: boolean;
  isEscaped: boolean;
  /** Last character that is no blank and in no string. */
  last: number;
  isLong: boolean;
  isJunk: boolean;
  isWrapped: boolean;
  place: Place;
}

/**
 * Cuts a JSON text into its outermost objects: one object, an array of them on one line or many, JSON Lines, or
 * several of these pasted together. Never parses and never holds more than one object. Goes by strings and brackets;
 * where these contradict each other (a cut file with another appended) only the object in which it happens is lost.
 */
export function splitObjects(listener: SplitListener): ObjectSplitter {
  const buffer = bufferText();
  const state: State = {
    open: [],
    from: -1,
    at: 0,
    inString: false,
    isEscaped: false,
    last: 0,
    isLong: false,
    isJunk: false,
    isWrapped: false,
    place: { line: 1, byteOffset: 0 },
  };
  const run = (): void => {
    const { text } = buffer;
    while (state.at < text.length) {
      const end = state.from < 0 ? stepOutside(state, text, listener, buffer.place) : stepInside(state, text);
      if (end !== null) close(state, text, listener, end);
    }
  };
  const release = (): void => {
    const held = state.from < 0 ? state.at : state.from;
    if (state.from >= 0 && !state.isLong && state.at - state.from > RECORD_LIMIT) {
      state.isLong = true;
      listener.object({ json: '', place: state.place, ending: 'long' });
    }
    // Of an object that is skipped nothing is held.
    const keep = state.isLong ? state.at : held;
    buffer.drop(keep);
    state.at -= keep;
    if (state.from >= 0) state.from = state.isLong ? 0 : state.from - keep;
  };
  return {
    text(chunk, byteOffset) {
      buffer.append(chunk, byteOffset);
      run();
      release();
    },
    end() {
      if (state.from >= 0 && !state.isLong) listener.object({ json: '', place: state.place, ending: 'cut' });
    },
  };
}

type Ending = 'closed' | 'broken' | 'none' | 'wrapper';

/** Looks for the next object. Blanks, commas and array brackets may stand between objects; all else is junk. */
function stepOutside(
  state: State,
  text: string,
  listener: SplitListener,
  placeOf: (index: number) => Place,
): Ending | null {
  for (; state.at < text.length; state.at++) {
    const unit = text.charCodeAt(state.at);
    if (unit === BRACE) {
      state.place = placeOf(state.at);
      state.from = state.at;
      state.open.length = 0;
      state.open.push(BRACE);
      state.last = BRACE;
      state.inString = false;
      state.isLong = false;
      state.at++;
      return null;
    }
    if (isBlank(unit) || unit === COMMA || unit === BRACKET || unit === BRACKET_END || unit === BOM) continue;
    if (!state.isJunk && !state.isWrapped) listener.junk(placeOf(state.at));
    state.isJunk = true;
  }
  return null;
}

function isBlank(unit: number): boolean {
  return unit === BLANK || unit === LF || unit === CR || unit === TAB;
}

/** Goes on inside an object to its end, or to the end of the text (null). `state.at` is then behind what was read. */
function stepInside(state: State, text: string): Ending | null {
  while (state.at < text.length) {
    if (state.inString) {
      const ending = skipString(state, text);
      if (ending !== null) return ending;
      continue;
    }
    const unit = text.charCodeAt(state.at);
    if (isBlank(unit)) {
      state.at++;
      continue;
    }
    const ending = readMark(state, text, unit);
    if (ending !== null) return ending;
    state.last = unit;
  }
  return null;
}

function skipString(state: State, text: string): Ending | null {
  for (; state.at < text.length; state.at++) {
    const unit = text.charCodeAt(state.at);
    if (state.isEscaped) state.isEscaped = false;
    else if (unit === BACKSLASH) state.isEscaped = true;
    else if (unit === QUOTE) {
      state.inString = false;
      state.at++;
      return null;
    } else if (unit === LF) return 'broken'; // JSON strings hold no raw line end: the string was cut.
  }
  return null;
}

/** One character that is neither blank nor in a string. `broken` leaves `at` on it: it may begin the next object. */
function readMark(state: State, text: string, unit: number): Ending | null {
  const context = state.open.at(-1);
  // `@{LogName='System'}` of a command line, `{ $_.Id }`: no JSON object begins like that.
  if (state.last === BRACE && unit !== QUOTE && unit !== BRACE_END) return state.open.length === 1 ? 'none' : 'broken';
  if (unit === BRACE || unit === BRACKET) {
    const isExpected =
      state.last === COLON || (context === BRACKET && (state.last === BRACKET || state.last === COMMA));
    if (!isExpected || state.open.length >= DEEPEST) return 'broken';
    if (unit === BRACKET && state.open.length === 1 && isWrapper(state, text)) return 'wrapper';
    state.open.push(unit);
  } else if (unit === BRACE_END || unit === BRACKET_END) {
    if (context !== (unit === BRACE_END ? BRACE : BRACKET)) return 'broken';
    state.open.pop();
    if (state.open.length === 0) {
      state.at++;
      return 'closed';
    }
  } else if (unit === QUOTE) {
    state.inString = true;
    state.isEscaped = false;
  }
  state.at++;
  return null;
}

function isWrapper(state: State, text: string): boolean {
  return !state.isLong && state.at - state.from < 160 && WRAPPER.test(text.slice(state.from, state.at));
}

function close(state: State, text: string, listener: SplitListener, ending: Ending): void {
  const { from, at } = state;
  const length = at - from;
  state.from = -1;
  state.inString = false;
  if (ending === 'none') {
    // Not an object: what was taken for one is text between objects.
    if (!state.isJunk) listener.junk(state.place);
    state.isJunk = true;
    return;
  }
  if (ending === 'wrapper') {
    state.isWrapped = true;
    return;
  }
  state.isJunk = false;
  if (state.isLong) return;
  if (length > RECORD_LIMIT) listener.object({ json: '', place: state.place, ending: 'long' });
  else if (ending === 'broken') listener.object({ json: '', place: state.place, ending: 'broken' });
  else listener.object({ json: detach(text.slice(from, at)), place: state.place, ending: 'closed' });
}
