import type { Detection, Entity, Timed } from '../model/detection.js';
import type { ReadSource } from '../model/source.js';
import type { Topology } from '../model/topology.js';

/** Gives every detection the canonical name of what it is about. A guest log without a host name is a VM of its own. */
export function resolveEntities(
  detections: readonly Timed[],
  topology: Topology,
  pathOf: (source: string) => string,
  aboutVm: (rule: string) => boolean,
): readonly Timed[] {
  return detections.map((detection) => {
    const entity = resolve(detection, topology, pathOf, aboutVm);
    return entity === detection.entity ? detection : { ...detection, entity };
  });
}

function resolve(
  detection: Timed,
  topology: Topology,
  pathOf: (source: string) => string,
  aboutVm: (rule: string) => boolean,
): Entity | null {
  const { entity } = detection;
  if (entity === null) {
    if (!aboutVm(detection.rule) || detection.layer !== 'guest') return null;
    const host = detection.clock.startsWith('host:') ? (detection.clock.slice(5).split('#', 1)[0] ?? null) : null;
    const name = host === null ? `(${pathOf(detection.source)})` : (topology.vmOf(host) ?? host);
    return { type: 'vm', name };
  }
  const name = canonical(entity, topology);
  return name === entity.name ? entity : { type: entity.type, name };
}

/** Before clocks are known: whose event a detection is, by one name for all logs; null when only a clock could tell. */
export function eventOwners(
  sources: readonly ReadSource[],
  topology: Topology,
): (detection: Detection) => string | null {
  const hosts = new Map(sources.map(({ id, pathHost }) => [id, pathHost]));
  return (detection) => {
    const { entity, first, source, layer } = detection;
    if (entity !== null) return canonical(entity, topology);
    const host = first?.host ?? hosts.get(source) ?? null;
    return layer !== 'guest' || host === null ? null : (topology.vmOf(host) ?? host);
  };
}

function canonical(entity: Entity, topology: Topology): string {
  if (entity.type === 'vm') return topology.vmOf(entity.name) ?? entity.name;
  if (entity.type === 'host')
    return topology.hostOf(entity.name) ?? entity.name.split('.')[0]?.toUpperCase() ?? entity.name;
  if (entity.type === 'volume') return topology.volumeOf(entity.name) ?? entity.name;
  return entity.name;
}
