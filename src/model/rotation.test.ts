import { expect, test } from 'vitest';
import { dateOfPath, readRotation } from './rotation.js';

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

const day = (iso: string): number => Date.parse(iso) * 1000;

test.each([
  ['var/log/messages-20240107', '2024-01-07', 'file'],
  ['var/log/messages-20240107.xz', '2024-01-07', 'file'],
  ['perfmon/storage_202401150300.csv', '2024-01-15', 'file'],
  ['altaro/2024.01.15_backup.log', '2024-01-15', 'file'],
  ['sosreport-web01-2024-03-03-abc/var/log/messages', '2024-03-03', 'folder'],
] as const)('%s carries a day', (path, iso, of) => {
  expect(dateOfPath(path)).toEqual({ day: day(iso), of });
});

test.each(['var/log/syslog.1', 'var/log/messages-20241307', 'a/2024023099', 'lun-60020240107aa', 'x/123420240107'])(
  '%s carries none',
  (path) => {
    expect(dateOfPath(path)).toBeNull();
  },
);
