import { describe, expect, test } from 'vitest';
import { reportOf } from '../../test/run.js';
import { sourceOf, streamOf } from '../../test/streams.js';
import type { StreamClock } from '../model/clock.js';
import type { Detection } from '../model/detection.js';
import type { LogRecord } from '../model/record.js';
import type { Report } from '../model/report.js';
import { DAY, HOUR, MINUTE, type Micros, SECOND } from '../model/time.js';
import { alignClocks } from './align.js';
import type { AnchorSource } from './sightings.js';

const START = Date.UTC(2024, 2, 3, 2, 14, 7);

/** Kernel lines of three boots: what the journal stamps when they are logged, a syslog daemon stamps when it has started. */
function boots(late: number): string {
  return [0, 5, 11]
    .flatMap((day) =>
      [0, 1.25, 2.5].map((uptime, i) => {
        const stamp = new Date(START + day * 86_400_000 + (uptime + late) * 1000)
          .toISOString()
          .replace('Z', '000+00:00');
        const bodies = [
          'Linux version 6.1.0-18-amd64 (a@b)',
          'sd 0:0:0:0: [sda] Attached SCSI disk',
          'scsi host0: storvsc_host_t',
        ];
        return `${stamp} web01 kernel: [${uptime.toFixed(6).padStart(12, ' ')}] ${bodies[i]}\n`;
      }),
    )
    .join('');
}

const codes = (report: Report): readonly string[] => report.sources.flatMap((s) => s.issues.map(({ code }) => code));

test('a daemon that stamps the lines of early boot when it has started does not contradict the journal', async () => {
  const report = await reportOf(
    new Map([
      ['web01/journal.log', Buffer.from(boots(0))],
      ['web01/other/syslog', Buffer.from(boots(45))],
    ]),
  );
  expect(report.sources).toHaveLength(2);
  expect(codes(report)).not.toContain('clock-contradicted');
});

test('a clock that is a day off does', async () => {
  const report = await reportOf(
    new Map([
      ['web01/journal.log', Buffer.from(boots(0))],
      ['web01/other/syslog', Buffer.from(boots(86_400))],
    ]),
  );
  expect(codes(report)).toContain('clock-contradicted');
});

/** Kernel lines at odd hours of ten days, by a clock that is set ahead on the sixth. */
function days(ahead: number): string {
  return Array.from({ length: 10 }, (_, day) => {
    const uptime = 90_000 + day * 86_400 + ((day * 7_919) % 40_000) + 0.25;
    const stamp = new Date(START + (uptime + (day < 5 ? 0 : ahead)) * 1000).toISOString().replace('Z', '000+00:00');
    const body = `blk_update_request: I/O error, dev sda, sector ${4096 + day} op 0x1:(WRITE) flags 0x0`;
    return `${stamp} web01 kernel: [${uptime.toFixed(6).padStart(13, ' ')}] ${body}\n`;
  }).join('');
}

test('a clock that was set half-way is corrected from there on, and not before', async () => {
  const report = await reportOf(
    new Map([
      ['collector/web01.log', Buffer.from(days(0))],
      ['web01/syslog', Buffer.from(days(1_800))],
    ]),
  );
  const segments = report.sources[1]?.streams[0]?.clock.segments ?? [];
  expect(codes(report)).toContain('clock-contradicted');
  expect(Math.abs(segments[0]?.offsetSeconds ?? 1_800)).toBeLessThan(30);
  expect(Math.abs((segments.at(-1)?.offsetSeconds ?? 0) + 1_800)).toBeLessThan(30);
});

/** What a machine's clock shows at a true time. */
type Shows = (utc: Micros) => Micros;

interface Machine {
  readonly id: string;
  readonly layer: 'guest' | 'hypervisor';
  readonly shows?: Shows;
  /** Its stamps do not state their offset. */
  readonly isMute?: boolean;
  /** Rule and true time of what it logged; `of` tells events of several VMs apart. */
  readonly events: readonly { readonly rule: string; readonly of: string; readonly at: Micros }[];
}

