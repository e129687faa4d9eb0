import { describe, expect, test } from 'vitest';
import { every, SMALL_SITE, sourceOf, streamOf, utcClocks } from '../../test/streams.js';
import { timed } from '../../test/timed.js';
import type { StreamStats } from '../model/coverage.js';
import type { Gap, Loss, StreamGaps } from '../model/gap.js';
import type { Incident } from '../model/incident.js';
import type { Rule } from '../model/rule.js';
import type { ReadSource } from '../model/source.js';
import { DAY, MINUTE } from '../model/time.js';
import { checkReach } from './reach.js';

const logsource = (id: string, formats: readonly string[], channels: readonly string[] | null = null): Rule =>
  ({ id, kind: 'logsource', formats, channels }) as unknown as Rule;
const detection = (id: string, logsourceId: string): Rule =>
  ({ id, kind: 'detection', logsourceId, gap: null }) as unknown as Rule;

const item = (observe: string, join: string, beforeSeconds: number) => {
  return { id: observe, observe: [observe], join, beforeSeconds, afterSeconds: 60, for: null };
};

/** A hypothesis that looks ten minutes back into the guest and the host, an hour into counters, a day into any host's cluster log. */
const RULES = [
  logsource('syslog', ['linux-syslog']),
  logsource('system', ['windows-evtx'], ['System']),
  logsource('cluster', ['windows-evtx'], ['Cluster']),
  logsource('jobs', ['backup-job-csv']),
  detection('guest-error', 'syslog'),
  detection('host-error', 'system'),
  detection('cluster-error', 'cluster'),
  detection('job', 'jobs'),
  { id: 'both', kind: 'correlation', rules: ['host-error', 'both'] },
  { id: 'slow', kind: 'metric', objects: ['PhysicalDisk'] },
  {
    ...{ id: 'why', kind: 'hypothesis', explains: { 'guest.io.error': 0 } },
    evidence: [
      item('guest-error', 'vm', 600),
      item('both', 'host', 600),
      item('slow', 'host', 3600),
      item('cluster-error', 'cluster', 86_400),
      item('job', 'cluster', 600),
    ],
  },
] as unknown as readonly Rule[];

function incident(id: string, minute: number, name = 'db01', kind = 'guest.io.error'): Incident {
  const defining = timed('guest-error', minute * 60);
  const at = minute * MINUTE;
  return {
    ...{ id, kind, entity: { type: 'vm', name }, start: at, end: at, onset: { earliest: at, latest: at }, defining },
    ...{ detections: [], symptoms: [], summary: '', rule: '' },
  };
}

function channel(path: string, name: string, from: number, to: number, parts: Partial<StreamStats> = {}): ReadSource {
  const contiguous = [{ firstId: 18_233, lastId: 18_300, earliest: from * MINUTE, latest: to * MINUTE }];
  const stream = streamOf(path, [from, to], {
    host: 'HV01',
    channel: name,
    contiguous,
    firstRecordId: 18_233,
    ...parts,
  });
  return sourceOf(path, [stream], { format: 'windows-evtx', layer: 'hypervisor' });
}

function check(sources: readonly ReadSource[], incidents: readonly Incident[], gaps: readonly StreamGaps[] = []) {
  return checkReach({ sources, incidents, rules: RULES, clocks: utcClocks(sources), topology: SMALL_SITE, gaps });
}

const guest = (path: string, from: number, to: number): ReadSource =>
  sourceOf(path, [streamOf(path, every(5, from, to))]);

