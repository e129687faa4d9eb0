/** Boolean expressions of conditions: `or` < `and` < `not` < operand, parentheses. */
export type BooleanTree<T> =
  | { readonly op: 'leaf'; readonly leaf: T }
  | { readonly op: 'not'; readonly of: BooleanTree<T> }
  | { readonly op: 'and' | 'or'; readonly of: readonly BooleanTree<T>[] };

export interface BooleanError {
  readonly offset: number;
  readonly offending: string;
  readonly problem: string;
  readonly fix: string;
}

export interface Word {
  readonly text: string;
  readonly offset: number;
}

/** Reads an operand; `word` is its first word, `take` gives the next one. */
export type Operand<T> = (word: Word, peek: () => Word | undefined, take: () => Word | undefined) => T | BooleanError;

export interface Grammar<T> {
  readonly operand: Operand<T>;
  /** `AND`, `OR`, `NOT` are operators too. */
  readonly anyCase: boolean;
}

/** Parentheses and `not` nest no deeper: the readers of the tree recurse. */
const MAX_DEPTH = 50;

interface State<T> extends Grammar<T> {
  readonly words: readonly Word[];
  readonly end: number;
  at: number;
}

export function isBooleanError(result: object): result is BooleanError {
  return 'problem' in result;
}

export function parseBoolean<T extends object>(source: string, grammar: Grammar<T>): BooleanTree<T> | BooleanError {
  const words = [...source.matchAll(/[()]|[^\s()]+/g)].map((match) => ({ text: match[0], offset: match.index }));
  const state: State<T> = { ...grammar, words, end: source.trimEnd().length, at: 0 };
  const tree = parseChain(state, 'or', 0);
  const rest = state.words[state.at];
  if (isBooleanError(tree) || rest === undefined) return tree;
  return stray(rest);
}

/** A word where an operator is due. */
function stray(word: Word): BooleanError {
  if (word.text.includes('|')) return aggregation(word);
  const fix = word.text === ')' ? "remove it or add '('" : "put 'and' or 'or' before it";
  return wrong(word, `'${word.text}' does not belong here`, fix);
}

function aggregation(word: Word): BooleanError {
  const problem = 'aggregations behind a pipe were removed in Sigma 2';
  return wrong(word, problem, 'write a correlation of type event_count');
}

export function wrong(word: Word, problem: string, fix: string): BooleanError {
  return { offset: word.offset, offending: word.text, problem, fix };
}

function keyword<T>(state: State<T>, word: Word | undefined): 'and' | 'or' | 'not' | null {
  if (word === undefined) return null;
  const text = state.anyCase ? word.text.toLowerCase() : word.text;
  return text === 'and' || text === 'or' || text === 'not' ? text : null;
}

function parseChain<T extends object>(state: State<T>, op: 'and' | 'or', depth: number): BooleanTree<T> | BooleanError {
  const parts: BooleanTree<T>[] = [];
  for (;;) {
    const part = op === 'or' ? parseChain(state, 'and', depth) : parseUnary(state, depth);
    if (isBooleanError(part)) return part;
    parts.push(part);
    if (keyword(state, state.words[state.at]) !== op) break;
    state.at++;
  }
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { op, of: parts };
}

function parseUnary<T extends object>(state: State<T>, depth: number): BooleanTree<T> | BooleanError {
  const word = state.words[state.at];
  if (word === undefined)
    return {
      offset: Math.max(0, state.end - 1),
      offending: '',
      problem: 'the condition ends too early',
      fix: 'add an operand',
    };
  if (depth > MAX_DEPTH) return wrong(word, 'nested too deeply', 'write it flat');
  state.at++;
  const operator = keyword(state, word);
  if (operator === 'not') {
    const of = parseUnary(state, depth + 1);
    return isBooleanError(of) ? of : { op: 'not', of };
  }
  if (operator !== null || word.text === ')')
    return wrong(word, `an operand is missing before '${word.text}'`, 'add it');
  if (word.text === '(') return parseGroup(state, word, depth);
  if (word.text.includes('|')) return aggregation(word);
  if (!state.anyCase && /^(?:and|or|not)$/i.test(word.text))
    return wrong(word, `operators are lower case`, `write '${word.text.toLowerCase()}'`);
  const peek = () => state.words[state.at];
  const leaf = state.operand(word, peek, () => state.words[state.at++]);
  return isBooleanError(leaf) ? leaf : { op: 'leaf', leaf };
}

function parseGroup<T extends object>(state: State<T>, open: Word, depth: number): BooleanTree<T> | BooleanError {
  const inner = parseChain(state, 'or', depth + 1);
  if (isBooleanError(inner)) return inner;
  const close = state.words[state.at];
  if (close === undefined) return wrong(open, "'(' is not closed", "add ')'");
  if (close.text !== ')') return stray(close);
  state.at++;
  return inner;
}
