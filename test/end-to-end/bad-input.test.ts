import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { faultline } from './faultline.js';

const folder = mkdtempSync(join(tmpdir(), 'faultline-e2e-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ABORT = '2024-03-03T02:14:07.000301+00:00 db01 kernel: [12345.678901] Aborting journal on device sda1-8.\n';
const NOISE = '2024-03-03T02:13:00.000301+00:00 db01 CRON[311]: (root) CMD (true)\n';

function put(name: string, content: string | Uint8Array): string {
  const file = join(folder, name);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, content);
  return file;
}

describe('what a person can fix ends with exit 2 and says what to do', () => {
  test('no path', () => {
    const { code, err } = faultline(['report']);
    expect([code, err.split('\n').length]).toEqual([2, 3]);
    expect(err).toMatch(/missing required argument/);
  });

  test('a path that is not there', () => {
    const { code, err } = faultline(['report', join(folder, 'nowhere')]);
    expect(code).toBe(2);
    expect(err).toMatch(/cannot read .*nowhere: ENOENT\n {2}check the path/);
  });

  // Root reads everything; the FIFO and the dangling link below show what it would see.
  test.skipIf(process.getuid?.() === 0)('a file nobody may read', () => {
    const file = put('secret/syslog', ABORT);
    chmodSync(file, 0o000);
    const { code, err } = faultline(['report', join(folder, 'secret')]);
    expect([code, /EACCES/.test(err)]).toEqual([2, true]);
  });

  test('an empty folder', () => {
    mkdirSync(join(folder, 'empty'), { recursive: true });
    const { code, err } = faultline(['report', join(folder, 'empty')]);
    expect(code).toBe(2);
    expect(err).toMatch(/nothing to read in .*empty/);
    expect(err).toMatch(/linux-syslog/);
  });

  test('nothing recognised: what was seen and what would be', () => {
    put('junk/photo.jpg', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]));
    put('junk/note.txt', 'Dear all, it broke again.\n');
    const { code, err } = faultline(['report', join(folder, 'junk')]);
    expect(code).toBe(2);
    expect(err).toMatch(/photo\.jpg: unknown-format, begins with \\xff\\xd8/);
    expect(err).toMatch(/windows-evtx/);
  });

  test('a rule pack with mistakes: all of them, before any evidence is read', () => {
    put('pack/pack.yaml', 'id: acme\nversion: 1.0.0\ntitle: t\nlicense: Apache-2.0\n');
    put(
      'pack/a/one.yaml',
      'title: x\nlogsource: {product: linux, service: kernel}\ndetection:\n  s:\n    message|containz: boom\n  condition: s\n',
    );
    put('pack/a/two.yaml', 'kind: incident\ntitle: y\nincident:\n  kind: guest.fs.readonli\n');
    const { code, err } = faultline(['report', join(folder, 'nowhere-either'), '--rules', join(folder, 'pack')]);
    expect(code).toBe(2);
    expect(err).toMatch(/one\.yaml:5:\d+/);
    expect(err).toMatch(/two\.yaml:4:\d+/);
    expect(err).toMatch(/contains/);
    expect(err).not.toMatch(/ENOENT/);
  });

  test('a zone, a time and a format that do not exist', () => {
    const file = put('ok/syslog', ABORT);
    expect(faultline(['report', file, '--zone', 'db01=Mars/Olympus']).err).toMatch(/unknown time zone "Mars\/Olympus"/);
    expect(faultline(['report', file, '--since', 'yesterday']).err).toMatch(/is no time/);
    expect(faultline(['report', file, '--format', 'pdf']).code).toBe(2);
  });
});

