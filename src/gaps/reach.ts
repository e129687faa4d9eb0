import type { Clocks } from '../model/clock.js';
import { GAP_WORDS, type Gap, type Loss, type StreamGaps } from '../model/gap.js';
import type { Incident } from '../model/incident.js';
import type { Rule } from '../model/rule.js';
import type { ReadSource } from '../model/source.js';
import { type Interval, isDated, MINUTE, type Micros } from '../model/time.js';
import type { Topology } from '../model/topology.js';
import { type Archive, collectArchives } from './archives.js';
import { lookBack } from './concern.js';
import { compare, type Log, placeLogs } from './logs.js';
import { indexLooks, type Looks } from './looks.js';
import { advice, archiveName, manyIncidents, moment, named, stretch } from './words.js';

export interface ReachInput {
  /** Those of the report, in its order. */
  readonly incidents: readonly Incident[];
  readonly rules: readonly Rule[];
  readonly sources: readonly ReadSource[];
  readonly clocks: Clocks;
  readonly topology: Topology;
  readonly gaps: readonly StreamGaps[];
}

/** Sentences of one kind that are shown; how many more there are is said. */
const SENTENCES_SHOWN = 8;
/** Gaps and losses farther before an incident than this hide context, not its cause. */
const HIDING = 30 * MINUTE;

/** What the logs could not have shown of the incidents, one sentence per log and reason: the check before any verdict. */
export function checkReach(input: ReachInput): readonly string[] {
  const logs = placeLogs(input.sources, input.clocks, input.topology);
  const looks = indexLooks(input.rules);
  const dated = input.incidents.filter(({ onset }) => onset !== null && isDated(onset.earliest));
  const reach = collectArchives(logs).flatMap((archive) => reachOf(archive, dated, looks, input.topology));
  return [...bounded(reach, 'logs'), ...bounded(hidden(logs, dated, looks, input), 'gaps')];
}

/** A sentence, and by what it is ordered: the most incidents first. */
interface Said {
  readonly incidents: number;
  readonly text: string;
}

function bounded(said: readonly Said[], what: string): readonly string[] {
  const sorted = [...said].sort((a, b) => b.incidents - a.incidents || compare(a.text, b.text)).map(({ text }) => text);
  const more = sorted.length - SENTENCES_SHOWN;
  if (more <= 0) return sorted;
  return [
    ...sorted.slice(0, SENTENCES_SHOWN),
    `${more} more ${what} like these: faultline clocks shows what every log covers`,
  ];
}

interface Concern {
  readonly incident: Incident;
  readonly onset: Interval;
  readonly back: Micros;
}

/** The incidents that hypotheses would explain from this log. */
function concerns(log: Log, incidents: readonly Incident[], looks: Looks, topology: Topology): readonly Concern[] {
  return incidents.flatMap((incident) => {
    const back = lookBack(incident, log, looks, topology);
    return back === null || incident.onset === null ? [] : [{ incident, onset: incident.onset, back }];
  });
}

function reachOf(archive: Archive, incidents: readonly Incident[], looks: Looks, topology: Topology): readonly Said[] {
  const every = archive.logs.flatMap((log) => concerns(log, incidents, looks, topology));
  const about = mostBack(every, incidents);
  const error = ({ incident }: Concern): Micros => archive.uncertainty + incident.defining.uncertainty;
  const late = about.filter((c) => archive.from > c.onset.latest + error(c));
  const short = about.filter((c) => !late.includes(c) && archive.from > c.onset.earliest - c.back + error(c));
  const early = about.filter((c) => archive.to < c.onset.earliest - error(c));
  const name = archiveName(archive);
  const all = about.length;
  const said: Said[] = [];
  if (late.length > 0) {
    const text = `${name} begins ${moment(archive.from)}, after ${manyIncidents(late, all)}; ${advice(archive)}`;
    said.push({ incidents: late.length, text });
  }
  if (short.length > 0) {
    const back = Math.max(...short.map((c) => c.back));
    const text = `${name} begins ${moment(archive.from)}, less than the ${stretch(back)} before ${manyIncidents(short, all)} that hypotheses look at; ${advice(archive)}`;
    said.push({ incidents: short.length, text });
  }
  if (early.length > 0) {
    const last = Math.max(...archive.logs.map(({ span }) => span.latest));
    const text = `${name} ends ${moment(last)}, before ${manyIncidents(early, all)}: collect it again`;
    said.push({ incidents: early.length, text });
  }
  return said;
}

/** Each incident once, in their order, with the farthest look of all logs of the archive. */
function mostBack(about: readonly Concern[], incidents: readonly Incident[]): readonly Concern[] {
  const byIncident = new Map<string, Concern>();
  for (const concern of about) {
    const known = byIncident.get(concern.incident.id);
    if (known === undefined || concern.back > known.back) byIncident.set(concern.incident.id, concern);
  }
  return incidents.flatMap(({ id }) => byIncident.get(id) ?? []);
}

/** Gaps and losses that lie over incidents. */
function hidden(
  logs: readonly Log[],
  incidents: readonly Incident[],
  looks: Looks,
  input: ReachInput,
): readonly Said[] {
  const byKey = new Map(input.gaps.map((gaps) => [gaps.key, gaps]));
  const paths = new Map(input.sources.map(({ id, path }) => [id, path]));
  const said = new Map<string, Said>();
  for (const log of logs) {
    const { gaps = [], losses = [] } = byKey.get(log.key) ?? {};
    if (gaps.length === 0 && losses.length === 0) continue;
    const about = concerns(log, incidents, looks, input.topology);
    const say = (span: Interval, cause: string, sentence: (many: string) => string): void => {
      const met = about.filter((concern) => hides(span, concern));
      if (met.length === 0) return;
      const many = manyIncidents(met, 0);
      // Kinds of counters in one file stop together, some milliseconds apart.
      const key = [log.source.path, cause, many].join('\n');
      if (!said.has(key)) said.set(key, { incidents: met.length, text: sentence(many) });
    };
    for (const gap of gaps)
      if (gap.cause !== 'cosmetic') say(gap.span, gap.cause, (many) => gapSentence(log, gap, many, paths));
    for (const loss of losses) say(loss.span, 'rate-limited', (many) => lossSentence(log, loss, many));
  }
  return [...said.values()];
}

function hides(span: Interval, { incident, onset, back }: Concern): boolean {
  const until = Math.max(onset.latest, incident.defining.start ?? onset.latest);
  return span.earliest < until && span.latest > onset.earliest - Math.min(back, HIDING);
}

function gapSentence(log: Log, gap: Gap, many: string, paths: ReadonlyMap<string, string>): string {
  const told = gap.because[0];
  const because = told === undefined ? '' : ` (${named(told, paths)})`;
  const wrote = gap.elsewhere === null ? '' : `; the machine wrote meanwhile in ${gap.elsewhere}`;
  return `${log.source.path} has nothing from ${moment(gap.span.earliest)} to ${moment(gap.span.latest)}, over ${many}: ${GAP_WORDS[gap.cause]}${because}${wrote}`;
}

function lossSentence(log: Log, { span, lines, isExact }: Loss, many: string): string {
  const count = isExact ? `${lines}` : lines === 0 ? 'an unknown number of' : `at least ${lines}`;
  const when =
    span.latest === span.earliest
      ? `at ${moment(span.earliest)}`
      : `from ${moment(span.earliest)} to ${moment(span.latest)}`;
  return `${log.source.path} lost ${count} lines ${when}, over ${many}: ${GAP_WORDS['rate-limited']}, so counts are too low and silence is no health`;
}
