import type { Topology } from '../model/topology.js';
import { shortName } from '../model/windows-name.js';
import type { Shape } from './hit-table.js';

/**
 * Hits of a VM: what its guest wrote, what names it (a backup run, an event with its name, GUID, worker account or
 * disk), and what was written or measured on the hosts it is known to have run on, unless that names another VM.
 * Hits of a host: what was written or measured there.
 */
export function machineFilter(
  names: readonly string[],
  topology: Topology,
): (shape: Shape, clock: string | null) => boolean {
  if (names.length === 0) return () => true;
  const vms = new Set<string>();
  const machines = new Set<string>();
  for (const name of names) {
    machines.add(shortName(topology.hostOf(name) ?? name));
    const vm = topology.vms.find((one) => one.name === topology.vmOf(name));
    if (vm === undefined) continue;
    vms.add(vm.name);
    for (const machine of [vm.name, ...vm.guests, ...vm.hosts]) machines.add(shortName(machine));
  }
  return (shape, clock) => {
    const named = shape.vms.flatMap((name) => topology.vmOf(name) ?? []);
    if (named.some((vm) => vms.has(vm))) return true;
    const host = shape.host ?? (clock?.startsWith('host:') === true ? clock.slice(5) : null);
    if (host === null || !machines.has(shortName(host))) return false;
    return named.length === 0 || vms.size === 0 || names.some((name) => shortName(name) === shortName(host));
  };
}