describe('evidence that is damaged is read as far as it goes', () => {
  test('truncated gzip', () => {
    const packed = gzipSync(ABORT + NOISE.repeat(20_000));
    const file = put('cut/syslog.1.gz', packed.subarray(0, packed.length - 200));
    const { code, out } = faultline(['report', file]);
    expect(code).toBe(0);
    expect(out).toMatch(/gzip-damaged/);
    expect(out).toMatch(/guest\.fs\.readonly/);
  });

  test('invalid UTF-8, NUL bytes and a 100 MB line between two good ones', () => {
    const file = put(
      'broken/syslog',
      Buffer.concat([
        Buffer.from(NOISE),
        Buffer.from([0xff, 0xfe, 0x41, 0x0a]),
        Buffer.alloc(4096),
        Buffer.from(`\n${NOISE.trimEnd()}`),
        Buffer.alloc(100 << 20, 0x78),
        Buffer.from(`\n${ABORT}`),
      ]),
    );
    const { code, out } = faultline(['report', file]);
    expect(code).toBe(0);
    for (const issue of ['invalid-utf8', 'record-truncated']) expect(out).toContain(issue);
    expect(out).toMatch(/guest\.fs\.readonly/);
    expect(faultline(['report', file, '--format', 'json']).out).toContain('nul-bytes');
  });

  test('a folder that links to itself and a dangling link', () => {
    put('loop/syslog', ABORT);
    symlinkSync(join(folder, 'loop'), join(folder, 'loop', 'again'));
    symlinkSync(join(folder, 'gone'), join(folder, 'loop', 'dangling'));
    const { code, out } = faultline(['report', join(folder, 'loop')]);
    expect(code).toBe(0);
    expect(out).toMatch(/1 incident in 1 source/);
    expect(out).toMatch(/dangling {2}unreadable/);
  });

  test('a FIFO in the folder does not hang the run', () => {
    put('fifo/syslog', ABORT);
    execFileSync('mkfifo', [join(folder, 'fifo', 'pipe')]);
    const { code, out } = faultline(['report', join(folder, 'fifo')]);
    expect(code).toBe(0);
    expect(out).toMatch(/pipe {2}unreadable/);
  });

  test('standard input, plain and packed', () => {
    expect(faultline(['report', '-'], { input: ABORT + NOISE }).out).toMatch(/guest\.fs\.readonly/);
    expect(faultline(['report', '-'], { input: gzipSync(ABORT + NOISE) }).out).toMatch(/guest\.fs\.readonly/);
    expect(faultline(['report', '-']).code).toBe(2);
  });
});

describe('what a log line carries stays harmless', () => {
  const evil = `${ABORT.trimEnd()} \u001b[2J\u009b31m<script>alert(1)</script> | \`x\` [a](javascript:alert(1)) =cmd|'/c calc' \u202e\n`;
  const file = put('evil/syslog', evil);

  test.each(['text', 'markdown', 'json'])('%s', (format) => {
    const { code, out } = faultline(['report', file, '--format', format]);
    expect(code).toBe(0);
    expect(out).toMatch(/Aborting journal/);
    expect(out).not.toMatch(/[\u001b\u0080-\u009f\u202e]/);
    if (format === 'json') expect(() => JSON.parse(out)).not.toThrow();
  });

  test('Markdown keeps it in code spans or escapes it', () => {
    const { out } = faultline(['report', file, '--format', 'markdown']);
    const outside = out.replace(/(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, '');
    expect(outside).not.toMatch(/<script|\]\(javascript/);
  });
});

describe('output is whole or not there', () => {
  test('--out writes the file, and nothing beside it', () => {
    const file = put('out/syslog', ABORT);
    expect(faultline(['report', file, '--format', 'json', '--out', join(folder, 'out', 'r.json')])).toMatchObject({
      code: 0,
      out: '',
    });
    expect(readdirSync(join(folder, 'out')).sort()).toEqual(['r.json', 'syslog']);
  });

  test('a full disk leaves nothing behind', () => {
    const file = put('full/syslog', ABORT);
    const { code, err } = faultline(['report', file, '--out', '/dev/full/x']);
    expect(code).toBe(2);
    expect(err).toMatch(/cannot write/);
  });

  test('a reader that goes away is success', async () => {
    const file = put('pipe/syslog', ABORT.repeat(50));
    const main = new URL('../../dist/bin/faultline.js', import.meta.url).pathname;
    const child = spawn('bash', [
      '-c',
      `'${process.execPath}' '${main}' report '${file}' --format json | head -n 1; echo "\${PIPESTATUS[0]}"`,
    ]);
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    await new Promise((done) => child.on('close', done));
    expect(text).toBe('{\n0\n');
  });
});

describe('exit codes', () => {
  test('--fail-on compares with the verdict', () => {
    const file = put('codes/syslog', ABORT);
    expect(faultline(['report', file, '--fail-on', 'any']).code).toBe(1);
    expect(faultline(['report', file, '--fail-on', 'confirmed']).code).toBe(0);
    expect(faultline(['report', put('codes/quiet', NOISE.repeat(5)), '--fail-on', 'any']).code).toBe(0);
  });

  test('--vm, --since and --until choose incidents, not evidence', () => {
    const file = put('choose/syslog', ABORT);
    expect(faultline(['report', file, '--vm', 'other']).out).toMatch(/no incidents/);
    expect(faultline(['report', file, '--since', '2024-03-04']).out).toMatch(/no incidents/);
    expect(faultline(['report', file, '--since', '2024-03-03', '--until', '2024-03-04', '--vm', 'DB01']).out).toMatch(
      /1 incident/,
    );
  });

  test('help has examples for every verb', () => {
    for (const verb of [['report'], ['rules']])
      expect(faultline([...verb, '--help'])).toMatchObject({ code: 0, out: expect.stringContaining('Examples:') });
  });
});
