import { describe, expect, test } from 'vitest';
import { every, SMALL_SITE, sourceOf, streamOf, utcClocks } from '../../test/streams.js';
import { timed } from '../../test/timed.js';
import type { Incident } from '../model/incident.js';
import { DAY, HOUR, type Interval, SECOND } from '../model/time.js';
import type { Trend } from '../model/trend.js';
import type { Attribution } from '../model/verdict.js';
import { aliveStreams } from './coverage.js';
import { nightName, nightSpan } from './night.js';
import { trendOf } from './trend.js';

/** Night 0 of these cases begins at noon of 2024-01-01. */
const FIRST = Date.parse('2024-01-01T00:00:00Z') / 86_400_000;
const DAY_MINUTES = 1440;

/** A VM and the nights, first to last, through which its log was recording. */
type Log = readonly [vm: string, from: number, to: number];
/** A VM and the night in which harm befell it, at 02:00. */
type Event = readonly [vm: string, night: number, parts?: Partial<Incident>];

interface Case {
  readonly logs: readonly Log[];
  readonly events: readonly Event[];
  /** The night of the change, or an instant. */
  readonly change: number | Interval;
  /** Nights in which db01 had a backup from 01:30 to 02:30. */
  readonly backups?: readonly number[];
  readonly cause?: string;
  readonly attributions?: readonly Attribution[];
}

function trend({ logs, events, change, backups = [], cause, attributions = [] }: Case): Trend {
  const sources = logs.map(([host, from, to], i) => {
    const minute = (night: number): number => (FIRST + night) * DAY_MINUTES + DAY_MINUTES / 2;
    return sourceOf(`${host}.${i}`, [streamOf(`${host}.${i}`, every(30, minute(from), minute(to + 1) + 1), { host })]);
  });
  return trendOf({
    incidents: events.map(([vm, night, parts], i) => incident(`i${i + 1}`, vm, night, parts)),
    attributions,
    detections: backups.map((night) => run(night)),
    sources,
    alive: aliveStreams(sources, utcClocks(sources)),
    topology: SMALL_SITE,
    change:
      typeof change === 'number'
        ? { span: nightSpan(FIRST + change), isNight: true }
        : { span: change, isNight: false },
    kinds: ['guest.fs.readonly'],
    cause: cause ?? null,
    vms: [],
  });
}

function atNight(night: number): number {
  return nightSpan(FIRST + night).earliest + 14 * HOUR;
}

function incident(id: string, name: string, night: number, parts: Partial<Incident> = {}): Incident {
  const at = atNight(night);
  const defining = timed('core/guest/remount', at / SECOND);
  return {
    ...{ id, kind: 'guest.fs.readonly', entity: { type: 'vm', name }, start: at, end: null, defining },
    ...{ onset: { earliest: at, latest: at }, detections: [defining], symptoms: [], summary: '', rule: '' },
    ...parts,
  };
}

function run(night: number): ReturnType<typeof timed> {
  const start = atNight(night) - HOUR / 2;
  return timed('core/backup/vm-crash-consistent', start / SECOND, { end: start + HOUR, layer: 'backup' });
}

function attribution(id: string, verdict: Attribution['verdict'], leader: string, other = 'x'): Attribution {
  const cause = (name: string): object => ({ cause: name, state: 'supported' });
  return { incident: id, verdict, causes: [cause(leader), cause(other)] } as unknown as Attribution;
}

/** db01 watched on both sides of night 30, for so many nights after it. */
const watched = (after: number): readonly Log[] => [['db01', 0, 30 + after]];
const onDb01 = (...nights: readonly number[]): readonly Event[] => nights.map((night) => ['db01', night]);

