import type { Timed } from '../model/detection.js';
import type { NearMiss } from '../model/explanation.js';
import type { Incident } from '../model/incident.js';
import { SECOND } from '../model/time.js';
import type { Topology } from '../model/topology.js';
import type { Finding } from '../model/verdict.js';
import { spanOf } from './order.js';
import { joins, scopeOf } from './scope.js';

/**
 * For an evidence item that was not observed: the detection of its rules that came nearest, of the right VM or host before
 * any other. Null where none of its rules matched anywhere.
 */
export function nearMissOf(
  { item, window }: Finding,
  incident: Incident,
  byRule: ReadonlyMap<string, readonly Timed[]>,
  topology: Topology,
): NearMiss | null {
  const scope = scopeOf(incident, topology);
  let best: NearMiss | null = null;
  for (const id of item.observe) {
    for (const detection of byRule.get(id) ?? []) {
      const span = spanOf(detection);
      if (span === null || detection.role === 'noise' || detection.role === 'echo') continue;
      const before = window.earliest - span.latest;
      const after = span.earliest - window.latest;
      const outsideSeconds = (before > 0 ? -before : Math.max(0, after)) / SECOND;
      const miss = { detection, outsideSeconds, isOther: !joins(item.join, scope, detection) };
      if (best === null || isNearer(miss, best)) best = miss;
    }
  }
  return best;
}

function isNearer(one: NearMiss, other: NearMiss): boolean {
  if (one.isOther !== other.isOther) return !one.isOther;
  const [own, best] = [Math.abs(one.outsideSeconds), Math.abs(other.outsideSeconds)];
  return own !== best ? own < best : one.detection.id < other.detection.id;
}
