import { analyze } from '../analyze.js';
import { discoverInputs, type Input } from '../ingest/discover.js';
import { limitSpools } from '../ingest/spool-limit.js';
import type { Analysis } from '../model/analysis.js';
import type { ClockOverride } from '../model/clock-override.js';
import type { InputReading } from '../model/reading.js';
import type { Report } from '../model/report.js';
import type { RuleSet } from '../model/rule.js';
import type { Interval } from '../model/time.js';
import { UserError } from '../model/user-error.js';
import { answerWithCase } from '../read-case.js';
import { inputReader } from '../read-evidence.js';
import { composeReport } from '../report/compose.js';
import { harmlessLine } from '../report/harmless.js';
import { toJson } from '../report/json.js';
import { toMarkdown } from '../report/markdown.js';
import { PLAIN, toText } from '../report/text.js';
import { programKey } from '../store/program-key.js';
import { readClockFile } from './clock-file.js';
import { readJobs } from './jobs.js';
import { loadRules } from './load-rules.js';
import { terminalPalette } from './palette.js';
import { PARSERS } from './parsers.js';
import { progressOn } from './progress.js';
import { type PoolOptions, readWithPool } from './read-pool.js';
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
  readonly clocks?: string;
  readonly failOn?: 'any' | 'likely' | 'confirmed';
  readonly jobs?: string;
  readonly cacheLimit?: string;
  readonly quiet?: boolean;
  readonly case?: string;
  readonly verify?: boolean;
}

/** `faultline report PATH...`: returns the exit code. */
export async function runReport(paths: readonly string[], options: ReportOptions): Promise<number> {
  const span: Interval | null = readSpan(options.since, options.until);
  // A broken pack stops the run before any evidence is read.
  const { ruleSet, rulesForThreads } = loadRules(options.rules);
  const clocks = options.clocks === undefined ? [] : readClockFile(options.clocks);
  const inputs = discoverInputs(paths);
  if (inputs.length === 0)
    throw new UserError(`nothing to read in ${paths.join(', ')}`, `put the evidence there: ${recognised()}`);
  limitSpools(options.cacheLimit, inputs, false);
  const progress = progressOn(process.stderr, options.quiet === true);
  const make = (readings: readonly InputReading[]): Report => {
    progress.done();
    return composeReport(analyzed(readings, ruleSet, span, { ...options, clocks }), VERSION);
  };
  const reader: PoolOptions['reader'] = (watch) => inputReader(ruleSet.rules, PARSERS, watch);
  const pool = { reader, rulesForThreads, jobs: readJobs(options.jobs), show: progress.show };
  const read = (some: readonly Input[]) => readWithPool({ ...pool, inputs: some });
  const { case: file, verify = false } = options;
  if (file === undefined && verify) throw new UserError('--verify checks a case', 'name it: --case FILE');
  const report =
    file === undefined
      ? make(await read(inputs))
      : await answerWithCase<Report>({
          ...{ file, verify, inputs, ruleSet, parsers: PARSERS, read, answer: make },
          program: programKey(VERSION, import.meta.url),
          asked: JSON.stringify({ zones: options.zone, clocks, span, entities: options.vm }),
          say(line) {
            progress.done();
            process.stderr.write(`faultline: ${harmlessLine(line)}\n`);
          },
        });
  await writeOut(options.out ?? null, render(report, options));
  return exitCode(report, options.failOn);
}

export function analyzed(
  readings: readonly InputReading[],
  ruleSet: RuleSet,
  span: Interval | null,
  { zone, vm, clocks }: Pick<ReportOptions, 'zone' | 'vm'> & { readonly clocks: readonly ClockOverride[] },
): Analysis {
  const analysis = analyze({ readings, ruleSet, zones: zone, clocks, span, entities: vm });
  if (analysis.sources.length > 0) return analysis;
  const [only, ...others] = analysis.unrecognised;
  if (only?.reason === 'unreadable' && others.length === 0) {
    throw new UserError(
      `cannot read ${only.path}: ${only.firstBytes}`,
      'check its permissions, or copy it to where you may read it',
    );
  }
  throw new UserError(nothingRecognised(analysis.unrecognised), `faultline recognises by content: ${recognised()}`);
}

function render(report: Report, { format, out }: ReportOptions): string {
  if (format === 'json') return toJson(report);
  if (format === 'markdown') return toMarkdown(report);
  return toText(report, out === undefined ? terminalPalette(process.stdout) : PLAIN);
}

export function recognised(): string {
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