const FIRST = START * 1000;
const SPAN = 40 * DAY;
const position = { line: 1, byteOffset: 0, record: null };

/** How far a stamp of a rule may lie from the event, seconds. */
const SPREADS: Readonly<Record<string, number>> = { boot: 1, vague: 200, backup: 1 };
const RULES: AnchorSource = {
  anchorsOf: (rule) => [
    { event: rule, at: 'start', lagSeconds: 0, spreadSeconds: SPREADS[rule] ?? 1, biasSeconds: 0, same: [] },
  ],
  stepOf: () => null,
  nameOf: ({ captures }) => captures.of ?? null,
};

/** Logs that state UTC, one of each machine, and what the program makes of their clocks. */
function site(machines: readonly Machine[]) {
  const sources = machines.map(({ id, layer, isMute = false }) => {
    const stats = { host: id, statesOffset: !isMute, statedOffsets: [{ from: FIRST, utcOffset: 0 }], records: 5_000 };
    const stream = streamOf(id, [], { ...stats, first: FIRST, last: FIRST + SPAN });
    return sourceOf(id, [stream], { layer, path: `${id}.log` });
  });
  const detections = machines.flatMap(({ id, layer, shows = (utc) => utc, isMute = false, events }) =>
    events.map(({ rule, of, at }, i): Detection => {
      const utcOffset = isMute ? null : 0;
      const time = { micros: shows(at), clock: 'wall', utcOffset, yearless: false, resolution: 1000 } as const;
      const first: LogRecord = {
        ...{ time, until: null, host: id, channel: null, ident: null, pid: null, severity: null, text: '' },
        ...{ body: `${id} ${i}`, uptime: null, boot: null, repeat: 1, fields: {}, at: position },
      };
      return {
        ...{ id: `${id}.${i}`, rule, role: 'marker', level: 'low', layer, source: id, stream: `${id}|${id}|` },
        ...{ entity: null, captures: { of }, statement: '', first, last: first, count: 1 },
        ...{ began: null, epoch: null, origins: [] },
      };
    }),
  );
  const clocks = alignClocks(sources, detections, [], RULES);
  const of = (id: string): StreamClock => clocks.streams.get(`${id}|${id}|`) as StreamClock;
  return {
    clocks,
    of,
    key: (id: string): string => `${id}|${id}|`,
    codes: (id: string): readonly string[] => of(id).issues.map(({ code }) => code),
    /** The bar over what the clock wrote at a true time. */
    bar: (id: string, at: Micros): { readonly error: Micros; readonly uncertainty: Micros } => {
      const shown = (machines.find((one) => one.id === id)?.shows ?? ((utc: Micros) => utc))(at);
      const time = { micros: shown, clock: 'wall', utcOffset: 0, yearless: false, resolution: 0 } as const;
      const placed = clocks.place(`${id}|${id}|`, time, null, null);
      return { error: Math.abs((placed?.utc ?? Infinity) - at), uncertainty: placed?.uncertainty ?? 0 };
    },
  };
}

/** So many moments that nobody planned; other ones for another VM. */
function irregular(rule: string, of: string, count: number): Machine['events'] {
  const seed = [...of].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
  return Array.from({ length: count }, (_, i) => {
    const day = ((i + 0.5) * SPAN) / count;
    const odd = ((((i + 1) * 7_919 + seed * 1_237) % 40_000) - 20_000) * SECOND;
    return { rule, of, at: FIRST + Math.round(day) + odd };
  });
}

const ahead =
  (by: Micros): Shows =>
  (utc) =>
    utc + by;
const host = (id: string, events: Machine['events'], shows?: Shows): Machine => ({
  ...{ id, layer: 'hypervisor', events },
  ...(shows === undefined ? {} : { shows }),
});
const guest = (id: string, events: Machine['events'], shows?: Shows): Machine => ({
  ...host(id, events, shows),
  layer: 'guest',
});

