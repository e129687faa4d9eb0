import { describe, expect, it } from 'vitest';
import type { Clocks } from '../../src/model/clock.js';
import { DAY, HOUR, type Micros, SECOND } from '../../src/model/time.js';
import { type ClockCase, clockCase, coreRules } from './case.js';
import { diceOf } from './dice.js';
import { FORMATS, stampOf } from './log.js';
import { keptMachine } from './machine.js';
import { alignCase, isConfident, isOutside, isWrong, scoreCase } from './score.js';
import { tablesOf } from './table.js';
import { caseZone } from './zones.js';

const SEEDS = Array.from({ length: 60 }, (_, i) => i + 1);

describe('the generator', () => {
  const cases = SEEDS.map((seed) => clockCase(seed));

  it('makes the same case of the same seed', () => {
    expect(JSON.stringify(clockCase(7).evidence)).toBe(JSON.stringify(cases[6]?.evidence));
    expect(JSON.stringify(clockCase(8).evidence)).not.toBe(JSON.stringify(cases[6]?.evidence));
  });

  it('tells the program nothing that stands in no log', () => {
    for (const { evidence, truths } of cases) {
      const told = JSON.stringify(evidence);
      for (const { machine } of truths)
        if (machine.zone.name.includes('/')) expect(told).not.toContain(machine.zone.name);
      expect(told).not.toMatch(/"(?:odd|nightly)\|/);
      expect(told).not.toMatch(/"(?:truth|stamped|skew|drifts|steps|zone)"/);
    }
  });

  it('holds what is hard', () => {
    const truths = cases.flatMap((one) => one.truths);
    expect(truths.some(({ turned }) => turned)).toBe(true);
    expect(truths.some(({ format, offsets }) => format.stamps === 'local' && offsets.length > 1)).toBe(true);
    expect(truths.some(({ offsets }) => offsets.some((offset) => offset % HOUR !== 0))).toBe(true);
    expect(truths.some(({ machine }) => machine.steps.length > 1)).toBe(true);
    expect(truths.some(({ machine, records }) => Math.abs(machine.error(records[0]?.utc ?? 0)) > 100 * DAY)).toBe(true);
    const boots = truths.map(({ events }) => [...events.keys()].filter((event) => event.includes('|boot|')).length);
    expect(Math.max(...boots)).toBeGreaterThan(30);
    expect(Math.min(...boots)).toBe(0);
  });

  it('writes records that rules of the core pack read', () => {
    const read = new Set(cases.flatMap(({ evidence }) => evidence.detections.map(({ rule }) => rule)));
    const anchors = [...read].filter((rule) => (coreRules().get(rule)?.anchors ?? []).length > 0);
    expect(anchors).toContain('core/guest/boot');
    expect(anchors).toContain('core/host/vm-booted');
    expect(read.size).toBeGreaterThan(10);
  });

  it('writes local time as a clock on the wall shows it', () => {
    const machine = { ...keptMachine('web01', caseZone('Europe/Vienna'), diceOf(1, 'x')), error: () => 0 };
    // 27 October 2024, 01:00 UTC: three o'clock becomes two.
    const change = Date.UTC(2024, 9, 27, 1) * 1000;
    const shown = (utc: Micros): string =>
      new Date(stampOf(machine, FORMATS.rfc3164, utc).time.micros / 1000).toISOString();
    expect(shown(change - SECOND)).toBe('1972-10-27T02:59:59.000Z');
    expect(shown(change + 0.7 * SECOND)).toBe('1972-10-27T02:00:00.000Z');
  });
});

/** An answer that knows the truth, and is off by so much. */
function oracle({ truths }: ClockCase, off: Micros): Clocks {
  const trueTimes = new Map(
    truths.map(({ key, records }) => [key, new Map(records.map((record) => [record.byteOffset, record.utc]))]),
  );
  const none = {
    zone: null,
    courses: [],
    year: null,
    segments: [],
    folds: [],
    passes: [],
    isFinal: true,
    proofs: [],
    issues: [],
  };
  return {
    streams: new Map(
      truths.map(({ key, format }) => {
        const basis = format.layer === 'hypervisor' ? ('stated' as const) : ('measured' as const);
        return [key, { ...none, key, clockId: key, basis }];
      }),
    ),
    doubtWithout: () => new Map(),
    derive: () => null,
    place: (key, _time, byteOffset) => {
      const utc = (trueTimes.get(key)?.get(byteOffset ?? -1) ?? 0) + off;
      return { utc, uncertainty: 2 * SECOND, basis: 'measured', clockId: key };
    },
  };
}

describe('the score', () => {
  const exact = SEEDS.slice(0, 20).map((seed) => clockCase(seed, { exact: true }));

  it('finds next to nothing wrong where all clocks are right and state their zone', () => {
    const scores = exact.flatMap((one) => scoreCase(one));
    expect(scores.length).toBeGreaterThan(50);
    // Lines that wait for a daemon at boot are late by seconds: now and then they are taken for the clock.
    expect(scores.filter(isWrong).length / scores.length).toBeLessThan(0.02);
    expect(scores.filter(({ zoneRight }) => !zoneRight)).toEqual([]);
  });

  it('finds an answer right that knows the truth, and wrong one that is an hour off', () => {
    const right = exact.flatMap((one) => scoreCase(one, oracle(one, 0)));
    expect(right.filter(isWrong)).toEqual([]);
    const wrong = exact.flatMap((one) => scoreCase(one, oracle(one, HOUR)));
    expect(wrong.filter((score) => !isWrong(score))).toEqual([]);
  });
});

describe('clocks of whole sites', () => {
  const scores = SEEDS.flatMap((seed) => scoreCase(clockCase(seed)));
  const enough = scores.filter(({ independent }) => independent >= 3);

  it('are measured where they share irregular events', () => {
    const measured = enough.filter(isConfident);
    expect(measured.length / enough.length).toBeGreaterThan(0.55);
    const places = measured.flatMap((score) => score.places);
    const within = 1 - places.filter(isOutside).length / places.length;
    expect(within).toBeGreaterThan(0.9);
  });

  it('give the same tables twice', () => {
    const few = SEEDS.slice(0, 10);
    const again = few.flatMap((seed) => scoreCase(clockCase(seed)));
    expect(tablesOf(again)).toBe(tablesOf(scores.filter(({ seed }) => few.includes(seed))));
  });

  it('do not depend on the order of the sources', () => {
    const { evidence } = clockCase(11);
    const turned = {
      ...evidence,
      sources: [...evidence.sources].reverse(),
      detections: [...evidence.detections].reverse(),
    };
    const segments = (clocks: Clocks): unknown => [...clocks.streams].map(([key, c]) => [key, c.segments]).sort();
    expect(segments(alignCase(turned))).toEqual(segments(alignCase(evidence)));
  });
});
