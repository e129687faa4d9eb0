import type { ClocksReport } from '../model/clocks-report.js';
import { clocksToText } from '../report/clocks-text.js';
import { composeClocks } from '../report/compose-clocks.js';
import { PLAIN } from '../report/text.js';
import { clockFile } from './clock-file.js';
import { type EvidenceOptions, openEvidence } from './evidence.js';
import { terminalPalette } from './palette.js';
import { VERSION } from './version.js';
import { writeOut } from './write-out.js';

export interface ClocksOptions extends EvidenceOptions {
  readonly format: 'text' | 'json';
  readonly out?: string;
  readonly write?: string;
}

/** `faultline clocks PATH...`: returns the exit code. */
export async function runClocks(paths: readonly string[], options: ClocksOptions): Promise<number> {
  const evidence = openEvidence(paths, options);
  const analysis = evidence.analyze(await evidence.read(evidence.inputs), null, []);
  const report = composeClocks(analysis, VERSION);
  if (options.write !== undefined) await writeOut(options.write, clockFile(report));
  await writeOut(options.out ?? null, render(report, options));
  return 0;
}

function render(report: ClocksReport, { format, out }: ClocksOptions): string {
  if (format === 'json') return `${JSON.stringify(report, null, 2)}\n`;
  return clocksToText(report, out === undefined ? terminalPalette(process.stdout) : PLAIN);
}
