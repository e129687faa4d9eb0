import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { faultline, type Run } from './faultline.js';
import { codes, collect, type JsonReport, json, reportOf } from './json-report.js';

const MAIN = new URL('../../dist/bin/faultline.js', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'faultline-hostile-'));
chmodSync(folder, 0o755);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const isLinux = process.platform === 'linux';
const isPosix = process.platform !== 'win32';
const GIB = 2 ** 30;
const ABORT = '2024-03-03T02:14:07.000301+00:00 db01 kernel: [12345.678901] Aborting journal on device sda1-8.\n';
const NOISE = '2024-03-03T02:13:00.000301+00:00 db01 CRON[311]: (root) CMD (true)\n';

function put(name: string | Buffer, content: string | Uint8Array): string | Buffer {
  const file = typeof name === 'string' ? join(folder, name) : Buffer.concat([Buffer.from(`${folder}/`), name]);
  if (typeof file === 'string') mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, content);
  return file;
}

/** Bytes before and behind a hole that takes no room on the disk. */
function sparse(name: string, before: string, size: number, behind: string): string {
  const file = join(folder, name);
  const fd = openSync(file, 'w');
  writeSync(fd, before);
  ftruncateSync(fd, size);
  writeSync(fd, behind, size);
  closeSync(fd);
  return file;
}

/** Peak memory of the program in MB, told by itself at its end. */
function withPeak(args: readonly string[]): { readonly run: Run; readonly peak: number } {
  const told = join(folder, 'peak');
  const tell = put(
    'tell-peak.cjs',
    `if (require('node:worker_threads').isMainThread) process.on('exit', () =>
      require('node:fs').writeFileSync(${JSON.stringify(told)}, String(process.resourceUsage().maxRSS / 1024)));`,
  );
  const run = faultline(args, { env: { NODE_OPTIONS: `--require ${tell}` } });
  return { run, peak: Number(readFileSync(told, 'utf8')) };
}

describe('sizes', () => {
  test('a line of 2 GB between two good ones: flat memory', { timeout: 300_000 }, () => {
    const file = sparse('long-line', NOISE.repeat(100), 2 * GIB, `\n${ABORT}`);
    const { run, peak } = withPeak(['report', file, '--format', 'json']);
    rmSync(file);
    const report = reportOf(run);
    expect(codes(report)).toContain('record-truncated');
    expect([report.incidents.length, report.sources[0]?.bytes]).toEqual([1, 2 * GIB + 1 + ABORT.length]);
    expect(peak).toBeLessThan(350);
  });

  test('8 GB of NUL: one issue, flat memory', { timeout: 300_000 }, () => {
    const file = sparse('nul', '', 8 * GIB, '');
    const good = put('nul-beside', ABORT) as string;
    const { run, peak } = withPeak(['report', file, good, '--format', 'json']);
    rmSync(file);
    expect(reportOf(run).issues).toMatchObject([{ code: 'unrecognised', path: 'nul' }]);
    expect(peak).toBeLessThan(350);
  });

  test('a bomb: stopped, said, and never unpacked into memory', { timeout: 300_000 }, () => {
    const member = gzipSync(Buffer.concat([Buffer.from(NOISE.repeat(1000)), Buffer.alloc(64 << 20)]));
    const file = put('bomb.gz', Buffer.concat(Array.from({ length: 12 }, () => member))) as string;
    const { run, peak } = withPeak(['report', file, '--format', 'json']);
    const report = reportOf(run);
    expect(codes(report)).toContain('decompression-limit');
    expect(report.sources[0]?.records).toBeGreaterThan(3000);
    expect(report.sources[0]?.bytes).toBe(statSync(file).size);
    expect(peak).toBeLessThan(350);
  });

  test('one NUL, one byte of a gzip magic, only CR, UTF-16 cut inside a character', () => {
    put('odd/nul', '\0');
    put('odd/half-magic', Buffer.from([0x1f]));
    put('odd/magic', Buffer.from([0x1f, 0x8b]));
    put('odd/empty', '');
    put('odd/nothing.gz', gzipSync(''));
    put('odd/cr', ABORT.repeat(3).replaceAll('\n', '\r'));
    const wide = Buffer.from(`\ufeff${NOISE}${ABORT}`, 'utf16le');
    put('odd/utf16', Buffer.concat([wide, Buffer.from([0x41])]));
    put('odd/utf16-lead', Buffer.concat([wide, Buffer.from([0x3d, 0xd8])]));
    const report = json(join(folder, 'odd'));
    const told = Object.fromEntries(report.issues.map(({ path, code }) => [path, code]));
    expect(told).toMatchObject({
      empty: 'empty-file',
      'nothing.gz': 'empty-file',
      nul: 'unrecognised',
      'half-magic': 'unrecognised',
      magic: 'unreadable',
    });
    expect(report.sources.map(({ path }) => path)).toEqual(expect.arrayContaining(['utf16', 'utf16-lead']));
    expect(report.incidents.length).toBeGreaterThan(0);
  });

  test('thousands of files', { timeout: 120_000 }, () => {
    for (let n = 0; n < 3000; n++)
      put(`many/${n % 50}/${n}.log${n % 3 === 0 ? '.gz' : ''}`, n % 3 === 0 ? gzipSync(NOISE) : NOISE);
    put('many/7/last', ABORT);
    const report = json(join(folder, 'many'));
    expect([report.sources.length, report.issues.length, report.incidents.length]).toEqual([3001, 0, 1]);
  });
});

