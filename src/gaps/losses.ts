import type { Loss } from '../model/gap.js';
import { MINUTE } from '../model/time.js';
import type { Mark, Marks } from './marks.js';

/** Notices closer to each other than this tell of one storm; a rate limit's own window has ten minutes at most. */
const ONE_STORM = 10 * MINUTE;

/** Lines that were dropped, by stream, in time order. */
export function lossesOf(marks: Marks): ReadonlyMap<string, readonly Loss[]> {
  const byStream = new Map<string, Mark[]>();
  for (const mark of [...marks.values()].flat()) {
    if (mark.rule.cause !== 'rate-limited') continue;
    const { stream } = mark.detection;
    const known = byStream.get(stream);
    if (known === undefined) byStream.set(stream, [mark]);
    else known.push(mark);
  }
  return new Map([...byStream].map(([stream, list]) => [stream, mergeStorms(list)]));
}

function mergeStorms(marks: readonly Mark[]): readonly Loss[] {
  const storms: Mark[][] = [];
  let until = -Infinity;
  for (const mark of marks) {
    if (mark.start - until <= ONE_STORM) storms.at(-1)?.push(mark);
    else storms.push([mark]);
    until = Math.max(until, mark.end);
  }
  return storms.map(lossOf);
}

function lossOf(storm: readonly Mark[]): Loss {
  const counts = storm.map(({ rule, detection }) => (rule.lost === null ? undefined : detection.captures[rule.lost]));
  return {
    span: { earliest: (storm[0] as Mark).start, latest: Math.max(...storm.map(({ end }) => end)) },
    uncertainty: Math.max(...storm.map(({ detection }) => detection.uncertainty)),
    lines: counts.reduce((total, count) => total + Number(count ?? 0), 0),
    isExact: counts.every((count) => count !== undefined),
    because: storm.map(({ detection }) => detection),
  };
}
