import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

/** Peak memory is a high-water mark kept by the kernel: any reading of it near the end will do, so 10 ms cost nothing. */
const POLL_MS = 10;
/** USER_HZ of Linux on every architecture Node runs on: proc(5), sysconf(_SC_CLK_TCK). */
const TICKS_PER_SECOND = 100;
const KEPT_OUTPUT = 1 << 20;
const LIMIT_MS = 60 * 60 * 1000;

/** Same for all: no locale, no colours, no options of the caller's Node. */
const ENVIRONMENT = { PATH: process.env.PATH, HOME: process.env.HOME, TZ: 'UTC', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' };

const running = new Set();
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => {
    for (const pid of running) endGroup(pid);
    process.exit(130);
  });

/**
 * One whole process, from before it is started until it has ended: wall seconds, CPU seconds and the largest peak of
 * resident memory of it and its children, and what it read from a disk rather than from the page cache.
 */
export function measure([command, ...args], { cwd } = {}) {
  return new Promise((done, fail) => {
    const output = collected();
    const started = process.hrtime.bigint();
    // A group of its own, so that a shell's children end with it.
    const child = spawn(command, args, { cwd, env: ENVIRONMENT, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    child.on('error', fail);
    if (child.pid === undefined) return;
    running.add(child.pid);
    const usage = { peakMb: 0, cpuSeconds: 0, diskMb: 0 };
    const poll = setInterval(() => readUsage(child.pid, usage), POLL_MS);
    const limit = setTimeout(() => endGroup(child.pid), LIMIT_MS);
    readUsage(child.pid, usage);
    child.stdout.on('data', output.out);
    child.stderr.on('data', output.err);
    child.on('close', (code, signal) => {
      const seconds = Number(process.hrtime.bigint() - started) / 1e9;
      clearInterval(poll);
      clearTimeout(limit);
      running.delete(child.pid);
      done({ seconds, ...usage, code: code ?? signal, ...output.end() });
    });
  });
}

function endGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** The beginning of what it printed, and the digest of all of it. */
function collected() {
  const hash = createHash('sha256');
  let out = '';
  let err = '';
  return {
    out(chunk) {
      hash.update(chunk);
      if (out.length < KEPT_OUTPUT) out += chunk.toString('utf8');
    },
    err(chunk) {
      if (err.length < KEPT_OUTPUT) err += chunk.toString('utf8');
    },
    end: () => ({ out, err, digest: hash.digest('hex').slice(0, 16) }),
  };
}

/** Never lowers a figure: a process that is gone between two readings leaves what was read last. */
function readUsage(pid, usage) {
  const now = { cpuSeconds: 0, diskMb: 0 };
  for (const member of familyOf(pid)) {
    const kib = Number(/VmHWM:\s+(\d+)/.exec(procFile(member, 'status'))?.[1] ?? 0);
    usage.peakMb = Math.max(usage.peakMb, (kib * 1024) / 1e6);
    now.cpuSeconds += cpuSecondsOf(procFile(member, 'stat'));
    now.diskMb += Number(/^read_bytes: (\d+)/m.exec(procFile(member, 'io'))?.[1] ?? 0) / 1e6;
  }
  usage.cpuSeconds = Math.max(usage.cpuSeconds, now.cpuSeconds);
  usage.diskMb = Math.max(usage.diskMb, now.diskMb);
}

/** proc(5), stat: utime, stime, cutime and cstime are fields 14 to 17; the name in field 2 may hold blanks. */
function cpuSecondsOf(stat) {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return Number.isFinite(ticks) ? ticks / TICKS_PER_SECOND : 0;
}

function familyOf(pid) {
  const children = procFile(pid, `task/${pid}/children`)
    .split(' ')
    .map(Number)
    .filter((child) => child > 0);
  return [pid, ...children.flatMap(familyOf)];
}

function procFile(pid, name) {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}

/** Reads files once, so that whoever comes first does not pay for the disk. */
export function warm(files) {
  const chunk = Buffer.allocUnsafe(1 << 20);
  for (const file of files) {
    const fd = openSync(file, 'r');
    while (readSync(fd, chunk) > 0);
    closeSync(fd);
  }
}

/** Gives a file's pages back: posix_fadvise(DONTNEED) through dd, for this file only. What is not written yet would stay. */
export function dropFromCache(files) {
  for (const file of files) {
    spawnSync('sync', [file], { stdio: 'ignore' });
    const dropped = spawnSync('dd', [`if=${file}`, 'iflag=nocache', 'count=0'], { stdio: 'ignore' });
    if (dropped.status !== 0) throw new Error(`dd could not drop ${file} from the page cache`);
  }
}
