import type { LogRecord } from '../model/record.js';
import type { DetectionRule, LogsourceRule } from '../model/rule.js';
import { indexNeeds } from './need-index.js';

/** The rules that can match a format, arranged so that a record meets few of them. */
export interface Applicable {
  readonly rules: readonly DetectionRule[];
  /** Literals of which every record that some rule can match holds one; null when a rule needs every record. */
  readonly literals: readonly string[] | null;
  /** Whether some rule could match a Windows event with this head. */
  wantsEvent(provider: string | null, eventId: number | null, channel: string | null): boolean;
  /** Calls `match` for every rule that matches the record, each once and in the order of `rules`, with its number there. */
  matches(record: LogRecord, match: (rule: DetectionRule, number: number) => void): void;
}

/** Picks the detections whose logsource names `format`, and indexes them by the tests their conditions imply. */
export function applicableRules(
  format: string,
  detections: readonly DetectionRule[],
  logsources: ReadonlyMap<string, LogsourceRule>,
): Applicable {
  const rules = detections.filter((rule) => logsources.get(rule.logsourceId)?.formats.includes(format) ?? false);
  const index = indexNeeds(rules.map((rule) => rule.needs));
  const inLogsource = logsourceTests(rules, logsources);
  const wantsEvent = wantedEvents(rules, (rule) => logsources.get(rule.logsourceId)?.channels ?? null);
  return {
    rules,
    literals: literalsOf(rules),
    wantsEvent,
    matches(record, match) {
      const count = index.candidates(record);
      if (count === 0) return;
      inLogsource.next(record);
      for (let i = 0; i < count; i++) {
        const number = index.found[i] as number;
        const rule = rules[number] as DetectionRule;
        if (inLogsource.holds(number) && rule.matches(record)) match(rule, number);
      }
    },
  };
}

interface LogsourceTests {
  next(record: LogRecord): void;
  /** Whether the record of the last `next` belongs to the logsource of rule `number`. */
  holds(number: number): boolean;
}

/** Hundreds of rules share a logsource: what it selects is tested once for each record. */
function logsourceTests(
  rules: readonly DetectionRule[],
  logsources: ReadonlyMap<string, LogsourceRule>,
): LogsourceTests {
  const ids = [...new Set(rules.map((rule) => rule.logsourceId))];
  const tests = ids.map((id) => logsources.get(id)?.where ?? null);
  const slots = Uint32Array.from(rules, (rule) => ids.indexOf(rule.logsourceId));
  const answers: boolean[] = ids.map(() => false);
  /** Which record an answer is of, as the number of the call of `next`. */
  const answered = new Float64Array(ids.length);
  let current: LogRecord | null = null;
  let now = 0;
  return {
    next(record) {
      current = record;
      now++;
    },
    holds(number) {
      const slot = slots[number] as number;
      if (answered[slot] === now) return answers[slot] === true;
      const test = tests[slot] ?? null;
      const answer = test === null || (current !== null && test(current));
      answered[slot] = now;
      answers[slot] = answer;
      return answer;
    },
  };
}

/**
 * Event ids and channels that some rule needs. A logsource that is nothing but channels (Sigma compares them without
 * case) proves that its rules match nowhere else; the provider is left to the rule, its condition may say it anyhow.
 */
function wantedEvents(
  rules: readonly DetectionRule[],
  channelsOf: (rule: DetectionRule) => readonly string[] | null,
): Applicable['wantsEvent'] {
  // By event id, null for rules that name none: the channels in lower case, null for every channel.
  const wanted = new Map<number | null, Set<string> | null>();
  for (const rule of rules) {
    const named = channelsOf(rule);
    // Outside ASCII Sigma's folding is not `toLowerCase`; no real channel is there.
    const channels = named?.every(isAscii) ? named.map((channel) => channel.toLowerCase()) : null;
    for (const id of rule.eventIds ?? [null]) {
      const known = wanted.get(id);
      if (channels === null || known === null) wanted.set(id, null);
      else wanted.set(id, new Set([...(known ?? []), ...channels]));
    }
  }
  const isIn = (id: number | null, channel: string): boolean => {
    const channels = wanted.get(id);
    return channels === null || (channels?.has(channel) ?? false);
  };
  return (_provider, eventId, channel) => {
    if (eventId === null || channel === null) return true;
    const lower = channel.toLowerCase();
    return isIn(eventId, lower) || isIn(null, lower);
  };
}

function isAscii(text: string): boolean {
  return /^[\x00-\x7f]*$/.test(text);
}

function literalsOf(rules: readonly DetectionRule[]): readonly string[] | null {
  if (rules.length === 0 || rules.some((rule) => rule.literals === null)) return null;
  return [...new Set(rules.flatMap((rule) => rule.literals ?? []))];
}