describe('whether logs reach over the incidents', () => {
  test('those that do are not spoken of', () => {
    const sources = [guest('syslog', 0, 2000), channel('System.evtx', 'System', 0, 2000)];
    expect(check(sources, [incident('i1', 1000), incident('i2', 1900)])).toEqual([]);
    expect(check(sources, [])).toEqual([]);
    expect(check([], [incident('i1', 1000)])).toEqual([]);
  });

  test('an event log that begins after them was overwritten, and how to keep more', () => {
    const some = [incident('i1', 100), incident('i2', 500), incident('i3', 1500)];
    expect(check([channel('hosts/HV01/System.evtx', 'System', 1000, 2000)], some)).toEqual([
      'hosts/HV01/System.evtx begins 1970-01-01T16:40:00Z, after 2 of 3 incidents (i1, i2); what came before was overwritten or left out, its first record id is 18,233; raise the log\'s size (wevtutil sl "System" /ms:104857600)',
    ]);
  });

  test('a channel whose first record is number 1 held nothing before', () => {
    expect(check([channel('System.evtx', 'System', 1000, 2000, { firstRecordId: 1 })], [incident('i1', 100)])).toEqual(
      [],
    );
  });

  test('a quiet channel goes on to the end of its computer, a log that ends does not', () => {
    const quiet = channel('System.evtx', 'System', 0, 100);
    const ends = 'System.evtx ends 1970-01-01T01:40:00Z, before incident i1: collect it again';
    expect(check([quiet], [incident('i1', 1000)])).toEqual([ends]);
    expect(check([quiet, channel('Application.evtx', 'Application', 0, 2000)], [incident('i1', 1000)])).toEqual([]);
    expect(check([guest('syslog', 0, 500)], [incident('i1', 1000)])).toEqual([
      'syslog ends 1970-01-01T08:15:00Z, before incident i1: collect it again',
    ]);
    expect(check([guest('syslog', 0, 500)], [incident('i1', 500)])).toEqual([]);
  });

  test('reaching the incident is not enough where hypotheses look back', () => {
    expect(check([guest('syslog', 995, 2000)], [incident('i1', 1000), incident('i2', 1500)])).toEqual([
      'syslog begins 1970-01-01T16:35:00Z, less than the 10 min before 1 of 2 incidents (i1) that hypotheses look at; look for older files on the machine, rotated or compressed, or in its journal',
    ]);
  });

  test('files of one machine stand for each other, but for a handful of lines', () => {
    const old = guest('syslog.1', 0, 1000);
    const few = sourceOf('auth.log', [streamOf('auth.log', [0, 700, 1400])]);
    expect(check([guest('syslog', 1000, 2000), old], [incident('i1', 500)])).toEqual([]);
    expect(check([guest('syslog', 1000, 2000), few], [incident('i1', 500)])).toHaveLength(1);
  });

  test('nobody asks the logs of another guest or host, nor of kinds that no hypothesis explains', () => {
    const late = [guest('syslog', 1000, 2000), channel('System.evtx', 'System', 1000, 2000)];
    expect(check(late, [incident('i1', 100, 'db01', 'vm.moved')])).toEqual([]);
    expect(check([guest('syslog', 1000, 2000)], [incident('i1', 100, 'web01')])).toEqual([]);
    expect(check([channel('System.evtx', 'System', 1000, 2000, { host: 'HV02' })], [incident('i1', 100)])).toEqual([]);
    // What any node of the cluster says counts.
    expect(check([channel('cl.evtx', 'Cluster', 1000, 2000, { host: 'HV02' })], [incident('i1', 100)])).toHaveLength(1);
  });

  test('counters and jobs', () => {
    const parts = { host: 'HV01', channel: 'PhysicalDisk', sampling: MINUTE, objectTypes: ['PhysicalDisk'] };
    const disk = sourceOf('disk.csv', [streamOf('disk.csv', every(1, 1000, 1500), parts)], {
      ...{ format: 'perfmon-csv', layer: 'hypervisor' },
    });
    const jobs = sourceOf('runs.csv', [streamOf('runs.csv', [1440, 2880], { host: null })], {
      ...{ format: 'backup-job-csv', layer: 'backup' },
    });
    expect(check([disk, jobs], [incident('i1', 100), incident('i2', 2900)])).toEqual([
      'disk.csv begins 1970-01-01T16:40:00Z, after 1 of 2 incidents (i1); let the counters be collected all the time',
      'disk.csv ends 1970-01-02T00:59:00Z, before 1 of 2 incidents (i2): collect it again',
      'runs.csv begins 1970-01-02T00:00:00Z, after 1 of 2 incidents (i1); get the older logs of the jobs',
    ]);
    expect(check([jobs], [incident('i1', 2880 + 2 * (DAY / MINUTE))])).toHaveLength(1);
  });

  test('an incident without a place on the timeline, and a clock that may be off by more', () => {
    expect(check([guest('syslog', 1000, 2000)], [{ ...incident('i1', 100), onset: null }])).toEqual([]);
    const unsure = incident('i1', 999);
    expect(
      check([guest('syslog', 1000, 2000)], [{ ...unsure, defining: { ...unsure.defining, uncertainty: DAY } }]),
    ).toEqual([]);
  });

  test('eight sentences, those of most incidents first, in any order of the sources', () => {
    const hosts = Array.from({ length: 12 }, (_, i) =>
      channel(`c${i}.evtx`, 'Cluster', 1000 + i, 2000, { host: `HV${i}` }),
    );
    const said = check(hosts, [incident('i1', 100), incident('i2', 1005)]);
    expect(said).toHaveLength(9);
    expect(said[0]).toMatch(/^c10\.evtx begins .*, after 2 of 2 incidents \(i1, i2\)/);
    expect(said[8]).toMatch(/^\d+ more logs like these: faultline clocks shows what every log covers$/);
    expect(check([...hosts].reverse(), [incident('i1', 100), incident('i2', 1005)])).toEqual(said);
  });
});

