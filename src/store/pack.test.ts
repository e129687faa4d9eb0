import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DamagedCase } from './damaged.js';
import { createPacker } from './pack.js';
import { unpack } from './unpack.js';

const pack = (...values: readonly unknown[]): Buffer => {
  const packer = createPacker();
  for (const value of values) packer.add(value);
  return packer.take();
};

const anything = fc.anything({
  ...{ withBigInt: false, withTypedArray: false, withNullPrototype: false, maxDepth: 4 },
  key: fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('__proto__', 'a\u0000b', 'a', 'b', '', '1', 'toString')),
});

describe('what is packed comes back', () => {
  test('any plain data, key order and all', () => {
    fc.assert(
      fc.property(fc.array(anything), (values) => {
        const back = unpack(pack(...values));
        expect(back).toEqual(values);
        expect(JSON.stringify(back)).toBe(JSON.stringify(values));
      }),
    );
  });

  test('numbers to the last bit', () => {
    const numbers = [0, -0, 1, -1, 2 ** 28 - 1, 2 ** 28, -(2 ** 28), -(2 ** 28) - 1, Number.NaN, Infinity, -Infinity];
    const more = [0.1, 5e-324, Number.MAX_VALUE, Number.MAX_SAFE_INTEGER, 1_709_431_200_000_301];
    const back = unpack(pack([...numbers, ...more]));
    for (const [i, number] of [...numbers, ...more].entries())
      expect(Object.is((back[0] as number[])[i], number)).toBe(true);
  });

  test('strings to the last code unit, lone surrogates too', () => {
    const strings = [
      '',
      'é',
      'ÿ',
      '\u0100',
      '💾',
      '\ud800',
      'a\udc00b',
      '\u0000',
      'x'.repeat(100_000),
      '漢'.repeat(999),
    ];
    expect(unpack(pack(strings, strings.join('')))).toEqual([strings, strings.join('')]);
  });

  test('keys that hold any character, and a key that would be a prototype', () => {
    const odd = [
      { 'a\u0000b': 1, c: 2 },
      { a: 1, 'b\u0000c': 2 },
      {},
      { '': 1 },
      JSON.parse('{"__proto__": {"x": 1}}'),
    ];
    const back = unpack(pack(odd))[0] as object[];
    expect(back.map((o) => JSON.stringify(o))).toEqual(odd.map((o) => JSON.stringify(o)));
    expect(Object.getPrototypeOf(back[4] ?? {})).toBe(Object.prototype);
  });

  test('an object met twice is one object again', () => {
    const record = { text: 'once' };
    const [back] = unpack(pack({ first: record, last: record })) as [{ first: object; last: object }];
    expect(back.first).toBe(back.last);
  });

  test('arrays of numbers, apart and shared', () => {
    const times = Float64Array.of(1, Number.NaN, -0, 1e300);
    const [back] = unpack(pack({ times, again: times, empty: new Float64Array(0), after: 1.5 })) as [
      { times: Float64Array; again: Float64Array; empty: Float64Array; after: number },
    ];
    expect(back).toEqual({ times, again: times, empty: new Float64Array(0), after: 1.5 });
    expect(back.again).toBe(back.times);
  });

  test('a record that makes its text on demand comes back plain', () => {
    class OnDemand {
      constructor() {
        Object.defineProperty(this, 'text', { get: () => 'made', enumerable: true });
      }
    }
    expect(unpack(pack(new OnDemand()))).toEqual([{ text: 'made' }]);
  });

  test('after take() the packer begins anew', () => {
    const packer = createPacker();
    packer.add({ a: 1 });
    packer.take();
    expect(packer.size).toBe(0);
    packer.add({ a: 2 });
    expect(unpack(packer.take())).toEqual([{ a: 2 }]);
  });

  test('what a case cannot keep is refused, not dropped', () => {
    expect(() => pack(new Uint32Array(2))).toThrow(TypeError);
    expect(() => pack(() => 1)).toThrow(TypeError);
    expect(() => pack(new Map([[1, 2]]))).toThrow(TypeError);
    expect(() => pack(1n)).toThrow(TypeError);
  });
});

describe('bytes that no packer wrote', () => {
  const good = pack({ a: [1, 'two', 3.5, null, { b: '\u0100' }], c: Float64Array.of(1, 2) }, [{ a: [] }]);

  test('a cut file is refused', () => {
    for (let length = 0; length < good.length; length++)
      expect(() => unpack(good.subarray(0, length))).toThrow(DamagedCase);
  });

  test('any changed byte is refused or gives other data; nothing else is thrown and nothing hangs', () => {
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const bad = Buffer.from(good);
        bad[at] = (bad[at] ?? 0) ^ flip;
        try {
          unpack(bad);
        } catch (error) {
          expect(error).toBeInstanceOf(DamagedCase);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('lists in lists without end are refused', () => {
    const deep = new Int32Array(200_000).fill((1 << 4) | 5);
    const lengths = new Uint32Array([0, deep.byteLength, 0, 2, 0, 0]);
    const bytes = Buffer.concat([Buffer.from(lengths.buffer), Buffer.from(deep.buffer), Buffer.from('[]')]);
    expect(() => unpack(bytes)).toThrow(DamagedCase);
  });
});
