import { describe, expect, test } from 'vitest';
import { SMALL_SITE } from '../../test/streams.js';
import { timed } from '../../test/timed.js';
import type { Timed } from '../model/detection.js';
import type { Incident } from '../model/incident.js';
import type { EvidenceItem } from '../model/rule.js';
import { MINUTE, type Micros, SECOND } from '../model/time.js';
import type { Finding } from '../model/verdict.js';
import { nearMissOf } from './near-miss.js';

const ONSET: Micros = 100_000 * SECOND;
const web01 = { entity: { type: 'vm', name: 'web01' } } as const;

const incident = {
  ...{ id: 'i1', kind: 'guest.fs.readonly', entity: { type: 'vm', name: 'db01' } },
  ...{ start: ONSET, end: null, onset: { earliest: ONSET, latest: ONSET } },
} as Incident;

/** Not observed from ten minutes before the onset to one after. */
const finding = {
  item: { id: 'x', observe: ['a', 'b'], join: 'vm' } as unknown as EvidenceItem,
  window: { earliest: ONSET - 10 * MINUTE, latest: ONSET + MINUTE },
} as Finding;

const missAmong = (all: readonly Timed[]): ReturnType<typeof nearMissOf> =>
  nearMissOf(
    finding,
    incident,
    new Map(['a', 'b', 'c'].map((rule) => [rule, all.filter((one) => one.rule === rule)])),
    SMALL_SITE,
  );

describe('what came nearest to being observed', () => {
  test('is how far outside the window it lies, before it or after', () => {
    expect(missAmong([timed('a', 100_000 - 700)])).toMatchObject({ outsideSeconds: -100, isOther: false });
    expect(missAmong([timed('b', 100_000 + 75), timed('a', 100_000 - 700)])).toMatchObject({ outsideSeconds: 15 });
  });

  test('is of the right machine before any other, however near', () => {
    expect(missAmong([timed('a', 100_000, web01), timed('a', 0)])?.isOther).toBe(false);
    expect(missAmong([timed('a', 100_000, web01)])).toMatchObject({ outsideSeconds: 0, isOther: true });
  });

  test('is none where no rule matched, or only known noise did', () => {
    expect(missAmong([])).toBeNull();
    expect(missAmong([timed('c', 100_000)])).toBeNull();
    expect(missAmong([timed('a', 100_000, { role: 'noise' }), timed('b', 1, { role: 'echo' })])).toBeNull();
  });
});