describe('what gaps hide of incidents', () => {
  const syslog = guest('guests/db01/syslog', 0, 2000);
  const gaps = (some: readonly Partial<Gap>[], losses: readonly Partial<Loss>[] = []): readonly StreamGaps[] => {
    const plain = { uncertainty: 0, missing: null, because: [], elsewhere: null, cause: 'silence' };
    return [
      {
        ...{ key: 'guests/db01/syslog|db01|', aliveBy: 'rhythm', usual: null, ids: null },
        gaps: some.map((gap) => ({ ...plain, ...gap }) as Gap),
        losses: losses.map((loss) => ({ uncertainty: 0, because: [], isExact: true, ...loss }) as Loss),
      },
    ];
  };
  const span = (from: number, to: number) => ({ earliest: from * MINUTE, latest: to * MINUTE });

  test('a gap over an incident, its cause, and where the machine wrote meanwhile', () => {
    const because = [timed('saved', 59_400, { statement: 'db01 was saved', source: 'System.evtx' })];
    const gap = { span: span(990, 1010), cause: 'saved', because, elsewhere: 'remote/db01.log' } as const;
    const [said] = check([syslog], [incident('i1', 1000)], gaps([gap]));
    expect(said).toMatch(
      /^guests\/db01\/syslog has nothing from 1970-01-01T16:30:00Z to 1970-01-01T16:50:00Z, over incident i1: the machine was in the saved state \(db01 was saved, System\.evtx:\d+\); the machine wrote meanwhile in remote\/db01\.log$/,
    );
  });

  test('not one that is elsewhere in time or in the evidence, or of another machine', () => {
    const far = gaps([
      { span: span(900, 989) },
      { span: span(1000, 1010) },
      { span: span(990, 1010), cause: 'cosmetic' },
    ]);
    expect(check([syslog], [incident('i1', 1000)], far)).toEqual([]);
    expect(check([syslog], [incident('i1', 1000, 'web01')], gaps([{ span: span(990, 1010) }]))).toEqual([]);
  });

  test('lines that were dropped', () => {
    const dropped = (loss: Partial<Loss>) =>
      check([syslog], [incident('i1', 1000)], gaps([], [{ span: span(995, 995), ...loss }]));
    expect(dropped({ lines: 37 })).toEqual([
      'guests/db01/syslog lost 37 lines at 1970-01-01T16:35:00Z, over incident i1: a rate limit dropped lines, so counts are too low and silence is no health',
    ]);
    expect(dropped({ lines: 37, isExact: false })[0]).toContain(' lost at least 37 lines ');
    expect(dropped({ lines: 0, isExact: false })[0]).toContain(' lost an unknown number of lines ');
    expect(dropped({ lines: 37, span: span(500, 600) })).toEqual([]);
  });
});
