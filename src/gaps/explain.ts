import type { Clocks } from '../model/clock.js';
import type { Timed } from '../model/detection.js';
import { type Gap, type GapCause, type StreamGaps, TOLD_CAUSES } from '../model/gap.js';
import type { Rule } from '../model/rule.js';
import type { ReadSource } from '../model/source.js';
import type { Interval, Micros } from '../model/time.js';
import type { Topology } from '../model/topology.js';
import { elsewhereOf, isMerged, twinOf } from './elsewhere.js';
import { type Hole, holesOf, length } from './holes.js';
import { type Log, placeLogs } from './logs.js';
import { lossesOf } from './losses.js';
import { type Cover, collectMarks, coversOf, type Mark, type Marks } from './marks.js';
import { usualSilence } from './rhythm.js';
import { holesBetween, seriesOf } from './series.js';

export interface GapsInput {
  readonly sources: readonly ReadSource[];
  /** Detections on the common timeline, with the names of the topology. */
  readonly detections: readonly Timed[];
  readonly rules: readonly Rule[];
  readonly clocks: Clocks;
  readonly topology: Topology;
}

/** A cause explains a silence when it covers at least this part of it. */
const COVERED_PART = 0.5;

/** Where each stream has nothing though it should, and why; streams without a place on the timeline are left out. */
export function explainGaps({ sources, detections, rules, clocks, topology }: GapsInput): readonly StreamGaps[] {
  const logs = placeLogs(sources, clocks, topology);
  const marks = collectMarks(detections, rules, logs);
  const series = seriesOf(logs);
  const before = new Map<string, Hole[]>();
  for (const { log, hole } of series.flatMap(holesBetween)) before.set(log.key, [hole]);
  const byMachine = groupByMachine(logs);
  const losses = lossesOf(marks);
  return logs.map((log) => {
    const { contiguous } = log.stream;
    const first = contiguous?.[0];
    const last = contiguous?.at(-1);
    const holes = [...(before.get(log.key) ?? []), ...holesOf(log)];
    return {
      key: log.key,
      ...lifeOf(log),
      ids: first === undefined || last === undefined ? null : { first: first.firstId, last: last.lastId },
      gaps: holes.flatMap((hole) => explainHole(hole, log, marks, byMachine.get(log.machine ?? '') ?? []) ?? []),
      losses: losses.get(log.key) ?? [],
    };
  });
}

function groupByMachine(logs: readonly Log[]): ReadonlyMap<string, readonly Log[]> {
  const groups = new Map<string, Log[]>();
  for (const log of logs) {
    if (log.machine === null) continue;
    const known = groups.get(log.machine);
    if (known === undefined) groups.set(log.machine, [log]);
    else known.push(log);
  }
  return groups;
}

/** Silence of a channel is none, and that of a job log means that nothing ran. */
function lifeOf({ stream, source }: Log): Pick<StreamGaps, 'aliveBy' | 'usual'> {
  if (stream.contiguous !== null) return { aliveBy: 'record-ids', usual: null };
  const usual = source.layer === 'backup' ? null : usualSilence(stream);
  return { aliveBy: usual === null ? 'unknown' : stream.sampling === null ? 'rhythm' : 'sampling', usual };
}

/** Null: no gap. A silence is one when it is longer than usual, or when records tell where it begins and ends. */
function explainHole(hole: Hole, log: Log, marks: Marks, machine: readonly Log[]): Gap | null {
  const { span, uncertainty, missing, usual } = hole;
  const gap = (cause: GapCause, because: readonly Timed[], elsewhere: string | null): Gap => ({
    ...{ span, uncertainty, cause, missing, because, elsewhere },
  });
  if (hole.ids !== null) {
    const twin = twinOf(hole.ids, log, machine);
    return twin === null ? gap('record-ids-missing', [], null) : gap('cosmetic', [], twin);
  }
  if (hole.isFileMissing) return gap('rotated', [], elsewhereOf(hole, log, machine));
  const isLong = usual !== null && length(span) > usual;
  const covers = coversOf(marks.get(log.machine ?? '') ?? [], span, uncertainty, log);
  const told = isLong
    ? explanation(covers, span, usual)
    : explanation(
        covers.filter(({ isBounded }) => isBounded),
        span,
        Infinity,
      );
  if (told !== null) return gap(told.cause, told.because, elsewhereOf(hole, log, machine));
  if (!isLong) return null;
  if (hole.isPassedTwice) return gap('cosmetic', [], log.source.path);
  const elsewhere = elsewhereOf(hole, log, machine);
  if (hole.isSeam && log.stream.sampling !== null) return gap('not-collected', [], elsewhere);
  return gap(elsewhere !== null && isMerged(log) ? 'cosmetic' : 'silence', [], elsewhere);
}

/** The first cause of the model's list that covers a silence alone, else all of them together under the name of the one that covers most. */
function explanation(
  covers: readonly Cover[],
  span: Interval,
  usual: Micros,
): { readonly cause: GapCause; readonly because: readonly Timed[] } | null {
  const causes = TOLD_CAUSES.map((cause) => ({ cause, own: covers.filter((cover) => cover.cause === cause) }));
  const alone = causes.find(({ own }) => explains(own, span, usual));
  if (alone !== undefined) return { cause: alone.cause, because: told(alone.own) };
  if (!explains(covers, span, usual)) return null;
  const most = causes.reduce((a, b) => (restOf(b.own, span) < restOf(a.own, span) ? b : a));
  return { cause: most.cause, because: told(covers) };
}

/** Covers leave no rest that would be unusual by itself, and at most half. */
function explains(covers: readonly Cover[], span: Interval, usual: Micros): boolean {
  const longest = Math.max(0, ...uncovered(covers, span).map(length));
  return longest <= usual && restOf(covers, span) <= (1 - COVERED_PART) * length(span);
}

function restOf(covers: readonly Cover[], span: Interval): Micros {
  return uncovered(covers, span).reduce((total, rest) => total + length(rest), 0);
}

function uncovered(covers: readonly Cover[], span: Interval): readonly Interval[] {
  const rests: Interval[] = [];
  let from = span.earliest;
  for (const cover of [...covers].sort((a, b) => a.span.earliest - b.span.earliest)) {
    if (cover.span.earliest > from) rests.push({ earliest: from, latest: cover.span.earliest });
    from = Math.max(from, cover.span.latest);
  }
  if (from < span.latest) rests.push({ earliest: from, latest: span.latest });
  return rests;
}

/** One record of each rule, in time order: fifty lines of one journal abort say it fifty times. */
function told(covers: readonly Cover[]): readonly Timed[] {
  const byRule = new Map<string, Mark>();
  for (const mark of covers.flatMap(({ marks }) => marks)) {
    const known = byRule.get(mark.detection.rule);
    if (known === undefined || mark.start < known.start) byRule.set(mark.detection.rule, mark);
  }
  return [...byRule.values()]
    .sort((a, b) => a.start - b.start || (a.detection.id < b.detection.id ? -1 : 1))
    .map(({ detection }) => detection);
}
