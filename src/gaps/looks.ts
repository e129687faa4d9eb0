import type { EvidenceItem, HypothesisRule, Join, LogsourceRule, Rule } from '../model/rule.js';
import { type Micros, SECOND } from '../model/time.js';
import type { Log } from './logs.js';

/** What hypotheses look at when they explain one kind of incident. */
export interface Looks {
  /** How far before an incident of this kind any hypothesis looks into this log by one of these joins; null: none does. */
  back(kind: string, log: Log, joins: ReadonlySet<Join>): Micros | null;
}

type Reads = (log: Log) => boolean;

export function indexLooks(rules: readonly Rule[]): Looks {
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const hypotheses = rules.filter((rule): rule is HypothesisRule => rule.kind === 'hypothesis');
  const readers = new Map<EvidenceItem, readonly Reads[]>();
  const readersOf = (item: EvidenceItem): readonly Reads[] => {
    const known = readers.get(item) ?? item.observe.flatMap((id) => readsOf(id, byId, new Set()));
    readers.set(item, known);
    return known;
  };
  const farthest = (kind: string, log: Log, joins: ReadonlySet<Join>): Micros | null => {
    const items = hypotheses
      .filter(({ explains }) => explains[kind] !== undefined)
      .flatMap(({ evidence }) => evidence)
      .filter((item) => (item.for === null || item.for.includes(kind)) && joins.has(item.join));
    const looking = items.filter((item) => readersOf(item).some((reads) => reads(log)));
    return looking.length === 0 ? null : Math.max(...looking.map(({ beforeSeconds }) => beforeSeconds)) * SECOND;
  };
  const known = new Map<string, Micros | null>();
  return {
    back(kind, log, joins) {
      const key = [kind, ...joins, log.key].join('\n');
      const before = known.get(key);
      if (before !== undefined) return before;
      const back = farthest(kind, log, joins);
      known.set(key, back);
      return back;
    },
  };
}

/** Which logs a rule is read from; of a correlation, those of all its rules. */
function readsOf(id: string, byId: ReadonlyMap<string, Rule>, seen: Set<string>): readonly Reads[] {
  const rule = byId.get(id);
  if (rule === undefined || seen.has(id)) return [];
  seen.add(id);
  if (rule.kind === 'correlation') return rule.rules.flatMap((part) => readsOf(part, byId, seen));
  if (rule.kind === 'metric') {
    const { objects } = rule;
    return [({ stream }) => stream.objectTypes.some((type) => objects.includes(type))];
  }
  const logsource = rule.kind === 'detection' ? byId.get(rule.logsourceId) : undefined;
  return logsource?.kind === 'logsource' ? [readsLogsource(logsource)] : [];
}

function readsLogsource({ formats, channels }: LogsourceRule): Reads {
  const wanted = channels?.map((name) => name.toLowerCase()) ?? null;
  return ({ source, stream }) =>
    formats.includes(source.format) && (wanted === null || wanted.includes(stream.channel?.toLowerCase() ?? ''));
}
