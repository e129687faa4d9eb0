import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { issues, readBytes } from './read-perfmon.js';

const FIXTURES = join(import.meta.dirname, 'fixtures');
const files = readdirSync(FIXTURES).filter((file) => !file.endsWith('.jsonl'));

describe.each(files)('%s', (file) => {
  const text = readFileSync(join(FIXTURES, file), 'utf8').replaceAll('\r\n', '\n');
  const plain = readBytes(Buffer.from(text));
  const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le');

  it.each([
    ['UTF-8 with a mark', Buffer.from(`\ufeff${text}`)],
    ['UTF-16LE', utf16],
    ['UTF-16BE', Buffer.from(utf16).swap16()],
    ['CRLF', Buffer.from(text.replaceAll('\n', '\r\n'))],
  ])('reads the same as %s', (_name, bytes) => {
    const got = readBytes(bytes);
    const essence = (points: typeof got.points): unknown =>
      points.map(({ at, ...point }) => ({ ...point, line: at.line }));
    expect(essence(got.points)).toEqual(essence(plain.points));
    expect(issues(got.items)).toEqual(issues(plain.items));
  });

  it('gives places in the bytes of UTF-16', () => {
    for (const { at } of readBytes(utf16).points) {
      expect(utf16.toString('utf16le', at.byteOffset ?? 0, (at.byteOffset ?? 0) + 2)).toMatch(/["\d]/);
      expect(utf16.toString('utf16le', (at.byteOffset ?? 0) - 2, at.byteOffset ?? 0)).toBe('\n');
    }
  });
});

const HEAD = '"(PDH-CSV 4.0)","\\\\H\\PhysicalDisk(1)\\Avg. Disk sec/Read"';
const ROW = '"03/03/2024 02:14:07.123","0.5"';

describe('trouble', () => {
  it('says what is not UTF-8 and reads on', () => {
    const bytes = Buffer.concat([Buffer.from(`${HEAD}\n`), Buffer.from([0xff, 0xfe, 10]), Buffer.from(ROW)]);
    const { points, items } = readBytes(bytes);
    expect(points).toHaveLength(1);
    expect(issues(items).sort()).toEqual(['invalid-utf8', 'perfmon-line-unreadable']);
  });

  it('says where NUL bytes stand, once', () => {
    const { points, items } = readBytes(Buffer.from(`${HEAD}\n${ROW}\n\0\0\0${ROW}\n\0\n${ROW}`));
    expect(points).toHaveLength(2);
    const [nul] = items.filter((item) => JSON.stringify(item).includes('nul-bytes'));
    expect(issues(items).filter((code) => code === 'nul-bytes')).toHaveLength(1);
    expect(nul).toMatchObject({ issue: { severity: 'info', at: { byteOffset: HEAD.length + ROW.length + 2 } } });
  });

  it.each([
    ['UTF-8', (text: string): Buffer => Buffer.from(text)],
    ['UTF-16', (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le')],
  ])('cuts a line of 3 MiB, says so and goes on after it: %s', (_name, encode) => {
    const { points, items } = readBytes(encode(`${HEAD}\n${ROW}\n${'x'.repeat(3 << 20)}\n${ROW}\n`));
    expect(points.map((point) => point.at.line)).toEqual([2, 4]);
    expect(issues(items)).toContain('record-truncated');
  });

  it('survives other than ASCII in UTF-16', () => {
    const bytes = Buffer.from(`\ufeff${HEAD}\n\u00e4\u20ac\ud83d\ude00\ud83d\n${ROW}\n`, 'utf16le');
    const { points, items } = readBytes(bytes);
    expect(points[0]?.at).toEqual({ line: 3, byteOffset: bytes.length - 2 * (ROW.length + 1), record: null });
    expect(issues(items)).toEqual(['perfmon-line-unreadable']);
  });
});
