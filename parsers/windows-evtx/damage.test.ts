import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEvtx } from './read-evtx.js';
import { filetime, type WindowsEventSpec, writeEvtx } from './write-evtx.js';

const event = (i: number): WindowsEventSpec => ({
  provider: i % 3 === 0 ? 'disk' : 'Microsoft-Windows-Example',
  eventId: 100 + (i % 7),
  time: filetime('2026-06-01T00:00:00Z') + BigInt(i) * 10_000_000n,
  channel: 'System',
  computer: 'hv02.example.net',
  data: [
    { name: 'Text', value: `record ${i}` },
    { name: 'Number', value: { type: 'uint32', value: i } },
  ],
});

const CHUNK = 65_536;
const FIRST = 4096;
/** Four chunks of ten records. */
const clean = (): Uint8Array =>
  writeEvtx(
    Array.from({ length: 40 }, (_, i) => event(i)),
    { recordsPerChunk: 10 },
  );

/** Offsets of the records of a chunk. */
function recordsOf(bytes: Uint8Array, chunk: number): number[] {
  const view = new DataView(bytes.buffer);
  const base = FIRST + chunk * CHUNK;
  const free = base + view.getUint32(base + 48, true);
  const starts: number[] = [];
  for (let at = base + 512; at < free; at += view.getUint32(at + 4, true)) starts.push(at);
  return starts;
}

