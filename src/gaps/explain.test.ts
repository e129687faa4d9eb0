import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { every, gapRule, SMALL_SITE, sourceOf, streamOf, utcClocks } from '../../test/streams.js';
import { timed } from '../../test/timed.js';
import type { Timed } from '../model/detection.js';
import type { Gap, StreamGaps } from '../model/gap.js';
import type { ReadSource } from '../model/source.js';
import { HOUR, MINUTE, SECOND } from '../model/time.js';
import { explainGaps } from './explain.js';

const RULES = [
  gapRule('off', { cause: 'shutdown', at: 'begin' }),
  gapRule('boot', { cause: 'reboot', at: 'end' }),
  gapRule('saved', { cause: 'saved', at: 'begin' }),
  gapRule('restored', { cause: 'saved', at: 'end' }),
  gapRule('paused', { cause: 'paused', at: 'begin' }),
  gapRule('suspended', { cause: 'paused', at: 'any' }),
  gapRule('freeze', { cause: 'frozen', at: 'begin', lasts: 900 }),
  gapRule('thaw', { cause: 'frozen', at: 'end', lasts: 900 }),
  gapRule('aborted', { cause: 'read-only', at: 'begin' }),
  gapRule('logger', { cause: 'logger-stopped', at: 'begin' }),
  gapRule('dropped', { cause: 'rate-limited', at: 'end', lasts: 'window', lost: 'lost' }),
];

/** A log that writes every five minutes, and not from minute 600 to 900. */
const QUIET = [...every(5, 0, 601), ...every(5, 900, 1500)];
const SYSLOG = sourceOf('syslog', [streamOf('syslog', QUIET)]);

function at(rule: string, minute: number, parts: Parameters<typeof timed>[2] = {}): Timed {
  return timed(rule, minute * 60, { source: 'syslog', stream: 'syslog|db01|', ...parts });
}

function explain(sources: readonly ReadSource[], detections: readonly Timed[] = []): readonly StreamGaps[] {
  return explainGaps({ sources, detections, rules: RULES, clocks: utcClocks(sources), topology: SMALL_SITE });
}

/** `cause from to [rules] elsewhere`, minutes. */
function told({ cause, span, because, elsewhere, missing }: Gap): string {
  const rules = because.map(({ rule }) => rule).join();
  const more = [missing === null ? '' : ` -${missing}`, elsewhere === null ? '' : ` ${elsewhere}`].join('');
  return `${cause} ${span.earliest / MINUTE} ${span.latest / MINUTE} [${rules}]${more}`;
}

function gapsOf(path: string, all: readonly StreamGaps[]): readonly string[] {
  return all.filter(({ key }) => key.startsWith(`${path}|`)).flatMap(({ gaps }) => gaps.map(told));
}

