import type { Incident } from '../model/incident.js';
import type { Join } from '../model/rule.js';
import type { Micros } from '../model/time.js';
import type { Topology } from '../model/topology.js';
import { shortName } from '../model/windows-name.js';
import type { Log } from './logs.js';
import type { Looks } from './looks.js';

/** How far before the incident a hypothesis looks into this log; null where the log is none of its business. */
export function lookBack(incident: Incident, log: Log, looks: Looks, topology: Topology): Micros | null {
  const joins = joinsOf(incident, log, topology);
  return joins === null ? null : looks.back(incident.kind, log, joins);
}

/** Neighbours' logs are not asked to reach back. */
const OWN: ReadonlySet<Join> = new Set<Join>(['vm', 'host', 'volume', 'cluster']);
const ANY_HOST: ReadonlySet<Join> = new Set<Join>(['cluster']);

/** By which joins an evidence item can reach the log; null: by none. */
function joinsOf({ entity }: Incident, { source, machine }: Log, topology: Topology): ReadonlySet<Join> | null {
  if (source.layer === 'backup') return OWN;
  if (machine === null) return null;
  if (source.layer === 'guest') return entity.type === 'vm' && shortName(entity.name) === machine ? OWN : null;
  return hostsOf(entity, topology).some((host) => shortName(host) === machine) ? OWN : ANY_HOST;
}

/** A shared volume is every host's, and so is a VM of which nothing says where it runs. */
function hostsOf(entity: Incident['entity'], topology: Topology): readonly string[] {
  if (entity.type === 'host') return [entity.name];
  const hosts = entity.type === 'vm' ? (topology.vms.find(({ name }) => name === entity.name)?.hosts ?? []) : [];
  return hosts.length > 0 ? hosts : topology.hosts.map(({ name }) => name);
}
