import type { Wording } from '../model/rule.js';
import { readCatalogue } from './windows-catalogue-data.js';
import { SUPPLEMENT } from './windows-catalogue-supplement.js';
import { compileTemplate, fillTemplate, matchTemplate, type TemplatePart } from './windows-template.js';

/** The text of an event from its template and data. */
export interface RenderedMessage {
  readonly text: string;
  /** Where the template was read. */
  readonly source: string;
  readonly wording: Wording;
}

/** One data item read back out of a message, under the name it has in the event or `param<n>`. */
export interface RecoveredItem {
  readonly name: string;
  readonly value: string;
}

interface Entry {
  readonly template: string;
  readonly hasNames: boolean;
  readonly fields: readonly string[];
  /** The text is of another version than the event's known data: it can be recognised, not filled. */
  readonly isOrderUnknown: boolean;
  readonly source: string;
  readonly wording: Wording;
  /** Place of the provider among the sources the row is valid for: a driver's own table goes before a shared one. */
  readonly rank: number;
  /** Compiled at first use: a log uses a few dozen of the 2,300 templates. */
  compiled: Compiled | null;
}

interface Compiled {
  readonly parts: readonly TemplatePart[];
  /** Highest `%n`. */
  readonly highest: number;
  readonly places: number;
  readonly literalLength: number;
}

/** By provider in lower case, then by event id. */
type Index = ReadonlyMap<string, ReadonlyMap<number, readonly Entry[]>>;

let index: Index | null = null;

function find(provider: string, eventId: number): readonly Entry[] | undefined {
  index ??= buildIndex();
  return index.get(provider.toLowerCase())?.get(eventId);
}

function buildIndex(): Index {
  const index = new Map<string, Map<number, Entry[]>>();
  const add = (provider: string, id: number, entry: Entry): void => {
    const key = provider.toLowerCase();
    let ids = index.get(key);
    if (ids === undefined) {
      ids = new Map();
      index.set(key, ids);
    }
    const known = ids.get(id);
    if (known === undefined) ids.set(id, [entry]);
    else known.push(entry);
  };
  const { sources, groups, ...lists } = readCatalogue();
  const fieldLists = lists.fieldLists.map((list) => (list === '' ? [] : list.split(' ')));
  for (const group of groups) {
    for (const [id, template, fieldsAt, sourceAt] of group.rows) {
      const fields = fieldLists[fieldsAt] ?? [];
      const isOrderUnknown = fieldsAt < 0;
      const source = sources[sourceAt] ?? '';
      for (const [rank, provider] of group.providers.entries()) {
        const texts = { template, hasNames: false, fields, isOrderUnknown, source } as const;
        add(provider, id, { ...texts, wording: 'verified', rank, compiled: null });
      }
    }
  }
  for (const row of SUPPLEMENT) {
    const { template, fields, source, wording } = row;
    const texts = { template, hasNames: true, fields, isOrderUnknown: false, source, wording } as const;
    add(row.provider, row.id, { ...texts, rank: 0, compiled: null });
  }
  return index;
}

function compiledOf(entry: Entry): Compiled {
  if (entry.compiled !== null) return entry.compiled;
  const parts = compileTemplate(entry.template, entry.hasNames);
  const items = new Set<number>();
  let literalLength = 0;
  for (const part of parts) {
    if (part.kind === 'item') items.add(part.index);
    else if (part.kind === 'named') items.add(entry.fields.indexOf(part.name) + 1);
    else literalLength += part.text.trim().length;
  }
  entry.compiled = { parts, highest: Math.max(0, ...items), places: items.size, literalLength };
  return entry.compiled;
}

/** Rows of the source's own message table, or of a shared one when it has none for the id. */
function entriesOf(provider: string, eventId: number, values: readonly string[]): readonly Entry[] {
  const found = find(provider, eventId) ?? sharedTable(eventId, values);
  const best = found.reduce((least, entry) => Math.min(least, entry.rank), Number.POSITIVE_INFINITY);
  return found.filter((entry) => entry.rank === best && entry.template !== '');
}

/**
 * IO_WARNING_RESET of iologmsg.dll is logged under the name of the miniport driver, which may be any vendor's. The
 * device name proves it: only storport names its adapters \Device\RaidPort<n>.
 */
function sharedTable(eventId: number, values: readonly string[]): readonly Entry[] {
  if (eventId !== 129 || !/^\\Device\\RaidPort\d+$/i.test(values[0] ?? '')) return [];
  return find('disk', 129) ?? [];
}

/** False when there is certainly no text for such an event. */
export function hasMessage(provider: string, eventId: number): boolean {
  return eventId === 129 || find(provider, eventId) !== undefined;
}

