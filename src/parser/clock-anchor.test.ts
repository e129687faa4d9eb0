import { describe, expect, it } from 'vitest';
import type { LogRecord } from '../model/record.js';
import type { ClockEvidence } from '../model/source.js';
import { MINUTE, SECOND } from '../model/time.js';
import { ANCHOR_LITERALS, collectAnchors } from './clock-anchor.js';
import { WHOLE_RECORDS } from './collect.js';

function collect(records: readonly Partial<LogRecord>[]): ClockEvidence[] {
  const clocks: ClockEvidence[] = [];
  const nothing = () => undefined;
  const sink = {
    record: nothing,
    ...WHOLE_RECORDS,
    metric: nothing,
    fact: nothing,
    issue: nothing,
    clock: (one: ClockEvidence) => void clocks.push(one),
  };
  const anchors = collectAnchors(sink);
  for (const record of records) anchors.observe(recordOf(record));
  anchors.end();
  return clocks;
}

function recordOf(given: Partial<LogRecord>): LogRecord {
  const none = { time: null, until: null, channel: null, pid: null, severity: null, uptime: null };
  const at = { line: 1, byteOffset: 0, record: null };
  return {
    ...none,
    host: 'web01',
    ident: 'kernel',
    boot: '#0',
    body: '',
    text: '',
    repeat: 1,
    fields: {},
    at,
    ...given,
  };
}

const wall = (micros: number) =>
  ({ micros, clock: 'wall', utcOffset: null, yearless: true, resolution: SECOND }) as const;

describe('anchors', () => {
  it('pairs audit with both clocks of the line', () => {
    const body = 'audit: type=1400 audit(1709428447.123:8): apparmor="DENIED"';
    const [syslog, uptime, epoch] = collect([{ body, uptime: 12 * SECOND, time: wall(100 * SECOND) }]);
    expect(syslog).toMatchObject({
      kind: 'uptime',
      anchor: 'syslog',
      uptime: 12 * SECOND,
      written: 100 * SECOND,
      utc: null,
    });
    expect(uptime).toMatchObject({ kind: 'uptime', anchor: 'audit', uptime: 12 * SECOND, utc: 1_709_428_447_123_000 });
    expect(epoch).toMatchObject({
      kind: 'epoch',
      anchor: 'audit',
      written: 100 * SECOND,
      yearless: true,
      tolerance: 2 * SECOND,
    });
  });
  it.each(['2024-03-03 01:14:07', '2024-03-03T01:14:07'])('reads rtc_cmos with %s', (time) => {
    const body = `rtc_cmos 00:00: setting system clock to ${time} UTC (1709428447)`;
    expect(collect([{ body, uptime: SECOND }])).toMatchObject([
      { anchor: 'rtc', utc: 1_709_428_447_000_000, tolerance: SECOND },
    ]);
    // Without a kernel stamp only the line's own is left, and it is late.
    expect(collect([{ body, time: wall(0) }])).toMatchObject([
      { kind: 'epoch', anchor: 'rtc', tolerance: 2 * MINUTE + SECOND },
    ]);
  });
  it('reads NetworkManager, and no one who writes like it', () => {
    const body = '<info>  [1709428447.1234] device (eth0): carrier: link connected';
    expect(collect([{ ident: 'NetworkManager', body, time: wall(0) }])).toMatchObject([
      { kind: 'epoch', anchor: 'network-manager', utc: 1_709_428_447_123_400 },
    ]);
    expect(collect([{ ident: 'app', body, time: wall(0) }])).toEqual([]);
  });
  it.each(['audit(', 'audit(12.345:1)', 'audit(1709428447.12:1)', 'setting system clock to noon UTC (1)'])(
    'takes nothing from %j',
    (body) => expect(collect([{ body, uptime: 1 }])).toEqual([]),
  );
  it('keeps the least delayed pair of each ten minutes', () => {
    const delays = [5, 2, 9, 4];
    const records = delays.map((delay, i) => ({
      uptime: i * MINUTE,
      time: wall(1000 * SECOND + i * MINUTE + delay * SECOND),
    }));
    expect(collect(records)).toMatchObject([{ uptime: MINUTE }]);
    expect(collect([...records, { uptime: 11 * MINUTE, time: wall(2000 * SECOND) }])).toHaveLength(2);
  });
  it('keeps boots and hosts apart', () => {
    const record = { uptime: SECOND, time: wall(0) };
    expect(collect([record, { ...record, boot: '#1' }, { ...record, host: 'db01' }, record])).toHaveLength(3);
  });
  it('stays within its limit over years, and still covers them', () => {
    const clocks = collect(
      Array.from({ length: 60_000 }, (_, i) => ({ uptime: i * 10 * MINUTE, time: wall(i * 10 * MINUTE) })),
    );
    expect(clocks.length).toBeLessThanOrEqual(400);
    expect(clocks.length).toBeGreaterThan(100);
    const last = clocks.at(-1);
    expect(last?.kind === 'uptime' ? last.uptime : 0).toBeGreaterThan(58_000 * 10 * MINUTE);
  });
  it('stays within its limit when every line is of another host, or another age', () => {
    const hosts = Array.from({ length: 5000 }, (_, i) => ({ host: `h${i}`, uptime: 1, time: wall(0) }));
    expect(collect(hosts).length).toBeLessThanOrEqual(400);
    const ages = Array.from({ length: 5000 }, (_, i) => ({ uptime: (i % 2) * 1e15 + i, time: wall(0) }));
    expect(collect(ages).length).toBeLessThanOrEqual(400);
  });
});

describe('ANCHOR_LITERALS', () => {
  it.each([
    'Mar  3 02:14:07 web01 kernel: audit: type=1400 audit(1709428447.123:8): x',
    'Mar  3 02:14:07 web01 NetworkManager[610]: <info>  [1709428447.1234] x',
    'Mar  3 02:14:07 web01 kernel: rtc_cmos 00:00: setting system clock to 2024-03-03 01:14:07 UTC (1709428447)',
    'Mar  3 02:14:07 web01 kernel: Linux version 6.1.0-18-amd64 (x) #1',
    'Mar  3 02:14:07 web01 kernel:       Not tainted 6.1.0-18-amd64 #1',
    'Mar  3 02:14:07 web01 kernel:       Tainted: G    6.1.0-18-amd64 #1',
  ])('one stands in %s', (line) => expect(ANCHOR_LITERALS.some((literal) => line.includes(literal))).toBe(true));
});
