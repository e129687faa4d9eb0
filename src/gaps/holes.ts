import type { IdRun, StepBack } from '../model/coverage.js';
import { type Interval, MINUTE, type Micros } from '../model/time.js';
import type { Log } from './logs.js';
import { usualSilence } from './rhythm.js';

/** A stretch between two neighbouring records of one log, or of two files of one series, that may be a gap. */
export interface Hole {
  /** True time. */
  readonly span: Interval;
  readonly uncertainty: Micros;
  /** Longer than this is unusual for the log; null: nobody can say what is usual. */
  readonly usual: Micros | null;
  readonly missing: number | null;
  /** Record ids that are not there, both included. */
  readonly ids: { readonly from: number; readonly to: number } | null;
  /** The file goes through this time more than once: what is missing here may stand further on. */
  readonly isPassedTwice: boolean;
  /** It lies between two files of a series. */
  readonly isSeam: boolean;
  /** The numbers of the two files show that one between them is missing (`syslog.1`, `syslog.3`). */
  readonly isFileMissing: boolean;
}

/** Shorter silences are not listed by the reader and explain nothing. */
export const SHORTEST = MINUTE;
/** A log that lacks records in this many places, one place in ten records, was filtered when it was exported. */
const FILTERED_PLACES = 20;
const FILTERED_PART = 0.1;

const INSIDE = { isSeam: false, isFileMissing: false };

export function holesOf(log: Log): readonly Hole[] {
  const { contiguous } = log.stream;
  return apart(contiguous === null ? silentHoles(log) : idHoles(log, contiguous));
}

function silentHoles(log: Log): Hole[] {
  const { stream, source } = log;
  // A job log is written when jobs run: between two runs it is quiet because nothing ran.
  if (source.layer === 'backup' || stream.clock !== 'wall') return [];
  const usual = usualSilence(stream);
  const twice = stream.stepsBack.filter(({ from, to }) => from - to >= SHORTEST);
  return stream.silences.flatMap((silence) => {
    const placed = placeSpan(log, silence);
    // Where summer time begins, written time is silent for an hour that never was.
    if (placed === null || length(placed.span) < SHORTEST) return [];
    const missing = stream.sampling === null ? null : Math.round(length(placed.span) / stream.sampling) - 1;
    if (missing !== null && length(placed.span) <= (usual ?? 0)) return [];
    return [{ ...placed, ...INSIDE, usual, missing, ids: null, isPassedTwice: isPassedTwice(silence, twice) }];
  });
}

function isPassedTwice({ earliest, latest }: Interval, steps: readonly StepBack[]): boolean {
  return steps.some(({ from, to }) => Math.min(latest, from) - Math.max(earliest, to) > (latest - earliest) / 2);
}

/** Silence of a channel means that nothing happened, as long as no record id is missing. */
function idHoles(log: Log, runs: readonly IdRun[]): Hole[] {
  const { records } = log.stream;
  const first = runs[0];
  const last = runs.at(-1);
  if (first === undefined || last === undefined) return [];
  if (runs.length > FILTERED_PLACES && runs.length > FILTERED_PART * records) {
    const missing = last.lastId - first.firstId + 1 - runs.reduce((n, run) => n + run.lastId - run.firstId + 1, 0);
    return idHole(log, { earliest: log.stream.first ?? 0, latest: log.stream.last ?? 0 }, first, last, missing);
  }
  return runs.slice(1).flatMap((next, i) => {
    const before = runs[i] as IdRun;
    const silence = { earliest: before.latest, latest: Math.max(before.latest, next.earliest) };
    return idHole(log, silence, before, next, next.firstId - before.lastId - 1);
  });
}

function idHole(log: Log, silence: Interval, before: IdRun, next: IdRun, missing: number): Hole[] {
  const placed = placeSpan(log, silence);
  if (placed === null) return [];
  const ids = { from: before.lastId + 1, to: next.firstId - 1 };
  return [{ ...placed, ...INSIDE, usual: 0, missing, ids, isPassedTwice: false }];
}

function placeSpan(log: Log, written: Interval): Pick<Hole, 'span' | 'uncertainty'> | null {
  const first = log.place(written.earliest);
  const second = log.place(written.earliest, 'second');
  const latest = log.place(written.latest);
  if (first === null || second === null || latest === null) return null;
  // A silence that ends behind an hour that comes twice began in its second pass: the log ran through both.
  const earliest = second.utc <= latest.utc ? second : first;
  return {
    span: { earliest: earliest.utc, latest: Math.max(earliest.utc, latest.utc) },
    uncertainty: Math.max(earliest.uncertainty, latest.uncertainty),
  };
}

/** Writers side by side and clocks that step make silences that overlap: each moment belongs to the first one. */
function apart(holes: readonly Hole[]): readonly Hole[] {
  const kept: Hole[] = [];
  let until = -Infinity;
  for (const hole of [...holes].sort((a, b) => a.span.earliest - b.span.earliest || b.span.latest - a.span.latest)) {
    const earliest = Math.max(hole.span.earliest, until);
    if (hole.span.latest < earliest) continue;
    if (hole.ids === null && hole.span.latest - earliest < SHORTEST) continue;
    kept.push(earliest === hole.span.earliest ? hole : { ...hole, span: { earliest, latest: hole.span.latest } });
    until = hole.span.latest;
  }
  return kept;
}

export function length({ earliest, latest }: Interval): Micros {
  return latest - earliest;
}
