import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readStructuredData } from './structured-data.js';
import { readSyslogLine, syslogLineTime } from './syslog-line.js';
import { readSyslogTag } from './syslog-tag.js';

function tag(text: string, known: string | null = null) {
  const { ident, pid, bodyAt } = readSyslogTag(text, 0, known);
  return [ident, pid, text.slice(bodyAt)];
}

describe('readSyslogTag', () => {
  it.each([
    ['kernel: msg', ['kernel', null, 'msg']],
    ['kernel:  two blanks', ['kernel', null, ' two blanks']],
    ['kernel:[12345.678901] wall message', ['kernel', null, '[12345.678901] wall message']],
    ['sshd(pam_unix)[19939]: msg', ['sshd(pam_unix)', 19939, 'msg']],
    ['tag[1234] msg', ['tag', 1234, 'msg']],
    ['app[1]:', ['app', 1, '']],
    ['app:', ['app', null, '']],
    ['%PIX-7-710005: UDP', ['%PIX-7-710005', null, 'UDP']],
    ['iscsid: iscsid: x', ['iscsid', null, 'x']],
    ['iscsid[7]: iscsid: x', ['iscsid', 7, 'x']],
    ['Hyper-V VSS: VSS: op=THAW: succeeded', ['Hyper-V VSS', null, 'VSS: op=THAW: succeeded']],
    ['Hyper-V KVP[44]: x', ['Hyper-V KVP', 44, 'x']],
    ['hypervvssd[9]: Hyper-V VSS: VSS: x', ['Hyper-V VSS', 9, 'VSS: x']],
    ['rs:main Q:Reg: x', ['rs:main Q:Reg', null, 'x']],
    ['rs:main Q:Reg[5]: x', ['rs:main Q:Reg', 5, 'x']],
    ['Media Server[77]: x', ['Media Server', 77, 'x']],
    ['java[main]: x', ['java[main]', null, 'x']],
    ['verylong[12: cut', ['verylong', null, 'cut']],
    ['lookup for opt failed: no such file', [null, null, 'lookup for opt failed: no such file']],
    ['http://example.org/x is down', [null, null, 'http://example.org/x is down']],
    ['[audit] x', [null, null, '[audit] x']],
    ['Hyper-V is fine', [null, null, 'Hyper-V is fine']],
    ['', [null, null, '']],
    [`${'x'.repeat(200)}: too long`, [null, null, `${'x'.repeat(200)}: too long`]],
  ])('%s', (text, wanted) => expect(tag(text)).toEqual(wanted));
  it.each([
    ['a b', 'a b: Hyper-V VSS: x'],
    ['java[main]', 'java[main][1]: x'],
  ])('%s of the line before does not make a tag of %s', (known, text) =>
    expect(readSyslogTag(text, 0, known)).toEqual(readSyslogTag(text, 0, null)),
  );
  it('reads the same whatever the line before was', () => {
    const part = fc.constantFrom(
      'kernel',
      'kern',
      'a',
      'a b',
      '[',
      ']',
      ':',
      ' ',
      '1',
      'Hyper-V VSS',
      'x[1]',
      ': ',
      'a b',
      '[a]',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), fc.array(part, { minLength: 1, maxLength: 4 }), (parts, known) => {
        const text = parts.join('');
        const ident = readSyslogTag(known.join(''), 0, null).ident;
        expect(readSyslogTag(text, 0, ident)).toEqual(readSyslogTag(text, 0, null));
      }),
      { numRuns: 5000 },
    );
  });
});

