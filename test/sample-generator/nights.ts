import type { Array4 } from './array.js';
import { checkpointEvents, freeze, planNight, type Run } from './backup.js';
import { disk, HOSTS, type Vm } from './cluster.js';
import { perfmon } from './metrics.js';
import { at, type Site } from './site.js';
import type { At } from './stamps.js';
import { STORAGE_VSP } from './windows.js';

/** Megabytes per second that one backup stream asks for; three of them are near what 1 Gb carries. */
export const STREAM_RATE = 41;
/** Of what it asks for, a stream gets a little less. */
export const STREAM_SHARE = 0.86;

/** A night of backups in which nothing goes wrong. */
export function ordinaryNight(site: Site, night: number): readonly Run[] {
  const rate = STREAM_RATE * STREAM_SHARE;
  const plan = { start: at(site, night, 1), concurrency: 3, rate, failing: new Map<string, string>() };
  const runs = planNight(site.vms, { ...plan, hostOf: (vm) => vm.host }, site.random);
  for (const run of runs) {
    site.events.push(...checkpointEvents(run));
    freeze(run, site.guests.get(run.vm.key));
  }
  return runs;
}

/** One file of counters per host and span. */
export function recordHosts(site: Site, array: Array4, spans: readonly { readonly from: At; readonly to: At }[]): void {
  const failedAt = (vm: Vm): readonly At[] =>
    site.events
      .filter(
        (event) =>
          event.channel === STORAGE_VSP &&
          event.id === 6 &&
          JSON.stringify(event.data).includes(JSON.stringify(disk(vm))),
      )
      .map((event) => event.at);
  const failures = new Map(site.vms.map((vm) => [vm.key, failedAt(vm)]));
  const errors = (vm: Vm, t: At): number => (failures.get(vm.key) ?? []).filter((f) => f <= t).length;
  for (const { from, to } of spans) {
    const name = `storage_${site.stamps.date(from).replaceAll('-', '')}.csv.gz`;
    for (const host of HOSTS) {
      const vms = site.vms.filter((vm) => vm.host === host);
      const path = `hosts/${host}/perfmon/${name}`;
      perfmon(site.files, path, { host, vms, from, to, array, stamps: site.stamps, seed: site.seed, errors });
    }
  }
}
