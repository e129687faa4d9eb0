import { HARM } from '../attribute/controls.js';
import { aliveStreams } from '../attribute/coverage.js';
import { nightNumber, nightSpan } from '../attribute/night.js';
import { trendOf } from '../attribute/trend.js';
import { watchedVms } from '../attribute/watched.js';
import type { Analysis } from '../model/analysis.js';
import { DAY, type Interval, isDated } from '../model/time.js';
import type { Topology } from '../model/topology.js';
import type { Change } from '../model/trend.js';
import { UserError } from '../model/user-error.js';
import { composeTrend } from '../report/compose-trend.js';
import { toJson } from '../report/json.js';
import { PLAIN } from '../report/text.js';
import { formatTime } from '../report/time.js';
import { trendToText } from '../report/trend-text.js';
import { INCIDENT_KINDS, UNDETERMINED } from '../rule/vocabulary.js';
import { type EvidenceOptions, openEvidence } from './evidence.js';
import { nearest } from './nearest.js';
import { terminalPalette } from './palette.js';
import { readChange } from './span.js';
import { VERSION } from './version.js';
import { writeOut } from './write-out.js';

export interface TrendOptions extends EvidenceOptions {
  readonly change: string;
  readonly kind?: string;
  readonly cause?: string;
  readonly vm: readonly string[];
  readonly format: 'text' | 'json';
  readonly out?: string;
}

/** `faultline trend PATH... --change TIME`: returns the exit code. */
export async function runTrend(paths: readonly string[], options: TrendOptions): Promise<number> {
  const change = changeOf(options.change);
  const kinds = options.kind === undefined ? [...HARM] : [kindNamed(options.kind)];
  const evidence = openEvidence(paths, options);
  const causes = evidence.ruleSet.rules.flatMap((rule) => (rule.kind === 'hypothesis' ? [rule.cause] : []));
  const cause = options.cause === undefined ? null : causeNamed(options.cause, new Set(causes));
  const analysis = evidence.analyze(await evidence.read(evidence.inputs), null, []);
  refuseOutside(change, options.change, analysis);
  const alive = aliveStreams(analysis.sources, analysis.clocks);
  const logging = watchedVms(alive, analysis.sources, analysis.topology);
  const vms = options.vm.map((name) => vmNamed(name, analysis.topology, [...logging.keys()]));
  const report = composeTrend(trendOf({ ...analysis, alive, change, kinds, cause, vms }), VERSION);
  const { format, out } = options;
  const palette = out === undefined ? terminalPalette(process.stdout) : PLAIN;
  const text = format === 'json' ? toJson(report) : trendToText(report, palette);
  await writeOut(out ?? null, text);
  return 0;
}

/** Of a date: the night that begins on it, because nobody knows when that day's change was made. */
function changeOf(text: string): Change {
  const { at, isDate } = readChange(text);
  if (!isDate) return { span: { earliest: at, latest: at }, isNight: false };
  return { span: nightSpan(nightNumber(at + DAY / 2)), isNight: true };
}

/** What a guest's own log shows; for harm that only other logs tell, a night on which the guest's was recording proves nothing. */
function kindNamed(kind: string): string {
  const kinds = [...INCIDENT_KINDS.keys()].filter((one) => one.startsWith('guest.'));
  if (kinds.includes(kind)) return kind;
  const reason = INCIDENT_KINDS.has(kind)
    ? "is not told by the guest's own log, which says what was watched"
    : 'is no kind';
  throw new UserError(`--kind "${kind}" ${reason}`, `one of: ${kinds.join(', ')}`);
}

function causeNamed(cause: string, known: ReadonlySet<string>): string {
  const causes = [...known].filter((one) => one !== UNDETERMINED).sort();
  if (causes.includes(cause)) return cause;
  throw new UserError(`no hypothesis of the packs is of cause "${cause}"`, `one of: ${causes.join(', ')}`);
}

/** A VM, or a machine that only its own log tells of. */
function vmNamed(asked: string, { vms, vmOf }: Topology, logging: readonly string[]): string {
  const lower = asked.toLowerCase();
  const names = [...new Set([...vms.map(({ name }) => name), ...logging])];
  const found = names.find((name) => name.toLowerCase() === lower) ?? vmOf(asked);
  if (found !== null) return found;
  throw new UserError(
    `there is no VM "${asked}" in this evidence`,
    names.length === 0 ? 'leave out --vm' : `did you mean one of: ${nearest(asked, names, 3).join(', ')}`,
  );
}

function refuseOutside({ span }: Change, asked: string, analysis: Analysis): void {
  const covered = coveredBy(analysis);
  if (covered === null)
    throw new UserError('no log of this evidence has a place in time', 'see faultline clocks PATH...');
  if (span.latest > covered.earliest && span.earliest < covered.latest) return;
  const [from, to] = [covered.earliest, covered.latest].map((at) => formatTime(at, 1_000_000));
  throw new UserError(
    `--change ${asked} lies outside what the evidence covers, ${from} to ${to}`,
    'give logs from before and after the change',
  );
}

/** From the first to the last record of any log. */
function coveredBy({ coverage }: Analysis): Interval | null {
  const stretches = coverage
    .flatMap((one) => one.stretches)
    .filter(({ earliest, latest }) => isDated(earliest) && isDated(latest));
  if (stretches.length === 0) return null;
  return {
    earliest: stretches.reduce((least, { earliest }) => Math.min(least, earliest), Infinity),
    latest: stretches.reduce((most, { latest }) => Math.max(most, latest), -Infinity),
  };
}
