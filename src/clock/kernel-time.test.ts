import { describe, expect, it } from 'vitest';
import { sourceOf } from '../../test/streams.js';
import type { LogRecord } from '../model/record.js';
import type { ClockEvidence, ReadSource } from '../model/source.js';
import { HOUR, MINUTE, type Micros, SECOND } from '../model/time.js';
import { kernelTimes } from './kernel-time.js';

type Uptime = Extract<ClockEvidence, { kind: 'uptime' }>;

/** UTC at which the kernel started; all logs of these tests are an hour ahead. */
const ZERO: Micros = Date.UTC(2024, 2, 3, 2, 14, 7) * 1000;
const AHEAD = HOUR;
const at = { line: 1, byteOffset: 0, record: null };

/** A kernel line that was stamped so much after the kernel wrote it. */
function stamped(uptime: Micros, late: Micros, parts: Partial<Uptime> = {}): Uptime {
  return {
    ...{ kind: 'uptime', anchor: 'kernel', host: 'db01', boot: '#0', uptime, utc: null },
    ...{ written: ZERO + uptime + late + AHEAD, yearless: false, tolerance: SECOND, at, ...parts },
  };
}

function recordOf(uptime: Micros | null, parts: Partial<LogRecord> = {}): LogRecord {
  return {
    ...{ time: null, until: null, host: 'db01', channel: null, ident: 'kernel', pid: null, severity: null },
    ...{ body: '', text: '', uptime, boot: '#0', repeat: 1, fields: {}, at, ...parts },
  };
}

/** When the kernel wrote the line, for a log that holds these; `late` is how late the line itself was stamped. */
function timeOf(
  evidence: readonly Uptime[],
  record: LogRecord,
  late: Micros,
  { source = 's1', pathHost = null }: { source?: string; pathHost?: string | null } = {},
): Micros | null {
  const sources: readonly ReadSource[] = [
    sourceOf('s1', [], { clock: evidence, pathHost }),
    sourceOf('s2', [], { pathHost }),
  ];
  const time = kernelTimes(sources, (_, { micros }) => ({ utc: micros - AHEAD }));
  return time(source, record, ZERO + (record.uptime ?? 0) + late);
}

describe('the first line of a boot', () => {
  const LATE = 45 * SECOND;
  // The daemon starts after 45 seconds, stamps what it finds, and from then on every line at once.
  const boot = [stamped(0, LATE), stamped(1.25 * SECOND, LATE), stamped(60 * SECOND, 0), stamped(90 * SECOND, SECOND)];

  it('is put where the kernel wrote it, by a line that was stamped at once', () => {
    expect(timeOf(boot, recordOf(0), LATE)).toBe(ZERO);
    expect(timeOf(boot, recordOf(1.25 * SECOND), LATE - 1.25 * SECOND)).toBe(ZERO + 1.25 * SECOND);
  });

  it('is as late as it was where all wait for the daemon', () => {
    expect(timeOf(boot.slice(0, 2), recordOf(0), LATE)).toBeNull();
  });

  it('of another boot or another log has nothing to do with it', () => {
    expect(timeOf(boot, recordOf(0, { boot: '#1' }), LATE)).toBeNull();
    expect(timeOf(boot, recordOf(0, { host: 'web01' }), LATE)).toBeNull();
    expect(timeOf(boot, recordOf(0), LATE, { source: 's2' })).toBeNull();
  });

  it('is not put by a line hours later: the clock may have been set', () => {
    expect(timeOf([stamped(0, LATE), stamped(HOUR + MINUTE, 0)], recordOf(0), LATE)).toBeNull();
    expect(timeOf([stamped(0, LATE), stamped(HOUR - MINUTE, 0)], recordOf(0), LATE)).toBe(ZERO);
  });

  it('is not put further than a daemon takes to start', () => {
    const prompt = [stamped(60 * SECOND, 0)];
    expect(timeOf(prompt, recordOf(0), 3 * MINUTE)).toBe(ZERO);
    expect(timeOf(prompt, recordOf(0), 3 * MINUTE + 1)).toBeNull();
  });

  it('is not put later than it was stamped', () => {
    // The clock was set ahead before the line that was stamped at once.
    expect(timeOf([stamped(60 * SECOND, 10 * MINUTE)], recordOf(0), LATE)).toBeNull();
  });
});

it('a line without the time since boot has no time of the kernel', () => {
  expect(timeOf([stamped(60 * SECOND, 0)], recordOf(null), 0)).toBeNull();
});

it('host names count whatever their letters, and a log without any is of the machine that its path names', () => {
  const boot = [stamped(60 * SECOND, 0, { host: null })];
  const record = recordOf(0, { host: null });
  expect(timeOf(boot, record, 45 * SECOND, { pathHost: 'db01' })).toBe(ZERO);
  expect(timeOf(boot, recordOf(0, { host: 'DB01' }), 45 * SECOND, { pathHost: 'db01' })).toBe(ZERO);
  expect(timeOf(boot, recordOf(0, { host: 'web01' }), 45 * SECOND, { pathHost: 'db01' })).toBeNull();
});

it('a line that states UTC itself needs no clock', () => {
  expect(timeOf([stamped(60 * SECOND, 0, { written: null, utc: ZERO + 60 * SECOND })], recordOf(0), MINUTE)).toBe(ZERO);
});

it('of several lines the one that was stamped first is the truest', () => {
  const boot = [3, 0.5, 9].map((late, i) => stamped((60 + i) * SECOND, late * SECOND));
  expect(timeOf(boot, recordOf(0), 45 * SECOND)).toBe(ZERO + 0.5 * SECOND);
});
