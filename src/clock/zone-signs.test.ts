import { describe, expect, it } from 'vitest';
import { analyzeFiles, reportOf } from '../../test/run.js';
import { collectStreams } from '../ingest/stream-stats.js';
import type { ZoneCourse } from '../model/clock.js';
import type { StreamStats } from '../model/coverage.js';
import { HOUR, MINUTE, type Micros, SECOND, YEARLESS_YEAR } from '../model/time.js';
import { spanOfStream } from './span-of-stream.js';
import { inYear } from './year.js';
import { constantCourse, courseOfZone, offsetIn, zoneCourses } from './zone-courses.js';
import { coursesShown, foldsOf } from './zone-signs.js';

const utc = (iso: string): Micros => Date.parse(`${iso}Z`) * 1000;
const YEARS = { earliest: utc('2023-06-01T00:00'), latest: utc('2026-01-01T00:00') };
const VIENNA = courseOfZone('Europe/Vienna', YEARS);
const NEW_YORK = courseOfZone('America/New_York', YEARS);
const LAGOS = constantCourse(HOUR);

/** Moments of a stretch, so far apart. */
function moments(from: string, to: string, step: Micros): readonly Micros[] {
  const start = utc(from);
  return Array.from({ length: Math.ceil((utc(to) - start) / step) }, (_, i) => start + i * step);
}

const BYTES = 60;

/** The statistics of a log that stamps local time at these moments. */
function logOf(course: ZoneCourse, times: readonly Micros[], yearless = false): StreamStats {
  const streams = collectStreams();
  for (const [i, at] of times.entries()) {
    const local = at + offsetIn(course, at);
    const micros = yearless ? inYear(local, YEARLESS_YEAR) : local;
    streams.counted({
      ...{ host: 'db01', channel: null, ident: null },
      time: { micros, clock: 'wall', utcOffset: null, yearless, resolution: SECOND },
      at: { line: i + 1, byteOffset: i * BYTES, record: null },
    });
  }
  return streams.streams('s1')[0] as StreamStats;
}

function shown(log: StreamStats, courses: readonly ZoneCourse[] = [VIENNA, LAGOS], year: number | null = null) {
  return coursesShown(courses, log, year, spanOfStream(log, year));
}

