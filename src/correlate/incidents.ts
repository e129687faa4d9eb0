import type { Entity, Timed } from '../model/detection.js';
import { type Incident, KIND_ORDER } from '../model/incident.js';
import type { IncidentRule } from '../model/rule.js';
import { type Interval, MINUTE, SECOND } from '../model/time.js';

/** Beginnings on one entity closer than this belong to one causal episode. */
const EPISODE_GAP = 15 * MINUTE;
/** After the boot that ends an episode, so long are its recovery lines still part of it. */
const RECOVERY = 15 * MINUTE;

interface Opening {
  readonly rule: IncidentRule;
  readonly detection: Timed;
}

interface Episode {
  readonly openings: Opening[];
  /** Rules of the openings, and the detections that end a state of theirs: kept, because a storm opens thousands of times. */
  readonly rules: Set<IncidentRule>;
  readonly endedBy: Set<string>;
  /** End of its last beginning; null while nothing in it is dated. */
  last: number | null;
  /** Earliest detection that ends a lasting state, once met. */
  ended: Timed | null;
}

/** Groups what opens incidents into episodes per entity and names each after its most severe kind. */
export function buildIncidents(rules: readonly IncidentRule[], detections: readonly Timed[]): readonly Incident[] {
  const opens = new Map<string, IncidentRule[]>();
  for (const rule of rules) for (const id of rule.opens) opens.set(id, [...(opens.get(id) ?? []), rule]);
  const byEntity = new Map<string, Timed[]>();
  for (const detection of detections) {
    if (detection.entity === null) continue;
    const key = `${detection.entity.type}:${detection.entity.name}`;
    const own = byEntity.get(key);
    if (own === undefined) byEntity.set(key, [detection]);
    else own.push(detection);
  }
  const incidents = [...byEntity.values()].flatMap((own) =>
    episodesOf(own, opens).map((episode) => toIncident(episode, own)),
  );
  return incidents.sort(byStart).map((incident, index) => ({ ...incident, id: `i${index + 1}` }));
}

function byStart(a: Incident, b: Incident): number {
  return (
    (a.start ?? Infinity) - (b.start ?? Infinity) ||
    (a.entity.name < b.entity.name ? -1 : a.entity.name > b.entity.name ? 1 : 0) ||
    (a.kind < b.kind ? -1 : 1)
  );
}

function episodesOf(own: readonly Timed[], opens: ReadonlyMap<string, readonly IncidentRule[]>): readonly Episode[] {
  const episodes: Episode[] = [];
  let open: Episode | null = null;
  for (const detection of own) {
    if (open !== null && open.ended === null && open.endedBy.has(detection.rule)) open.ended = detection;
    for (const rule of opens.get(detection.rule) ?? []) {
      if (rule.entity !== detection.entity?.type) continue;
      if (open === null || !joins(open, detection)) {
        open = { openings: [], rules: new Set(), endedBy: new Set(), last: null, ended: null };
        episodes.push(open);
      }
      open.openings.push({ rule, detection });
      open.rules.add(rule);
      for (const end of rule.ends) open.endedBy.add(end);
      if (detection.end !== null) open.last = Math.max(open.last ?? detection.end, detection.end);
    }
  }
  return episodes;
}

/** Near in time, or inside a state that lasts (a read-only file system until the next boot), or recovery right after it. */
function joins(episode: Episode, detection: Timed): boolean {
  const begin = detection.onset?.earliest ?? null;
  if (begin === null || episode.last === null) return begin === null && episode.last === null;
  if (begin - episode.last <= EPISODE_GAP) return true;
  if (episode.endedBy.size === 0) return false;
  return episode.ended === null || begin - (episode.ended.start ?? 0) <= RECOVERY;
}

