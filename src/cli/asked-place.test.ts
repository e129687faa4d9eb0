import { describe, expect, test } from 'vitest';
import type { Input } from '../ingest/discover.js';
import { UserError } from '../model/user-error.js';
import { inputAt, readPlace } from './asked-place.js';
import { nearest } from './nearest.js';

const file = (path: string): Input => ({ kind: 'file', path, file: `/evidence/${path}` });

describe('a place of the evidence', () => {
  test('a line, a record id, and the form that search prints', () => {
    expect(readPlace('web01/syslog:812')).toEqual({ file: 'web01/syslog', line: 812, record: null });
    expect(readPlace('HV01/System.evtx:#41234')).toEqual({ file: 'HV01/System.evtx', line: null, record: 41_234 });
    expect(readPlace('HV01/System.evtx#41234')).toEqual({ file: 'HV01/System.evtx', line: null, record: 41_234 });
  });

  test('a name may hold colons and number signs', () => {
    expect(readPlace('a:1#2/b:3:4')).toEqual({ file: 'a:1#2/b:3', line: 4, record: null });
  });

  test.each(['syslog', 'syslog:', 'syslog:0', ':7', 'syslog:x', 'syslog:-1', ''])('"%s" is none', (text) => {
    expect(() => readPlace(text)).toThrow(UserError);
  });
});

describe('the file that is meant', () => {
  const inputs = [file('guests/db01/syslog'), file('guests/web01/sys\u001blog'), file('guests/web01/syslog')];

  test('as the report shows it, also where that had to be made harmless, or by its own path', () => {
    expect(inputAt(inputs, 'guests/web01/syslog')).toBe(inputs[2]);
    expect(inputAt(inputs, 'guests/web01/sys\\x1blog')).toBe(inputs[1]);
    expect(inputAt(inputs, '/evidence/guests/db01/syslog')).toBe(inputs[0]);
  });

  test('another name is refused, and those near it are told', () => {
    expect(() => inputAt(inputs, 'syslog')).toThrow(UserError);
    try {
      inputAt(inputs, 'web01/syslog');
    } catch (error) {
      expect((error as UserError).nextStep).toMatch(/: guests\/web01\/syslog, /);
      expect((error as UserError).nextStep).not.toContain('\u001b');
    }
  });

  test('what can be read only once is refused', () => {
    expect(() => inputAt([{ kind: 'stdin', path: '-' }], '-')).toThrow(/only once/);
  });
});

test('the nearest names: those that end alike, then by the fewest slips', () => {
  const names = ['a/messages', 'b/syslog', 'b/syslog.1', 'web01/var/log/syslog'];
  expect(nearest('log/syslog', names, 2)).toEqual(['web01/var/log/syslog', 'b/syslog']);
  expect(nearest('b/sylog', names, 1)).toEqual(['b/syslog']);
});
