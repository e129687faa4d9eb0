import { suggest } from '../nearest.js';
import { type Place, placeWithin, type ScalarNode } from '../node.js';
import type { Report } from '../report.js';
import { TRANSFORMS, type Transform } from './encode.js';
import type { NumberOperator } from './numeric.js';
import type { Anchor } from './pattern.js';
import type { RegexFlags } from './regex.js';
import { TIME_PARTS, type TimePart } from './time-part.js';

export type Comparer = Anchor | 're' | 'cidr' | 'exists' | NumberOperator;

/** The modifiers behind a field name, checked against each other. */
export interface Modifiers {
  readonly compare: Comparer;
  readonly transforms: readonly Transform[];
  readonly timePart: TimePart | null;
  readonly fieldref: boolean;
  readonly cased: boolean;
  readonly neq: boolean;
  readonly all: boolean;
  readonly flags: RegexFlags;
}

export interface FieldKey {
  readonly field: string;
  readonly modifiers: Modifiers;
}

interface Part {
  readonly name: string;
  readonly place: Place;
}

const ANCHORS = ['contains', 'startswith', 'endswith'] as const;
const NUMERIC = ['lt', 'lte', 'gt', 'gte'] as const;
const FLAGS = ['i', 'm', 's'] as const;
const COMPARERS: readonly string[] = [...ANCHORS, ...NUMERIC, 're', 'cidr', 'exists'];
const KNOWN: readonly string[] = [
  'all',
  ...ANCHORS,
  'exists',
  'cased',
  'neq',
  'windash',
  're',
  ...FLAGS,
  ...TRANSFORMS.slice(1),
  ...NUMERIC,
  ...TIME_PARTS.keys(),
  'cidr',
  'expand',
  'fieldref',
];

/** What may stand beside a modifier; modifiers without an entry stand beside anything that allows them. */
const PARTNERS: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ['re', [...FLAGS, 'all', 'neq']],
  ['cidr', ['all', 'neq']],
  ['exists', []],
  ...NUMERIC.map((name) => [name, [...TIME_PARTS.keys(), 'all']] as const),
  ...[...TIME_PARTS.keys()].map((name) => [name, [...NUMERIC, 'neq']] as const),
  ['fieldref', [...ANCHORS, 'cased', 'neq', 'all']],
  ['cased', [...ANCHORS, ...TRANSFORMS, 'fieldref', 'neq', 'all']],
]);

/** Reads `field|modifier|modifier`; undefined when a modifier is wrong (then reported). */
export function parseFieldKey(key: ScalarNode, name: string, report: Report): FieldKey | undefined {
  const [field = '', ...names] = name.split('|');
  let offset = field.length + 1;
  const parts: Part[] = names.map((part) => {
    const place = placeWithin(key, offset);
    offset += part.length + 1;
    return { name: part, place };
  });
  const valid = parts.filter((part, i) => checkPart(parts, part, i, report)).length === parts.length;
  return valid ? { field, modifiers: toModifiers(names) } : undefined;
}

function checkPart(parts: readonly Part[], part: Part, i: number, report: Report): boolean {
  const wrong = (problem: string, fix: string): false => {
    report(part.place, part.name, problem, fix);
    return false;
  };
  const { name } = part;
  const before = parts.slice(0, i).map((other) => other.name);
  if (name === 'expand')
    return wrong("'expand' needs a file of placeholder values, which is not supported", 'write the values as a list');
  if (!KNOWN.includes(name)) return wrong(`unknown modifier '${name}'`, suggest(name, KNOWN, 'modifiers'));
  if (before.includes(name)) return wrong(`modifier '${name}' stands twice`, 'keep one');
  if (FLAGS.some((flag) => flag === name) && !before.includes('re'))
    return wrong(`'${name}' belongs to a regular expression`, `write '|re|${name}'`);
  const clash = before.find((other) => !goTogether(other, name));
  if (clash !== undefined) return wrong(`'${name}' cannot be combined with '${clash}'`, clashFix(clash, name));
  const late = TRANSFORMS.find((transform) => transform === name);
  if (late === undefined) return true;
  const anchor = before.find((other) => COMPARERS.includes(other));
  if (anchor !== undefined)
    return wrong(`'${name}' stands behind '${anchor}', modifiers apply in order`, `write '|${name}|${anchor}'`);
  const earlier = before.find((other) => rank(other) >= rank(name));
  if (earlier === undefined) return true;
  return wrong(`'${name}' stands behind '${earlier}'`, 'the order is windash, one of utf16*, one of base64*');
}

function goTogether(a: string, b: string): boolean {
  if (COMPARERS.includes(a) && COMPARERS.includes(b)) return false;
  if (TIME_PARTS.has(a as TimePart) && TIME_PARTS.has(b as TimePart)) return false;
  if ((a === 'all' && b === 'neq') || (a === 'neq' && b === 'all')) return false;
  return (PARTNERS.get(a)?.includes(b) ?? true) && (PARTNERS.get(b)?.includes(a) ?? true);
}

function clashFix(a: string, b: string): string {
  const pair = [a, b];
  if (pair.includes('re') && ANCHORS.some((anchor) => pair.includes(anchor)))
    return "'re' already matches anywhere; use '^' and '$' for the ends";
  if (pair.includes('re') && pair.includes('cased')) return "'re' already minds the case";
  if (pair.includes('neq') && pair.includes('all')) return "'neq' already excludes every value of the list";
  return 'keep one of them';
}

/** windash, then one UTF-16 form, then one base64 form. */
function rank(name: string): number {
  if (name === 'windash') return 1;
  if (name.startsWith('utf16') || name === 'wide') return 2;
  return name.startsWith('base64') ? 3 : 0;
}

function toModifiers(names: readonly string[]): Modifiers {
  const is = (name: string) => names.includes(name);
  return {
    compare: (COMPARERS.find(is) as Comparer | undefined) ?? 'equals',
    transforms: names.flatMap((name) => TRANSFORMS.find((transform) => transform === name) ?? []),
    timePart: [...TIME_PARTS.keys()].find(is) ?? null,
    fieldref: is('fieldref'),
    cased: is('cased'),
    neq: is('neq'),
    all: is('all'),
    flags: { i: is('i'), m: is('m'), s: is('s') },
  };
}