describe('an hour that comes twice', () => {
  const night = moments('2024-10-26T12:00', '2024-10-27T12:00', 50 * SECOND);
  const twice = logOf(VIENNA, night);
  const once = logOf(LAGOS, night);
  const thin = logOf(VIENNA, moments('2024-10-26T12:00', '2024-10-27T12:00', 40 * MINUTE));

  it('is shown by a log that falls back', () => {
    expect(shown(twice)).toEqual({ courses: [VIENNA], isShown: true });
  });

  it('begins again at the record that fell back', () => {
    const byteOffset = night.findIndex((at) => at >= utc('2024-10-27T01:00')) * BYTES;
    const span = { earliest: utc('2024-10-27T02:00'), latest: utc('2024-10-27T03:00') };
    expect(foldsOf(VIENNA, twice, null)).toEqual([{ span, byteOffset }]);
    expect(foldsOf(VIENNA, once, null)).toEqual([]);
    expect(foldsOf(LAGOS, twice, null)).toEqual([]);
  });

  it('is denied by one that runs through', () => {
    expect(shown(once)).toEqual({ courses: [LAGOS], isShown: false });
  });

  it('is left open by one that is thin', () => {
    expect(shown(thin)).toEqual({ courses: [VIENNA, LAGOS], isShown: false });
    expect(foldsOf(VIENNA, thin, null)).toEqual([]);
  });

  it('is left open by one that is silent just then', () => {
    const asleep = night.filter((at) => at < utc('2024-10-26T23:40') || at > utc('2024-10-27T02:20'));
    expect(shown(logOf(LAGOS, asleep))).toEqual({ courses: [VIENNA, LAGOS], isShown: false });
  });

  it('is not what a clock does that is set back at another hour', () => {
    const set = utc('2024-10-27T06:00');
    const noon: ZoneCourse = {
      names: [],
      offsets: [
        { from: Number.NEGATIVE_INFINITY, offset: HOUR },
        { from: set, offset: 0 },
      ],
    };
    expect(shown(logOf(noon, night))).toEqual({ courses: [LAGOS], isShown: false });
  });

  it.each([
    ['less', '2024-10-27T01:00', 0.5 * HOUR],
    ['more', '2024-10-27T01:30', 1.5 * HOUR],
  ])('is not what a clock does that is set back then, but by %s', (_, at, by) => {
    const other: ZoneCourse = {
      names: [],
      offsets: [
        { from: Number.NEGATIVE_INFINITY, offset: 2 * HOUR },
        { from: utc(at), offset: 2 * HOUR - by },
      ],
    };
    expect(shown(logOf(other, night)).isShown).toBe(false);
  });

  it('tells whose summer time it was: that of one side of the ocean', () => {
    const american = logOf(NEW_YORK, moments('2024-10-20T00:00', '2024-11-10T00:00', 50 * SECOND));
    const found = shown(american, zoneCourses({ earliest: utc('2024-10-18T00:00'), latest: utc('2024-11-12T00:00') }));
    const names = found.courses.flatMap((course) => course.names);
    expect(found.isShown).toBe(true);
    // Local time alone: all of them change at two.
    expect(names).toEqual(expect.arrayContaining(['America/New_York', 'America/Chicago']));
    expect(names).not.toContain('Europe/Vienna');
    expect(names).not.toContain('America/Phoenix');
  });

  it('counts for nothing where the log does not reach', () => {
    const before = logOf(VIENNA, moments('2024-10-20T00:00', '2024-10-26T00:00', 50 * SECOND));
    expect(shown(before)).toEqual({ courses: [VIENNA, LAGOS], isShown: false });
  });
});

describe('an hour that is left out', () => {
  const night = moments('2024-03-30T12:00', '2024-03-31T12:00', 50 * SECOND);

  it('is shown by a log that is silent for it, denied by one that is not', () => {
    expect(shown(logOf(VIENNA, night))).toEqual({ courses: [VIENNA], isShown: true });
    expect(shown(logOf(LAGOS, night))).toEqual({ courses: [LAGOS], isShown: false });
  });

  it('is left open where silences of an hour are a habit', () => {
    const without = (hours: readonly number[]) =>
      night.filter((at) => !hours.includes(new Date(at / 1000).getUTCHours()));
    expect(shown(logOf(VIENNA, without([9, 15, 21])))).toEqual({ courses: [VIENNA, LAGOS], isShown: false });
    expect(shown(logOf(VIENNA, without([15])))).toEqual({ courses: [VIENNA], isShown: true });
  });

  it('is left open by a silence that is much longer', () => {
    const long = night.filter((at) => at < utc('2024-03-30T23:00') || at > utc('2024-03-31T04:00'));
    expect(shown(logOf(VIENNA, long))).toEqual({ courses: [VIENNA, LAGOS], isShown: false });
    expect(shown(logOf(LAGOS, long))).toEqual({ courses: [VIENNA, LAGOS], isShown: false });
  });

  it('leaves no fold', () => {
    expect(foldsOf(VIENNA, logOf(VIENNA, night), null)).toEqual([]);
  });
});