describe('a silence of a text log', () => {
  test('that nothing explains is told as one', () => {
    expect(explain([SYSLOG])[0]).toMatchObject({ aliveBy: 'rhythm', usual: 10 * MINUTE, ids: null, losses: [] });
    expect(gapsOf('syslog', explain([SYSLOG]))).toEqual(['silence 600 900 []']);
  });

  test.each<[string, readonly Timed[], string]>([
    ['shut down', [at('off', 600), at('boot', 900)], 'shutdown 600 900 [off,boot]'],
    ['booted, nothing says from what', [at('boot', 900)], 'reboot 600 900 [boot]'],
    ['saved', [at('saved', 602), at('restored', 899)], 'saved 600 900 [saved,restored]'],
    ['saved and never restored', [at('saved', 602)], 'saved 600 900 [saved]'],
    ['paused', [at('paused', 601)], 'paused 600 900 [paused]'],
    ['suspended, told when it was over', [at('suspended', 900)], 'paused 600 900 [suspended]'],
    ['not writable, until it was reset', [at('aborted', 600), at('boot', 899)], 'read-only 600 900 [aborted,boot]'],
    ['without a logger', [at('logger', 600)], 'logger-stopped 600 900 [logger]'],
    [
      'paused, then saved',
      [at('paused', 600), at('saved', 700), at('restored', 898)],
      'saved 600 900 [paused,saved,restored]',
    ],
  ])('%s', (_name, detections, expected) => {
    expect(gapsOf('syslog', explain([SYSLOG], detections))).toEqual([expected]);
  });

  test.each<[string, readonly Timed[]]>([
    ['a freeze takes a quarter of an hour, not five', [at('freeze', 600), at('thaw', 900)]],
    ['saved for a minute only', [at('saved', 601), at('restored', 602)]],
    ['restored before, thawed after', [at('restored', 598), at('thaw', 902)]],
    ['the other machine', [at('saved', 601, { entity: { type: 'vm', name: 'web01' } })]],
    ['a host that is not its machine', [at('off', 601, { entity: { type: 'host', name: 'HV02' } })]],
    ['hours earlier', [at('saved', 400), at('off', 300)]],
    ['a clock that is off by hours', [at('saved', 601, { clock: 'host:hv01', uncertainty: 4 * HOUR })]],
    ['without a place on the timeline', [at('saved', 601, { start: null })]],
    ['lines dropped within ten minutes', [at('dropped', 900, { captures: { window: '600', lost: '9' } })]],
  ])('is not explained by %s', (_name, detections) => {
    expect(gapsOf('syslog', explain([SYSLOG], detections))).toEqual(['silence 600 900 []']);
  });

  test('of the guest is explained by the log of its host', () => {
    const host = { source: 'worker', stream: 'worker|HV01|Worker', clock: 'host:hv01', uncertainty: 2 * SECOND };
    const entity = { type: 'vm', name: 'db01' } as const;
    const saved = [at('saved', 601, { ...host, entity }), at('restored', 899, { ...host, entity })];
    expect(gapsOf('syslog', explain([SYSLOG], saved))).toEqual(['saved 600 900 [saved,restored]']);
  });

  test('that is usual counts where records tell both its ends, as a freeze does', () => {
    const often = sourceOf('syslog', [streamOf('syslog', every(5, 0, 1500))]);
    const frozen = explain([often], [at('freeze', 600), at('thaw', 604)]);
    expect(gapsOf('syslog', frozen)).toEqual(['frozen 600 605 [freeze,thaw]']);
    expect(gapsOf('syslog', explain([often], [at('freeze', 600)]))).toEqual([]);
    expect(gapsOf('syslog', explain([often], [at('freeze', 600), at('thaw', 601)]))).toEqual([]);
    expect(gapsOf('syslog', explain([often]))).toEqual([]);
  });

  test('is an imjournal window where the message says how long that is', () => {
    const dense = sourceOf('syslog', [streamOf('syslog', [...every(0.5, 0, 601), ...every(0.5, 609, 900)])]);
    const dropped = (minute: number, captures: Record<string, string>, stream = 'syslog|db01|'): Timed =>
      at('dropped', minute, { captures, stream });
    const window = { window: '600', lost: '1243' };
    expect(gapsOf('syslog', explain([dense], [dropped(609, window)]))).toEqual(['rate-limited 600.5 609 [dropped]']);
    expect(gapsOf('syslog', explain([dense], [dropped(609, { lost: '37' })]))).toEqual(['silence 600.5 609 []']);
    expect(gapsOf('syslog', explain([dense], [dropped(609, window, 'kern|db01|')]))).toEqual(['silence 600.5 609 []']);
  });

  test('names another log in which the machine wrote meanwhile', () => {
    const cron = sourceOf('cron', [streamOf('cron', every(100, 0, 1500))]);
    const other = sourceOf('web', [streamOf('web', every(5, 0, 1500), { host: 'web01' })]);
    expect(gapsOf('syslog', explain([SYSLOG, cron, other]))).toEqual(['silence 600 900 [] cron']);
  });

  test('of one machine in a merged file loses nothing where its own log goes on', () => {
    const merged = sourceOf('merged', [streamOf('merged', QUIET), streamOf('merged', QUIET, { host: 'web01' })]);
    const own = sourceOf('own', [streamOf('own', every(5, 0, 1500))]);
    expect(gapsOf('merged', explain([merged, own]))).toEqual(['cosmetic 600 900 [] own', 'silence 600 900 []']);
  });

  test('in a file that goes through the time twice is one of its pieces', () => {
    const stepsBack = [{ byteOffset: 9, from: 1000 * MINUTE, to: 500 * MINUTE }];
    const pieces = sourceOf('syslog', [streamOf('syslog', QUIET, { stepsBack })]);
    expect(gapsOf('syslog', explain([pieces]))).toEqual(['cosmetic 600 900 [] syslog']);
  });

  test('says nothing of a job log, a ring buffer, ten records, or without a clock', () => {
    const of = (parts: Parameters<typeof streamOf>[2], more = {}): readonly string[] =>
      gapsOf('syslog', explain([sourceOf('syslog', [streamOf('syslog', QUIET, parts)], more)]));
    expect(of({}, { layer: 'backup' })).toEqual([]);
    expect(of({ clock: 'uptime' })).toEqual([]);
    expect(of({ records: 10 })).toEqual([]);
    const input = { sources: [SYSLOG], detections: [], rules: RULES, topology: SMALL_SITE };
    expect(explainGaps({ ...input, clocks: utcClocks([SYSLOG], () => false) })).toEqual([]);
    expect(explain([])).toEqual([]);
  });
});

