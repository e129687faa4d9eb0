import { streamKey } from '../model/clock.js';
import type { Detection, Entity, Origin } from '../model/detection.js';
import { fieldOf } from '../model/field.js';
import type { Layer, LogRecord } from '../model/record.js';
import type { DetectionRule } from '../model/rule.js';
import { MINUTE, SECOND } from '../model/time.js';
import type { Applicable } from './applicable.js';
import { fillStatement } from './statement.js';

export interface Detector {
  push(record: LogRecord): void;
  /** Call once at the end of the source. */
  finish(): readonly Detection[];
}

/** Matches of one rule on one entity further apart than this are two episodes. */
const EPISODE_GAP = 10 * MINUTE;
/** So many matches of an episode stand alone; the rest of a storm is one detection with a count. */
const KEPT_EACH = 50;
/**
 * So many matches of one rule on one entity of a stream stand alone in all; from then on an episode is one detection from
 * its first match. 8 GB of a log that repeats four messages every few minutes for two months held 70,000, and 200 MB.
 */
const KEPT_IN_ALL = 1000;
const SAMPLES = 5;

interface Episode {
  /** Matches that stood alone in the episodes before. */
  readonly before: number;
  kept: number;
  lastMicros: number;
  storm: Draft | null;
}

interface Draft {
  readonly rule: DetectionRule;
  readonly entity: Entity | null;
  readonly captures: Readonly<Record<string, string>>;
  readonly stream: string;
  first: LogRecord;
  last: LogRecord;
  count: number;
  origins: Origin[];
  /** Sum of what the rule's `gap.lost` captures: 300 notices of a rate limit say how many lines all of them dropped. */
  lost: number;
}

/** What is kept of one rule: the episodes by stream and entity, and the one that was met last. */
interface Tally {
  readonly episodes: Map<string, Episode>;
  /** A storm repeats one message of one host: its episode is found without making a key. */
  host: string | null;
  channel: string | null;
  name: string | null;
  episode: Episode | null;
}

interface State {
  readonly source: string;
  /** By the number of the rule. */
  readonly tallies: (Tally | undefined)[];
  readonly drafts: Draft[];
}

/** Runs the rules over the records of ONE source. Memory is bounded: a storm is kept as an episode. */
export function createDetector(
  source: { readonly id: string; readonly layer: Layer },
  applicable: Applicable,
): Detector {
  const state: State = { source: source.id, tallies: [], drafts: [] };
  let record: LogRecord | null = null;
  const match = (rule: DetectionRule, number: number): void => {
    if (record !== null) add(state, rule, number, record);
  };
  return {
    push(next) {
      record = next;
      applicable.matches(next, match);
    },
    finish() {
      const kept = dropExcused(state.drafts);
      return kept.map((draft, index) => toDetection(draft, source, index));
    },
  };
}

function add(state: State, rule: DetectionRule, number: number, record: LogRecord): void {
  const micros = record.time?.micros ?? 0;
  // Captures cost ten times the match. Where the entity is a field of the record, the tail of a storm needs none.
  const named = rule.entity === null ? '' : fieldOf(record, rule.entity.field);
  let captures: Readonly<Record<string, string>> | null = null;
  if (named === null) captures = rule.capture(record);
  const entity = named === '' ? null : entityOf(rule, record, captures ?? NO_CAPTURES);
  const episode = episodeOf(state, number, record, entity?.name ?? null, micros);
  episode.lastMicros = micros;
  if (episode.storm !== null) {
    grow(episode.storm, state.source, record);
    episode.storm.lost += lostIn(rule, record, null);
    return;
  }
  captures ??= rule.capture(record);
  const draft: Draft = {
    rule,
    entity,
    captures,
    stream: streamKey(state.source, record.host, record.channel),
    first: record,
    last: record,
    count: record.repeat,
    origins: [originOf(state.source, record)],
    lost: lostIn(rule, record, captures),
  };
  state.drafts.push(draft);
  episode.kept++;
  if (episode.kept >= KEPT_EACH || episode.before + episode.kept >= KEPT_IN_ALL) episode.storm = draft;
}

const NO_CAPTURES: Readonly<Record<string, string>> = Object.freeze({});

