import type { ClockSegment, Fold, ZoneCourse } from '../model/clock.js';
import type { StreamStats } from '../model/coverage.js';
import { DAY, type Interval, type Micros } from '../model/time.js';
import { spanOfStream } from './span-of-stream.js';
import { changesOf, offsetAtLocal } from './zone-courses.js';
import { foldsOf } from './zone-signs.js';

/** What a stream's written times have to be corrected by in one of several zones; where they part, it is between them. */
export interface Zoned {
  readonly segments: readonly ClockSegment[];
  readonly folds: readonly Fold[];
}

export function zonedSegments(
  courses: readonly ZoneCourse[],
  stream: StreamStats,
  year: number | null,
  uncertainty: Micros,
): Zoned {
  const span = spanOfStream(stream, year);
  const folds = commonFolds(courses, stream, year);
  const segments: ClockSegment[] = [];
  const cuts = [Number.NEGATIVE_INFINITY, ...cutsOf(courses, span)];
  for (const [i, from] of cuts.entries()) {
    const at = i === 0 ? span.earliest : from;
    const readings = courses.flatMap((course) => readingsAt(course, at, folds, stream.statesOffset));
    const least = Math.min(...readings);
    const most = Math.max(...readings);
    segments.push({
      ...{ from: i === 0 ? null : from, to: cuts[i + 1] ?? null },
      ...{ offset: 0 - (least + most) / 2, uncertainty: uncertainty + (most - least) / 2 },
    });
  }
  return { segments: joinedSegments(segments), folds };
}

/** The same without what is unsure even where only one zone is possible (`least`): their error is that several are. */
export function zonesOnly(segments: readonly ClockSegment[], least: Micros): readonly ClockSegment[] {
  return segments.map((segment) => ({ ...segment, uncertainty: segment.uncertainty - least }));
}

/** Local times at which a course changes, or an hour begins that comes twice. */
function cutsOf(courses: readonly ZoneCourse[], { earliest, latest }: Interval): readonly Micros[] {
  const cuts = new Set<Micros>();
  for (const change of courses.flatMap(changesOf)) {
    const { utc, before, after } = change;
    for (const cut of after < before ? [utc + after, utc + before] : [utc + after])
      if (cut > earliest && cut < latest + DAY) cuts.add(cut);
  }
  return [...cuts].sort((x, y) => x - y);
}

/** Offsets that a local time may have: two in an hour that comes twice, unless the log shows where it began again. */
export function readingsAt(
  course: ZoneCourse,
  local: Micros,
  folds: readonly Fold[],
  statesOffset: boolean,
): readonly Micros[] {
  const first = offsetAtLocal(course, local);
  const twice = changesOf(course).find(
    ({ utc, before, after }) => after < before && local >= utc + after && local < utc + before,
  );
  const isTold = statesOffset || folds.some(({ span }) => local >= span.earliest && local < span.latest);
  return twice === undefined || isTold ? [first] : [first, twice.after];
}

/** Those that every course has. */
function commonFolds(courses: readonly ZoneCourse[], stream: StreamStats, year: number | null): readonly Fold[] {
  if (stream.statesOffset) return [];
  const [first = [], ...others] = courses.map((course) => foldsOf(course, stream, year));
  return first.filter(({ span }) =>
    others.every((folds) =>
      folds.some((fold) => fold.span.earliest === span.earliest && fold.span.latest === span.latest),
    ),
  );
}

/** Neighbours that say the same as one. */
export function joinedSegments(segments: readonly ClockSegment[]): readonly ClockSegment[] {
  const result: ClockSegment[] = [];
  for (const segment of segments) {
    const last = result.at(-1);
    if (last !== undefined && last.offset === segment.offset && last.uncertainty === segment.uncertainty)
      result[result.length - 1] = { ...last, to: segment.to };
    else result.push(segment);
  }
  return result;
}