/**
 * English text of an event. `values` are all data items in order, `named` those with a name. Null when there is no
 * template, or when several fit equally well and say different things (1650 of FailoverClustering: "lost" and
 * "established" a connection, told apart only by the event's version).
 */
export function renderMessage(
  provider: string,
  eventId: number,
  values: readonly string[],
  named: Readonly<Record<string, string>>,
): RenderedMessage | null {
  const entries = entriesOf(provider, eventId, values).filter((one) => fitsData(one, values, named));
  const entry = bestFit(entries, values.length);
  if (entry === null) return null;
  const namedValue = (name: string): string | undefined => {
    if (Object.hasOwn(named, name)) return named[name];
    const at = entry.fields.indexOf(name);
    return at < 0 ? undefined : values[at];
  };
  return {
    text: fillTemplate(compiledOf(entry).parts, values, namedValue),
    source: entry.source,
    wording: entry.wording,
  };
}

/**
 * A later version of an event may put other items at the same places: Ntfs 146 moved the volume's name from %2 to %6.
 * Where the names are known on both sides they must agree at every place the template uses; a number of unnamed items
 * must be that of the list. Tables of classic drivers have no names and one version.
 */
function fitsData(entry: Entry, values: readonly string[], named: Readonly<Record<string, string>>): boolean {
  if (entry.isOrderUnknown) return false;
  if (entry.fields.length === 0) return true;
  const isNamed = Object.keys(named).length > 0;
  const { parts } = compiledOf(entry);
  if (entry.hasNames && isNamed) return parts.every((part) => part.kind !== 'named' || Object.hasOwn(named, part.name));
  if (entry.hasNames) return true;
  if (!isNamed) return values.length === entry.fields.length;
  return parts.every((part) => {
    if (part.kind !== 'item') return true;
    const name = entry.fields[part.index - 1];
    return name !== undefined && Object.hasOwn(named, name) && named[name] === values[part.index - 1];
  });
}

/** The template that uses most of the data without asking for more than there is; failing that, the least demanding. */
function bestFit(entries: readonly Entry[], count: number): Entry | null {
  if (entries.length < 2) return entries[0] ?? null;
  const ranked = entries
    .map((entry) => ({ entry, ...compiledOf(entry) }))
    .map((one) => ({ ...one, missing: Math.max(0, one.highest - count) }))
    .sort((a, b) => a.missing - b.missing || b.highest - a.highest || b.places - a.places);
  const [first, second] = ranked;
  if (first === undefined) return null;
  const isTie =
    second !== undefined &&
    second.missing === first.missing &&
    second.highest === first.highest &&
    second.places === first.places;
  return isTie ? null : first.entry;
}

/** Names of the data items of an event when the catalogue knows exactly one list of that length. */
export function fieldNamesOf(provider: string, eventId: number, count: number): readonly string[] | null {
  if (count === 0) return null;
  const lists = (find(provider, eventId) ?? [])
    .map((entry) => entry.fields)
    .filter((fields) => fields.length === count);
  const [first] = lists;
  return first !== undefined && lists.every((list) => list.join() === first.join()) ? first : null;
}

/**
 * Data items read back out of an English message, for exports that lost them. Null when no template, or no single
 * best one, matches the whole message.
 */
export function recoverData(provider: string, eventId: number, message: string): readonly RecoveredItem[] | null {
  // `Reset to device, \\Device\\RaidPort2, was issued.`: the device name selects the shared table here too.
  const device = /\\Device\\RaidPort\d+/i.exec(message)?.[0];
  const matches = entriesOf(provider, eventId, device === undefined ? [] : [device])
    .map((entry) => ({ entry, values: matchTemplate(compiledOf(entry).parts, message) }))
    .flatMap(({ entry, values }) => (values === null ? [] : [{ entry, values, ...compiledOf(entry) }]))
    .sort((a, b) => b.literalLength - a.literalLength);
  const [first, second] = matches;
  if (first === undefined || second?.literalLength === first.literalLength) return null;
  const items: RecoveredItem[] = [];
  for (const [key, value] of [...first.values].sort(([a], [b]) => Number(a) - Number(b))) {
    const index = Number(key);
    if (Number.isNaN(index)) {
      items.push({ name: key, value });
      continue;
    }
    items.push({ name: `param${key}`, value });
    // The field list may be of a later version of the event; equal length says it is of this one.
    const name = first.entry.fields[index - 1];
    if (name !== undefined && first.highest === first.entry.fields.length) items.push({ name, value });
  }
  return items;
}