/** The episode that goes on with this match, or a new one. */
function episodeOf(
  state: State,
  number: number,
  { host, channel }: LogRecord,
  name: string | null,
  micros: number,
): Episode {
  let tally = state.tallies[number];
  if (tally === undefined) {
    tally = { episodes: new Map(), host: null, channel: null, name: null, episode: null };
    state.tallies[number] = tally;
  }
  const isLast = tally.host === host && tally.channel === channel && tally.name === name;
  const key = isLast && tally.episode !== null ? null : `${host ?? ''}|${channel ?? ''}|${name ?? ''}`;
  const known = key === null ? tally.episode : (tally.episodes.get(key) ?? null);
  tally.host = host;
  tally.channel = channel;
  tally.name = name;
  tally.episode = known;
  if (known !== null && Math.abs(micros - known.lastMicros) <= EPISODE_GAP) return known;
  const before = known === null ? 0 : known.before + known.kept;
  const episode: Episode = { before, kept: 0, lastMicros: micros, storm: null };
  tally.episodes.set(key ?? `${host ?? ''}|${channel ?? ''}|${name ?? ''}`, episode);
  tally.episode = episode;
  return episode;
}

function grow(storm: Draft, source: string, record: LogRecord): void {
  storm.last = record;
  storm.count += record.repeat;
  if (storm.origins.length < SAMPLES) storm.origins.push(originOf(source, record));
}

function lostIn(rule: DetectionRule, record: LogRecord, captures: Readonly<Record<string, string>> | null): number {
  const name = rule.gap?.lost;
  if (name == null) return 0;
  return Number((captures ?? rule.capture(record))[name] ?? 0) * record.repeat;
}

function originOf(source: string, record: LogRecord): Origin {
  return {
    source,
    at: record.at,
    series: null,
    value: null,
    interval: null,
    written: record.time?.micros ?? null,
    text: record.text,
  };
}

function entityOf(rule: DetectionRule, record: LogRecord, captures: Readonly<Record<string, string>>): Entity | null {
  if (rule.entity === null) return null;
  const { type, field } = rule.entity;
  const value = captures[field] ?? fieldOf(record, field);
  return value === null || value === '' ? null : { type, name: value };
}

/** Drops matches that another rule explains away (`unless`): the storvsc error whose tag belongs to the DVD. */
function dropExcused(drafts: readonly Draft[]): readonly Draft[] {
  const excuses = new Map<string, Draft[]>();
  const wanted = new Set(drafts.flatMap((draft) => (draft.rule.unless === null ? [] : [draft.rule.unless.rule])));
  for (const draft of drafts)
    if (wanted.has(draft.rule.id)) excuses.set(draft.rule.id, [...(excuses.get(draft.rule.id) ?? []), draft]);
  return drafts.filter(
    (draft) =>
      !(
        draft.rule.unless !== null && (excuses.get(draft.rule.unless.rule) ?? []).some((other) => excused(draft, other))
      ),
  );
}

function excused(draft: Draft, other: Draft): boolean {
  const { unless } = draft.rule;
  if (unless === null || other.stream !== draft.stream) return false;
  const a = draft.first.uptime ?? draft.first.time?.micros;
  const b = other.first.uptime ?? other.first.time?.micros;
  if (a == null || b == null || Math.abs(a - b) > unless.withinSeconds * SECOND) return false;
  return unless.same.every((name) => draft.captures[name] === other.captures[name]);
}

function toDetection(draft: Draft, source: { readonly id: string; readonly layer: Layer }, index: number): Detection {
  const { rule } = draft;
  const onset = rule.onset;
  const lost = rule.gap?.lost ?? null;
  const captures = lost === null || draft.count === 1 ? draft.captures : { ...draft.captures, [lost]: `${draft.lost}` };
  return {
    id: `${source.id}#${index}`,
    rule: rule.id,
    role: rule.role,
    level: rule.level,
    layer: source.layer,
    source: source.id,
    stream: draft.stream,
    entity: draft.entity,
    captures,
    statement: fillStatement(rule.statement, captures, draft.first, draft.entity, draft.count),
    first: draft.first,
    last: draft.last,
    count: draft.count,
    began:
      onset !== null && 'earliest' in onset
        ? { earliest: sumSeconds(onset.earliest, captures), latest: sumSeconds(onset.latest, captures) }
        : null,
    epoch: onset !== null && 'epoch' in onset ? epochOf(captures[onset.epoch]) : null,
    origins: draft.origins,
  };
}

function sumSeconds(terms: readonly (string | number)[], captures: Readonly<Record<string, string>>): number {
  return terms.reduce<number>((sum, term) => {
    const value = typeof term === 'number' ? term : Number(captures[term]);
    return Number.isFinite(value) ? sum + value : sum;
  }, 0);
}

function epochOf(text: string | undefined): number | null {
  const seconds = Number(text);
  return text !== undefined && Number.isFinite(seconds) ? seconds * SECOND : null;
}
