import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Head } from '../../src/parser/parser.js';
import parser from './parser.js';
import { readEvtx } from './read-evtx.js';
import { filetime, type WindowsEventSpec, writeEvtx } from './write-evtx.js';

// No provider is real: the fixtures must not change when the catalogue of messages does.
const DISK: WindowsEventSpec = {
  provider: 'example-disk',
  eventId: 153,
  qualifiers: 32_772,
  level: 3,
  keywords: 0x80000000000000n,
  time: filetime('2026-02-11T04:15:16.1234567Z'),
  recordId: 7001,
  channel: 'System',
  computer: 'hv07.example.net',
  data: [{ name: null, value: { type: 'array', of: ['\\Device\\Harddisk4\\DR4', '0x1a2b', '4', ''] } }],
  binary: Uint8Array.of(0x0f, 0x01, 0x04, 0xc0),
};

const WORKER: WindowsEventSpec = {
  provider: 'Example-Hyper-V-Worker',
  guid: '{51ddfa29-d5c8-4803-be4b-2ecb715570fe}',
  eventId: 18_504,
  level: 4,
  time: filetime('2026-02-11T04:15:20.0000001Z'),
  processId: 5120,
  threadId: 77,
  activityId: '{0A1B2C3D-4E5F-6071-8293-A4B5C6D7E8F9}',
  userId: 'S-1-5-83-1-1190112520-1225741712-2459370888-1207959552',
  channel: 'Example-Hyper-V-Worker-Admin',
  computer: 'hv07.example.net',
  userData: {
    name: 'VmlEventLog',
    attributes: [['xmlns', 'http://www.microsoft.com/Windows/Virtualization/Events']],
    content: [
      { name: 'VmName', content: 'db <02> & "test"' },
      { name: 'VmId', content: '0A1B2C3D-0000-4000-8000-00000000CAFE' },
      { name: 'Vmr', content: [{ name: 'Code', content: { type: 'hex32', value: 0xc000_0043 } }] },
    ],
  },
};

const NAMED: WindowsEventSpec = {
  provider: 'Example-Ntfs',
  guid: '{3ff37a1c-a68d-4d6e-8c9b-f79e8b16c482}',
  eventId: 98,
  time: filetime('2026-02-11T04:16:00.5Z'),
  processId: 4,
  threadId: 188,
  channel: 'System',
  computer: 'hv07.example.net',
  userId: 'S-1-5-18',
  data: [
    { name: 'DriveName', value: 'C:' },
    { name: 'CorruptionActionState', value: { type: 'uint32', value: 0 } },
    { name: 'Note', value: 'first\r\nsecond' },
  ],
};

const FIXTURES: Readonly<Record<string, () => Uint8Array>> = {
  system: () => writeEvtx([DISK, WORKER, NAMED, { ...DISK, recordId: 7004 }]),
  damaged: () => {
    const bytes = writeEvtx([DISK, NAMED, { ...NAMED, eventId: 99 }], { isDirty: true });
    const view = new DataView(bytes.buffer);
    const second = 4096 + 512 + view.getUint32(4096 + 512 + 4, true);
    // The size of the second record: it now claims to run beyond the chunk.
    view.setUint32(second + 4, 0xfffff0, true);
    return bytes;
  },
};

// FAULTLINE_WRITE_FIXTURES=1 rewrites them after a deliberate change.
const isWriting = process.env.FAULTLINE_WRITE_FIXTURES === '1';

describe('fixtures', () => {
  for (const [name, write] of Object.entries(FIXTURES)) {
    const file = new URL(`fixtures/${name}.evtx`, import.meta.url);
    const expected = new URL(`fixtures/${name}.expected.jsonl`, import.meta.url);
    if (isWriting) {
      writeFileSync(file, write());
      writeFileSync(
        expected,
        readEvtx(write())
          .items.map((item) => `${JSON.stringify(item)}\n`)
          .join(''),
      );
    }
    it(`${name}.evtx is what the writer gives`, () => {
      expect(Buffer.compare(readFileSync(file), write())).toBe(0);
    });
    it(`${name}.evtx reads as expected`, () => {
      const lines = readFileSync(expected, 'utf8').trimEnd().split('\n');
      expect(readEvtx(new Uint8Array(readFileSync(file))).items).toEqual(lines.map((line) => JSON.parse(line)));
    });
  }
});

