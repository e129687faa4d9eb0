import type { EvidenceItem, HypothesisRule, Recommendation } from '../model/rule.js';
import { referenceTo } from './catalogue.js';
import { type CompileContext, capturesOf } from './context.js';
import { HEAD_KEYS, readHead } from './head.js';
import { entryOf, shown } from './node.js';
import { statement } from './placeholders.js';
import { type Report, watchReport } from './report.js';
import {
  distinct,
  duration,
  list,
  mapOf,
  number,
  oneOf,
  openSection,
  optional,
  prose,
  type Reader,
  required,
  type Section,
  text,
  truth,
} from './section.js';
import { JOINS } from './vocabulary.js';
import { causeId, checkIncidentKind, incidentKind } from './vocabulary-readers.js';

const KEYS = [...HEAD_KEYS, 'kind', 'hypothesis'];
const HYPOTHESIS_KEYS = ['cause', 'mechanism', 'explains', 'evidence', 'controls', 'remedy'];
const EVIDENCE_KEYS = [
  'id',
  'statement',
  'observe',
  'join',
  'window',
  'present',
  'absent',
  'needs',
  'decisive',
  'refutes',
  'for',
  'sets',
  'family',
];
/** e^20 is odds of half a thousand million: no rule knows that much. */
const WEIGHT = number({ min: -20, max: 20 });
const WORD = text({ pattern: /^[a-z0-9]+(?:-[a-z0-9]+)*$/, fix: 'use a-z, 0-9 and -' });

/**
 * A cause and how evidence speaks about it; undefined when it has a mistake (then reported):
 *
 *     hypothesis: {cause: vss-snapshot, explains: {guest.fs.readonly: -1.0}, evidence: [{id: ..., present: 4.0}], ...}
 */
export function compileHypothesisRule(context: CompileContext): HypothesisRule | undefined {
  const { report, failed } = watchReport(context.report);
  const document = openSection(context.document.node, 'the hypothesis document', report, KEYS);
  if (document === undefined) return undefined;
  const head = readHead(document, { ...context, report }, { level: 'optional', wording: 'optional' });
  const section = required(document, 'hypothesis', (node, what, tell) =>
    openSection(node, what, tell, HYPOTHESIS_KEYS),
  );
  if (section === undefined) return undefined;
  const cause = required(section, 'cause', causeId) ?? '';
  const mechanism = required(section, 'mechanism', prose) ?? '';
  const explains = required(section, 'explains', mapOf(WEIGHT, checkIncidentKind, { min: 1 }));
  const evidence = required(section, 'evidence', list(evidenceItem(context, explains ?? null), { min: 1 })) ?? [];
  checkIds(section, evidence, report);
  const controls = optional(section, 'controls', distinct(WORD), []) ?? [];
  const remedy = optional(section, 'remedy', list(recommendation), []) ?? [];
  if (failed() || explains === undefined) return undefined;
  return {
    ...head,
    kind: 'hypothesis',
    cause,
    mechanism,
    explains: Object.fromEntries(explains),
    evidence,
    controls,
    remedy,
  };
}

function checkIds(section: Section, evidence: readonly EvidenceItem[], report: Report): void {
  const seen = new Set<string>();
  for (const { id } of evidence) {
    const place = entryOf(section.node, 'evidence')?.key.place ?? section.node.place;
    if (seen.has(id)) report(place, id, `two items of evidence are called '${id}'`, 'rename one');
    seen.add(id);
  }
}

