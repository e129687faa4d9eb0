import { describe, expect, it } from 'vitest';
import { readEvtx } from './read-evtx.js';
import { filetime, type RawRecord, type WindowsEventSpec, writeEvtx } from './write-evtx.js';
import { type EvtxValue, integerBytes, utf16Bytes } from './write-evtx-values.js';

const BASE: WindowsEventSpec = {
  provider: 'Example',
  eventId: 7,
  time: filetime('2026-05-04T03:02:01.0000000Z'),
  channel: 'Application',
  computer: 'hv01',
};

const TICKS = 133_700_000_000_000_001n;

describe('values', () => {
  const table: readonly (readonly [string, EvtxValue, string])[] = [
    ['string', 'Größe 𝄞', 'Größe 𝄞'],
    ['string with its NUL', 'abc\0', 'abc'],
    ['ansi string', { type: 'ansi', value: 'caf\u00e9\0' }, 'café'],
    ['int8', { type: 'int8', value: -128 }, '-128'],
    ['uint8', { type: 'uint8', value: 255 }, '255'],
    ['int16', { type: 'int16', value: -2 }, '-2'],
    ['uint16', { type: 'uint16', value: 65_535 }, '65535'],
    ['int32', { type: 'int32', value: -2_147_483_648 }, '-2147483648'],
    ['uint32', { type: 'uint32', value: 4_294_967_295 }, '4294967295'],
    ['int64', { type: 'int64', value: -9_223_372_036_854_775_808n }, '-9223372036854775808'],
    ['uint64', { type: 'uint64', value: 18_446_744_073_709_551_615n }, '18446744073709551615'],
    ['float', { type: 'float', value: 0.1 }, '0.1'],
    ['double', { type: 'double', value: -2.5e-7 }, '-2.5e-7'],
    ['infinity', { type: 'double', value: Number.NEGATIVE_INFINITY }, '-1.#INF'],
    ['not a number', { type: 'float', value: Number.NaN }, '-1.#IND'],
    ['true', { type: 'bool', value: true }, 'true'],
    ['irregular true', { type: 'bool', value: 0x2d00_0000 }, 'true'],
    ['false', { type: 'bool', value: false }, 'false'],
    ['binary', { type: 'binary', value: Uint8Array.of(0, 10, 255) }, '000AFF'],
    [
      'guid',
      { type: 'guid', value: '{0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9}' },
      '{0A1B2C3D-4E5F-6071-8293-A4B5C6D7E8F9}',
    ],
    ['filetime', { type: 'filetime', value: TICKS }, '2024-09-05T08:53:20.0000001Z'],
    ['filetime 0', { type: 'filetime', value: 0 }, '1601-01-01T00:00:00.0000000Z'],
    ['filetime never', { type: 'filetime', value: 0x7fff_ffff_ffff_ffffn }, '0x7fffffffffffffff'],
    ['systemtime', { type: 'systemtime', value: [2026, 2, 3, 4, 5, 6, 7, 89] }, '2026-02-04T05:06:07.089Z'],
    ['sid', { type: 'sid', value: 'S-1-5-21-1-4294967295-3-500' }, 'S-1-5-21-1-4294967295-3-500'],
    [
      'sid of a large authority',
      { type: 'raw', code: 0x13, bytes: Uint8Array.of(1, 0, 1, 0, 0, 0, 0, 9) },
      'S-1-0x010000000009',
    ],
    ['hex32', { type: 'hex32', value: 0xc000_0010 }, '0xc0000010'],
    ['hex64', { type: 'hex64', value: 0x1_0000_00ffn }, '0x1000000ff'],
    ['size_t of 32 bits', { type: 'raw', code: 0x10, bytes: integerBytes(0x858, 4) }, '0x858'],
    ['size_t of 64 bits', { type: 'raw', code: 0x10, bytes: integerBytes(0x858, 8) }, '0x858'],
    ['null', { type: 'null' }, ''],
  ];
  for (const [name, value, expected] of table) {
    it(name, () => {
      const { records, issues } = readEvtx(writeEvtx([{ ...BASE, data: [{ name: 'Value', value }] }]));
      expect(issues).toEqual([]);
      expect(records[0]?.fields.Value).toBe(expected);
      expect(records[0]?.text).toContain(`<Data Name='Value'>${expected}</Data></EventData>`);
    });
  }

  it('whose bytes do not fit are kept as hex and counted', () => {
    const bad: readonly (readonly [number, number])[] = [
      [0x08, 3],
      [0x0f, 15],
      [0x11, 4],
      [0x13, 7],
      [0x01, 3],
      [0x22, 2],
      [0x88, 5],
    ];
    for (const [code, length] of bad) {
      const value: EvtxValue = { type: 'raw', code, bytes: new Uint8Array(length).fill(0xa1) };
      const { records, issues } = readEvtx(writeEvtx([{ ...BASE, data: [{ name: 'Value', value }] }]));
      expect(records[0]?.fields.Value).toBe('A1'.repeat(length));
      expect(issues.map((issue) => `${issue.code} ${issue.severity}`)).toEqual(['evtx-record-damaged error']);
    }
  });
});

