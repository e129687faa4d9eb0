import type { LogRecord } from '../model/record.js';
import type { DetectionRule, LogsourceRule } from '../model/rule.js';
import { indexLiterals, type LiteralIndex } from './literal-index.js';

/** The rules that can match a format, arranged so that a record meets few of them. */
export interface Applicable {
  readonly rules: readonly DetectionRule[];
  candidates(record: LogRecord): readonly DetectionRule[];
}

/** Picks the detections whose logsource names `format`, and indexes them by event id and by literal. */
export function applicableRules(
  format: string,
  detections: readonly DetectionRule[],
  logsources: ReadonlyMap<string, LogsourceRule>,
): Applicable {
  const rules = detections.filter((rule) => logsources.get(rule.logsourceId)?.formats.includes(format) ?? false);
  const byEvent = new Map<number, DetectionRule[]>();
  const literals = new Map<string, DetectionRule[]>();
  const always: DetectionRule[] = [];
  for (const rule of rules) {
    if (rule.eventIds !== null) for (const id of rule.eventIds) push(byEvent, id, rule);
    else if (rule.literals !== null) for (const literal of rule.literals) push(literals, literal, rule);
    else always.push(rule);
  }
  const owners = [...literals.values()];
  const index = indexLiterals([...literals.keys()]);
  return { rules, candidates: (record) => candidatesOf(record, byEvent, index, owners, always) };
}

function push<K>(map: Map<K, DetectionRule[]>, key: K, rule: DetectionRule): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [rule]);
  else list.push(rule);
}

const NONE: readonly DetectionRule[] = [];

function candidatesOf(
  record: LogRecord,
  byEvent: ReadonlyMap<number, readonly DetectionRule[]>,
  index: LiteralIndex,
  owners: readonly (readonly DetectionRule[])[],
  always: readonly DetectionRule[],
): readonly DetectionRule[] {
  let found: Set<DetectionRule> | null = null;
  const eventId = record.fields.EventID;
  if (eventId !== undefined) {
    const ofEvent = byEvent.get(Number(eventId));
    if (ofEvent !== undefined) found = new Set(ofEvent);
  }
  index.scan(record.body, (literal) => {
    found ??= new Set();
    for (const rule of owners[literal] ?? NONE) found.add(rule);
  });
  if (found === null) return always;
  for (const rule of always) (found as Set<DetectionRule>).add(rule);
  return [...(found as Set<DetectionRule>)];
}
