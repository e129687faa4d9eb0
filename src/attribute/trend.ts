import type { Timed } from '../model/detection.js';
import type { Incident } from '../model/incident.js';
import type { ReadSource } from '../model/source.js';
import { isDated } from '../model/time.js';
import type { Topology } from '../model/topology.js';
import type {
  Change,
  ExposureUnit,
  RateComparison,
  Trend,
  TrendCheck,
  TrendEvent,
  TrendRow,
  TrendVerdict,
} from '../model/trend.js';
import type { Attribution } from '../model/verdict.js';
import type { Alive } from './coverage.js';
import {
  type Book,
  type Harm,
  nightKey,
  nightUnits,
  onBothSides,
  runUnits,
  sideOf,
  siteNights,
  sum,
  type Unit,
} from './exposure.js';
import { nightName, nightNumber } from './night.js';
import { ALPHA, compareRates } from './poisson.js';
import { type Cluster, clusterBefore } from './regression.js';
import { type Watched, watchedVms } from './watched.js';

/** Rules whose detections are runs of a backup, one for each VM. */
export const RUN_RULES: ReadonlySet<string> = new Set([
  'core/backup/vm-application-consistent',
  'core/backup/vm-crash-consistent',
  'core/backup/vm-unknown-consistency',
]);

/** From so many nights on the chart has a row for each week. */
const WEEKLY_FROM = 42;

export interface TrendInput {
  readonly incidents: readonly Incident[];
  readonly attributions: readonly Attribution[];
  readonly detections: readonly Timed[];
  readonly sources: readonly ReadSource[];
  readonly alive: readonly Alive[];
  readonly topology: Topology;
  readonly change: Change;
  readonly kinds: readonly string[];
  /** Only incidents that this cause led to. */
  readonly cause: string | null;
  /** Canonical names; none: all. */
  readonly vms: readonly string[];
}

/** Did the fix work: rates for each exposure before and after a change, and what may be said of them. */
export function trendOf(input: TrendInput): Trend {
  const { change, cause } = input;
  const events = eventsOf(input);
  const book = bookOf(input, events);
  const nights = nightUnits(book);
  const runs = runUnits(
    input.detections.filter(({ rule }) => RUN_RULES.has(rule)),
    book,
  );
  const [vmNights, vmRuns] = [onBothSides(nights), onBothSides(runs)];
  // Runs decide only where no VM was watched through a whole night on both sides.
  const unit: ExposureUnit = vmNights.length === 0 && vmRuns.length > 0 ? 'backup-run' : 'vm-night';
  const [units, all] = unit === 'vm-night' ? [vmNights, nights] : [vmRuns, runs];
  const uncounted = uncountedOf(events, units, all, change);
  const cluster = clusterBefore(units, change);
  const perRun = comparisonOf(vmRuns);
  const checks = checksOf(unit, units, uncounted, cluster, perRun);
  const main = comparisonOf(units);
  const nightsNeeded = mostNeeded(checks);
  const verdict = verdictOf(main, checks, uncounted.length);
  const { rowNights, rows } = rowsOf(units, change);
  return {
    ...{ change, kinds: input.kinds, cause, unit, perRun, checks, uncounted, verdict, nightsNeeded, rowNights, rows },
    vms: [...new Set(units.map(({ vm }) => vm))],
    leftOut: leftOutOf(units, all),
    perVmNight: comparisonOf(vmNights),
    counted: units.flatMap(({ harm }) => (harm === null ? [] : [harm.incident])).sort(byStart),
    sentence: sentenceOf(verdict, checks, uncounted.length, nightsNeeded, all),
    cautions: cautionsOf(input, events, units, cluster),
  };
}

/** Incidents that are asked about: with a place in time, without one, and those whose cause nobody knows. */
interface Events {
  /** Of the chosen kinds and VMs, whatever their cause. */
  readonly all: readonly Harm[];
  readonly chosen: readonly Harm[];
  readonly undated: readonly Incident[];
  readonly undetermined: readonly Harm[];
}

