import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  closeSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import Sqlite from 'better-sqlite3';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { faultline, type Run } from './faultline.js';

const root = new URL('../../', import.meta.url).pathname;
const main = join(root, 'dist/bin/faultline.js');
const top = mkdtempSync(join(tmpdir(), 'faultline-case-'));
afterAll(() => rmSync(top, { recursive: true, force: true }), 60_000);

let folder = '';
let evidence = '';
let file = '';
let runs = 0;
beforeEach(() => {
  folder = join(top, `${runs++}`);
  evidence = join(folder, 'evidence');
  file = join(folder, 'site.case');
  mkdirSync(evidence, { recursive: true });
});

const second = (n: number): string => new Date(Date.UTC(2024, 2, 3, 2) + n * 1000).toISOString().slice(0, 19);

/** A log larger than the two ends that every run looks at. */
function syslog(host: string, at: number): string {
  const lines = Array.from(
    { length: 4000 },
    (_, n) => `${second(n)}+00:00 ${host} cron[7]: job ${n} done, all is well`,
  );
  lines[at] = `${second(at)}+00:00 ${host} kernel: [${at}.000000] Aborting journal on device sda1-8.`;
  return `${lines.join('\n')}\n`;
}

/** 12,000 samples of three counters; `stall` is where the disk stands still for two minutes. */
function counters(stall: number): string {
  const names = ['Disk Transfers/sec', 'Current Disk Queue Length', 'Avg. Disk sec/Write'];
  const header = [
    '(PDH-CSV 4.0) (W. Europe Standard Time)(-60)',
    ...names.map((n) => `\\\\HV01\\PhysicalDisk(1 D:)\\${n}`),
  ];
  const row = (n: number): string[] => {
    const stands = n >= stall && n < stall + 24;
    const at = new Date(Date.UTC(2024, 2, 3, 2) + n * 5000);
    const day = `${String(at.getUTCMonth() + 1).padStart(2, '0')}/${String(at.getUTCDate()).padStart(2, '0')}/2024`;
    return [
      `${day} ${at.toISOString().slice(11, 23)}`,
      stands ? '0' : '250.5',
      stands ? '12' : '0',
      stands ? '0' : '0.004',
    ];
  };
  const lines = [header, ...Array.from({ length: 12_000 }, (_, n) => row(n))];
  return `${lines.map((cells) => cells.map((cell) => `"${cell}"`).join(',')).join('\r\n')}\r\n`;
}

