import { disk, type HostName, type Vm } from './cluster.js';
import type { Guest } from './guest.js';
import { freezeAndThaw } from './guest-faults.js';
import { guid, type Random } from './random.js';
import { type At, SECOND } from './stamps.js';
import { avhdx, metaOperation } from './virtual-disk-events.js';
import type { WindowsEvent } from './windows.js';

export interface Run {
  readonly vm: Vm;
  readonly host: HostName;
  readonly start: At;
  /** The machine goes over to its differencing disk. */
  readonly forkAt: At;
  readonly transferFrom: At;
  readonly mergeFrom: At;
  readonly end: At;
  readonly path: string;
  readonly bytes: number;
  readonly operation: string;
  readonly job: string;
  /** Set when the run did not come to a good end. */
  readonly error: string | null;
}

export interface Night {
  readonly start: At;
  readonly concurrency: number;
  /** Megabytes per second that one stream reads; less when the array cannot give it. */
  readonly rate: number;
  /** Machines whose run fails, with what the product says. */
  readonly failing: ReadonlyMap<string, string>;
  readonly hostOf: (vm: Vm) => HostName;
}

/** Machines one after the other in as many lanes as may run at once. */
export function planNight(vms: readonly Vm[], night: Night, random: Random): readonly Run[] {
  const lanes: At[] = Array.from({ length: night.concurrency }, (_, i) => night.start + (2 + 5 * i) * SECOND);
  return vms.map((vm) => {
    const lane = lanes.indexOf(Math.min(...lanes));
    const start = (lanes[lane] ?? night.start) + random.whole(1, 9) * SECOND + random.whole(0, 999);
    const forkAt = start + random.whole(14, 34) * SECOND + random.whole(0, 999_999) / 1000;
    const transferFrom = forkAt + random.whole(3, 8) * SECOND;
    // About 6 % of a machine changes in a day; some GB at the least.
    const bytes = Math.round((2.5 + vm.gigabytes * random.between(0.03, 0.09)) * 1e9);
    const error = night.failing.get(vm.key) ?? null;
    const seconds = error === null ? bytes / (night.rate * 1e6) : random.between(20, 60);
    const mergeFrom = transferFrom + seconds * SECOND;
    const end = mergeFrom + random.between(9, 40) * SECOND;
    lanes[lane] = end + 2 * SECOND;
    return {
      vm,
      host: night.hostOf(vm),
      start,
      forkAt,
      transferFrom,
      mergeFrom,
      end,
      path: avhdx(vm, guid(random)),
      bytes: error === null ? bytes : 0,
      operation: random.hex(4),
      job: '5e0c',
      error,
    };
  });
}

/** What the host writes about a checkpoint and its merge; success is silent in VMMS. */
export function checkpointEvents(run: Run): readonly WindowsEvent[] {
  return [
    ...metaOperation(run.forkAt - 420, run.forkAt - 40, run.host, 'Create', run.path),
    ...metaOperation(run.mergeFrom, run.end - 900, run.host, 'Merge', run.path, disk(run.vm)),
  ];
}

export function freeze(run: Run, guest: Guest | undefined): void {
  if (guest !== undefined && run.vm.consistency === 'application')
    freezeAndThaw(guest, run.start + 11 * SECOND, run.forkAt + 700);
}