function eventsOf({ incidents, attributions, kinds, cause, vms }: TrendInput): Events {
  const asked = incidents.filter(
    ({ kind, entity }) =>
      kinds.includes(kind) && entity.type === 'vm' && (vms.length === 0 || vms.includes(entity.name)),
  );
  const all = asked.flatMap(harmOf).sort((a, b) => a.at - b.at || (a.vm < b.vm ? -1 : 1));
  const byIncident = new Map(attributions.map((one) => [one.incident, one]));
  const standing = ({ id }: Incident): ReturnType<typeof standingOf> => standingOf(byIncident.get(id), cause);
  return {
    all,
    chosen: all.filter(({ incident }) => standing(incident) === 'chosen'),
    undated: asked.filter((incident) => harmOf(incident).length === 0 && standing(incident) !== 'other'),
    undetermined: all.filter(({ incident }) => standing(incident) === 'undetermined'),
  };
}

function harmOf(incident: Incident): readonly Harm[] {
  const at = incident.onset?.earliest ?? incident.start;
  return isDated(at) ? [{ incident, vm: incident.entity.name, at }] : [];
}

/** An incident that nobody could attribute may have had the cause, unless that is refuted. */
function standingOf(attribution: Attribution | undefined, cause: string | null): 'chosen' | 'other' | 'undetermined' {
  if (cause === null) return 'chosen';
  const possible = attribution?.causes.find((one) => one.cause === cause);
  if (attribution === undefined || attribution.verdict === 'undetermined')
    return possible?.state === 'refuted' ? 'other' : 'undetermined';
  return attribution.causes[0]?.cause === cause ? 'chosen' : 'other';
}

function bookOf({ alive, sources, topology, vms, change }: TrendInput, events: Events): Book {
  const watched: Watched = new Map(
    [...watchedVms(alive, sources, topology)].filter(([vm]) => vms.length === 0 || vms.includes(vm)),
  );
  return { watched, change, harms: byVm(events.chosen), all: byVm(events.all) };
}

function byVm(harms: readonly Harm[]): ReadonlyMap<string, readonly Harm[]> {
  const own = new Map<string, Harm[]>();
  for (const harm of harms) {
    const known = own.get(harm.vm);
    if (known === undefined) own.set(harm.vm, [harm]);
    else known.push(harm);
  }
  return own;
}

function comparisonOf(units: readonly Unit[]): RateComparison {
  return compareRates(sum(units, 'before'), sum(units, 'after'));
}

/** What happened since the change and is in no rate: it may count against the change. One for each VM and night. */
function uncountedOf(
  { chosen, undated, undetermined }: Events,
  units: readonly Unit[],
  all: readonly Unit[],
  change: Change,
): readonly TrendEvent[] {
  const counted = keysOf(units);
  const watched = keysOf(all);
  const isNew = (harm: Harm): boolean => {
    if (sideOf(harm.at, change) !== 'after' || counted.has(nightKey(harm))) return false;
    counted.add(nightKey(harm));
    return true;
  };
  return [
    ...chosen
      .filter(isNew)
      .map((harm): TrendEvent => ({ ...harm, why: watched.has(nightKey(harm)) ? 'vm-on-one-side' : 'no-log' })),
    ...undetermined.filter(isNew).map((harm): TrendEvent => ({ ...harm, why: 'undetermined' })),
    ...undated.map((incident): TrendEvent => ({ incident, vm: incident.entity.name, at: null, why: 'undated' })),
  ];
}

function keysOf(units: readonly Unit[]): Set<string> {
  return new Set(units.flatMap(({ harm }) => (harm === null ? [] : [nightKey(harm)])));
}

