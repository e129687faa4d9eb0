import { streamKey } from '../model/clock.js';
import type { LogRecord } from '../model/record.js';
import type { ReadSource } from '../model/source.js';
import { HOUR, MINUTE, type Micros, SECOND, type WrittenTime } from '../model/time.js';
import type { PlaceTime } from './place-time.js';

/** Kernel lines of a boot as one log stamped them: what the stamp says less what the kernel says, at some uptimes. */
interface Pair {
  readonly uptime: Micros;
  readonly zero: Micros;
}

/** A pair speaks for lines of the same boot that lie so near: beyond, the wall clock may have been set. */
const NEAR: Micros = HOUR;
/** A logging daemon starts within so much of the kernel, and stamps what it finds then. */
const LATE: Micros = 3 * MINUTE;
/** Until then no daemon runs: a pair from before is as late as the line itself. */
const DAEMON: Micros = 2 * SECOND;

/**
 * When the kernel wrote a line, by the clock of the log: the first lines of a boot wait for the daemon that stamps them, and
 * of those that come later one was stamped at once. Null where the log has no such line.
 */
export type KernelTime = (source: string, record: LogRecord, placed: Micros) => Micros | null;

export function kernelTimes(sources: readonly ReadSource[], place: PlaceTime): KernelTime {
  const pairs = new Map<string, Pair[]>();
  for (const source of sources) {
    for (const evidence of source.clock) {
      if (evidence.kind !== 'uptime' || evidence.uptime < DAEMON) continue;
      const host = evidence.host ?? source.pathHost;
      const { written, yearless, utc, uptime, at } = evidence;
      const time: WrittenTime = { micros: written ?? 0, clock: 'wall', utcOffset: null, yearless, resolution: SECOND };
      const wall =
        written === null ? utc : (place(streamKey(source.id, evidence.host, null), time, at.byteOffset)?.utc ?? null);
      if (wall === null) continue;
      const key = keyOf(source.id, host, evidence.boot);
      const known = pairs.get(key);
      if (known === undefined) pairs.set(key, [{ uptime, zero: wall - uptime }]);
      else known.push({ uptime, zero: wall - uptime });
    }
  }
  const hosts = new Map(sources.map(({ id, pathHost }) => [id, pathHost]));
  return (source, { host, boot, uptime }, placed) => {
    if (uptime === null) return null;
    let best: Pair | null = null;
    for (const pair of pairs.get(keyOf(source, host ?? hosts.get(source) ?? null, boot)) ?? []) {
      const late = placed - pair.zero - uptime;
      if (Math.abs(pair.uptime - uptime) > NEAR || late < -SECOND || late > LATE) continue;
      // A stamp is late, never early: of those that are near the earliest is the truest.
      if (best === null || pair.zero < best.zero) best = pair;
    }
    return best === null ? null : best.zero + uptime;
  };
}

function keyOf(source: string, host: string | null, boot: string | null): string {
  return `${source}|${host?.toLowerCase() ?? ''}|${boot ?? ''}`;
}
