import { expect, test } from 'vitest';
import { timed } from '../../test/timed.js';
import type { Timed } from '../model/detection.js';
import { mergeCopies } from './dedupe.js';

function kernel(source: string, seconds: number, uptime: number | null, resolution = 1): Timed {
  const base = timed('a', seconds, { source });
  const record = base.first as NonNullable<Timed['first']>;
  const first = { ...record, uptime, time: { ...(record.time as NonNullable<typeof record.time>), resolution } };
  return { ...base, first, last: first };
}

test('one kernel line in syslog, kern.log and dmesg is one record with three origins', () => {
  const merged = mergeCopies([
    kernel('s1', 100, 12_000_001),
    kernel('s2', 100.4, 12_000_001),
    kernel('s3', 101, 12_000_001),
  ]);
  expect(merged).toHaveLength(1);
  expect(merged[0]?.origins.map((o) => o.source)).toEqual(['s1', 's2', 's3']);
  expect(merged[0]?.count).toBe(1);
});

test('the same line twice in one source is two records, also beside a copy of both', () => {
  expect(mergeCopies([kernel('s1', 100, null), kernel('s1', 100, null)])).toHaveLength(2);
  const merged = mergeCopies([
    kernel('s1', 100, null),
    kernel('s1', 130, null),
    kernel('s2', 100, null),
    kernel('s2', 130, null),
  ]);
  expect(merged.map((m) => m.origins.length)).toEqual([2, 2]);
});

test('equal uptime of another boot is another record', () => {
  expect(mergeCopies([kernel('s1', 100, 5), kernel('s2', 100_000, 5)])).toHaveLength(2);
});

test('a coarse stamp meets a fine one inside its own second, not two seconds off', () => {
  expect(mergeCopies([kernel('s1', 100.9, null), kernel('s2', 100, null, 1_000_000)])).toHaveLength(1);
  expect(mergeCopies([kernel('s1', 102.5, null), kernel('s2', 100, null, 1_000_000)])).toHaveLength(2);
});

test('Windows events are one by computer, channel and record id', () => {
  const event = (source: string, id: number): Timed => {
    const base = timed('a', 100, { source, fields: { EventRecordID: id } });
    const first = { ...(base.first as NonNullable<Timed['first']>), channel: 'System', host: 'HV01' };
    return { ...base, first };
  };
  expect(mergeCopies([event('s1', 7), event('s2', 7), event('s2', 8)]).map((m) => m.origins.length)).toEqual([2, 1]);
});
