import { entryOf, kindOf, type MapNode, type ScalarNode, shown, type YamlNode } from '../node.js';
import type { Report } from '../report.js';
import type { Expression } from './expression.js';
import { compileItem } from './field-item.js';
import { type FieldKey, parseFieldKey } from './modifiers.js';

export interface SelectionContext {
  readonly report: Report;
  /** Windows reuses event ids: 153 is a disk, a Kerberos and a Hyper-V event. */
  readonly windows: boolean;
  /** Fields that are tested, for the messages of other checks. */
  readonly fields: Set<string>;
}

/** A selection: a map (AND), a list of keywords or of maps (OR). */
export function compileSelection(node: YamlNode, name: string, context: SelectionContext): Expression | undefined {
  if (node.kind === 'map') return compileMap(node, context);
  const { report } = context;
  if (node.kind === 'scalar') {
    const problem = `selection '${name}' is a map or a list, here stands ${kindOf(node)}`;
    report(node.place, shown(node), problem, `write '- ${shown(node)}' for a keyword, or 'field: value'`);
    return undefined;
  }
  if (node.items.length === 0) {
    report(node.place, '[]', `selection '${name}' is empty`, 'write keywords or fields');
    return undefined;
  }
  const parts = node.items.map((item) => compileListItem(item, context));
  const ready = parts.filter((part) => part !== undefined);
  return ready.length === parts.length ? combine('or', ready) : undefined;
}

function compileListItem(item: YamlNode, context: SelectionContext): Expression | undefined {
  if (item.kind === 'map') return compileMap(item, context);
  if (item.kind === 'scalar' && item.value !== null) return compileKeywords(KEYWORD, item, item, context.report);
  context.report(item.place, shown(item), `${kindOf(item)} is not a keyword`, 'write a text or a map of fields');
  return undefined;
}

function combine(op: 'and' | 'or', parts: readonly Expression[]): Expression {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { op, of: parts };
}

const KEYWORD: FieldKey = {
  field: 'message',
  modifiers: {
    compare: 'contains',
    transforms: [],
    timePart: null,
    fieldref: false,
    cased: false,
    neq: false,
    all: false,
    flags: { i: false, m: false, s: false },
  },
};

function compileKeywords(key: FieldKey, keyNode: ScalarNode, value: YamlNode, report: Report): Expression | undefined {
  const { modifiers } = key;
  // A keyword is looked for anywhere in the message, whatever else modifies it.
  const anywhere = modifiers.compare === 'equals' ? { ...modifiers, compare: 'contains' as const } : modifiers;
  return compileItem({ field: 'message', modifiers: anywhere }, keyNode, value, report);
}

function compileMap(node: MapNode, context: SelectionContext): Expression | undefined {
  const { report } = context;
  if (node.entries.length === 0) {
    report(node.place, '{}', 'an empty map matches everything', 'write fields');
    return undefined;
  }
  if (context.windows) checkProvider(node, report);
  const parts = node.entries.map(({ key, name, value }) => {
    const fieldKey = parseFieldKey(key, name, report);
    if (fieldKey === undefined) return undefined;
    if (fieldKey.field === '' && name.startsWith('|')) return compileKeywords(fieldKey, key, value, report);
    if (fieldKey.field.trim() !== fieldKey.field || fieldKey.field === '') {
      report(key.place, name, 'a field name has no blanks around it', `write '${name.replaceAll(' ', '')}:'`);
      return undefined;
    }
    context.fields.add(fieldKey.field);
    if (fieldKey.field === 'EventID') checkEventIds(fieldKey, value, report);
    return compileItem(fieldKey, key, value, report);
  });
  const ready = parts.filter((part) => part !== undefined);
  return ready.length === parts.length ? combine('and', ready) : undefined;
}

function checkProvider(node: MapNode, report: Report): void {
  const eventId = node.entries.find(({ name }) => name === 'EventID' || name.startsWith('EventID|'));
  const hasProvider = node.entries.some(({ name }) => name.split('|', 1)[0] === 'Provider_Name');
  if (eventId === undefined || hasProvider || entryOf(node, 'Provider_Name') !== undefined) return;
  report(
    eventId.key.place,
    eventId.name,
    'an EventID means nothing without its provider',
    "add 'Provider_Name: ...' to this selection",
  );
}

function checkEventIds(key: FieldKey, value: YamlNode, report: Report): void {
  if (key.modifiers.compare !== 'equals') return;
  for (const node of value.kind === 'list' ? value.items : [value]) {
    if (node.kind !== 'scalar' || node.value === null || /^\d+$/.test(String(node.value))) continue;
    report(node.place, shown(node), 'an EventID is a whole number', 'write the number, one per list item');
  }
}
