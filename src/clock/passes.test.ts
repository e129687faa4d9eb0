import { describe, expect, it } from 'vitest';
import { analyzeFiles } from '../../test/run.js';
import { streamOf } from '../../test/streams.js';
import { aliveStreams } from '../attribute/coverage.js';
import type { StreamClock } from '../model/clock.js';
import type { StreamStats } from '../model/coverage.js';
import { DAY, HOUR, MINUTE, type Micros, SECOND } from '../model/time.js';
import { passAt, passesAround, passesOf, sharedPasses } from './passes.js';

const START = Date.UTC(2024, 2, 3, 2, 14, 7) * 1000;
const DAYS = 10;

const stamp = (utc: Micros): string => new Date(utc / 1000).toISOString().replace('Z', '000+00:00');
const ioError = (i: number, uptime: number): string =>
  `kernel: [${uptime.toFixed(6)}] I/O error, dev sda, sector ${1_000 + i} op 0x1:(WRITE) flags 0x0 phys_seg 1 prio class 2`;

interface Line {
  readonly at: Micros;
  readonly text: string;
}

/** A line every ten minutes, and an error at an odd hour of every day. */
const ERRORS: readonly Line[] = Array.from({ length: DAYS }, (_, day) => {
  const seconds = day * 86_400 + ((day * 7_919) % 40_000) + 1_000.25;
  return { at: START + seconds * 1e6, text: ioError(day, 90_000 + seconds) };
});
const QUIET: readonly Line[] = Array.from({ length: DAYS * 144 }, (_, i) => ({
  at: START + i * 10 * MINUTE,
  text: 'CRON[7]: (root) CMD (true)',
}));
const LINES = [...ERRORS, ...QUIET].sort((x, y) => x.at - y.at);

const written = (lines: readonly Line[], host: string, error: (at: Micros) => Micros): string =>
  lines.map(({ at, text }) => `${stamp(at + error(at))} ${host} ${text}\n`).join('');

/** What a line takes to the collector. */
const LATE = 0.4 * SECOND;

/** A guest's own log, and what it sent to a collector whose clock is right. */
async function analysed(own: string) {
  const central = `${written(LINES, 'web01', () => LATE)}${written(QUIET, 'log01', () => 0)}`;
  return analyzeFiles(
    new Map([
      ['guests/web01/syslog', own],
      ['central/log01/messages', central],
    ]),
  );
}

const HALF = START + 5 * DAY;
/** Three days ahead until it is set right. */
const setRight = (at: Micros): Micros => (at < HALF ? 3 * DAY : 0);

describe('a clock that was set back by days', () => {
  it('is corrected on either side, though the stamps overlap', async () => {
    const { clocks, detections, sources } = await analysed(written(LINES, 'web01', setRight));
    const own = sources.find(({ path }) => path === 'guests/web01/syslog');
    const found = detections.filter(({ source, rule }) => source === own?.id && rule.startsWith('core/guest/'));
    expect(found.length).toBeGreaterThanOrEqual(DAYS);
    for (const { start, uncertainty } of found) {
      const nearest = Math.min(...ERRORS.map(({ at }) => Math.abs(at - (start ?? 0))));
      expect(nearest).toBeLessThanOrEqual(uncertainty);
      expect(uncertainty).toBeLessThan(HOUR);
    }
    const alive = aliveStreams(sources, clocks).find(({ source, host }) => source === own?.id && host === 'web01');
    const [first, last] = [alive?.stretches[0]?.earliest ?? 0, alive?.stretches.at(-1)?.latest ?? 0];
    expect(Math.abs(first - START)).toBeLessThan(HOUR);
    expect(Math.abs(last - START - DAYS * DAY)).toBeLessThan(HOUR);
    for (const [i, stretch] of (alive?.stretches ?? []).entries())
      expect(stretch.earliest).toBeGreaterThanOrEqual((alive?.stretches[i - 1]?.latest ?? 0) - HOUR);
  });

  it('is not taken for a file whose halves were put together the wrong way round', async () => {
    const [late, early] = [LINES.filter(({ at }) => at >= HALF), LINES.filter(({ at }) => at < HALF)];
    const { clocks, detections, sources } = await analysed(
      `${written(late, 'web01', () => 0)}${written(early, 'web01', () => 0)}`,
    );
    const own = sources.find(({ path }) => path === 'guests/web01/syslog');
    const found = detections.filter(({ source, rule }) => source === own?.id && rule.startsWith('core/guest/'));
    for (const { start } of found)
      expect(Math.min(...ERRORS.map(({ at }) => Math.abs(at - (start ?? 0))))).toBeLessThan(2 * MINUTE);
    expect([...clocks.streams.values()].every(({ passes }) => passes.length === 0)).toBe(true);
  });
});