function toIncident(episode: Episode, own: readonly Timed[]): Incident {
  const ranked = [...episode.openings].sort((a, b) => rankOf(a.rule.incident) - rankOf(b.rule.incident));
  const main = (ranked[0] as Opening).rule;
  const ofKind = episode.openings.filter((o) => o.rule.incident === main.incident).map((o) => o.detection);
  const defining = ofKind[0] as Timed;
  const dated = datedBy(episode, own);
  const onset = onsetOf(episode, main.incident, dated);
  const detections = unique([...dated, ...episode.openings.map((o) => o.detection)]);
  const entity = defining.entity as Entity;
  return {
    id: '',
    kind: main.incident,
    entity,
    start: onset?.earliest ?? defining.start,
    end: episode.ended?.start ?? null,
    onset,
    defining,
    detections,
    symptoms: symptomsOf(episode, main.incident),
    summary: main.summary.replaceAll('{entity}', entity.name),
    rule: main.id,
  };
}

function rankOf(kind: string): number {
  const rank = KIND_ORDER.indexOf(kind);
  return rank < 0 ? KIND_ORDER.length : rank;
}

/**
 * Earlier detections of the same entity that say when it really began (the block error before the abort). A storm opens thousands of
 * times: the stretches to look back into are merged first, and the detections walked once per rule.
 */
function datedBy(episode: Episode, own: readonly Timed[]): readonly Timed[] {
  const found = new Set<Timed>();
  for (const rule of episode.rules) {
    const wanted = new Set(rule.datedBy);
    const candidates = own.filter((other) => wanted.has(other.rule) && other.start !== null);
    const stretches = lookBack(episode, rule);
    let at = 0;
    for (const other of candidates) {
      const start = other.start as number;
      while (at < stretches.length && (stretches[at] as Interval).latest < start) at++;
      const stretch = stretches[at];
      if (stretch !== undefined && stretch.earliest <= start) found.add(other);
    }
  }
  return [...found];
}

function lookBack(episode: Episode, rule: IncidentRule): readonly Interval[] {
  const begins = episode.openings
    .flatMap((o) => (o.rule === rule ? (o.detection.onset?.earliest ?? []) : []))
    .sort((a, b) => a - b);
  const merged: { earliest: number; latest: number }[] = [];
  for (const begin of begins) {
    const earliest = begin - rule.backSeconds * SECOND;
    const last = merged.at(-1);
    if (last !== undefined && earliest <= last.latest) last.latest = begin + SECOND;
    else merged.push({ earliest, latest: begin + SECOND });
  }
  return merged;
}

/**
 * A failed backup is an episode's companion, never its beginning: the run it speaks of started long before. An incident that
 * is nothing else began somewhere between the start of the run and its failure.
 */
function onsetOf(episode: Episode, kind: string, dated: readonly Timed[]): Interval | null {
  if (kind.startsWith('backup.')) {
    const [first] = episode.openings;
    const { start, end } = (first as Opening).detection;
    return start === null ? null : { earliest: start, latest: Math.max(start, end ?? start) };
  }
  const own = episode.openings.filter((o) => !o.rule.incident.startsWith('backup.'));
  return earliestOnset([...own.map((o) => o.detection), ...dated]);
}

function earliestOnset(detections: readonly Timed[]): Interval | null {
  let best: Interval | null = null;
  for (const { onset } of detections) {
    if (onset !== null && (best === null || onset.earliest < best.earliest)) best = onset;
  }
  if (best === null) return null;
  // Another beginning inside the same bars narrows when it was at the latest.
  const latest = detections.reduce((min, { onset }) => (onset === null ? min : Math.min(min, onset.latest)), Infinity);
  return { earliest: best.earliest, latest: Math.max(best.earliest, Math.min(best.latest, latest)) };
}

function symptomsOf(episode: Episode, kind: string): Incident['symptoms'] {
  const seen = new Set<string>();
  const symptoms: { kind: string; detection: Timed }[] = [];
  for (const { rule, detection } of episode.openings) {
    if (rule.incident === kind || seen.has(rule.incident)) continue;
    seen.add(rule.incident);
    symptoms.push({ kind: rule.incident, detection });
  }
  return symptoms;
}

function unique(detections: readonly Timed[]): readonly Timed[] {
  return [...new Set(detections)].sort(
    (a, b) => (a.start ?? Infinity) - (b.start ?? Infinity) || (a.id < b.id ? -1 : 1),
  );
}
