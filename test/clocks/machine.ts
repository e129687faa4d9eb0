import { DAY, MINUTE, type Micros, SECOND } from '../../src/model/time.js';
import type { Dice } from './dice.js';
import type { CaseZone } from './zones.js';

export type SkewKind = 'none' | 'seconds' | 'minutes' | 'any' | 'days';

export interface Step {
  readonly at: Micros;
  /** Ahead is positive. */
  readonly by: Micros;
}

/** The clock of a machine: where it stands against true time. */
export interface Machine {
  readonly name: string;
  readonly zone: CaseZone;
  /** What it shows less true time, without its zone. */
  readonly error: (utc: Micros) => Micros;
  readonly skew: SkewKind;
  readonly drifts: boolean;
  readonly steps: readonly Step[];
}

interface Window {
  readonly from: Micros;
  readonly to: Micros;
}

/** From a moment on: the error there, and how fast it grows. */
interface Stretch {
  readonly from: Micros;
  readonly error: Micros;
  readonly rate: number;
}

/** Kept by time sync: right within half a second, without drift or step. */
export function keptMachine(name: string, zone: CaseZone, dice: Dice): Machine {
  const error = Math.round(dice.between(-0.5, 0.5) * SECOND);
  return { name, zone, error: () => error, skew: 'none', drifts: false, steps: [] };
}

const OF_MACHINES: readonly SkewKind[] = ['none', 'none', 'seconds', 'minutes', 'any', 'days'];
/** A domain turns a host away that is more than five minutes off; few stand outside of one. */
const OF_HOSTS: readonly SkewKind[] = ['seconds', 'seconds', 'minutes', 'minutes', 'any'];

/** A Windows host that nobody keeps. */
export function strayHost(name: string, zone: CaseZone, window: Window, dice: Dice): Machine {
  return runningMachine(name, zone, window, skewOf(dice.pick(OF_HOSTS), DAY, dice), dice);
}

export function freeMachine(name: string, zone: CaseZone, window: Window, dice: Dice): Machine {
  return runningMachine(name, zone, window, skewOf(dice.pick(OF_MACHINES), 400 * DAY, dice), dice);
}

function runningMachine(name: string, zone: CaseZone, window: Window, { kind, start }: Skew, dice: Dice): Machine {
  const drifts = dice.chance(0.4);
  const turns = [...stepTurns(window, dice), ...rateTurns(window, drifts ? dice.pick([0, 0, 1, 3]) : 0, dice)];
  const { stretches, steps } = courseOf(window, start, drifts, turns, dice);
  const error = (utc: Micros): Micros => {
    const stretch = stretches.findLast(({ from }) => from <= utc) ?? (stretches[0] as Stretch);
    return Math.round(stretch.error + stretch.rate * Math.max(0, utc - stretch.from));
  };
  return { name, zone, error, skew: kind, drifts, steps };
}

/** By how much a clock is off at first. */
interface Skew {
  readonly kind: SkewKind;
  readonly start: Micros;
}

function skewOf(kind: SkewKind, furthest: Micros, dice: Dice): Skew {
  return { kind, start: startOf(kind, furthest, dice) };
}

function startOf(kind: SkewKind, furthest: Micros, dice: Dice): Micros {
  switch (kind) {
    case 'none':
      return 0;
    case 'seconds':
      return dice.sign() * dice.between(0, 5) * SECOND;
    case 'minutes':
      return dice.sign() * dice.scaled(5, 420) * SECOND;
    case 'any':
      return dice.sign() * dice.scaled(1, furthest / SECOND) * SECOND;
    case 'days':
      return dice.sign() * Math.ceil(dice.between(0, furthest / DAY)) * DAY;
  }
}

/** Null: set right, as by a time service. */
interface Turn {
  readonly at: Micros;
  readonly by: Micros | null;
  /** Another rate from here on: a change of temperature. */
  readonly rate: boolean;
}

function stepTurns({ from, to }: Window, dice: Dice): readonly Turn[] {
  const count = dice.pick([0, 0, 0, 0, 0, 1, 1, 2]);
  return Array.from({ length: count }, () => ({
    at: Math.round(dice.between(from, to)),
    by: dice.chance(0.3) ? null : Math.round(dice.sign() * dice.scaled(1, 3600) * SECOND),
    rate: false,
  }));
}

function rateTurns({ from, to }: Window, count: number, dice: Dice): readonly Turn[] {
  return Array.from({ length: count }, () => ({ at: Math.round(dice.between(from, to)), by: 0, rate: true }));
}

interface Course {
  readonly stretches: readonly Stretch[];
  readonly steps: readonly Step[];
}

/** Up to 50 ppm between the turns; a clock that was set right is kept so. */
function courseOf({ from }: Window, skew: Micros, drifts: boolean, turns: readonly Turn[], dice: Dice): Course {
  const rateOf = (): number => (drifts ? dice.between(-50e-6, 50e-6) : 0);
  const stretches: Stretch[] = [{ from: from - DAY, error: skew, rate: rateOf() }];
  const steps: Step[] = [];
  for (const turn of [...turns].sort((x, y) => x.at - y.at)) {
    const last = stretches.at(-1) as Stretch;
    const error = Math.round(last.error + last.rate * (turn.at - last.from));
    const by = turn.by ?? -error;
    if (!turn.rate && by !== 0) steps.push({ at: turn.at, by });
    stretches.push({
      ...{ from: turn.at, error: error + by },
      rate: turn.by === null ? 0 : turn.rate ? rateOf() : last.rate,
    });
  }
  return { stretches, steps };
}

/** Nothing a zone could be mixed up with. */
export const TOLD_APART: Micros = 7 * MINUTE;
