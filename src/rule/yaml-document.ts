import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  parseAllDocuments,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import {
  type MapEntry,
  type MapNode,
  type Place,
  type ScalarNode,
  type ScalarValue,
  shown,
  type YamlNode,
} from './node.js';
import { readPlainYaml } from './plain-yaml.js';
import type { Report } from './report.js';

/** Packs are untrusted: an alias may multiply a file by so many nodes and no more, nor nest deeper. */
const MAX_NODES = 200_000;
const MAX_DEPTH = 64;
const MAX_ALIASES = 100;
/** After the first few, YAML errors follow from each other. */
const MAX_SYNTAX_ERRORS = 5;
/**
 * The yaml library (2.9.1) recurses over open collections and aborts the process (V8 runs out of stack inside a
 * regular expression) at 200,000 of them; 20,000 still parse. No rule has 2,000.
 */
const MAX_OPEN = 2_000;
const MAX_INDENT = 1_000;

interface Conversion {
  readonly file: string;
  readonly text: string;
  readonly lines: LineCounter;
  readonly report: Report;
  readonly document: Document;
  nodes: number;
  aliases: number;
  refused: boolean;
}

/** Reads the one YAML 1.2 document of a file; undefined when there is none or it is broken (then reported). */
export function readYaml(file: string, text: string, report: Report): YamlNode | undefined {
  return readPlainYaml(file, text) ?? readByLibrary(file, text, report);
}

/** The same for every valid document, with places of mistakes. */
export function readByLibrary(file: string, text: string, report: Report): YamlNode | undefined {
  const start: Place = { file, line: 1, column: 1 };
  if (!isSafe(text, start, report)) return undefined;
  const lines = new LineCounter();
  const documents = parseAllDocuments<ParsedNode>(text, {
    version: '1.2',
    schema: 'core',
    strict: true,
    // Else `!!binary` and `!!set` are read outside the core schema.
    resolveKnownTags: false,
    // The library compares all pairs of keys (95 s for 90,000 of them); `convertMap` looks them up.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
    lineCounter: lines,
  });
  const document = 'empty' in documents ? undefined : documents[0];
  if (document === undefined || 'empty' in documents) {
    report(start, '', 'the file is empty', 'write one document, or delete the file');
    return undefined;
  }
  const second = documents[1];
  if (second !== undefined) {
    const place = placeAt(file, lines, second.range?.[0] ?? 0);
    report(place, '---', 'one file holds one document', 'move the second document to a file of its own');
    return undefined;
  }
  if (reportSyntax(file, text, lines, document, report)) return undefined;
  if (document.contents === null) {
    report(start, '', 'the file is empty', 'write one document, or delete the file');
    return undefined;
  }
  const state: Conversion = { file, text, lines, report, document, nodes: 0, aliases: 0, refused: false };
  const node = convert(state, document.contents, start, 0);
  return state.refused ? undefined : node;
}

/** Refuses what would hurt the YAML library, before it sees it. */
function isSafe(text: string, start: Place, report: Report): boolean {
  let open = 0;
  let line = 1;
  let column = 0;
  let indicators = 0;
  let indent = true;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    column++;
    if (code === 10) {
      line++;
      column = 0;
      indicators = 0;
      indent = true;
      continue;
    }
    // YAML 1.2 c-printable has no C0 controls but tab, LF and CR.
    if ((code < 32 && code !== 9 && code !== 13) || code === 127) {
      const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
      report({ ...start, line, column }, name, `control character ${name}`, 'remove it, or write it as an escape');
      return false;
    }
    if (code === 0x5b || code === 0x7b) open++;
    else if ((code === 0x5d || code === 0x7d) && open > 0) open--;
    if (indent && (code === 0x2d || code === 0x3f || code === 0x3a)) indicators++;
    else if (code !== 32 && code !== 9) indent = false;
    if (open > MAX_OPEN || indicators > MAX_OPEN || (indent && column > MAX_INDENT)) {
      report({ ...start, line, column }, text[i] ?? '', 'nested too deeply', 'write it flat');
      return false;
    }
  }
  return true;
}

function placeAt(file: string, lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { file, line: Math.max(1, line), column: Math.max(1, col) };
}

