import type { Role } from '../model/detection.js';
import { TOLD_CAUSES } from '../model/gap.js';
import { parseKernelRange } from '../model/kernel-version.js';
import type { AnchorRule, DetectionRule, EntityRef, GapRule, Logsource, StepRule } from '../model/rule.js';
import { type Capture, capture, captureFrom } from './capture.js';
import { logsourceKey, referenceTo, showLogsource } from './catalogue.js';
import type { CompileContext } from './context.js';
import { checkSigmaKeys, HEAD_KEYS, readHead } from './head.js';
import { suggest } from './nearest.js';
import { entryOf, shown, type YamlNode } from './node.js';
import { type KnownNames, knownName, statement, unknownNameFix } from './placeholders.js';
import { type Report, watchReport } from './report.js';
import {
  distinct,
  duration,
  list,
  number,
  oneOf,
  openSection,
  optional,
  type Reader,
  required,
  type Section,
  text,
  truth,
} from './section.js';
import { compileDetection } from './sigma/compile.js';
import { ENTITY_TYPES, ROLES } from './vocabulary.js';

const KEYS = [
  ...HEAD_KEYS,
  'id',
  'name',
  'related',
  'taxonomy',
  'logsource',
  'detection',
  'fields',
  'falsepositives',
  'scope',
  'x-faultline',
];
const EXTENSION_KEYS = ['role', 'entity', 'capture', 'onset', 'able', 'unless', 'anchor', 'step', 'gap', 'statement'];

export interface CompiledDetectionRule {
  readonly rule: DetectionRule;
  readonly captureNames: ReadonlySet<string>;
}

/** A Sigma detection with our extension; undefined when it has a mistake (then reported). */
export function compileDetectionRule(context: CompileContext): CompiledDetectionRule | undefined {
  const { report, failed } = watchReport(context.report);
  const section = openSection(context.document.node, 'the rule', report, KEYS);
  if (section === undefined) return undefined;
  const head = readHead(section, { ...context, report }, { level: 'required', wording: 'required' });
  checkSigmaKeys(section);
  const logsource = required(section, 'logsource', detectionLogsource(context));
  const detection = required(section, 'detection', (node, _what, tell) =>
    compileDetection(node, logsource?.logsource.product === 'windows', tell),
  );
  const extension = required(section, 'x-faultline', (node, what, tell) =>
    openSection(node, what, tell, EXTENSION_KEYS),
  );
  if (extension === undefined) return undefined;
  const { captureNames, ...parts } = readExtension(extension, context, detection?.fields ?? new Set());
  if (failed() || logsource === undefined || detection === undefined) return undefined;
  const { matches, literals, eventIds, needs } = detection;
  const compiled = { matches, literals, eventIds, needs };
  return { rule: { ...head, kind: 'detection', ...logsource, ...compiled, ...parts }, captureNames };
}

/** The logsource of a detection and the document that says where to find it. */
function detectionLogsource(context: CompileContext): Reader<{ logsource: Logsource; logsourceId: string }> {
  return (node, what, report) => {
    const logsource = readLogsource(node, what, report);
    if (logsource === undefined) return undefined;
    const document = context.catalogue.logsources.get(logsourceKey(logsource));
    if (document !== undefined) return { logsource, logsourceId: document.id };
    const known = [...context.catalogue.logsources.values()].flatMap((other) =>
      other.logsource === null ? [] : showLogsource(other.logsource),
    );
    const name = showLogsource(logsource);
    const fix = () => `${suggest(name, known, 'logsources')}; or add a document of kind logsource`;
    report(node.place, name, `no document defines the logsource ${name}`, fix);
    return undefined;
  };
}

const LOGSOURCE_PART = text({ pattern: /^[a-z0-9_.-]+$/, fix: 'write it in lower case, _ for blanks' });

export function readLogsource(node: YamlNode, what: string, report: Report): Logsource | undefined {
  const section = openSection(node, what, report, ['product', 'service', 'category', 'definition']);
  if (section === undefined) return undefined;
  optional(section, 'definition', text(), null);
  const product = optional(section, 'product', LOGSOURCE_PART, null);
  const service = optional(section, 'service', LOGSOURCE_PART, null);
  const category = optional(section, 'category', LOGSOURCE_PART, null);
  if (product === undefined || service === undefined || category === undefined) return undefined;
  if (product !== null || service !== null || category !== null) return { product, service, category };
  report(node.place, shown(node), `${what} names nothing`, "add 'product:' and 'service:'");
  return undefined;
}

type Extension = Pick<
  DetectionRule,
  'role' | 'entity' | 'capture' | 'onset' | 'able' | 'unless' | 'anchors' | 'step' | 'gap' | 'statement'
