import type { ClocksReport } from '../model/clocks-report.js';
import { clocksToText } from '../report/clocks-text.js';
import { composeClocks } from '../report/compose-clocks.js';
import { composeExplained } from '../report/compose-explained.js';
import { explainedToText } from '../report/explained-text.js';
import { PLAIN } from '../report/text.js';
import { inputAt, readPlace } from './asked-place.js';
import { clockFile } from './clock-file.js';
import { type EvidenceOptions, openEvidence } from './evidence.js';
import { findRecord } from './find-record.js';
import { terminalPalette } from './palette.js';
import { VERSION } from './version.js';
import { writeOut } from './write-out.js';

export interface ClocksOptions extends EvidenceOptions {
  readonly format: 'text' | 'json';
  readonly out?: string;
  readonly write?: string;
  readonly explain?: string;
}

/** `faultline clocks PATH...`: returns the exit code. */
export async function runClocks(paths: readonly string[], options: ClocksOptions): Promise<number> {
  const place = options.explain === undefined ? null : readPlace(options.explain);
  const evidence = openEvidence(paths, options);
  // Before everything is read: what was asked for may not be there.
  const asked = place === null ? null : await findRecord(inputAt(evidence.inputs, place.file), place);
  const analysis = evidence.analyze(await evidence.read(evidence.inputs), null, []);
  const clocks = composeClocks(analysis, VERSION);
  const report = asked === null ? clocks : { ...clocks, explained: composeExplained(asked, analysis) };
  if (options.write !== undefined) await writeOut(options.write, clockFile(report));
  await writeOut(options.out ?? null, render(report, options));
  return 0;
}

function render(report: ClocksReport, { format, out }: ClocksOptions): string {
  if (format === 'json') return `${JSON.stringify(report, null, 2)}\n`;
  const palette = out === undefined ? terminalPalette(process.stdout) : PLAIN;
  return report.explained === undefined ? clocksToText(report, palette) : explainedToText(report.explained, palette);
}