const CLOCK = { basis: 'stated', year: null } as StreamClock;
const place = (at: Micros): Micros => at;
const falling = (parts: Partial<StreamStats>): StreamStats =>
  streamOf('s1', [], { records: 9_000, first: 0, last: 9 * DAY, rhythm: MINUTE, ...parts });

describe('passes of a log', () => {
  const back = { byteOffset: 500, from: 6 * DAY, to: 2 * DAY };
  const again = { byteOffset: 900, from: 5 * DAY, to: 4 * DAY };

  it('follow each other in the order of the file', () => {
    const passes = passesOf(falling({ stepsBack: [back, again] }), CLOCK, place);
    expect(passes.map(({ byteOffset, ahead, from }) => [byteOffset, ahead, from])).toEqual([
      [500, 4 * DAY, 6 * DAY],
      [900, 5 * DAY, 9 * DAY],
    ]);
    expect([0, 499, 500, 899, 900].map((at) => passAt(passes, at))).toEqual([0, 0, 1, 1, 2]);
    expect(passesAround(passes, 2.5 * DAY, 3 * DAY)).toEqual([0, 1]);
    expect(passesAround(passes, 5.5 * DAY, 5.6 * DAY)).toEqual([0, 2]);
    expect(passesAround(passes, 0, DAY)).toEqual([0]);
  });

  it('are none where a line came late and the log goes on where it was', () => {
    const silences = [{ earliest: 2 * DAY + MINUTE, latest: 6 * DAY }];
    expect(passesOf(falling({ stepsBack: [back], silences }), CLOCK, place)).toEqual([]);
  });

  it('are none where it may be summer time', () => {
    const hour = { byteOffset: 500, from: 6 * HOUR, to: 5 * HOUR };
    expect(passesOf(falling({ stepsBack: [hour] }), { ...CLOCK, basis: 'assumed' }, place)).toEqual([]);
    expect(passesOf(falling({ stepsBack: [hour] }), CLOCK, place)).toHaveLength(1);
    const zoned = (at: Micros, byteOffset: number | null): Micros => at + ((byteOffset ?? 0) >= 500 ? HOUR : 0);
    expect(passesOf(falling({ stepsBack: [hour] }), CLOCK, zoned)).toEqual([]);
  });

  it('are none where records are numbered: an event log goes round its file', () => {
    const contiguous = [{ firstId: 1, lastId: 9_000, earliest: 0, latest: 9 * DAY }];
    expect(passesOf(falling({ stepsBack: [back], contiguous }), CLOCK, place)).toEqual([]);
  });

  it('are none in a short list that begins with the newest', () => {
    const stepsBack = [1, 2, 3].map((day) => ({ byteOffset: 100 * day, from: (5 - day) * DAY, to: (4 - day) * DAY }));
    expect(passesOf(falling({ stepsBack, records: 4 }), CLOCK, place)).toEqual([]);
    expect(passesOf(falling({ stepsBack }), CLOCK, place)).toHaveLength(3);
  });

  it('are none where it falls back again and again', () => {
    const stepsBack = Array.from({ length: 20 }, (_, i) => ({ ...back, byteOffset: 100 * i }));
    expect(passesOf(falling({ stepsBack }), CLOCK, place)).toEqual([]);
  });

  it('are those of another log of the clock if they are as far', () => {
    const one = passesOf(falling({ stepsBack: [back] }), CLOCK, place);
    const other = passesOf(falling({ stepsBack: [{ ...back, byteOffset: 70, to: 2 * DAY - MINUTE }] }), CLOCK, place);
    expect(sharedPasses(other, one)).toEqual([{ ...other[0], placedAhead: 4 * DAY }]);
    expect(sharedPasses(passesOf(falling({ stepsBack: [again] }), CLOCK, place), one)).toBeNull();
    expect(sharedPasses([], one)).toBeNull();
  });
});
