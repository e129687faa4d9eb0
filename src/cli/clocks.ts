import { zonesOf } from '../clock/zone-names.js';
import { discoverInputs } from '../ingest/discover.js';
import { limitSpools } from '../ingest/spool-limit.js';
import type { ClocksReport } from '../model/clocks-report.js';
import { UserError } from '../model/user-error.js';
import { inputReader } from '../read-evidence.js';
import { clocksToText } from '../report/clocks-text.js';
import { composeClocks } from '../report/compose-clocks.js';
import { PLAIN } from '../report/text.js';
import { clockFile, readClockFile } from './clock-file.js';
import { readJobs } from './jobs.js';
import { loadRules } from './load-rules.js';
import { terminalPalette } from './palette.js';
import { PARSERS } from './parsers.js';
import { progressOn } from './progress.js';
import { readWithPool } from './read-pool.js';
import { analyzed, recognised } from './report.js';
import { VERSION } from './version.js';
import { writeOut } from './write-out.js';

export interface ClocksOptions {
  readonly format: 'text' | 'json';
  readonly out?: string;
  readonly rules: readonly string[];
  readonly zone: readonly string[];
  readonly clocks?: string;
  readonly write?: string;
  readonly jobs?: string;
  readonly cacheLimit?: string;
  readonly quiet?: boolean;
}

/** `faultline clocks PATH...`: returns the exit code. */
export async function runClocks(paths: readonly string[], options: ClocksOptions): Promise<number> {
  const { ruleSet, rulesForThreads } = loadRules(options.rules);
  const clocks = options.clocks === undefined ? [] : readClockFile(options.clocks);
  const inputs = discoverInputs(paths);
  if (inputs.length === 0)
    throw new UserError(`nothing to read in ${paths.join(', ')}`, `put the evidence there: ${recognised()}`);
  limitSpools(options.cacheLimit, inputs, false);
  const progress = progressOn(process.stderr, options.quiet === true);
  const readings = await readWithPool({
    ...{ inputs, rulesForThreads, jobs: readJobs(options.jobs), show: progress.show },
    reader: (watch) => inputReader(ruleSet.rules, PARSERS, watch),
  });
  progress.done();
  const report = composeClocks(
    analyzed(readings, ruleSet, null, { zone: options.zone, clocks, vm: [] }),
    VERSION,
    zonesOf,
  );
  if (options.write !== undefined) await writeOut(options.write, clockFile(report));
  await writeOut(options.out ?? null, render(report, options));
  return 0;
}

function render(report: ClocksReport, { format, out }: ClocksOptions): string {
  if (format === 'json') return `${JSON.stringify(report, null, 2)}\n`;
  return clocksToText(report, out === undefined ? terminalPalette(process.stdout) : PLAIN);
}