/** Everything that must be below 5 % before the change may be said to have done anything. */
function checksOf(
  unit: ExposureUnit,
  units: readonly Unit[],
  uncounted: readonly TrendEvent[],
  cluster: Cluster | null,
  perRun: RateComparison,
): readonly TrendCheck[] {
  const [before, after] = [sum(units, 'before'), sum(units, 'after')];
  const nightsAfter = new Set(units.filter(({ side }) => side === 'after').map(({ night }) => night)).size;
  const perNight = (exposure: number): number => (nightsAfter === 0 ? 1 : exposure / nightsAfter);
  const check = (
    id: TrendCheck['id'],
    statement: string,
    comparison: RateComparison,
    of: ExposureUnit = unit,
  ): TrendCheck => {
    const needed = comparison.cleanNeeded;
    const nightly = of === 'site-night' ? 1 : perNight(comparison.after.exposure);
    return { id, statement, unit: of, comparison, nightsNeeded: needed === null ? null : Math.ceil(needed / nightly) };
  };
  const checks = [check('rate', `counted for each ${UNITS[unit]}`, compareRates(before, after))];
  if (uncounted.length > 0) {
    const against = compareRates(before, { ...after, events: after.events + uncounted.length });
    checks.push(
      check(
        'uncounted',
        `with ${many(uncounted.length, 'event')} that the rates leave out counted against the change`,
        against,
      ),
    );
  }
  if (cluster !== null) {
    const calm = units.filter(({ side, night }) => side === 'after' || night < cluster.firstNight);
    checks.push(
      check(
        'before-cluster',
        `the rate before taken from the nights before ${nightName(cluster.firstNight)}`,
        comparisonOf(calm),
      ),
    );
  }
  const site = siteNights(units);
  if (eventsIn(site) < eventsIn(units))
    checks.push(
      check(
        'site-nights',
        'a night of the site counted once, however many VMs it befell',
        comparisonOf(site),
        'site-night',
      ),
    );
  // Where all harm came with backups, fewer backups alone would look like a cure.
  if (unit === 'vm-night' && before.events > 0 && perRun.before.events >= before.events)
    checks.push(check('per-run', `counted for each ${UNITS['backup-run']}`, perRun, 'backup-run'));
  return checks;
}

function eventsIn(units: readonly Unit[]): number {
  return units.filter(({ harm }) => harm !== null).length;
}

function mostNeeded(checks: readonly TrendCheck[]): number | null {
  const needed = checks.map(({ nightsNeeded }) => nightsNeeded);
  return needed.some((one) => one === null) ? null : Math.max(...(needed as readonly number[]));
}

function verdictOf({ before, after }: RateComparison, checks: readonly TrendCheck[], uncounted: number): TrendVerdict {
  if (before.exposure === 0 || after.exposure === 0) return 'cannot-tell';
  const independent = checks.filter(({ id }) => id === 'rate' || id === 'site-nights');
  if (independent.every(({ comparison: { pMore } }) => (pMore ?? 1) < ALPHA)) return 'worse';
  if (before.events === 0) return 'cannot-tell';
  const isProven = (weakestOf(checks)?.comparison.pFewer ?? 1) < ALPHA;
  const since = after.events + uncounted;
  if (isProven) return since === 0 ? 'fixed' : 'fewer';
  // As many as equal rates would bring, or more.
  const counted = checks.find(({ id }) => id === 'uncounted') ?? checks[0];
  return since > 0 && (counted?.comparison.pFewer ?? 1) >= 0.5 ? 'no-change' : 'fewer-unproven';
}

/** The check with the greatest p value: no proof is better than that. One that has none proves nothing. */
function weakestOf(checks: readonly TrendCheck[]): TrendCheck | undefined {
  const p = ({ comparison }: TrendCheck): number => comparison.pFewer ?? 2;
  return checks.toSorted((a, b) => p(b) - p(a))[0];
}

const UNITS: Readonly<Record<ExposureUnit, string>> = {
  'vm-night': 'VM-night',
  'backup-run': 'backup run',
  'site-night': 'night',
};

function sentenceOf(
  verdict: TrendVerdict,
  checks: readonly TrendCheck[],
  uncounted: number,
  nightsNeeded: number | null,
  all: readonly Unit[],
): string {
  const [{ comparison: main, unit }] = checks as readonly [TrendCheck];
  const { before, after, pMore } = main;
  const others = uncounted === 0 ? '' : `, and ${uncounted} more that no rate counts`;
  const counts = `${many(before.events, 'event')} in ${many(round(before.exposure), UNITS[unit])} before the change, ${after.events === 0 ? 'none' : after.events} in ${round(after.exposure)} since${others}`;
  const weakest = weakestOf(checks);
  switch (verdict) {
    case 'fixed':
      return `fixed as far as can be told: ${counts} (${proofWords(weakest)})`;
    case 'fewer':
      return `fewer, but it still happens: ${counts} (${proofWords(weakest)})`;
    case 'fewer-unproven':
      return `fewer, but not proven: ${counts} (${proofWords(weakest)}); ${neededWords(nightsNeeded)}`;
    case 'no-change':
      return `no change can be seen: ${counts}`;
    case 'worse':
      return `worse: ${counts} (p = ${pValue(pMore)})`;
    case 'cannot-tell':
      return `cannot be told: ${whyNot(main, counts, all)}`;
  }
}

