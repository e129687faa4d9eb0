/** Generated packs of Sigma-shaped rules, and the program that times their evaluation alone. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dist } from './program.mjs';

const generator = new URL('./sigma-rules.mjs', import.meta.url).pathname;
const engine = new URL('./rule-evaluation.mjs', import.meta.url).pathname;

const missing = (script) => (existsSync(script) ? null : `bench/${script.replace(/^.*\//, '')} is missing`);

/** `system` is windows or linux. `make` writes the pack anew: the generator may have changed. */
export function rulePack(work, system, count) {
  const folder = `${work}rules-${system}-${count}`;
  const make = () => {
    const run = spawnSync(process.execPath, [generator, system, String(count), folder], { encoding: 'utf8' });
    if (run.status !== 0) throw new Error(`no rules were generated: ${run.stderr.trim()}`);
  };
  return { folder, skip: missing(generator), make };
}

/** It generates its own Windows rules. */
export function evaluation(evtxFolder, count) {
  return {
    name: 'detection engine alone, records decoded before',
    skip: missing(generator) ?? missing(engine),
    argv: [process.execPath, engine, evtxFolder, String(count), '--program', dist],
    value: /^(\d+) events\/s\/core/m,
    said: /^\d+ events\/s\/core.*/m,
  };
}