describe('records', () => {
  const { records, issues } = readEvtx(FIXTURES.system?.() ?? new Uint8Array());

  it('come without issues from a clean file', () => {
    expect(issues).toEqual([]);
    expect(records.map((record) => record.fields.EventID)).toEqual([153, 18_504, 98, 153]);
  });

  it('spread a string array over unnamed data and keep the binary', () => {
    expect(records[0]?.fields).toMatchObject({
      Provider_Name: 'example-disk',
      Qualifiers: 32_772,
      Level: 3,
      Keywords: '0x80000000000000',
      EventRecordID: 7001,
      param1: '\\Device\\Harddisk4\\DR4',
      param2: '0x1a2b',
      param3: '4',
      param4: '',
      Binary: '0F0104C0',
    });
    expect(records[0]?.severity).toBe(13);
    expect(records[0]?.pid).toBeNull();
  });

  it('flatten user data to its leaves', () => {
    expect(records[1]?.fields).toMatchObject({
      UserID: 'S-1-5-83-1-1190112520-1225741712-2459370888-1207959552',
      VmName: 'db <02> & "test"',
      VmId: '0A1B2C3D-0000-4000-8000-00000000CAFE',
      Code: '0xc0000043',
    });
    expect(records[1]).toMatchObject({ host: 'hv07.example.net', pid: 5120, ident: WORKER.provider });
  });

  it('are one line of XML as wevtutil prints it', () => {
    expect(records[1]?.text).toBe(
      "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>" +
        "<Provider Name='Example-Hyper-V-Worker' Guid='{51ddfa29-d5c8-4803-be4b-2ecb715570fe}'/>" +
        '<EventID>18504</EventID><Version>0</Version><Level>4</Level><Task>0</Task><Opcode>0</Opcode>' +
        "<Keywords>0x8000000000000000</Keywords><TimeCreated SystemTime='2026-02-11T04:15:20.0000001Z'/>" +
        "<EventRecordID>7002</EventRecordID><Correlation ActivityID='{0A1B2C3D-4E5F-6071-8293-A4B5C6D7E8F9}'/>" +
        "<Execution ProcessID='5120' ThreadID='77'/><Channel>Example-Hyper-V-Worker-Admin</Channel>" +
        '<Computer>hv07.example.net</Computer>' +
        "<Security UserID='S-1-5-83-1-1190112520-1225741712-2459370888-1207959552'/></System><UserData>" +
        "<VmlEventLog xmlns='http://www.microsoft.com/Windows/Virtualization/Events'>" +
        '<VmName>db &lt;02&gt; &amp; "test"</VmName><VmId>0A1B2C3D-0000-4000-8000-00000000CAFE</VmId>' +
        '<Vmr><Code>0xc0000043</Code></Vmr></VmlEventLog></UserData></Event>',
    );
    expect(records[2]?.text).toContain("<Data Name='Note'>first&#13;&#10;second</Data>");
    expect(records[2]?.fields.Note).toBe('first\nsecond');
  });

  it('carry the time cut to microseconds and their place in the file', () => {
    const micros = Date.UTC(2026, 1, 11, 4, 15, 16) * 1000 + 123_456;
    expect(records[0]?.time).toEqual({ micros, clock: 'wall', utcOffset: 0, yearless: false, resolution: 1 });
    expect(records[0]?.at).toEqual({ line: null, byteOffset: 4608, record: 7001 });
    const bytes = FIXTURES.system?.() ?? new Uint8Array();
    for (const { at } of records) {
      expect([...bytes.subarray(at.byteOffset ?? 0, (at.byteOffset ?? 0) + 4)]).toEqual([0x2a, 0x2a, 0, 0]);
    }
  });
});

describe('files', () => {
  const many = Array.from(
    { length: 500 },
    (_, i): WindowsEventSpec => ({ ...(i % 2 ? DISK : NAMED), recordId: i + 1 }),
  );

  it('of several chunks, templates of each chunk on their own', () => {
    const { records, issues } = readEvtx(writeEvtx(many, { emptyChunks: 3 }));
    expect(issues).toEqual([]);
    expect(records.map((record) => record.at.record)).toEqual(many.map((event) => event.recordId));
    expect(records.every((record, i) => record.ident === many[i]?.provider)).toBe(true);
  });

  it('say what their header says', () => {
    const codes = (bytes: Uint8Array) => readEvtx(bytes).issues.map((issue) => `${issue.code} ${issue.severity}`);
    expect(codes(writeEvtx([DISK], { isDirty: true }))).toEqual(['evtx-dirty info']);
    expect(codes(writeEvtx([DISK], { isFull: true }))).toEqual(['evtx-full info']);
    expect(codes(writeEvtx([DISK], { hasChecksums: false }))).toEqual([]);
    expect(codes(writeEvtx([]))).toEqual([]);
  });

  it('without any event at all', () => {
    expect(readEvtx(new Uint8Array(0)).records).toEqual([]);
    expect(readEvtx(new Uint8Array(0)).issues.map((issue) => issue.code)).toEqual(['evtx-header']);
  });
});

describe('sniff', () => {
  const head = (bytes: Uint8Array): Head => {
    const text = new TextDecoder().decode(bytes);
    return { bytes, text, lines: text.split('\n'), path: 'x' };
  };
  const sniff = (bytes: Uint8Array): number => parser.sniff(head(bytes.subarray(0, 65_536)));

  it('knows the file, the chunk behind a lost header, and a bare chunk', () => {
    const bytes = writeEvtx([DISK]);
    expect(sniff(bytes)).toBe(1);
    expect(sniff(bytes.subarray(4096))).toBeGreaterThanOrEqual(0.9);
    expect(sniff(bytes.slice().fill(0, 0, 4096))).toBeGreaterThanOrEqual(0.9);
  });

  it('is nothing for text, also text about EVTX', () => {
    const texts = [
      '',
      'ElfFile',
      'The header starts with ElfFile and ElfChnk.\n',
      "<Event xmlns='x'><System/></Event>",
    ];
    for (const text of texts) expect(sniff(new TextEncoder().encode(text))).toBe(0);
  });
});
