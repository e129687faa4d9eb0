import type { FieldValue, LogRecord } from '../model/record.js';
import type { Need } from '../model/rule.js';
import { type AffixIndex, indexAffixes } from './affix-index.js';
import { indexLiterals, type LiteralIndex } from './literal-index.js';

/** Which of many rules a record could match: each field of the record is looked at once, however many rules test it. */
export interface NeedIndex {
  /** Numbers of the rules of which a need holds, and of those without needs: ascending, each once, `count` of them. */
  readonly found: Int32Array;
  /** Fills `found` and returns `count`. */
  candidates(record: LogRecord): number;
}

interface FieldIndex {
  readonly read: (record: LogRecord) => FieldValue | null;
  readonly equals: ReadonlyMap<string, readonly number[]> | null;
  /** Lengths of the keys of `equals`, as 1 at that index; the last stands for all longer ones. */
  readonly lengths: Uint8Array;
  readonly prefixes: AffixIndex | null;
  readonly suffixes: AffixIndex | null;
  readonly contained: LiteralIndex | null;
  /** Marks the rules of a literal of `contained`. */
  readonly markOwners: (literal: number) => void;
}

type Mark = (rule: number) => void;

/** `needs` of the rules by number; a rule whose needs are null is a candidate always. */
export function indexNeeds(needs: readonly (readonly Need[] | null)[]): NeedIndex {
  const always = needs.flatMap((own, rule) => (own === null ? [rule] : []));
  const found = new Int32Array(needs.length);
  const seen = new Uint32Array(needs.length);
  let now = 0;
  let count = 0;
  const mark: Mark = (rule) => {
    if (seen[rule] === now) return;
    seen[rule] = now;
    found[count++] = rule;
  };
  const fields = [...byField(needs)].map(([field, owned]) => buildField(field, owned, mark));
  return {
    found,
    candidates(record) {
      // After 2^32 records the numbers begin again.
      now = (now + 1) >>> 0;
      if (now === 0) seen.fill(now++);
      count = 0;
      for (const field of fields) lookUp(field, field.read(record), mark);
      for (const rule of always) mark(rule);
      if (count > 1) sort(found, count);
      return count;
    },
  };
}

/** Up to here insertion beats the library's sort; most records have a handful of candidates. */
const HANDFUL = 24;

function sort(found: Int32Array, count: number): void {
  if (count > HANDFUL) {
    found.subarray(0, count).sort();
    return;
  }
  for (let i = 1; i < count; i++) {
    const rule = found[i] as number;
    let at = i;
    for (; at > 0 && (found[at - 1] as number) > rule; at--) found[at] = found[at - 1] as number;
    found[at] = rule;
  }
}

interface Owned {
  readonly need: Need;
  readonly rules: number[];
}

function byField(needs: readonly (readonly Need[] | null)[]): ReadonlyMap<string, readonly Owned[]> {
  const fields = new Map<string, Map<string, Owned>>();
  for (const [rule, own] of needs.entries()) {
    for (const need of own ?? []) {
      const ofField = fields.get(need.field) ?? new Map<string, Owned>();
      fields.set(need.field, ofField);
      const key = `${need.how} ${need.text}`;
      const owned = ofField.get(key);
      if (owned === undefined) ofField.set(key, { need, rules: [rule] });
      else if (owned.rules.at(-1) !== rule) owned.rules.push(rule);
    }
  }
  return new Map([...fields].map(([field, owned]) => [field, [...owned.values()]]));
}

function buildField(field: string, owned: readonly Owned[], mark: Mark): FieldIndex {
  const of = (how: Need['how']): readonly Owned[] => owned.filter(({ need }) => need.how === how);
  const affixes = (how: 'prefix' | 'suffix'): AffixIndex | null => {
    const entries = of(how).map(({ need, rules }) => ({ text: need.text, owners: rules }));
    return entries.length === 0 ? null : indexAffixes(entries, how === 'suffix');
  };
  const equals = of('equals');
  const contained = of('contains');
  const lengths = new Uint8Array(LENGTHS + 1);
  for (const { need } of equals) lengths[Math.min(need.text.length, LENGTHS)] = 1;
  return {
    read: reader(field),
    equals: equals.length === 0 ? null : new Map(equals.map(({ need, rules }) => [need.text, rules])),
    lengths,
    prefixes: affixes('prefix'),
    suffixes: affixes('suffix'),
    contained: contained.length === 0 ? null : indexLiterals(contained.map(({ need }) => need.text)),
    markOwners: (literal) => {
      for (const rule of contained[literal]?.rules ?? NONE) mark(rule);
    },
  };
}

/** As the conditions read fields: an empty body is an absent message, a name of the prototype is no field. */
function reader(field: string): (record: LogRecord) => FieldValue | null {
  switch (field) {
    case 'message':
      return (record) => (record.body === '' ? null : record.body);
    case 'process.name':
      return (record) => record.ident;
    case 'process.pid':
      return (record) => record.pid;
    case 'host.name':
      return (record) => record.host;
    default:
      return (record) => {
        const value: unknown = record.fields[field];
        return typeof value === 'string' || typeof value === 'number' || Array.isArray(value) ? value : null;
      };
  }
}

function lookUp(field: FieldIndex, value: FieldValue | null, mark: Mark): void {
  if (value === null) return;
  if (typeof value === 'string') lookUpText(field, value, mark);
  else if (typeof value === 'number') lookUpText(field, String(value), mark);
  else for (const text of value) lookUpText(field, text, mark);
}

function lookUpText(field: FieldIndex, text: string, mark: Mark): void {
  const { equals, lengths, prefixes, suffixes, contained } = field;
  // toLowerCase does more than A-Z: that can only select more, for the keys are ASCII.
  if (equals !== null && lengths[Math.min(text.length, LENGTHS)] === 1)
    for (const rule of equals.get(text.toLowerCase()) ?? NONE) mark(rule);
  if (prefixes !== null) prefixes.scan(text, mark);
  if (suffixes !== null) suffixes.scan(text, mark);
  if (contained !== null) contained.scan(text, field.markOwners);
}

const NONE: readonly number[] = [];
const LENGTHS = 255;
