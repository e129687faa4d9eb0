/**
 * Events per second on one core that the detection engine holds against all rules:
 *
 *     node bench/rule-evaluation.mjs EVTX-FOLDER [COUNT] [--json] [--program DIST]
 *
 * Every record of the EVTX files below the folder is decoded once into memory; then the core pack and COUNT (3000)
 * generated Sigma rules are evaluated over all of them, again and again. What is timed is matching, captures and episodes:
 * no reading, no decoding, no loading of rules. Seconds are seconds of processor time, those of the compiler's and the
 * collector's threads included, so a busy machine does not change the figure. Needs a build (dist/).
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { writeSigmaPack } from './sigma-rules.mjs';

const PASSES = 7;
/** A pass lasts long enough for the clock and the compiler. */
const PASS_SECONDS = 1;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, program: { type: 'string' } },
});
const [folder, countText = '3000'] = positionals;
if (folder === undefined || !(Number(countText) > 0)) {
  process.stderr.write('usage: node bench/rule-evaluation.mjs EVTX-FOLDER [COUNT] [--json] [--program DIST]\n');
  process.exit(2);
}
const program =
  values.program === undefined ? new URL('../dist/', import.meta.url) : pathToFileURL(`${resolve(values.program)}/`);
const load = (path) => import(new URL(path, program));
const { loadPacks } = await load('src/rule/load.js');
const { corePack } = await load('src/cli/load-rules.js');
const { applicableRules } = await load('src/detect/applicable.js');
const { createDetector } = await load('src/detect/detect.js');
const { default: parser } = await load('parsers/windows-evtx/parser.js');

function evtxBelow(path) {
  if (statSync(path).isFile()) return path.toLowerCase().endsWith('.evtx') ? [path] : [];
  return readdirSync(path)
    .sort()
    .flatMap((name) => evtxBelow(join(path, name)));
}

function decode(file) {
  const bytes = readFileSync(file);
  const input = { size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
  const records = [];
  const nothing = () => {};
  const sink = { counted: nothing, metric: nothing, column: nothing, clock: nothing, fact: nothing, issue: nothing };
  const everything = { event: () => true, metric: () => true };
  parser.read(input, { path: file, pathHost: null }, { ...sink, record: (record) => records.push(record) }, everything);
  return records;
}

const started = performance.now();
const pack = writeSigmaPack('windows', Number(countText), join(tmpdir(), `faultline-bench-windows-${countText}`));
const written = performance.now();
const { rules, errors } = loadPacks([corePack(), pack]);
if (errors.length > 0) throw new Error(`${errors.length} mistakes in the generated rules: ${errors[0].problem}`);
const loaded = performance.now();
const logsources = new Map(rules.filter((rule) => rule.kind === 'logsource').map((rule) => [rule.id, rule]));
const detections = rules.filter((rule) => rule.kind === 'detection');
const applicable = applicableRules('windows-evtx', detections, logsources);
const indexed = performance.now();
const records = evtxBelow(folder).flatMap(decode);
if (records.length === 0) throw new Error(`no EVTX records below ${folder}`);

function processorSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function pass() {
  const begin = processorSeconds();
  let events = 0;
  let found = 0;
  do {
    const detector = createDetector({ id: 's1', layer: 'hypervisor' }, applicable);
    for (const record of records) detector.push(record);
    found = detector.finish().length;
    events += records.length;
  } while (processorSeconds() - begin < PASS_SECONDS);
  return { rate: events / (processorSeconds() - begin), found };
}

pass();
const passes = Array.from({ length: PASSES }, pass);
const rates = passes.map(({ rate }) => rate).sort((a, b) => a - b);
const result = {
  rules: applicable.rules.length,
  events: records.length,
  detections: passes[0].found,
  eventsPerSecondAndCore: Math.round(rates[rates.length >> 1]),
  best: Math.round(rates.at(-1)),
  worst: Math.round(rates[0]),
  loadSeconds: (loaded - written) / 1000,
  indexSeconds: (indexed - loaded) / 1000,
  writeSeconds: (written - started) / 1000,
};
if (values.json === true) process.stdout.write(`${JSON.stringify(result)}\n`);
else
  process.stdout.write(
    `${result.eventsPerSecondAndCore} events/s/core: median of ${PASSES} passes (${result.worst} to ${result.best}), ${result.events} events, ` +
      `${result.rules} rules, ${result.detections} detections; rules loaded in ${result.loadSeconds.toFixed(2)} s, indexed in ${result.indexSeconds.toFixed(2)} s\n`,
  );