describe('a clock that agrees with the others', () => {
  const boots = irregular('boot', 'db01', 8);
  const checked = site([host('hv01', boots), guest('db01', boots, ahead(1.5 * SECOND))]);

  test('is said to be checked, and not to be assumed', () => {
    expect(checked.codes('db01')).toContain('clock-sync-checked');
    expect(checked.codes('db01')).not.toContain('clock-sync-assumed');
    expect(checked.of('db01').basis).toBe('stated');
  });

  test('stays where it is, with a bar over what was measured', () => {
    for (const { offset, uncertainty } of checked.of('db01').segments) {
      expect(offset).toBe(0);
      expect(uncertainty).toBeGreaterThanOrEqual(1.5 * SECOND);
    }
    for (let at = FIRST; at < FIRST + SPAN; at += DAY) {
      const { error, uncertainty } = checked.bar('db01', at);
      expect(error).toBeLessThanOrEqual(uncertainty);
    }
  });

  test('the more it is off, the wider', () => {
    const widest = (by: Micros): Micros => {
      const { segments } = site([host('hv01', boots), guest('db01', boots, ahead(by))]).of('db01');
      return Math.max(...segments.map(({ uncertainty }) => uncertainty));
    };
    expect(widest(1.5 * SECOND)).toBeGreaterThan(widest(0));
    expect(widest(-1.5 * SECOND)).toBeGreaterThan(widest(0));
  });

  test('only to within minutes is checked and still assumed', () => {
    const vague = irregular('vague', 'db01', 4);
    const { codes, of } = site([host('hv01', vague), guest('db01', vague)]);
    expect(codes('db01')).toEqual(expect.arrayContaining(['clock-sync-checked', 'clock-sync-assumed']));
    expect(of('db01').segments.map(({ uncertainty }) => uncertainty)).toEqual([2 * SECOND]);
  });

  test('that shares nothing is not checked', () => {
    const { codes } = site([host('hv01', boots), guest('db01', irregular('boot', 'web01', 8))]);
    expect(codes('db01')).toEqual(['clock-sync-assumed']);
  });
});

describe('what every night brings', () => {
  const nights = Array.from({ length: 40 }, (_, night) => ({ rule: 'backup', of: 'db01', at: FIRST + night * DAY }));
  const working = nights.filter((_, night) => night % 7 < 5);

  /** A week earlier or later is a week like any other. */
  function expectNamed(clock: StreamClock): void {
    const note = clock.issues.find(({ code }) => code === 'clock-undecided')?.note ?? '';
    expect(note).toMatch(/^the events that it has in common with the clock of hv01 fit as well when it is off by /);
    const shifts = [...note.matchAll(/(-?\d+) s/g)].map(([, seconds]) => Math.abs(Number(seconds)));
    expect(shifts).toContain(7 * 86_400);
  }

  test('fits at many a shift: they are named', () => {
    const { of } = site([host('hv01', working), { ...guest('db01', working), isMute: true }]);
    expectNamed(of('db01'));
    expect(of('db01').basis).toBe('assumed');
    expect(of('db01').segments[0]?.uncertainty).toBeGreaterThanOrEqual(HOUR);
  });

  test('they are named of a clock that states its zone, too', () => {
    const { codes, of } = site([host('hv01', working), guest('db01', working)]);
    expect(codes('db01')).toEqual(['clock-sync-assumed', 'clock-undecided']);
    expectNamed(of('db01'));
    expect(of('db01').segments).toEqual([{ from: null, to: null, offset: 0, uncertainty: 2 * SECOND }]);
  });

  test('proves nothing at all where not one night is missing', () => {
    const { codes } = site([host('hv01', nights), guest('db01', nights, ahead(-3 * DAY))]);
    expect(codes('db01')).not.toContain('clock-contradicted');
    expect(codes('db01')).not.toContain('clock-sync-checked');
  });

  test('and a few things that nobody planned decide it', () => {
    const events = [...working, ...irregular('boot', 'db01', 4)];
    const { codes } = site([host('hv01', events), guest('db01', events)]);
    expect(codes('db01')).toEqual(['clock-sync-checked']);
  });
});