function damaged(change: (bytes: Uint8Array, view: DataView) => void) {
  const bytes = clean();
  change(bytes, new DataView(bytes.buffer));
  const read = readEvtx(bytes);
  const ids = read.records.map((record) => record.at.record);
  return {
    ...read,
    ids,
    codes: read.issues.map((issue) => `${issue.code} ${issue.severity} @${issue.at?.byteOffset}`),
  };
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('damage to the file', () => {
  it('header checksum', () => {
    const { ids, codes } = damaged((bytes) => bytes.fill(0x55, 60, 64));
    expect(ids).toEqual(range(1, 40));
    expect(codes).toEqual(['evtx-header error @0']);
  });

  it('no header at all', () => {
    const { ids, codes } = damaged((bytes) => bytes.fill(0, 0, FIRST));
    expect(ids).toEqual(range(1, 40));
    expect(codes).toEqual(['evtx-header error @0']);
  });

  it('a chunk without its file', () => {
    const { records, issues } = readEvtx(clean().slice(FIRST + CHUNK));
    expect(records.map((record) => record.at.record)).toEqual(range(11, 40));
    expect(records[0]?.at.byteOffset).toBe(512);
    expect(issues.map((issue) => issue.code)).toEqual(['evtx-header']);
  });

  it('a header that counts too few chunks, as in a dirty log', () => {
    const bytes = clean();
    const few = writeEvtx([event(0)], { isDirty: true });
    bytes.set(few.subarray(0, FIRST));
    const { records, issues } = readEvtx(bytes);
    expect(records).toHaveLength(40);
    expect(issues.map((issue) => `${issue.code} ${issue.severity}`)).toEqual([
      'evtx-dirty info',
      'evtx-chunk-count info',
    ]);
  });

  it('a header that counts more chunks than there are', () => {
    const { records, issues } = readEvtx(clean().slice(0, FIRST + 2 * CHUNK));
    expect(records).toHaveLength(20);
    expect(issues.map((issue) => `${issue.code} ${issue.severity}`)).toEqual(['evtx-chunk-missing data-loss']);
  });

  it('bytes inserted between two chunks', () => {
    const bytes = clean();
    const cut = FIRST + 2 * CHUNK;
    const longer = new Uint8Array(bytes.length + 777).fill(0xab);
    longer.set(bytes.subarray(0, cut));
    longer.set(bytes.subarray(cut), cut + 777);
    const { records, issues } = readEvtx(longer);
    expect(records.map((record) => record.at.record)).toEqual(range(1, 40));
    expect(issues).toMatchObject([{ code: 'evtx-chunk-magic', severity: 'error', at: { byteOffset: cut } }]);
  });
});

describe('bytes missing inside a chunk', () => {
  it('cost its end, not the chunks behind it', () => {
    const bytes = clean();
    const from = recordsOf(bytes, 1)[6] ?? 0;
    const shorter = new Uint8Array(bytes.length - 1000);
    shorter.set(bytes.subarray(0, from));
    shorter.set(bytes.subarray(from + 1000), from);
    const { records, issues } = readEvtx(shorter);
    const ids = records.map((record) => record.at.record);
    expect(ids).toEqual(expect.arrayContaining([...range(1, 16), ...range(21, 40)]));
    expect(issues[0]).toMatchObject({
      code: 'evtx-truncated-chunk',
      severity: 'data-loss',
      at: { byteOffset: FIRST + CHUNK },
    });
  });
});

describe('damage to a chunk', () => {
  it('magic', () => {
    const { ids, codes } = damaged((bytes) => bytes.fill(0, FIRST + CHUNK, FIRST + CHUNK + 8));
    expect(ids).toEqual(range(1, 40));
    expect(codes).toEqual([`evtx-chunk-magic error @${FIRST + CHUNK}`]);
  });

  it('header checksum, and a free space offset that lies', () => {
    const { ids, codes } = damaged((_, view) => view.setUint32(FIRST + CHUNK + 48, 0xffff_ff00, true));
    expect(ids).toEqual(range(1, 40));
    expect(codes).toEqual([`evtx-chunk-checksum error @${FIRST + CHUNK}`]);
  });

  it('a header that lags behind its records', () => {
    const { ids, codes } = damaged((bytes, view) => {
      const third = (recordsOf(bytes, 3)[3] ?? 0) - FIRST - 3 * CHUNK;
      view.setUint32(FIRST + 3 * CHUNK + 48, third, true);
    });
    expect(ids).toEqual(range(1, 40));
    expect(codes).toEqual([`evtx-chunk-checksum error @${FIRST + 3 * CHUNK}`]);
  });

  it('leftovers of an older use behind the free space are no records', () => {
    const { ids, codes } = damaged((bytes) => {
      const [from = 0, to = 0] = recordsOf(bytes, 0).slice(4);
      const last = recordsOf(bytes, 3).at(-1) ?? 0;
      const size = new DataView(bytes.buffer).getUint32(last + 4, true);
      bytes.copyWithin(last + size, from, to);
    });
    expect(ids).toEqual(range(1, 40));
    expect(codes).toEqual([]);
  });

  it('cut', () => {
    const bytes = clean();
    const sixth = recordsOf(bytes, 3)[5] ?? 0;
    const { records, issues } = readEvtx(bytes.slice(0, sixth + 20));
    expect(records.map((record) => record.at.record)).toEqual(range(1, 35));
    expect(issues.map((issue) => `${issue.code} ${issue.severity} @${issue.at?.byteOffset}`)).toEqual([
      `evtx-truncated-chunk data-loss @${FIRST + 3 * CHUNK}`,
      `evtx-record-lost data-loss @${sixth}`,
    ]);
  });

  it('records zeroed at its end: the header still knows of them', () => {
    const { ids, issues } = damaged((bytes) => bytes.fill(0, recordsOf(bytes, 1)[7], FIRST + 2 * CHUNK));
    expect(ids).toEqual([...range(1, 17), ...range(21, 40)]);
    expect(issues.map((issue) => issue.code)).toEqual(['evtx-chunk-checksum', 'evtx-record-lost']);
  });
});

describe('damage to a record', () => {
  const at = (bytes: Uint8Array, index: number): number => recordsOf(bytes, 1)[index] ?? 0;

  it.each([
    ['size 0', 0],
    ['size too small', 27],
    ['size beyond the chunk', 0x7fff_ffff],
  ])('%s', (_, size) => {
    const { ids, records, issues } = damaged((bytes, view) => view.setUint32(at(bytes, 4) + 4, size, true));
    expect(ids).toEqual(range(1, 40));
    expect(records[14]?.fields).toMatchObject({ Text: 'record 14', Number: '14' });
    expect(issues[1]).toMatchObject({ code: 'evtx-record-damaged', severity: 'error', at: { record: 15 } });
  });

  it('copy of the size', () => {
    const { ids, issues } = damaged((bytes) => bytes.fill(0x77, at(bytes, 5) - 4, at(bytes, 5)));
    expect(ids).toEqual(range(1, 40));
    expect(issues.map((issue) => issue.code)).toEqual(['evtx-chunk-checksum', 'evtx-record-damaged']);
  });

  it('signature: one record is lost, the next is found', () => {
    let lost = 0;
    const { ids, codes } = damaged((bytes) => {
      lost = at(bytes, 4);
      bytes[lost] = 0;
    });
    expect(ids).toEqual(range(1, 40).filter((id) => id !== 15));
    expect(codes[1]).toBe(`evtx-record-lost data-loss @${lost}`);
  });

  it('values cut short: what was read is kept', () => {
    const { ids, records, issues } = damaged((bytes, view) => {
      // The last value of the outer template is the event data: say it is longer than the record.
      const start = at(bytes, 4);
      view.setUint16(start + 24 + 4 + 10 + 4 + 13 * 4, 0xfff0, true);
    });
    expect(ids).toEqual(range(1, 40));
    expect(records[14]?.fields).toMatchObject({ EventID: 100, Text: 'record 14' });
    expect(issues[1]?.note).toContain('beyond its end');
  });

  it('a template that is gone is taken from another chunk', () => {
    const { ids, records, issues } = damaged((bytes) => {
      // The first record of the chunk holds the definition of the template of `disk` or of the other provider.
      const start = recordsOf(bytes, 1)[0] ?? 0;
      bytes.fill(0, start + 28 + 10, start + 28 + 10 + 24);
    });
    expect(ids).toEqual(range(1, 40).filter((id) => id !== 11));
    expect(records[13]?.fields.Text).toBe('record 14');
    expect(issues.some((issue) => issue.note.includes('another chunk'))).toBe(true);
  });
});

describe('any damage', () => {
  const original = readEvtx(clean()).records;
  const view = new DataView(clean().buffer);
  const endOf = (offset: number): number => offset + view.getUint32(offset + 4, true);
  const chunkOf = (offset: number): number => Math.floor((offset - FIRST) / CHUNK);

  it('flipped bytes never touch the records of other chunks', () => {
    const used = fc.oneof(
      fc.nat(FIRST - 1),
      fc.tuple(fc.nat(3), fc.nat(7000)).map(([c, o]) => FIRST + c * CHUNK + o),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(used, fc.nat(255)), { minLength: 1, maxLength: 12 }), (flips) => {
        const bytes = clean();
        const touched = new Set(flips.map(([offset]) => chunkOf(offset)));
        // The header says where chunks start: a flip there is found by its checksum.
        for (const [offset, value] of flips) bytes[offset] = value;
        const { records } = readEvtx(bytes);
        for (const record of original) {
          if (touched.has(chunkOf(record.at.byteOffset ?? 0))) continue;
          expect(records.find((found) => found.at.byteOffset === record.at.byteOffset)).toEqual(record);
        }
      }),
      { numRuns: 300, seed: 7 },
    );
  });

  it('a file cut anywhere gives every record before the cut', () => {
    fc.assert(
      fc.property(fc.nat(clean().length), (length) => {
        const bytes = clean().slice(0, length);
        const whole = original.filter((record) => endOf(record.at.byteOffset ?? 0) <= length);
        const { records } = readEvtx(bytes);
        expect(records.slice(0, whole.length)).toEqual(whole);
      }),
      { numRuns: 200, seed: 8 },
    );
  });

  it('noise is survived in bounded time', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 100, maxLength: 3000 }), fc.boolean(), (noise, isChunk) => {
        const bytes = new Uint8Array(FIRST + CHUNK);
        for (let at = 0; at < bytes.length; at += noise.length) bytes.set(noise.subarray(0, bytes.length - at), at);
        if (isChunk) bytes.set(clean().subarray(FIRST, FIRST + 520), FIRST);
        const start = performance.now();
        readEvtx(bytes);
        expect(performance.now() - start).toBeLessThan(2000);
      }),
      { numRuns: 100, seed: 9 },
    );
  });

  it('a chunk of nothing but record signatures is survived in bounded time', () => {
    const bytes = clean();
    for (let at = FIRST + 512; at < bytes.length; at += 4) bytes.set([0x2a, 0x2a, 0, 0], at);
    const start = performance.now();
    readEvtx(bytes);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
