import { describe, expect, it } from 'vitest';
import { isInNetwork, parseAddress, parseNetwork } from './cidr.js';

describe('parseAddress', () => {
  it.each<[string, bigint]>([
    ['0.0.0.0', 0n],
    ['192.0.2.1', 0xc0000201n],
    ['::', 0n],
    ['::1', 1n],
    ['2001:db8::8:800:200c:417a', 0x20010db80000000000080800200c417an],
    ['1:2:3:4:5:6:7:8', 0x00010002000300040005000600070008n],
    ['::ffff:192.0.2.1', 0xffffc0000201n],
    ['fe80::1%eth0', 0xfe800000000000000000000000000001n],
    ['1:2:3:4:5:6:7::', 0x00010002000300040005000600070000n],
  ])('%s', (text, value) => {
    expect(parseAddress(text)?.value).toBe(value);
  });

  it.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '256.0.0.1',
    '010.0.0.1',
    '1.2.3.-4',
    ':::',
    '1::2::3',
    '1:2:3',
    '12345::',
    'g::',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8',
    '1.2.3.4:80',
    `1${'::'.repeat(50)}`,
  ])('refuses %j', (text) => {
    expect(parseAddress(text)).toBeNull();
  });
});

describe('parseNetwork', () => {
  it.each(['10.0.0.0/33', '::/129', '10.0.0.1/31/2', '10.0.0.1/24', 'lan/24', '10.0.0.0/', '10.0.0.0/-1'])(
    'refuses %s',
    (text) => {
      expect(parseNetwork(text)).toHaveProperty('problem');
    },
  );

  it.each([
    ['0.0.0.0/0', '203.0.113.9', true],
    ['203.0.113.9', '203.0.113.9', true],
    ['203.0.113.8/31', '203.0.113.10', false],
    ['::/0', '203.0.113.9', false],
    ['2001:db8::/32', '2001:db9::', false],
  ] as const)('%s holds %s: %s', (network, address, expected) => {
    const parsed = parseNetwork(network);
    expect('address' in parsed && isInNetwork(address, parsed)).toBe(expected);
  });
});