describe('where most that were compared are astray', () => {
  /** Guests that share boots with the host and are off by so much, and one that shares nothing. */
  function guestsOff(...offs: readonly Micros[]) {
    const names = offs.map((_, i) => `vm${i}`);
    const boots = names.map((name) => irregular('boot', name, 8));
    const all = offs.map((off, i) => guest(names[i] ?? '', boots[i] ?? [], ahead(off)));
    return site([host('hv01', boots.flat()), ...all, guest('alone', irregular('boot', 'alone', 3))]);
  }

  test('the others may be as far off', () => {
    const { codes, of } = guestsOff(10 * MINUTE, -20 * MINUTE, 0);
    expect(codes('alone')).toEqual(['clock-sync-doubted']);
    expect(of('alone')).toMatchObject({ basis: 'assumed', isFinal: true });
    expect(of('alone').segments[0]?.offset).toBe(0);
    expect(of('alone').segments[0]?.uncertainty).toBeGreaterThanOrEqual(20 * MINUTE);
    // What was compared is known.
    expect(codes('vm0')).toContain('clock-contradicted');
    expect(codes('vm2')).toEqual(['clock-sync-checked']);
  });

  test('not where they are few', () => {
    for (const offs of [[10 * MINUTE, 0], [10 * MINUTE, 0, 0], [0]]) {
      const { codes, of } = guestsOff(...offs);
      expect(codes('alone')).toEqual(['clock-sync-assumed']);
      expect(of('alone').segments[0]?.uncertainty).toBe(2 * SECOND);
    }
  });

  test('says nothing of another layer', () => {
    const { codes } = site([
      host('hv01', [...irregular('boot', 'vm0', 8), ...irregular('boot', 'vm1', 8)]),
      guest('vm0', irregular('boot', 'vm0', 8), ahead(HOUR / 2)),
      guest('vm1', irregular('boot', 'vm1', 8), ahead(HOUR / 3)),
      host('hv02', irregular('boot', 'other', 3)),
    ]);
    expect(codes('hv02')).toEqual(['clock-sync-assumed']);
  });
});

describe('a host that only a guest was held against', () => {
  /** The guest moved from one host to the other, whose clock is ten minutes off; so many boots there. */
  const moved = (boots: number) => {
    const first = irregular('boot', 'db01', 10);
    const later = irregular('boot', 'late', boots).map((event) => ({ ...event, of: 'db01', at: event.at + SPAN }));
    return site([
      host('hv01', first),
      host('hv02', later, ahead(10 * MINUTE)),
      guest(
        'db01',
        [...first, ...later].sort((x, y) => x.at - y.at),
      ),
    ]);
  };

  test('is not corrected by a few events', () => {
    for (const boots of [2, 3, 4]) {
      const { codes, of } = moved(boots);
      expect(codes('hv02')).toEqual(['clock-sync-assumed']);
      expect(of('hv02').segments[0]?.offset).toBe(0);
    }
  });

  test('is by many', () => {
    const { codes, of } = moved(8);
    expect(codes('hv02')).toContain('clock-contradicted');
    expect(Math.abs((of('hv02').segments[0]?.offset ?? 0) + 10 * MINUTE)).toBeLessThan(20 * SECOND);
  });
});

