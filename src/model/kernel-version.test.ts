import { describe, expect, it } from 'vitest';
import { kernelInRange, parseKernelRange } from './kernel-version.js';

describe('kernelInRange', () => {
  it.each([
    ['5.14.0-427.13.1.el9_4.x86_64', ['>=5.14'], true],
    ['5.13.19-generic', ['>=2.6 <4.0', '>=5.14'], false],
    ['3.10.0-1160.el7.x86_64', ['>=2.6 <4.0', '>=5.14'], true],
    ['4.0.0', ['>=2.6 <4.0'], false],
    ['2.6.32-754.el6', ['>=2.6 <4.0'], true],
    ['6.12-rc3', ['>=6.12'], true],
    // A bound of two numbers speaks about the whole series.
    ['4.0.5', ['<=4.0'], true],
    ['4.0.5', ['>4.0'], false],
    ['4.0.5', ['=4.0'], true],
    ['4.0.5', ['=4.0.4'], false],
    ['4.18.0', ['>4.17.9'], true],
    ['10.2.0', ['>=9.9'], true],
    ['2.6.32.71', ['>=2.6.32.70'], true],
  ] as const)('%s in %j is %s', (release, ranges, expected) => {
    expect(kernelInRange(release, ranges)).toBe(expected);
  });

  it.each(['', 'generic', '5', 'v5.14', '5.x', '99999.1', '1.2.3.4.5'])(
    'does not guess about the release %j',
    (release) => {
      expect(kernelInRange(release, ['>=2.6'])).toBeNull();
    },
  );

  it('does not guess about a range it cannot read', () => {
    expect(kernelInRange('5.14.0', ['>=5.14', 'newer'])).toBeNull();
  });
});

describe('parseKernelRange', () => {
  it.each(['', '5.14', '>= 5.14', '>=5', '>=5.14,<6', '=>5.14', '>=5.14 foo', '>=5.14.0.0.0'])('refuses %j', (text) => {
    expect(parseKernelRange(text)).toBeNull();
  });

  it('reads all bounds', () => {
    expect(parseKernelRange(' >=2.6  <4.0 ')).toEqual({
      bounds: [
        { op: '>=', version: [2, 6] },
        { op: '<', version: [4, 0] },
      ],
    });
  });
});
