import type { LogRecord } from '../model/record.js';
import type { DetectionRule, LogsourceRule } from '../model/rule.js';
import { indexLiterals, type LiteralIndex } from './literal-index.js';

/** The rules that can match a format, arranged so that a record meets few of them. */
export interface Applicable {
  readonly rules: readonly DetectionRule[];
  /** Literals of which every record that some rule can match holds one; null when a rule needs every record. */
  readonly literals: readonly string[] | null;
  /** Whether some rule could match a Windows event with this head. */
  wantsEvent(provider: string | null, eventId: number | null, channel: string | null): boolean;
  /** Calls `match` for every rule that matches the record, each once. */
  matches(record: LogRecord, match: (rule: DetectionRule) => void): void;
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
  // Rules that name no event id: each event of their channels has to be read whole.
  const unnamed = rules.filter((rule) => rule.eventIds === null).map((rule) => logsources.get(rule.logsourceId));
  const everywhere = unnamed.some((logsource) => logsource === undefined || logsource.channels === null);
  const channels = new Set(unnamed.flatMap((logsource) => logsource?.channels ?? []).map((c) => c.toLowerCase()));
  return {
    rules,
    literals: literalsOf(rules),
    wantsEvent: (_provider, eventId, channel) =>
      everywhere || eventId === null || byEvent.has(eventId) || channel === null || channels.has(channel.toLowerCase()),
    matches(record, match) {
      for (const rule of candidatesOf(record, byEvent, index, owners, always)) {
        const logsource = logsources.get(rule.logsourceId);
        if (logsource?.where != null && !logsource.where(record)) continue;
        if (rule.matches(record)) match(rule);
      }
    },
  };
}

function literalsOf(rules: readonly DetectionRule[]): readonly string[] | null {
  if (rules.length === 0 || rules.some((rule) => rule.literals === null)) return null;
  return [...new Set(rules.flatMap((rule) => rule.literals ?? []))];
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