describe('arrays', () => {
  const read = (value: EvtxValue, name: string | null) =>
    readEvtx(
      writeEvtx([
        {
          ...BASE,
          data: [
            { name, value },
            { name: 'Last', value: 'x' },
          ],
        },
      ]),
    );

  it('repeat the element with its attributes', () => {
    const { records, issues } = read(
      {
        type: 'array',
        of: [
          { type: 'uint16', value: 1 },
          { type: 'uint16', value: 2 },
        ],
      },
      'N',
    );
    expect(issues).toEqual([]);
    expect(records[0]?.text).toContain("<Data Name='N'>1</Data><Data Name='N'>2</Data><Data Name='Last'>x</Data>");
  });

  it('of strings keep empty ones between', () => {
    const { records } = read({ type: 'array', of: ['a', '', 'b', ''] }, null);
    expect(records[0]?.fields).toMatchObject({ param1: 'a', param2: '', param3: 'b', param4: '', Last: 'x' });
    expect(records[0]?.fields).not.toHaveProperty('param5');
  });

  it('of size 0 make one empty element', () => {
    const { records } = read({ type: 'raw', code: 0x81, bytes: new Uint8Array(0) }, null);
    expect(records[0]?.text).toContain("<EventData><Data></Data><Data Name='Last'>x</Data></EventData>");
  });

  it('of every fixed type, of SIDs and of ANSI strings', () => {
    const sets: readonly (readonly EvtxValue[])[] = [
      [
        { type: 'sid', value: 'S-1-5-18' },
        { type: 'sid', value: 'S-1-5-32-544' },
      ],
      [{ type: 'guid', value: '{00000000-0000-0000-0000-000000000001}' }],
      [
        { type: 'bool', value: true },
        { type: 'bool', value: false },
      ],
      [
        { type: 'hex64', value: 255 },
        { type: 'hex64', value: 1 },
      ],
      [
        { type: 'ansi', value: 'one' },
        { type: 'ansi', value: 'two' },
      ],
      [{ type: 'double', value: 1.5 }],
    ];
    const texts = [
      'S-1-5-18,S-1-5-32-544',
      '{00000000-0000-0000-0000-000000000001}',
      'true,false',
      '0xff,0x1',
      'one,two',
      '1.5',
    ];
    const got = sets.map((of) => {
      const { records, issues } = readEvtx(
        writeEvtx([{ ...BASE, data: [{ name: null, value: { type: 'array', of } }] }]),
      );
      expect(issues).toEqual([]);
      return [...(records[0]?.text ?? '').matchAll(/<Data>([^<]*)/g)].map((m) => m[1]).join(',');
    });
    expect(got).toEqual(texts);
  });
});

/** Tokens laid down by hand; names are written where they are used. */
interface Tokens {
  readonly bytes: number[];
  readonly at: number;
}

