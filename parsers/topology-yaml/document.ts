import { isAlias, isMap, isNode, isScalar, isSeq, parseDocument, type YAMLError } from 'yaml';

/** Where in the text something stands; turned into a line only where it is told. */
interface Placed {
  readonly offset: number;
  /** A syntax error lies in it: what it says is not what was meant. It has been reported. */
  readonly isBroken: boolean;
}

export interface TextNode extends Placed {
  readonly kind: 'text';
  readonly text: string;
}
export interface MapNode extends Placed {
  readonly kind: 'map';
  readonly entries: readonly { readonly key: YamlNode; readonly value: YamlNode }[];
}
export interface ListNode extends Placed {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
}
/** `nothing`: the value was left out, `~` or `null`. */
export type YamlNode = TextNode | MapNode | ListNode | (Placed & { readonly kind: 'nothing' | 'alias' });

/** Tells the person who wrote the file what is wrong at `offset` and what to write instead. */
export type Mistake = (offset: number, problem: string, fix: string) => void;

/** A VM with its disks is four collections deep. */
const MAX_DEPTH = 16;
/**
 * The yaml library (2.9.1) recurses over open collections and its stack ends at some 20,000 of them, in a way that
 * kills the process; its errors cost time by their number. No topology comes near these.
 */
const MAX_INDENT = 200;
const MAX_OPEN = 500;
/** After the first few, syntax errors follow from each other. */
const MAX_SYNTAX_ERRORS = 20;

/** The tree of a YAML 1.2 text in which every scalar is a text; null when there is none (then reported). */
export function readYaml(text: string, mistake: Mistake): YamlNode | null {
  const danger = findDanger(text);
  if (danger !== null) {
    mistake(danger.offset, danger.problem, danger.fix);
    return null;
  }
  // Failsafe: a VM may be called `no`, `1e3` or `007`. Keys are checked later: the library compares each with each.
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'failsafe',
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
  });
  const problems = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0]);
  for (const error of onePerLine(text, problems).slice(0, MAX_SYNTAX_ERRORS)) {
    mistake(error.pos[0], `this is not YAML: ${problemOf(error)}`, fixOf(error));
  }
  return convert(document.contents, 0, 0, brokenPlaces(problems));
}

interface Danger {
  readonly offset: number;
  readonly problem: string;
  readonly fix: string;
}

function findDanger(text: string): Danger | null {
  // YAML 1.2 c-printable has no C0 controls but tab, LF and CR.
  const control = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/.exec(text);
  if (control !== null) return { offset: control.index, problem: 'a control character stands here', fix: 'remove it' };
  const fix = 'write it flat';
  let open = 0;
  let offset = 0;
  for (const line of text.split('\n')) {
    // `- - - -` and `? ? ?` open a collection with every mark.
    const indent = /^[ \t\-?:]*/.exec(line)?.[0] ?? '';
    const marks = indent.match(/[-?:](?=[ \t])/g)?.length ?? 0;
    if (indent.length > MAX_INDENT || marks > MAX_DEPTH) {
      return { offset, problem: 'this is nested too deeply', fix };
    }
    for (const mark of line.match(/[[\]{}]/g) ?? []) open = Math.max(0, open + (mark === '[' || mark === '{' ? 1 : -1));
    if (open > MAX_OPEN) return { offset, problem: 'too many brackets are open', fix };
    offset += line.length + 1;
  }
  return null;
}

/** Of several errors in one line the later ones follow from the first. */
function onePerLine(text: string, problems: readonly YAMLError[]): readonly YAMLError[] {
  return problems.filter(({ pos: [at] }, index) => {
    const before = problems[index - 1]?.pos[0];
    return before === undefined || text.slice(before, at).includes('\n');
  });
}

function problemOf(error: YAMLError): string {
  return error.code === 'MULTIPLE_DOCS' ? 'a second document begins here' : (error.message.split('\n', 1)[0] ?? '');
}

function fixOf(error: YAMLError): string {
  switch (error.code) {
    case 'BAD_DQ_ESCAPE':
      return 'write paths without quotes or in single quotes';
    case 'TAB_AS_INDENT':
      return 'indent with blanks';
    case 'TAG_RESOLVE_FAILED':
      return 'remove the tag';
    case 'MULTIPLE_DOCS':
      return "remove the '---' and what follows it, or give it as a file of its own";
    default:
      return "indent the keys of one entry alike and put names with ':', '#', '@', '[' or '{' in single quotes";
  }
}

/** These damage one text only; any other error leaves it open what belongs to what. */
const IN_ONE_TEXT: ReadonlySet<string> = new Set(['BAD_DQ_ESCAPE', 'BAD_SCALAR_START', 'TAG_RESOLVE_FAILED']);

interface Broken {
  readonly texts: readonly number[];
  readonly collections: readonly number[];
}

function brokenPlaces(problems: readonly YAMLError[]): Broken {
  const places = (chosen: readonly YAMLError[]): readonly number[] =>
    chosen.map((error) => error.pos[0]).sort((a, b) => a - b);
  return { texts: places(problems), collections: places(problems.filter((error) => !IN_ONE_TEXT.has(error.code))) };
}

/** Whether one of the sorted places lies between `from` and `to`, both included: an open quote is told at its end. */
function hasPlace(places: readonly number[], from: number, to: number): boolean {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle] ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  return (places[low] ?? Number.POSITIVE_INFINITY) <= to;
}

function convert(node: unknown, fallback: number, depth: number, broken: Broken): YamlNode {
  if (!isNode(node)) return { kind: 'nothing', offset: fallback, isBroken: false };
  const [offset, end] = node.range ?? [fallback, fallback];
  const next = (child: unknown, at: number): YamlNode => convert(child, at, depth + 1, broken);
  if (isAlias(node) || depth > MAX_DEPTH) return { kind: 'alias', offset, isBroken: false };
  if (isScalar(node)) {
    // A tag stands before the text that it spoils.
    const isBroken = hasPlace(broken.texts, node.tag === undefined ? offset : fallback, end);
    const text = String(node.value);
    const isNothing = node.type === 'PLAIN' && /^(?:~|null|)$/i.test(text);
    // A value that was left out stands where its key stands.
    return isNothing ? { kind: 'nothing', offset: fallback, isBroken } : { kind: 'text', offset, text, isBroken };
  }
  const isBroken = hasPlace(broken.collections, offset, end);
  if (isSeq(node)) return { kind: 'list', offset, isBroken, items: node.items.map((item) => next(item, offset)) };
  if (!isMap(node)) return { kind: 'nothing', offset, isBroken };
  const entries = node.items.map((pair) => {
    const key = next(pair.key, offset);
    return { key, value: next(pair.value, key.offset) };
  });
  return { kind: 'map', offset, isBroken, entries };
}
