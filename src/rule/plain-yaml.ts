import type { ListNode, MapEntry, MapNode, ScalarNode, ScalarValue, YamlNode } from './node.js';

/**
 * Reads the YAML that rules are written in: block maps and lists, texts in one line with or without quotes, `|` and `>`, and
 * flow collections in one line. 1,000 files take 0.05 s; the YAML library, which keeps all that is needed to write a document
 * back, takes 0.27 s. Undefined for everything else, mistakes included: then the library reads the whole text, and reports.
 * What it does read is the same to the last place (test: random documents, every rule of the core pack).
 */
export function readPlainYaml(file: string, text: string): YamlNode | undefined {
  if (text.length > MAX_LENGTH || !text.endsWith('\n') || STRANGE.test(text)) return undefined;
  const lines = text.split('\n');
  // What follows the last line end is no line.
  lines.pop();
  const reader = new PlainReader(file, lines);
  try {
    return reader.whole();
  } catch (error) {
    if (error === NOT_PLAIN) return undefined;
    throw error;
  }
}

const NOT_PLAIN = Symbol('not plain');
const MAX_LENGTH = 100_000;
const MAX_DEPTH = 32;
/** Tabs, CR, other controls, what some YAML takes for a line end, surrogates, BOM and non-characters. */
const STRANGE = /[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;
const KEY = /([A-Za-z_][\w.|-]*):(?= |$)/y;
const PLAIN_START = /^(?:[\w/\\.$^(+<=;]|-[^ ])/;
const FLOW_PLAIN = /(?:[\w/\\.$^(+<=;]|-(?=[^ ,[\]{}]))[^,[\]{}:#"'`]*/y;
const SINGLE_QUOTED = /'((?:[^']|'')*)'/y;
const DOUBLE_QUOTED = /"((?:[^"\\]|\\["\\/nt])*)"/y;
const NOT_TEXT = /^(?:~|null|Null|NULL|true|True|TRUE|false|False|FALSE)$/;
const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$|^[-+]?\.(?:inf|Inf|INF)$|^\.(?:nan|NaN|NAN)$/;

function giveUp(): never {
  throw NOT_PLAIN;
}

/** Rows and columns count from 0 here; a `column` is the indentation of a block as well. */
class PlainReader {
  private readonly file: string;
  private readonly lines: readonly string[];
  private row = 0;
  private depth = 0;

  constructor(file: string, lines: readonly string[]) {
    this.file = file;
    this.lines = lines;
  }

  whole(): YamlNode {
    const line = this.current();
    if (line === undefined || !isKey(line, 0)) giveUp();
    const node = this.map(0);
    return this.current() === undefined ? node : giveUp();
  }

  /** The next line that is neither empty nor a comment. */
  private current(): string | undefined {
    for (; this.row < this.lines.length; this.row++) {
      const line = this.lines[this.row] as string;
      const first = indentOf(line);
      if (first < line.length && line[first] !== '#') return line;
    }
    return undefined;
  }

  private place(column: number): { readonly file: string; readonly line: number; readonly column: number } {
    return { file: this.file, line: this.row + 1, column: column + 1 };
  }

  private scalar(column: number, value: ScalarValue, written: string): ScalarNode {
    return { kind: 'scalar', place: this.place(column), value, written };
  }

  /** From its first key, which stands at `column` of the current line. */
  private map(column: number): MapNode {
    if (++this.depth > MAX_DEPTH) giveUp();
    const place = this.place(column);
    const entries: MapEntry[] = [];
    const seen = new Set<string>();
    do {
      const entry = this.entry(column);
      if (seen.has(entry.name)) giveUp();
      seen.add(entry.name);
      entries.push(entry);
    } while (this.goesOn(column, false));
    this.depth--;
    return { kind: 'map', place, entries };
  }

  private list(column: number): ListNode {
    if (++this.depth > MAX_DEPTH) giveUp();
    const place = this.place(column);
    const items: YamlNode[] = [];
    do {
      const line = this.lines[this.row] as string;
      let at = column + 1;
      while (line[at] === ' ') at++;
      if (at >= line.length) giveUp();
      items.push(isKey(line, at) ? this.map(at) : this.value(line, at, column));
    } while (this.goesOn(column, true));
    this.depth--;
    return { kind: 'list', place, items };
  }

  /** Whether the block at `column` has another entry. A list may stand at the indentation of the key it belongs to. */
  private goesOn(column: number, isList: boolean): boolean {
    const line = this.current();
    if (line === undefined) return false;
    const indent = indentOf(line);
    if (indent > column) giveUp();
    if (indent < column) return false;
    if (isItem(line, column)) return isList || giveUp();
    return !isList;
  }

  private entry(column: number): MapEntry {
    const line = this.lines[this.row] as string;
    KEY.lastIndex = column;
    const name = KEY.exec(line)?.[1];
    if (name === undefined || NOT_TEXT.test(name)) giveUp();
    const key = this.scalar(column, name, name);
    let at = column + name.length + 1;
    while (line[at] === ' ') at++;
    return { key, name, value: at < line.length ? this.value(line, at, column) : this.nested(key, column) };
  }

  /** What stands below its key; nothing, and in the key's place, if no line does. */
  private nested(key: ScalarNode, column: number): YamlNode {
    this.row++;
    const line = this.current();
    const indent = line === undefined ? -1 : indentOf(line);
    if (line !== undefined && indent >= column && isItem(line, indent)) return this.list(indent);
    if (line === undefined || indent <= column) return { kind: 'scalar', place: key.place, value: null, written: '' };
    return isKey(line, indent) ? this.map(indent) : giveUp();
  }

  /** Behind a key or a dash, to the end of its last line. */
  private value(line: string, at: number, column: number): YamlNode {
    const first = line[at] as string;
    if (first === '|' || first === '>') return this.block(line, at, column);
    const { node, end } =
      first === '[' || first === '{' ? this.flow(line, at) : (this.quoted(line, at) ?? this.plain(line, at));
    if (line.slice(end).trim() !== '') giveUp();
    this.row++;
    const next = this.current();
    // A text that goes on in the next line.
    return next !== undefined && indentOf(next) > column ? giveUp() : node;
  }

  private plain(line: string, at: number): Found {
    const written = line.slice(at).trimEnd();
    if (!PLAIN_START.test(written) || written.endsWith(':') || / #|: /.test(written)) giveUp();
    return { node: this.scalar(at, resolvePlain(written), written), end: line.length };
  }

  private quoted(line: string, at: number): Found | null {
    const isSingle = line[at] === "'";
    if (!isSingle && line[at] !== '"') return null;
    const style = isSingle ? SINGLE_QUOTED : DOUBLE_QUOTED;
    style.lastIndex = at;
    const [written, inner = ''] = style.exec(line) ?? giveUp();
    const value = isSingle ? inner.replaceAll("''", "'") : inner.includes('\\') ? JSON.parse(written) : inner;
    return { node: this.scalar(at, value, written), end: at + written.length };
  }

  private flow(line: string, at: number): Found {
    if (line[at] !== '[' && line[at] !== '{') return this.quoted(line, at) ?? this.flowPlain(line, at);
    if (++this.depth > MAX_DEPTH) giveUp();
    const place = this.place(at);
    const isMap = line[at] === '{';
    const close = isMap ? '}' : ']';
    const items: YamlNode[] = [];
    const entries: MapEntry[] = [];
    let end = skipBlanks(line, at + 1);
    while (line[end] !== close || items.length + entries.length > 0) {
      let key: ScalarNode | null = null;
      if (isMap) {
        key = this.flowKey(line, end, entries);
        const colon = end + key.written.length;
        end = skipBlanks(line, colon + 1);
        // Only behind quotes may the value follow at once.
        if (line[colon] !== ':' || (end === colon + 1 && !/^["']/.test(key.written))) giveUp();
      }
      const found = this.flow(line, end);
      if (key === null) items.push(found.node);
      else entries.push({ key, name: String(key.value), value: found.node });
      end = skipBlanks(line, found.end);
      if (line[end] === close) break;
      if (line[end] !== ',') giveUp();
      end = skipBlanks(line, end + 1);
    }
    this.depth--;
    return { node: isMap ? { kind: 'map', place, entries } : { kind: 'list', place, items }, end: end + 1 };
  }

  private flowKey(line: string, at: number, before: readonly MapEntry[]): ScalarNode {
    const { node } = this.quoted(line, at) ?? this.flowPlain(line, at);
    if (node.kind !== 'scalar' || typeof node.value !== 'string') giveUp();
    return before.some(({ name }) => name === node.value) ? giveUp() : node;
  }

  private flowPlain(line: string, at: number): Found {
    FLOW_PLAIN.lastIndex = at;
    const written = FLOW_PLAIN.exec(line)?.[0].trimEnd() ?? giveUp();
    return { node: this.scalar(at, resolvePlain(written), written), end: at + written.length };
  }

  /** `|` keeps its lines, `>` joins them to paragraphs; with `-` the last line end is dropped. */
  private block(line: string, at: number, column: number): ScalarNode {
    const header = line.slice(at).trimEnd();
    if (!/^[|>]-?$/.test(header)) giveUp();
    const place = this.place(at);
    const start = this.row + 1;
    const indent = indentOf(this.lines[start] ?? '');
    const kept: string[] = [];
    let end = start;
    for (let row = start; row < this.lines.length; row++) {
      const text = this.lines[row] as string;
      const isBlank = indentOf(text) === text.length;
      if (!isBlank && indentOf(text) < indent) break;
      if (isBlank && text.length > indent) giveUp();
      kept.push(isBlank ? '' : text.slice(indent));
      if (!isBlank) end = row + 1;
    }
    if (end === start || indent <= column || kept[0] === '') giveUp();
    kept.length = end - start;
    const written = [line.slice(at), ...this.lines.slice(start, end), ''].join('\n');
    this.row = end;
    const next = this.current();
    if (next !== undefined && indentOf(next) > column) giveUp();
    const value = header[0] === '|' ? kept.join('\n') : folded(kept);
    return { kind: 'scalar', place, value: header.length === 1 ? `${value}\n` : value, written };
  }
}

interface Found {
  readonly node: YamlNode;
  /** Column behind it. */
  readonly end: number;
}

function indentOf(line: string): number {
  let at = 0;
  while (line.charCodeAt(at) === 0x20) at++;
  return at;
}

function skipBlanks(line: string, at: number): number {
  let end = at;
  while (line.charCodeAt(end) === 0x20) end++;
  return end;
}

function isItem(line: string, at: number): boolean {
  return line[at] === '-' && (at + 1 === line.length || line[at + 1] === ' ');
}

function isKey(line: string, at: number): boolean {
  KEY.lastIndex = at;
  return KEY.test(line);
}

/** YAML 1.2.2, 10.3.2: tag resolution of the core schema. */
function resolvePlain(text: string): ScalarValue {
  if (NOT_TEXT.test(text)) {
    if (/^[tT]/.test(text)) return true;
    return /^[fF]/.test(text) ? false : null;
  }
  if (/^(?:0|-?[1-9]\d{0,14}|-?(?:0|[1-9]\d{0,5})\.\d{1,6})$/.test(text)) return Number(text);
  return FLOAT.test(text) || /^0[ox]/.test(text) ? giveUp() : text;
}

/** One line end is a blank, several are one less. Lines that are indented further would stay as they are. */
function folded(lines: readonly string[]): string {
  let text = '';
  let empty = 0;
  for (const line of lines) {
    if (line.startsWith(' ')) giveUp();
    if (line === '') {
      empty++;
      continue;
    }
    text += (text === '' ? '' : empty === 0 ? ' ' : '\n'.repeat(empty)) + line;
    empty = 0;
  }
  return text;
}
