import type { StreamClock, ZoneCourse } from '../model/clock.js';
import { streamKey } from '../model/clock.js';
import type { ReadSource } from '../model/source.js';
import type { Interval } from '../model/time.js';
import { shortName } from '../model/windows-name.js';
import { ALWAYS_UTC } from './site.js';
import { spanOfStream } from './span-of-stream.js';
import { offsetIn } from './zone-courses.js';
import { isCollected } from './zone-of-stream.js';

/** What the logs of one machine, or of one collector, say of the zone they are written in. */
interface Voter {
  readonly machine: string;
  readonly courses: readonly ZoneCourse[];
  /** True time that they speak of. */
  readonly span: Interval;
}

/**
 * Machines of one site stand in one zone as a rule. Of several zones that fit a log: those that fit most of the other machines
 * too. None where no other machine says anything, or none of the zones fits one.
 */
export interface ZonesOfSite {
  commonest(of: string, courses: readonly ZoneCourse[]): readonly ZoneCourse[];
}

/** Who a stream speaks for: what a collector wrote down may all be stamped by itself. */
function machineOf(source: ReadSource, host: string | null, sources: readonly ReadSource[]): string {
  return host === null || isCollected(source, host, sources) ? source.id : shortName(host);
}

export function zonesOfSite(sources: readonly ReadSource[], streams: ReadonlyMap<string, StreamClock>): ZonesOfSite {
  const voters: Voter[] = [];
  const machines = new Map<string, string>();
  for (const source of sources) {
    for (const stats of source.streams) {
      const key = streamKey(source.id, stats.host, stats.channel);
      const clock = streams.get(key);
      const machine = machineOf(source, stats.host, sources);
      machines.set(key, machine);
      if (clock === undefined || ALWAYS_UTC.test(source.format)) continue;
      if ((clock.basis !== 'stated' && clock.basis !== 'derived') || clock.courses.length === 0) continue;
      voters.push({ machine, courses: clock.courses, span: spanOfStream(stats, clock.year) });
    }
  }
  return {
    commonest(of, courses) {
      const own = machines.get(of);
      const votes = courses.map((course) => {
        const others = voters.filter(({ machine }) => machine !== own);
        return new Set(others.filter((voter) => isVoter(voter, course)).map(({ machine }) => machine)).size;
      });
      const most = Math.max(0, ...votes);
      return most === 0 ? [] : courses.filter((_, i) => votes[i] === most);
    },
  };
}

function isVoter({ courses, span }: Voter, course: ZoneCourse): boolean {
  return courses.some((other) => {
    if (other.names.length > 0 && course.names.length > 0)
      return other.names.some((name) => course.names.includes(name));
    return isSame(other, course, span) && isSame(course, other, span);
  });
}

/** Where the first begins a stretch, or is when the log begins, the second has the same offset. */
function isSame(one: ZoneCourse, other: ZoneCourse, { earliest, latest }: Interval): boolean {
  const begins = [earliest, ...one.offsets.map(({ from }) => from).filter((from) => from > earliest && from < latest)];
  return begins.every((utc) => offsetIn(one, utc) === offsetIn(other, utc));
}