describe('packed evidence that is not read says how to unpack it', () => {
  test.each([
    ['xz', 'fd377a585a0000', /xz, unpack it: xz -dc/],
    ['zst', '28b52ffd', /Zstandard, unpack it: zstd -dc/],
    ['bz2', '425a6839314159265359', /bzip2, unpack it: bzip2 -dc/],
    ['lz4', '04224d18', /LZ4, unpack it: lz4 -dc/],
    ['zip', '504b0304', /ZIP, unpack it: unzip/],
  ])('%s', (name, magic, advice) => {
    const file = put(
      `packed.${name}`,
      Buffer.concat([Buffer.from(magic, 'hex'), Buffer.from('\x00\x80rest\xff', 'latin1')]),
    );
    const { code, err } = faultline(['report', file as string]);
    expect(code).toBe(2);
    expect(err).toMatch(advice);
  });

  test('gzip in gzip, tar in gzip', () => {
    const tar = Buffer.alloc(1024);
    tar.write('ustar', 257);
    put('nested/twice.gz', gzipSync(gzipSync(ABORT)));
    put('nested/logs.tar.gz', gzipSync(tar));
    put('nested/good', ABORT);
    const notes = json(join(folder, 'nested')).issues.map(({ note }) => note);
    expect(notes).toEqual([
      expect.stringMatching(/tar, unpack it/),
      expect.stringMatching(/gzip inside gzip, unpack it/),
    ]);
  });
});