function proofWords(check: TrendCheck | undefined): string {
  const p = check?.comparison.pFewer ?? null;
  const how = check === undefined || check.id === 'rate' ? '' : `${p === null ? '' : ', '}${check.statement}`;
  if (p !== null) return `p = ${pValue(p)}${how}`;
  return `${how}: nothing ${check?.comparison.before.exposure === 0 ? 'was watched' : 'happened'} then`;
}

function neededWords(nights: number | null): string {
  if (nights === null) return 'no number of clean nights can prove it from this evidence';
  return `${many(nights, 'clean night')} more needed`;
}

function whyNot({ before, after }: RateComparison, counts: string, all: readonly Unit[]): string {
  if (before.exposure > 0 && after.exposure > 0) return `nothing happened before the change (${counts})`;
  const has = (side: Unit['side']): boolean => all.some((unit) => unit.side === side);
  if (has('before') && has('after')) return 'no VM was watched by its own log both before and after the change';
  if (!has('before') && !has('after')) return "no VM's own log was recording through a night or a backup";
  return `no VM was watched by its own log ${has('before') ? 'after' : 'before'} the change`;
}

function cautionsOf(
  { change }: TrendInput,
  { chosen }: Events,
  units: readonly Unit[],
  cluster: Cluster | null,
): readonly string[] {
  const cautions = (cluster?.reasons ?? []).map(
    (reason) => `regression to the mean: ${reason}; after the worst it gets better by itself`,
  );
  const inChange = chosen.filter(({ at }) => sideOf(at, change) === null).length;
  if (inChange > 0)
    cautions.push(
      `${many(inChange, 'event')} of the night of the change ${inChange === 1 ? 'belongs' : 'belong'} to neither side`,
    );
  const counted = keysOf(units);
  const lost = chosen.filter((harm) => sideOf(harm.at, change) === 'before' && !counted.has(nightKey(harm))).length;
  if (lost > 0)
    cautions.push(
      `${many(lost, 'event')} before the change ${lost === 1 ? 'is' : 'are'} in no rate: the log of the VM was not recording then, or not on the other side of the change`,
    );
  return cautions;
}

function leftOutOf(units: readonly Unit[], all: readonly Unit[]): Trend['leftOut'] {
  const kept = new Set(units.map(({ vm }) => vm));
  const sides = new Map(all.flatMap(({ vm, side }) => (kept.has(vm) ? [] : [[vm, side] as const])));
  return [...sides].map(([vm, side]) => ({ vm, side }));
}

function rowsOf(units: readonly Unit[], change: Change): Pick<Trend, 'rows' | 'rowNights'> {
  const nights = units.map(({ night }) => night);
  const [first, last] = [
    nights.reduce((a, b) => Math.min(a, b), Infinity),
    nights.reduce((a, b) => Math.max(a, b), -Infinity),
  ];
  if (nights.length === 0) return { rowNights: 1, rows: [] };
  const rowNights = last - first + 1 < WEEKLY_FROM ? 1 : 7;
  const [lastBefore, firstAfter] = [nightNumber(change.span.earliest - 1), nightNumber(change.span.latest)];
  const rows: TrendRow[] = [];
  // Weeks are counted from the change, so that none lies on both sides.
  for (let to = lastBefore; to >= first; to -= rowNights)
    rows.unshift(rowOf('before', Math.max(first, to - rowNights + 1), to, units));
  for (let from = firstAfter; from <= last; from += rowNights)
    rows.push(rowOf('after', from, Math.min(last, from + rowNights - 1), units));
  return { rowNights, rows };
}

function rowOf(side: TrendRow['side'], from: number, to: number, units: readonly Unit[]): TrendRow {
  const own = units.filter((unit) => unit.side === side && unit.night >= from && unit.night <= to);
  return {
    side,
    from: nightName(from),
    to: nightName(to),
    ...sum(own, side),
    vms: own.flatMap(({ vm, harm }) => (harm === null ? [] : [vm])).sort(),
  };
}

function byStart(a: Incident, b: Incident): number {
  return (a.start ?? 0) - (b.start ?? 0) || (a.id < b.id ? -1 : 1);
}

function many(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}

/** Parts of a night to one digit. */
function round(exposure: number): number {
  return Math.round(exposure * 10) / 10;
}

function pValue(p: number | null): string {
  if (p === null) return 'unknown';
  return p < 0.0001 ? 'below 0.0001' : String(Number(p.toPrecision(2)));
}
