import {
  answerFrom,
  type Planned,
  type PlanOptions,
  planReadings,
  type ReadingKeys,
  readingKeys,
} from './case-plan.js';
import type { Input } from './ingest/discover.js';
import { metricReader } from './keep-metrics.js';
import { keepFresh, keepTouched } from './keep-reading.js';
import type { InputReading } from './model/reading.js';
import { answerKey, loadAnswer, saveAnswer } from './store/answers.js';
import { isOfCase } from './store/identity.js';
import { type CaseFile, openCase } from './store/open.js';
import { withSourceId } from './store/source-ids.js';
import { listSources, markGiven } from './store/sources.js';
import { caseTrouble, inWords } from './store/trouble.js';

export interface CaseRun<Answer> extends PlanOptions {
  /** The case file; made if there is none. */
  readonly file: string;
  /** Reads inputs that the case does not answer for; their source ids count from s1. */
  readonly read: (inputs: readonly Input[]) => Promise<readonly InputReading[]>;
  /** Everything besides rules and readings that `answer` depends on. */
  readonly asked: string;
  /** Makes of the readings what the person wants: plain data. */
  readonly answer: (readings: readonly InputReading[]) => Answer;
  /** Takes one line for the person, beside the report. */
  readonly say: (line: string) => void;
}

/**
 * The answer over all inputs, from the case as far as it goes. It is the same as without a case: what is stored depends
 * on bytes, paths, rules, program and question, and is used only where all of them are the same.
 */
export async function answerWithCase<Answer extends object>(run: CaseRun<Answer>): Promise<Answer> {
  const open = await openCase(run.file);
  try {
    const isCase = isOfCase(open.file);
    const inputs = run.inputs.filter((input) => input.kind !== 'file' || !isCase(input.file));
    const keys = readingKeys(run);
    const planned = inWords(open.file, () => planReadings(open, keys, { ...run, inputs }));
    sayWhatIsKept(open, planned, run);
    const keeper = createKeeper(open, keys, planned, run.say);
    const known = inWords(open.file, () => knownAnswer(open, keys, planned, run.asked));
    if (known !== undefined) {
      for (const plan of planned) keeper.touched(plan, null);
      keeper.end();
      return known as Answer;
    }
    const readings = await readAll(open, planned, keeper, run);
    keeper.end();
    const answer = run.answer(readings);
    keeper.answered(run.asked, answer);
    return answer;
  } finally {
    open.close();
  }
}

function knownAnswer(open: CaseFile, keys: ReadingKeys, planned: readonly Planned[], asked: string): unknown {
  const sources: { path: string; sha256: string }[] = [];
  for (const { match, use } of planned) {
    if (match.state !== 'unchanged' || use !== 'reading') return undefined;
    sources.push(match.stored);
  }
  return loadAnswer(open, answerKey({ ...keys, asked, sources }));
}

/** Sources of samples are read by this thread, so that their samples can be kept; the others by `run.read`. */
async function readAll(
  open: CaseFile,
  planned: readonly Planned[],
  keeper: Keeper,
  run: Pick<CaseRun<object>, 'read' | 'ruleSet' | 'parsers'>,
): Promise<readonly InputReading[]> {
  const readings = new Map<string, InputReading>();
  const of = (wanted: (plan: Planned) => boolean): readonly Planned[] => planned.filter(wanted);
  // What moved takes its new place before what stood there makes room for something else.
  for (const plan of of(({ use }) => use !== 'none')) {
    const reading = inWords(open.file, () => answerFrom(open, plan, run.ruleSet));
    if (reading !== null) readings.set(plan.id, reading);
    keeper.touched(plan, reading);
  }
  const readMetrics = async (): Promise<void> => {
    const read = metricReader(run.ruleSet.rules, run.parsers);
    for (const plan of of(({ use, holdsMetrics }) => use === 'none' && holdsMetrics)) {
      const kept = await read(plan.input, plan.id);
      readings.set(plan.id, kept.reading);
      keeper.fresh(plan, kept);
    }
  };
  const readOthers = async (): Promise<void> => {
    const others = of(({ use, holdsMetrics }) => use === 'none' && !holdsMetrics);
    const found = others.length === 0 ? [] : await run.read(others.map(({ input }) => input));
    for (const [i, plan] of others.entries()) {
      const read = found[i];
      if (read === undefined) throw new Error(`nobody read ${plan.input.path}`);
      const reading = withSourceId(read, `s${i + 1}`, plan.id);
      readings.set(plan.id, reading);
      keeper.fresh(plan, { reading, columns: null, metricsKept: null });
    }
  };
  await Promise.all([readOthers(), readMetrics()]);
  return planned.map(({ id, input }) => {
    const reading = readings.get(id);
    if (reading === undefined) throw new Error(`nobody read ${input.path}`);
    return reading;
  });
}

