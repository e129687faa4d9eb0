import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../model/time.js';
import { civilMicros, monthIndex, readBsdStamp, readIsoStamp } from './stamp.js';

const two = (value: number) => String(value).padStart(2, '0');

describe('civilMicros', () => {
  it('agrees with the Gregorian calendar', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0100-01-01Z'), max: new Date('9999-12-31Z'), noInvalidDate: true }),
        (date) => {
          const micros = civilMicros(
            date.getUTCFullYear(),
            date.getUTCMonth(),
            date.getUTCDate(),
            date.getUTCHours(),
            date.getUTCMinutes(),
            date.getUTCSeconds(),
            date.getUTCMilliseconds() * 1000,
          );
          expect(micros).toBe(date.getTime() * 1000);
        },
      ),
    );
  });
  it.each([
    [2023, 1, 29],
    [2024, 3, 31],
    [2024, 12, 1],
    [2024, -1, 1],
    [2024, 0, 0],
    [2024, Number.NaN, 1],
  ])('refuses %d-%d-%d', (year, month, day) => expect(civilMicros(year, month, day, 0, 0, 0, 0)).toBeNull());
});

describe('readIsoStamp', () => {
  const base = Date.UTC(2024, 2, 3, 2, 14, 7) * 1000;
  it.each([
    ['2024-03-03T02:14:07Z', 0, 0, SECOND, 20],
    ['2024-03-03T02:14:07.123456+01:00 web01', 123_456, HOUR, 1, 32],
    ['2024-03-03T02:14:07,123456-0530', 123_456, -(5 * HOUR + 30 * MINUTE), 1, 31],
    ['2024-03-03 02:14:07.5', 500_000, null, 100_000, 21],
    ['2024-03-03 02:14:07 +0100 x', 0, HOUR, SECOND, 25],
    ['2024-03-03T02:14:07.1234567Z', 123_456, 0, 1, 28],
    ['2024-03-03T02:14:07 web01', 0, null, SECOND, 19],
    ['2024-03-03T02:14:07+99:00', 0, null, SECOND, 19],
  ])('%s', (text, fraction, utcOffset, resolution, length) => {
    const read = readIsoStamp(text);
    expect(read?.time).toEqual({ micros: base + fraction, clock: 'wall', utcOffset, yearless: false, resolution });
    expect(read?.length).toBe(length);
    expect(readIsoStamp(`<34>1 ${text}`, 6)).toEqual(read);
  });
  it.each([
    '',
    '2024-03-03',
    '2024-13-03T02:14:07Z',
    '2024-02-30T02:14:07Z',
    '2024-03-03T24:14:07Z',
    '2024/03/03 02:14:07',
    '203-03-03T02:14:07Z',
  ])('is null for %j', (text) => expect(readIsoStamp(text)).toBeNull());
});

describe('readBsdStamp', () => {
  const base = Date.UTC(1972, 2, 3, 2, 14, 7) * 1000;
  it.each([
    ['Mar  3 02:14:07 web01', 0, SECOND, 15],
    ['Mar 03 02:14:07.123456 web01', 123_456, 1, 22],
    ['MAR  3 02:14:07', 0, SECOND, 15],
    ['Mar 3 02:14:07: x', 0, SECOND, 14],
    ['Mär 03 02:14:07 x', 0, SECOND, 15],
    ['mars 03 02:14:07 x', 0, SECOND, 16],
  ])('%s', (text, fraction, resolution, length) => {
    const read = readBsdStamp(text);
    expect(read?.time).toEqual({ micros: base + fraction, clock: 'wall', utcOffset: null, yearless: true, resolution });
    expect(read?.length).toBe(length);
    expect(readBsdStamp(`<34>${text}`, 4)).toEqual(read);
  });
  it('takes a year where one stands', () => {
    const micros = Date.UTC(2008, 2, 7, 19, 6, 53) * 1000;
    expect(readBsdStamp('Mar  7 2008 19:06:53: x')?.time).toMatchObject({ micros, yearless: false });
  });
  it('has 29 February', () => expect(readBsdStamp('Feb 29 00:00:00 x')).not.toBeNull());
  it.each([
    '',
    'Mar',
    'Mar 33 02:14:07 x',
    'Feb 30 02:14:07 x',
    'Foo  3 02:14:07 x',
    'Mar  3 25:14:07 x',
    'Mar  3 02:14:07x',
    'Mar  3 2:14:07 x',
  ])('is null for %j', (text) => expect(readBsdStamp(text)).toBeNull());
  it('reads every second of a leap year back', () => {
    const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 366 * 86_400 - 1 }), (second) => {
        const date = new Date(Date.UTC(1972, 0, 1) + second * 1000);
        const day = String(date.getUTCDate()).padStart(2);
        const clock = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':');
        expect(readBsdStamp(`${months[date.getUTCMonth()]} ${day} ${clock} x`)?.time.micros).toBe(
          date.getTime() * 1000,
        );
      }),
    );
  });
});

describe('monthIndex', () => {
  it.each([
    ['Okt', 9],
    ['déc.', 11],
    ['Jän', 0],
    ['lip', null],
    ['', null],
    ['constructor', null],
  ])('%s', (name, index) => expect(monthIndex(name)).toBe(index));
});

describe('hostile text', () => {
  it('is read or refused, never thrown at, and never read past its end', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.stringMatching(/^[A-Za-z]{3} [ 0-9]{2} [0-9:.]{0,20}$/),
      fc.stringMatching(/^[0-9TZ:., +-]{0,40}$/),
    );
    fc.assert(
      fc.property(text, fc.nat(50), (line, from) => {
        for (const read of [readBsdStamp(line, from), readIsoStamp(line, from)]) {
          if (read === null) continue;
          expect(Number.isSafeInteger(read.time.micros)).toBe(true);
          expect(from + read.length).toBeLessThanOrEqual(line.length);
        }
      }),
      { numRuns: 5000 },
    );
  });
});