function put(name: string, content: string | Uint8Array): string {
  const path = join(evidence, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return path;
}

function putSite(): void {
  put('guests/db01/syslog', syslog('db01', 40));
  put('guests/web01/syslog', syslog('web01', 90));
  put('hosts/HV01/disks.csv', counters(500));
  put('notes.txt', 'Dear all, it broke again.\n');
}

const report = (...more: readonly string[]): Run => faultline(['report', evidence, '--format', 'json', ...more]);
const withCase = (...more: readonly string[]): Run => report('--case', file, ...more);

/** The report with the case, which must be the one without. */
function sameWithCase(...more: readonly string[]): Run {
  const run = withCase(...more);
  const plain = report(...more.filter((option) => option !== '--verify'));
  expect(run.out === plain.out).toBe(true);
  expect([run.code, plain.code]).toEqual([0, 0]);
  return run;
}

/** Bytes in the middle, which neither end shows, under the old time of change. */
function rewriteMiddle(path: string, from: string, to: string): void {
  const { atime, mtime } = statSync(path, { bigint: false });
  const at = readFileSync(path).indexOf(from);
  expect(at).toBeGreaterThan(65_536);
  expect(at).toBeLessThan(statSync(path).size - 65_536 - from.length);
  expect(to.length).toBe(from.length);
  const fd = openSync(path, 'r+');
  writeSync(fd, Buffer.from(to), 0, to.length, at);
  closeSync(fd);
  utimesSync(path, atime, mtime);
}

/** A time that utimes can set to the last digit: it takes seconds as a double. */
function settle(path: string): void {
  utimesSync(path, 1_709_500_000, 1_709_500_000);
}

function query<T>(sql: string): T[] {
  const db = new Sqlite(file, { readonly: true });
  try {
    return db.prepare(sql).all() as T[];
  } finally {
    db.close();
  }
}

/** So that the readings are used again, not the whole report. */
function forgetReports(): void {
  const db = new Sqlite(file);
  expect(db.prepare('DELETE FROM answer').run().changes).toBeGreaterThan(0);
  db.close();
}

describe('the report with a case is the report without', () => {
  test.each(['nightly-backup', 'path-loss'])('sample %s, first and second run', (name) => {
    evidence = join(root, 'samples', name);
    const first = sameWithCase();
    const again = withCase('--verify');
    expect(again.out === first.out).toBe(true);
    forgetReports();
    expect(withCase('--jobs', '1').out === first.out).toBe(true);
    expect(again.err).toMatch(/verified (\d+) sources: \1 unchanged, 0 changed, 0 new, 0 gone\n$/);
    expect(first.err).toBe('');
  });

  test('an unchanged source is not read again; --verify finds what was changed behind its back', () => {
    putSite();
    const path = join(evidence, 'guests/db01/syslog');
    settle(path);
    const before = sameWithCase();
    const line = (n: number, what: string): string => `${second(n)}+00:00 db01 ${what}`;
    const abort = line(2000, 'kernel: Aborting journal on device sdb1-8.');
    const dull = `${line(2000, 'cron[7]: job 2000 done, all is well')}\n${line(2001, 'cron[7]: job 2001 done')}`;
    rewriteMiddle(path, dull, `${abort}\n${line(2001, '')}`.padEnd(dull.length, 'x'));
    expect(withCase().out).toBe(before.out);
    const verified = sameWithCase('--verify');
    expect(verified.err).toContain('changed: guests/db01/syslog\n');
    expect(verified.err).toContain('verified 4 sources: 3 unchanged, 1 changed, 0 new, 0 gone\n');
    expect(verified.out).not.toBe(before.out);
    expect(withCase().out).toBe(verified.out);
  });

  test('another time of change alone: hashed, not read, and known by its new time from then on', () => {
    putSite();
    const path = join(evidence, 'guests/db01/syslog');
    const before = sameWithCase();
    utimesSync(path, 1_709_500_000, 1_709_500_123);
    expect(sameWithCase().out).toBe(before.out);
    const [row] = query<{ mtime_ns: number }>("SELECT mtime_ns FROM source WHERE path LIKE '%db01%'");
    expect(row?.mtime_ns).toBe(1_709_500_123e9);
    expect(sameWithCase('--verify').err).toContain('4 unchanged');
  });

  test('a log that grew, one that was cut, one that was rotated away', () => {
    putSite();
    sameWithCase();
    appendFileSync(
      join(evidence, 'guests/db01/syslog'),
      `${second(4000)}+00:00 db01 kernel: [4000.000000] EXT4-fs (sda1): Remounting filesystem read-only\n`,
    );
    expect(sameWithCase('--verify').err).toContain('3 unchanged, 1 changed');
    put('guests/web01/syslog', syslog('web01', 90).slice(0, 100_000));
    sameWithCase();
    renameSync(join(evidence, 'guests/db01/syslog'), join(evidence, 'guests/db01/syslog.1'));
    put('guests/db01/syslog', syslog('db01', 7));
    expect(sameWithCase('--verify').err).toContain('changed: guests/db01/syslog\n');
  });

  test('a file more and a file less move the source ids of the others', () => {
    putSite();
    sameWithCase();
    put('aaa/syslog', syslog('aaa', 3));
    expect(sameWithCase('--verify').err).toContain('new: aaa/syslog\n');
    rmSync(join(evidence, 'guests/db01'), { recursive: true });
    const run = sameWithCase('--verify');
    expect(run.err).toContain('gone: guests/db01/syslog\n');
    expect(run.err).toContain('4 unchanged, 0 changed, 0 new, 1 gone');
    expect(query<{ path: string }>('SELECT path FROM source WHERE given = 0')).toEqual([
      { path: 'guests/db01/syslog' },
    ]);
    // It comes back as it was: still known.
    put('guests/db01/syslog', syslog('db01', 40));
    expect(sameWithCase('--verify').err).toContain('5 unchanged, 0 changed, 0 new, 0 gone');
  });

  test('a folder that was moved, with the case in it', () => {
    file = join(evidence, 'site.case');
    putSite();
    const before = withCase();
    expect(readdirSync(evidence)).toContain('site.case');
    renameSync(evidence, join(folder, 'elsewhere'));
    evidence = join(folder, 'elsewhere');
    file = join(evidence, 'site.case');
    const run = withCase('--verify');
    expect(run.out).toBe(before.out);
    expect(run.err).toContain('4 unchanged, 0 changed, 0 new, 0 gone');
    expect(query<{ n: number }>('SELECT count(*) AS n FROM source')).toEqual([{ n: 4 }]);
  });

  test('two folders with one path each, side by side', () => {
    putSite();
    const [one, two] = [join(evidence, 'guests/db01/syslog'), join(evidence, 'guests/web01/syslog')];
    const args = ['report', one, two, '--format', 'json'];
    const plain = faultline(args).out;
    expect(faultline([...args, '--case', file]).out).toBe(plain);
    expect(faultline([...args, '--case', file, '--verify'])).toMatchObject({
      out: plain,
      err: expect.stringContaining('2 unchanged'),
    });
    copyFileSync(one, two);
    expect(faultline([...args, '--case', file]).out).toBe(faultline(args).out);
  });

  test('packed evidence, whole and cut, is known by its packed bytes', () => {
    const packed = gzipSync(syslog('db01', 40));
    put('syslog.1.gz', packed);
    put('syslog.2.gz', packed.subarray(0, packed.length - 20));
    sameWithCase();
    expect(sameWithCase('--verify').err).toContain('2 unchanged');
  });

  test('another question over the same evidence', () => {
    putSite();
    const all = sameWithCase();
    expect(sameWithCase('--vm', 'nobody').out).not.toBe(all.out);
    expect(sameWithCase('--until', '2020-01-01').out).not.toBe(all.out);
    sameWithCase('--zone', 'HV01=Asia/Tokyo');
    expect(sameWithCase().out).toBe(all.out);
    expect(query<{ n: number }>('SELECT count(*) AS n FROM answer')).toEqual([{ n: 4 }]);
    const text = withCase('--format', 'text');
    expect(text.out).toBe(report('--format', 'text').out);
    expect(withCase('--fail-on', 'any').code).toBe(1);
  });

  test('standard input is read each time, and that is said', () => {
    putSite();
    const args = ['report', evidence, '-', '--format', 'json', '--case', file];
    const input = syslog('piped', 5);
    const first = faultline(args, { input });
    expect(first.err).toBe('faultline: standard input is not kept in the case: it cannot be read a second time\n');
    expect(faultline(args, { input }).out).toBe(first.out);
    expect(faultline(args, { input: syslog('piped', 6) }).out).not.toBe(first.out);
  });

  test('any number of threads', () => {
    putSite();
    for (let n = 0; n < 9; n++) put(`bulk/${n}.log`, syslog(`bulk${n}`, n).repeat(16));
    const kept = (): unknown =>
      query(
        'SELECT path, format, records, file_sha256, metrics_kept, (SELECT count(*) FROM detection WHERE source = source.id) FROM source ORDER BY path',
      );
    const one = withCase('--jobs', '1');
    const byOne = kept();
    rmSync(file);
    expect(withCase('--jobs', '3').out).toBe(one.out);
    expect(kept()).toEqual(byOne);
  });
});

describe('other rules', () => {
  const pack = (id: string, rule: string): string => {
    const dir = join(folder, id);
    mkdirSync(join(dir, 'a'), { recursive: true });
    writeFileSync(join(dir, 'pack.yaml'), `id: ${id}\nversion: 1.0.0\ntitle: t\nlicense: Apache-2.0\n`);
    writeFileSync(join(dir, 'a/rule.yaml'), rule);
    return dir;
  };
  const metricRule = (metric: string): string =>
    `kind: metric\ntitle: Queue\nstatus: test\ndescription: One waits.\nreferences:\n  - https://example.org/\nmetric:\n  objects: ["PhysicalDisk"]\n  entity: host-disk\n  all:\n    - { any: [${metric}], gte: 11 }\n  for: 30s\n  exit: 1\n  detectable: 15s\nlevel: low\nx-faultline:\n  role: marker\n  statement: "queue of {object}: {value}"\n`;

  test('text is read again, kept samples are judged again without reading the file', () => {
    putSite();
    const csv = join(evidence, 'hosts/HV01/disks.csv');
    settle(csv);
    sameWithCase();
    const rules = ['--rules', pack('acme', metricRule('disk.queue'))];
    const expected = report(...rules);
    expect(expected.out).toContain('acme/a/rule');
    // Were it read, it would have a second stall now.
    const text = readFileSync(csv, 'latin1');
    const rows = text.split('\r\n').slice(6000, 6024);
    for (const row of rows)
      rewriteMiddle(csv, row, row.replace('"250.5","0","0.004"', '"0.000","9","0.000"').padEnd(row.length));
    expect(withCase(...rules).out).toBe(expected.out);
    expect(withCase(...rules).out).toBe(expected.out);
    expect(sameWithCase(...rules, '--verify').err).toContain('changed: hosts/HV01/disks.csv');
    sameWithCase();
  });

  test('a metric of which no samples were kept is read', () => {
    putSite();
    sameWithCase();
    const [before] = query<{ metrics_kept: string }>('SELECT metrics_kept FROM source WHERE metrics_kept IS NOT NULL');
    expect(before?.metrics_kept.split(' ')).not.toContain('disk.latency.flush');
    const run = sameWithCase('--rules', pack('flush', metricRule('disk.latency.flush')));
    expect(run.err).toBe('');
    const [after] = query<{ metrics_kept: string }>('SELECT metrics_kept FROM source WHERE metrics_kept IS NOT NULL');
    expect(after?.metrics_kept.split(' ')).toContain('disk.latency.flush');
    sameWithCase();
  });
});

describe('a case that cannot be used is never destroyed', () => {
  const refused = (expected: RegExp): void => {
    const before = readFileSync(file);
    const run = withCase();
    expect(run.err).toMatch(expected);
    expect(run.err).not.toMatch(/a bug|at .*:\d+:\d+/);
    expect([run.code, run.out]).toEqual([2, '']);
    expect(readFileSync(file).equals(before)).toBe(true);
  };

  test('a file of somebody else', () => {
    putSite();
    writeFileSync(file, 'dear diary\n'.repeat(50));
    refused(/is no Faultline case: it is no database\n {2}name another file/);
    writeFileSync(file, 'SQLite format 3\u0000');
    refused(/is no Faultline case/);
    rmSync(file);
    const db = new Sqlite(file);
    db.exec('CREATE TABLE diary (day TEXT); INSERT INTO diary VALUES (1)');
    db.close();
    refused(/is no Faultline case: it is a database of another program/);
  });

  test('a case of a newer program, of tables it never had, with a trigger', () => {
    putSite();
    withCase();
    const change = (sql: string): void => {
      const db = new Sqlite(file);
      db.exec(sql);
      db.close();
    };
    change('PRAGMA user_version = 99');
    refused(/written by a newer faultline \(format 99, this one knows 1\)\n {2}update faultline/);
    change('PRAGMA user_version = 1; CREATE TRIGGER t AFTER INSERT ON issue BEGIN DELETE FROM source; END');
    refused(/has not the tables of format 1/);
    change('DROP TRIGGER t; DROP TABLE reading');
    refused(/has not the tables of format 1\n {2}remove it/);
  });

  test('a case cut short', () => {
    putSite();
    withCase();
    writeFileSync(file, readFileSync(file).subarray(0, 40_000));
    refused(/is damaged: .*\n {2}remove it/);
  });

  test('a case with changed bytes: refused, or the very same report; never another one', () => {
    put('guests/db01/syslog', syslog('db01', 40));
    put('guests/web01/syslog', syslog('web01', 90));
    withCase();
    const bytes = readFileSync(file);
    const good = report('--until', '2030-01-01');
    let refusals = 0;
    // A page begins with its directory and is filled from its end.
    const page = bytes.readUInt16BE(16);
    const places = Array.from({ length: bytes.length / page }, (_, n) =>
      n % 4 === 1 ? n * page : (n + 1) * page - 48,
    );
    for (const at of places) {
      const bad = Buffer.from(bytes);
      bad.fill(0xa5, at, at + 48);
      writeFileSync(file, bad);
      const run = withCase('--until', '2030-01-01');
      if (run.code === 2) {
        refusals++;
        expect(run.err).toMatch(/the case .* (is damaged|has not the tables|was written by a newer)/);
      } else {
        expect(run.out === good.out).toBe(true);
      }
    }
    expect(refusals).toBeGreaterThan(3);
    expect(refusals).toBeLessThan(places.length);
  });

  test('a folder, a place that is not there, --verify alone', () => {
    putSite();
    expect(report('--case', evidence)).toMatchObject({ code: 2, err: expect.stringContaining('cannot open the case') });
    const nowhere = report('--case', join(folder, 'not/there.case'));
    expect(nowhere).toMatchObject({
      code: 2,
      err: expect.stringMatching(/the case .*there\.case: ENOENT\n {2}check the path/),
    });
    expect(report('--verify')).toMatchObject({ code: 2, err: expect.stringContaining('--case FILE') });
  });
});

describe('trouble while it is written', () => {
  /** As somebody who is not root, who may write anywhere. */
  function asNobody(args: readonly string[]): Run {
    const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const done = spawnSync(process.execPath, [main, ...args], {
      ...user,
      env: { PATH: process.env.PATH ?? '', TZ: 'UTC' },
    });
    return { code: done.status, out: done.stdout.toString(), err: done.stderr.toString() };
  }

  test('a folder nobody may write: an unchanged case answers, a changed one is said, a new one is refused', () => {
    chmodSync(top, 0o755);
    putSite();
    const before = withCase();
    chmodSync(file, 0o444);
    chmodSync(folder, 0o555);
    const args = ['report', evidence, '--format', 'json', '--case'];
    expect(asNobody([...args, file])).toEqual({ code: 0, out: before.out, err: '' });
    put('guests/db01/syslog', syslog('db01', 41));
    const changed = asNobody([...args, file]);
    expect(changed.err).toMatch(/cannot be written: what was read is not kept, the report is whole \(check the perm/);
    expect(changed).toMatchObject({ code: 0, out: report().out });
    expect(asNobody([...args, join(folder, 'new.case')])).toMatchObject({
      code: 2,
      err: expect.stringContaining('check the folder'),
    });
    chmodSync(folder, 0o755);
  });

  test('a full disk: the report is whole, and the case is what it was or what it should be', () => {
    put('guests/db01/syslog', syslog('db01', 40));
    const before = withCase();
    for (let n = 0; n < 40; n++) put(`more/${n}/syslog`, syslog(`more${n}`, n));
    const limit = Math.ceil(statSync(file).size / 1024) + 64;
    const command = `ulimit -f ${limit}; exec '${process.execPath}' '${main}' report '${evidence}' --format json --case '${file}'`;
    const run = spawnSync('bash', ['-c', command], { maxBuffer: 1 << 28 });
    expect(run.stderr.toString()).toMatch(/what was read is not kept, the report is whole/);
    expect([run.status, run.stdout.toString() === report().out]).toEqual([0, true]);
    sameWithCase();
    rmSync(join(evidence, 'more'), { recursive: true });
    expect(sameWithCase().out).toBe(before.out);
  });

  test('two runs at once make one case and give one report', async () => {
    putSite();
    for (let n = 0; n < 20; n++) put(`more/${n}/syslog`, syslog(`more${n}`, n));
    const plain = report().out;
    const args = [main, 'report', evidence, '--format', 'json', '--case', file];
    const outputs = await Promise.all([1, 2, 3].map(() => finished(spawn(process.execPath, args))));
    for (const run of outputs) expect([run.code, run.err, run.out === plain]).toEqual([0, '', true]);
    expect(sameWithCase('--verify').err).toContain('24 unchanged');
    expect(readdirSync(folder).sort()).toEqual(['evidence', 'site.case']);
  });

  test('a case that another program holds: refused after some seconds with a reason', () => {
    putSite();
    withCase();
    const db = new Sqlite(file);
    db.exec('BEGIN EXCLUSIVE');
    const run = withCase();
    db.exec('ROLLBACK');
    db.close();
    expect(run).toMatchObject({ code: 2, out: '' });
    expect(run.err).toMatch(/another program is using the case .*\n {2}wait until it has ended/);
  });

  test('a run that is killed leaves a case that opens', async () => {
    putSite();
    for (let n = 0; n < 30; n++) put(`more/${n}/syslog`, syslog(`more${n}`, n).repeat(4));
    const child = spawn(process.execPath, [main, 'report', evidence, '--case', file, '--quiet'], { stdio: 'ignore' });
    while (child.exitCode === null && (!existsSync(file) || statSync(file).size < 100_000))
      await new Promise((done) => setTimeout(done, 5));
    child.kill('SIGKILL');
    await new Promise((done) => child.on('close', done));
    sameWithCase();
    expect(sameWithCase('--verify').err).toContain('34 unchanged');
  });

  function finished(child: ChildProcess): Promise<Run> {
    const text = { out: '', err: '' };
    child.stdout?.on('data', (chunk: Buffer) => {
      text.out += chunk.toString();
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      text.err += chunk.toString();
    });
    return new Promise((done) => child.on('close', (code) => done({ code, ...text })));
  }
});

describe('without the native library', () => {
  /** The program as it is shipped, beside a better-sqlite3 of which only some files are there. */
  function installation(parts: readonly string[]): string {
    const home = join(folder, 'installed');
    for (const part of ['dist/bin', 'dist/core-pack.json', 'rules', 'package.json'])
      cpSync(join(root, part), join(home, part), { recursive: true });
    for (const part of parts)
      cpSync(join(root, 'node_modules', part), join(home, 'node_modules', part), { recursive: true });
    return join(home, 'dist/bin/faultline.js');
  }
  const run = (program: string, ...more: readonly string[]): Run => {
    const done = spawnSync(process.execPath, [program, 'report', evidence, '--format', 'json', ...more]);
    return { code: done.status, out: done.stdout.toString(), err: done.stderr.toString() };
  };

  test('everything but --case works, and --case says what to install', () => {
    putSite();
    const program = installation([]);
    expect(run(program)).toMatchObject({ code: 0, out: report().out });
    const refused = run(program, '--case', file);
    expect(refused).toMatchObject({
      code: 2,
      err: expect.stringMatching(/better-sqlite3, which is not installed\n {2}install it/),
    });
    expect(existsSync(file)).toBe(false);
  });

  test('installed without its binary, as npm 12 does by default', () => {
    putSite();
    const sqlite = 'better-sqlite3';
    const program = installation([`${sqlite}/package.json`, `${sqlite}/lib`, 'bindings', 'file-uri-to-path']);
    expect(run(program, '--case', file)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/binary .*\n {2}npm rebuild/),
    });
  });

  test('a binary of another Node', () => {
    putSite();
    const sqlite = 'better-sqlite3';
    const program = installation([`${sqlite}/package.json`, `${sqlite}/lib`, 'bindings', 'file-uri-to-path']);
    const release = join(folder, 'installed/node_modules', sqlite, 'build/Release');
    mkdirSync(release, { recursive: true });
    writeFileSync(join(release, 'better_sqlite3.node'), 'no library');
    expect(run(program, '--case', file)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/does not load in Node .*\n {2}npm/),
    });
  });
});
