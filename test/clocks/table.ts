import { upperBound } from './evaluate.js';
import { isConfident, isOutside, isWrong, isWrongBetween, type StreamScore } from './score.js';

/** A kind of stream, and which streams are of it. */
interface RowKind {
  readonly name: string;
  readonly of: (score: StreamScore) => boolean;
}

const ENOUGH = 3;

const BY_ANCHORS: readonly RowKind[] = [
  { name: 'none', of: (s) => s.independent === 0 && s.nightly === 0 },
  { name: 'nightly ones only', of: (s) => s.independent === 0 && s.nightly > 0 },
  { name: '1 to 2', of: (s) => s.independent >= 1 && s.independent < ENOUGH },
  { name: '3 to 9', of: (s) => s.independent >= ENOUGH && s.independent < 10 },
  { name: '10 and more', of: (s) => s.independent >= 10 },
  { name: '**3 and more**', of: (s) => s.independent >= ENOUGH },
  { name: '**all**', of: () => true },
];

const kinds = <K extends keyof StreamScore>(field: K, values: readonly StreamScore[K][]): readonly RowKind[] =>
  values.map((value) => ({ name: String(value), of: (score) => score[field] === value }));

/** Of streams with three independent anchors and more. */
const BY_KIND: readonly { readonly title: string; readonly rows: readonly RowKind[] }[] = [
  { title: 'error of the clock', rows: kinds('skew', ['none', 'seconds', 'minutes', 'any', 'days']) },
  { title: 'zone', rows: kinds('zone', ['stated', 'local', 'local, changes']) },
  { title: 'year', rows: kinds('year', ['dated', 'yearless', 'yearless, turns']) },
  { title: 'motion', rows: kinds('motion', ['steady', 'drift', 'steps', 'drift and steps', 'set beyond its anchors']) },
];

const HEAD =
  'streams | measured | within | within 1 s | median error | median uncertainty | zone right | zone among | wrong and confident | wrong, with what lies beyond | not measured, wrong | assumed, honest';

/** The tables as Markdown. */
export function tablesOf(scores: readonly StreamScore[]): string {
  const enough = scores.filter(({ independent }) => independent >= ENOUGH);
  return [
    table('independent anchors', BY_ANCHORS, scores),
    'Of the streams with three and more:',
    ...BY_KIND.map(({ title, rows }) => table(title, rows, enough)),
  ].join('\n\n');
}

function table(title: string, rows: readonly RowKind[], scores: readonly StreamScore[]): string {
  const head = `| ${title} | ${HEAD} |`;
  const line = `| --- |${' ---: |'.repeat(HEAD.split('|').length)}`;
  return [head, line, ...rows.map(({ name, of }) => `| ${name} | ${cells(scores.filter(of)).join(' | ')} |`)].join(
    '\n',
  );
}

function cells(scores: readonly StreamScore[]): readonly string[] {
  const measured = scores.filter(isConfident);
  const places = measured.flatMap((score) => score.places);
  const sure = scores.filter(({ basis }) => basis !== 'assumed' && basis !== 'none');
  const wrong = measured.filter(isWrongBetween).length;
  const wrongAnywhere = measured.filter(isWrong).length;
  const assumed = scores.filter(({ basis }) => basis === 'assumed');
  return [
    String(scores.length),
    percent(measured.length, scores.length),
    percent(places.filter((place) => !isOutside(place)).length, places.length),
    percent(places.filter(({ error }) => error <= 1).length, places.length),
    seconds(median(places.map(({ error }) => error))),
    seconds(median(places.map(({ uncertainty }) => uncertainty))),
    part(
      sure.filter((s) => s.zoneIdentifiable),
      (s) => s.zoneRight,
    ),
    part(sure, (s) => s.zoneAmong),
    bounded(wrong, measured.length),
    bounded(wrongAnywhere, measured.length),
    wrongOf(scores.filter(isUnmeasured)),
    part(assumed, (s) => !isWrong(s)),
  ];
}

function bounded(wrong: number, of: number): string {
  return of === 0 ? '-' : `${wrong} (< ${(100 * upperBound(wrong, of)).toFixed(2)} %)`;
}

function part(scores: readonly StreamScore[], is: (score: StreamScore) => boolean): string {
  return percent(scores.filter(is).length, scores.length);
}

/** The zone is known, and that is all. */
function isUnmeasured(score: StreamScore): boolean {
  return !isConfident(score) && (score.basis === 'stated' || score.basis === 'derived');
}

function wrongOf(scores: readonly StreamScore[]): string {
  return scores.length === 0 ? '-' : `${scores.filter(isWrong).length} of ${scores.length}`;
}

function percent(some: number, all: number): string {
  return all === 0 ? '-' : `${((100 * some) / all).toFixed(1)} %`;
}

function seconds(value: number | null): string {
  if (value === null) return '-';
  const short = value.toPrecision(2);
  return `${value < 99.5 ? short : Number(short)} s`;
}

function median(values: readonly number[]): number | null {
  // A place that is no number counts as infinitely far.
  const numbers = values.map((value) => (Number.isNaN(value) ? Number.POSITIVE_INFINITY : value));
  return numbers.sort((x, y) => (x < y ? -1 : x > y ? 1 : 0))[values.length >> 1] ?? null;
}