describe('a log without years', () => {
  it('shows it in the year it is put in, and in no other', () => {
    const log = logOf(VIENNA, moments('2024-10-20T00:00', '2024-11-02T00:00', 50 * SECOND), true);
    expect(shown(log, [VIENNA, LAGOS], 2024)).toEqual({ courses: [VIENNA], isShown: true });
    const span = { earliest: utc('2024-10-27T02:00'), latest: utc('2024-10-27T03:00') };
    expect(foldsOf(VIENNA, log, 2024)).toMatchObject([{ span }]);
    // In 2025 the clocks changed on the 26th.
    expect(shown(log, [VIENNA, LAGOS], 2025)).toEqual({ courses: [LAGOS], isShown: false });
  });

  it('shows both changes of a winter across the turn of the year', () => {
    const winter = logOf(VIENNA, moments('2024-10-20T00:00', '2025-04-07T00:00', 55 * SECOND), true);
    expect(winter.yearTurns).toHaveLength(1);
    expect(shown(winter, [VIENNA, LAGOS], 2024)).toEqual({ courses: [VIENNA], isShown: true });
    expect(foldsOf(VIENNA, winter, 2024)).toHaveLength(1);
    const still = logOf(LAGOS, moments('2024-10-20T00:00', '2025-04-07T00:00', 55 * SECOND), true);
    expect(shown(still, [VIENNA, LAGOS], 2024)).toEqual({ courses: [LAGOS], isShown: false });
  });

  it('shows a change that comes after the turn of the year', () => {
    const spring = logOf(VIENNA, moments('2023-12-28T00:00', '2024-04-03T00:00', 55 * SECOND), true);
    expect(shown(spring, [VIENNA, LAGOS, NEW_YORK], 2023)).toEqual({ courses: [VIENNA], isShown: true });
  });
});

const DATED = ['2024-01-02', '2024-12-20']
  .map((day) => `${day}T09:00:00.000000Z other01 CRON[1]: (root) CMD (true)\n`)
  .join('');

/** A syslog of one machine in Vienna: a line every half minute, and what is put in at some moments. */
function syslog(from: string, to: string, special: Readonly<Record<string, string>>): string {
  const wanted = new Map(Object.entries(special).map(([iso, text]) => [utc(iso), text]));
  return moments(from, to, 30 * SECOND)
    .map((at) => {
      const local = new Date((at + offsetIn(VIENNA, at)) / 1000);
      const name = local.toLocaleString('en', { month: 'short', timeZone: 'UTC' });
      const stamp = `${name} ${String(local.getUTCDate()).padStart(2, ' ')} ${local.toISOString().slice(11, 19)}`;
      return `${stamp} db01 ${wanted.get(at) ?? 'CRON[1]: (root) CMD (true)'}\n`;
    })
    .join('');
}

