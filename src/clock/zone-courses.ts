import { tzOffset } from '@date-fns/tz';
import type { ZoneCourse } from '../model/clock.js';
import { DAY, HOUR, type Interval, MINUTE, type Micros } from '../model/time.js';
import { UserError } from '../model/user-error.js';

/** A change of the offset of a course at a true time. */
export interface ZoneChange {
  readonly utc: Micros;
  readonly before: Micros;
  readonly after: Micros;
}

const FIXED = /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d\d))?$/i;

/** The offset that a text states, `UTC`, `+02:00`, `UTC-5`; null for a name of a zone. */
function fixedOffset(zone: string): Micros | null {
  if (/^(?:UTC|GMT|Z)$/i.test(zone)) return 0;
  const fixed = FIXED.exec(zone);
  if (fixed === null) return null;
  const offset = (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * HOUR + Number(fixed[3] ?? 0) * MINUTE);
  return Math.abs(offset) <= WIDEST && Number(fixed[3] ?? 0) < 60 ? offset : null;
}

/** UTC-12 to UTC+14. */
const WIDEST = 14 * HOUR;

/** The zone a person named, over a stretch of true time. Throws a UserError for a name nobody knows. */
export function courseOfZone(zone: string, span: Interval): ZoneCourse {
  const fixed = fixedOffset(zone);
  if (fixed !== null) return constantCourse(fixed);
  if (/^[+-]?\d/.test(zone) || FIXED.test(zone) || Number.isNaN(tzOffset(zone, new Date(0)))) {
    throw new UserError(
      `unknown time zone "${zone}"`,
      'use an IANA name such as Europe/Vienna, or an offset such as +02:00',
    );
  }
  return { names: [zone], offsets: offsetsOf(zone, span) };
}

export function constantCourse(offset: Micros): ZoneCourse {
  return { names: [], offsets: [{ from: Number.NEGATIVE_INFINITY, offset }] };
}

/** Stretches begin and end at multiples of this. */
const KEPT = 32 * DAY;
const kept = new Map<string, readonly ZoneCourse[]>();

/** All zones of the IANA database over a stretch, those that kept the same time there as one: some forty to sixty. */
export function zoneCourses({ earliest, latest }: Interval): readonly ZoneCourse[] {
  // Logs of one site cover much the same days: they are looked up once.
  const span = { earliest: Math.floor(earliest / KEPT) * KEPT, latest: Math.ceil(latest / KEPT) * KEPT };
  const key = `${span.earliest}-${span.latest}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  const groups = new Map<string, { readonly names: string[]; readonly offsets: ZoneCourse['offsets'] }>();
  for (const zone of Intl.supportedValuesOf('timeZone').sort()) {
    const offsets = offsetsOf(zone, span);
    const same = offsets.map(({ from, offset }) => `${from}:${offset}`).join(' ');
    const group = groups.get(same);
    if (group === undefined) groups.set(same, { names: [zone], offsets });
    else group.names.push(zone);
  }
  const courses = [...groups.values()];
  kept.set(key, courses);
  return courses;
}

/** No zone changes its offset twice within this (Morocco's Ramadan: four weeks). */
const STRIDE = 20 * DAY;

function offsetsOf(zone: string, { earliest, latest }: Interval): ZoneCourse['offsets'] {
  const at = (utc: Micros): Micros => tzOffset(zone, new Date(utc / 1000)) * MINUTE;
  const offsets = [{ from: Number.NEGATIVE_INFINITY, offset: at(earliest) }];
  let last = at(earliest);
  for (let from = earliest; from < latest; from += STRIDE) {
    const to = Math.min(latest, from + STRIDE);
    const next = at(to);
    if (next === last) continue;
    offsets.push({ from: changeBetween(at, from, to), offset: next });
    last = next;
  }
  return offsets;
}

/** To the minute: no zone has changed at anything finer since clocks have been kept by computers. */
function changeBetween(at: (utc: Micros) => Micros, low: Micros, high: Micros): Micros {
  const before = at(low);
  let a = Math.floor(low / MINUTE);
  let b = Math.ceil(high / MINUTE);
  while (b - a > 1) {
    const middle = Math.floor((a + b) / 2);
    if (at(middle * MINUTE) === before) a = middle;
    else b = middle;
  }
  return b * MINUTE;
}

export function offsetIn({ offsets }: ZoneCourse, utc: Micros): Micros {
  return offsets.findLast(({ from }) => from <= utc)?.offset ?? 0;
}

export function changesOf({ offsets }: ZoneCourse): readonly ZoneChange[] {
  return offsets.slice(1).map(({ from, offset }, i) => ({
    utc: from,
    before: offsets[i]?.offset ?? 0,
    after: offset,
  }));
}

/** The offset by a local time. In an hour that comes twice the first reading counts, in one that is left out the offset before. */
export function offsetAtLocal(course: ZoneCourse, local: Micros): Micros {
  let offset = course.offsets[0]?.offset ?? 0;
  for (const { utc, before, after } of changesOf(course)) if (local >= utc + Math.max(before, after)) offset = after;
  return offset;
}

/** A moment at which the offset of the local time is known. */
export interface ZonePair {
  readonly utc: Micros;
  readonly written: Micros;
}

/** The courses that go through most of the pairs, to within `tolerance`; none where no zone fits any. */
export function coursesThrough(pairs: readonly ZonePair[], span: Interval, tolerance: Micros): readonly ZoneCourse[] {
  if (pairs.length === 0) return [];
  const range = pairs.reduce(
    ({ earliest, latest }, { utc }) => ({ earliest: Math.min(earliest, utc), latest: Math.max(latest, utc) }),
    span,
  );
  let best: ZoneCourse[] = [];
  let most = 1;
  for (const course of zoneCourses({ earliest: range.earliest - 2 * DAY, latest: range.latest + 2 * DAY })) {
    const hits = pairs.filter(
      ({ utc, written }) => Math.abs(written - utc - offsetIn(course, utc)) <= tolerance,
    ).length;
    if (hits > most) [best, most] = [[], hits];
    if (hits === most) best.push(course);
  }
  return best;
}