> & {
  readonly captureNames: ReadonlySet<string>;
};

function readExtension(section: Section, context: CompileContext, fields: ReadonlySet<string>): Extension {
  const captures = optional(section, 'capture', list<Capture>(capture, { min: 1 }), []) ?? [];
  // With a broken capture its names are unknown, and using them is no further mistake.
  const written = entryOf(section.node, 'capture')?.value;
  const complete = written === undefined || (written.kind === 'list' && written.items.length === captures.length);
  const captureNames = new Set(captures.flatMap((one) => one.names));
  const own = new Set([...fields, ...captures.map((one) => one.field)]);
  const known: KnownNames = { captures: complete ? captureNames : null, fields: own, allowFields: true };
  const role = required(section, 'role', oneOf(ROLES, 'roles')) ?? 'marker';
  const entity = optional(section, 'entity', entityRef(known), null) ?? null;
  return {
    role,
    entity,
    capture: captureFrom(captures),
    captureNames,
    onset: optional(section, 'onset', onset(known, role), null) ?? null,
    able: optional(section, 'able', able, null) ?? null,
    unless: optional(section, 'unless', unless(known, context), null) ?? null,
    anchors: optional(section, 'anchor', anchors(known, entity !== null), []) ?? [],
    step: optional(section, 'step', step(known), null) ?? null,
    gap: optional(section, 'gap', gap(known), null) ?? null,
    statement: required(section, 'statement', statement(known)) ?? '',
  };
}

/** `{type, field}`: which field or capture names the entity. */
export function entityRef(known: KnownNames): Reader<EntityRef> {
  return (node, what, report) => {
    const section = openSection(node, what, report, ['type', 'field']);
    if (section === undefined) return undefined;
    const type = required(section, 'type', oneOf(ENTITY_TYPES, 'entity types'));
    const field = required(section, 'field', knownName(known));
    return type === undefined || field === undefined ? undefined : { type, field };
  };
}

/** Name of a capture; a field will not do where a number or an equality across rules is meant. */
function captureName(known: KnownNames): Reader<string> {
  return (node, what, report) => {
    const name = text()(node, what, report);
    if (name === undefined || known.captures === null || known.captures.has(name)) return name;
    const only = { ...known, fields: new Set<string>() };
    report(node.place, shown(node), `${what}: no capture group is called '${name}'`, unknownNameFix(name, only));
    return undefined;
  };
}

function onset(known: KnownNames, role: Role): Reader<NonNullable<DetectionRule['onset']> | null> {
  const seconds = number({ min: 0 });
  const term: Reader<string | number> = (node, what, report) =>
    node.kind === 'scalar' && typeof node.value === 'number'
      ? seconds(node, what, report)
      : captureName(known)(node, what, report);
  return (node, what, report) => {
    const section = openSection(node, what, report, ['earliest', 'latest', 'epoch', 'until']);
    if (section === undefined) return undefined;
    const keys = section.node.entries.map(({ name }) => name).sort();
    if (keys.join() === 'epoch') {
      const epoch = required(section, 'epoch', captureName(known));
      if (role !== 'echo') report(node.place, 'epoch', "an 'epoch' belongs to role echo", "write 'role: echo'");
      return epoch === undefined ? undefined : { epoch };
    }
    // A record with an end spans start to end anyway; the key only says so.
    if (keys.join() === 'until') return required(section, 'until', truth) === undefined ? undefined : null;
    if (keys.join() === 'earliest,latest') {
      const earliest = required(section, 'earliest', list(term, { min: 1 }));
      const latest = required(section, 'latest', list(term, { min: 1 }));
      return earliest === undefined || latest === undefined ? undefined : { earliest, latest };
    }
    const fix = "write '{earliest: [...], latest: [...]}', '{epoch: CAPTURE}' or '{until: true}'";
    report(node.place, shown(node), `${what} mixes forms`, fix);
    return undefined;
  };
}

const kernelRange: Reader<string> = (node, what, report) => {
  const value = text()(node, what, report);
  if (value === undefined || parseKernelRange(value) !== null) return value;
  report(node.place, shown(node), `'${value}' is not a range of kernels`, "write for example '>=2.6 <4.0' or '>=5.14'");
  return undefined;
};

const able: Reader<NonNullable<DetectionRule['able']>> = (node, what, report) => {
  const section = openSection(node, what, report, ['statement', 'kernel']);
  if (section === undefined) return undefined;
  const said = required(section, 'statement', text());
  const kernel = required(section, 'kernel', distinct(kernelRange, { min: 1 }));
  return said === undefined || kernel === undefined ? undefined : { statement: said, kernel };
};

const GAP_ENDS = ['begin', 'end', 'any'] as const;

