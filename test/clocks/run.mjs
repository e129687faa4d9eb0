/**
 * `npm run eval:clocks`: clocks of generated cases against the truth; the tables go to docs/clocks.md.
 *
 *   npm run eval:clocks                           the published seeds, docs/clocks.md is written
 *   npm run eval:clocks -- --seed 1 --cases 500   other seeds: the tables go to standard output
 *   npm run eval:clocks -- --show 17              one case: what is true of each stream and what was answered
 *   npm run eval:clocks -- --list --seed 1        every stream that is wrong and confident, one a line
 *   npm run eval:clocks -- --scale 10000          how long so many clocks with a hundred events each take, and half as many
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { rolldown } from 'rolldown';

const root = new URL('../../', import.meta.url).pathname;
const page = `${root}docs/clocks.md`;
/** Inside the project, so that the core pack is found from there upwards; of its own for each run. */
const built = `${root}node_modules/.cache/faultline/eval-clocks-${process.pid}.mjs`;
const CASES = 4_000;

function readOptions() {
  const { values } = parseArgs({
    options: {
      cases: { type: 'string' },
      seed: { type: 'string' },
      show: { type: 'string' },
      list: { type: 'boolean' },
      scale: { type: 'string' },
    },
  });
  const whole = (name) => {
    if (values[name] === undefined) return undefined;
    const number = Number(values[name]);
    if (!Number.isInteger(number) || number < 0) throw new Error(`--${name} ${values[name]} is no whole number`);
    return number;
  };
  return {
    cases: whole('cases'),
    seed: whole('seed'),
    show: whole('show'),
    scale: whole('scale'),
    list: values.list === true,
  };
}

/** Node does not run TypeScript as this project writes it: one file is made of it. */
async function load() {
  mkdirSync(new URL('./', pathToFileURL(built)), { recursive: true });
  const bundle = await rolldown({
    input: `${root}test/clocks/eval.ts`,
    platform: 'node',
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
  });
  try {
    await bundle.write({ file: built, format: 'esm' });
    return await import(pathToFileURL(built).href);
  } finally {
    rmSync(built, { force: true });
  }
}

function progressOf(cases) {
  if (!process.stderr.isTTY) return () => {};
  return (done) => {
    if (done % 10 === 0) process.stderr.write(`\r${done} of ${cases}`);
    if (done + 1 === cases) process.stderr.write('\r\x1b[K');
  };
}

const BEGIN = '<!-- eval:clocks -->';
const END = '<!-- /eval:clocks -->';

/** The part of the page that is generated: the same input gives the same bytes. */
function publish(tables, cases, streams) {
  const text = readFileSync(page, 'utf8');
  const from = text.indexOf(BEGIN);
  const to = text.indexOf(END);
  if (from < 0 || to < from) throw new Error(`docs/clocks.md has no part between ${BEGIN} and ${END}`);
  const origin = `\`npm run eval:clocks\`, Node.js ${process.version}: ${cases} cases from seed ${PUBLISHED} on, ${streams} streams.`;
  writeFileSync(page, `${text.slice(0, from)}${BEGIN}\n${origin}\n\n${tables}\n${text.slice(to)}`);
  process.stdout.write(`${origin} Written to docs/clocks.md.\n`);
}

const { cases = CASES, seed, show, list, scale } = readOptions();
const { clockCase, showCase, scoresOf, tablesOf, listWrong, timeSolver, PUBLISHED } = await load();
if (show !== undefined) {
  process.stdout.write(showCase(clockCase(show)));
} else if (scale !== undefined) {
  for (const guests of [Math.floor(scale / 2), scale]) {
    const { seconds, measured } = timeSolver(guests);
    process.stdout.write(`${guests} clocks: ${seconds.toFixed(1)} s, ${measured} measured\n`);
  }
} else {
  const scores = scoresOf(seed ?? PUBLISHED, cases, progressOf(cases));
  if (list) process.stdout.write(listWrong(scores));
  else if (seed === undefined && cases === CASES) publish(tablesOf(scores), cases, scores.length);
  else process.stdout.write(`${tablesOf(scores)}\n`);
}
