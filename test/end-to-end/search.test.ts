import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { faultline } from './faultline.js';

const folder = mkdtempSync(join(tmpdir(), 'faultline-search-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function put(name: string, content: string | Uint8Array): string {
  const file = join(folder, name);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, content);
  return file;
}

const line = (second: number, body: string, zone = '+00:00', hour = '02'): string =>
  `2024-03-03T${hour}:00:${String(second).padStart(2, '0')}.000000${zone} web01 app[1]: ${body}\n`;
const LOG = line(1, 'nothing') + line(2, 'the needle \u001b[2J\u202e') + line(3, 'nothing') + line(4, 'a Needle');

describe('output', () => {
  const file = put('case/syslog', LOG);
  put('case/other/syslog.1.gz', gzipSync(line(3, 'needle from Vienna', '+01:00', '03')));
  const all = join(folder, 'case');

  test('text: time, place, line, in time order, harmless', () => {
    const { code, out, err } = faultline(['search', 'needle', all]);
    expect([code, err]).toEqual([0, '']);
    expect(out).toBe(
      [
        '2024-03-03T02:00:02.000000Z  syslog:2  2024-03-03T02:00:02.000000+00:00 web01 app[1]: the needle \\x1b[2J\\u202e',
        '2024-03-03T02:00:03.000000Z  other/syslog.1.gz:1  2024-03-03T03:00:03.000000+01:00 web01 app[1]: needle from Vienna',
        '2024-03-03T02:00:04.000000Z  syslog:4  2024-03-03T02:00:04.000000+00:00 web01 app[1]: a Needle',
        '',
      ].join('\n'),
    );
  });

  test('colour marks matches on demand and never without', () => {
    const { out } = faultline(['search', 'Needle', file], { env: { FORCE_COLOR: '1' } });
    expect(out).toMatch(/\u001b\[\d+m\u001b\[\d+mNeedle|\u001b\[[\d;]+mNeedle/);
    const plain = faultline(['search', 'Needle', file], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } });
    expect(plain.out).not.toContain('\u001b');
  });

  test('JSON lines', () => {
    const { out } = faultline(['search', 'needle', all, '--format', 'json', '-C', '1']);
    const hits = out
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text) as Record<string, unknown>);
    expect(hits[0]).toEqual({
      ...{ source: 'syslog', format: 'linux-syslog', layer: 'guest', host: 'web01', channel: null },
      ...{ line: 2, byteOffset: line(1, 'nothing').length, record: null },
      ...{
        written: '2024-03-03T02:00:02.000000Z',
        utc: '2024-03-03T02:00:02.000000Z',
        uncertaintySeconds: 2,
        basis: 'stated',
      },
      ...{ text: line(2, 'the needle \u001b[2J\u202e').trimEnd(), matches: [[51, 57]] },
      ...{ title: null, message: null, messageMatches: [] },
      before: [{ line: 1, record: null, text: line(1, 'nothing').trimEnd(), title: null, message: null }],
      after: [{ line: 3, record: null, text: line(3, 'nothing').trimEnd(), title: null, message: null }],
    });
    expect(hits[1]).toMatchObject({ source: 'other/syslog.1.gz', written: '2024-03-03T03:00:03.000000+01:00' });
  });

  test('neighbours, --max and --count', () => {
    const { out } = faultline(['search', 'needle', file, '-B', '1', '-A', '0']);
    expect(out.split('\n').map((text) => text.slice(0, 8))).toEqual([
      '    1- 2',
      '2024-03-',
      '--',
      '    3- 2',
      '2024-03-',
      '',
    ]);
    expect(faultline(['search', 'needle', all, '-m', '1']).out.split('\n')).toHaveLength(2);
    expect(faultline(['search', 'needle', all, '-c'])).toMatchObject({ code: 0, out: '3\n' });
    expect(faultline(['search', 'needle', all, '-c', '-s'])).toMatchObject({ out: '2\n' });
    expect(faultline(['search', 'NEEDLE', all, '-c', '-i'])).toMatchObject({ out: '3\n' });
    expect(faultline(['search', '-e', 'ne{2}dle$', all, '-c'])).toMatchObject({ out: '1\n' });
  });

  test('standard input, plain and packed, with neighbours', () => {
    const spool = join(folder, 'spool');
    mkdirSync(spool);
    for (const input of [LOG, gzipSync(LOG)]) {
      const { code, out } = faultline(['search', 'the needle', '-', '-A', '1'], { input, env: { TMPDIR: spool } });
      const [hit, after] = out.split('\n');
      expect([code, hit?.includes('  -:2  '), after?.startsWith('    3- ')]).toEqual([0, true, true]);
    }
    expect(readdirSync(spool)).toEqual([]);
  });

  test('a reader that goes away is success', async () => {
    const many = put('many/syslog', line(5, 'needle').repeat(50_000));
    const main = new URL('../../dist/bin/faultline.js', import.meta.url).pathname;
    const script = `'${process.execPath}' '${main}' search needle '${many}' | head -n 1 | cut -c 1-10; echo "\${PIPESTATUS[0]}"`;
    const child = spawn('bash', ['-c', script]);
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    await new Promise((done) => child.on('close', done));
    expect(text).toBe('2024-03-03\n0\n');
  });
});

describe('exit codes', () => {
  const file = put('codes/syslog', LOG);

  test('1 when nothing is found, and what was not searched is said', () => {
    put('codes2/syslog', LOG);
    put('codes2/photo.jpg', Buffer.from([0xff, 0xd8, 0xff]));
    const { code, out, err } = faultline(['search', 'absent', join(folder, 'codes2')]);
    expect([code, out]).toEqual([1, '']);
    expect(err).toBe('faultline: not searched: photo.jpg (unknown-format)\n');
    expect(faultline(['search', 'absent', join(folder, 'codes2'), '-q']).err).toBe('');
    expect(faultline(['search', 'needle', file, '--vm', 'nobody'])).toMatchObject({
      code: 1,
      err: 'faultline: the evidence knows no VM or host "nobody"\n',
    });
  });

  test.each([
    [['search', '', file], /empty query/],
    [['search', '-e', '(', file], /not a valid expression/],
    [['search', 'x', join(folder, 'nowhere')], /ENOENT/],
    [['search', 'x', file, '--layer', 'cloud'], /cloud/],
    [['search', 'x', file, '--since', 'yesterday'], /is no time/],
    [['search', 'x', file, '-C', 'many'], /is no number/],
    [['search', 'x', file, '-i', '-s'], /exclude each other/],
    [['search', 'x', put('junk/a.bin', Buffer.from([1, 2, 3]))], /nothing to search/],
    [['search', 'x'], /missing required argument/],
  ])('2 for what a person can mend: %j', (args, message) => {
    const { code, err } = faultline(args);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });

  test('help has examples', () => {
    expect(faultline(['search', '--help'])).toMatchObject({ code: 0, out: expect.stringContaining('Examples:') });
  });
});