describe('readSyslogLine', () => {
  it.each([
    ['Mar  3 02:14:07 web01 app: x', 'web01', 'app'],
    ['Mar  3 02:14:07 web01.example.org app: x', 'web01.example.org', 'app'],
    ['Mar  3 02:14:07 2001:db8::7 app: x', '2001:db8::7', 'app'],
    ['Mar  3 02:14:07 [192.0.2.7] app: x', '[192.0.2.7]', 'app'],
    ['Mar  3 02:14:07 app: x', null, 'app'],
    ['Mar  3 02:14:07 app[5]: x', null, 'app'],
    ['Mar  3 02:14:07 Hyper-V VSS: x', null, 'Hyper-V VSS'],
    ['Mar  3 02:14:07 web01', 'web01', null],
    ['Mar  3 02:14:07', null, null],
    ['Mar  3 02:14:07 web01 last message repeated 3 times', 'web01', null],
    ['Mar  3 02:14:07 last message repeated 3 times', null, null],
    ['Mar  3 02:14:07 "quoted" text', null, null],
    ['/var/log/x:12:Mar  3 02:14:07 web01 app: x', 'web01', 'app'],
    ['C:\\logs\\x.log:Mar  3 02:14:07 web01 app: x', 'web01', 'app'],
    ['12 <34>Mar  3 02:14:07 web01 app: x', 'web01', 'app'],
    ['<9999>Mar  3 02:14:07 web01 app: x', 'web01', 'app'],
  ])('%s', (text, host, ident) => expect(readSyslogLine(text)).toMatchObject({ host, ident }));
  it.each([
    '',
    ' ',
    'prose of any kind',
    '<b>bold</b>',
    '12:13:14 x',
    '2024-03-03',
    'Marvin 3 02:14:07 x',
    '\tat org.example.Main',
    '<>Mar  3 02:14:07 x',
  ])('is null for %j', (text) => expect(readSyslogLine(text)).toBeNull());
  it('shares the time with a line before that has the same stamp, and only then', () => {
    const before = readSyslogLine('Mar  3 02:14:07 web01 app: x');
    expect(readSyslogLine('Mar  3 02:14:07 web01 app: y', before)?.time).toBe(before?.time);
    expect(readSyslogLine('Mar  3 02:14:07.5 web01 app: y', before)?.time?.resolution).toBe(100_000);
    const bare = readSyslogLine('2024-03-03 02:14:07 web01 app: x');
    expect(readSyslogLine('2024-03-03 02:14:07 +0100 web01 app: x', bare)?.time?.utcOffset).toBe(3_600_000_000);
  });
  it('gives the same line whatever the line before was', () => {
    const stamp = fc.constantFrom(
      'Mar  3 02:14:07',
      'Mar  3 02:14:07.5',
      '2024-03-03T02:14:07Z',
      '2024-03-03 02:14:07',
      '2024-03-03 02:14:07 +0100',
      'Mar 33 02:14:07',
    );
    const rest = fc.constantFrom(' a', ' a app: x', ' a app[1]: x', ' ab app: x', ' app: x', ': a app: x', '', '  ');
    const text = fc.tuple(fc.constantFrom('', '<6>', 'x:'), stamp, rest).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, text, (line, before) => {
        expect(readSyslogLine(line, readSyslogLine(before))).toEqual(readSyslogLine(line));
        expect(syslogLineTime(line)).toEqual(readSyslogLine(line)?.time ?? null);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('readStructuredData', () => {
  it('reads back what RFC 5424 writes', () => {
    const name = fc.stringMatching(/^[A-Za-z@0-9.]{1,12}$/);
    const escaped = (value: string) => value.replace(/["\\\]]/g, '\\$&');
    const value = fc.string({ unit: 'grapheme', maxLength: 30 }).filter((text) => !/[\r\n\u2028\u2029]/.test(text));
    fc.assert(
      fc.property(name, fc.dictionary(name, value, { minKeys: 1, noNullPrototype: true }), (id, values) => {
        const text = `[${id}${Object.entries(values)
          .map(([key, one]) => ` ${key}="${escaped(one)}"`)
          .join('')}] message`;
        const { fields, end, malformed } = readStructuredData(text, 0);
        expect(malformed).toBe(false);
        expect(text.slice(end)).toBe('message');
        expect(fields).toEqual(
          Object.fromEntries(Object.entries(values).map(([key, one]) => [`sd.${id}.${key}`, one])),
        );
      }),
    );
  });
  it.each(['[', '[]', '[x', '[x y]', '[x y="1]', '[x y="1" z]', 'no bracket'])('calls %j malformed', (text) =>
    expect(readStructuredData(text, 0).malformed).toBe(true),
  );
});
