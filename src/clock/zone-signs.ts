import type { Fold, ZoneCourse } from '../model/clock.js';
import type { StreamStats } from '../model/coverage.js';
import { HOUR, type Interval, MINUTE, type Micros } from '../model/time.js';
import { dated } from './year.js';
import { changesOf, type ZoneChange } from './zone-courses.js';

/** What a log shows of a change of its offset: the hour twice or not at all, no such thing, or it is too thin to tell. */
type Sign = 'shown' | 'denied' | 'open';

/** The records beside a change lie so far from it at most, in typical distances of two records; what is wider tells nothing. */
const NEAR = 4;
const NEAR_LEAST: Micros = 2 * MINUTE;
const NEAR_MOST: Micros = HOUR;
/** As many silences of that length are a habit of the log. */
const HABIT = 3;

/**
 * Of several courses those that the log itself shows by an hour that is missing or comes twice; where it shows none, those
 * that it does not deny.
 */
export function coursesShown(
  courses: readonly ZoneCourse[],
  stream: StreamStats,
  year: number | null,
  span: Interval,
): { readonly courses: readonly ZoneCourse[]; readonly isShown: boolean } {
  const signs = courses.map((course) => {
    const inside = changesOf(course).filter((change) => isInside(change, span));
    const each = inside.map((change) => signOf(change, stream, year));
    return { course, shown: each.filter((sign) => sign === 'shown').length, denied: each.includes('denied') };
  });
  const possible = signs.filter(({ denied }) => !denied);
  const most = Math.max(0, ...possible.map(({ shown }) => shown));
  const best = possible.filter(({ shown }) => shown === most).map(({ course }) => course);
  return best.length === 0 ? { courses, isShown: false } : { courses: best, isShown: most > 0 };
}

/** The hours of the course that the log runs through twice. */
export function foldsOf(course: ZoneCourse, stream: StreamStats, year: number | null): readonly Fold[] {
  return changesOf(course).flatMap((change) => {
    if (change.after >= change.before) return [];
    const step = stepBackAt(change, stream, year);
    const span = { earliest: change.utc + change.after, latest: change.utc + change.before };
    return step === null ? [] : [{ span, byteOffset: step.byteOffset }];
  });
}

function isInside({ utc, before, after }: ZoneChange, { earliest, latest }: Interval): boolean {
  return utc + Math.max(before, after) > earliest && utc + Math.min(before, after) < latest;
}

function signOf(change: ZoneChange, stream: StreamStats, year: number | null): Sign {
  return change.after < change.before ? foldSign(change, stream, year) : gapSign(change, stream, year);
}

/** Set back: the log falls back by an hour there. One that runs on evenly through both hours was not. */
function foldSign(change: ZoneChange, stream: StreamStats, year: number | null): Sign {
  if (stepBackAt(change, stream, year) !== null) return 'shown';
  const width = change.before - change.after;
  const around = { earliest: change.utc + change.after - width, latest: change.utc + change.before + width };
  const isThin = silencesOf(stream, year).some(
    ({ earliest, latest }) => latest - earliest > width / 2 && latest > around.earliest && earliest < around.latest,
  );
  return isThin || nearOf(stream) > width / 4 ? 'open' : 'denied';
}

/** Set ahead: nothing is written in the hour that is left out. */
function gapSign({ utc, before, after }: ZoneChange, stream: StreamStats, year: number | null): Sign {
  const gap = { earliest: utc + before, latest: utc + after };
  const near = nearOf(stream);
  const silences = silencesOf(stream, year);
  const silence = silences.find(({ earliest, latest }) => earliest <= gap.earliest && latest >= gap.latest);
  if (silence === undefined) return silences.length < SILENCES_KEPT ? 'denied' : 'open';
  const width = gap.latest - gap.earliest;
  const isTight = near < NEAR_MOST && silence.latest - silence.earliest <= width + 2 * near;
  const isRare = silences.filter(({ earliest, latest }) => latest - earliest >= width).length < HABIT;
  return isTight && isRare ? 'shown' : 'open';
}

/** Of a log with more silences than this the shorter ones are not kept. */
const SILENCES_KEPT = 1000;

function stepBackAt(
  change: ZoneChange,
  stream: StreamStats,
  year: number | null,
): StreamStats['stepsBack'][number] | null {
  const near = nearOf(stream);
  if (near >= NEAR_MOST) return null;
  const isWithin = (micros: Micros, from: Micros, to: Micros): boolean => micros >= from && micros <= to;
  return (
    stream.stepsBack.find((step) => {
      const [from, to] = [step.from, step.to].map((each) => dated(each, stream, year));
      const first = change.utc + change.after;
      const last = change.utc + change.before;
      return isWithin(from as Micros, last - near, last) && isWithin(to as Micros, first, first + near);
    }) ?? null
  );
}

function nearOf({ rhythm }: StreamStats): Micros {
  return Math.max(NEAR_LEAST, NEAR * (rhythm ?? Infinity));
}

function silencesOf(stream: StreamStats, year: number | null): readonly Interval[] {
  return stream.silences.map(({ earliest, latest }) => ({
    earliest: dated(earliest, stream, year),
    latest: dated(latest, stream, year),
  }));
}
