import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogRecord } from '../../src/model/record.js';
import { EVERYTHING, WHOLE_RECORDS } from '../../src/parser/collect.js';
import type { Head, Sink } from '../../src/parser/parser.js';
import parser from './parser.js';

const FIXTURES = join(import.meta.dirname, 'fixtures');

interface Collected {
  readonly items: Readonly<Record<string, unknown>>[];
  readonly records: LogRecord[];
  readonly issues: string[];
}

/** Feeds the text in pieces cut at `cuts` (between characters); offsets as a UTF-8 file has them. */
function read(text: string, cuts: readonly number[] = []): Collected {
  const found: Collected = { items: [], records: [], issues: [] };
  const sink: Sink = {
    ...WHOLE_RECORDS,
    record(record) {
      found.items.push({ record });
      found.records.push(record);
    },
    metric: (metric) => found.items.push({ metric }),
    clock: (clock) => found.items.push({ clock }),
    fact: (fact) => found.items.push({ fact }),
    issue(code, severity, note, at) {
      found.items.push({ issue: { code, severity, note, at } });
      found.issues.push(code);
    },
  };
  if (parser.reads !== 'text') throw new Error('windows-event-json reads text');
  const reader = parser.open({ path: 'x', pathHost: null }, sink, EVERYTHING);
  const points = Array.from(text);
  const bounds = [0, ...[...new Set(cuts)].filter((cut) => cut < points.length).sort((a, b) => a - b), points.length];
  let byteOffset = 0;
  for (const [i, from] of bounds.slice(0, -1).entries()) {
    const chunk = points.slice(from, bounds[i + 1]).join('');
    reader.text(chunk, { byteOffset });
    byteOffset += Buffer.byteLength(chunk);
  }
  reader.end();
  return found;
}

function head(text: string): Head {
  return { bytes: Buffer.from(text), text, lines: text.split('\n'), path: 'x' };
}

const fixtures = readdirSync(FIXTURES).filter((file) => !file.endsWith('.expected.jsonl'));

describe('fixtures', () => {
  it.each(fixtures)('%s', (file) => {
    const text = readFileSync(join(FIXTURES, file), 'utf8');
    const expected = readFileSync(join(FIXTURES, file.replace(/\.[^.]+$/, '.expected.jsonl')), 'utf8');
    const lines = expected.split('\n').filter((line) => line !== '');
    expect(read(text).items.map((item) => JSON.stringify(item))).toEqual(lines);
    expect(parser.sniff(head(text))).toBeGreaterThanOrEqual(0.8);
  });
});

const EVENT =
  '{"Id":7,"ProviderName":"disk","TimeCreated":"2024-02-29T01:02:03Z","Properties":[{"Value":"D"}],"Message":"m"}';

describe('splitting', () => {
  it('gives the same for every way of cutting the text', () => {
    const texts = fixtures.map((file) => readFileSync(join(FIXTURES, file), 'utf8'));
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.array(fc.nat(3000), { maxLength: 40 }), (text, cuts) => {
        expect(read(text, cuts).items).toEqual(read(text).items);
      }),
      { numRuns: 150 },
    );
  });

  it('reads an array on one line that is larger than any chunk', () => {
    const one = EVENT.replace('"m"', `"${'m '.repeat(500)}\\"}]{["`);
    const text = `[${Array.from({ length: 3000 }, () => one).join(',')}]`;
    const cuts = Array.from({ length: 5 }, (_, i) => i * 650_001);
    const { records, issues } = read(text, cuts);
    expect(records).toHaveLength(3000);
    expect(issues).toEqual([]);
    expect(records.at(-1)?.at.byteOffset).toBe(text.length - one.length - 1);
  });

  it.each([
    ['one object over the limit', `"${'x'.repeat(3 << 20)}"`],
    ['one with brackets in strings', `"${'{["\\'.replaceAll(/["\\]/g, '\\$&').repeat(400_000)}"`],
  ])('skips %s and goes on behind it', (_name, message) => {
    const text = `[${EVENT},${EVENT.replace('"m"', message)},\n${EVENT}]`;
    for (const cuts of [[], [1 << 20], [200, 1_500_000, 1_500_001]]) {
      const { records, issues } = read(text, cuts);
      expect(records.map((record) => record.at.line)).toEqual([1, 2]);
      expect(issues).toEqual(['record-truncated']);
    }
  });

  it.each([
    ['a cut string', '{"Id":1,"Message":"half a mess\n'],
    ['a cut object', '{"Id":1,"Properties":[{"Value":'],
    ['a cut array', '{"Id":1,"Properties":[{"Value":"x"},'],
    ['a missing comma', '{"Id":1,"A":{"b":1}"C":2}'],
    ['crossed brackets', '{"Id":1,"A":[{]}'],
    ['deep nesting', `{"Id":1,"A":${'['.repeat(2000)}`],
  ])('loses no more than %s', (_name, broken) => {
    const { records, issues } = read(`${EVENT}\n${broken}\n${EVENT}\n${EVENT}`);
    expect(records.length).toBeGreaterThanOrEqual(2);
    expect(records.at(-1)?.text).toBe(EVENT);
    expect(issues[0]).toBe('event-unreadable');
  });

  it('passes over a command line that holds braces', () => {
    const text = `PS> Get-WinEvent -FilterHashtable @{LogName="System"} | ? { $_.Id -eq 7 } | ConvertTo-Json\n${EVENT}`;
    expect(read(text).issues).toEqual(['text-between']);
    expect(read(text).records).toHaveLength(1);
  });
});

