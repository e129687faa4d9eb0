import type { Timed } from '../model/detection.js';
import type { Incident } from '../model/incident.js';
import { HOUR } from '../model/time.js';
import type { Topology } from '../model/topology.js';
import type { Control } from '../model/verdict.js';
import { shortName } from '../model/windows-name.js';
import type { Alive } from './coverage.js';
import { nightOf } from './night.js';
import { spanOf } from './order.js';

/** Harm that a control counts: what a snapshot or the storage below can do to a guest. */
export const HARM: ReadonlySet<string> = new Set([
  'guest.fs.readonly',
  'guest.io.error',
  'guest.hang',
  'guest.io.stall',
  'guest.reboot',
]);
/** A backup harms while it runs, or within this after it: the merge of its checkpoint follows the copy. */
export const AFTERMATH = HOUR;

interface Unit {
  readonly vm: string;
  readonly night: string;
  readonly exposed: boolean;
  readonly harmedBy: Incident | null;
}

/**
 * Same night, same volume: VMs whose backup was application-consistent against VMs whose backup was crash-consistent. Only guests
 * whose own log was alive over the run count: an unharmed VM without a log is not known to be unharmed. Nights without any harm
 * say nothing about who is harmed and are left out.
 */
export function consistencyControl(
  application: readonly Timed[],
  crash: readonly Timed[],
  incidents: readonly Incident[],
  topology: Topology,
  alive: readonly Alive[],
): Control | null {
  const units = new Map<string, Unit>();
  const add = (run: Timed, exposed: boolean): void => {
    const unit = unitOf(run, exposed, incidents, topology, alive);
    if (unit === null) return;
    const key = `${unit.vm}|${unit.night}`;
    // Two runs of one VM in a night: the application-consistent one is the exposure.
    const known = units.get(key);
    if (known === undefined || (exposed && !known.exposed)) units.set(key, unit);
  };
  for (const run of application) add(run, true);
  for (const run of crash) add(run, false);
  return tabulate([...units.values()]);
}

function unitOf(
  run: Timed,
  exposed: boolean,
  incidents: readonly Incident[],
  topology: Topology,
  alive: readonly Alive[],
): Unit | null {
  const span = spanOf(run);
  const vm = run.entity?.name;
  if (span === null || vm === undefined) return null;
  const guests = (topology.vms.find((v) => v.name === vm)?.guests ?? []).map(shortName);
  const latest = span.latest + AFTERMATH;
  const harmedBy =
    incidents.find(
      (i) =>
        i.entity.name === vm &&
        HARM.has(i.kind) &&
        i.onset !== null &&
        i.onset.latest >= span.earliest &&
        i.onset.earliest <= latest,
    ) ?? null;
  const seen = alive.some(
    (s) =>
      s.host !== null &&
      guests.includes(shortName(s.host)) &&
      s.stretches.some((a) => a.earliest <= span.earliest && a.latest >= span.latest),
  );
  if (harmedBy === null && !seen) return null;
  return { vm, night: nightOf(span.earliest), exposed, harmedBy };
}

function tabulate(units: readonly Unit[]): Control | null {
  const nights = [...new Set(units.filter((u) => u.harmedBy !== null).map((u) => u.night))].sort();
  const counted = units.filter((u) => nights.includes(u.night));
  const count = (exposed: boolean, harmed: boolean): number =>
    counted.filter((u) => u.exposed === exposed && (u.harmedBy !== null) === harmed).length;
  const exposedHarmed = count(true, true);
  const exposedUnharmed = count(true, false);
  const otherHarmed = count(false, true);
  const otherUnharmed = count(false, false);
  if (exposedHarmed + exposedUnharmed === 0 || otherHarmed + otherUnharmed === 0) return null;
  const weight = bayesFactor(exposedHarmed, exposedUnharmed, otherHarmed, otherUnharmed);
  return {
    id: 'consistency',
    statement: `on ${nights.length} night(s) with harm, ${exposedHarmed} of ${exposedHarmed + exposedUnharmed} application-consistent and ${otherHarmed} of ${otherHarmed + otherUnharmed} crash-consistent backup runs of watched guests were followed by harm`,
    exposedHarmed,
    exposedUnharmed,
    otherHarmed,
    otherUnharmed,
    weight,
    nights,
    incidents: [...new Set(counted.flatMap((u) => (u.harmedBy === null ? [] : [u.harmedBy.id])))].sort(),
  };
}

/**
 * Log Bayes factor of "exposure raises the rate of harm" against "one rate" for a 2x2 table, uniform priors (Beta-binomial): the factor of
 * two free rates, times the posterior over the prior probability (1/2) that the exposed rate is the higher one.
 * Nights of one VM are not independent, so it is capped at 2.5 (a factor of 12) whatever the counts.
 */
export function bayesFactor(a: number, b: number, c: number, d: number): number {
  const two = logBeta(a + 1, b + 1) + logBeta(c + 1, d + 1);
  const one = logBeta(a + c + 1, b + d + 1);
  const raised = probabilityHigher(a + 1, b + 1, c + 1, d + 1);
  if (raised < 1e-6) return -2.5;
  return Math.max(-2.5, Math.min(2.5, two - one + Math.log(2 * raised)));
}

/** P(X > Y) of X ~ Beta(a1, b1), Y ~ Beta(a2, b2) with whole parameters: the closed sum over a1. */
function probabilityHigher(a1: number, b1: number, a2: number, b2: number): number {
  let sum = 0;
  for (let i = 0; i < a1; i++) {
    sum += Math.exp(logBeta(a2 + i, b1 + b2) - Math.log(b1 + i) - logBeta(1 + i, b1) - logBeta(a2, b2));
  }
  return Math.min(1, sum);
}

function logBeta(x: number, y: number): number {
  return logFactorial(x - 1) + logFactorial(y - 1) - logFactorial(x + y - 1);
}

/** Arguments are small whole numbers: VMs times nights. */
function logFactorial(n: number): number {
  let sum = 0;
  for (let i = 2; i <= n; i++) sum += Math.log(i);
  return sum;
}
