import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEvtx } from './read-evtx.js';
import { filetime, type WindowsEventSpec, writeEvtx } from './write-evtx.js';
import type { EvtxValue } from './write-evtx-values.js';

const BASE: WindowsEventSpec = {
  provider: 'Example',
  eventId: 7,
  time: filetime('2026-05-04T03:02:01.0000000Z'),
  channel: 'Application',
  computer: 'hv01',
};

describe('round trip', () => {
  const integer = (bits: number) => fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n });
  const text = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((s) => !s.endsWith('\0'));
  const value = fc.oneof(
    text.map((s): [EvtxValue, string] => [s, s.replaceAll('\r\n', '\n')]),
    integer(32).map((n): [EvtxValue, string] => [{ type: 'uint32', value: n }, String(n)]),
    integer(64).map((n): [EvtxValue, string] => [{ type: 'uint64', value: n }, String(n)]),
    integer(64).map((n): [EvtxValue, string] => [{ type: 'int64', value: n }, String(BigInt.asIntN(64, n))]),
    integer(64).map((n): [EvtxValue, string] => [{ type: 'hex64', value: n }, `0x${n.toString(16)}`]),
    fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .map((n): [EvtxValue, string] => [{ type: 'double', value: n }, String(n)]),
    fc
      .uint8Array({ maxLength: 64 })
      .map((b): [EvtxValue, string] => [{ type: 'binary', value: b }, Buffer.from(b).toString('hex').toUpperCase()]),
    fc
      .date({ min: new Date(0), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
      .map((d): [EvtxValue, string] => {
        const iso = d.toISOString().replace('Z', '0000Z');
        return [{ type: 'filetime', value: filetime(iso) }, iso];
      }),
  );
  const event = fc.record({
    eventId: fc.nat(65_535),
    provider: fc.constantFrom('disk', 'Ntfs', 'Example-Provider'),
    isUser: fc.boolean(),
    data: fc.array(fc.tuple(fc.stringMatching(/^F[A-Za-z0-9]{1,12}$/), value), { maxLength: 8 }),
  });

  it('gives back every value of every event', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), fc.nat(20), (events, size) => {
        const specs = events.map(({ eventId, provider, isUser, data }, i): WindowsEventSpec => {
          const spec = { ...BASE, eventId, provider, recordId: i + 1 };
          const content = data.map(([name, [given]]) => ({ name, content: given }));
          if (isUser)
            return { ...spec, userData: { name: 'Payload', content: [...content, { name: 'Ping', content: 'z' }] } };
          return { ...spec, data: data.map(([name, [given]]) => ({ name, value: given })) };
        });
        const { records, issues } = readEvtx(writeEvtx(specs, { recordsPerChunk: size + 1 }));
        expect(issues).toEqual([]);
        expect(records).toHaveLength(events.length);
        records.forEach((record, i) => {
          // The first of several values of one name is the field; see windowsRecord.
          const expected = Object.fromEntries(
            (events[i]?.data ?? []).map(([name, [, shown]]) => [name, shown] as const).reverse(),
          );
          expect(record.fields).toMatchObject({
            ...expected,
            EventID: events[i]?.eventId,
            Provider_Name: events[i]?.provider,
          });
        });
      }),
      { numRuns: 60, seed: 20_260_211 },
    );
  });
});
