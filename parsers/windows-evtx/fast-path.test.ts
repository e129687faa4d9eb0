import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 as zlibCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogRecord, RecordHead } from '../../src/model/record.js';
import { EVERYTHING } from '../../src/parser/collect.js';
import type { Sink } from '../../src/parser/parser.js';
import { windowsRecord } from '../../src/parser/windows-event.js';
import type { Chunk } from './binxml.js';
import { readChunk } from './chunk.js';
import { crc32 } from './crc32.js';
import { finishEvent } from './event.js';
import { knownTemplates } from './known-template.js';
import { openFile } from './open-chunk.js';
import { readEvtx } from './read-evtx.js';
import { renderDocument } from './render.js';
import { repeatedText } from './repeated-text.js';
import { fitsType, stringText, valueText } from './values.js';
import { filetime, type WindowsEventSpec, writeEvtx } from './write-evtx.js';
import type { EvtxValue } from './write-evtx-values.js';

const CHUNK = 65_536;
const FIRST = 4096;
const EVERY = (): boolean => true;
const NONE = (): boolean => false;

/** The record at `offset` by the careful way alone: a tree that is walked, with nothing known from other records. */
function carefully(file: Uint8Array, { at, time }: LogRecord): LogRecord | null {
  const offset = at.byteOffset ?? 0;
  const base = FIRST + Math.floor((offset - FIRST) / CHUNK) * CHUNK;
  const bytes = Buffer.from(file.subarray(base, base + CHUNK));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const start = offset - base;
  const chunk: Chunk = {
    bytes,
    view,
    names: new Map(),
    templates: new Map(),
    shared: new Map(),
    known: knownTemplates(),
    steps: 1_000_000,
  };
  const rendering = renderDocument(chunk, start + 24, start + view.getUint32(start + 4, true) - 4);
  const event = finishEvent(rendering.event, time);
  return event === null ? null : windowsRecord(event, rendering.xml, at);
}

const plainly = (record: LogRecord | null): unknown => (record === null ? null : { ...record });

function compare(file: Uint8Array): number {
  const { records, issues } = readEvtx(file);
  const damaged = new Set(issues.map((issue) => issue.at?.byteOffset));
  const whole = records.filter((record) => !damaged.has(record.at.byteOffset));
  for (const record of whole) expect(plainly(record)).toEqual(plainly(carefully(file, record)));
  return whole.length;
}

/** All that is said of the chunks of a file; without the fast way, and without templates of earlier chunks, if careful. */
function sayAll(bytes: Uint8Array, isCareful: boolean): unknown[] {
  const said: unknown[] = [];
  const refuse = (): never => {
    throw new Error('nothing else is wanted');
  };
  const sink: Sink = {
    record: (record) => said.push(record),
    issue: (...issue) => said.push(issue),
    counted: refuse,
    metric: refuse,
    column: refuse,
    clock: refuse,
    fact: refuse,
  };
  const file = openFile(sink, EVERYTHING);
  const careful = { ...file, plain: null, known: { byId: new Map(), room: 0 } };
  for (let at = FIRST; at < bytes.length; at += CHUNK) {
    readChunk(isCareful ? careful : file, Buffer.from(bytes.subarray(at, at + CHUNK)), at);
  }
  return said.map((item) => (Array.isArray(item) ? item : { ...(item as LogRecord) }));
}

const headOf = ({ time, host, channel, ident, at }: RecordHead): RecordHead => ({ time, host, channel, ident, at });

/** Everything there is to know of a file when no record is wanted. */
function compareCounted(file: Uint8Array): void {
  const all = readEvtx(file, EVERY);
  const none = readEvtx(file, NONE);
  expect(none.records).toEqual([]);
  expect(none.heads).toEqual(all.records.map(headOf));
  expect(none.issues).toEqual(all.issues);
}

