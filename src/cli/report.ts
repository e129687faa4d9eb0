import type { InputReading } from '../model/reading.js';
import type { Report } from '../model/report.js';
import type { Interval } from '../model/time.js';
import { UserError } from '../model/user-error.js';
import { answerWithCase } from '../read-case.js';
import { composeReport } from '../report/compose.js';
import { toJson } from '../report/json.js';
import { toMarkdown } from '../report/markdown.js';
import { PLAIN, toText } from '../report/text.js';
import { programKey } from '../store/program-key.js';
import { type EvidenceOptions, openEvidence } from './evidence.js';
import { terminalPalette } from './palette.js';
import { PARSERS } from './parsers.js';
import { readSpan } from './span.js';
import { VERSION } from './version.js';
import { writeOut } from './write-out.js';

export interface ReportOptions extends EvidenceOptions {
  readonly format: 'text' | 'markdown' | 'json';
  readonly out?: string;
  readonly since?: string;
  readonly until?: string;
  readonly vm: readonly string[];
  readonly failOn?: 'any' | 'likely' | 'confirmed';
  readonly case?: string;
  readonly verify?: boolean;
}

/** `faultline report PATH...`: returns the exit code. */
export async function runReport(paths: readonly string[], options: ReportOptions): Promise<number> {
  const span: Interval | null = readSpan(options.since, options.until);
  const { ruleSet, clocks, inputs, ...evidence } = openEvidence(paths, options);
  const answer = (readings: readonly InputReading[]): Report =>
    composeReport(evidence.analyze(readings, span, options.vm), VERSION);
  const { read, say } = evidence;
  const { case: file, verify = false } = options;
  if (file === undefined && verify) throw new UserError('--verify checks a case', 'name it: --case FILE');
  const report =
    file === undefined
      ? answer(await read(inputs))
      : await answerWithCase<Report>({
          ...{ file, verify, inputs, ruleSet, parsers: PARSERS, read, answer, say },
          program: programKey(VERSION, import.meta.url),
          asked: JSON.stringify({ zones: options.zone, clocks, span, entities: options.vm }),
        });
  await writeOut(options.out ?? null, render(report, options));
  return exitCode(report, options.failOn);
}

function render(report: Report, { format, out }: ReportOptions): string {
  if (format === 'json') return toJson(report);
  if (format === 'markdown') return toMarkdown(report);
  return toText(report, out === undefined ? terminalPalette(process.stdout) : PLAIN);
}

function exitCode(report: Report, failOn: ReportOptions['failOn']): number {
  if (failOn === undefined) return 0;
  const levels =
    failOn === 'any'
      ? ['undetermined', 'likely', 'confirmed']
      : failOn === 'likely'
        ? ['likely', 'confirmed']
        : ['confirmed'];
  return report.incidents.some((i) => levels.includes(i.verdict)) ? 1 : 0;
}