describe('files that change while they are read', () => {
  /** Starts the program and calls `meddle` over and over while it has `file` open. */
  async function whileRead(file: string, meddle: () => boolean): Promise<JsonReport> {
    const child = spawn(process.execPath, [MAIN, 'report', file, '--format', 'json', '--quiet']);
    const out = collect(child.stdout);
    const err = collect(child.stderr);
    const ended = new Promise<number | null>((done) => child.on('close', done));
    // It is looked into before it is read: what counts is that it stays open.
    let seen = 0;
    const poll = setInterval(() => {
      seen = hasOpen(child.pid, file) ? seen + 1 : 0;
      if (seen >= 5 && meddle()) clearInterval(poll);
    }, 5);
    const code = await ended;
    clearInterval(poll);
    return reportOf({ code, out: out(), err: err() });
  }

  function hasOpen(pid: number | undefined, file: string): boolean {
    try {
      return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === file);
    } catch {
      return false;
    }
  }

  const bulk = NOISE.repeat(5_000_000);

  test.skipIf(!isLinux)(
    'one that grows: read up to where it was; size, hash and records are of the same bytes',
    async () => {
      const file = put('grows', bulk) as string;
      const report = await whileRead(file, () => {
        appendFileSync(file, ABORT);
        return false;
      });
      const [source] = report.sources;
      expect(codes(report)).toContain('grew-while-read');
      const read = readFileSync(file).subarray(0, source?.bytes ?? 0);
      expect(source?.sha256).toBe(createHash('sha256').update(read).digest('hex'));
      expect(source?.records).toBe(read.toString('latin1').split('\n').length - 1);
      rmSync(file);
    },
  );

  test.skipIf(!isLinux)('one that is cut: data loss', async () => {
    const file = put('cut', bulk) as string;
    const report = await whileRead(file, () => {
      truncateSync(file, NOISE.length * 1000);
      return true;
    });
    rmSync(file);
    const told = report.sources.flatMap(({ issues }) => issues);
    expect(told).toContainEqual(expect.objectContaining({ code: 'truncated-while-read', severity: 'data-loss' }));
    expect(report.sources[0]?.bytes).toBeLessThan(bulk.length);
  });

  test.skipIf(!isLinux)('a compressed one that grows', async () => {
    let noise = '';
    for (let n = 0; n < 400_000; n++) noise += NOISE.replace('311', String((n * 2654435761) % 4294967296));
    const file = put('grows.gz', gzipSync(noise)) as string;
    const packed = readFileSync(file);
    const report = await whileRead(file, () => {
      appendFileSync(file, gzipSync(ABORT));
      return true;
    });
    rmSync(file);
    expect(codes(report)).toContain('grew-while-read');
    expect(report.sources[0]).toMatchObject({
      bytes: packed.length,
      sha256: createHash('sha256').update(packed).digest('hex'),
      records: 400_000,
    });
  });
});

