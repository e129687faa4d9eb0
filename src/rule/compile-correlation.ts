import type { CorrelationRule, Wording } from '../model/rule.js';
import { referenceTo, resolveAmong } from './catalogue.js';
import { entityRef } from './compile-detection.js';
import { type CompileContext, capturesOf, type RuleFacts } from './context.js';
import { type CorrelationCondition, readCondition } from './correlation-condition.js';
import { checkSigmaKeys, HEAD_KEYS, readHead } from './head.js';
import { entryOf, shown } from './node.js';
import { isKnownName, type KnownNames, statement, unknownNameFix } from './placeholders.js';
import { type Report, watchReport } from './report.js';
import {
  distinct,
  duration,
  mapOf,
  oneOf,
  openSection,
  optional,
  type Reader,
  required,
  type Section,
  text,
  truth,
} from './section.js';
import { CORRELATION_TYPES, ROLES } from './vocabulary.js';

const KEYS = [...HEAD_KEYS, 'id', 'name', 'taxonomy', 'correlation', 'falsepositives', 'x-faultline'];
const CORRELATION_KEYS = ['type', 'rules', 'group-by', 'timespan', 'condition', 'aliases', 'generate'];

/**
 * A Sigma correlation; undefined when it has a mistake (then reported). Its rules are compiled already, so their
 * captures and wordings are known:
 *
 *     correlation: {type: event_count, rules: [host/reset], group-by: [entity], timespan: 5m, condition: {gte: 3}}
 */
export function compileCorrelationRule(context: CompileContext): CorrelationRule | undefined {
  const { report, failed } = watchReport(context.report);
  const document = openSection(context.document.node, 'the rule', report, KEYS);
  if (document === undefined) return undefined;
  const head = readHead(document, { ...context, report }, { level: 'required', wording: 'optional' });
  checkSigmaKeys(document);
  const section = required(document, 'correlation', (node, what, tell) =>
    openSection(node, what, tell, CORRELATION_KEYS),
  );
  const extension = required(document, 'x-faultline', (node, what, tell) =>
    openSection(node, what, tell, ['role', 'entity', 'statement']),
  );
  if (section === undefined || extension === undefined) return undefined;
  const body = readBody(section, context);
  const known: KnownNames = {
    captures: capturesOf(context.facts, body?.rules ?? [], 'any'),
    fields: new Set([...(body?.groupBy ?? []), ...Object.keys(body?.aliases ?? {})]),
    allowFields: true,
  };
  if (body !== undefined) checkNames(section, body, known, report);
  const role = required(extension, 'role', oneOf(ROLES, 'roles')) ?? 'marker';
  const entity = optional(extension, 'entity', entityRef(known), null) ?? null;
  const said = required(extension, 'statement', statement(known)) ?? '';
  if (failed() || body === undefined) return undefined;
  const wording = weakest([head.wording, ...body.rules.map((rule) => context.facts.get(rule)?.wording ?? 'verified')]);
  return { ...head, wording, kind: 'correlation', ...body, role, entity, statement: said };
}

/** A correlation is no better known than the worst of its rules. */
export function weakest(wordings: readonly Wording[]): Wording {
  return wordings.includes('memory') ? 'memory' : wordings.includes('seen') ? 'seen' : 'verified';
}

export function correlationFacts(rule: CorrelationRule, facts: ReadonlyMap<string, RuleFacts>): RuleFacts {
  const captures = capturesOf(facts, rule.rules, 'any') ?? new Set<string>();
  const names = new Set([...captures, ...rule.groupBy, ...Object.keys(rule.aliases)]);
  return { role: rule.role, wording: rule.wording, captures: names };
}

type Body = Pick<CorrelationRule, 'type' | 'rules' | 'groupBy' | 'timespanSeconds' | 'aliases'> & CorrelationCondition;

