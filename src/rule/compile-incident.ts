import type { EntityType } from '../model/detection.js';
import type { IncidentRule } from '../model/rule.js';
import { referenceTo } from './catalogue.js';
import { type CompileContext, capturesOf } from './context.js';
import { HEAD_KEYS, readHead } from './head.js';
import { entryOf, shown } from './node.js';
import { statement } from './placeholders.js';
import { watchReport } from './report.js';
import { distinct, duration, oneOf, openSection, optional, type Reader, required } from './section.js';
import { ENTITY_TYPES, INCIDENT_KINDS } from './vocabulary.js';
import { incidentKind } from './vocabulary-readers.js';

const KEYS = [...HEAD_KEYS, 'kind', 'incident'];
const INCIDENT_KEYS = ['kind', 'entity', 'opens', 'dated-by', 'back', 'ends', 'summary'];

/**
 * What opens an incident; undefined when it has a mistake (then reported):
 *
 *     incident: {kind: guest.fs.readonly, entity: vm, opens: [guest/abort], dated-by: [guest/io-error], back: 20m, ...}
 */
export function compileIncidentRule(context: CompileContext): IncidentRule | undefined {
  const { report, failed } = watchReport(context.report);
  const document = openSection(context.document.node, 'the incident document', report, KEYS);
  if (document === undefined) return undefined;
  const head = readHead(document, { ...context, report }, { level: 'optional', wording: 'optional' });
  const section = required(document, 'incident', (node, what, tell) => openSection(node, what, tell, INCIDENT_KEYS));
  if (section === undefined) return undefined;
  const { catalogue, document: own } = context;
  const seen = distinct(referenceTo(catalogue, own.pack, ['detection', 'correlation', 'metric']));
  const incident = required(section, 'kind', incidentKind) ?? '';
  const entity = required(section, 'entity', entityOfKind(incident)) ?? 'vm';
  const opens = required(section, 'opens', distinct(opener(context), { min: 1 })) ?? [];
  const datedBy = optional(section, 'dated-by', seen, []) ?? [];
  const backSeconds = optional(section, 'back', duration(), 0) ?? 0;
  const dated = entryOf(section.node, 'dated-by');
  const back = entryOf(section.node, 'back');
  if (dated !== undefined && back === undefined)
    report(dated.key.place, 'dated-by', "'dated-by' needs 'back'", "add for example 'back: 20m'");
  if (back !== undefined && dated === undefined)
    report(back.key.place, 'back', "'back' needs 'dated-by'", "add 'dated-by: [...]', or remove it");
  const ends = optional(section, 'ends', seen, []) ?? [];
  const captures = capturesOf(context.facts, opens, 'all');
  const names = { captures, fields: new Set<string>(), allowFields: false };
  const summary = required(section, 'summary', statement(names)) ?? '';
  if (failed()) return undefined;
  return { ...head, kind: 'incident', incident, entity, opens, datedBy, backSeconds, ends, summary };
}

function entityOfKind(incident: string): Reader<EntityType> {
  const allowed = INCIDENT_KINDS.get(incident) ?? ENTITY_TYPES;
  return (node, what, report) => {
    const entity = oneOf(ENTITY_TYPES, 'entity types')(node, what, report);
    if (entity === undefined || allowed.includes(entity)) return entity;
    report(node.place, shown(node), `${incident} is not about a ${entity}`, `write ${allowed.join(' or ')}`);
    return undefined;
  };
}

/** Only a rule of role onset opens an incident: consequences and echoes never start a chain. */
function opener(context: CompileContext): Reader<string> {
  const reference = referenceTo(context.catalogue, context.document.pack, ['detection', 'correlation']);
  return (node, what, report) => {
    const id = reference(node, what, report);
    const role = id === undefined ? undefined : context.facts.get(id)?.role;
    if (role === undefined || role === 'onset') return id;
    const fix = "open it by rules of role onset; others may stand under 'dated-by' or 'ends'";
    report(node.place, shown(node), `${id ?? ''} has role ${role}`, fix);
    return undefined;
  };
}
