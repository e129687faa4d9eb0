import { expect, test } from 'vitest';
import { hostOfPath } from './path-host.js';

test.each([
  ['sosreport-web01-2024-03-04-abcdefg/sos_commands/kernel/dmesg', 'web01'],
  ['scc_db02_240304_1010/messages.txt', 'db02'],
  ['guest/web01/var/log/syslog.1.gz', 'web01'],
  ['web01/var/log/messages', 'web01'],
  ['web01-dmesg.txt', 'web01'],
  ['dmesg_web01.txt', 'web01'],
  ['dmesg-T', null],
  ['syslog.1.gz', null],
  ['kern.log', null],
  ['dmesg.0', null],
  ['notes/readme.txt', null],
])('%s names %s', (path, host) => {
  expect(hostOfPath(path)).toBe(host);
});
