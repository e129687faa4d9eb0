import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { faultline } from './faultline.js';
import { codes, collect, type JsonReport, json, reportOf } from './json-report.js';

const MAIN = new URL('../../dist/bin/faultline.js', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'faultline-spool-e2e-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const isPosix = process.platform !== 'win32';
/** Without an uptime: those are looked at again at the end, where a ring does not hold them any more. */
const ABORT = '2024-03-03T02:14:07.000301+00:00 db01 kernel: Aborting journal on device sda1-8.\n';
const NOISE = '2024-03-03T02:13:00.000301+00:00 db01 CRON[311]: (root) CMD (true)\n';

function put(name: string, content: string | Uint8Array): void {
  const file = join(folder, name);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, content);
}

describe('the spool', () => {
  let noise = '';
  for (let n = 0; noise.length < 220 << 20; n++) {
    const at = new Date(Date.UTC(2024, 2, 3) + n * 50).toISOString().replace('Z', '000+00:00');
    const line = n % 50_000 === 7 ? ABORT : NOISE.replace('311', String(n));
    noise += at + line.slice(at.length);
  }
  const log = Buffer.from(noise, 'latin1');
  noise = '';

  test('a stream larger than --cache-limit gives the same report as the file', { timeout: 300_000 }, () => {
    put('ring/plain/syslog', log);
    put('ring/packed/syslog', gzipSync(log, { level: 1 }));
    const plain = json(join(folder, 'ring', 'plain'));
    const small = json(join(folder, 'ring', 'packed'), '--cache-limit', '0');
    const enough = json(join(folder, 'ring', 'packed'), '--cache-limit', '20G');
    const result = ({ sources, ...report }: JsonReport) => [
      report,
      sources.map(({ sha256: _hash, bytes: _bytes, issues, ...source }) => ({
        ...source,
        issues: issues.filter(({ code }) => code !== 'spool-evicted'),
      })),
    ];
    expect(result(small)).toEqual(result(plain));
    expect(result(enough)).toEqual(result(plain));
    const evicted = (report: JsonReport): readonly string[] =>
      report.sources.flatMap(({ issues }) =>
        issues.filter(({ code }) => code === 'spool-evicted').map((i) => i.severity),
      );
    expect([evicted(small), evicted(enough)]).toEqual([['info'], []]);
  });

  test('through standard input it is the same too', { timeout: 300_000 }, () => {
    const plain = json(join(folder, 'ring', 'plain', 'syslog'));
    for (const input of [log, gzipSync(log, { level: 1 })]) {
      const report = reportOf(faultline(['report', '-', '--format', 'json'], { input }));
      expect(report.sources[0]?.records).toBe(plain.sources[0]?.records);
      expect(report.sources[0]?.sha256).toBe(createHash('sha256').update(input).digest('hex'));
      expect(report.incidents.length).toBe(plain.incidents.length);
    }
  });

  // The shell's limit for a file's size stands for a full disk: writing beyond it fails in the same place.
  test.skipIf(!isPosix)(
    'a disk that is full: a ring if 128 MiB fit, else read as far as it goes, and said',
    { timeout: 300_000 },
    () => {
      const file = join(folder, 'ring', 'packed', 'syslog');
      const limited = (mib: number): JsonReport => {
        const run = spawnSync(
          'bash',
          ['-c', `ulimit -f ${mib * 1024}; '${process.execPath}' '${MAIN}' report '${file}' --format json`],
          { maxBuffer: 1 << 28 },
        );
        expect([run.status, run.stderr.toString()]).toEqual([0, '']);
        return JSON.parse(run.stdout.toString()) as JsonReport;
      };
      const whole = json(file);
      const ring = limited(150);
      expect([ring.sources[0]?.records, ring.sources[0]?.sha256]).toEqual([
        whole.sources[0]?.records,
        whole.sources[0]?.sha256,
      ]);
      expect(codes(ring)).toContain('spool-evicted');
      const cut = limited(50);
      expect(codes(cut)).toContain('spool-full');
      expect(cut.sources[0]?.sha256).toBe(whole.sources[0]?.sha256);
      expect(cut.sources[0]?.records).toBeLessThan(whole.sources[0]?.records ?? 0);
      expect(cut.sources[0]?.records).toBeGreaterThan(0);
    },
  );

  test('no folder for temporary files: said with its name', () => {
    const file = join(folder, 'ring', 'packed', 'syslog');
    const { code, err } = faultline(['report', file], { env: { TMPDIR: join(folder, 'nowhere') } });
    expect([code, err]).toEqual([2, expect.stringMatching(/no temporary file in .*nowhere: ENOENT; .*TMPDIR/)]);
  });

  test.skipIf(!isPosix)('nothing is left behind, even when killed', async () => {
    const temporary = join(folder, 'tmp');
    mkdirSync(temporary);
    const child = spawn(process.execPath, [MAIN, 'report', '-'], { env: { ...process.env, TMPDIR: temporary } });
    child.stdin.on('error', () => {});
    child.stdin.write(log.subarray(0, 64 << 20));
    await new Promise((done) => setTimeout(done, 2000));
    child.kill('SIGKILL');
    await new Promise((done) => child.on('close', done));
    expect(readdirSync(temporary)).toEqual([]);
    faultline(['report', join(folder, 'ring', 'packed', 'syslog')], { env: { TMPDIR: temporary } });
    expect(readdirSync(temporary)).toEqual([]);
  });

  test.each(['', 'x', '-1', '5X', '1e9', '99999999999T', '٣G'])(
    '--cache-limit %s is refused with what to give',
    (size) => {
      const { code, err } = faultline(['report', join(folder, 'ring', 'plain'), `--cache-limit=${size}`]);
      expect([code, err]).toEqual([2, expect.stringMatching(/is not a size\n {2}give it like 500M or 20G/)]);
    },
  );

  test('a pipe that comes a byte at a time, and one that ends inside a gzip member', async () => {
    const packed = gzipSync(ABORT + NOISE);
    const run = async (pieces: readonly Uint8Array[]): Promise<string> => {
      const child = spawn(process.execPath, [MAIN, 'report', '-']);
      const out = collect(child.stdout);
      const closed = new Promise((done) => child.on('close', done));
      for (const piece of pieces) {
        child.stdin.write(piece);
        await new Promise((done) => setTimeout(done, 5));
      }
      child.stdin.end();
      await closed;
      return out();
    };
    expect(await run(Array.from(packed, (byte) => Buffer.from([byte])))).toMatch(/1 incident/);
    expect(await run([packed.subarray(0, packed.length - 6)])).toMatch(/gzip-damaged/);
  });
});
