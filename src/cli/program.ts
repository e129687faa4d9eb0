import { Command, CommanderError, Option } from 'commander';
import { UserError } from '../model/user-error.js';
import { type ClocksOptions, runClocks } from './clocks.js';
import { type ExplainOptions, runExplain } from './explain.js';
import { type ReportOptions, runReport } from './report.js';
import { runLint, runTests } from './rules.js';
import { runSearch, type SearchCommandOptions } from './search.js';
import { runTrend, type TrendOptions } from './trend.js';
import { VERSION } from './version.js';

const REPORT_EXAMPLES = `
Examples:
  faultline report ./evidence
  faultline report ./evidence --format markdown --out post-mortem.md
  faultline report syslog.1.gz System.evtx backup.csv --vm web01
  faultline report ./evidence --zone web01=Europe/Vienna --since 2024-03-01 --until 2024-03-04
  zcat syslog.2.gz | faultline report - --format json
  faultline report ./evidence --fail-on likely --quiet
  faultline report ./evidence --case ./evidence.case --verify

Exit codes: 0 done, 1 incidents at or above --fail-on, 2 could not do it.`;

/** Builds the command line, runs one verb and returns its exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  let code = 0;
  const program = new Command('faultline')
    .description('Finds out why a Linux VM on a Hyper-V cluster over a SAN broke.')
    .version(VERSION)
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .showSuggestionAfterError();
  program
    .command('report')
    .description('read evidence, attribute each incident, write the post-mortem')
    .argument('<path...>', 'files, folders, .gz members, or - for standard input')
    .addOption(new Option('-f, --format <format>', 'output').choices(['text', 'markdown', 'json']).default('text'))
    .option('-o, --out <file>', 'write there instead of standard output')
    .option('--since <time>', 'only incidents that touch the time from here on')
    .option('--until <time>', 'only incidents up to here')
    .option('--vm <name>', 'only this VM or host (repeatable)', append, [])
    .option('--rules <dir>', 'one more rule pack (repeatable)', append, [])
    .option(
      '--zone <name-or-path=zone>',
      'local time of a host or file that does not state it (repeatable)',
      append,
      [],
    )
    .option('--clocks <file>', 'what is known of single clocks: a file that faultline clocks --write made')
    .addOption(
      new Option('--fail-on <level>', 'exit 1 when an incident has at least this verdict').choices([
        'any',
        'likely',
        'confirmed',
      ]),
    )
    .option('-j, --jobs <n>', 'threads that read; the result is the same for any number (default: the cores)')
    .option('--cache-limit <size>', 'disk for unpacked and piped evidence (default: half of what is free, at most 64G)')
    .option('--case <file>', 'keep there what was read; the next run reads only what changed')
    .option('--verify', 'with --case: hash every file whole, and say which changed')
    .option('-q, --quiet', 'no progress')
    .addHelpText('after', REPORT_EXAMPLES)
    .action(async (paths: string[], options: ReportOptions) => {
      code = await runReport(paths, options);
    });
  addClocks(program, (n) => {
    code = n;
  });
  addExplain(program, (n) => {
    code = n;
  });
  addRules(program, (n) => {
    code = n;
  });
  addSearch(program, (n) => {
    code = n;
  });
  addTrend(program, (n) => {
    code = n;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // --help and --version end here with exit code 0.
    if (error.exitCode === 0) return 0;
    throw new UserError(error.message.replace(/^error: /, ''), 'see faultline --help');
  }
  return code;
}

const CLOCKS_EXAMPLES = `
Examples:
  faultline clocks ./evidence
  faultline clocks ./evidence --format json --out clocks.json
  faultline clocks ./evidence --explain guests/web01/var/log/syslog:812
  faultline clocks ./evidence --explain hosts/HV01/System.evtx:#41234
  faultline clocks ./evidence --write clocks.yaml      # edit it, then:
  faultline report ./evidence --clocks clocks.yaml

True time is the stamp, read as if it were UTC, plus the offset.`;

function addClocks(program: Command, done: (code: number) => void): void {
  program
    .command('clocks')
    .description('what is known of every clock: zone, offset, error, and the proof')
    .argument('<path...>', 'files, folders, .gz members, or - for standard input')
    .addOption(new Option('-f, --format <format>', 'output').choices(['text', 'json']).default('text'))
    .option('-o, --out <file>', 'write there instead of standard output')
    .option('--rules <dir>', 'one more rule pack (repeatable)', append, [])
    .option('--zone <name-or-path=zone>', 'local time of a host or file (repeatable)', append, [])
    .option('--clocks <file>', 'what is known of single clocks: a file that --write made')
    .option('--write <file>', 'write such a file, to be edited')
    .option(
      '--explain <file:line>',
      'how the true time of one record came about, step by step (event logs: file:#record)',
    )
    .option('-j, --jobs <n>', 'threads that read; the result is the same for any number (default: the cores)')
    .option('--cache-limit <size>', 'disk for unpacked and piped evidence')
    .option('-q, --quiet', 'no progress')
    .addHelpText('after', CLOCKS_EXAMPLES)
    .action(async (paths: string[], options: ClocksOptions) => done(await runClocks(paths, options)));
}

const EXPLAIN_EXAMPLES = `
Examples:
  faultline explain i1 ./evidence                          # ids as the report has them
  faultline explain web01 ./evidence                       # a VM or host that had one incident
  faultline explain i1 ./evidence --cause san-saturation   # why not this one?
  faultline explain i1 ./evidence --why-not host/path-loss # how near did a rule come to firing?
  faultline explain i1 ./evidence --format json`;

function addExplain(program: Command, done: (code: number) => void): void {
  program
    .command('explain')
    .description('why an incident was attributed as it was: every condition with its values')
    .argument('<incident>', 'its id in the report, or the VM or host if it had one incident')
    .argument('<path...>', 'the same evidence that was reported on')
    .option('--cause <id>', 'this hypothesis in full, instead of the leading one')
    .option(
      '--why-not <rule>',
      'how near a rule came to firing: stage, seconds outside the window, differing value, missing source',
    )
    .addOption(new Option('-f, --format <format>', 'output').choices(['text', 'json']).default('text'))
    .option('-o, --out <file>', 'write there instead of standard output')
    .option('--rules <dir>', 'one more rule pack (repeatable)', append, [])
    .option('--zone <name-or-path=zone>', 'local time of a host or file (repeatable)', append, [])
    .option('--clocks <file>', 'what is known of single clocks: a file that faultline clocks --write made')
    .option('-j, --jobs <n>', 'threads that read; the result is the same for any number (default: the cores)')
    .option('--cache-limit <size>', 'disk for unpacked and piped evidence')
    .option('-q, --quiet', 'no progress')
    .addHelpText('after', EXPLAIN_EXAMPLES)
    .action(async (incident: string, paths: string[], options: ExplainOptions) =>
      done(await runExplain(incident, paths, options)),
    );
}

const TREND_EXAMPLES = `
Examples:
  faultline trend ./evidence --change 2024-03-01                        # that night belongs to neither side
  faultline trend ./evidence --change 2024-03-01T09:30:00+01:00         # split at that instant
  faultline trend ./evidence --change 2024-03-01 --cause vss-snapshot   # only what had this cause
  faultline trend ./evidence --change 2024-03-01 --kind guest.fs.readonly --vm web01 --vm web02
  faultline trend ./evidence --change 2024-03-01 --format json --out trend.json

Nights run from noon to noon UTC and are named after the day on which they begin.
The evidence must hold the guests' own logs from before and after the change: a night without a log is not a clean night.`;

function addTrend(program: Command, done: (code: number) => void): void {
  program
    .command('trend')
    .description('did the fix work: rates before and after a change, and what they prove')
    .argument('<path...>', 'files, folders, .gz members, or - for standard input')
    .requiredOption('--change <time>', 'when the change was made: a date, or an instant with its zone')
    .option('--kind <kind>', 'only incidents of this kind (default: read-only, I/O error, hang, stall, unclean reboot)')
    .option('--cause <id>', 'only incidents whose leading cause this is, likely or confirmed')
    .option('--vm <name>', 'only this VM (repeatable)', append, [])
    .addOption(new Option('-f, --format <format>', 'output').choices(['text', 'json']).default('text'))
    .option('-o, --out <file>', 'write there instead of standard output')
    .option('--rules <dir>', 'one more rule pack (repeatable)', append, [])
    .option('--zone <name-or-path=zone>', 'local time of a host or file (repeatable)', append, [])
    .option('--clocks <file>', 'what is known of single clocks: a file that faultline clocks --write made')
    .option('-j, --jobs <n>', 'threads that read; the result is the same for any number (default: the cores)')
    .option('--cache-limit <size>', 'disk for unpacked and piped evidence')
    .option('-q, --quiet', 'no progress')
    .addHelpText('after', TREND_EXAMPLES)
    .action(async (paths: string[], options: TrendOptions) => done(await runTrend(paths, options)));
}

const RULES_EXAMPLES = `
Examples:
  faultline rules lint ./my-pack
  faultline rules test ./my-pack
  faultline rules test ./my-pack --only guest/ext4`;

function addRules(program: Command, done: (code: number) => void): void {
  const rules = program
    .command('rules')
    .description('check rule packs: what docs/rules.md asks of them')
    .addHelpText('after', RULES_EXAMPLES);
  rules
    .command('lint')
    .description('every mistake of a pack with file, line, column and fix, then advice')
    .argument('<dir>', 'folder with pack.yaml')
    .action((dir: string) => done(runLint(dir)));
  rules
    .command('test')
    .description('run the test beside each rule through the whole program')
    .argument('<dir>', 'folder with pack.yaml')
    .option('--only <text>', 'only rules whose id holds this')
    .action(async (dir: string, options: { only?: string }) => done(await runTests(dir, options.only)));
}

const SEARCH_EXAMPLES = `
Examples:
  faultline search "I/O error" ./evidence
  faultline search --regex 'sd[a-z]: .*timed out' ./evidence --since 2024-03-03T02:00:00Z --until 2024-03-03T03:00:00Z
  faultline search "5120" ./evidence --layer hypervisor -C 2
  faultline search "remounting filesystem" ./evidence --vm web01 --format json
  zcat syslog.2.gz | faultline search -c "blocked for more than" -
  faultline clocks ./evidence --write clocks.yaml && faultline search "5120" ./evidence --clocks clocks.yaml

Upper and lower case differ only if the query holds an upper-case letter.
Exit codes: 0 found, 1 nothing found, 2 could not do it.`;

function addSearch(program: Command, done: (code: number) => void): void {
  program
    .command('search')
    .description('find a text in all evidence, in time order with aligned times')
    .argument('<query>', 'text to look for')
    .argument('<path...>', 'files, folders, .gz members, or - for standard input')
    .option('-e, --regex', 'the query is an expression in RE2 syntax')
    .option('-i, --ignore-case', 'upper and lower case never differ')
    .option('-s, --case-sensitive', 'upper and lower case always differ')
    .option('--since <time>', 'only hits from here on (true time)')
    .option('--until <time>', 'only hits up to here')
    .option(
      '--vm <name>',
      'only what is of this VM, names it or was written on its hosts; or of a host (repeatable)',
      append,
      [],
    )
    .addOption(
      new Option('--layer <layer>', 'only evidence of this layer (repeatable)')
        .choices(LAYERS)
        .argParser((value: string, before: readonly string[]) => append(oneOf('--layer', value, LAYERS), before))
        .default([], 'all'),
    )
    .option('--zone <name-or-path=zone>', 'local time of a host or file (repeatable)', append, [])
    .option('--clocks <file>', 'what is known of single clocks: a file that faultline clocks --write made')
    .option('-B, --before <n>', 'neighbours before each hit: lines, or records of an event log')
    .option('-A, --after <n>', 'neighbours after each hit')
    .option('-C, --context <n>', 'both')
    .addOption(new Option('-f, --format <format>', 'output').choices(['text', 'json']).default('text'))
    .option('-c, --count', 'only how many')
    .option('-m, --max <n>', 'only the first so many')
    .option('-j, --jobs <n>', 'threads that read; the result is the same for any number (default: the cores)')
    .option('-q, --quiet', 'no progress, and nothing on what was not searched')
    .addHelpText('after', SEARCH_EXAMPLES)
    .action(async (query: string, paths: string[], options: SearchCommandOptions) =>
      done(await runSearch(query, paths, options)),
    );
}

const LAYERS = ['guest', 'hypervisor', 'backup', 'storage', 'network', 'inventory'];

function oneOf(option: string, value: string, choices: readonly string[]): string {
  if (choices.includes(value)) return value;
  throw new UserError(`${option} "${value}" is none of ${choices.join(', ')}`, 'see faultline search --help');
}

function append(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