describe('verdicts', () => {
  test('fixed: 5 in 30 nights, none in 30 since: (1/2)^5', () => {
    const found = trend({ logs: watched(30), events: onDb01(2, 8, 14, 19, 25), change: 30 });
    expect(found.perVmNight).toMatchObject({ before: { events: 5, exposure: 30 }, after: { events: 0, exposure: 30 } });
    expect(found.perVmNight.pFewer).toBeCloseTo(1 / 32, 12);
    expect(found).toMatchObject({ verdict: 'fixed', nightsNeeded: 0, unit: 'vm-night', cautions: [] });
    expect(found.sentence).toBe(
      'fixed as far as can be told: 5 events in 30 VM-nights before the change, none in 30 since (p = 0.031)',
    );
  });

  test('fewer but not proven: the nights that it names suffice, and one fewer does not', () => {
    const events = onDb01(2, 8, 14, 25);
    const found = trend({ logs: watched(10), events, change: 30 });
    expect(found.verdict).toBe('fewer-unproven');
    // (30 / (30 + t))^4 < 0.05 for t > 33.4.
    expect(found.nightsNeeded).toBe(24);
    expect(found.sentence).toMatch(/24 clean nights more needed$/);
    expect(trend({ logs: watched(33), events, change: 30 }).verdict).toBe('fewer-unproven');
    expect(trend({ logs: watched(34), events, change: 30 }).verdict).toBe('fixed');
  });

  test('fewer, proven, but it still happens', () => {
    const events = onDb01(1, 3, 5, 7, 10, 12, 15, 18, 20, 23, 26, 45);
    expect(trend({ logs: watched(30), events, change: 30 }).verdict).toBe('fewer');
  });

  test('no change', () => {
    const found = trend({ logs: watched(30), events: onDb01(4, 12, 20, 35, 42, 55), change: 30 });
    expect([found.verdict, found.nightsNeeded === 0]).toEqual(['no-change', false]);
  });

  test('worse', () => {
    const events = onDb01(4, 31, 34, 37, 40, 43, 47, 50, 52);
    expect(trend({ logs: watched(30), events, change: 30 }).verdict).toBe('worse');
  });

  test.each([
    ['nothing watched before', [['db01', 31, 60]], [40], 'no VM was watched by its own log before the change'],
    ['nothing watched after', [['db01', 0, 29]], [20], 'no VM was watched by its own log after the change'],
    ['nobody watched', [], [20], "no VM's own log was recording"],
    [
      'other VMs before and after',
      [
        ['db01', 0, 29],
        ['web01', 31, 60],
      ],
      [20],
      'both before and after',
    ],
    ['nothing happened before', [['db01', 0, 60]], [], 'nothing happened before the change'],
  ] as const)('cannot be told: %s', (_, logs, nights, why) => {
    const found = trend({ logs, events: onDb01(...nights), change: 30 });
    expect(found).toMatchObject({ verdict: 'cannot-tell', nightsNeeded: null });
    expect(found.sentence).toContain(why);
  });

  test('no verdict is better than its weakest check, and none is fixed at 0.05 or more', () => {
    for (let after = 1; after < 60; after += 4) {
      for (const nights of [[3], [3, 27], [1, 8, 15], [2, 5, 9, 14, 19, 23]]) {
        const { verdict, checks } = trend({ logs: watched(after), events: onDb01(...nights), change: 30 });
        const isProven = checks.every(({ comparison }) => (comparison.pFewer ?? 1) < 0.05);
        expect(verdict === 'fixed').toBe(isProven);
      }
    }
  });
});