describe('a group without a host', () => {
  const shared = irregular('boot', 'shared', 8);
  const pair = (off: Micros): readonly Machine[] => [guest('db01', shared), guest('web01', shared, ahead(off))];

  test('agrees among itself, and nobody vouches for it', () => {
    const { codes } = site([...pair(0), host('hv01', irregular('boot', 'other', 8))]);
    expect(codes('db01')).toContain('clock-sync-assumed');
    expect(codes('web01')).toContain('clock-sync-assumed');
    expect(codes('web01')).not.toContain('clock-sync-checked');
  });

  test('is corrected against itself, and nobody vouches for that', () => {
    const { codes, of } = site([...pair(10 * MINUTE), host('hv01', irregular('boot', 'other', 8))]);
    const corrected = ['db01', 'web01'].filter((id) => codes(id).includes('clock-contradicted'));
    expect(corrected).toHaveLength(1);
    expect(codes(corrected[0] ?? '')).toContain('clock-sync-assumed');
    const note = of(corrected[0] ?? '').issues.find(({ code }) => code === 'clock-contradicted')?.note;
    expect(note).toContain('which of the two is right is not known');
  });

  test('is as good as any where there is no host at all', () => {
    const { codes } = site(pair(0));
    expect(['db01', 'web01'].filter((id) => codes(id).includes('clock-sync-checked'))).toHaveLength(1);
  });
});

describe('what an incident says of clocks itself', () => {
  const off = 10 * MINUTE;
  const at = FIRST + SPAN / 2;

  test('leaves a doubt where nothing else proves them', () => {
    const events = irregular('boot', 'db01', 5);
    const { clocks, key, codes } = site([host('hv01', events), guest('db01', events, ahead(off))]);
    expect(codes('db01')).toContain('clock-contradicted');
    const own = new Set(events.map((_, i) => `db01.${i}`));
    const doubt = clocks.doubtWithout(own, [key('db01')], at).get(key('db01')) ?? 0;
    expect(doubt).toBeGreaterThanOrEqual(off - MINUTE);
    // The same events as the host stamped them prove it as much.
    const hosts = new Set(events.map((_, i) => `hv01.${i}`));
    expect(clocks.doubtWithout(hosts, [key('db01')], at).get(key('db01')) ?? 0).toBeGreaterThanOrEqual(off - MINUTE);
  });

  test('next to none where much else does', () => {
    const events = irregular('boot', 'db01', 30);
    const { clocks, key } = site([host('hv01', events), guest('db01', events, ahead(off))]);
    const own = new Set(['db01.14', 'db01.15']);
    expect(clocks.doubtWithout(own, [key('db01')], at).get(key('db01')) ?? 0).toBeLessThan(2 * SECOND);
  });

  test('none where they prove nothing, or the clock was not corrected', () => {
    const events = irregular('boot', 'db01', 5);
    const right = irregular('boot', 'web01', 5);
    const { clocks, key } = site([
      host('hv01', [...events, ...right]),
      guest('db01', events, ahead(off)),
      guest('web01', right),
    ]);
    expect(clocks.doubtWithout(new Set(['elsewhere.1']), [key('db01')], at).size).toBe(0);
    expect(clocks.doubtWithout(new Set(), [key('db01')], at).size).toBe(0);
    expect(clocks.doubtWithout(new Set(right.map((_, i) => `web01.${i}`)), [key('web01')], at).size).toBe(0);
    expect(clocks.doubtWithout(new Set(['db01.0']), [], at).size).toBe(0);
  });

  test('the doubt holds what the clock would be without it', () => {
    const events = irregular('boot', 'db01', 6);
    const { clocks, key, bar } = site([host('hv01', events), guest('db01', events, ahead(off))]);
    const all = new Set(events.map((_, i) => `db01.${i}`));
    const doubt = clocks.doubtWithout(all, [key('db01')], at).get(key('db01')) ?? 0;
    const unmeasured = site([host('hv01', []), guest('db01', [], ahead(off))]).bar('db01', at);
    const { uncertainty } = bar('db01', at);
    expect(uncertainty + doubt).toBeGreaterThanOrEqual(unmeasured.error);
  });
});
