import { describeProgram, loadBefore } from './machine.mjs';
import { measure, warm } from './measure.mjs';
import { figureValue, summarise, verdictOf } from './statistics.mjs';

/** An experiment's place in the table while nothing was measured. */
export function unmeasured({ id, title, figures }, status = 'not run', reason = 'not asked for') {
  return { id, title, status, reason, figures: figures.map((figure) => ({ ...figure, verdict: 'not run' })) };
}

/**
 * Every contestant once, then every one again: a slow minute of the machine hits all of them, and who begins changes from
 * round to round. A run that fails or finds nothing fails the experiment: its time would mean nothing.
 */
export async function runExperiment(experiment, { runs, versions, log }) {
  const missing = Object.values(experiment.contestants).find(
    ({ needs }) => needs !== undefined && versions[needs] === null,
  );
  const reason = experiment.skip ?? (missing === undefined ? null : `${missing.needs} is not installed`);
  if (reason !== null) {
    log(`${experiment.id}: not run, ${reason}`);
    return unmeasured(experiment, 'not run', reason);
  }
  try {
    return await measured(experiment, runs, log);
  } catch (error) {
    log(`${experiment.id}: failed, ${error.message}`);
    return unmeasured(experiment, 'failed', error.message);
  }
}

async function measured(experiment, runs, log) {
  const { files, bytes } = experiment.prepare();
  const start = {
    measured: new Date().toISOString().slice(0, 10),
    program: describeProgram(),
    loadBefore: loadBefore(),
  };
  warm(files);
  const keys = Object.keys(experiment.contestants);
  const samples = Object.fromEntries(keys.map((key) => [key, []]));
  for (let round = 0; round < runs; round++) {
    for (const key of order(keys, experiment.inOrder ? 0 : round)) {
      const sample = await once(experiment.contestants[key]);
      samples[key].push(sample);
      log(
        `${experiment.id}, round ${round + 1}: ${key} ${sample.seconds.toFixed(3)} s, ${sample.peakMb.toFixed(0)} MB, ${sample.said}`,
      );
    }
  }
  checkOutputs(experiment, samples);
  const contestants = Object.fromEntries(
    keys.map((key) => [key, recordOf(experiment.contestants[key], samples[key], bytes)]),
  );
  const { id, title, chart } = experiment;
  const done = { id, title, status: 'measured', ...start, runs, contestants, figures: judged(experiment, contestants) };
  return chart === undefined ? done : { ...done, chart };
}

function order(keys, round) {
  const first = round % keys.length;
  return [...keys.slice(first), ...keys.slice(0, first)];
}

async function once({ name, argv, said, value, before }) {
  before?.();
  const { out, err, code, ...sample } = await measure(argv);
  if (code !== 0) throw new Error(`${name} ended with ${code}: ${err.trim().split('\n').at(-1) ?? ''}`);
  const shown = typeof said === 'function' ? said(out) : said.exec(out)?.[0];
  if (shown === undefined) throw new Error(`${name} did not print what it should: ${out.slice(0, 200)}`);
  const number = value === undefined ? {} : { value: Number(value.exec(out)?.[1]) };
  return { ...sample, ...number, said: shown.trim() };
}

/** The same command prints the same bytes every time; so do contestants that differ in nothing but speed. */
function checkOutputs({ contestants, sameOutput = [], sameSaid = [] }, samples) {
  for (const [key, { argv, value }] of Object.entries(contestants)) {
    if (argv[0] !== process.execPath || value !== undefined) continue;
    if (distinct([key], samples, 'digest') > 1) throw new Error(`${key}: its output differs between runs`);
  }
  if (distinct(sameOutput, samples, 'digest') > 1) throw new Error(`${sameOutput.join(' and ')}: their outputs differ`);
  if (distinct(sameSaid, samples, 'said') > 1)
    throw new Error(`${sameSaid.join(' and ')}: they found different numbers`);
}

function distinct(keys, samples, property) {
  return new Set(keys.flatMap((key) => samples[key].map((sample) => sample[property]))).size;
}

function recordOf({ name, argv, part, scale }, samples, bytes) {
  const own = Array.isArray(bytes) ? bytes[part ?? 0] : bytes;
  const record = { name, command: commandText(argv), bytes: own, ...(scale === undefined ? {} : { scale }), samples };
  return { ...record, summary: summarise(record) };
}

const root = new URL('../', import.meta.url).pathname;

/** As one would type it in the project's folder. */
function commandText([program, ...args]) {
  const words = [program === process.execPath ? 'node' : program, ...args];
  return words.map((word) => quoted(word.replaceAll(root, ''))).join(' ');
}

function quoted(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function judged({ figures }, contestants) {
  const summaries = Object.fromEntries(Object.entries(contestants).map(([key, { summary }]) => [key, summary]));
  return figures.map((figure) => {
    const value = figureValue(figure, summaries);
    return { ...figure, value, verdict: verdictOf(figure, value) };
  });
}
