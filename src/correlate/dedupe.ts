import type { Timed } from '../model/detection.js';
import { isDated, SECOND } from '../model/time.js';

/**
 * The same record stands in several files: an event in EVTX and XML, a kernel line in syslog, kern.log, journal and dmesg.
 * Identity: Windows (computer, channel, record id, time); kernel lines (machine, uptime, text);
 * everything else (machine, time within the coarser stamp, program, pid, text, ordinal). One detection with several origins remains.
 */
export function mergeCopies(detections: readonly Timed[]): readonly Timed[] {
  const groups = new Map<string, Timed[]>();
  for (const detection of detections) {
    const key = groupKey(detection);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [detection]);
    else group.push(detection);
  }
  const merged: Timed[] = [];
  for (const group of groups.values()) merged.push(...mergeGroup(group));
  return merged;
}

function groupKey(detection: Timed): string {
  const record = detection.first;
  const entity = `${detection.entity?.type ?? ''}:${detection.entity?.name ?? ''}`;
  if (record === null) return `${detection.rule}|${detection.id}`;
  const id = record.fields.EventRecordID;
  if (record.channel !== null && id !== undefined) {
    return `${detection.rule}|${record.host?.toLowerCase()}|${record.channel.toLowerCase()}|${id}`;
  }
  return `${detection.rule}|${entity}|${record.ident ?? ''}|${record.pid ?? ''}|${record.body}|${until(detection)}`;
}

/** Two runs of one backup job differ in when they end, not in what their line says. */
function until(detection: Timed): string {
  return detection.first?.until == null ? '' : String(detection.end);
}

/** Within a group the k-th copy of each source is matched greedily in time order; one source never merges with itself. */
function mergeGroup(group: readonly Timed[]): readonly Timed[] {
  // One source never merges with itself; a storm of equal lines would be compared pair by pair.
  if (group.every((detection) => detection.source === group[0]?.source)) return group;
  const sorted = [...group].sort((a, b) => (a.start ?? Infinity) - (b.start ?? Infinity) || compare(a.id, b.id));
  const merged: Timed[][] = [];
  for (const detection of sorted) {
    const home = merged.findLast((cluster) =>
      cluster.every((other) => other.source !== detection.source && isCopy(other, detection)),
    );
    if (home === undefined) merged.push([detection]);
    else home.push(detection);
  }
  return merged.map(mergeCluster);
}

function isCopy(a: Timed, b: Timed): boolean {
  const up = a.first?.uptime;
  const down = b.first?.uptime;
  const bothDated = isDated(a.start) && isDated(b.start);
  if (up != null && down != null) {
    // Equal kernel stamps of different boots are months apart.
    return up === down && (!bothDated || Math.abs((a.start as number) - (b.start as number)) < 600 * SECOND);
  }
  if (!bothDated) return false;
  const coarser = Math.max(a.first?.time?.resolution ?? 0, b.first?.time?.resolution ?? 0, SECOND);
  return Math.abs((a.start as number) - (b.start as number)) <= coarser;
}

const BASIS = ['measured', 'stated', 'derived', 'assumed', 'none'];

/** The best dated copy speaks; the others add their origins. Counts are the largest any one file shows. */
function mergeCluster(cluster: readonly Timed[]): Timed {
  if (cluster.length === 1) return cluster[0] as Timed;
  const best = [...cluster].sort(
    (a, b) =>
      BASIS.indexOf(a.basis) - BASIS.indexOf(b.basis) || a.uncertainty - b.uncertainty || compare(a.source, b.source),
  )[0] as Timed;
  const others = cluster.filter((detection) => detection !== best);
  return {
    ...best,
    count: Math.max(...cluster.map((detection) => detection.count)),
    origins: [...best.origins, ...others.flatMap((detection) => detection.origins)],
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
