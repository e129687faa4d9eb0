import type { Timed } from '../model/detection.js';
import type { Incident } from '../model/incident.js';
import { DAY, type Interval, type Micros } from '../model/time.js';
import type { Change, Counted } from '../model/trend.js';
import { AFTERMATH } from './controls.js';
import { QUIET_LIMIT } from './coverage.js';
import { nightNumber, nightSpan } from './night.js';
import { spanOf } from './order.js';
import { isSeenThrough, isSeenUpTo, isSeenWhole, type Watched } from './watched.js';

export type Side = 'before' | 'after';

/** An event with a place in time. */
export interface Harm {
  readonly incident: Incident;
  readonly vm: string;
  readonly at: Micros;
}

/** A stretch of one VM in which harm could have come and would have been seen. */
export interface Unit {
  readonly vm: string;
  readonly night: number;
  readonly side: Side;
  /** 1, or the part of a night that lies on this side of the change. */
  readonly exposure: number;
  readonly harm: Harm | null;
}

/** What units are made of: harms that count, and all of the chosen kinds, whatever their cause, in time order. */
export interface Book {
  readonly watched: Watched;
  readonly change: Change;
  readonly harms: ReadonlyMap<string, readonly Harm[]>;
  readonly all: ReadonlyMap<string, readonly Harm[]>;
}

/** Nights of each VM through which its own log was recording, or up to the event that came in it. */
export function nightUnits({ watched, change, harms, all }: Book): readonly Unit[] {
  return [...watched].flatMap(([vm, stretches]) => {
    const own = harms.get(vm) ?? [];
    return nightsOf(stretches).flatMap((night) =>
      partsOf(nightSpan(night), change).flatMap(({ side, span }): Unit[] => {
        const harm = own.find(({ at }) => at >= span.earliest && at < span.latest) ?? null;
        if (harm === null && isDown(all.get(vm), Math.min(span.earliest + QUIET_LIMIT, span.latest))) return [];
        const isWatched =
          harm === null ? isSeenThrough(stretches, span) : isSeenUpTo(stretches, span.earliest, harm.at);
        const exposure = (span.latest - span.earliest) / DAY;
        return isWatched ? [{ vm, night, side, exposure, harm }] : [];
      }),
    );
  });
}

function nightsOf(stretches: readonly Interval[]): readonly number[] {
  const nights = stretches.flatMap(({ earliest, latest }) => {
    const first = nightNumber(earliest);
    return Array.from({ length: nightNumber(latest) - first + 1 }, (_, i) => first + i);
  });
  return [...new Set(nights)];
}

/** The change itself belongs to neither side; an instant cuts its night in two. */
function partsOf(
  { earliest, latest }: Interval,
  { span }: Change,
): readonly { readonly side: Side; readonly span: Interval }[] {
  const before = { earliest, latest: Math.min(latest, span.earliest) };
  const after = { earliest: Math.max(earliest, span.latest), latest };
  return [
    ...(before.earliest < before.latest ? [{ side: 'before' as const, span: before }] : []),
    ...(after.earliest < after.latest ? [{ side: 'after' as const, span: after }] : []),
  ];
}

/** Harm that lasts cannot come a second time before it ended. */
function isDown(own: readonly Harm[] | undefined, when: Micros): boolean {
  return (own ?? []).some(({ at, incident: { end } }) => end !== null && at < when && end > when);
}

/** Backup runs over which, and over their aftermath, the VM's own log was recording, or up to the event that came in it. */
export function runUnits(runs: readonly Timed[], { watched, change, harms, all }: Book): readonly Unit[] {
  const counted = new Set<string>();
  return inOrder(runs).flatMap(({ vm, span }): Unit[] => {
    const side = sideOf(span.earliest, change);
    const stretches = watched.get(vm);
    if (side === null || stretches === undefined) return [];
    const whole = { earliest: span.earliest, latest: span.latest + AFTERMATH };
    // Two runs of one night: the first that met the harm has it, and the night's harm counts once.
    const met = harms.get(vm)?.find((harm) => meets(harm, whole)) ?? null;
    const night = nightNumber(span.earliest);
    if (met === null) {
      const isExposed = !isDown(all.get(vm), span.earliest) && isSeenWhole(stretches, whole);
      return isExposed ? [{ vm, night, side, exposure: 1, harm: null }] : [];
    }
    if (!isSeenUpTo(stretches, span.earliest, met.at)) return [];
    const key = nightKey(met);
    if (counted.has(key)) return [];
    counted.add(key);
    return [{ vm, night, side, exposure: 1, harm: met }];
  });
}

interface Run {
  readonly vm: string;
  readonly span: Interval;
}

function inOrder(runs: readonly Timed[]): readonly Run[] {
  const placed = runs.flatMap((run): Run[] => {
    const span = spanOf(run);
    return span === null || run.entity?.type !== 'vm' ? [] : [{ vm: run.entity.name, span }];
  });
  return placed.sort((a, b) => a.span.earliest - b.span.earliest || (a.vm < b.vm ? -1 : 1));
}

/** As the control of the report has it (`consistencyControl`). */
function meets({ incident: { onset }, at }: Harm, { earliest, latest }: Interval): boolean {
  return (onset?.latest ?? at) >= earliest && at <= latest;
}

/** What counts once: the events of one VM in one night. */
export function nightKey({ vm, at }: Harm): string {
  return `${vm}|${nightNumber(at)}`;
}

export function sideOf(at: Micros, { span }: Change): Side | null {
  if (at < span.earliest) return 'before';
  return at >= span.latest ? 'after' : null;
}

export function sum(units: readonly Unit[], side: Side): Counted {
  const own = units.filter((unit) => unit.side === side);
  return {
    events: own.filter(({ harm }) => harm !== null).length,
    exposure: own.reduce((total, { exposure }) => total + exposure, 0),
  };
}

/** VMs watched on both sides: a VM that is watched on one alone would compare itself with others. */
export function onBothSides(units: readonly Unit[]): readonly Unit[] {
  const has = (side: Side): Set<string> => new Set(units.filter((unit) => unit.side === side).map(({ vm }) => vm));
  const [before, after] = [has('before'), has('after')];
  return units.filter(({ vm }) => before.has(vm) && after.has(vm));
}

/** The site as one: a night counts once, and its harm once, however many VMs it befell. */
export function siteNights(units: readonly Unit[]): readonly Unit[] {
  const nights = new Map<string, Unit>();
  for (const unit of units) {
    const key = `${unit.side}|${unit.night}`;
    const known = nights.get(key);
    if (known === undefined) nights.set(key, { ...unit, exposure: Math.min(1, unit.exposure) });
    else if (known.harm === null && unit.harm !== null) nights.set(key, { ...known, harm: unit.harm });
  }
  return [...nights.values()];
}
