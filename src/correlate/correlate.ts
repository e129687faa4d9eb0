import type { Entity, Origin, Timed } from '../model/detection.js';
import { fieldOf } from '../model/field.js';
import type { Comparison, CorrelationRule, RuleCondition } from '../model/rule.js';
import { SECOND } from '../model/time.js';

/** Origins shown with a correlation; all contributors still count. */
const ORIGINS_KEPT = 20;

/** Runs Sigma correlations over the common timeline; chained rules see the hits of the rules before them. */
export function correlate(rules: readonly CorrelationRule[], detections: readonly Timed[]): readonly Timed[] {
  const hits: Timed[] = [];
  const byRule = new Map<string, Timed[]>();
  for (const detection of detections) push(byRule, detection.rule, detection);
  for (const rule of inOrder(rules)) {
    const found = evaluate(rule, byRule);
    hits.push(...found);
    for (const hit of found) push(byRule, rule.id, hit);
  }
  return hits;
}

function push(map: Map<string, Timed[]>, key: string, value: Timed): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** A rule after those it refers to; the loader refuses cycles. */
function inOrder(rules: readonly CorrelationRule[]): readonly CorrelationRule[] {
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const done = new Set<CorrelationRule>();
  const visit = (rule: CorrelationRule): void => {
    if (done.has(rule)) return;
    done.add(rule);
    for (const id of rule.rules) {
      const other = byId.get(id);
      if (other !== undefined) visit(other);
    }
    ordered.push(rule);
  };
  const ordered: CorrelationRule[] = [];
  for (const rule of rules) visit(rule);
  return ordered;
}

function evaluate(rule: CorrelationRule, byRule: ReadonlyMap<string, readonly Timed[]>): readonly Timed[] {
  const groups = new Map<string, Timed[]>();
  for (const id of rule.rules) {
    for (const detection of byRule.get(id) ?? []) {
      if (detection.start === null) continue;
      const key = groupOf(rule, detection);
      if (key !== null) push(groups, key, detection);
    }
  }
  const hits: Timed[] = [];
  for (const [key, members] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const sorted = members.sort((a, b) => (a.start as number) - (b.start as number) || (a.id < b.id ? -1 : 1));
    for (const window of satisfiedWindows(rule, sorted)) hits.push(toHit(rule, key, window, hits.length));
  }
  return hits;
}

/** Null when a group-by value is missing: Sigma groups only events that have it. */
export function groupOf(rule: CorrelationRule, detection: Timed): string | null {
  const parts: string[] = [];
  for (const name of rule.groupBy) {
    const field = rule.aliases[name]?.[detection.rule] ?? name;
    const value = valueIn(detection, field);
    if (value === null) return null;
    parts.push(value.toLowerCase());
  }
  return parts.join('\u0000');
}

export function valueIn(detection: Timed, field: string): string | null {
  if (field === 'entity') return detection.entity?.name ?? null;
  return detection.captures[field] ?? (detection.first === null ? null : fieldOf(detection.first, field));
}

/** Closed windows [t0, t0 + timespan] in which the condition holds; overlapping ones are one hit. */
function satisfiedWindows(rule: CorrelationRule, sorted: readonly Timed[]): readonly (readonly Timed[])[] {
  const span = rule.timespanSeconds * SECOND;
  const windows: { from: number; to: number }[] = [];
  let to = 0;
  for (let from = 0; from < sorted.length; from++) {
    const start = sorted[from]?.start as number;
    while (to < sorted.length && (sorted[to]?.start as number) - start <= span) to++;
    if (!holds(rule, sorted.slice(from, to))) continue;
    const last = windows.at(-1);
    if (last !== undefined && from < last.to) last.to = Math.max(last.to, to);
    else windows.push({ from, to });
  }
  return windows.map(({ from, to: until }) => sorted.slice(from, until));
}

export function holds(rule: CorrelationRule, members: readonly Timed[]): boolean {
  switch (rule.type) {
    case 'event_count':
      return compareAll(
        rule.comparisons,
        members.reduce((sum, m) => sum + m.count, 0),
      );
    case 'value_count':
      return compareAll(rule.comparisons, new Set(members.flatMap((m) => valueIn(m, rule.field ?? '') ?? [])).size);
    case 'temporal':
      return conditionHolds(rule, members);
    case 'temporal_ordered':
      return conditionHolds(rule, members) && inSequence(rule, members);
    default:
      return compareAll(rule.comparisons, aggregate(rule, members));
  }
}

function compareAll(comparisons: readonly Comparison[], value: number | null): boolean {
  return value !== null && comparisons.every((c) => compare(c, value));
}

