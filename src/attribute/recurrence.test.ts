import { describe, expect, test } from 'vitest';
import type { Incident } from '../model/incident.js';
import { DAY, HOUR, MINUTE, type Micros } from '../model/time.js';
import type { Attribution, Cause, Finding, Recurrence } from '../model/verdict.js';
import { recurrencesOf } from './recurrence.js';

/** A Saturday. */
const START: Micros = Date.UTC(2024, 2, 2) * 1000;

interface Case {
  readonly at: Micros;
  readonly vm?: string;
  readonly links?: readonly string[];
  readonly verdict?: Attribution['verdict'];
  readonly mechanism?: string;
}

function found(cases: readonly Case[]): readonly Recurrence[] {
  const incidents = cases.map(
    ({ at, vm = 'web01' }, i) =>
      ({ id: `i${i + 1}`, kind: 'guest.fs.readonly', entity: { type: 'vm', name: vm }, start: START + at }) as Incident,
  );
  const attributions = cases.map(({ links = ['freeze'], verdict = 'likely', mechanism = 'commit-error' }) => {
    const findings = links.map(
      (id, i) =>
        ({ item: { id, statement: `${id} of {entity}` }, status: 'observed', weight: i + 1 }) as unknown as Finding,
    );
    const cause = { cause: 'vss-snapshot', attributes: { mechanism }, findings } as unknown as Cause;
    return { verdict, causes: [cause] } as unknown as Attribution;
  });
  return recurrencesOf(incidents, attributions);
}

describe('what happens again', () => {
  test('is of one kind and one cause; once is no recurrence', () => {
    expect(found([{ at: 0 }])).toEqual([]);
    const [one, ...others] = found([{ at: 0 }, { at: DAY, vm: 'db02' }]);
    expect(others).toEqual([]);
    expect(one).toMatchObject({
      ...{ kind: 'guest.fs.readonly', cause: 'vss-snapshot', incidents: ['i1', 'i2'], entities: ['db02', 'web01'] },
      ...{ attributes: { mechanism: 'commit-error' }, weekday: null, timeOfDay: null },
    });
    expect(found([{ at: 0 }, { at: DAY, verdict: 'undetermined' }])).toEqual([]);
  });

  test('has in common what spoke for the cause every time, strongest first', () => {
    const links = [
      ['freeze', 'commit', 'job'],
      ['commit', 'job'],
      ['job', 'load', 'commit'],
    ];
    expect(found(links.map((one, i) => ({ at: i * DAY, links: one })))[0]?.links).toEqual([
      'job of {entity}',
      'commit of {entity}',
    ]);
    expect(found([{ at: 0 }, { at: DAY, mechanism: 'freeze-held' }])[0]?.attributes).toEqual({});
  });

  test('has a weekday where all of several weeks have one', () => {
    const weeks = (days: readonly number[]) => found(days.map((day) => ({ at: day * DAY + 6 * HOUR })))[0]?.weekday;
    expect(weeks([0, 7, 14])).toBe(6);
    expect(weeks([1, 8, 22])).toBe(0);
    expect(weeks([0, 7])).toBeNull();
    expect(weeks([0, 7, 13])).toBeNull();
    expect(weeks([0, 0, 0])).toBeNull();
  });

  test('has a time of day where all lie within two hours, over midnight too', () => {
    const hours = (list: readonly number[]) => found(list.map((hour) => ({ at: hour * HOUR })))[0]?.timeOfDay;
    expect(hours([6, 30.5, 55])).toEqual({ earliest: 6 * HOUR, latest: 7 * HOUR });
    expect(hours([23.5, 48.5, 95.75])).toEqual({ earliest: 23.5 * HOUR, latest: 30 * MINUTE });
    expect(hours([6, 30, 57])).toBeNull();
    expect(hours([6, 6.1, 6.2])).toBeNull();
  });
});