function reportSyntax(file: string, text: string, lines: LineCounter, document: Document, report: Report): boolean {
  const problems: YAMLError[] = [...document.errors, ...document.warnings];
  for (const error of problems.slice(0, MAX_SYNTAX_ERRORS)) {
    const [from, to] = error.pos;
    const offending = text.slice(from, Math.max(to, from + 1));
    report(placeAt(file, lines, from), offending.split('\n', 1)[0] ?? '', yamlProblem(error), yamlFix(error));
  }
  if (problems.length === 0 && document.directives?.yaml.explicit === true) {
    const fix = 'remove the %YAML line; rules are YAML 1.2';
    report({ file, line: 1, column: 1 }, '%YAML', 'YAML directives are not read', fix);
    return true;
  }
  return problems.length > 0;
}

function yamlProblem(error: YAMLError): string {
  const [message] = error.message.split('\n', 1);
  return `not valid YAML: ${message ?? ''}`;
}

function yamlFix(error: YAMLError): string {
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return 'indent with blanks';
    case 'TAG_RESOLVE_FAILED':
      return 'remove the tag; rules hold plain texts and numbers';
    default:
      return "put texts with ':', '#', '{', '[', '*' or '%' in single quotes and check the indentation";
  }
}

function refuse(state: Conversion, place: Place, offending: string, problem: string, fix: string): undefined {
  // Deeper errors of the same kind follow from the first.
  if (!state.refused) state.report(place, offending, problem, fix);
  state.refused = true;
  return undefined;
}

function convert(state: Conversion, node: unknown, fallback: Place, depth: number): YamlNode {
  const nothing: ScalarNode = { kind: 'scalar', place: fallback, value: null, written: '' };
  if (state.refused || node === null || node === undefined || !isNode(node)) return nothing;
  const place = node.range ? placeAt(state.file, state.lines, node.range[0]) : fallback;
  if (++state.nodes > MAX_NODES || depth > MAX_DEPTH) {
    refuse(state, place, '', 'nested too deeply or too large', 'write it flat, without aliases');
    return nothing;
  }
  if (isAlias(node)) {
    if (++state.aliases > MAX_ALIASES) refuse(state, place, `*${node.source}`, 'too many aliases', 'write it out');
    const target = node.resolve(state.document);
    if (target === undefined) refuse(state, place, `*${node.source}`, 'there is no such anchor', 'write it out');
    return convert(state, target, place, depth + 1);
  }
  if (isScalar(node)) return convertScalar(state, node, place);
  if (isSeq(node)) {
    return { kind: 'list', place, items: node.items.map((item) => convert(state, item, place, depth + 1)) };
  }
  return isMap(node) ? convertMap(state, node, place, depth) : nothing;
}

function convertMap(state: Conversion, node: YAMLMap, place: Place, depth: number): MapNode {
  const entries: MapEntry[] = [];
  const seen = new Set<string>();
  for (const pair of node.items) {
    const key = convert(state, pair.key, place, depth + 1);
    if (key.kind !== 'scalar' || typeof key.value !== 'string') {
      refuse(state, key.place, shown(key), 'a key is a text', 'put it in quotes');
      continue;
    }
    if (seen.has(key.value))
      refuse(state, key.place, shown(key), 'the key stands twice in one map', 'keep one of them');
    seen.add(key.value);
    const value = convert(state, pair.value, key.place, depth + 1);
    // A value that was left out stands where its key stands.
    const missing = value.kind === 'scalar' && value.written === '';
    entries.push({ key, name: key.value, value: missing ? { ...value, place: key.place } : value });
  }
  return { kind: 'map', place, entries };
}

function convertScalar(
  state: Conversion,
  node: { readonly value: unknown; readonly range?: readonly [number, number, number] | null | undefined },
  place: Place,
): ScalarNode {
  const written = node.range ? state.text.slice(node.range[0], node.range[1]) : '';
  const value = node.value;
  const plain = value === null || ['string', 'number', 'boolean'].includes(typeof value);
  return { kind: 'scalar', place, value: plain ? (value as ScalarValue) : String(value), written };
}