describe('what counts as watched', () => {
  const events = onDb01(2, 8, 14, 19, 25);

  test('a night without a log is not a clean night', () => {
    const found = trend({
      logs: [
        ['db01', 0, 30],
        ['db01', 41, 60],
      ],
      events,
      change: 30,
    });
    expect(found.perVmNight.after.exposure).toBe(20);
    expect(found.verdict).toBe('fewer-unproven');
  });

  test('a log that the harm itself ended watched up to it; the nights until it went on count nowhere', () => {
    const minute = (night: number, hour: number): number => (FIRST + night) * DAY_MINUTES + DAY_MINUTES / 2 + hour * 60;
    const sources = [
      sourceOf('a', [streamOf('a', every(30, minute(0, 0), minute(5, 14)), { host: 'db01' })]),
      sourceOf('b', [streamOf('b', every(30, minute(7, 6), minute(30, 1)), { host: 'db01' })]),
    ];
    const found = trendOf({
      ...{ incidents: [incident('i1', 'db01', 5)], attributions: [], detections: [], sources },
      ...{ alive: aliveStreams(sources, utcClocks(sources)), topology: SMALL_SITE, vms: [], cause: null },
      ...{ change: { span: nightSpan(FIRST + 20), isNight: true }, kinds: ['guest.fs.readonly'] },
    });
    expect(found.perVmNight.before).toMatchObject({ events: 1, exposure: 18 });
    expect(found.rows.find(({ from }) => from === nightName(FIRST + 5))).toMatchObject({ events: 1, vms: ['db01'] });
  });

  test('while the harm lasts the VM cannot be harmed again', () => {
    const end = atNight(11);
    const found = trend({ logs: watched(30), events: [['db01', 8, { end }]], change: 30 });
    expect(found.perVmNight.before.exposure).toBe(27);
  });

  test('events of one VM and night count once', () => {
    const found = trend({ logs: watched(30), events: onDb01(4, 4, 4), change: 30 });
    expect(found.perVmNight.before.events).toBe(1);
  });

  test('the night of the change belongs to neither side, an instant cuts it', () => {
    const night = trend({ logs: watched(30), events: onDb01(4, 30), change: 30 });
    expect([night.perVmNight.before.events, night.perVmNight.after.events]).toEqual([1, 0]);
    expect(night.cautions.join()).toContain('1 event of the night of the change');
    const at = nightSpan(FIRST + 30).earliest + DAY / 4;
    const cut = trend({ logs: watched(30), events: onDb01(4, 30), change: { earliest: at, latest: at } });
    expect(cut.perVmNight.before).toMatchObject({ events: 1, exposure: 30.25 });
    expect(cut.perVmNight.after).toMatchObject({ events: 1, exposure: 30.75 });
  });

  test('of VMs that were watched on one side only nothing is compared', () => {
    const found = trend({ logs: [...watched(30), ['web01', 31, 60]], events, change: 30 });
    expect(found).toMatchObject({ vms: ['db01'], leftOut: [{ vm: 'web01', side: 'after' }], verdict: 'fixed' });
  });
});

