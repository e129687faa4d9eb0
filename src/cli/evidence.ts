import { analyze } from '../analyze.js';
import { overridesOf } from '../clock/given.js';
import { discoverInputs, type Input } from '../ingest/discover.js';
import { limitSpools } from '../ingest/spool-limit.js';
import type { Analysis } from '../model/analysis.js';
import type { ClockOverride } from '../model/clock-override.js';
import type { InputReading } from '../model/reading.js';
import type { RuleSet } from '../model/rule.js';
import type { Interval } from '../model/time.js';
import { UserError } from '../model/user-error.js';
import { inputReader } from '../read-evidence.js';
import { harmlessLine } from '../report/harmless.js';
import { readClockFile } from './clock-file.js';
import { readJobs } from './jobs.js';
import { loadRules } from './load-rules.js';
import { PARSERS } from './parsers.js';
import { progressOn } from './progress.js';
import { type PoolOptions, readWithPool } from './read-pool.js';

export interface EvidenceOptions {
  readonly rules: readonly string[];
  readonly zone: readonly string[];
  readonly clocks?: string;
  readonly jobs?: string;
  readonly cacheLimit?: string;
  readonly quiet?: boolean;
}

/** What was asked for, ready to be read: rules and the clock file are checked before any evidence is. */
export interface Evidence {
  readonly ruleSet: RuleSet;
  readonly clocks: readonly ClockOverride[];
  readonly inputs: readonly Input[];
  read(some: readonly Input[]): Promise<InputReading[]>;
  /** Every stage after reading. Throws where nothing was recognised. */
  analyze(readings: readonly InputReading[], span: Interval | null, entities: readonly string[]): Analysis;
  /** A line on standard error, below the progress. */
  say(line: string): void;
}

export function openEvidence(paths: readonly string[], options: EvidenceOptions): Evidence {
  const { ruleSet, rulesForThreads } = loadRules(options.rules);
  const clocks = options.clocks === undefined ? [] : readClockFile(options.clocks);
  const inputs = discoverInputs(paths);
  if (inputs.length === 0)
    throw new UserError(`nothing to read in ${paths.join(', ')}`, `put the evidence there: ${recognised()}`);
  limitSpools(options.cacheLimit, inputs, false);
  const progress = progressOn(process.stderr, options.quiet === true);
  const reader: PoolOptions['reader'] = (watch) => inputReader(ruleSet.rules, PARSERS, watch);
  const pool = { reader, rulesForThreads, jobs: readJobs(options.jobs), show: progress.show };
  const say = (line: string): void => {
    progress.done();
    process.stderr.write(`faultline: ${harmlessLine(line)}\n`);
  };
  return {
    ...{ ruleSet, clocks, inputs, say },
    read: (some) => readWithPool({ ...pool, inputs: some }),
    analyze(readings, span, entities) {
      progress.done();
      const analysis = analyze({ readings, ruleSet, zones: options.zone, clocks, span, entities });
      if (analysis.sources.length === 0) refuseNothing(analysis);
      for (const { path, host, channel } of unmatched(clocks, analysis))
        say(
          `no clock of this evidence is meant by ${[path, host, channel].filter((part) => part !== null).join(', ')}`,
        );
      return analysis;
    },
  };
}

/** Entries of the clock file that speak of no stream: a slip of the pen, or evidence that was left out. */
function unmatched(clocks: readonly ClockOverride[], { sources }: Analysis): readonly ClockOverride[] {
  const meant = new Set(
    sources.flatMap(({ path, streams }) =>
      streams.flatMap((stream) => (stream.clock === 'wall' ? overridesOf(clocks, path, stream) : [])),
    ),
  );
  return clocks.filter((entry) => !meant.has(entry));
}

function refuseNothing({ unrecognised }: Analysis): never {
  const [only, ...others] = unrecognised;
  if (only?.reason === 'unreadable' && others.length === 0) {
    throw new UserError(
      `cannot read ${only.path}: ${only.firstBytes}`,
      'check its permissions, or copy it to where you may read it',
    );
  }
  throw new UserError(nothingRecognised(unrecognised), `faultline recognises by content: ${recognised()}`);
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