describe('hostile input', () => {
  const scrap = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    '"',
    ',',
    ':',
    '\\',
    '\n',
    '{"Id":1',
    '"Message":',
    '{"value":[',
    '"TimeCreated":"/Date(1)/"',
    'null',
    '1e9',
    '\u0000',
    '{}',
    '{"winlog":{"event_id":"1"}}',
    '\u{1F600}',
  );

  it('never throws and never depends on the cuts', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(scrap, fc.string({ maxLength: 5 })), { maxLength: 60 }),
        fc.array(fc.nat(200)),
        (parts, cuts) => {
          const text = parts.join('');
          expect(read(text, cuts).items).toEqual(read(text).items);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('reads any JSON value in any property without throwing', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom(
            'Message',
            'Level',
            'TimeCreated',
            'Properties',
            'UserId',
            'Keywords',
            'Version',
            'ProviderName',
            'winlog',
            '__proto__',
          ),
          fc.jsonValue(),
        ),
        (object) => {
          const { records, issues } = read(JSON.stringify({ ...object, Id: 3 }));
          expect(records.length + issues.length).toBeGreaterThan(0);
        },
      ),
    );
  });

  it.each(['{', '{"', '[{', '{"a":', '{"a":[', '"', '\\', '{"a":"b"', ' ', '{}', '"Value":'])(
    'reads megabytes of %s in linear time',
    (unit) => {
      const start = performance.now();
      read(`{"Id":1,"a":${unit.repeat(Math.floor((2 << 20) / unit.length))}`, [1 << 20]);
      // Quadratic reading takes minutes; the bound is generous for a busy machine.
      expect(performance.now() - start).toBeLessThan(15_000);
    },
  );
});

describe('values', () => {
  const record = (members: string): LogRecord | undefined => read(`{"Id":5,"ProviderName":"p",${members}}`).records[0];

  it.each([
    ['-9223372036854775808', '0x8000000000000000'],
    ['-9223372036854775792', '0x8000000000000010'],
    ['36028797018963968', '0x80000000000000'],
    ['-9187343239835811840', '0x8080000000000000'],
    ['0', '0x0'],
  ])('Keywords %s', (decimal, hex) => {
    expect(record(`"Keywords":  ${decimal}`)?.fields.Keywords).toBe(hex);
  });

  const utc = Date.UTC(2024, 2, 3, 2, 0, 7) * 1000;
  it.each([
    ['"\\/Date(1709431207123)\\/"', { micros: utc + 123_000, utcOffset: 0, resolution: 1000 }],
    ['"/Date(1709431207123+0200)/"', { micros: utc + 123_000, utcOffset: 0, resolution: 1000 }],
    ['{"value":"\\/Date(1709431207123)\\/","DisplayHint":2,"DateTime":"x"}', { micros: utc + 123_000, utcOffset: 0 }],
    ['"2024-03-03T04:00:07.1234567+02:00"', { micros: utc + 123_456, utcOffset: 0, resolution: 1 }],
    ['"2024-03-03T02:00:07Z"', { micros: utc, utcOffset: 0, resolution: 1_000_000 }],
    ['"2024-03-03T02:00:07"', { micros: utc, utcOffset: null }],
    ['"/Date(-1000)/"', { micros: -1_000_000, utcOffset: 0 }],
  ])('TimeCreated %s', (value, time) => {
    expect(record(`"TimeCreated":${value}`)?.time).toMatchObject(time);
  });

  it.each(['"03/03/2024 02:00:07"', '"/Date(99999999999999999)/"', '12', '{"DateTime":"x"}', '[]'])(
    'TimeCreated %s is unknown',
    (value) => {
      expect(record(`"Message":"m","TimeCreated":${value}`)?.time).toBeNull();
    },
  );

  it.each([
    ['"Level":2', 2],
    ['"Level":"3"', 3],
    ['"LevelDisplayName":"Critical"', 1],
    ['"Level":0,"LevelDisplayName":"Information"', 0],
    ['"LevelDisplayName":"Avertissement"', undefined],
  ])('%s', (member, level) => {
    expect(record(`"Message":"m",${member}`)?.fields.Level).toBe(level);
  });

  it('takes the VM of a worker event from either form of UserId', () => {
    const worker = (user: string): LogRecord | undefined =>
      read(`{"Id":18500,"ProviderName":"Microsoft-Windows-Hyper-V-Worker","LogName":"x","UserId":${user}}`).records[0];
    const sid = 'S-1-5-83-1-1570674725-1260853619-2008740250-1715473044';
    for (const user of [`"${sid}"`, `{"BinaryLength":32,"Value":"${sid}"}`]) {
      expect(worker(user)?.fields.VmId).toBe('5D9E9825-1973-4B27-9AF1-BA77940A4066');
    }
  });
});

describe('sniff', () => {
  it.each([
    ['a cut array on one line', `[${EVENT},${EVENT}`.slice(0, EVENT.length + 30)],
    ['a comment before', `# from HV01\n\n${EVENT}`],
  ])('knows %s', (_name, text) => {
    expect(parser.sniff(head(text))).toBeGreaterThanOrEqual(0.8);
  });

  it.each([
    ['the journal', '{"__REALTIME_TIMESTAMP":"1","MESSAGE":"Id","PRIORITY":"6"}'],
    ['other JSON', '[{"Id":1,"Name":"x"}]'],
    ['a program', `const event = ${EVENT};\n`],
    ['prose', 'The object has "TimeCreated": and "Id": 1 and "Message": in it.'],
    ['XML', "<Event xmlns='x'><System><EventID>7</EventID></System></Event>"],
    ['nothing', ''],
  ])('leaves %s alone', (_name, text) => {
    expect(parser.sniff(head(text))).toBe(0);
  });
});
