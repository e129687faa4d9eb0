import { describe, expect, it } from 'vitest';
import type { LogRecord } from '../model/record.js';
import { SECOND, type WrittenTime } from '../model/time.js';
import { assembleRecords, RECORD_LIMIT } from './assemble.js';
import { WHOLE_RECORDS } from './collect.js';

function wall(seconds: number, yearless = false): WrittenTime {
  return { micros: seconds * SECOND, clock: 'wall', utcOffset: null, yearless, resolution: SECOND };
}

function recordOf(body: string, time: WrittenTime | null = wall(100)): LogRecord {
  const none = {
    until: null,
    host: null,
    channel: null,
    ident: null,
    pid: null,
    severity: null,
    uptime: null,
    boot: null,
  };
  return {
    ...none,
    time,
    body,
    text: `> ${body}`,
    repeat: 1,
    fields: {},
    at: { line: 1, byteOffset: 0, record: null },
  };
}

function collect(options = {}) {
  const records: LogRecord[] = [];
  const issues: string[] = [];
  const nothing = () => undefined;
  const sink = {
    record: (record: LogRecord) => void records.push(record),
    ...WHOLE_RECORDS,
    metric: nothing,
    clock: nothing,
    fact: nothing,
    issue: (code: string) => void issues.push(code),
  };
  return { records, issues, assembler: assembleRecords(sink, options) };
}

describe('assembleRecords', () => {
  it('joins the body with blanks and the text with line feeds', () => {
    const { assembler, records } = collect();
    assembler.start(recordOf('one'));
    expect(assembler.continue('  two  ')).toBe(true);
    assembler.continue('');
    assembler.continue('three');
    assembler.flush();
    assembler.flush();
    expect(records.map(({ body, text }) => [body, text])).toEqual([['one two three', '> one\n  two  \n\nthree']]);
  });
  it('ends the body at a blank line where that is asked for', () => {
    const { assembler, records } = collect({ blankEndsBody: true });
    assembler.start(recordOf('one'));
    for (const line of ['two', ' ', 'prose']) assembler.continue(line);
    assembler.flush();
    expect(records[0]).toMatchObject({ body: 'one two', text: '> one\ntwo\n \nprose' });
  });
  it('has nothing to continue or repeat before the first record and after a flush', () => {
    const { assembler, records } = collect();
    expect([assembler.continue('x'), assembler.repeat(3)]).toEqual([false, false]);
    assembler.start(recordOf('one'));
    assembler.flush();
    expect([assembler.continue('x'), assembler.repeat(3)]).toEqual([false, false]);
    expect(records).toHaveLength(1);
  });
  it('adds repeats up and stretches the record to when the last was said', () => {
    const { assembler, records } = collect();
    assembler.start(recordOf('one'));
    assembler.repeat(3, 'last message repeated 3 times', wall(160));
    assembler.repeat(2, 'last message repeated 2 times', wall(220));
    assembler.flush();
    expect(records[0]).toMatchObject({ repeat: 6, until: wall(220), body: 'one' });
    expect(records[0]?.text.split('\n')).toHaveLength(3);
  });
  it.each([
    ['earlier', wall(50)],
    ['of another year form', wall(160, true)],
    ['missing', null],
    ['of another clock', { ...wall(160), clock: 'uptime' } as const],
  ])('keeps the end open when the time of the repeat is %s', (_name, until) => {
    const { assembler, records } = collect();
    assembler.start(recordOf('one'));
    assembler.repeat(1, undefined, until);
    assembler.flush();
    expect(records[0]).toMatchObject({ repeat: 2, until: null });
  });
  it('stops at 1 MiB and counts what is left out', () => {
    const { assembler, records, issues } = collect();
    assembler.start(recordOf('one'));
    for (let i = 0; i < 5; i++) assembler.continue('x'.repeat(RECORD_LIMIT / 4));
    assembler.flush();
    expect(issues).toEqual(['record-truncated', 'record-truncated']);
    expect(records[0]?.body.length).toBe(3 + 3 * (1 + RECORD_LIMIT / 4));
  });
});