const put = (to: Tokens, ...parts: readonly (number | Uint8Array)[]): void => {
  for (const part of parts) typeof part === 'number' ? to.bytes.push(part) : to.bytes.push(...part);
};
const putName = (to: Tokens, name: string): void => {
  put(
    to,
    integerBytes(to.at + to.bytes.length + 4, 4),
    integerBytes(0, 6),
    integerBytes(name.length, 2),
    utf16Bytes(name),
    0,
    0,
  );
};
const putText = (to: Tokens, text: string): void => put(to, 0x05, 0x01, integerBytes(text.length, 2), utf16Bytes(text));
const putElement = (to: Tokens, name: string, content: () => void, dependency: number | null = null): void => {
  put(to, 0x01, dependency === null ? new Uint8Array(0) : integerBytes(dependency, 2), integerBytes(0, 4));
  putName(to, name);
  put(to, 0x02);
  content();
  put(to, 0x04);
};

/** `<Event><System><EventID>5</EventID></System>` + content + `</Event>` without any template. */
function rawEvent(content: (to: Tokens) => void, dependency: number | null = null): RawRecord {
  const binXml = (at: number): Uint8Array => {
    const to: Tokens = { bytes: [], at };
    put(to, 0x0f, 1, 1, 0);
    const element = (name: string, inside: () => void): void => putElement(to, name, inside, dependency);
    element('Event', () => {
      element('System', () => element('EventID', () => putText(to, '5')));
      content(to);
    });
    put(to, 0);
    return Uint8Array.from(to.bytes);
  };
  return { binXml, time: BASE.time };
}

const bodyOf = (text: string | undefined): string => text?.replace(/^.*<\/System>|<\/Event>$/g, '') ?? '';

describe('tokens', () => {
  it('character and entity references, CDATA, instructions and inline numbers', () => {
    const { records, issues } = readEvtx(
      writeEvtx([
        rawEvent((to) => {
          putElement(to, 'EventData', () => {
            putElement(to, 'A', () => {
              putText(to, 'x ');
              put(to, 0x49);
              putName(to, 'amp');
              put(to, 0x48, 0x3c, 0x00, 0x48, 0x34, 0xd8, 0x08, 0x1e, 0xdd);
              put(to, 0x49);
              putName(to, 'unheard');
            });
            putElement(to, 'B', () => put(to, 0x07, 3, 0, utf16Bytes('<i>')));
            put(to, 0x0a);
            putName(to, 'target');
            put(to, 0x0b, 2, 0, utf16Bytes('pi'));
            putElement(to, 'C', () => put(to, 0x05, 0x08, integerBytes(77, 4)));
          });
        }),
      ]),
    );
    expect(issues).toEqual([]);
    expect(records[0]?.fields).toMatchObject({ EventID: 5, A: 'x &<𝄞&unheard;', B: '<i>', C: '77' });
    expect(bodyOf(records[0]?.text)).toBe(
      '<EventData><A>x &amp;&lt;𝄞&amp;unheard;</A><B>&lt;i&gt;</B><?target pi?><C>77</C></EventData>',
    );
  });

  it('attributes of several parts', () => {
    const { records } = readEvtx(
      writeEvtx([
        rawEvent((to) => {
          put(to, 0x41, integerBytes(0, 4));
          putName(to, 'EventData');
          put(to, integerBytes(0, 4), 0x46);
          putName(to, 'P');
          putText(to, "it's ");
          put(to, 0x49);
          putName(to, 'lt');
          put(to, 0x06);
          putName(to, 'Q');
          putText(to, 'q');
          put(to, 0x03);
        }),
      ]),
    );
    expect(bodyOf(records[0]?.text)).toBe("<EventData P='it&apos;s &lt;' Q='q'/>");
  });

  it('elements with a dependency id where none is due', () => {
    const { records, issues } = readEvtx(writeEvtx([rawEvent(() => {}, 0xffff)]));
    expect(issues).toEqual([]);
    expect(records[0]?.fields.EventID).toBe(5);
  });

  it('escape what a line of XML cannot hold, and keep it in the fields', () => {
    const value = 'a\u0001\ud800<\uffff\t';
    const { records } = readEvtx(writeEvtx([{ ...BASE, data: [{ name: 'V', value }] }]));
    expect(records[0]?.fields.V).toBe(value);
    expect(records[0]?.text).toContain('>a&#1;&#55296;&lt;&#65535;\t</Data>');
  });

  it('RenderingInfo of forwarded events gives the message', () => {
    const event = rawEvent((to) =>
      putElement(to, 'RenderingInfo', () => putElement(to, 'Message', () => putText(to, 'It broke.'))),
    );
    expect(readEvtx(writeEvtx([event])).records[0]?.body).toBe('It broke.');
  });
});

