import { expect, test } from 'vitest';
import { timed } from '../../test/timed.js';
import type { IncidentRule } from '../model/rule.js';
import { SECOND } from '../model/time.js';
import { buildIncidents } from './incidents.js';

function rule(incident: string, parts: Partial<IncidentRule>): IncidentRule {
  return {
    kind: 'incident',
    id: incident,
    title: incident,
    description: '',
    references: [],
    level: 'high',
    wording: 'verified',
    file: '',
    incident,
    entity: 'vm',
    opens: [],
    datedBy: [],
    backSeconds: 0,
    ends: [],
    summary: '{entity}',
    ...parts,
  };
}

const RULES = [
  rule('guest.fs.readonly', { opens: ['abort'], datedBy: ['io'], backSeconds: 1200, ends: ['boot'] }),
  rule('guest.io.stall', { opens: ['hung'] }),
  rule('guest.reboot', { opens: ['unclean'] }),
];

test('symptoms of one episode are one incident of the most severe kind, dated by the first beginning', () => {
  const incidents = buildIncidents(RULES, [
    timed('hung', 0, { onset: { earliest: -240 * SECOND, latest: -120 * SECOND } }),
    timed('abort', 300),
  ]);
  expect(incidents).toMatchObject([
    {
      kind: 'guest.fs.readonly',
      symptoms: [{ kind: 'guest.io.stall' }],
      onset: { earliest: -240 * SECOND, latest: -120 * SECOND },
    },
  ]);
});

test('the morning reset of a read-only guest belongs to the night', () => {
  const incidents = buildIncidents(RULES, [timed('abort', 0), timed('boot', 6 * 3600), timed('unclean', 6 * 3600 + 5)]);
  expect(incidents).toMatchObject([
    { kind: 'guest.fs.readonly', end: 6 * 3600 * SECOND, symptoms: [{ kind: 'guest.reboot' }] },
  ]);
});

test('the next night is another incident', () => {
  const night = 24 * 3600;
  const incidents = buildIncidents(RULES, [
    timed('abort', 0),
    timed('boot', 3600),
    timed('abort', night),
    timed('boot', night + 3600),
  ]);
  expect(incidents.map((i) => [i.id, i.start])).toEqual([
    ['i1', 0],
    ['i2', night * SECOND],
  ]);
});

test('an earlier I/O error dates the abort, one from long before does not', () => {
  expect(buildIncidents(RULES, [timed('io', 0), timed('abort', 600)])[0]?.start).toBe(0);
  expect(buildIncidents(RULES, [timed('io', 0), timed('abort', 1300)])[0]?.start).toBe(1300 * SECOND);
});

test('entities are kept apart, and what opens nothing makes nothing', () => {
  expect(
    buildIncidents(RULES, [timed('abort', 0), timed('abort', 1, { entity: { type: 'vm', name: 'app02' } })]),
  ).toHaveLength(2);
  expect(buildIncidents(RULES, [timed('boot', 0), timed('io', 1)])).toEqual([]);
});
