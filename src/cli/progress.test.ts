import { expect, test } from 'vitest';
import { progressLine } from './progress.js';

const now = { path: 'guest/syslog', files: 3, ofFiles: 12, bytes: 1.24e9, ofBytes: 8e9 };

test('says which file, how many and how much', () => {
  expect(progressLine(now)).toBe('reading 3/12 files, 1.24 GB of 8.00 GB  guest/syslog');
});

test('compressed evidence reads more than lies on disk: no share is claimed', () => {
  expect(progressLine({ ...now, ofBytes: 1e6 })).toBe('reading 3/12 files, 1.24 GB  guest/syslog');
});

test('a name reaches the terminal without control or bidi characters', () => {
  expect(progressLine({ ...now, path: 'a\u001b[2J\u202eb\n' })).toMatch(/ {2}a\?\[2J\?b\?$/);
});
