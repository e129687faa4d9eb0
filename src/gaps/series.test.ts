import { expect, test } from 'vitest';
import { readRotation } from './series.js';

test.each([
  ['var/log/syslog', 'var/log/syslog', 0],
  ['var/log/syslog.1', 'var/log/syslog', 1],
  ['var/log/syslog.12.gz', 'var/log/syslog', 12],
  ['var/log/messages-20240107', 'var/log/messages', null],
  ['var/log/messages-20240107.xz', 'var/log/messages', null],
  ['perfmon/storage_20240115.csv.gz', 'perfmon/storage.csv', null],
  ['guests/web01/dmesg-2024-01-19.txt', 'guests/web01/dmesg.txt', null],
  ['app.log', 'app.log', 0],
])('%s is of the series %s', (path, name, number) => {
  expect(readRotation(path)).toEqual({ name, number });
});
