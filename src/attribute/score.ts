import type { HypothesisRule } from '../model/rule.js';
import type { Cause, CauseState, Control, Finding } from '../model/verdict.js';

export interface Scored {
  readonly hypothesis: HypothesisRule;
  readonly prior: number;
  readonly findings: readonly Finding[];
  readonly controls: readonly Control[];
}

/** A refuted hypothesis keeps this much: e^-6, one in four hundred, for what the refutation itself may have missed. */
const REFUTED = -6;

/** Probability over the initiating cause: softmax of prior log-odds plus weights of evidence. Sums to one. */
export function rankCauses(scored: readonly Scored[]): readonly Cause[] {
  const drafts = scored.map(draft);
  const top = Math.max(...drafts.map((d) => d.score), -Infinity);
  const total = drafts.reduce((sum, d) => sum + Math.exp(d.score - top), 0);
  const causes = drafts.map((d) => ({ ...d, probability: Math.exp(d.score - top) / total }));
  return roundToOne(causes.sort((a, b) => b.probability - a.probability || (a.cause < b.cause ? -1 : 1)));
}

function draft({ hypothesis, prior, findings, controls }: Scored): Omit<Cause, 'probability'> {
  const weighed = capFamilies(findings);
  const evidence = weighed.reduce((sum, f) => sum + f.weight, 0) + controls.reduce((sum, c) => sum + c.weight, 0);
  const refuted = weighed.some(isRefuting);
  const score = prior + evidence + (refuted ? REFUTED : 0);
  return {
    cause: hypothesis.cause,
    hypothesis,
    score,
    prior,
    state: stateOf(refuted, weighed, controls, hypothesis),
    attributes: attributesOf(weighed),
    findings: weighed,
  };
}

/** Items of one family see one thing: the strongest counts, the others are shown with weight 0. */
function capFamilies(findings: readonly Finding[]): readonly Finding[] {
  const strongest = new Map<string, Finding>();
  for (const finding of findings) {
    const { family } = finding.item;
    if (family === null || finding.weight === 0) continue;
    const known = strongest.get(family);
    // What was seen beats what was not: a family with one observation is observed.
    if (known === undefined || strength(finding) > strength(known)) strongest.set(family, finding);
  }
  return findings.map((finding) => {
    const { family } = finding.item;
    return family === null || strongest.get(family) === finding ? finding : { ...finding, weight: 0 };
  });
}

function strength(finding: Finding): number {
  return (finding.status === 'observed' ? 100 : 0) + Math.abs(finding.weight);
}

/** Refutation takes a source that was alive (absence) or an observation whose order is certain (presence). */
export function isRefuting(finding: Finding): boolean {
  if (finding.item.refutes === 'absent') return finding.status === 'absent';
  return finding.item.refutes === 'present' && finding.status === 'observed' && finding.order === 'certain';
}

function stateOf(
  refuted: boolean,
  findings: readonly Finding[],
  controls: readonly Control[],
  hypothesis: HypothesisRule,
): CauseState {
  if (hypothesis.cause === 'undetermined') return 'cannot-rule-out';
  if (refuted) return 'refuted';
  const seen = findings.some((f) => f.status === 'observed' && f.weight > 0) || controls.some((c) => c.weight > 0);
  return seen ? 'supported' : 'cannot-rule-out';
}

function attributesOf(findings: readonly Finding[]): Readonly<Record<string, string>> {
  const attributes: Record<string, string> = {};
  const byWeight = [...findings].filter((f) => f.status === 'observed').sort((a, b) => b.item.present - a.item.present);
  for (const { item } of byWeight) for (const [key, value] of Object.entries(item.sets)) attributes[key] ??= value;
  return attributes;
}

/** Three decimals that still add up to one: the leader takes the rounding. */
function roundToOne<T extends { readonly probability: number }>(causes: readonly T[]): readonly T[] {
  const rounded = causes.map((c) => ({ ...c, probability: Math.round(c.probability * 1000) / 1000 }));
  const rest = rounded.slice(1).reduce((sum, c) => sum + c.probability, 0);
  return rounded.map((c, i) => (i === 0 ? { ...c, probability: Math.round((1 - rest) * 1000) / 1000 } : c));
}
