import type { StreamStats } from '../model/coverage.js';
import { DAY, HOUR, MINUTE, type Micros, SECOND } from '../model/time.js';
import { type LogPass, passAt, passesAround, placedAheadIn } from './passes.js';
import type { StepPlace, StepSigns } from './steps.js';

/** One log of a clock: its statistics, and where a time of theirs lies by what the log states. */
export interface SteppedLog {
  readonly stats: StreamStats;
  readonly place: (written: Micros, byteOffset: number | null) => Micros | null;
  /** Where it falls back because its clock was set: times are then taken to run on. */
  readonly passes: readonly LogPass[];
}

/** What a log says of a step: the time is in the frame of `SteppedLog.place`. */
export interface ReportedStep {
  /** Stamp of the line, after the step. */
  readonly at: Micros;
  /** Ahead is positive. */
  readonly by: Micros;
  /** What it lies ahead where the log runs on. */
  readonly ahead: Micros;
}

/** Lines out of order are this far apart at most: what falls back further was set back. */
const DISORDER: Micros = 5 * SECOND;
/** The records beside a step lie so far from it at most, in typical distances of two records, or as far as the log is silent at times. */
const NEAR = 4;
/** Silences from here on are known one by one (docs/evidence.md); a shorter step ahead shows nowhere. */
const SILENCE: Micros = MINUTE;
/** A reported step and the one that the log shows are one if they lie this close. */
const REPORTED: Micros = 2 * SECOND;
/** A time service reports a step some time after. */
const REPORTED_LATE: Micros = 5 * MINUTE;
/** Statistics keep so many silences, the longest. */
const SILENCES_KEPT = 1_000;

/**
 * Where a clock may have been set, by its own logs: where one falls back, every silence (a step ahead hides in it), and what
 * was reported. Of several logs the one with the most records tells most. Days of summer time are no steps: they are the zone's.
 */
export function stepSigns(
  logs: readonly SteppedLog[],
  reported: readonly ReportedStep[],
  from: Micros,
  to: Micros,
): StepSigns {
  const known = reported.filter(({ by }) => Math.abs(by) >= SECOND);
  const dense = densest(logs);
  if (dense === null) return { places: inOrder(known.map((step) => reportedPlace(step, []))), unseen: null };
  const { stats, place, passes } = dense;
  const near = NEAR * (stats.rhythm ?? 0);
  const quiet = Math.max(near, quietest(stats));
  const set = passes.map((pass, i) => setBack(pass, placedAheadIn(passes, i), quiet));
  const told = known.map((step) => reportedPlace(step, set));
  const shown: StepPlace[] = set.map(({ by: _, ...step }) => step);
  for (const step of stats.stepsBack) {
    if (step.from - step.to < DISORDER) continue;
    const before = place(step.from, step.byteOffset - 1);
    const after = place(step.to, step.byteOffset);
    // Where the zone explains it both lie one after the other.
    if (before === null || after === null || before - after < DISORDER) continue;
    if (passes.some(({ byteOffset }) => byteOffset === step.byteOffset)) continue;
    const at = after + placedAheadIn(passes, passAt(passes, step.byteOffset));
    shown.push({ at, least: after - before - quiet, most: after - before + SECOND, certain: false });
  }
  for (const silence of stats.silences) {
    const before = place(silence.earliest, null);
    const after = place(silence.latest, null);
    if (before === null || after === null || after <= before) continue;
    // Which pass of the log it was in is not counted: any that reaches over it.
    for (const pass of passesAround(passes, before, after))
      shown.push({ at: after + placedAheadIn(passes, pass), least: 0, most: after - before, certain: false });
  }
  const first = stats.first === null ? null : place(stats.first, null);
  const end = stats.last === null ? null : place(stats.last, null);
  const last = end === null ? null : end + placedAheadIn(passes, passes.length);
  const isWhole = first !== null && last !== null && first <= from + DAY && last >= to - DAY;
  const least = stats.silences.length < SILENCES_KEPT ? SILENCE : shortest(stats);
  const silent = shown.filter(({ at }) => told.every((one) => Math.abs(one.at - at) > near + REPORTED));
  return { places: inOrder([...told, ...silent]), unseen: isWhole ? least + near : null };
}

interface SetBack extends StepPlace {
  /** What is taken for the step where the log runs on. */
  readonly by: Micros;
}

/** What is left of a step where the log runs on over it: the distance of the two records. */
function setBack({ after, placedAhead }: LogPass, before: Micros, quiet: Micros): SetBack {
  return { at: after + placedAhead, least: -quiet, most: SECOND, certain: false, by: before - placedAhead };
}

/** A step that the log runs on over is that much smaller, and was where it falls back. */
function reportedPlace({ at, by, ahead }: ReportedStep, set: readonly SetBack[]): StepPlace {
  const shown = set.find((step) => {
    const late = at + ahead - step.at;
    const rest = by - step.by;
    return late >= -REPORTED && late <= REPORTED_LATE && rest >= step.least - REPORTED && rest <= step.most + REPORTED;
  });
  if (shown === undefined) return { at: at + ahead, least: by - REPORTED, most: by + REPORTED, certain: true };
  const rest = by - shown.by;
  return { at: shown.at, least: rest - REPORTED, most: rest + REPORTED, certain: true };
}

function densest(logs: readonly SteppedLog[]): SteppedLog | null {
  let best: SteppedLog | null = null;
  for (const log of logs) {
    if (log.stats.clock !== 'wall' || log.stats.first === null || log.stats.rhythm === null) continue;
    if (best === null || log.stats.records > best.stats.records) best = log;
  }
  return best;
}

/** The longest silences are a machine that was off, or a step ahead; so long is its log silent otherwise. */
const EXCEPTIONS = 2;
const QUIET_MOST: Micros = 6 * HOUR;

function quietest({ silences }: StreamStats): Micros {
  const { earliest, latest } = silences[EXCEPTIONS] ?? { earliest: 0, latest: 0 };
  return Math.min(QUIET_MOST, latest - earliest);
}

function shortest({ silences }: StreamStats): Micros {
  return silences.reduce((least, { earliest, latest }) => Math.min(least, latest - earliest), Infinity);
}

function inOrder(places: readonly StepPlace[]): readonly StepPlace[] {
  return [...places].sort((x, y) => x.at - y.at || x.least - y.least || x.most - y.most);
}