function compare({ op, value: limit }: Comparison, value: number): boolean {
  switch (op) {
    case 'gt':
      return value > limit;
    case 'gte':
      return value >= limit;
    case 'lt':
      return value < limit;
    case 'lte':
      return value <= limit;
    case 'eq':
      return value === limit;
    case 'neq':
      return value !== limit;
  }
}

function conditionHolds(rule: CorrelationRule, members: readonly Timed[]): boolean {
  const seen = new Set(members.map((m) => m.rule));
  if (rule.condition !== null) return truth(rule.condition, seen);
  const present = rule.rules.filter((id) => seen.has(id)).length;
  // Without a condition a temporal correlation needs every rule (Sigma 2.1; some engines fire on the first).
  return rule.comparisons.length === 0 ? present === rule.rules.length : compareAll(rule.comparisons, present);
}

export function truth(condition: RuleCondition, seen: ReadonlySet<string>): boolean {
  switch (condition.op) {
    case 'rule':
      return seen.has(condition.rule);
    case 'not':
      return !truth(condition.of, seen);
    case 'and':
      return condition.of.every((part) => truth(part, seen));
    case 'or':
      return condition.of.some((part) => truth(part, seen));
  }
}

/** Rules in the order listed, as far as they were seen. Stamps that may be equal are unordered unless one clock wrote both. */
export function inSequence(rule: CorrelationRule, members: readonly Timed[]): boolean {
  let before: Timed | null = null;
  for (const id of rule.rules) {
    const candidates: readonly Timed[] = members.filter((m) => m.rule === id);
    if (candidates.length === 0) continue;
    const next = candidates.find((m) => before === null || isAfter(m, before));
    if (next === undefined) return false;
    before = next;
  }
  return true;
}

function isAfter(later: Timed, earlier: Timed): boolean {
  const slack = later.clock === earlier.clock ? 0 : later.uncertainty + earlier.uncertainty;
  const difference = (later.start as number) - (earlier.start as number);
  if (later.source === earlier.source && difference === 0)
    return (later.first?.at.byteOffset ?? 0) > (earlier.first?.at.byteOffset ?? 0);
  return difference > slack;
}

export function aggregate(rule: CorrelationRule, members: readonly Timed[]): number | null {
  const values = members
    .map((m) => Number(valueIn(m, rule.field ?? '') ?? Number.NaN))
    .filter((value) => Number.isFinite(value))
    .sort((a, b) => a - b);
  if (values.length === 0) return null;
  const sum = values.reduce((a, b) => a + b, 0);
  if (rule.type === 'value_sum') return sum;
  if (rule.type === 'value_avg') return sum / values.length;
  const rank = rule.type === 'value_median' ? 50 : (rule.percentile ?? 50);
  // Nearest rank: the smallest value with at least that share at or below it.
  return values[Math.max(0, Math.ceil((rank / 100) * values.length) - 1)] ?? null;
}

function toHit(rule: CorrelationRule, group: string, members: readonly Timed[], index: number): Timed {
  const first = members[0] as Timed;
  const last = members.reduce((a, b) => ((b.end ?? 0) > (a.end ?? 0) ? b : a), first);
  const entity = entityOf(rule, first);
  const origins: readonly Origin[] = members.flatMap((m) => m.origins).slice(0, ORIGINS_KEPT);
  const count = members.reduce((sum, m) => sum + m.count, 0);
  return {
    ...first,
    id: `${rule.id}#${group.replaceAll('\u0000', '/')}#${index}`,
    rule: rule.id,
    role: rule.role,
    level: rule.level,
    entity,
    statement: fill(rule.statement, entity, count, members),
    last: last.last,
    end: last.end,
    count,
    began: null,
    epoch: null,
    onset: {
      earliest: first.onset?.earliest ?? (first.start as number),
      latest: first.onset?.latest ?? (first.start as number),
    },
    uncertainty: Math.max(...members.map((m) => m.uncertainty)),
    clock: members.every((m) => m.clock === first.clock) ? first.clock : `several:${rule.id}`,
    origins,
  };
}

function entityOf(rule: CorrelationRule, first: Timed): Entity | null {
  if (rule.entity === null) return first.entity;
  const name = valueIn(first, rule.entity.field);
  return name === null ? first.entity : { type: rule.entity.type, name };
}

function fill(template: string, entity: Entity | null, count: number, members: readonly Timed[]): string {
  return template.replace(/\{([\w.-]+)\}/g, (_all, name: string) => {
    if (name === 'entity') return entity?.name ?? '?';
    if (name === 'count') return String(count);
    const values = [...new Set(members.flatMap((m) => valueIn(m, name) ?? []))];
    return values.length === 0 ? '?' : values.slice(0, 5).join(', ');
  });
}