interface Keeper {
  touched(plan: Planned, reading: InputReading | null): void;
  fresh(plan: Planned, kept: Parameters<typeof keepFresh>[3]): void;
  /** Marks which sources this run was given. */
  end(): void;
  answered(asked: string, answer: object): void;
}

/** The report does not depend on the case: where it cannot be written, that is said once, and the report goes on. */
function createKeeper(
  open: CaseFile,
  keys: ReadingKeys,
  planned: readonly Planned[],
  say: (line: string) => void,
): Keeper {
  const files = new Set(planned.flatMap(({ identity }) => (identity === null ? [] : [identity.file])));
  const rows = new Map<string, number>();
  let failed = false;
  const attempt = (write: () => void): void => {
    if (failed) return;
    try {
      write();
    } catch (error) {
      const trouble = caseTrouble(error, open.file);
      if (trouble === null) throw error;
      failed = true;
      say(`${trouble.message}: what was read is not kept, the report is whole (${trouble.nextStep})`);
    }
  };
  const keep = ({ id }: Planned, write: () => number | null): void =>
    attempt(() => {
      const row = write();
      if (row !== null) rows.set(id, row);
    });
  return {
    touched: (plan, reading) => keep(plan, () => keepTouched(open, keys, plan, reading)),
    fresh: (plan, kept) => keep(plan, () => keepFresh(open, keys, plan, kept, files)),
    end: () =>
      attempt(() => {
        const given = new Set(rows.values());
        if (listSources(open).some((stored) => stored.given !== given.has(stored.id)))
          open.write(() => markGiven(open, given));
      }),
    answered: (asked, answer) =>
      attempt(() => {
        const stored = new Map(listSources(open).map((source) => [source.id, source]));
        const sources = planned.flatMap(({ id }) => stored.get(rows.get(id) ?? -1) ?? []);
        // A source that is not kept may be another one next time.
        if (sources.length === planned.length) saveAnswer(open, answerKey({ ...keys, asked, sources }), answer);
      }),
  };
}

function sayWhatIsKept(
  open: CaseFile,
  planned: readonly Planned[],
  { say, verify }: Pick<CaseRun<object>, 'say' | 'verify'>,
): void {
  if (planned.some(({ input }) => input.kind === 'stdin'))
    say('standard input is not kept in the case: it cannot be read a second time');
  if (!verify) return;
  const of = (state: string): readonly Planned[] => planned.filter(({ match }) => match.state === state);
  const paths = new Set(planned.map(({ input }) => input.path));
  const gone = inWords(open.file, () => listSources(open)).filter(({ given, path }) => given && !paths.has(path));
  for (const { input } of of('changed')) say(`changed: ${input.path}`);
  for (const { input } of of('new')) say(`new: ${input.path}`);
  for (const { path } of gone) say(`gone: ${path}`);
  const counts = [`${of('unchanged').length} unchanged`, `${of('changed').length} changed`, `${of('new').length} new`];
  say(`verified ${planned.length} sources: ${[...counts, `${gone.length} gone`].join(', ')}`);
}
