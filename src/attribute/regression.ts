import type { Change, Counted } from '../model/trend.js';
import { sum, type Unit } from './exposure.js';
import { nightNumber } from './night.js';
import { ALPHA, binomialAtLeast } from './poisson.js';

/** A change so soon after an event was probably made because of it. */
const SOON_NIGHTS = 3;

/** Events crowd before the change: a rate that counts them is higher than what the change had to beat. */
export interface Cluster {
  /** The first night of it; the rate without it is that of the nights before. */
  readonly firstNight: number;
  readonly reasons: readonly string[];
}

/**
 * A change is made when things are at their worst, and after the worst they get better by themselves (regression to the mean;
 * F. Galton, Regression towards mediocrity in hereditary stature, 1886).
 */
export function clusterBefore(units: readonly Unit[], change: Change): Cluster | null {
  const before = units.filter(({ side }) => side === 'before');
  const found = [lastFifth(before), soonBefore(before, change)].filter((cluster) => cluster !== null);
  if (found.length === 0) return null;
  return {
    firstNight: Math.min(...found.map(({ firstNight }) => firstNight)),
    reasons: found.flatMap(({ reasons }) => reasons),
  };
}

/** More of the events in the last fifth of the exposure than chance leaves there (exact binomial test, one-sided). */
function lastFifth(before: readonly Unit[]): Cluster | null {
  const all = sum(before, 'before');
  const nights = [...new Set(before.map(({ night }) => night))].sort((a, b) => b - a);
  let last: Counted = { events: 0, exposure: 0 };
  let firstNight = Infinity;
  for (const night of nights) {
    if (last.exposure >= all.exposure / 5) break;
    firstNight = night;
    last = sum(
      before.filter((unit) => unit.night >= night),
      'before',
    );
  }
  // Where the last fifth is all there is, nothing is left to be denser than.
  if (all.events === 0 || last.exposure >= all.exposure) return null;
  const share = last.exposure / all.exposure;
  const p = binomialAtLeast(last.events, all.events, share);
  if (p >= ALPHA) return null;
  const part = `${Math.round(share * 100)} %`;
  return {
    firstNight,
    reasons: [
      `${last.events} of the ${all.events} events before the change came in the last ${part} of the time watched before it`,
    ],
  };
}

function soonBefore(before: readonly Unit[], { span }: Change): Cluster | null {
  const lastNight = nightNumber(span.earliest - 1);
  const firstNight = lastNight - SOON_NIGHTS + 1;
  const soon = before.filter(({ harm, night }) => harm !== null && night >= firstNight);
  if (soon.length === 0) return null;
  const events = soon.length === 1 ? 'an event' : `${soon.length} events`;
  return { firstNight, reasons: [`the change followed ${events} within ${SOON_NIGHTS} nights`] };
}