describe('hostile tokens', () => {
  const instance = (to: Tokens, id: number, definition: number): void =>
    put(to, 0x0c, 1, integerBytes(id, 4), integerBytes(definition, 4));

  it('nesting too deep', () => {
    const deep = rawEvent((to) => {
      for (let i = 0; i < 3000; i++) {
        put(to, 0x01, integerBytes(0, 4));
        if (i === 0) putName(to, 'N');
        else put(to, integerBytes(to.at + 126, 4));
        put(to, 0x02);
      }
    });
    const { records, issues } = readEvtx(writeEvtx([deep]));
    expect(records[0]?.fields.EventID).toBe(5);
    expect(issues[0]).toMatchObject({ code: 'evtx-record-damaged', severity: 'error' });
  });

  it('a template that holds itself', () => {
    const cyclic = rawEvent((to) => {
      const definition = to.at + to.bytes.length + 10;
      instance(to, 9, definition);
      put(to, integerBytes(0, 4), integerBytes(9, 16), integerBytes(18, 4), 0x0f, 1, 1, 0);
      instance(to, 9, definition);
      put(to, integerBytes(0, 4), integerBytes(0, 4));
    });
    const { records, issues } = readEvtx(writeEvtx([cyclic]));
    expect(records).toHaveLength(1);
    expect(issues[0]?.note).toContain('refers to itself');
  });

  it('values that multiply: bounded in time and size', () => {
    // 1,000 substitutions of a value that is again a template of 1,000 substitutions, four levels deep.
    const laughs = rawEvent((to) => {
      const definition = to.at + to.bytes.length + 10;
      instance(to, 3, definition);
      put(to, integerBytes(0, 4), integerBytes(3, 16), integerBytes(4001, 4));
      for (let i = 0; i < 1000; i++) put(to, 0x0d, 0, 0, 0x21);
      put(to, 0);
      const level = (n: number): number[] => {
        if (n === 0) return [...integerBytes(1, 4), ...integerBytes(6, 2), 0x01, 0, ...utf16Bytes('lol')];
        const inner = [
          0x0f,
          1,
          1,
          0,
          0x0c,
          1,
          ...integerBytes(3, 4),
          ...integerBytes(definition, 4),
          ...level(n - 1),
          0,
        ];
        return [...integerBytes(1, 4), ...integerBytes(inner.length, 2), 0x21, 0, ...inner];
      };
      put(to, Uint8Array.from(level(4)));
    });
    const start = performance.now();
    const { records, issues } = readEvtx(writeEvtx([laughs, { ...BASE, recordId: 2 }]));
    expect(performance.now() - start).toBeLessThan(5000);
    expect(records[0]?.text.length).toBeLessThan(2 << 20);
    expect(issues.length).toBeGreaterThan(0);
  });

  it('a record of more than 1 MiB is cut and counted', () => {
    const of = Array.from({ length: 60_000 }, (): EvtxValue => ({ type: 'uint8', value: 200 }));
    const { records, issues } = readEvtx(
      writeEvtx([{ ...BASE, data: [{ name: 'AVeryLongNameOfData', value: { type: 'array', of } }] }]),
    );
    expect(records[0]?.text.length).toBeLessThan((1 << 20) + 1000);
    expect(records[0]?.text.endsWith('</EventData></Event>')).toBe(true);
    expect(issues).toMatchObject([{ code: 'record-truncated', severity: 'data-loss' }]);
  });
});
