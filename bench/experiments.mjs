/**
 * The rows: what is run beside what on which files, and the figures made of it. One experiment serves several rows
 * where they share files. A contestant has `argv` (its whole command line) and, where they apply,
 * - `needs`: the peer that must be installed;
 * - `part`: which of the experiment's `bytes` it reads, where they are several;
 * - `scale`: it reads a part of the files and its time is multiplied;
 * - `said`: what of its output is shown beside its time; without a match the run has failed;
 * - `value`: a number printed by it that is the figure, instead of its time;
 * - `before`: what is done, untimed, before each of its runs.
 */
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { counters, manySources, reopening, searching } from './experiments-case.mjs';
import { dense, extraRules, scaling, sparse } from './experiments-syslog.mjs';
import { evtxExport, evtxPython, ruleEvaluation } from './experiments-windows.mjs';
import { generateSyslog } from './generate.mjs';
import { syslogLiterals } from './program.mjs';

/** Megabytes; `largestEvtx` in bytes; `copies` of the EVTX beside the originals; `rules`: in syslogs, and over EVTX. */
export const SIZES = {
  full: {
    sparse: 500,
    dense: 500,
    scaling: [500, 1000, 2000, 4000, 8000],
    counters: 200,
    member: 250,
    copies: 20,
    largestEvtx: Number.POSITIVE_INFINITY,
    rules: [1000, 3000],
  },
  quick: {
    sparse: 40,
    dense: 20,
    scaling: [20, 40, 80, 160, 320],
    counters: 10,
    member: 5,
    copies: 2,
    largestEvtx: 100_000,
    rules: [100, 300],
  },
};

export async function listExperiments({ work, sizes, corpus }) {
  mkdirSync(work, { recursive: true });
  const literals = `${work}literals.txt`;
  writeFileSync(literals, `${(await syslogLiterals()).join('\n')}\n`);
  const context = { work, sizes, corpus, literals, syslog: (name, mb, every) => syslogFile(work, name, mb, every) };
  const makers = [
    sparse,
    dense,
    extraRules,
    scaling,
    evtxExport,
    evtxPython,
    counters,
    manySources,
    reopening,
    searching,
    ruleEvaluation,
  ];
  return makers.map((make) => make(context));
}

/** `make` generates it when it is not there and gives its size. */
function syslogFile(work, name, mb, every) {
  const file = `${work}${name}-${mb}.log`;
  const make = () => {
    generateSyslog(file, mb * 1e6, every);
    return statSync(file).size;
  };
  return { file, make };
}
