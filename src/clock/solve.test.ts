import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, type Micros, SECOND } from '../model/time.js';
import { offsetAt } from './curve.js';
import type { Sighting } from './sighting.js';
import { type ClockInput, type SolvedClock, solveClocks } from './solve.js';
import { NO_SIGNS } from './steps.js';

const START = Date.UTC(2024, 2, 1) * 1000;

interface World {
  /** Moments of the events, and which two neighbours in the row of clocks saw each. */
  readonly events: readonly { readonly at: Micros; readonly pair: number }[];
  readonly errors: readonly Micros[];
}

const sighting = (written: Micros, key: string): Sighting => ({ written, key, lag: 0, spread: SECOND });

/** A row of clocks: each shares events with the next. The first is right and knows its zone. */
function clocksOf({ events, errors }: World): ClockInput[] {
  return errors.map((error, i) => ({
    ...{ id: `c${i}`, signs: NO_SIGNS, zoneKnown: i === 0, rank: i === 0 ? 2 : 1 },
    sightings: events
      .filter(({ pair }) => pair === i || pair === i - 1)
      .map(({ at, pair }) => sighting(at + error, `boot|vm${pair}`))
      .sort((x, y) => x.written - y.written),
  }));
}

const world: fc.Arbitrary<World> = fc
  .record({
    moments: fc.array(fc.integer({ min: 0, max: 30 * 86_400 }), { minLength: 15, maxLength: 15 }),
    errors: fc.array(fc.integer({ min: -40 * 86_400, max: 40 * 86_400 }), { minLength: 3, maxLength: 3 }),
  })
  .map(({ moments, errors }) => ({
    events: moments.map((at, i) => ({ at: START + at * SECOND, pair: i % 3 })),
    errors: [0, ...errors.map((seconds) => seconds * SECOND)],
  }));

const offsetOf = (solved: ReadonlyMap<string, SolvedClock>, id: string, written: Micros) => {
  const curve = solved.get(id)?.curve ?? null;
  return curve === null ? null : offsetAt(curve, written);
};

describe('solveClocks', () => {
  it('finds what a clock is off by within the uncertainty it states, which never shrinks along the row', () => {
    let measured = 0;
    fc.assert(
      fc.property(world, (one) => {
        const solved = solveClocks(clocksOf(one));
        let before = 0;
        for (const [i, error] of one.errors.entries()) {
          const found = offsetOf(solved, `c${i}`, START + 15 * DAY + error);
          if (found === null) continue;
          measured++;
          expect(Math.abs(found.offset + error)).toBeLessThanOrEqual(found.uncertainty);
          expect(found.uncertainty).toBeGreaterThanOrEqual(before);
          before = found.uncertainty;
        }
      }),
      { numRuns: 200 },
    );
    expect(measured).toBeGreaterThan(400);
  });

  it('does not depend on the order of the clocks', () => {
    fc.assert(
      fc.property(world, fc.infiniteStream(fc.nat()), (one, keys) => {
        const clocks = clocksOf(one);
        const shuffled = clocks
          .map((clock) => ({ clock, key: keys.next().value as number }))
          .sort((x, y) => x.key - y.key)
          .map(({ clock }) => clock);
        const plain = (solved: ReadonlyMap<string, SolvedClock>) =>
          [...solved]
            .sort(([x], [y]) => (x < y ? -1 : 1))
            .map(([id, { curve, peer }]) => [
              id,
              peer,
              curve?.pieces.map(({ offset, uncertainty }) => [offset, uncertainty]),
            ]);
        expect(plain(solveClocks(shuffled))).toEqual(plain(solveClocks(clocks)));
      }),
      { numRuns: 50 },
    );
  });

  it('says nothing of a clock that shares nothing, or only what every night brings', () => {
    const nights = Array.from({ length: 20 }, (_, night) => START + night * DAY + 2 * HOUR);
    const inputs: ClockInput[] = [
      {
        ...{ id: 'host', signs: NO_SIGNS, zoneKnown: true, rank: 2 },
        sightings: nights.map((at) => sighting(at, 'job|a')),
      },
      {
        ...{ id: 'guest', signs: NO_SIGNS, zoneKnown: false, rank: 1 },
        sightings: nights.map((at) => sighting(at + DAY + HOUR, 'job|a')),
      },
      { ...{ id: 'alone', signs: NO_SIGNS, zoneKnown: false, rank: 1 }, sightings: [sighting(START, 'boot|b')] },
    ];
    const solved = solveClocks(inputs);
    expect(solved.get('host')).toMatchObject({ isReference: true, curve: null });
    expect(solved.get('guest')).toMatchObject({ curve: null });
    expect(solved.get('alone')).toMatchObject({ curve: null, undecided: [] });
  });

  it('follows a clock that was set, and shows between which anchors', () => {
    const moments = [1, 3.1, 4.7, 9.3, 12.4, 13.9].map((day) => START + day * DAY);
    const host = moments.map((at) => sighting(at, 'boot|a'));
    const guest = moments.map((at) => sighting(at < START + 8 * DAY ? at : at + 5 * MINUTE, 'boot|a'));
    const solved = solveClocks([
      { ...{ id: 'host', signs: NO_SIGNS, zoneKnown: true, rank: 2 }, sightings: host },
      { ...{ id: 'guest', signs: NO_SIGNS, zoneKnown: true, rank: 1 }, sightings: guest },
    ]);
    expect(offsetOf(solved, 'guest', START + 2 * DAY)?.offset).toBeCloseTo(0, -5);
    expect(offsetOf(solved, 'guest', START + 13 * DAY)?.offset).toBeCloseTo(-5 * MINUTE, -5);
    const between = offsetOf(solved, 'guest', START + 6 * DAY);
    expect(between?.uncertainty).toBeGreaterThan(2.5 * MINUTE);
  });
});