describe('a syslog of a night', () => {
  const ABORT = 'kernel: [ 7200.500000] Aborting journal on device sda1-8.';
  const autumn = syslog('2024-10-26T18:00', '2024-10-27T06:00', {
    '2024-10-27T00:30': ABORT,
    '2024-10-27T01:30': ABORT.replace(' 7200', '10800'),
  });
  const spring = syslog('2024-03-30T18:00', '2024-03-31T06:00', {
    '2024-03-31T00:59:30': ABORT,
    '2024-03-31T01:00': ABORT.replace(' 7200', ' 7230'),
  });

  /** Where the clock puts the lines of the abort, to within seconds. */
  async function abortsAt(text: string, zones: readonly string[], dated = DATED): Promise<readonly string[]> {
    const files = new Map([
      ['guest/db01/syslog', text],
      ['guest/other01/syslog', dated],
    ]);
    const { clocks, sources } = await analyzeFiles(files, zones);
    const id = sources.find(({ path }) => path === 'guest/db01/syslog')?.id ?? '';
    return [...text.matchAll(/^(\w+ .\d \S+) db01 kernel/gm)].map((line) => {
      const micros = Date.parse(`1972 ${line[1]} UTC`) * 1000;
      const time = { micros, clock: 'wall', utcOffset: null, yearless: true, resolution: SECOND } as const;
      const placed = clocks.place(`${id}|db01|`, time, line.index, null);
      expect(placed?.uncertainty).toBeLessThan(10 * SECOND);
      return new Date((placed?.utc ?? 0) / 1000).toISOString().slice(0, 19);
    });
  }

  it('in autumn: both times half past two are told apart by where they stand', async () => {
    expect(autumn.match(/ 02:30:00 db01 kernel/g)).toHaveLength(2);
    expect(await abortsAt(autumn, ['db01=Europe/Vienna'])).toEqual(['2024-10-27T00:30:00', '2024-10-27T01:30:00']);
  });

  it('is not put right by an offset that does not change', async () => {
    expect(await abortsAt(autumn, ['db01=+02:00'])).toEqual(['2024-10-27T00:30:00', '2024-10-27T00:30:00']);
  });

  it('shows the zone itself, once another log states what is kept there in winter', async () => {
    const near = DATED.replaceAll('Z', '+01:00');
    expect(await abortsAt(autumn, [], near)).toEqual(['2024-10-27T00:30:00', '2024-10-27T01:30:00']);
    expect(await abortsAt(spring, [], near)).toEqual(['2024-03-31T00:59:30', '2024-03-31T01:00:00']);
  });

  it('else leaves open which of the two that change from three to two it is', async () => {
    const files = new Map([
      ['guest/db01/syslog', autumn],
      ['guest/other01/syslog', DATED],
    ]);
    const { clocks } = await analyzeFiles(files);
    const clock = [...clocks.streams.values()].find(({ key }) => key.includes('db01'));
    expect(clock?.basis).toBe('derived');
    const names = clock?.courses.flatMap((course) => course.names) ?? [];
    expect(names).toEqual(expect.arrayContaining(['Europe/Vienna', 'Europe/Chisinau']));
    expect(names).not.toEqual(expect.arrayContaining(['Europe/London']));
    for (const { uncertainty } of clock?.segments ?? []) expect(uncertainty).toBeGreaterThanOrEqual(HOUR / 2);
  });

  it('in spring: three comes half a minute after two', async () => {
    expect(await abortsAt(spring, ['db01=Europe/Vienna'])).toEqual(['2024-03-31T00:59:30', '2024-03-31T01:00:00']);
  });

  it('is reported hour by hour: what holds before, and from the end of the hour on', async () => {
    const files = new Map([
      ['guest/db01/syslog', autumn],
      ['guest/other01/syslog', DATED],
    ]);
    const report = await reportOf(files, ['db01=Europe/Vienna']);
    const segments = report.sources.find(({ path }) => path.includes('db01'))?.streams[0]?.clock.segments ?? [];
    expect(segments.map(({ offsetSeconds }) => offsetSeconds)).toEqual([-7200, -3600]);
    expect(new Set(segments.map(({ uncertaintySeconds }) => uncertaintySeconds)).size).toBe(1);
  });

  it('that is thin in autumn is half an hour unsure where it cannot tell', async () => {
    const few = autumn
      .split('\n')
      .filter((line, i) => i % 90 === 0 || line.includes('kernel'))
      .join('\n');
    const files = new Map([
      ['guest/db01/syslog', few],
      ['guest/other01/syslog', DATED],
    ]);
    const report = await reportOf(files, ['db01=Europe/Vienna']);
    const segments = report.sources.find(({ path }) => path.includes('db01'))?.streams[0]?.clock.segments ?? [];
    expect(segments.map(({ offsetSeconds }) => offsetSeconds)).toEqual([-7200, -5400, -3600]);
    expect(segments[1]?.uncertaintySeconds).toBeGreaterThanOrEqual(1800);
    expect(segments[0]?.uncertaintySeconds).toBeLessThan(10);
  });
});

it('a turn of the year is no change of the clocks', () => {
  const turn = logOf(VIENNA, moments('2024-12-30T00:00', '2025-01-03T00:00', 50 * SECOND), true);
  expect(turn).toMatchObject({ yearTurns: [expect.any(Number)], stepsBack: [], silences: [] });
  expect(shown(turn, [VIENNA, LAGOS], 2024)).toEqual({ courses: [VIENNA, LAGOS], isShown: false });
});
