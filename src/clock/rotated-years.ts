import { type StreamClock, streamKey } from '../model/clock.js';
import type { StreamStats } from '../model/coverage.js';
import { readRotation } from '../model/rotation.js';
import type { ReadSource } from '../model/source.js';
import type { Interval } from '../model/time.js';
import { isYearGuessed, isYearUnknown } from './wall.js';
import { spanInYear, yearlessOf, yearNear } from './year.js';

/** One file of a log that was rotated: `syslog` 0, `syslog.1` 1. */
interface Member {
  readonly key: string;
  readonly number: number;
  readonly stats: StreamStats;
  readonly clock: StreamClock;
}

/**
 * Years of the files of rotated logs, whose neighbours their numbers tell: from the newest, or one whose year is no guess, each is
 * of the year in which it lies nearest to the one beside it. A thirteenth month is a year ago, though this year's is nearer to
 * what is dated. None where nothing tells the year of any of them.
 */
export function yearsOfSeries(
  sources: readonly ReadSource[],
  streams: ReadonlyMap<string, StreamClock>,
): ReadonlyMap<string, number> {
  const years = new Map<string, number>();
  for (const members of seriesOf(sources, streams)) {
    const spans = members.map(({ stats, clock }) => spanInYear(yearlessOf(stats), clock.year ?? 0));
    const known = members.findIndex(({ clock }) => !isYearGuessed(clock));
    const base = Math.max(0, known);
    if (isYearUnknown((members[base] as Member).clock)) continue;
    const settle = (i: number, year: number): void => {
      const { key, clock, stats } = members[i] as Member;
      if (!isYearGuessed(clock) || year === clock.year) return;
      years.set(key, year);
      spans[i] = spanInYear(yearlessOf(stats), year);
    };
    const beside = (i: number, neighbour: number): void =>
      settle(i, yearNear(yearlessOf((members[i] as Member).stats), spans[neighbour] as Interval));
    for (let i = base + 1; i < members.length; i++) beside(i, i - 1);
    for (let i = base - 1; i >= 0; i--) beside(i, i + 1);
  }
  return years;
}

/** Yearless files of one log and one machine, newest first. */
function seriesOf(
  sources: readonly ReadSource[],
  streams: ReadonlyMap<string, StreamClock>,
): readonly (readonly Member[])[] {
  const series = new Map<string, Member[]>();
  for (const source of sources) {
    const { name, number } = readRotation(source.path);
    if (number === null) continue;
    for (const stats of source.streams) {
      const key = streamKey(source.id, stats.host, stats.channel);
      const clock = streams.get(key);
      if (clock === undefined || clock.year === null || clock.isFinal) continue;
      const of = `${name}|${source.format}|${stats.host ?? ''}`;
      const known = series.get(of);
      if (known === undefined) series.set(of, [{ key, number, stats, clock }]);
      else known.push({ key, number, stats, clock });
    }
  }
  return [...series.values()]
    .filter((members) => members.length > 1)
    .map((members) => members.sort((x, y) => x.number - y.number || (x.key < y.key ? -1 : 1)));
}
