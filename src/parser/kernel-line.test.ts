import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findKernelStamp, kernelRelease, readKernelStamp } from './kernel-line.js';

describe('readKernelStamp', () => {
  it.each([
    ['[    0.000000] Linux', 0, null, 'Linux'],
    ['[13641.000853][   T55] INFO', 13_641_000_853, 'T55', 'INFO'],
    ['[    1.000000] [      T0] x', 1_000_000, 'T0', 'x'],
    ['[    1.000000][    C3] x', 1_000_000, 'C3', 'x'],
    ['[169409.608301]  connection1:0: x', 169_409_608_301, null, ' connection1:0: x'],
    ['[   12.500000 <    0.000012>] x', 12_500_000, null, 'x'],
    ['[    1.000000]', 1_000_000, null, ''],
    ['[    1.000000] [sda] x', 1_000_000, null, '[sda] x'],
    ['[    1.000000]x', 1_000_000, null, 'x'],
  ])('%s', (text, uptime, caller, body) => {
    const stamp = readKernelStamp(text);
    expect(stamp === null ? null : [stamp.uptime, stamp.caller, text.slice(stamp.end)]).toEqual([uptime, caller, body]);
  });
  it.each([
    '',
    '[',
    '[]',
    '[    ]',
    '[1.5] x',
    '[1.0000000] x',
    '[.000000] x',
    '[12345678901.000000] x',
    '[sda] x',
    '[  +0.000012] x',
    '[    1.000000',
  ])('is null for %j', (text) => expect(readKernelStamp(text)).toBeNull());
  it('reads every stamp printk can write back', () => {
    fc.assert(
      fc.property(fc.nat(999_999_999), fc.nat(999_999), (seconds, micros) => {
        const text = `[${String(seconds).padStart(5)}.${String(micros).padStart(6, '0')}] x`;
        expect(readKernelStamp(text)?.uptime).toBe(seconds * 1_000_000 + micros);
        expect(findKernelStamp(`abc${text}`, 0)).toBe(3);
      }),
    );
  });
});

describe('findKernelStamp', () => {
  it.each(['took [1.123456] s', 'x [    1.12345] y', 'x [    1.123456]y', 'x'])('finds none in %j', (text) =>
    expect(findKernelStamp(text, 0)).toBe(-1),
  );
});

describe('kernelRelease', () => {
  it.each([
    ['Linux version 5.10.0-28-amd64 (debian-kernel@lists.example.org) #1 SMP', '5.10.0-28-amd64'],
    ['Linux version 3.10.0-1160.el7.x86_64 (x) #1', '3.10.0-1160.el7.x86_64'],
    ['CPU: 6 PID: 952 Comm: udevd Kdump: loaded Not tainted 3.10.0-862.9.1.el7.x86_64 #1', '3.10.0-862.9.1.el7.x86_64'],
    ['      Not tainted 6.1.0-18-amd64 #1 Debian 6.1.76-1', '6.1.0-18-amd64'],
    [
      '      Tainted: G        W         5.19.0-rc6-00115-g4a57a8400075-dirty #697',
      '5.19.0-rc6-00115-g4a57a8400075-dirty',
    ],
    ['      Tainted: P           OE     4.4.0-210-generic #242-Ubuntu', '4.4.0-210-generic'],
    ['Tainted: [W]=WARN, [O]=OOT_MODULE', null],
    ['Linux version of something', null],
    ['the evidence is tainted 5 times #1', null],
  ])('%s', (body, release) => expect(kernelRelease(body)).toBe(release));
});
