import type { Timed } from '../model/detection.js';
import type { Incident } from '../model/incident.js';
import type { Cause, Finding, Verdict } from '../model/verdict.js';
import type { Bench } from './evaluate.js';
import type { Scope } from './scope.js';

/** Probability from which the leader may be called likely (report contract). */
const LIKELY = 0.8;

/**
 * `confirmed` takes all of: an observed record shows the decisive link for this entity; its order is certain; every cause
 * able to produce the incident is refuted; nothing of it rests on an assumed clock or on a wording known from memory alone.
 * `short` names every condition that fails, in words.
 */
export function decide(
  incident: Incident,
  causes: readonly Cause[],
  bench: Bench,
  scope: Scope,
): { readonly verdict: Verdict; readonly short: readonly string[] } {
  const leader = causes[0];
  if (
    leader === undefined ||
    leader.cause === 'undetermined' ||
    leader.probability < LIKELY ||
    leader.state !== 'supported'
  ) {
    return { verdict: 'undetermined', short: ['no cause reaches a probability of 0.8 with evidence of its own'] };
  }
  const short = [
    ...decisiveGap(incident, leader, bench),
    ...placeGap(incident, leader, bench, scope),
    ...competitorGaps(leader, causes),
  ];
  return { verdict: short.length === 0 ? 'confirmed' : 'likely', short };
}

/** Decisive items of one family are alternatives; each family must have one that was observed. */
function decisiveGap(incident: Incident, leader: Cause, bench: Bench): readonly string[] {
  const families = new Map<string, Finding[]>();
  for (const finding of leader.findings) {
    if (!finding.item.decisive) continue;
    const family = finding.item.family ?? finding.item.id;
    families.set(family, [...(families.get(family) ?? []), finding]);
  }
  if (families.size === 0) return [`no record could show the decisive link of ${leader.cause} for a ${incident.kind}`];
  return [...families.values()].flatMap((alternatives) => familyGap(alternatives, incident, leader, bench));
}

/** What one host logged is this VM's only if the VM is known to have run there. */
function placeGap(incident: Incident, leader: Cause, bench: Bench, scope: Scope): readonly string[] {
  if (scope.hostKnown || bench.topology.hosts.length < 2) return [];
  const byHost = leader.findings.some(
    (f) => f.item.decisive && f.status === 'observed' && f.item.join !== 'vm' && f.item.join !== 'cluster',
  );
  return byHost ? [`no record says on which host ${incident.entity.name} ran`] : [];
}

function familyGap(
  alternatives: readonly Finding[],
  incident: Incident,
  leader: Cause,
  bench: Bench,
): readonly string[] {
  const observed = alternatives.filter((f) => f.status === 'observed');
  if (observed.length === 0)
    return [
      `no record shows for ${incident.entity.name}, as ${leader.cause} needs: ${alternatives.map((f) => f.statement).join(', or ')}`,
    ];
  if (observed.some((f) => proves(f, bench))) return [];
  if (!observed.some((f) => f.order === 'certain'))
    return ['the order of the decisive record and the onset is not certain'];
  return ['the decisive record rests on an assumed clock or on a wording known from memory alone'];
}

function proves(finding: Finding, bench: Bench): boolean {
  return finding.order === 'certain' && finding.detections.some((d) => isSolid(d, bench));
}

function isSolid(detection: Timed, bench: Bench): boolean {
  return (
    detection.basis !== 'assumed' && detection.basis !== 'none' && bench.rules.get(detection.rule)?.wording !== 'memory'
  );
}

/** A competitor that nothing refutes blocks `confirmed`, and so does a sign of a mechanism outside the vocabulary. */
function competitorGaps(leader: Cause, causes: readonly Cause[]): readonly string[] {
  const gaps: string[] = [];
  for (const cause of causes) {
    if (cause === leader) continue;
    if (cause.cause === 'undetermined') {
      for (const f of cause.findings)
        if (f.status === 'observed' && f.weight > 0) gaps.push(`another mechanism shows: ${f.statement}`);
    } else if (cause.state !== 'refuted') gaps.push(`${cause.cause} is not refuted`);
  }
  return gaps;
}
