import { HOSTS, type HostName, type Vm } from './cluster.js';
import type { Random } from './random.js';
import { type At, DAY, HOUR, MINUTE, SECOND } from './stamps.js';
import { vmms, type WindowsEvent } from './windows.js';

/** What the administrators do by plan, in days from the sample's first; none of it may fall into the sample's own days. */
export interface Calendar {
  /** Hosts are emptied for their monthly updates. One that falls into the sample is the scenario's own to tell. */
  readonly drains: readonly (readonly [HostName, number])[];
  /** Saturdays after the updates: Windows machines restart. */
  readonly restarts: readonly number[];
  /** A day after the sample on which small works were done. */
  readonly works: number;
}

/** The Sunday ten weeks before: new firmware for the array, so everything was off. */
const FIRMWARE_DAY = -71;

/** One host per evening, from the Wednesdays after the second Tuesday on. */
export function eveningsFrom(wednesdays: readonly number[]): Calendar['drains'] {
  return wednesdays.flatMap((day) => HOSTS.map((host, i) => [host, day + i] as const));
}

export interface Drain {
  readonly host: HostName;
  readonly from: At;
  readonly downAt: At;
  readonly upAt: At;
  readonly homeFrom: At;
}

/** Twenty minutes to empty it, half an hour later its machines come home. */
export function drainOn(first: At, host: HostName, day: number): Drain {
  const evening = first + day * DAY + 21 * HOUR;
  return {
    host,
    from: evening + 40 * MINUTE,
    downAt: evening + 68 * MINUTE,
    upAt: evening + 74.5 * MINUTE,
    homeFrom: evening + 91 * MINUTE,
  };
}

export interface Works {
  readonly downFrom: At;
  readonly upFrom: At;
}

export function firmwareWorks(first: At): Works {
  const sunday = first + FIRMWARE_DAY * DAY;
  return { downFrom: sunday + 9 * HOUR, upFrom: sunday + 11.4 * HOUR };
}

/** The last time that a host was started before a moment; what its uptime counts from. */
export function bootsOf(first: At, calendar: Calendar): (host: HostName, at: At) => At {
  const boots = calendar.drains.map(([host, day]) => drainOn(first, host, day));
  const first0 = firmwareWorks(first).upFrom - 20 * MINUTE;
  return (host, at) =>
    Math.max(first0, ...boots.filter((boot) => boot.host === host && boot.upAt <= at).map((boot) => boot.upAt));
}

export interface Move {
  readonly at: At;
  readonly vm: Vm;
  readonly from: HostName;
  readonly to: HostName;
}

/** Out to the two other hosts and home again, a machine every three minutes. */
export function drainMoves(vms: readonly Vm[], drain: Drain, random: Random): readonly Move[] {
  const others = HOSTS.filter((host) => host !== drain.host);
  return vms
    .filter((vm) => vm.host === drain.host)
    .flatMap((vm, i) => {
      const other = others[i % others.length] ?? drain.host;
      const after = (): number => i * 3 * MINUTE + random.between(0, 60) * SECOND;
      return [
        { at: drain.from + after(), vm, from: drain.host, to: other },
        { at: drain.homeFrom + after(), vm, from: other, to: drain.host },
      ];
    });
}

/** The source writes the record; where the machine went is not in it. */
export function migrated(move: Move, random: Random): WindowsEvent {
  return vmms(move.at, move.from, 20415, 4, [
    ['Parameter0', move.vm.name],
    ['Parameter1', move.vm.id],
    ['Parameter2', (random.whole(3, 14) / 10).toFixed(1)],
  ]);
}
