import { describe, expect, test } from 'vitest';
import type { EvidenceItem, LogsourceRule } from '../model/rule.js';
import type { Cause, Finding } from '../model/verdict.js';
import { nextEvidence } from './next-evidence.js';

const logsource = (id: string): LogsourceRule => ({ id, title: id }) as LogsourceRule;

/** An item that these logs would answer. */
function unknown(item: Partial<EvidenceItem>, ...logs: readonly string[]): Finding {
  return {
    item: { id: 'x', present: 0, absent: null, refutes: null, decisive: false, ...item } as EvidenceItem,
    status: 'unknown',
    dark: logs.map((id) => ({ logsource: logsource(id), scope: ['hv03'], reason: 'not in the evidence' })),
  } as unknown as Finding;
}

const cause = (name: string, probability: number, findings: readonly Finding[], state = 'cannot-rule-out'): Cause =>
  ({ cause: name, probability, state, findings }) as unknown as Cause;

const REFUTING = { absent: -3, refutes: 'absent' } as const;

describe('the log that would tell most', () => {
  test('where the leader lacks refutations: that of most competitors', () => {
    const causes = [
      cause('vss-snapshot', 0.95, [], 'supported'),
      cause('checkpoint-merge', 0.02, [unknown(REFUTING, 'vmms')]),
      cause('volume-full', 0.02, [unknown(REFUTING, 'vmms'), unknown({ present: 3, decisive: true }, 'ntfs')]),
      cause('operator-action', 0.01, [unknown(REFUTING, 'worker')]),
    ];
    expect(nextEvidence('likely', causes)).toMatchObject({
      ...{ logsource: { id: 'vmms' }, scope: ['hv03'], refutes: ['checkpoint-merge', 'volume-full'], shows: [] },
    });
  });

  test('where nothing leads: the one whose answer is expected to move the causes most', () => {
    const causes = [
      cause('a', 0.4, [unknown({ present: 4, absent: -3, decisive: true }, 'sharp')]),
      cause('b', 0.4, [unknown({ present: 0.5, absent: -0.2 }, 'blunt'), unknown(REFUTING, 'blunt', 'other')]),
      cause('undetermined', 0.2, []),
    ];
    const found = nextEvidence('undetermined', causes);
    expect(found).toMatchObject({ logsource: { id: 'sharp' }, shows: ['a'] });
    expect(found?.bits).toBeGreaterThan(0.3);
    expect(found?.bits).toBeLessThan(1.6);
  });

  test('is none where nothing more is needed, nothing is missing, or only refuted causes ask', () => {
    const open = [cause('a', 0.5, [unknown(REFUTING, 'vmms')])];
    expect(nextEvidence('confirmed', open)).toBeNull();
    expect(nextEvidence('likely', [cause('a', 1, [])])).toBeNull();
    expect(nextEvidence('likely', [cause('a', 1, [unknown(REFUTING, 'vmms')], 'refuted')])).toBeNull();
  });

  test('what takes several logs is refuted by none of them alone', () => {
    const causes = [cause('a', 0.9, []), cause('b', 0.1, [unknown(REFUTING, 'vmms', 'worker')])];
    expect(nextEvidence('likely', causes)?.refutes).toEqual([]);
  });

  test('an answer never makes the causes less certain on average', () => {
    for (const present of [-3, -1, 0, 1, 4])
      for (const absent of [null, -3, -0.5, 0.7])
        for (const refutes of [null, 'absent', 'present'] as const) {
          const causes = [cause('a', 0.6, [unknown({ present, absent, refutes }, 'log')]), cause('b', 0.4, [])];
          const bits = nextEvidence('undetermined', causes)?.bits ?? -1;
          expect(bits).toBeGreaterThanOrEqual(0);
          expect(bits).toBeLessThanOrEqual(0.98);
        }
  });
});