describe('events that lie beside the line', () => {
  const DAYS = [0.3, 1.7, 3.1, 4.4, 6.2, 7.9, 9.3, 11.6, 13.2, 14.8, 17.1, 19.5];
  const SPREAD = 20 * SECOND;

  /** Days at which the clock was so many seconds off. */
  function measured(off: (day: number) => number): (day: number) => { readonly error: Micros; readonly bar: Micros } {
    const seen = (id: string, error: (day: number) => number): ClockInput => ({
      ...{ id, signs: NO_SIGNS, zoneKnown: true, rank: id === 'host' ? 2 : 1 },
      sightings: DAYS.map((day) => ({
        ...{ key: 'boot|vm', lag: 0, spread: SPREAD },
        written: START + day * DAY + error(day) * SECOND,
      })),
    });
    const solved = solveClocks([seen('host', () => 0), seen('guest', off)]);
    return (day) => {
      const found = offsetOf(solved, 'guest', START + day * DAY + off(day) * SECOND);
      if (found === null) throw new Error('the guest was not measured');
      return { error: Math.abs(found.offset + off(day) * SECOND), bar: found.uncertainty };
    };
  }

  const evenly = measured(() => 3)(0.3).bar;

  it('widen the error bar there, where several in a row may be a clock that was set by little', () => {
    const set = measured((day) => (day < 4 ? 28 : 3));
    for (const day of [0.3, 1.7, 3.1]) expect(set(day).error).toBeLessThanOrEqual(set(day).bar);
    expect(set(13.2).bar).toBeLessThan(set(1.7).bar);
  });

  it('do not, where one among others is a late stamp', () => {
    const late = measured((day) => (day === 9.3 ? 28 : 3));
    expect(late(9.2).bar).toBeLessThan(2 * evenly);
  });

  it('do, where one has nothing beyond it', () => {
    const late = measured((day) => (day === 19.5 ? 28 : 3));
    expect(late(19.5).error).toBeLessThanOrEqual(late(19.5).bar);
    expect(late(9.2).bar).toBeLessThan(2 * evenly);
  });
});