const EVENT = text({ pattern: /^[a-z0-9-]+$/, fix: 'use a-z, 0-9 and -, as in vm-boot' });

const ANCHOR_ENDS = ['start', 'end'] as const;

/** One, or a list: what lasts is seen to begin and to end. */
function anchors(known: KnownNames, hasEntity: boolean): Reader<readonly AnchorRule[]> {
  const one = anchor(known, hasEntity);
  const several = list(one, { min: 1 });
  return (node, what, report) => {
    if (node.kind === 'list') return several(node, what, report);
    const only = one(node, what, report);
    return only === undefined ? undefined : [only];
  };
}

/** `{event, at, lag, spread, bias, same}`, seconds. */
function anchor(known: KnownNames, hasEntity: boolean): Reader<AnchorRule> {
  return (node, what, report) => {
    const section = openSection(node, what, report, ['event', 'at', 'lag', 'spread', 'bias', 'same']);
    if (section === undefined) return undefined;
    const event = required(section, 'event', EVENT);
    const at = optional(section, 'at', oneOf(ANCHOR_ENDS, 'ends of a record'), 'start');
    const lagSeconds = optional(section, 'lag', number(), 0);
    const spreadSeconds = required(section, 'spread', number({ min: 0.001 }));
    // Where nothing is said of it: a third of what single events may lie beside.
    const biasSeconds = optional(section, 'bias', number({ min: 0 }), (spreadSeconds ?? 0) / 3);
    const same = optional(section, 'same', distinct(captureName(known), { min: 1 }), []);
    if (!hasEntity)
      report(node.place, shown(node), `${what} needs an entity`, "say whose event it is: 'entity: {...}'");
    if (event === undefined || at === undefined || lagSeconds === undefined) return undefined;
    return spreadSeconds === undefined || biasSeconds === undefined || same === undefined
      ? undefined
      : { event, at, lagSeconds, spreadSeconds, biasSeconds, same };
  };
}

/** `15m`, or a name. */
function durationOr(name: Reader<string>): Reader<number | string> {
  return (node, what, report) =>
    node.kind === 'scalar' && /^[a-z_]/i.test(String(node.value))
      ? name(node, what, report)
      : duration()(node, what, report);
}

/** `{by: CAPTURE}` or `{from: FIELD, to: FIELD}`. */
function step(known: KnownNames): Reader<StepRule> {
  return (node, what, report) => {
    const section = openSection(node, what, report, ['by', 'from', 'to']);
    if (section === undefined) return undefined;
    const by = optional(section, 'by', captureName(known), null);
    const from = optional(section, 'from', text(), null);
    const to = optional(section, 'to', text(), null);
    if (by === undefined || from === undefined || to === undefined) return undefined;
    if (by !== null && from === null && to === null) return { by };
    if (by === null && from !== null && to !== null) return { from, to };
    report(
      node.place,
      shown(node),
      `${what} needs how far, or from when to when`,
      "write 'by: CAPTURE' or 'from: FIELD, to: FIELD'",
    );
    return undefined;
  };
}

/** `{cause, at, lasts, lost}`. */
function gap(known: KnownNames): Reader<GapRule> {
  return (node, what, report) => {
    const section = openSection(node, what, report, ['cause', 'at', 'lasts', 'lost']);
    if (section === undefined) return undefined;
    const cause = required(section, 'cause', oneOf(TOLD_CAUSES, 'causes of a gap'));
    const at = required(section, 'at', oneOf(GAP_ENDS, 'ends of a gap'));
    const lasts = optional<number | string, null>(section, 'lasts', durationOr(captureName(known)), null);
    const lost = optional(section, 'lost', captureName(known), null);
    if (cause === undefined || at === undefined || lasts === undefined || lost === undefined) return undefined;
    if (lost !== null && cause !== 'rate-limited')
      report(node.place, lost, `${what} counts lost lines, and '${cause}' loses none`, "remove 'lost'");
    return { cause, at, lasts, lost };
  };
}

function unless(known: KnownNames, context: CompileContext): Reader<NonNullable<DetectionRule['unless']>> {
  const { catalogue, document } = context;
  return (node, what, report) => {
    const section = openSection(node, what, report, ['rule', 'same', 'within']);
    if (section === undefined) return undefined;
    const rule = required(section, 'rule', referenceTo(catalogue, document.pack, ['detection']));
    const same = required(section, 'same', distinct(captureName(known), { min: 1 }));
    const withinSeconds = required(section, 'within', duration());
    if (rule === document.id) report(node.place, rule, 'a rule cannot excuse itself', 'name another rule');
    if (rule === undefined || same === undefined || withinSeconds === undefined) return undefined;
    return { rule, same, withinSeconds };
  };
}