describe('rotated files', () => {
  const file = (path: string, from: number, to: number): ReadSource =>
    sourceOf(path, [streamOf(path, every(5, from, to))]);

  test('that go on where the one before ends are one log', () => {
    expect(explain([file('syslog', 500, 900), file('syslog.1', 0, 500)]).flatMap(({ gaps }) => gaps)).toEqual([]);
  });

  test('one of which is missing', () => {
    const some = [file('a/syslog.3.gz', 0, 300), file('a/syslog.1', 600, 900), file('b/syslog.2.gz', 300, 600)];
    expect(gapsOf('a/syslog.1', explain(some))).toEqual(['rotated 295 600 [] b/syslog.2.gz']);
  });

  test('between which the machine was off', () => {
    const some = [file('messages-20240107', 0, 300), file('messages-20240114', 900, 1200)];
    const off = [at('off', 296, { stream: 'x' }), at('boot', 899, { stream: 'x' })];
    expect(gapsOf('messages-20240114', explain(some, off))).toEqual(['shutdown 295 900 [off,boot]']);
    expect(gapsOf('messages-20240114', explain(some))).toEqual(['silence 295 900 []']);
  });
});

describe('metrics', () => {
  const counters = (path: string, minutes: readonly number[]): ReadSource => {
    const parts = { host: 'HV01', channel: 'PhysicalDisk', sampling: MINUTE, objectTypes: ['PhysicalDisk'] };
    return sourceOf(path, [streamOf(path, minutes, parts)], { format: 'perfmon-csv', layer: 'hypervisor' });
  };

  test('miss samples, and the count is told', () => {
    const some = [counters('disk.csv', [...every(1, 0, 60), ...every(1, 62, 90), ...every(1, 100, 120)])];
    expect(explain(some)[0]).toMatchObject({ aliveBy: 'sampling' });
    expect(gapsOf('disk.csv', explain(some))).toEqual(['silence 59 62 [] -2', 'silence 89 100 [] -10']);
    const off = [at('off', 89.5, { entity: { type: 'host', name: 'HV01' } })];
    expect(gapsOf('disk.csv', explain(some, off))[1]).toBe('shutdown 89 100 [off] -10');
  });

  test('may have been collected by day', () => {
    const days = [counters('d_20240115.csv', every(1, 0, 60)), counters('d_20240116.csv', every(1, 1440, 1500))];
    expect(gapsOf('d_20240116.csv', explain(days))).toEqual(['not-collected 59 1440 [] -1380']);
    const whole = [counters('d_20240115.csv', every(1, 0, 60)), counters('d_20240116.csv', every(1, 62, 90))];
    expect(gapsOf('d_20240116.csv', explain(whole))).toEqual([]);
  });
});

