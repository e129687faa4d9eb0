/**
 * Times `faultline report` beside lnav and ripgrep on the same files, in turn, and prints medians and ratios as a table and as
 * JSON (bench/results.json, bench/RESULTS.md). Needs `npm run build`, and Debian's packages lnav and ripgrep; a peer that is not installed is
 * left out and said so. Generated files stay in bench/work (about 3 GB) for the next run.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { generateSyslog } from './generate.mjs';

const RUNS = Number(process.env.RUNS ?? 3);
const MB = 1_000_000;
const work = new URL('./work/', import.meta.url).pathname;
const main = new URL('../dist/bin/faultline.js', import.meta.url).pathname;
mkdirSync(work, { recursive: true });

/** Wall seconds and peak resident MB of one run; VmHWM is a high-water mark, so the last reading before the end counts. */
function measure(command, args) {
  return new Promise((done, fail) => {
    const started = process.hrtime.bigint();
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let peak = 0;
    let out = '';
    const timer = setInterval(() => {
      try {
        const hwm = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'));
        if (hwm !== null) peak = Math.max(peak, Number(hwm[1]) / 1000);
      } catch {}
    }, 5);
    child.stdout.on('data', (chunk) => {
      if (out.length < 100_000) out += chunk;
    });
    child.stderr.resume();
    child.on('error', fail);
    child.on('close', (code) => {
      clearInterval(timer);
      done({ seconds: Number(process.hrtime.bigint() - started) / 1e9, peak, code, out });
    });
  });
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

function has(command) {
  return spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;
}

const { loadPacks } = await import('../dist/src/rule/load.js');
const { corePack } = await import('../dist/src/cli/load-rules.js');
const literals = [
  ...new Set(
    loadPacks([corePack()]).rules.flatMap((rule) =>
      rule.kind === 'detection' && rule.logsource.product === 'linux' ? (rule.literals ?? []) : [],
    ),
  ),
];
writeFileSync(`${work}literals.txt`, `${literals.join('\n')}\n`);

const COUNT =
  ";SELECT count(*) AS n FROM syslog_log WHERE log_body LIKE '%blk_update_request%' OR log_body LIKE '%blocked for more than%' OR log_body LIKE '%Remounting filesystem%' OR log_body LIKE '%timing out command%'";
const PEERS = [
  ['faultline report', process.execPath, (file) => [main, 'report', file, '--quiet']],
  ['lnav -n, counting the same events', 'lnav', (file) => ['-n', '-c', COUNT, '-c', ':write-csv-to -', file]],
  [`rg -F -i -f, ${literals.length} literals`, 'rg', (file) => ['-c', '-F', '-i', '-f', `${work}literals.txt`, file]],
];

const FILES = [
  ['500 MB, one line in 1,000 relevant', 'sparse-500.log', 500 * MB, 1000],
  ['500 MB, every line relevant', 'dense-500.log', 500 * MB, 1],
  ['2 GB, one line in 1,000 relevant', 'sparse-2000.log', 2000 * MB, 1000],
];

const results = [];
for (const [title, name, bytes, every] of FILES) {
  const file = `${work}${name}`;
  generateSyslog(file, bytes, every);
  const peers = PEERS.filter(([, command]) => command === process.execPath || has(command)).filter(
    ([peer]) => bytes < 1000 * MB || peer.startsWith('faultline'),
  );
  const samples = peers.map(() => []);
  // In turn, not one after the other: a slow minute of the machine hits all of them.
  for (let run = 0; run < RUNS; run++)
    for (const [i, [, command, args]] of peers.entries()) samples[i].push(await measure(command, args(file)));
  for (const [i, [peer]] of peers.entries()) {
    const seconds = median(samples[i].map((s) => s.seconds));
    results.push({
      file: title,
      bytes: statSync(file).size,
      peer,
      seconds,
      mbPerSecond: statSync(file).size / MB / seconds,
      peakMb: Math.max(...samples[i].map((s) => s.peak)),
      ratio: 0,
    });
  }
  const own = results.find((r) => r.file === title && r.peer === 'faultline report');
  for (const r of results) if (r.file === title) r.ratio = r.seconds / own.seconds;
}

const machine = `${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`;
const table = [
  '# Benchmarks',
  '',
  `${machine}; medians of ${RUNS} runs in turn, whole processes with start-up, hashing and output. \`npm run bench\` makes this file.`,
  '',
  '| file | program | seconds | MB/s | peak MB | times faultline |',
  '|---|---|---|---|---|---|',
  ...results.map(
    (r) =>
      `| ${r.file} | ${r.peer} | ${r.seconds.toFixed(2)} | ${r.mbPerSecond.toFixed(0)} | ${r.peakMb.toFixed(0)} | ${r.ratio.toFixed(2)} |`,
  ),
  '',
].join('\n');
process.stdout.write(table);
writeFileSync(new URL('./RESULTS.md', import.meta.url), table);
writeFileSync(
  new URL('./results.json', import.meta.url),
  `${JSON.stringify({ machine, runs: RUNS, results }, null, 2)}\n`,
);