describe('what must not look like a cure', () => {
  const before = onDb01(2, 8, 14, 19, 25);

  test.each([
    ['of an unwatched night', [...before, ['db01', 62]], 'no-log'],
    ['without a place in time', [...before, ['db01', 40, { start: null, onset: null }]], 'undated'],
    ['of a VM that was not watched before', [...before, ['web01', 40]], 'vm-on-one-side'],
  ] as readonly (readonly [string, readonly Event[], string])[])('an event since the change %s', (_, events, why) => {
    const found = trend({
      logs: [
        ['db01', 0, 60],
        ['web01', 31, 60],
      ],
      events,
      change: 30,
    });
    expect(found.uncounted).toMatchObject([{ why }]);
    expect(found.checks.find(({ id }) => id === 'uncounted')?.comparison.after.events).toBe(1);
    expect(found.verdict).toBe('fewer-unproven');
  });

  test('an event since the change whose cause nobody knows, where a cause was asked for', () => {
    const events = [...before, ...onDb01(40, 50)];
    const attributions = [
      ...[1, 2, 3, 4, 5].map((i) => attribution(`i${i}`, 'likely', 'vss-snapshot')),
      attribution('i6', 'undetermined', 'undetermined', 'vss-snapshot'),
      attribution('i7', 'confirmed', 'operator-action'),
    ];
    const found = trend({ logs: watched(30), events, change: 30, cause: 'vss-snapshot', attributions });
    expect(found.perVmNight).toMatchObject({ before: { events: 5 }, after: { events: 0 } });
    expect(found.uncounted).toMatchObject([{ incident: { id: 'i6' }, why: 'undetermined' }]);
    expect(found.verdict).toBe('fewer-unproven');
  });

  test('a change made right after an event: the rate is that of the nights before it', () => {
    const found = trend({ logs: watched(30), events: onDb01(2, 8, 14, 19, 28), change: 30 });
    expect(found.cautions.join()).toMatch(/regression to the mean: the change followed an event within 3 nights/);
    const check = found.checks.find(({ id }) => id === 'before-cluster');
    expect(check?.comparison.before).toMatchObject({ events: 4, exposure: 27 });
    expect(check?.comparison.pFewer).toBeCloseTo((27 / 57) ** 4, 12);
    // That is 0.0503: one night short.
    expect([found.verdict, found.nightsNeeded]).toEqual(['fewer-unproven', 1]);
  });

  test('a cluster at the end of the time before, by the exact binomial test', () => {
    const found = trend({ logs: watched(30), events: onDb01(24, 25, 26), change: 30 });
    // All three in 6 of 30 nights: 0.2^3 = 0.008; before them nothing ever happened.
    expect(found.cautions.join()).toContain('3 of the 3 events before the change came in the last 20 %');
    expect(found).toMatchObject({ verdict: 'fewer-unproven', nightsNeeded: null });
    expect(found.sentence).toContain('no number of clean nights can prove it');
    expect(trend({ logs: watched(30), events: onDb01(6, 15, 25), change: 30 }).cautions).toEqual([]);
  });

  test('several VMs in one night are one accident', () => {
    const logs: readonly Log[] = [...watched(30), ['web01', 0, 60]];
    const events: readonly Event[] = [5, 12, 20].flatMap((night): readonly Event[] => [
      ['db01', night],
      ['web01', night],
    ]);
    const found = trend({ logs, events, change: 30 });
    expect(found.perVmNight.pFewer).toBeCloseTo(1 / 64, 12);
    expect(found.checks.find(({ id }) => id === 'site-nights')?.comparison.pFewer).toBeCloseTo(1 / 8, 12);
    expect(found.verdict).toBe('fewer-unproven');
  });

  test('fewer backups: harm that came with them is compared for each run too', () => {
    const nights = (from: number, to: number, step: number): readonly number[] => every(step, from, to);
    const backups = [...nights(0, 30, 1), ...nights(31, 61, 10)];
    const found = trend({ logs: watched(31), events: before, change: 30, backups });
    expect(found.perRun).toMatchObject({ before: { events: 5, exposure: 30 }, after: { events: 0, exposure: 3 } });
    expect(found.verdict).toBe('fewer-unproven');
    expect(found.sentence).toContain('counted for each backup run');
    const daily = trend({ logs: watched(31), events: before, change: 30, backups: nights(0, 61, 1) });
    expect(daily.verdict).toBe('fixed');
  });
});

describe('rows', () => {
  test('nights up to six weeks, then weeks counted from the change; they add up', () => {
    const short = trend({ logs: [['db01', 0, 40]], events: onDb01(3), change: 20 });
    expect([short.rowNights, short.rows.length]).toEqual([1, 40]);
    const long = trend({ logs: [['db01', 0, 60]], events: onDb01(3, 35), change: 30 });
    expect([long.rowNights, long.rows.length]).toEqual([7, 10]);
    for (const { rows, perVmNight } of [short, long]) {
      for (const side of ['before', 'after'] as const) {
        const own = rows.filter((row) => row.side === side);
        expect(own.reduce((sum, { exposure }) => sum + exposure, 0)).toBe(perVmNight[side].exposure);
        expect(own.reduce((sum, { events }) => sum + events, 0)).toBe(perVmNight[side].events);
      }
    }
    expect(long.rows.find(({ side }) => side === 'after')?.from).toBe(nightName(FIRST + 31));
  });

  test('an instant at noon cuts no night', () => {
    const at = nightSpan(FIRST + 30).earliest;
    const found = trend({ logs: watched(10), events: onDb01(3), change: { earliest: at, latest: at } });
    expect(found.perVmNight).toMatchObject({ before: { exposure: 30 }, after: { exposure: 11 } });
    expect(found.rows.every(({ exposure }) => exposure === 1)).toBe(true);
  });
});
