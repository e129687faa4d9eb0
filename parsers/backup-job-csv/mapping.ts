import { parseDocument, visit } from 'yaml';
import { COLUMN_FIELDS, type ColumnField, type Mapping, NO_MAPPING } from './columns.js';

/** A mapping has a line per column; more is not one. */
const LINES = 200;
/**
 * Nothing in a mapping is nested: names, and lists of words behind some. The YAML library kills the process on
 * `- - - - ...` and the like (yaml 2.x: a regular expression as long as the nesting), so such lines never reach it.
 */
const NESTED = /^\s{16}|^\s*[-?]\s+[-?]\s|(?:[[{][^[{]*){8}/;

const NEUTRAL: ReadonlySet<string> = new Set([
  'running',
  'success',
  'warning',
  'failed',
  'full',
  'incremental',
  'application',
  'file-system',
  'crash',
  'unknown',
]);

const SETTINGS: ReadonlySet<string> = new Set(['time-format', 'zone', 'product']);

export interface ReadMapping {
  readonly mapping: Mapping;
  /** What could not be used, one sentence each. */
  readonly problems: readonly string[];
}

// # faultline-mapping:
// #   start: Beginn
// #   time-format: dd.MM.yyyy HH:mm:ss
// #   zone: +02:00
// #   value application: Anwendungskonsistent
const BEGIN = /^#\s*faultline-mapping:\s*$/;

export function beginsMapping(line: string): boolean {
  return BEGIN.test(line);
}

/** The mapping in the comment lines above a table; null when they hold none. */
export function readMappingComment(comments: readonly string[]): ReadMapping | null {
  const begin = comments.findIndex(beginsMapping);
  if (begin < 0) return null;
  const rest = comments.slice(begin + 1);
  const end = rest.findIndex((line) => !/^#(?:\s{2,}\S.*|\s*)$/.test(line));
  const own = end < 0 ? rest : rest.slice(0, end);
  return readMapping(own.map((line) => line.slice(1)).join('\n'));
}

/** A mapping as YAML. */
export function readMapping(yaml: string): ReadMapping {
  const lines = yaml.split('\n');
  if (lines.length > LINES) return { mapping: NO_MAPPING, problems: [`the mapping has more than ${LINES} lines`] };
  if (lines.some((line) => line.length > 1_000 || NESTED.test(line))) {
    return { mapping: NO_MAPPING, problems: ['the mapping has a line that is nested or too long'] };
  }
  // Failsafe: every value is text, so that a format or an offset is not taken for a number or a time.
  const document = parseDocument(yaml, { schema: 'failsafe', uniqueKeys: true });
  const [error] = document.errors;
  if (error !== undefined) {
    return { mapping: NO_MAPPING, problems: [`the mapping is not YAML: ${error.message.split('\n')[0]}`] };
  }
  let aliases = 0;
  visit(document, { Alias: () => void aliases++ });
  // Resolving them is how a few lines of YAML become gigabytes.
  if (aliases > 0) return { mapping: NO_MAPPING, problems: ['the mapping has YAML aliases, which are not read'] };
  const content: unknown = document.toJS({ mapAsMap: true });
  if (content === null || content === undefined) return { mapping: NO_MAPPING, problems: [] };
  if (!(content instanceof Map)) {
    return { mapping: NO_MAPPING, problems: ['the mapping is not a list of names'] };
  }
  return readEntries(content);
}

function readEntries(content: ReadonlyMap<unknown, unknown>): ReadMapping {
  const columns = new Map<ColumnField, string>();
  const values = new Map<string, string>();
  const settings = new Map<string, string>();
  const problems: string[] = [];
  for (const [name, value] of content) {
    const key = typeof name === 'string' ? name : '';
    const words = (Array.isArray(value) ? value : [value]).filter((word) => typeof word === 'string' && word !== '');
    const neutral = /^value\s+(\S+)$/.exec(key)?.[1];
    // `zone` and `product` are the table's; a column with the zone of each row is `zone-column`.
    const field = COLUMN_FIELDS.find((known) => known === key.replace(/-column$/, ''));
    const isSetting = SETTINGS.has(key);
    const first: unknown = words[0];
    if (typeof first !== 'string') problems.push(`the mapping gives '${key}' no text`);
    else if (neutral !== undefined && NEUTRAL.has(neutral)) {
      for (const word of words) values.set(String(word).trim().toLowerCase(), neutral);
    } else if (isSetting) settings.set(key, first);
    else if (field !== undefined) columns.set(field, first);
    else problems.push(`the mapping has '${key}', which is not a field`);
  }
  const setting = (key: string): string | null => settings.get(key) ?? null;
  const mapping = {
    columns,
    values,
    timeFormat: setting('time-format'),
    zone: setting('zone'),
    product: setting('product'),
  };
  return { mapping, problems };
}
