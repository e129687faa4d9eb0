import { type ClockProof, type StreamClock, streamKey, type ZoneCourse } from '../model/clock.js';
import type { StreamStats } from '../model/coverage.js';
import { DAY, type Micros } from '../model/time.js';
import { compare, type MeasureInput, offsetOf, proofsOf, type Stream, TOLD_APART } from './compare.js';
import type { Curve } from './curve.js';
import type { SolvedClock } from './solve.js';
import { spanOfStream } from './span-of-stream.js';
import { isYearGuessed, machineClock, SYNC_ASSUMED } from './wall.js';
import { coursesThrough, offsetIn } from './zone-courses.js';
import { zonesOfSite } from './zone-of-site.js';
import { UNMEASURED } from './zone-of-stream.js';
import { coursesShown } from './zone-signs.js';
import { zonedSegments, zonesOnly } from './zoned-segments.js';

/** A year and its leap day apart, and so much of an error of the clock besides, no one can tell from the other. */
const YEAR: Micros = 365.2425 * DAY;

const OF_A_YEAR: Micros = 30 * DAY;

/** The years of streams whose stamps have none and got the nearest one, where events that other clocks stamped tell another. */
export function yearsMeasured(input: MeasureInput): ReadonlyMap<string, number> {
  const years = new Map<string, number>();
  if (![...input.streams.values()].some((clock) => !clock.isFinal && isYearGuessed(clock))) return years;
  for (const { key, clock, solved } of compare(input).all) {
    if (clock.year === null || clock.isFinal || !isYearGuessed(clock) || solved?.curve == null) continue;
    const offsets = solved.anchors.map((anchor) => offsetOf(solved.curve as Curve, anchor)?.offset ?? 0);
    const middle = offsets.sort((x, y) => x - y)[offsets.length >> 1] ?? 0;
    const off = Math.round(middle / YEAR);
    if (off !== 0 && Math.abs(middle - off * YEAR) < OF_A_YEAR) years.set(key, clock.year + off);
  }
  return years;
}

/**
 * The zones of streams that nothing states, told by events that other clocks stamped too: what is left is an error of minutes
 * at most, and is measured again together with the other logs of the machine. So are zones that were told by another clock, where
 * these events say that it was wrong by hours, and another zone of the site is what they say.
 */
export function zonesMeasured(input: MeasureInput): ReadonlyMap<string, StreamClock> {
  const zoned = new Map<string, StreamClock>();
  const isOpen = ({ basis, isFinal }: StreamClock): boolean => !isFinal && (basis === 'assumed' || basis === 'derived');
  if (![...input.streams.values()].some(isOpen)) return zoned;
  const { all, named } = compare(input);
  const site = zonesOfSite(input.sources, input.streams);
  for (const stream of all) {
    const { key, clock, stats, source, solved } = stream;
    if (!isOpen(clock) || solved?.curve == null) continue;
    if (clock.basis === 'derived' && !isHoursOff(solved)) continue;
    const fitting = coursesMeasured(clock, stats, solved);
    const courses = clock.basis === 'assumed' ? fitting : site.commonest(key, fitting);
    if (courses.length === 0) continue;
    const peer = named(solved.peer);
    const note = `the zone was read from ${solved.anchors.length} events beside ${peer.name}`;
    const proofs = proofsOf(solved, peer, stats.source);
    zoned.set(key, {
      ...rezoned(stream, courses, proofs, note),
      clockId: machineClock(source, stats.host, input.sources) ?? key,
    });
  }
  return zoned;
}

/** Of several zones that fit a log the one that the other machines of the site are in. */
export function zonesAgreed({ sources, streams }: MeasureInput): ReadonlyMap<string, StreamClock> {
  const agreed = new Map<string, StreamClock>();
  const site = zonesOfSite(sources, streams);
  for (const source of sources) {
    for (const stats of source.streams) {
      const key = streamKey(source.id, stats.host, stats.channel);
      const clock = streams.get(key);
      if (clock === undefined || clock.isFinal || clock.basis !== 'derived' || clock.courses.length < 2) continue;
      const courses = site.commonest(key, clock.courses);
      if (courses.length === 0 || courses.length === clock.courses.length) continue;
      const before = clock.zoning?.note ?? 'the zone was derived';
      const note = `${before}; of ${clock.courses.length} that fit the one that other machines of the site are in`;
      agreed.set(key, rezoned({ clock, stats }, courses, clock.proofs, note));
    }
  }
  return agreed;
}

/** The same clock in one of these zones. */
function rezoned(
  { clock, stats }: Pick<Stream, 'clock' | 'stats'>,
  courses: readonly ZoneCourse[],
  proofs: readonly ClockProof[],
  note: string,
): StreamClock {
  const least = clock.basis === 'derived' ? (clock.zoning?.least ?? UNMEASURED) : UNMEASURED;
  const { segments, folds } = zonedSegments(courses, stats, clock.year, least);
  const of = ['assumed-zone', 'derived-zone', 'clock-sync-assumed'];
  return {
    ...clock,
    basis: 'derived',
    zone: null,
    courses,
    segments,
    folds,
    zoning: { basis: 'derived', segments: zonesOnly(segments, least), least, proofs, note },
    proofs,
    issues: [
      ...clock.issues.filter(({ code }) => !of.includes(code)),
      { code: 'derived-zone', severity: 'info', note, count: 1, at: null },
      SYNC_ASSUMED,
    ],
  };
}

/** No anchor is where the zone puts it, to within what a zone can be taken for. */
function isHoursOff({ curve, anchors }: SolvedClock): boolean {
  return (
    anchors.length > 1 &&
    anchors.every((anchor) => Math.abs(offsetOf(curve as Curve, anchor)?.offset ?? 0) > TOLD_APART)
  );
}

/** The zones that a clock may be written in which nothing else told of, if it is off by minutes at most. */
function coursesMeasured(
  clock: StreamClock,
  stats: StreamStats,
  { anchors, curve }: SolvedClock,
): readonly ZoneCourse[] {
  if (curve === null || anchors.length === 0) return [];
  const zoneAt = (placed: Micros): Micros =>
    clock.basis === 'assumed' || clock.courses[0] === undefined
      ? 0 - (clock.segments[0]?.offset ?? 0)
      : offsetIn(clock.courses[0], placed);
  // Where the other clock has the event, not where the line through all of them has it.
  const pairs = anchors.map((anchor) => {
    const stamp = anchor.written - anchor.ahead;
    return { utc: stamp + (offsetOf(curve, anchor)?.offset ?? 0) - anchor.residual, written: stamp + zoneAt(stamp) };
  });
  const span = spanOfStream(stats, clock.year);
  const through = coursesThrough(pairs, span, TOLD_APART);
  const fits = through.filter((course) =>
    pairs.every(({ utc, written }) => Math.abs(written - utc - offsetIn(course, utc)) <= TOLD_APART),
  );
  return fits.length === 0 ? [] : coursesShown(fits, stats, clock.year, span).courses;
}
