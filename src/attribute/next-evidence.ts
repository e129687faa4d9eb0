import type { Cause, Dark, Finding, NextEvidence, Verdict } from '../model/verdict.js';

/** How often something is seen that has another cause, where an item's weights do not say it. */
const BY_CHANCE = 0.05;
const OF_ITSELF = 0.2;
const REFUTED = -6;

interface Draft {
  readonly logsource: Dark['logsource'];
  readonly scope: Set<string>;
  readonly reason: string;
  readonly refutes: Set<string>;
  readonly shows: Set<string>;
  bits: number;
}

/**
 * Of the logs that are missing the one that would tell most: where the leader only lacks refutations, the one that could
 * refute most competitors; else the one that is expected to lower the entropy of the causes most. Null where none is missing.
 */
export function nextEvidence(verdict: Verdict, causes: readonly Cause[]): NextEvidence | null {
  if (verdict === 'confirmed') return null;
  const drafts = new Map<string, Draft>();
  for (const [rank, cause] of causes.entries()) {
    if (cause.state === 'refuted') continue;
    for (const finding of cause.findings) {
      if (finding.status !== 'unknown') continue;
      for (const dark of finding.dark) note(draftOf(drafts, dark), dark, finding, cause, rank, causes);
    }
  }
  const byRefuting = verdict === 'likely';
  const [best] = [...drafts.values()].sort((a, b) => {
    const refuting = b.refutes.size - a.refutes.size;
    const telling = b.bits - a.bits;
    const order = byRefuting ? refuting || telling : telling || refuting;
    return order || (a.logsource.id < b.logsource.id ? -1 : 1);
  });
  if (best === undefined) return null;
  const { logsource, scope, reason, refutes, shows, bits } = best;
  return { logsource, reason, bits, scope: [...scope].sort(), refutes: [...refutes].sort(), shows: [...shows].sort() };
}

function draftOf(drafts: Map<string, Draft>, { logsource, reason }: Dark): Draft {
  let draft = drafts.get(logsource.id);
  if (draft === undefined) {
    draft = { logsource, reason, scope: new Set(), refutes: new Set(), shows: new Set(), bits: 0 };
    drafts.set(logsource.id, draft);
  }
  return draft;
}

function note(
  draft: Draft,
  dark: Dark,
  { item, dark: all }: Finding,
  cause: Cause,
  rank: number,
  causes: readonly Cause[],
): void {
  for (const name of dark.scope) draft.scope.add(name);
  // What needs several logs is not told by one of them.
  const isAlone = new Set(all.map(({ logsource }) => logsource.id)).size === 1;
  if (item.refutes === 'absent' && rank > 0 && isAlone) draft.refutes.add(cause.cause);
  if (item.decisive) draft.shows.add(cause.cause);
  draft.bits += gainOf(item, cause, causes) / (isAlone ? 1 : 2);
}

/** Expected fall of the entropy of the causes, bits, if this item were answered. */
function gainOf(item: Finding['item'], { cause, probability }: Cause, causes: readonly Cause[]): number {
  const [withIt, without] = likelihoods(item);
  const seen = probability * withIt + (1 - probability) * without;
  const after = (own: number, others: number): number =>
    entropy(causes.map((one) => one.probability * (one.cause === cause ? own : others)));
  const expected = seen * after(withIt, without) + (1 - seen) * after(1 - withIt, 1 - without);
  return Math.max(0, entropy(causes.map((one) => one.probability)) - expected);
}

/** How likely the item is seen with its cause and without, from its two likelihood ratios. */
function likelihoods({ present, absent, refutes }: Finding['item']): readonly [withIt: number, without: number] {
  const ifSeen = Math.exp(present + (refutes === 'present' ? REFUTED : 0));
  const ifNot = Math.exp((absent ?? 0) + (refutes === 'absent' ? REFUTED : 0));
  // A necessary link: it is there with its cause, and now and then without.
  if (present === 0) return [bounded(1 - ifNot * (1 - OF_ITSELF)), OF_ITSELF];
  const without = ifNot === 1 ? BY_CHANCE : bounded((1 - ifNot) / (ifSeen - ifNot));
  return [bounded(ifSeen * without), without];
}

function bounded(probability: number): number {
  return Math.min(0.999, Math.max(0.001, probability));
}

function entropy(weights: readonly number[]): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return 0;
  return weights.reduce((sum, weight) => (weight > 0 ? sum - (weight / total) * Math.log2(weight / total) : sum), 0);
}
