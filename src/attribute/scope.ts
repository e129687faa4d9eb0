import type { Entity, Timed } from '../model/detection.js';
import type { Incident } from '../model/incident.js';
import type { Join, LogsourceRule } from '../model/rule.js';
import type { Topology, Vm } from '../model/topology.js';
import { shortName } from '../model/windows-name.js';

/** Whom an incident concerns, through the topology. Names are canonical. */
export interface Scope {
  readonly vm: string | null;
  /** The VM's hosts, or the host itself. */
  readonly hosts: readonly string[];
  /** False when no record says where the VM runs and any node may be meant. */
  readonly hostKnown: boolean;
  readonly volumes: readonly string[];
  readonly guests: readonly string[];
  readonly others: ReadonlySet<string>;
}

export function scopeOf(incident: Incident, topology: Topology): Scope {
  const everywhere = topology.hosts.map((h) => h.name);
  const { entity } = incident;
  if (entity.type === 'host')
    return { vm: null, hosts: [entity.name], hostKnown: true, volumes: [], guests: [], others: new Set() };
  // A shared volume is every host's.
  if (entity.type !== 'vm')
    return { vm: null, hosts: everywhere, hostKnown: true, volumes: [], guests: [], others: new Set() };
  const vm = topology.vms.find((v) => v.name === entity.name);
  const volumes = vm?.volumes ?? [];
  const hosts = vm?.hosts ?? [];
  return {
    vm: entity.name,
    hosts: hosts.length > 0 ? hosts : everywhere,
    hostKnown: hosts.length > 0,
    volumes,
    guests: vm?.guests.length ? vm.guests : [entity.name],
    others: new Set(topology.vms.filter((v) => v !== vm && sharesVolume(v, volumes)).map((v) => v.name)),
  };
}

/** Without any volume in the evidence, every VM of the case counts as a neighbour: one SAN is the ordinary case. */
function sharesVolume(vm: Vm, volumes: readonly string[]): boolean {
  return volumes.length === 0 || vm.volumes.length === 0 || vm.volumes.some((v) => volumes.includes(v));
}

/** Whether an observation is about what the evidence item asks for. */
export function joins(join: Join, scope: Scope, detection: Timed): boolean {
  const { entity } = detection;
  if (entity === null) return join === 'cluster';
  switch (join) {
    case 'vm':
      return entity.type === 'vm' && entity.name === scope.vm;
    case 'host':
      // What the host logs about the VM itself, or about the volume its disks lie on, is the host's word too.
      if (entity.type === 'host') return has(scope.hosts, entity);
      if (entity.type === 'volume') return scope.volumes.length === 0 || has(scope.volumes, entity);
      return entity.type === 'vm' && entity.name === scope.vm;
    case 'volume':
      return entity.type === 'volume'
        ? scope.volumes.length === 0 || has(scope.volumes, entity)
        : entity.type === 'host' && has(scope.hosts, entity);
    case 'others':
      return entity.type === 'vm' && scope.others.has(entity.name);
    case 'cluster':
      return true;
  }
}

function has(names: readonly string[], entity: Entity): boolean {
  return names.some((name) => shortName(name) === shortName(entity.name));
}

/** Machines whose logs must have been alive for an absence to count. */
export function machinesFor(
  logsource: LogsourceRule,
  join: Join,
  scope: Scope,
  topology: Topology,
): readonly string[] | null {
  if (logsource.of === 'job') return null;
  if (logsource.of === 'vm') {
    if (join !== 'others') return scope.guests.map(shortName);
    return [...scope.others].flatMap((name) => topology.vms.find((v) => v.name === name)?.guests ?? []).map(shortName);
  }
  const hosts = join === 'cluster' ? topology.hosts.map((h) => h.name) : scope.hosts;
  return hosts.map(shortName);
}
