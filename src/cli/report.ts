import { analyze } from '../analyze.js';
import { discoverInputs } from '../ingest/discover.js';
import type { Report } from '../model/report.js';
import type { Interval } from '../model/time.js';
import { UserError } from '../model/user-error.js';
import { inputReader } from '../read-evidence.js';
import { composeReport } from '../report/compose.js';
import { toJson } from '../report/json.js';
import { toMarkdown } from '../report/markdown.js';
import { PLAIN, toText } from '../report/text.js';
import { readJobs } from './jobs.js';
import { loadRules } from './load-rules.js';
import { terminalPalette } from './palette.js';
import { PARSERS } from './parsers.js';
import { progressOn } from './progress.js';
import { readWithPool } from './read-pool.js';
import { readSpan } from './span.js';
import { VERSION } from './version.js';
import { writeOut } from './write-out.js';

export interface ReportOptions {
  readonly format: 'text' | 'markdown' | 'json';
  readonly out?: string;
  readonly since?: string;
  readonly until?: string;
  readonly vm: readonly string[];
  readonly rules: readonly string[];
  readonly zone: readonly string[];
  readonly failOn?: 'any' | 'likely' | 'confirmed';
  readonly jobs?: string;
  readonly quiet?: boolean;
}

/** `faultline report PATH...`: returns the exit code. */
export async function runReport(paths: readonly string[], options: ReportOptions): Promise<number> {
  const span: Interval | null = readSpan(options.since, options.until);
  // A broken pack stops the run before any evidence is read.
  const { ruleSet, stored } = loadRules(options.rules);
  const inputs = discoverInputs(paths);
  if (inputs.length === 0)
    throw new UserError(`nothing to read in ${paths.join(', ')}`, `put the evidence there: ${recognised()}`);
  const progress = progressOn(process.stderr, options.quiet === true);
  const readings = await readWithPool({
    inputs,
    reader: (watch) => inputReader(ruleSet.rules, PARSERS, watch),
    stored,
    jobs: readJobs(options.jobs),
    show: progress.show,
  });
  progress.done();
  const analysis = analyze({ readings, ruleSet, zones: options.zone, span, entities: options.vm });
  const [only, ...others] = analysis.unrecognised;
  if (analysis.sources.length === 0 && only?.reason === 'unreadable' && others.length === 0) {
    throw new UserError(
      `cannot read ${only.path}: ${only.firstBytes}`,
      'check its permissions, or copy it to where you may read it',
    );
  }
  if (analysis.sources.length === 0)
    throw new UserError(nothingRecognised(analysis.unrecognised), `faultline recognises by content: ${recognised()}`);
  const report = composeReport(analysis, VERSION);
  await writeOut(options.out ?? null, render(report, options));
  return exitCode(report, options.failOn);
}

function render(report: Report, { format, out }: ReportOptions): string {
  if (format === 'json') return toJson(report);
  if (format === 'markdown') return toMarkdown(report);
  return toText(report, out === undefined ? terminalPalette(process.stdout) : PLAIN);
}

function recognised(): string {
  return PARSERS.map((parser) => parser.id).join(', ');
}

function nothingRecognised(
  files: readonly { readonly path: string; readonly firstBytes: string; readonly reason: string }[],
): string {
  const shown = files.slice(0, 10).map((f) => {
    if (f.reason === 'unreadable') return `  ${f.path}: cannot be read: ${f.firstBytes}`;
    return `  ${f.path}: ${f.reason}${f.firstBytes === '' ? '' : `, begins with ${f.firstBytes}`}`;
  });
  const more = files.length > 10 ? [`  and ${files.length - 10} more`] : [];
  return [`nothing recognised in ${files.length} file(s):`, ...shown, ...more].join('\n');
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