const value: fc.Arbitrary<EvtxValue> = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 10 }),
  fc.constant({ type: 'null' } as const),
  fc.record({ type: fc.constantFrom('int8', 'uint16', 'int32', 'uint64', 'hex32', 'hex64'), value: fc.maxSafeNat() }),
  fc.record({ type: fc.constant('filetime'), value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
  fc.record({ type: fc.constantFrom('float', 'double'), value: fc.double() }),
  fc.record({ type: fc.constant('bool'), value: fc.boolean() }),
  fc.record({ type: fc.constant('binary'), value: fc.uint8Array({ maxLength: 40 }) }),
  fc.record({ type: fc.constant('sid'), value: fc.constantFrom('S-1-5-18', 'S-1-5-21-7-8-9-500') }),
  fc.record({ type: fc.constant('array'), of: fc.array(fc.string({ maxLength: 8 }), { maxLength: 5 }) }),
  // Types and lengths that need not fit each other, and types nobody knows.
  fc.record({
    type: fc.constant('raw'),
    code: fc.oneof(fc.nat(0x16), fc.constantFrom(0x21, 0x81, 0x82, 0x88, 0x93, 0xff)),
    bytes: fc.uint8Array({ maxLength: 20 }),
  }),
) as fc.Arbitrary<EvtxValue>;

const event: fc.Arbitrary<WindowsEventSpec> = fc
  .record({
    eventId: fc.nat(65_535),
    provider: fc.constantFrom('disk', 'Example', 'Example-Hyper-V-Worker'),
    channel: fc.constantFrom('System', 'Application'),
    isUser: fc.boolean(),
    hasBinary: fc.boolean(),
    level: fc.option(fc.nat(7), { nil: undefined }),
    data: fc.array(fc.record({ name: fc.option(fc.constantFrom('A', 'Beta', 'Name', 'Binary', '__proto__')), value }), {
      maxLength: 6,
    }),
  })
  .map(({ isUser, hasBinary, data, level, ...rest }): WindowsEventSpec => {
    const spec = { ...rest, ...(level === undefined ? {} : { level }) };
    const base = { ...spec, time: filetime('2026-05-04T03:02:01.1234567Z'), computer: 'hv01' };
    const attributes: [string, EvtxValue][] = data.slice(0, 1).map((one) => ['Name', one.value]);
    const content = data.map((one) => ({ name: one.name ?? 'Bare', attributes, content: one.value }));
    if (isUser) return { ...base, userData: { name: 'Payload', content } };
    return { ...base, data, ...(hasBinary ? { binary: Uint8Array.of(1, 2, 3) } : {}) };
  });

const file = fc
  .tuple(fc.array(event, { minLength: 1, maxLength: 30 }), fc.integer({ min: 1, max: 12 }))
  .map(([events, recordsPerChunk]) => writeEvtx(events, { recordsPerChunk }));

const damagedFile = fc
  .tuple(file, fc.array(fc.tuple(fc.nat(200_000), fc.nat(255)), { maxLength: 12 }), fc.nat(30_000))
  .map(([bytes, flips, cut]) => {
    for (const [offset, byte] of flips) {
      const chunks = (bytes.length - FIRST) / CHUNK;
      // The first 8 KiB of a chunk: the rest of it is empty.
      bytes[FIRST + (offset % chunks) * CHUNK + (offset % 8192)] = byte;
    }
    return bytes.subarray(0, cut < 20_000 ? bytes.length : bytes.length - cut);
  });

describe('records', () => {
  it('are the same by the fast and by the careful way', () => {
    fc.assert(
      fc.property(file, (bytes) => {
        expect(compare(bytes)).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 150, seed: 31 },
    );
  });

  it('that nobody wants are counted with the head, the place and the issues of the whole ones', () => {
    fc.assert(
      fc.property(fc.oneof(file, damagedFile), (bytes) => compareCounted(bytes)),
      { numRuns: 300, seed: 32 },
    );
  });

  it('with damage anywhere are told the same by both ways', () => {
    fc.assert(
      fc.property(damagedFile, (bytes) => {
        expect(sayAll(bytes, false)).toEqual(sayAll(bytes, true));
      }),
      { numRuns: 200, seed: 36 },
    );
  });

  it('with each single byte changed are told the same by both ways', () => {
    const one: WindowsEventSpec = {
      provider: 'Example',
      eventId: 7,
      time: filetime('2026-05-04T03:02:01Z'),
      computer: 'hv01',
      channel: 'System',
      data: [
        { name: 'A', value: 'text' },
        { name: null, value: { type: 'array', of: ['x', 'y'] } },
        { name: 'N', value: { type: 'uint32', value: 5 } },
      ],
    };
    const bytes = writeEvtx([one, one, one]);
    const view = new DataView(bytes.buffer);
    const first = FIRST + 512;
    const second = first + view.getUint32(first + 4, true);
    const end = second + view.getUint32(second + 4, true);
    expect(end - second).toBeGreaterThan(150);
    let isDamaged = 0;
    for (let at = second; at < end; at++) {
      const written = bytes[at] as number;
      for (const value of [0, 0xff, written ^ 1, written ^ 0x0c]) {
        bytes[at] = value;
        const said = sayAll(bytes, false);
        expect(said).toEqual(sayAll(bytes, true));
        isDamaged += said.length > 4 ? 1 : 0;
      }
      bytes[at] = written;
    }
    expect(isDamaged).toBeGreaterThan(100);
  });

  it('without a time of their own have the time of their header', () => {
    const time = filetime('2026-05-04T03:02:01Z');
    const bytes = writeEvtx([{ provider: 'p', eventId: 1, time, computer: 'c', channel: 'System', data: [] }]);
    const written = Buffer.alloc(8);
    written.writeBigUInt64LE(time);
    const inValues = Buffer.from(bytes.buffer).indexOf(written, FIRST + 512 + 24);
    bytes.fill(0, inValues, inValues + 8);
    const [record] = readEvtx(bytes).records;
    expect(record?.text).toContain("SystemTime='1601-01-01T00:00:00.0000000Z'");
    expect(record?.time?.micros).toBe(Date.UTC(2026, 4, 4, 3, 2, 1) * 1000);
    expect(sayAll(bytes, false)).toEqual(sayAll(bytes, true));
  });

  it('are asked for by provider, event id and channel, each head once', () => {
    const base = { time: filetime('2026-05-04T03:02:01Z'), computer: 'hv01', provider: 'disk' };
    const bytes = writeEvtx([
      { ...base, eventId: 7, channel: 'System' },
      { ...base, eventId: 153, channel: 'System' },
      { ...base, eventId: 7, channel: 'Application' },
      { ...base, eventId: 7, channel: 'System' },
    ]);
    const asked: unknown[] = [];
    const { records, heads } = readEvtx(bytes, (...head) => {
      asked.push(head);
      return head[1] === 7 && head[2] === 'System';
    });
    expect(asked).toEqual([
      ['disk', 7, 'System'],
      ['disk', 153, 'System'],
      ['disk', 7, 'Application'],
    ]);
    expect(records.map((record) => record.at.record)).toEqual([1, 4]);
    expect(heads.map((head) => head.at.record)).toEqual([2, 3]);
  });

  it('keep their text when the chunk has made room for others, and have it in copies', () => {
    const events = Array.from(
      { length: 40 },
      (_, i): WindowsEventSpec => ({
        provider: 'Example',
        eventId: 1,
        time: filetime('2026-05-04T03:02:01Z'),
        computer: 'hv01',
        channel: 'System',
        data: [{ name: 'N', value: `<${i}>` }],
      }),
    );
    const { records } = readEvtx(writeEvtx(events, { recordsPerChunk: 3 }));
    for (const [i, record] of records.entries()) {
      const copy = structuredClone(record);
      expect(copy).toEqual({ ...record });
      expect(copy.text).toContain(`<Data Name='N'>&lt;${i}&gt;</Data>`);
      expect(copy.body).toBe(`Example 1: N=<${i}>`);
      expect(JSON.parse(JSON.stringify(record))).toEqual(copy);
    }
  });
});

describe('a template that another chunk holds too', () => {
  const at = (i: number): WindowsEventSpec => ({
    provider: 'Example',
    eventId: 1,
    time: filetime('2026-05-04T03:02:01Z'),
    computer: 'hv01',
    channel: 'System',
    data: [
      { name: 'First', value: `one ${i}` },
      { name: 'Second', value: `two ${i}` },
    ],
  });
  const bytes = (): Uint8Array =>
    writeEvtx(
      Array.from({ length: 6 }, (_, i) => at(i)),
      { recordsPerChunk: 2 },
    );
  /** Offset of a text in a chunk, as UTF-16. */
  const find = (file: Uint8Array, text: string, chunk: number): number =>
    Buffer.from(file.buffer).indexOf(Buffer.from(text, 'utf16le'), FIRST + chunk * CHUNK);

  it('is read as it stands there, not as it stood before', () => {
    const file = bytes();
    file[find(file, 'Second', 1)] = 'W'.charCodeAt(0);
    const { records } = readEvtx(file);
    expect(records.map((record) => Object.keys(record.fields).at(-1))).toEqual([
      'Second',
      'Second',
      'Wecond',
      'Wecond',
      'Second',
      'Second',
    ]);
  });

  it('is reported where it is damaged there', () => {
    const file = bytes();
    // The name of an element loses its first letter: `Data` is written once per chunk, every <Data> refers to it.
    file[find(file, 'EventData', 1)] = 1;
    const { issues } = readEvtx(file, NONE);
    const records = new Set(issues.filter((one) => one.code === 'evtx-record-damaged').map((one) => one.at?.record));
    expect([...records]).toEqual([3, 4]);
  });

  it('is found again when its names stand elsewhere', () => {
    const other: WindowsEventSpec = { ...at(9), provider: 'Other', data: [{ name: 'Second', value: 'x' }] };
    // In the second chunk the names of the template are those of another one, which comes first.
    const file = writeEvtx([at(0), other, other, at(1)], { recordsPerChunk: 2 });
    expect(compare(file)).toBe(4);
    expect(readEvtx(file).records.map((record) => record.fields.Second)).toEqual(['two 0', 'x', 'x', 'two 1']);
  });
});

describe('short cuts say what the long way says', () => {
  const block = fc.uint8Array({ minLength: 0, maxLength: 80 });

  it('fitsType: a value has a text', () => {
    fc.assert(
      fc.property(fc.nat(255), block, fc.nat(20), (type, raw, gap) => {
        const bytes = Buffer.concat([Buffer.alloc(gap), raw]);
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
        const hasText = valueText({ bytes, view }, type, gap, raw.length) !== null;
        expect(fitsType(bytes, type, gap, raw.length)).toBe(hasText);
      }),
      { numRuns: 5000, seed: 33 },
    );
  });

  it('repeatedText: the text, whatever was read before', () => {
    const twice = fc.oneof(fc.string({ maxLength: 4 }), fc.string({ unit: 'binary', maxLength: 120 }));
    fc.assert(
      fc.property(fc.array(fc.tuple(twice, fc.nat(3)), { maxLength: 30 }), (list) => {
        for (const [text, gap] of list) {
          const bytes = Buffer.concat([Buffer.alloc(gap), Buffer.from(text, 'utf16le')]);
          expect(repeatedText(bytes, gap, 2 * text.length)).toBe(stringText(bytes, gap, 2 * text.length));
        }
      }),
      { numRuns: 500, seed: 34 },
    );
  });

  it('crc32: zlib', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(40), (bytes, from) => {
        const start = Math.min(from, bytes.length);
        expect(crc32(bytes, start, bytes.length)).toBe(zlibCrc32(bytes.subarray(start)));
        const half = (start + bytes.length) >> 1;
        expect(crc32(bytes, half, bytes.length, crc32(bytes, start, half))).toBe(crc32(bytes, start, bytes.length));
      }),
      { seed: 35 },
    );
  });
});

const corpus = process.env.FAULTLINE_CORPUS ?? '';
const FILES =
  corpus === ''
    ? []
    : readdirSync(corpus, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.evtx'))
        .sort();

describe.skipIf(corpus === '')('corpus', () => {
  it.each(FILES)('%s', (name) => {
    const bytes = new Uint8Array(readFileSync(join(corpus, name)));
    compareCounted(bytes);
    // Every ninth: reading each record with nothing known costs a template or two per record.
    const { records } = readEvtx(bytes);
    const sample = records.filter((_, i) => i % 9 === 0);
    const issues = new Set(readEvtx(bytes).issues.map((issue) => issue.at?.byteOffset));
    for (const record of sample) {
      const base = ((record.at.byteOffset ?? 0) - FIRST) % CHUNK;
      if (issues.has(record.at.byteOffset) || base < 0) continue;
      expect(plainly(record)).toEqual(plainly(carefully(bytes, record)));
    }
  });
});
