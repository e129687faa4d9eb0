import { describe, expect, test } from 'vitest';
import type { ExplanationReport } from '../../src/model/explanation.js';
import type { Report } from '../../src/model/report.js';
import { faultline } from './faultline.js';

const SAMPLE = 'samples/path-loss';

function explained(...args: readonly string[]): ExplanationReport {
  const { code, out, err } = faultline(['explain', ...args, '--format', 'json', '--quiet']);
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out) as ExplanationReport;
}

const report = JSON.parse(faultline(['report', SAMPLE, '--format', 'json', '--quiet']).out) as Report;
const readonly = report.incidents.find(({ kind, verdict }) => kind === 'guest.fs.readonly' && verdict === 'confirmed');

describe('faultline explain', () => {
  const id = readonly?.id ?? '';
  const all = explained(id, SAMPLE);

  test('says of every cause what the report says, and its score adds up', () => {
    expect(all.incident).toMatchObject({ id, verdict: 'confirmed', verdictGaps: [] });
    expect(all.causes.map(({ cause, probability }) => [cause, probability])).toEqual(
      readonly?.causes.map(({ cause, probability }) => [cause, probability]),
    );
    for (const { score, prior, refutation, items, controls } of all.causes) {
      const weights = [...items, ...controls].reduce((sum, { weight }) => sum + weight, 0);
      expect(Math.abs(score - prior - refutation - weights)).toBeLessThan(0.05);
    }
  });

  test('shows for each item the window, and what was seen in it or came nearest', () => {
    const items = all.causes.flatMap((cause) => cause.items);
    expect(items.filter(({ status }) => status === 'observed').length).toBeGreaterThan(0);
    for (const { status, seen, nearest, window, count } of items) {
      expect(seen.length > 0).toBe(status === 'observed');
      expect(count).toBeGreaterThanOrEqual(seen.length);
      if (nearest === null) continue;
      expect(status).not.toBe('observed');
      // Of the right machine and at rest inside the window it would have been seen.
      const inside = nearest.time !== null && window.from !== null && nearest.outsideSeconds === 0;
      expect(inside && !nearest.isOther && status === 'absent').toBe(false);
    }
    expect(items.some(({ nearest }) => nearest !== null && nearest.outsideSeconds !== 0)).toBe(true);
  });

  test('one cause alone, and by the name of the VM where it had one incident', () => {
    const one = explained(id, SAMPLE, '--cause', 'vss-snapshot');
    expect(one.causes.map(({ cause }) => cause)).toEqual(['vss-snapshot']);
    const names = report.incidents.map(({ entity }) => entity.name);
    const single = report.incidents.find(({ entity }) => names.filter((name) => name === entity.name).length === 1);
    expect(explained(single?.entity.name.toUpperCase() ?? '', SAMPLE).incident.id).toBe(single?.id);
  });

  test('why a rule did not fire: what it reads, who was recording, how near it came', () => {
    const silent = explained(id, SAMPLE, '--why-not', 'host/node-crashed').whyNot;
    expect(silent).toMatchObject({ rule: 'core/host/node-crashed', kind: 'correlation', outcome: 'silent', count: 0 });
    expect(silent?.reads.find(({ logsource }) => logsource.endsWith('windows-system'))).toMatchObject({
      isGiven: true,
    });
    const fired = explained(id, SAMPLE, '--why-not', 'guest/ext4-journal-abort').whyNot;
    expect(fired?.outcome).toBe('matched');
    expect(fired?.nearest?.time).not.toBeNull();
    const dark = explained(id, SAMPLE, '--why-not', 'guest/multipath-path-failed').whyNot;
    expect(dark?.reads.length).toBeGreaterThan(0);
  });

  test('says what there is where something is not', () => {
    const unknown = faultline(['explain', 'nobody', SAMPLE, '--quiet']);
    expect(unknown.code).toBe(2);
    expect(unknown.err).toContain(`${id} (guest.fs.readonly`);
    const cause = faultline(['explain', id, SAMPLE, '--quiet', '--cause', 'gremlins']);
    expect([cause.code, cause.err.includes('storage-path-loss')]).toEqual([2, true]);
    const rule = faultline(['explain', id, SAMPLE, '--quiet', '--why-not', 'host/node-crash']);
    expect([rule.code, rule.err.includes('host/node-crashed')]).toEqual([2, true]);
  });

  test('in words: no escape sequence of a log reaches the terminal, and every weight is shown', () => {
    const { out } = faultline(['explain', id, SAMPLE, '--quiet']);
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect(out).toContain('every condition of confirmed holds');
    for (const { id: item } of all.causes[0]?.items ?? []) expect(out).toContain(item);
    for (const { cause } of all.causes) expect(out).toContain(cause);
  });
});
