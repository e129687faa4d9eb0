import type { Run } from './backup.js';
import { HOSTS, type HostName, type Vm } from './cluster.js';
import { type Random, randomOf } from './random.js';
import type { At } from './stamps.js';

/** One array of four disks in RAID 10 behind 1 Gb iSCSI. 1 GbE with 1500-byte frames carries 117.7 MB/s. */
const LINK = 114;

/** The array is busy with itself, a rebuild or worse: latency in milliseconds, what is left of its throughput. */
export interface Pressure {
  readonly from: At;
  readonly to: At;
  readonly latency: readonly [number, number];
  readonly throughput: readonly [number, number];
  readonly queue: readonly [number, number];
}

/** A host without any path to the array. */
export interface Outage {
  readonly host: HostName;
  readonly from: At;
  readonly to: At;
}

export interface Load {
  readonly runs: readonly Run[];
  readonly pressures: readonly Pressure[];
  readonly outages: readonly Outage[];
  /** Megabytes per second that one backup stream asks for. */
  readonly rate: number;
}

/** What one host sees of the LUN in one interval. Latencies in seconds, throughput in bytes per second. */
export interface Sight {
  readonly read: number;
  readonly write: number;
  readonly reads: number;
  readonly writes: number;
  readonly bytes: number;
  readonly queue: number;
  /** Requests waiting at the moment of the sample. */
  readonly waiting: number;
}

export type Array4 = (host: HostName, at: At) => Sight;

export function arrayUnder(load: Load, seed: number): Array4 {
  const streams = new Map<HostName, Random>(HOSTS.map((host) => [host, randomOf(seed, `array ${host}`)]));
  return (host, at) => {
    // All hosts wait for the same disks, so their latencies move together.
    const mood = randomOf(seed, `array ${at}`).spread(0.16);
    const random = streams.get(host) ?? randomOf(seed, 'array');
    if (load.outages.some((outage) => outage.host === host && at >= outage.from && at < outage.to)) {
      return { read: 0, write: 0, reads: 0, writes: 0, bytes: 0, queue: 0, waiting: random.whole(9, 38) };
    }
    return sightOf(load, host, at, mood, random);
  };
}

function sightOf(load: Load, host: HostName, at: At, mood: number, random: Random): Sight {
  const active = load.runs.filter((run) => at >= run.transferFrom && at < run.mergeFrom);
  const merging = load.runs.filter((run) => at >= run.mergeFrom && at < run.end).length;
  const asked = active.length * load.rate + merging * 18;
  const pressure = load.pressures.find((p) => at >= p.from && at < p.to);
  const own = active.filter((run) => run.host === host).length;
  const limit = pressure === undefined ? LINK : random.between(...pressure.throughput);
  const share = asked === 0 ? 0 : Math.min(asked, limit * random.between(0.93, 1)) * (own / Math.max(1, active.length));
  const base = pressure === undefined ? random.between(1.1, 2.6) : random.between(0.5, 1.4);
  const megabytes = share + base;
  const writes = random.between(14, 34) * (pressure === undefined ? 1 : 0.35);
  const reads = random.between(6, 18) + (share * 1e6) / 262_144;
  const busy = 1 + active.length * 2.2 + merging * 1.1;
  const ms = pressure === undefined ? 4.2 * busy * mood : random.between(...pressure.latency) * mood;
  const read = (ms * random.spread(0.06)) / 1000;
  const write = (ms * 1.12 * random.spread(0.07)) / 1000;
  const queue = pressure === undefined ? reads * read + writes * write : random.between(...pressure.queue);
  return {
    read,
    write,
    reads,
    writes,
    bytes: megabytes * 1e6,
    queue,
    waiting: Math.round(queue * random.between(0.4, 1.5)),
  };
}

/** The machine's own disk as its host sees it: the array's latency and the little of the layer above. */
export function machineLatency(sight: Sight, vm: Vm, random: Random): number {
  const size = vm.gigabytes > 150 ? 1.08 : 1;
  return ((sight.read + sight.write) / 2) * size * random.spread(0.1);
}
