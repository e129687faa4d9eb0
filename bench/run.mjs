/**
 * `npm run bench`: every program in turn on the same files; medians of five runs (RUNS=N), in bench/RESULTS.md, bench/results.json (every
 * sample), bench/scaling.svg and the README's table. Needs `npm run build`, and for the peers Debian's lnav, ripgrep,
 * libevtx-utils and python3-evtx: what is not installed is said to be missing. 18 GB of generated files stay in bench/work.
 *
 *   node bench/run.mjs                whole (about an hour)
 *   node bench/run.mjs --only 1,3,8   these rows; the others keep what was measured before
 *   node bench/run.mjs --quick        small files, three runs, nothing written outside bench/work: does it work?
 *   node bench/run.mjs --page         RESULTS.md and the README's table again from results.json and notes.md
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { listExperiments, SIZES } from './experiments.mjs';
import { describeMachine, peerVersions } from './machine.mjs';
import { measure } from './measure.mjs';
import { isBuilt, isOtherBuild } from './program.mjs';
import { resultsPage, withTable } from './results-page.mjs';
import { runExperiment, unmeasured } from './run-experiment.mjs';
import { scalingChart } from './scaling-chart.mjs';
import { median } from './statistics.mjs';

const here = new URL('./', import.meta.url).pathname;
const readme = new URL('../README.md', import.meta.url).pathname;

function readOptions() {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, quick: { type: 'boolean' }, page: { type: 'boolean' } },
  });
  const only = values.only?.split(',').map(Number);
  if (only?.some((row) => !Number.isInteger(row) || row < 1 || row > 12))
    throw new Error('--only takes rows from 1 to 12');
  const runs = Number(process.env.RUNS ?? (values.quick ? 3 : 5));
  if (!Number.isInteger(runs) || runs < 1) throw new Error('RUNS is no number of runs');
  return { only, runs, quick: values.quick === true, page: values.page === true };
}

/** What an earlier run left, if it was made on this machine: a table tells of one. */
function earlier(folder, machine) {
  const file = `${folder}results.json`;
  const found = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const usable =
    Array.isArray(found.experiments) && (machine === undefined || isDeepStrictEqual(found.machine, machine));
  return usable ? found : { experiments: [] };
}

function write(folder, results) {
  const page = resultsPage(results, readFileSync(`${here}notes.md`, 'utf8'));
  writeFileSync(`${folder}results.json`, `${JSON.stringify(results, null, 1)}\n`);
  writeFileSync(`${folder}RESULTS.md`, page);
  const chart = scalingChart(results);
  if (chart !== null) writeFileSync(`${folder}scaling.svg`, chart);
  return page;
}

/** Written after every experiment: an hour of measuring is not lost to the last one. */
async function measureAll({ only, runs, quick }, folder) {
  if (!isBuilt()) throw new Error('dist/bin/faultline.js is missing: npm run build');
  const machine = describeMachine();
  const versions = peerVersions();
  const idleSeconds = median(await nothingMeasured());
  const before = only === undefined ? [] : earlier(folder, machine).experiments;
  const work = `${here}work/${quick ? 'quick/' : ''}`;
  const list = await listExperiments({
    work,
    sizes: quick ? SIZES.quick : SIZES.full,
    corpus: process.env.FAULTLINE_CORPUS,
  });
  const results = {
    machine,
    versions,
    idleSeconds,
    quick,
    experiments: list.map((one) => before.find(({ id }) => id === one.id) ?? unmeasured(one)),
  };
  for (const [i, experiment] of list.entries()) {
    if (only !== undefined && !experiment.figures.some(({ row }) => only.includes(row))) continue;
    results.experiments[i] = await runExperiment(experiment, { runs, versions, log });
    write(folder, results);
  }
  return results;
}

/** What measuring itself costs: it is in every time. */
async function nothingMeasured() {
  const seconds = [];
  for (let i = 0; i < 20; i++) seconds.push((await measure(['true'])).seconds);
  return seconds;
}

function log(text) {
  process.stderr.write(`${text}\n`);
}

const options = readOptions();
// Figures of another build than dist/ (FAULTLINE_DIST) are no figures of this project.
const folder = options.quick ? `${here}work/quick/` : isOtherBuild ? `${here}work/other-build/` : here;
mkdirSync(folder, { recursive: true });
const results = options.page ? earlier(folder) : await measureAll(options, folder);
process.stdout.write(write(folder, results));
if (folder === here) writeFileSync(readme, withTable(readFileSync(readme, 'utf8'), results));
if (results.experiments.some(({ status }) => status === 'failed')) process.exitCode = 1;