function evidenceItem(context: CompileContext, explains: ReadonlyMap<string, number> | null): Reader<EvidenceItem> {
  const { catalogue, document, facts } = context;
  const seen = distinct(referenceTo(catalogue, document.pack, ['detection', 'correlation', 'metric']), { min: 1 });
  const sources = distinct(referenceTo(catalogue, document.pack, ['logsource']));
  return (node, what, parent) => {
    const { report, failed } = watchReport(parent);
    const section = openSection(node, what, report, EVIDENCE_KEYS);
    if (section === undefined) return undefined;
    const id = required(section, 'id', WORD) ?? '';
    const observe = required(section, 'observe', seen) ?? [];
    const names = { captures: capturesOf(facts, observe, 'all'), fields: new Set<string>(), allowFields: false };
    const said = required(section, 'statement', statement(names)) ?? '';
    const join = required(section, 'join', oneOf(JOINS, 'joins')) ?? 'vm';
    const window = required(section, 'window', readWindow) ?? { beforeSeconds: 0, afterSeconds: 0 };
    const weights = readWeights(section, report);
    const item: EvidenceItem = {
      id,
      statement: said,
      observe,
      join,
      ...window,
      ...weights,
      needs: optional(section, 'needs', sources, []) ?? [],
      for: optional(section, 'for', distinct(explainedKind(explains), { min: 1 }), null) ?? null,
      sets: Object.fromEntries(optional(section, 'sets', mapOf(text()), new Map<string, string>()) ?? []),
      family: optional(section, 'family', WORD, null) ?? null,
    };
    return failed() ? undefined : item;
  };
}

const readWindow: Reader<{ readonly beforeSeconds: number; readonly afterSeconds: number }> = (node, what, report) => {
  const section = openSection(node, what, report, ['before', 'after']);
  if (section === undefined) return undefined;
  const beforeSeconds = required(section, 'before', duration({ zero: true }));
  const afterSeconds = required(section, 'after', duration({ zero: true }));
  return beforeSeconds === undefined || afterSeconds === undefined ? undefined : { beforeSeconds, afterSeconds };
};

/**
 * What is likelier under the cause when it is there is less likely when it is not: the two log-likelihood ratios of
 * one observation never have the same sign, and what refutes never speaks for.
 */
function readWeights(
  section: Section,
  report: Report,
): Pick<EvidenceItem, 'present' | 'absent' | 'decisive' | 'refutes'> {
  const present = required(section, 'present', WEIGHT);
  const absent = optional(section, 'absent', WEIGHT, null) ?? null;
  const decisive = optional(section, 'decisive', truth, false) ?? false;
  const refutes = optional(section, 'refutes', oneOf(['absent', 'present'] as const, 'outcomes'), null) ?? null;
  const wrong = (key: string, problem: string, fix: string) => {
    const entry = entryOf(section.node, key);
    report(entry?.value.place ?? section.node.place, entry === undefined ? key : shown(entry.value), problem, fix);
  };
  if (present === undefined) return { present: 0, absent, decisive, refutes };
  if (absent !== null && present * absent > 0)
    wrong('absent', "'present' and 'absent' cannot both speak for, or both against, the cause", 'change one sign');
  if (decisive && present <= 0) wrong('decisive', 'evidence against the cause is not its decisive link', 'remove it');
  if (refutes === 'present' && present > 0)
    wrong('refutes', "'present' speaks for the cause and refutes it", 'make it negative, or write refutes: absent');
  if (refutes === 'absent' && absent !== null && absent > 0)
    wrong('refutes', "'absent' speaks for the cause and refutes it", 'make it negative, or write refutes: present');
  return { present, absent, decisive, refutes };
}

/** `for` limits to incident kinds the hypothesis explains; with another the item would never count. */
function explainedKind(explains: ReadonlyMap<string, number> | null): Reader<string> {
  return (node, what, report) => {
    const kind = incidentKind(node, what, report);
    if (kind === undefined || explains === null || explains.has(kind)) return kind;
    report(
      node.place,
      shown(node),
      `the hypothesis does not explain ${kind}`,
      "add it to 'explains', or remove it here",
    );
    return undefined;
  };
}

const recommendation: Reader<Recommendation> = (node, what, report) => {
  const section = openSection(node, what, report, ['text', 'why', 'references']);
  if (section === undefined) return undefined;
  const advice = required(section, 'text', text());
  const why = required(section, 'why', text());
  const references = optional(section, 'references', distinct(text()), []);
  if (advice === undefined || why === undefined || references === undefined) return undefined;
  return { text: advice, why, references };
};
