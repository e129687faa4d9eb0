import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';

const root = new URL('../', import.meta.url).pathname;

function firstLine(command, args, stream = 'stdout') {
  const run = spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, GIT_OPTIONAL_LOCKS: '0' } });
  return run.status === 0 ? (run[stream].split('\n').find((line) => line.trim() !== '') ?? '').trim() : null;
}

/** What the figures depend on; no name of the machine. */
export function describeMachine() {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 1e9),
    kernel: `Linux ${release()}`,
    disk: firstLine('findmnt', ['-n', '-o', 'FSTYPE', '-T', root]) ?? 'unknown',
  };
}

/** The Python that can import the module: Debian installs it for /usr/bin/python3 only. */
export function pythonWithEvtx() {
  return ['/usr/bin/python3', 'python3'].find(
    (python) => spawnSync(python, ['-c', 'import Evtx'], { stdio: 'ignore' }).status === 0,
  );
}

export function has(command) {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', command], { stdio: 'ignore' }).status === 0;
}

function packageVersion(name) {
  // python3-evtx<tab>0.6.1-2
  return firstLine('dpkg-query', ['-W', name])?.split('\t')[1] ?? null;
}

/** Null: not installed. */
export function peerVersions() {
  const python = pythonWithEvtx();
  return {
    node: process.version,
    rg: has('rg') ? firstLine('rg', ['--version']) : null,
    lnav: has('lnav') ? firstLine('lnav', ['-V']) : null,
    evtxexport: has('evtxexport') ? firstLine('evtxexport', ['-V']) : null,
    'python3-evtx':
      python === undefined
        ? null
        : `${packageVersion('python3-evtx') ?? 'of unknown version'}, ${firstLine(python, ['--version'])}`,
    wc: has('wc') ? firstLine('wc', ['--version']) : null,
  };
}

/** Which program was measured. */
export function describeProgram() {
  const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  const commit = firstLine('git', ['-C', root, 'rev-parse', '--short', 'HEAD']);
  const changed = firstLine('git', ['-C', root, 'status', '--porcelain', '--', 'src', 'parsers', 'rules']);
  return { version, commit: commit ?? 'unknown', changed: changed !== null && changed !== '' };
}

/** What others were doing when a measurement began. */
export function loadBefore() {
  return Math.round(loadavg()[0] * 100) / 100;
}