describe.skipIf(!isPosix)('what is no file', () => {
  test('a FIFO that was named is read like standard input', () => {
    for (const content of [ABORT + NOISE, gzipSync(ABORT + NOISE)]) {
      const file = put('for-fifo', content) as string;
      const run = spawnSync('bash', [
        '-c',
        `'${process.execPath}' '${MAIN}' report <(sleep 0.3; cat '${file}') <(cat '${file}' | tr Q W)`,
      ]);
      expect(run.stderr.toString()).toBe('');
      expect(run.stdout.toString()).toMatch(/1 incident/);
    }
  });

  test('a FIFO of its own, and one that nobody writes to', { timeout: 120_000 }, () => {
    const fifo = join(folder, 'named.fifo');
    execFileSync('mkfifo', [fifo]);
    const file = put('for-fifo', NOISE.repeat(500_000) + ABORT) as string;
    const run = spawnSync(
      'bash',
      ['-c', `cat '${file}' > '${fifo}' & '${process.execPath}' '${MAIN}' report '${fifo}' --format json`],
      {
        maxBuffer: 1 << 28,
      },
    );
    const report = JSON.parse(run.stdout.toString()) as JsonReport;
    expect(report.sources).toMatchObject([{ path: 'named.fifo', bytes: statSync(file).size, records: 500_001 }]);
    const alone = faultline(['report', fifo]);
    expect([alone.code, alone.err]).toEqual([2, expect.stringMatching(/nobody writes to this pipe/)]);
  });

  test('FIFO, socket and device in a folder, device by name', async () => {
    put('special/good', ABORT);
    execFileSync('mkfifo', [join(folder, 'special', 'fifo')]);
    symlinkSync('/dev/zero', join(folder, 'special', 'zero'));
    const server = createServer().listen(join(folder, 'special', 'socket'));
    await new Promise((done) => server.once('listening', done));
    const report = json(join(folder, 'special'));
    server.close();
    expect(report.issues.map(({ path, code, note }) => [path, code, note])).toEqual(
      ['fifo', 'socket', 'zero'].map((name) => [name, 'unreadable', 'cannot be read: not a regular file']),
    );
    expect(faultline(['report', '/dev/zero']).err).toMatch(/cannot read zero: not a regular file/);
  });

  test('links: to itself, in a ring, to the folder above', () => {
    put('links/b/a/good', ABORT);
    symlinkSync('self', join(folder, 'links', 'b', 'self'));
    symlinkSync('tock', join(folder, 'links', 'b', 'tick'));
    symlinkSync('tick', join(folder, 'links', 'b', 'tock'));
    symlinkSync('..', join(folder, 'links', 'b', 'a', 'up'));
    symlinkSync('../..', join(folder, 'links', 'b', 'a', 'further-up'));
    symlinkSync('good', join(folder, 'links', 'b', 'a', 'twin'));
    const report = json(join(folder, 'links', 'b', 'a', 'up'));
    expect(report.issues.map(({ path, note }) => [path, note])).toEqual(
      ['self', 'tick', 'tock'].map((name) => [expect.stringMatching(`${name}$`), 'cannot be read: ELOOP']),
    );
    expect(report.sources.filter(({ path }) => /good|twin/.test(path)).length).toBe(1);
  });

  test('names with line feeds, escape sequences and bytes that are no UTF-8', () => {
    put('names/line\nfeed', ABORT);
    put('names/\u001b[2Jred\u009b31m', NOISE);
    put(Buffer.concat([Buffer.from('names/caf'), Buffer.from([0xe9])]), NOISE);
    put(Buffer.concat([Buffer.from('names/caf'), Buffer.from([0xe8]), Buffer.from('.gz')]), gzipSync(NOISE));
    const { code, out } = faultline(['report', join(folder, 'names')]);
    expect(code).toBe(0);
    expect(out).not.toMatch(/[\u001b\u0080-\u009f]/);
    const report = json(join(folder, 'names'));
    expect(report.issues).toEqual([]);
    expect(report.sources.map(({ records }) => records)).toEqual([1, 1, 1, 1]);
    expect(report.sources.map(({ path }) => path)).toEqual(expect.arrayContaining(['caf\\xe9', 'caf\\xe8.gz']));
    const { code: failed, err } = faultline(['report', join(folder, 'names', 'no\u001b[2J\nsuch')]);
    expect([failed, /\u001b/.test(err)]).toEqual([2, false]);
  });

  const asNobody = { uid: 65534, gid: 65534 };
  const isRoot = process.getuid?.() === 0;
  const canBeNobody = !isRoot || spawnSync(process.execPath, [MAIN, '--version'], asNobody).status === 0;

  test.skipIf(!canBeNobody)('a folder and a file without permission stand in the report; the rest is read', () => {
    put('closed/good', ABORT);
    put('closed/inner/log', ABORT);
    put('closed/secret', ABORT);
    chmodSync(join(folder, 'closed', 'inner'), 0o000);
    chmodSync(join(folder, 'closed', 'secret'), 0o000);
    const user = isRoot ? asNobody : {};
    const run = spawnSync(process.execPath, [MAIN, 'report', join(folder, 'closed'), '--format', 'json'], user);
    expect([run.status, run.stderr.toString()]).toEqual([0, '']);
    const report = JSON.parse(run.stdout.toString()) as JsonReport;
    expect(report.issues.map(({ path, note }) => [path, note])).toEqual([
      ['inner/', 'cannot be read: EACCES'],
      ['secret', 'cannot be read: EACCES'],
    ]);
    const whole = spawnSync(process.execPath, [MAIN, 'report', join(folder, 'closed', 'inner')], user);
    expect([whole.status, whole.stderr.toString()]).toEqual([2, expect.stringMatching(/cannot list .*EACCES/)]);
    chmodSync(join(folder, 'closed', 'inner'), 0o700);
  });
});
