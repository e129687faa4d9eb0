import type { ClockSegment, Clocks, StreamClock } from '../model/clock.js';
import type { Micros } from '../model/time.js';
import type { Compared, Stream } from './compare.js';
import { type ClockInput, type SolvedClock, solveClocks } from './solve.js';

/** What was measured, put against what is measured without some of the records. */
export function doubtsOf(
  { all, solved, inputs }: Compared,
  measured: ReadonlyMap<string, StreamClock>,
  clockOf: (stream: Stream, found: SolvedClock) => StreamClock | null,
): Clocks['doubtWithout'] {
  const byKey = new Map(all.map((stream) => [stream.key, stream]));
  const byId = new Map(inputs.map((input) => [input.id, input]));
  const proving = new Set(
    inputs.flatMap(({ sightings }) => sightings.flatMap(({ of }) => (of === undefined ? [] : [of]))),
  );
  return (own, streams, at) => {
    const doubts = new Map<string, Micros>();
    if (![...own].some((id) => proving.has(id))) return doubts;
    const concerned = streams
      .flatMap((key) => byKey.get(key) ?? [])
      .filter(({ key }) => measured.get(key)?.isFinal === true);
    if (concerned.length === 0) return doubts;
    const ids = new Set(concerned.flatMap(({ id }) => chainOf(id, solved)));
    const rest = [...ids]
      .flatMap((id) => byId.get(id) ?? [])
      .map((input) => ({
        ...input,
        ...without(input, own),
        ...(input.asWritten === undefined
          ? {}
          : { asWritten: { ...input.asWritten, ...without(input.asWritten, own) } }),
      }));
    const again = solveClocks(rest);
    for (const stream of concerned) {
      const found = again.get(stream.id);
      const other = (found === undefined ? null : clockOf(stream, found)) ?? stream.clock;
      const doubt = apart(measured.get(stream.key) ?? stream.clock, other, at);
      if (doubt > 0) doubts.set(stream.key, doubt);
    }
    return doubts;
  };
}

function without(
  { sightings }: Pick<ClockInput, 'sightings'>,
  own: ReadonlySet<string>,
): Pick<ClockInput, 'sightings'> {
  return { sightings: sightings.filter(({ of }) => of === undefined || !own.has(of)) };
}

/** A clock, the one it was measured by, and so on to the reference. */
function chainOf(id: string, solved: ReadonlyMap<string, SolvedClock>): readonly string[] {
  const chain: string[] = [];
  for (let at: string | null = id; at !== null && !chain.includes(at); at = solved.get(at)?.peer ?? null)
    chain.push(at);
  return chain;
}

/** How much wider the error bar of the first has to be to hold that of the second too, at a true time. */
function apart(one: StreamClock, other: StreamClock, at: Micros): Micros {
  const first = segmentAround(one, at);
  const second = segmentAround(other, at);
  return Math.max(0, Math.abs(first.offset - second.offset) + second.uncertainty - first.uncertainty);
}

function segmentAround({ segments }: StreamClock, at: Micros): ClockSegment {
  const found = segments.find(({ to, offset }) => to === null || at < to + offset);
  return found ?? (segments.at(-1) as ClockSegment);
}
