import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogRecord } from '../../src/model/record.js';
import { EVERYTHING, WHOLE_RECORDS } from '../../src/parser/collect.js';
import type { Sink } from '../../src/parser/parser.js';
import parser from './parser.js';

type Item = Record<string, unknown>;

/** Reads through a buffer that the next call overwrites, as the contract allows. */
function read(bytes: Buffer) {
  if (parser.reads !== 'bytes') throw new Error('reads bytes');
  const items: Item[] = [];
  const sink: Sink = {
    ...WHOLE_RECORDS,
    record: (record) => void items.push({ record }),
    metric: (metric) => void items.push({ metric }),
    clock: (clock) => void items.push({ clock }),
    fact: (fact) => void items.push({ fact }),
    issue: (code, severity, note, at) => void items.push({ issue: { code, severity, note, at } }),
  };
  let shared = new Uint8Array(0);
  const input = {
    size: bytes.length,
    read(offset: number, length: number) {
      shared.fill(0);
      shared = Uint8Array.from(bytes.subarray(offset, offset + length));
      return shared;
    },
  };
  parser.read(input, { path: 'x', pathHost: null }, sink, EVERYTHING);
  return {
    items,
    records: items.flatMap((item) => ('record' in item ? [item.record as LogRecord] : [])),
    issues: items.flatMap((item) => ('issue' in item ? [(item.issue as { code: string }).code] : [])),
  };
}

function headOf(bytes: Buffer) {
  const text = bytes.toString('utf8');
  return { bytes, text, lines: text.split('\n'), path: '' };
}

const FIXTURES = join(import.meta.dirname, 'fixtures');
const cases = readdirSync(FIXTURES).filter((name) => !name.endsWith('.expected.jsonl'));

describe('fixtures', () => {
  it.each(cases)('%s', (name) => {
    const expected = readFileSync(join(FIXTURES, name.replace(/\.\w+$/, '.expected.jsonl')), 'utf8');
    const wanted = expected.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
    expect(JSON.parse(JSON.stringify(read(readFileSync(join(FIXTURES, name))).items))).toEqual(wanted);
  });
  it.each(cases)('%s is recognised', (name) => {
    expect(parser.sniff(headOf(readFileSync(join(FIXTURES, name))))).toBeGreaterThan(0.6);
  });
});

describe('sniff', () => {
  it.each([
    '',
    'PATH=/usr/bin\nHOME=/root',
    '{"__REALTIME_TIMESTAMP":"1"}',
    'a=b\n__CURSOR',
    'Mar  3 02:14:07 web01 app: x',
  ])('is 0 for %j', (text) => expect(parser.sniff(headOf(Buffer.from(text)))).toBe(0));
});

/** An entry as journald writes it: a value with a control character becomes a binary field. */
function writeEntry(fields: readonly (readonly [string, Buffer])[]): Buffer {
  const parts = fields.map(([name, value]) => {
    if (value.every((byte) => byte >= 32)) return Buffer.concat([Buffer.from(`${name}=`), value, Buffer.from('\n')]);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(value.length));
    return Buffer.concat([Buffer.from(`${name}\n`), length, value, Buffer.from('\n')]);
  });
  return Buffer.concat([...parts, Buffer.from('\n')]);
}

describe('entries', () => {
  it('come back as they were written, whatever the bytes', () => {
    const message = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ maxLength: 20 }).map((text) => `${text}\n\n${text}=`),
    );
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 8 }), (messages) => {
        const bytes = Buffer.concat(
          messages.map((text, index) =>
            writeEntry([
              ['__REALTIME_TIMESTAMP', Buffer.from(String(1_709_428_447_000_000 + index))],
              ['MESSAGE', Buffer.from(text)],
              ['TAIL', Buffer.from([0, 255, 10])],
            ]),
          ),
        );
        const { records, issues } = read(bytes);
        expect(issues).toEqual([]);
        expect(records.map((record) => record.time?.micros)).toEqual(
          messages.map((_, index) => 1_709_428_447_000_000 + index),
        );
        // A lone surrogate is not UTF-8: Buffer writes U+FFFD for it.
        const wanted = messages.map((text) => Buffer.from(text).toString('utf8').slice(0, 4096));
        expect(records.map((record) => record.fields.MESSAGE)).toEqual(wanted);
      }),
    );
  });
  it('are read across the pieces of a large source', () => {
    const entry = (index: number) =>
      writeEntry([
        ['__REALTIME_TIMESTAMP', Buffer.from(String(1_709_428_447_000_000 + index))],
        ['MESSAGE', Buffer.from(`${index}\n${'x'.repeat(70_000)}`)],
      ]);
    const { records, issues } = read(Buffer.concat(Array.from({ length: 20 }, (_, index) => entry(index))));
    expect(issues).toEqual([]);
    expect(records.map((record) => Number.parseInt(record.body, 10))).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });
});

describe('hostile bytes', () => {
  it('never throws and never reads for ever', () => {
    const token = fc.constantFrom(
      'MESSAGE\n',
      'MESSAGE=',
      '\n',
      '\n\n',
      '__REALTIME_TIMESTAMP=1709428447500000\n',
      '=',
      'x',
    );
    const bytes = fc
      .array(
        fc.oneof(
          token.map((text) => Buffer.from(text)),
          fc.uint8Array({ maxLength: 12 }).map((b) => Buffer.from(b)),
        ),
      )
      .map((parts) => Buffer.concat(parts));
    fc.assert(
      fc.property(bytes, (source) => {
        const { records, issues } = read(source);
        if (source.some((byte) => byte !== 10)) expect(records.length + issues.length).toBeGreaterThan(0);
      }),
      { numRuns: 1000 },
    );
  });
});