describe('Windows channels', () => {
  const run = (first: number, from: number, last: number, to: number) => {
    return { firstId: first, lastId: last, earliest: from * MINUTE, latest: to * MINUTE };
  };
  const channel = (path: string, runs: readonly ReturnType<typeof run>[], records = 1000): ReadSource => {
    const times = runs.flatMap(({ earliest, latest }) => [earliest / MINUTE, latest / MINUTE]);
    const parts = {
      host: 'HV01',
      channel: 'System',
      contiguous: runs,
      firstRecordId: runs[0]?.firstId ?? null,
      records,
    };
    return sourceOf(path, [streamOf(path, times, parts)], { format: 'windows-evtx', layer: 'hypervisor' });
  };

  test('are alive through any silence whose record ids go on', () => {
    const [quiet] = explain([channel('System.evtx', [run(7, 0, 90, 9000)])]);
    expect(quiet).toMatchObject({ aliveBy: 'record-ids', ids: { first: 7, last: 90 }, gaps: [] });
  });

  test('miss records where ids are missing, whatever the machine did, and hold them in another copy', () => {
    const holes = channel('System.evtx', [run(7, 0, 90, 900), run(101, 905, 200, 950)]);
    const off = [at('off', 901, { entity: { type: 'host', name: 'HV01' } })];
    expect(gapsOf('System.evtx', explain([holes], off))).toEqual(['record-ids-missing 900 905 [] -10']);
    const copy = channel('copy/System.evtx', [run(80, 880, 120, 910)]);
    expect(gapsOf('System.evtx', explain([holes, copy]))).toEqual(['cosmetic 900 905 [] -10 copy/System.evtx']);
  });

  test('that a filter exported are told once', () => {
    const runs = every(1, 0, 40).map((i) => run(3 * i + 1, i, 3 * i + 1, i));
    expect(gapsOf('System.evtx', explain([channel('System.evtx', runs, 40)]))).toEqual([
      'record-ids-missing 0 39 [] -78',
    ]);
  });

  test('go on from file to file by their ids', () => {
    const next = (first: number) => channel('System.evtx', [run(first, 90, first + 9, 99)]);
    const before = channel('Archive-System-2024-01-15-08-15-30-123.evtx', [run(1, 0, 50, 40)]);
    expect(gapsOf('System.evtx', explain([before, next(51)]))).toEqual([]);
    expect(gapsOf('System.evtx', explain([before, next(61)]))).toEqual(['record-ids-missing 40 90 [] -10']);
  });
});

describe('losses', () => {
  test('are told without a silence, a storm of them as one, and at least so many where a record does not count', () => {
    const often = sourceOf('syslog', [streamOf('syslog', every(5, 0, 1500))]);
    const lost = (minute: number, captures: Record<string, string>): Timed => at('dropped', minute, { captures });
    const notices = [lost(100, { lost: '37' }), lost(105, { lost: '1243' }), lost(300, {}), lost(305, { lost: '5' })];
    const [stream] = explain([often], notices);
    expect(stream?.gaps).toEqual([]);
    expect(
      stream?.losses.map(({ span, lines, isExact }) => [span.earliest / MINUTE, span.latest / MINUTE, lines, isExact]),
    ).toEqual([
      [100, 105, 1280, true],
      [300, 305, 5, false],
    ]);
  });
});

describe('for any logs', () => {
  const minutes = fc
    .array(fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 60, max: 2000 })), {
      minLength: 25,
      maxLength: 90,
    })
    .map((steps) => {
      let minute = 0;
      return steps.map((step) => {
        minute += step;
        return minute;
      });
    });
  const marks = fc.array(
    fc.record({
      rule: fc.constantFrom('off', 'boot', 'saved', 'restored', 'freeze', 'thaw', 'aborted'),
      minute: fc.nat(20_000),
    }),
    { maxLength: 12 },
  );

  test('gaps and what lies between them fill the stream, apart from each other', () => {
    fc.assert(
      fc.property(minutes, marks, fc.array(fc.nat(5000), { maxLength: 3 }), (times, told, back) => {
        const stepsBack = back.map((to, byteOffset) => ({ byteOffset, from: (to + 300) * MINUTE, to: to * MINUTE }));
        const stream = streamOf('syslog', times, { stepsBack });
        const overlapping = [
          ...stream.silences,
          ...stepsBack.map(({ from, to }) => ({ earliest: to, latest: from + 1 })),
        ];
        const source = sourceOf('syslog', [{ ...stream, silences: overlapping }]);
        const [result] = explain(
          [source],
          told.map(({ rule, minute }) => at(rule, minute)),
        );
        let until = stream.first as number;
        for (const { span } of result?.gaps ?? []) {
          expect(span.earliest).toBeGreaterThanOrEqual(until);
          expect(span.latest).toBeGreaterThan(span.earliest);
          until = span.latest;
        }
        expect(until).toBeLessThanOrEqual(Math.max(stream.last as number, ...stepsBack.map(({ from }) => from + 1)));
      }),
      { numRuns: 200 },
    );
  });

  test('the order of sources and detections does not matter', () => {
    fc.assert(
      fc.property(minutes, minutes, marks, (one, two, told) => {
        const sources = [
          sourceOf('syslog', [streamOf('syslog', one)]),
          sourceOf('syslog.1', [streamOf('syslog.1', two)]),
          sourceOf('cron', [streamOf('cron', two)]),
        ];
        const detections = told.map(({ rule, minute }) => at(rule, minute));
        expect(explain([...sources].reverse(), [...detections].reverse())).toEqual(explain(sources, detections));
      }),
      { numRuns: 100 },
    );
  });
});
