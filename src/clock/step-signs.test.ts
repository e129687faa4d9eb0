import { describe, expect, it } from 'vitest';
import { streamOf } from '../../test/streams.js';
import { collectStreams } from '../ingest/stream-stats.js';
import type { StreamStats } from '../model/coverage.js';
import { DAY, HOUR, MINUTE, type Micros, SECOND } from '../model/time.js';
import { type SteppedLog, stepSigns } from './step-signs.js';

/** A log of two days, a record every ten seconds, by a clock that is set by so much at some moments, and records that it lacks. */
function logOf(
  steps: readonly { readonly at: Micros; readonly by: Micros }[],
  isLost: (at: Micros) => boolean = () => false,
): StreamStats {
  const streams = collectStreams();
  for (let at = 0; at < 2 * DAY; at += 10 * SECOND) {
    if (isLost(at)) continue;
    const micros = steps.reduce((sum, step) => (at >= step.at ? sum + step.by : sum), at);
    streams.counted({
      ...{ host: 'db01', channel: null, ident: null },
      time: { micros, clock: 'wall', utcOffset: null, yearless: false, resolution: SECOND },
      at: { line: null, byteOffset: at / SECOND, record: null },
    });
  }
  return streams.streams('s1')[0] as StreamStats;
}

const asWritten = (stats: StreamStats): SteppedLog => ({ stats, place: (written) => written, passes: [] });
const signsOf = (stats: StreamStats, reported: Parameters<typeof stepSigns>[1] = [], to: Micros = 2 * DAY) =>
  stepSigns([asWritten(stats)], reported, 0, to);
const RHYTHM = 10 * SECOND;

describe('a step back', () => {
  const set = logOf([{ at: 5 * HOUR, by: -40 * SECOND }]);

  it('is shown where the log falls back, by as much give or take its rhythm', () => {
    const { places } = signsOf(set);
    expect(places).toHaveLength(1);
    const { at, least, most } = places[0] ?? { at: 0, least: 0, most: 0 };
    expect(at).toBe(5 * HOUR - 40 * SECOND);
    expect(least).toBeLessThanOrEqual(-40 * SECOND);
    expect(most).toBeGreaterThanOrEqual(-40 * SECOND);
    expect(most - least).toBeLessThan(6 * RHYTHM);
  });

  it('of less than five seconds is disorder', () => {
    const back = (by: Micros): StreamStats =>
      streamOf('s1', [], {
        ...{ records: 20_000, first: 0, last: 2 * DAY, rhythm: RHYTHM },
        stepsBack: [{ byteOffset: 9, from: HOUR, to: HOUR - by }],
      });
    expect(signsOf(back(4.9 * SECOND)).places).toEqual([]);
    expect(signsOf(back(5 * SECOND)).places).toHaveLength(1);
  });

  it('is the less sure, the longer the log is silent at times', () => {
    const leastOf = (hours: readonly number[]): Micros => {
      const isLost = (at: Micros): boolean => hours.some((hour) => at > hour * HOUR && at < hour * HOUR + 20 * MINUTE);
      const { places } = signsOf(logOf([{ at: 5 * HOUR, by: -40 * SECOND }], isLost));
      return places.find(({ at }) => at === 5 * HOUR - 40 * SECOND)?.least ?? 0;
    };
    // Twice may be a machine that was off.
    expect(Math.abs(leastOf([8, 20]) - leastOf([]))).toBeLessThan(2 * SECOND);
    expect(leastOf([8, 20, 30])).toBeLessThanOrEqual(-20 * MINUTE);
  });

  it('that the zone explains is none', () => {
    // The clocks change: the first hour lies an hour before the second.
    const change = logOf([{ at: 5 * HOUR, by: -HOUR }]);
    const byteOffset = change.stepsBack[0]?.byteOffset ?? 0;
    const place: SteppedLog['place'] = (written, at) =>
      written + ((at ?? 0) >= byteOffset || written >= 5 * HOUR ? HOUR : 0);
    const { places } = stepSigns([{ stats: { ...change, silences: [] }, place, passes: [] }], [], 0, 2 * DAY);
    expect(places).toEqual([]);
    expect(signsOf({ ...change, silences: [] }).places).toHaveLength(1);
  });

  it('leaves no silence that a step ahead might hide in', () => {
    const { places } = signsOf(logOf([{ at: 5 * HOUR, by: -10 * MINUTE }]));
    expect(places.filter(({ most }) => most > MINUTE)).toEqual([]);
  });
});

