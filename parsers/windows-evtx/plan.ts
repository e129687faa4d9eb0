import { type Section, sectionOf } from './event.js';
import type { AttributePart, ElementPart, Part, SlotPart, TextPart } from './tree.js';

/** Texts, and substitutions by their id, in the order in which they are joined. */
export type Content = readonly (string | number)[];

/** A text that is there only if none of the substitutions `needs` is NULL. */
export interface Item {
  readonly needs: readonly number[];
  readonly content: Content;
}

/** A leaf of EventData, UserData or RenderingInfo, or a value that is BinXML of its own. */
export type Step = LeafStep | NestedStep;

export interface LeafStep extends Item {
  readonly kind: 'leaf';
  /** `Name` of a `<Data>`, where it has one. */
  readonly given: Item | null;
  /** What the leaf is called where it has none; null for a bare `<Data>`. */
  readonly name: string | null;
  readonly target: 'data' | 'binary' | 'message';
  /** The one substitution of the content, which may be an array; -1 when there is none. */
  readonly list: number;
}

export interface NestedStep {
  readonly kind: 'nested';
  readonly needs: readonly number[];
  readonly slot: number;
  readonly depth: number;
  readonly section: Section;
}

/** Where the parts of the head stand; the order is that of `Plan.system`. */
export const SYSTEM_KEYS = [
  'Provider@Name',
  'EventID',
  'EventID@Qualifiers',
  'Version',
  'Level',
  'Task',
  'Opcode',
  'Keywords',
  'TimeCreated@SystemTime',
  'EventRecordID',
  'Execution@ProcessID',
  'Execution@ThreadID',
  'Channel',
  'Computer',
  'Security@UserID',
] as const;

/**
 * A template as a flat program: what of it ends up in an event. Made once per template; a record then costs a few
 * reads instead of a walk through some 150 parts.
 */
export interface Plan {
  /** One list per SYSTEM_KEYS; the first item that is there counts. */
  readonly system: readonly (readonly Item[])[];
  readonly hasSystem: boolean;
  readonly steps: readonly Step[];
  /** Substitutions the template refers to: 0 to slots - 1. */
  readonly slots: number;
  /** By substitution: LIST may be an array of strings, NESTED may be BinXML; anything else is one value. */
  readonly uses: Uint8Array;
  /** Parts a walk through the template would meet. */
  readonly cost: number;
  /** Characters of XML that do not depend on values. */
  readonly fixed: number;
  /** How often the most used substitution is written. */
  readonly repeats: number;
  /** Characters of XML one item of an array adds at most, besides its own. */
  readonly perItem: number;
}

export const LIST = 1;
export const NESTED = 2;
const SCALAR = 3;

const NO_SYSTEM: Item[][] = [];

interface Draft {
  system: Item[][];
  readonly steps: Step[];
  readonly uses: Map<number, number>;
  readonly references: Map<number, number>;
  cost: number;
  fixed: number;
  perItem: number;
}

/** Substitution ids have 16 bits; the highest of public logs is 43. */
const MAX_SLOTS = 1024;

/**
 * The plan of a template that stands `depth` elements deep, within `section`. Null when it holds anything whose place
 * in the event depends on the record: the tree is then walked for each.
 */
export function compilePlan(parts: readonly Part[], depth: number, section: Section): Plan | null {
  const draft: Draft = {
    system: NO_SYSTEM,
    steps: [],
    uses: new Map(),
    references: new Map(),
    cost: 0,
    fixed: 0,
    perItem: 0,
  };
  for (const part of parts) {
    if (part.kind === 'text') addFixed(draft, part.xml.length);
    else if (part.kind !== 'element' || !addElement(draft, part, { depth: depth + 1, section, needs: [] })) return null;
  }
  // No real template has two; the tables of values are made for one.
  if (draft.steps.filter((step) => step.kind === 'nested').length > 1) return null;
  let slots = 0;
  let repeats = 0;
  for (const [slot, times] of draft.references) {
    slots = Math.max(slots, slot + 1);
    repeats = Math.max(repeats, times);
  }
  if (slots > MAX_SLOTS) return null;
  const uses = new Uint8Array(slots);
  for (const [slot, use] of draft.uses) uses[slot] = use;
  const { system, steps, cost, fixed, perItem } = draft;
  const hasSystem = system.some((items) => items.length > 0);
  return { system, hasSystem, steps, slots, uses, cost, fixed, repeats, perItem };
}

/** One more part, of so many characters of XML. */
function addFixed(draft: Draft, length: number): void {
  draft.cost++;
  draft.fixed += length;
}

/** What is known around an element; `depth` is its own, 1 for `<Event>`. */
interface Place {
  readonly depth: number;
  readonly section: Section;
  /** Substitutions whose NULL makes the element or one around it disappear. */
  readonly needs: readonly number[];
}

function addElement(draft: Draft, element: ElementPart, outer: Place): boolean {
  const { depth } = outer;
  const section = depth === 2 ? sectionOf(element.name) : outer.section;
  // `<Event>` stays even without its data, see renderElement.
  const needs = depth === 1 ? [] : union(outer.needs, element.needs);
  const place = { depth, section, needs };
  addFixed(draft, elementLength(element));
  for (const id of element.needs) refer(draft, id, 0);
  if (!addAttributes(draft, element, place)) return false;
  const isLeaf = element.content.every((part) => part.kind === 'text' || part.kind === 'slot');
  if (isLeaf && depth > 2) return addLeaf(draft, element, place);
  for (const part of element.content) if (!addContent(draft, part, place)) return false;
  return true;
}

