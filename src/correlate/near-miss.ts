import type { Timed } from '../model/detection.js';
import type { AbsentRule, CorrelationMiss } from '../model/explanation.js';
import type { CorrelationRule, RuleCondition } from '../model/rule.js';
import { type Micros, SECOND } from '../model/time.js';
import { aggregate, groupOf, holds, inSequence, valueIn } from './correlate.js';

/**
 * How far a correlation came where it came farthest: the window, of those that no detection of its rules satisfies, with most of
 * what it asks for; of equals the one nearest to `around`. Null where none of its rules matched, or it fired everywhere.
 */
export function correlationMiss(
  rule: CorrelationRule,
  detections: readonly Timed[],
  around: Micros | null,
): CorrelationMiss | null {
  const wanted = new Set(rule.rules);
  const own = detections.filter((one) => wanted.has(one.rule) && one.start !== null);
  const groups = new Map<string, Timed[]>();
  for (const detection of own) {
    const key = groupOf(rule, detection);
    if (key === null) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [detection]);
    else group.push(detection);
  }
  let best: Candidate | null = null;
  for (const [, members] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const found = farthest(rule, members, around);
    if (found !== null && (best === null || isBetter(found, best))) best = found;
  }
  return best === null ? null : missOf(rule, best, own);
}

interface Candidate {
  readonly members: readonly Timed[];
  /** How much of what the rule asks for is there; more is nearer. */
  readonly reached: number;
  readonly away: Micros;
}

function isBetter(one: Candidate, other: Candidate): boolean {
  return one.reached !== other.reached ? one.reached > other.reached : one.away < other.away;
}

function farthest(rule: CorrelationRule, members: readonly Timed[], around: Micros | null): Candidate | null {
  const sorted = [...members].sort((a, b) => startOf(a) - startOf(b) || (a.id < b.id ? -1 : 1));
  let best: Candidate | null = null;
  let to = 0;
  for (const [from, first] of sorted.entries()) {
    while (to < sorted.length && startOf(sorted[to] as Timed) - startOf(first) <= rule.timespanSeconds * SECOND) to++;
    const window = sorted.slice(from, to);
    if (holds(rule, window)) continue;
    const candidate = {
      members: window,
      reached: reachedBy(rule, window) ?? new Set(window.map((one) => one.rule)).size,
      away: around === null ? 0 : Math.abs(startOf(first) - around),
    };
    if (best === null || isBetter(candidate, best)) best = candidate;
  }
  return best;
}

/** What a counting correlation counts; null for those that ask which rules are there. */
function reachedBy(rule: CorrelationRule, members: readonly Timed[]): number | null {
  switch (rule.type) {
    case 'temporal':
    case 'temporal_ordered':
      return null;
    case 'event_count':
      return members.reduce((sum, { count }) => sum + count, 0);
    case 'value_count':
      return new Set(members.flatMap((one) => valueIn(one, rule.field ?? '') ?? [])).size;
    default:
      return aggregate(rule, members) ?? Number.NEGATIVE_INFINITY;
  }
}

function missOf(rule: CorrelationRule, { members }: Candidate, own: readonly Timed[]): CorrelationMiss {
  const first = members[0] as Timed;
  const from = startOf(first);
  const window = { earliest: from, latest: from + rule.timespanSeconds * SECOND };
  const seen = new Set(members.map((one) => one.rule));
  const reached = reachedBy(rule, members);
  const absent = reached !== null ? [] : neededBy(rule).filter((id) => !seen.has(id));
  return {
    rule,
    group: groupValues(rule, first).map((value) => value ?? ''),
    window,
    members,
    reached: reached === Number.NEGATIVE_INFINITY ? null : reached,
    absent: absent.map((id) => absentRule(rule, id, first, window, own)),
    isOutOfOrder: absent.length === 0 && rule.type === 'temporal_ordered' && !inSequence(rule, members),
  };
}

/** Rules that have to be there; of alternatives each. */
function neededBy(rule: CorrelationRule): readonly string[] {
  if (rule.condition === null) return rule.rules;
  const needed = (condition: RuleCondition): readonly string[] =>
    condition.op === 'rule' ? [condition.rule] : condition.op === 'not' ? [] : condition.of.flatMap(needed);
  return [...new Set(needed(rule.condition))];
}

function absentRule(
  rule: CorrelationRule,
  id: string,
  first: Timed,
  window: { readonly earliest: Micros; readonly latest: Micros },
  own: readonly Timed[],
): AbsentRule {
  const group = groupOf(rule, first);
  const all = own.filter((one) => one.rule === id);
  const distance = (one: Timed): number =>
    Math.max(0, window.earliest - startOf(one), startOf(one) - window.latest) *
    (startOf(one) < window.earliest ? -1 : 1);
  const nearest = (list: readonly Timed[]): Timed | null =>
    [...list].sort((a, b) => Math.abs(distance(a)) - Math.abs(distance(b)) || (a.id < b.id ? -1 : 1))[0] ?? null;
  const same = nearest(all.filter((one) => groupOf(rule, one) === group));
  const other = same === null ? nearest(all) : null;
  return {
    rule: id,
    outside: same === null ? null : { detection: same, seconds: distance(same) / SECOND },
    elsewhere: other === null ? null : { detection: other, differs: differencesOf(rule, first, other) },
  };
}

function differencesOf(
  rule: CorrelationRule,
  wanted: Timed,
  found: Timed,
): NonNullable<AbsentRule['elsewhere']>['differs'] {
  const [ours, theirs] = [groupValues(rule, wanted), groupValues(rule, found)];
  return rule.groupBy.flatMap((field, i) => {
    const [own, other] = [ours[i] ?? '', theirs[i] ?? null];
    return own.toLowerCase() === other?.toLowerCase() ? [] : [{ field, wanted: own, found: other }];
  });
}

function groupValues(rule: CorrelationRule, detection: Timed): readonly (string | null)[] {
  return rule.groupBy.map((name) => valueIn(detection, rule.aliases[name]?.[detection.rule] ?? name));
}

function startOf({ start }: Timed): Micros {
  return start as Micros;
}
