import { describe, expect, it } from 'vitest';
import json from '../../parsers/windows-event-json/parser.js';
import xml from '../../parsers/windows-event-xml/parser.js';
import type { LogRecord } from '../model/record.js';
import { EVERYTHING, WHOLE_RECORDS } from './collect.js';
import type { Parser } from './parser.js';
import { type WindowsEvent, windowsRecord } from './windows-event.js';

const BARE: WindowsEvent = {
  provider: 'p',
  eventId: 1,
  qualifiers: null,
  version: null,
  level: null,
  task: null,
  opcode: null,
  keywords: null,
  time: null,
  recordId: null,
  processId: null,
  threadId: null,
  channel: null,
  computer: null,
  userId: null,
  data: [],
  binary: null,
  message: null,
};
const AT = { line: 1, byteOffset: 0, record: null };

function record(event: Partial<WindowsEvent>): LogRecord {
  return windowsRecord({ ...BARE, ...event }, 'text', AT);
}

describe('windowsRecord', () => {
  it('prefers the text of the source, in one line', () => {
    expect(record({ provider: 'disk', eventId: 7, message: 'eins\r\n  zwei ' }).body).toBe('eins zwei');
  });

  it('fills the text from the catalogue', () => {
    expect(record({ provider: 'disk', eventId: 7, data: [{ name: null, value: 'D' }], message: ' ' }).body).toBe(
      'The device, D, has a bad block.',
    );
  });

  it('lists the data when there is no text', () => {
    const data = [
      { name: null, value: 'a' },
      { name: 'Name', value: 'b' },
      { name: null, value: '' },
    ];
    expect(record({ data }).body).toBe('p 1: param1=a, Name=b, param2=');
    expect(record({}).body).toBe('p 1');
  });

  it('keeps wordings from memory out of what rules match', () => {
    const data = ['a', 'b', 'c', 'd'].map((value) => ({ name: null, value }));
    expect(record({ provider: 'Microsoft-Windows-Hyper-V-VMMS', eventId: 10150, data }).body).toMatch(
      /^Microsoft.*10150: param1=a/,
    );
  });

  it('lets the system part win over data, the first of equal names, and any name be data', () => {
    const data = [
      { name: 'Channel', value: 'x' },
      { name: 'a', value: '1\r\n2' },
      { name: 'a', value: '3' },
      { name: '__proto__', value: 'p' },
      { name: 'toString', value: 't' },
    ];
    const { fields } = record({ channel: 'System', data });
    expect(Object.entries(fields)).toEqual([
      ['Provider_Name', 'p'],
      ['EventID', 1],
      ['Channel', 'System'],
      ['a', '1\n2'],
      ['__proto__', 'p'],
      ['toString', 't'],
    ]);
  });

  it('leaves a VmId of the event as it is', () => {
    const worker = { provider: 'Microsoft-Windows-Hyper-V-Worker', userId: 'S-1-5-83-1-1-2-3-4' };
    expect(record({ ...worker, data: [{ name: 'VmId', value: 'own' }] }).fields.VmId).toBe('own');
    expect(record(worker).fields.VmId).toBe('00000001-0002-0000-0300-000004000000');
  });

  it('has no Binary field for an empty one', () => {
    expect(record({ binary: '' }).fields).not.toHaveProperty('Binary');
  });
});

function readOne(parser: Parser, text: string): LogRecord | undefined {
  if (parser.reads !== 'text') throw new Error(`${parser.id} reads text`);
  const found: LogRecord[] = [];
  const none = (): void => undefined;
  const sink = {
    record: (r: LogRecord) => void found.push(r),
    metric: none,
    ...WHOLE_RECORDS,
    clock: none,
    fact: none,
    issue: none,
  };
  const reader = parser.open({ path: 'x', pathHost: null }, sink, EVERYTHING);
  reader.text(text, { byteOffset: 0 });
  reader.end();
  return found[0];
}

describe('one event from XML and from JSON', () => {
  it('has the same fields', () => {
    const packet = '0F01040004002C00000000009900048000000000000000000000000000000000000000000000000000000F2A';
    const fromXml = readOne(
      xml,
      `<Event><System><Provider Name='disk'/><EventID Qualifiers='32772'>153</EventID><Version>0</Version><Level>3</Level>
      <Task>0</Task><Opcode>0</Opcode><Keywords>0x80000000000000</Keywords><TimeCreated SystemTime='2024-03-03T02:00:07.1234567Z'/>
      <EventRecordID>9</EventRecordID><Execution ProcessID='4' ThreadID='5'/><Channel>System</Channel><Computer>HV</Computer>
      <Security UserID='S-1-5-18'/></System><EventData><Data>D</Data><Data>0x1</Data><Data>2</Data><Data>P</Data>
      <Binary>${packet}</Binary></EventData></Event>`,
    );
    const fromJson = readOne(
      json,
      JSON.stringify({
        Id: 153,
        Version: 0,
        Qualifiers: 32772,
        Level: 3,
        Task: 0,
        Opcode: 0,
        Keywords: 'as a number',
        RecordId: 9,
        ProviderName: 'disk',
        LogName: 'System',
        ProcessId: 4,
        ThreadId: 5,
        MachineName: 'HV',
        UserId: { Value: 'S-1-5-18' },
        TimeCreated: '2024-03-03T03:00:07.1234567+01:00',
        Properties: ['D', '0x1', '2', 'P', [...Buffer.from(packet, 'hex')]].map((Value) => ({ Value })),
        // PowerShell writes all digits; JavaScript rounds to 17.
      }).replace('"as a number"', '36028797018963968'),
    );
    expect(fromXml?.fields['disk.srb_status']).toBe('0x0f');
    expect({ ...fromJson, text: '' }).toEqual({ ...fromXml, text: '' });
  });
});

describe('a record whose text is rendered late', () => {
  const late = (): { readonly record: LogRecord; readonly calls: () => number } => {
    let calls = 0;
    const text = (): string => `text ${++calls}`;
    return { record: windowsRecord({ ...BARE, provider: 'p' }, text, AT), calls: () => calls };
  };

  it('is rendered when it is read, and once', () => {
    const { record, calls } = late();
    expect(record.fields.EventID).toBe(1);
    expect(calls()).toBe(0);
    expect([record.text, record.text]).toEqual(['text 1', 'text 1']);
    expect(calls()).toBe(1);
  });

  it('has the same properties in the same order as copies of it', () => {
    const copies = [
      (r: LogRecord): LogRecord => ({ ...r }),
      (r: LogRecord): LogRecord => structuredClone(r),
      (r: LogRecord): LogRecord => JSON.parse(JSON.stringify(r)) as LogRecord,
    ];
    for (const copy of copies) {
      const { record } = late();
      const made = copy(record);
      expect(Object.keys(made)).toEqual(Object.keys(record));
      expect(made.text).toBe('text 1');
      expect(made.body).toBe('p 1');
    }
  });
});
