import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backupRecord, backupStatus, readNumber, readSize } from './backup-record.js';

const AT = { line: 3, byteOffset: 40, record: null };
const NOTHING = { time: null, until: null, host: null, message: null, severity: null, text: 'raw', at: AT };

describe('backupRecord', () => {
  it('names fields as docs/rules.md does and leaves out what is not known', () => {
    const facts = { product: 'p', job: '', vm: 'web01', status: 'failed', bytes: 0, errorMessage: 'gone' } as const;
    const record = backupRecord(facts, NOTHING);
    expect(record.fields).toEqual({
      'backup.product': 'p',
      'backup.vm': 'web01',
      'backup.status': 'failed',
      'backup.bytes': 0,
      'error.message': 'gone',
    });
    expect(record).toMatchObject({
      ident: 'p',
      severity: 17,
      text: 'raw',
      at: AT,
      body: 'Backup of web01: failed, 0 bytes: gone',
    });
  });

  it('marks a fallback as text, for rules compare text', () => {
    const facts = {
      product: 'p',
      job: 'j',
      phase: 'job',
      status: 'warning',
      consistency: 'crash',
      fallback: true,
    } as const;
    const record = backupRecord(facts, NOTHING);
    expect(record.fields['backup.fallback']).toBe('true');
    expect(record.body).toBe('Backup job j: warning, crash-consistent (fallback)');
    expect(backupRecord({ product: 'p', fallback: false }, NOTHING).fields).not.toHaveProperty('backup.fallback');
  });

  it('keeps the own words and severity of a line', () => {
    const record = backupRecord({ product: 'p', status: 'failed' }, { ...NOTHING, message: 'said', severity: 13 });
    expect([record.body, record.severity]).toEqual(['said', 13]);
  });
});

describe('backupStatus', () => {
  it.each([
    ['Success', 'success'],
    ['OK', 'success'],
    ['Completed', 'success'],
    ['Completed with warnings', 'warning'],
    ['Completed with 0 errors', 'success'],
    ['Completed without warnings', 'success'],
    ['Unsuccessful', 'failed'],
    ['Incomplete', 'failed'],
    ['Failed', 'failed'],
    ['Cancelled', 'failed'],
    ['InProgress', 'running'],
    ['In progress', 'running'],
    ['None', null],
    ['', null],
    ['Erfolgreich', null],
  ])('%s is %s', (word, expected) => {
    expect(backupStatus(word)).toBe(expected);
  });
});

describe('sizes', () => {
  const GIB = 1024 ** 3;
  it.each([
    ['0 B', 'B', 0],
    ['107,374,182,400', 'B', 107_374_182_400],
    ['107.374.182.400 bytes', 'B', 107_374_182_400],
    ['107 374 182 400', 'B', 107_374_182_400],
    ["1'073'741'824", 'B', GIB],
    ['11,6 TB', 'B', 12_754_334_882_202],
    ['446.1 GB', 'B', Math.round(446.1 * GIB)],
    ['1.024,5 MB', 'B', Math.round(1024.5 * 1024 ** 2)],
    ['1,024.5 MB', 'B', Math.round(1024.5 * 1024 ** 2)],
    ['1,024 MB', 'B', GIB],
    ['1 GiB', 'B', GIB],
    ['12.5', 'GB', 12.5 * GIB],
    ['0.125', 'GB', GIB / 8],
    ['100 GB', 'MB', 100 * GIB],
  ])('%s (in %s)', (text, unit, bytes) => {
    expect(readSize(text, unit)).toBe(bytes);
  });

  it.each(['', 'GB', '1,2,3', '1.2.3', '1..2', '12 apples', '-5', '9'.repeat(40), 'NaN'])('%s is no size', (text) => {
    expect(readSize(text)).toBeNull();
  });

  it('reads a whole number in every culture', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31 - 1), fc.constantFrom(',', '.', ' ', '\u00a0', '\u202f', "'"), (value, sign) => {
        const grouped = String(value).replace(/\B(?=(\d{3})+$)/g, sign);
        expect(readNumber(grouped)).toBe(value);
      }),
    );
  });
});