function addContent(draft: Draft, part: Part, place: Place): boolean {
  switch (part.kind) {
    case 'text':
      addFixed(draft, part.xml.length);
      return true;
    case 'element':
      return addElement(draft, part, { depth: place.depth + 1, section: place.section, needs: place.needs });
    case 'slot':
      // Between elements a value is text nobody reads; above the leaves it is where BinXML comes in.
      if (place.depth > 2 || place.section === 'System') return use(draft, part.id, SCALAR);
      draft.steps.push({ kind: 'nested', slot: part.id, ...place });
      return use(draft, part.id, NESTED);
    default:
      return false;
  }
}

function addLeaf(draft: Draft, element: ElementPart, place: Place): boolean {
  const { depth, section, needs } = place;
  const parts = element.content as readonly (TextPart | SlotPart)[];
  const content = contentOf(draft, parts);
  if (section === 'System' && depth === 3) addSystem(draft, element.name, { needs, content });
  const step = leafStep(element, place, content);
  if (step !== null) draft.steps.push(step);
  const list = step?.list ?? -1;
  if (list >= 0) draft.perItem = Math.max(draft.perItem, elementLength(element) + attributesLength(element));
  return element.slots.every((id) => use(draft, id, id === list ? LIST : SCALAR));
}

/** The same choice as closeLeaf makes of one record's elements. */
function leafStep(element: ElementPart, { section, needs }: Place, content: Content): LeafStep | null {
  const { name, attributes } = element;
  if (section !== 'EventData' && section !== 'UserData' && (section !== 'RenderingInfo' || name !== 'Message')) {
    return null;
  }
  const isBare = section === 'EventData' && name === 'Data';
  const target =
    section === 'RenderingInfo' ? 'message' : section === 'EventData' && name === 'Binary' ? 'binary' : 'data';
  const attribute = section === 'EventData' ? attributes.find((one) => one.name === 'Name') : undefined;
  const given = attribute === undefined ? null : itemOf(attribute, []);
  const [only] = content;
  const isList = content.length === 1 && typeof only === 'number' && attributes.every((one) => one.fixed !== null);
  return { kind: 'leaf', needs, content, given, name: isBare ? null : name, target, list: isList ? only : -1 };
}

function addAttributes(draft: Draft, element: ElementPart, { depth, section, needs }: Place): boolean {
  if (element.attributes.length === 0) return true;
  // The last of two names would count; no template has two.
  if (element.attributes.filter((attribute) => attribute.name === 'Name').length > 1) return false;
  for (const attribute of element.attributes) {
    addFixed(draft, attributeLength(attribute));
    if (attribute.fixed === null) {
      contentOf(draft, attribute.content);
      for (const part of attribute.content) if (part.kind === 'slot' && !use(draft, part.id, SCALAR)) return false;
    }
    if (section === 'System' && depth === 3) {
      addSystem(draft, `${element.name}@${attribute.name}`, itemOf(attribute, needs));
    }
  }
  return true;
}

/** `<name></name>` */
function elementLength({ name }: ElementPart): number {
  return 2 * name.length + 5;
}

/** ` name='value'` */
function attributeLength({ name, fixed }: AttributePart): number {
  return name.length + 4 + (fixed?.xml.length ?? 0);
}

function attributesLength(element: ElementPart): number {
  return element.attributes.reduce((sum, attribute) => sum + attributeLength(attribute), 0);
}

/** An attribute with an optional substitution is not there when that is NULL. */
function itemOf(attribute: AttributePart, needs: readonly number[]): Item {
  const optional = attribute.content.flatMap((part) => (part.kind === 'slot' && part.optional ? [part.id] : []));
  return { needs: union(needs, optional), content: attribute.content.map(contentPart) };
}

/** Most elements of a template need nothing or one substitution, named twice. */
function union(some: readonly number[], more: readonly number[]): readonly number[] {
  if (more.length === 0) return some;
  return [...new Set([...some, ...more])];
}

function contentPart(part: TextPart | SlotPart): string | number {
  return part.kind === 'text' ? part.text : part.id;
}

function contentOf(draft: Draft, parts: readonly (TextPart | SlotPart)[]): Content {
  for (const part of parts) {
    if (part.kind === 'text') addFixed(draft, part.xml.length);
    else draft.cost++;
  }
  return parts.map(contentPart);
}

function addSystem(draft: Draft, key: string, item: Item): void {
  // Templates of data, the most by far, have no system part.
  if (draft.system === NO_SYSTEM) draft.system = SYSTEM_KEYS.map(() => []);
  draft.system[(SYSTEM_KEYS as readonly string[]).indexOf(key)]?.push(item);
}

/** False when one place wants BinXML and another a value. What is a list in one place only is one value in both. */
function use(draft: Draft, slot: number, wanted: number): boolean {
  refer(draft, slot, 1);
  const known = draft.uses.get(slot) ?? wanted;
  draft.uses.set(slot, known === wanted ? wanted : SCALAR);
  return known === wanted || (known !== NESTED && wanted !== NESTED);
}

function refer(draft: Draft, slot: number, times: number): void {
  draft.references.set(slot, (draft.references.get(slot) ?? 0) + times);
}
