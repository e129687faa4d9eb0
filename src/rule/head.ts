import type { Level } from '../model/detection.js';
import type { RuleHead, Wording } from '../model/rule.js';
import type { CompileContext } from './context.js';
import { suggest } from './nearest.js';
import { entryOf, type MapNode, shown } from './node.js';
import type { Report } from './report.js';
import { distinct, has, oneOf, optional, prose, type Reader, required, type Section, text } from './section.js';
import { LEVELS, STATUSES, WORDINGS } from './vocabulary.js';

/** Keys that every document may have. */
export const HEAD_KEYS = [
  'title',
  'description',
  'references',
  'status',
  'level',
  'author',
  'date',
  'modified',
  'license',
  'tags',
] as const;

const MAX_TITLE = 256;

export interface HeadRules {
  readonly level: 'required' | 'optional';
  readonly wording: 'required' | 'optional';
}

export function readHead(section: Section, context: CompileContext, rules: HeadRules): RuleHead {
  const { document } = context;
  optional(section, 'status', oneOf(STATUSES, 'statuses'), null);
  optional(section, 'author', text(), null);
  optional(section, 'date', calendarDate, null);
  optional(section, 'modified', calendarDate, null);
  optional(section, 'license', license, null);
  const level =
    rules.level === 'required'
      ? required(section, 'level', oneOf(LEVELS, 'levels'))
      : optional(section, 'level', oneOf(LEVELS, 'levels'), 'informational' as Level);
  return {
    id: document.id,
    title: required(section, 'title', text({ max: MAX_TITLE })) ?? '',
    description: optional(section, 'description', prose, '') ?? '',
    references: optional(section, 'references', distinct(text()), []) ?? [],
    level: level ?? 'informational',
    wording: readWording(section, rules.wording),
    file: document.file,
  };
}

/** SPDX expression: `Apache-2.0`, `MIT OR Apache-2.0`, `GPL-2.0-only WITH Classpath-exception-2.0`. */
export const license: Reader<string> = text({
  max: 200,
  pattern: /^\(?[A-Za-z0-9][A-Za-z0-9.+-]*\)?(?: (?:AND|OR|WITH) \(?[A-Za-z0-9][A-Za-z0-9.+-]*\)?)*$/,
  fix: "write an SPDX id such as 'Apache-2.0'",
});

const calendarDate: Reader<string> = (node, what, report) => {
  const value = text({ pattern: /^\d{4}-\d{2}-\d{2}$/, fix: "write 'YYYY-MM-DD'" })(node, what, report);
  if (value === undefined) return undefined;
  const [year = 0, month = 0, day = 0] = value.split('-').map(Number);
  const real = new Date(Date.UTC(year, month - 1, day));
  if (real.getUTCMonth() === month - 1 && real.getUTCDate() === day) return value;
  report(node.place, shown(node), `'${value}' is not in the calendar`, "write 'YYYY-MM-DD'");
  return undefined;
};

const tag: Reader<string> = (node, what, report) => {
  const rules = { pattern: /^[a-z0-9_-]+\.[a-z0-9._-]+$/, fix: "write 'namespace.name' in lower case" };
  const value = text(rules)(node, what, report);
  if (value === undefined || !value.startsWith('wording.') || WORDINGS.some((known) => known === value)) return value;
  report(node.place, value, `unknown tag '${value}'`, suggest(value, WORDINGS, 'wordings'));
  return undefined;
};

function readWording(section: Section, rule: HeadRules['wording']): Wording {
  const tags = optional(section, 'tags', distinct(tag), []) ?? [];
  const stated = tags.filter((name) => name.startsWith('wording.'));
  const entry = entryOf(section.node, 'tags');
  if (stated.length > 1) {
    const place = entry?.key.place ?? section.node.place;
    section.report(
      place,
      stated.join(', '),
      'a rule has one wording tag',
      `keep '${stated.at(-1) ?? ''}' or the other`,
    );
  } else if (stated.length === 0 && rule === 'required' && !hasBrokenWording(section.node)) {
    const fix = 'add wording.verified (read in a source), wording.seen (real log) or wording.memory (neither)';
    section.report(entry?.key.place ?? section.node.place, 'tags', 'the rule has no wording tag', fix);
  }
  return (stated[0]?.slice('wording.'.length) as Wording | undefined) ?? 'verified';
}

/** A misspelt wording tag was reported already. */
function hasBrokenWording(node: MapNode): boolean {
  const tags = entryOf(node, 'tags')?.value;
  if (tags === undefined) return false;
  if (tags.kind !== 'list') return true;
  return tags.items.some((item) => item.kind === 'scalar' && String(item.value).startsWith('wording'));
}

/** Reports keys of Sigma that are read but not used, when their form is wrong. */
export function checkSigmaKeys(section: Section): void {
  optional(section, 'id', text({ pattern: UUID, fix: 'write a random UUID, or leave it out' }), null);
  optional(section, 'name', text({ max: 256 }), null);
  optional(section, 'taxonomy', oneOf(['sigma'], 'taxonomies'), null);
  optional(section, 'falsepositives', textOrTexts, null);
  optional(section, 'fields', distinct(text()), null);
  optional(section, 'scope', distinct(text()), null);
  if (has(section, 'related')) optional(section, 'related', related, null);
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

const textOrTexts: Reader<unknown> = (node, what, report: Report) =>
  node.kind === 'list' ? distinct(text())(node, what, report) : text()(node, what, report);

const RELATIONS = ['derived', 'obsolete', 'merged', 'renamed', 'similar'] as const;

const related: Reader<unknown> = (node, what, report) => {
  if (node.kind !== 'list') {
    report(node.place, shown(node), `${what} is a list`, "write '- {id: ..., type: derived}'");
    return undefined;
  }
  for (const item of node.items) {
    const entries = item.kind === 'map' ? item.entries : [];
    const unknown = entries.find(({ name }) => name !== 'id' && name !== 'type');
    if (item.kind !== 'map' || unknown !== undefined)
      report(
        unknown?.key.place ?? item.place,
        unknown?.name ?? shown(item),
        `${what} holds id and type`,
        'remove the rest',
      );
    else {
      const section: Section = { node: item, what, report, misspelt: new Set() };
      required(section, 'id', text({ pattern: UUID, fix: 'write a UUID' }));
      required(section, 'type', oneOf(RELATIONS, 'relations'));
    }
  }
  return node;
};