function readBody(section: Section, context: CompileContext): Body | undefined {
  const { catalogue, document } = context;
  const type = required(section, 'type', correlationType);
  const reference = referenceTo(catalogue, document.pack, ['detection', 'metric', 'correlation']);
  const rules = required(section, 'rules', distinct(reference, { min: 1 }));
  const groupBy = optional(section, 'group-by', distinct(text()), []);
  const timespanSeconds = required(section, 'timespan', duration());
  optional(section, 'generate', truth, false);
  if (type === undefined || rules === undefined) return undefined;
  const written = entryOf(section.node, 'rules')?.value;
  // With an unknown reference the list is shorter than written; its condition cannot be judged.
  if (written?.kind !== 'list' || written.items.length !== rules.length) return undefined;
  const aliases = optional(section, 'aliases', readAliases(context, rules), {});
  const reader = readCondition({ type, rules, catalogue, pack: document.pack });
  const isTemporal = type === 'temporal' || type === 'temporal_ordered';
  const condition = isTemporal
    ? optional(section, 'condition', reader, allOf(rules.length))
    : required(section, 'condition', reader);
  if (groupBy === undefined || timespanSeconds === undefined || aliases === undefined || condition === undefined)
    return undefined;
  return { type, rules, groupBy, timespanSeconds, aliases, ...condition };
}

/** A temporal correlation without a condition needs all of its rules. */
function allOf(rules: number): CorrelationCondition {
  return { comparisons: [{ op: 'gte', value: rules }], field: null, percentile: null, condition: null };
}

const correlationType: Reader<CorrelationRule['type']> = (node, what, report) => {
  if (node.kind === 'scalar' && node.value === 'ordered_temporal') {
    report(node.place, 'ordered_temporal', `${what} cannot be 'ordered_temporal'`, "did you mean 'temporal_ordered'?");
    return undefined;
  }
  return oneOf(CORRELATION_TYPES, 'types')(node, what, report);
};

function readAliases(context: CompileContext, rules: readonly string[]): Reader<CorrelationRule['aliases']> {
  const { catalogue, document } = context;
  const perRule = mapOf(text(), (key, name, report) => {
    const id = resolveAmong(catalogue, name, document.pack, rules);
    if (id !== undefined) return id;
    report(key.place, name, `'${name}' is not one of the rules of this correlation`, "add it to 'rules', or remove it");
    return undefined;
  });
  return (node, what, report) => {
    const aliases = mapOf(perRule)(node, what, report);
    if (aliases === undefined) return undefined;
    return Object.fromEntries([...aliases].map(([alias, fields]) => [alias, Object.fromEntries(fields)]));
  };
}

/** `group-by` and `field` take aliases, captures, fields and `entity`; an alias that nothing uses is a typo. */
function checkNames(section: Section, body: Body, all: KnownNames, report: Report): void {
  const known: KnownNames = { ...all, fields: new Set([...Object.keys(body.aliases), 'entity']) };
  const groups = entryOf(section.node, 'group-by')?.value;
  for (const node of groups?.kind === 'list' ? groups.items : []) {
    const name = node.kind === 'scalar' ? String(node.value) : '';
    if (isKnownName(name, known)) continue;
    const problem = `'group-by': no capture or field is called '${name}'`;
    report(node.place, shown(node), problem, unknownNameFix(name, known));
  }
  const condition = entryOf(section.node, 'condition')?.value;
  const field = condition?.kind === 'map' ? entryOf(condition, 'field')?.value : undefined;
  // Metric rules bring their value.
  const counted: KnownNames = { ...known, fields: new Set([...known.fields, 'value']) };
  if (field !== undefined && body.field !== null && !isKnownName(body.field, counted)) {
    const problem = `'field': no capture or field is called '${body.field}'`;
    report(field.place, shown(field), problem, unknownNameFix(body.field, counted));
  }
  const aliases = entryOf(section.node, 'aliases')?.value;
  for (const { key, name } of aliases?.kind === 'map' ? aliases.entries : [])
    if (!body.groupBy.includes(name) && body.field !== name)
      report(key.place, name, `alias '${name}' is never used`, "add it to 'group-by', or remove it");
}