describe('a silence', () => {
  const isLost = (at: Micros): boolean => at > 3 * HOUR && at < 4 * HOUR;

  it('hides a step ahead up to its length, and says not that there was one', () => {
    expect(signsOf(logOf([], isLost)).places).toEqual([{ at: 4 * HOUR, least: 0, most: HOUR, certain: false }]);
  });

  it('is what a step ahead looks like', () => {
    const { places } = signsOf(logOf([{ at: 5 * HOUR, by: 10 * MINUTE }]));
    expect(places).toEqual([{ at: 5 * HOUR + 10 * MINUTE, least: 0, most: 10 * MINUTE + RHYTHM, certain: false }]);
  });

  it('shorter than a minute is none, but bounds what is unseen', () => {
    const { places, unseen } = signsOf(logOf([{ at: 5 * HOUR, by: 40 * SECOND }]));
    expect(places).toEqual([]);
    expect(unseen).toBeGreaterThanOrEqual(40 * SECOND);
    expect(unseen).toBeLessThan(2 * MINUTE);
  });
});

describe('a step that was reported', () => {
  const isLost = (at: Micros): boolean => at > 3 * HOUR && at < 4 * HOUR;
  const set = logOf([{ at: 10 * HOUR, by: 10 * MINUTE }], isLost);
  const reported = { at: 10 * HOUR + 10 * MINUTE + SECOND, by: 10 * MINUTE, ahead: 0 };

  it('is certain, and the silence beside it is it', () => {
    const { places } = signsOf(set, [reported]);
    expect(places.map(({ at, certain }) => [at, certain])).toEqual([
      [4 * HOUR, false],
      [reported.at, true],
    ]);
    const [, { least, most } = { least: 0, most: 0 }] = places;
    expect([least < reported.by, most > reported.by, most - least <= 4 * SECOND]).toEqual([true, true, true]);
  });

  it('elsewhere leaves the silence as it is', () => {
    const { places } = signsOf(set, [{ ...reported, at: 20 * HOUR }]);
    expect(places.map(({ certain }) => certain)).toEqual([false, false, true]);
  });

  it('of a fraction of a second is none', () => {
    expect(signsOf(logOf([]), [{ at: HOUR, by: 0.9 * SECOND, ahead: 0 }]).places).toEqual([]);
    expect(signsOf(logOf([]), [{ at: HOUR, by: -SECOND, ahead: 0 }]).places).toHaveLength(1);
  });

  it('counts without any log that could show it', () => {
    expect(stepSigns([], [reported], 0, 2 * DAY)).toMatchObject({ places: [{ at: reported.at }], unseen: null });
  });
});

describe('what no log shows', () => {
  it('is bounded by one that runs on evenly, and no further than it reaches', () => {
    expect(signsOf(logOf([])).unseen).toBe(MINUTE + 4 * RHYTHM);
    expect(signsOf(logOf([]), [], 4 * DAY).unseen).toBeNull();
    expect(stepSigns([asWritten(logOf([]))], [], -2 * DAY, DAY).unseen).toBeNull();
  });

  it('is anything where there is one record, or none that is stamped', () => {
    const one = streamOf('s1', [5]);
    expect(stepSigns([asWritten(one)], [], 0, DAY)).toEqual({ places: [], unseen: null });
    const uptime = streamOf('s1', [5, 10], { clock: 'uptime', rhythm: MINUTE });
    expect(stepSigns([asWritten(uptime)], [], 0, DAY)).toEqual({ places: [], unseen: null });
  });

  it('is as long as the shortest silence of a log that has more of them than are kept', () => {
    const silences = Array.from({ length: 1_000 }, (_, i) => ({
      earliest: i * 2 * MINUTE,
      latest: i * 2 * MINUTE + 100 * SECOND,
    }));
    const log = streamOf('s1', [], { records: 5_000, first: 0, last: 2 * DAY, rhythm: SECOND, silences });
    const unseen = (count: number): Micros => signsOf({ ...log, silences: silences.slice(0, count) }).unseen ?? 0;
    expect(unseen(1_000)).toBeGreaterThanOrEqual(100 * SECOND);
    expect(unseen(1_000) - unseen(999)).toBe(100 * SECOND - MINUTE);
  });

  it('is told by the log that has most records', () => {
    const thin = streamOf('s1', [0, 60, 2_880], { rhythm: 20 * MINUTE });
    const { places, unseen } = stepSigns([asWritten(thin), asWritten(logOf([]))], [], 0, 2 * DAY);
    expect([places, unseen]).toEqual([[], MINUTE + 4 * RHYTHM]);
  });
});
