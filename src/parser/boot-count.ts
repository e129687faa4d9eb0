import { MINUTE, type Micros, SECOND, type WrittenTime } from '../model/time.js';
import { isBootBanner } from './kernel-line.js';

/** printk stamps of several processors reach the log out of order by less than this. */
const JITTER: Micros = SECOND;
/**
 * The first messages of a boot all carry 0.000000. A fall to there is a boot even in the first minute, while other falls
 * are not: processors that come up print with a clock of their own, up to 3 s behind (`masked ExtINT on CPU#3`, 5.12-6.1).
 */
const ZERO: Micros = 1000;
const BRING_UP: Micros = MINUTE;
/** Without a wall clock: userspace on a console, and processors that were locked up, print up to some 10 s late. */
const LATE_UPTIME: Micros = MINUTE;
/** With one: the longest stall after which a late line is still taken for one of the same boot. */
const LATE: Micros = 10 * MINUTE;
/** Hosts whose boots are counted in one source; the memory for it is bounded. */
const HOSTS = 4096;

interface Boots {
  count: number;
  label: string;
  seen: boolean;
  banner: boolean;
  uptime: Micros | null;
  wall: WrittenTime | null;
}

export interface BootCounter {
  /** Boot of a record: `#0`, `#1` ..., per host. Null for the hosts beyond the 4096th. */
  label(host: string | null): string | null;
  /** The same, for a kernel message, which may be the first of the next boot. */
  kernel(host: string | null, time: WrittenTime | null, uptime: Micros | null, body: string): string | null;
  /** A mark in the source says that another boot begins here (`-- Reboot --`). */
  turn(host: string | null): void;
}

/**
 * Numbers the boots of each host inside one source. A boot begins at the banner `Linux version` or where the kernel's
 * own clock falls back; messages before the banner (`Initializing cgroup subsys cpuset` on 3.x) belong to the boot.
 */
export function countBoots(): BootCounter {
  const hosts = new Map<string | null, Boots>();
  let lastHost: string | null = null;
  let last: Boots | null = null;
  const of = (host: string | null): Boots | null => {
    if (last !== null && host === lastHost) return last;
    let boots = hosts.get(host);
    if (boots === undefined) {
      if (hosts.size >= HOSTS) return null;
      boots = { count: 0, label: '#0', seen: false, banner: false, uptime: null, wall: null };
      hosts.set(host, boots);
    }
    lastHost = host;
    last = boots;
    return boots;
  };
  return {
    label(host) {
      const boots = of(host);
      if (boots === null) return null;
      boots.seen = true;
      return boots.label;
    },
    kernel(host, time, uptime, body) {
      const boots = of(host);
      if (boots === null) return null;
      const banner = isBootBanner(body);
      const wall = time !== null && time.clock === 'wall' ? time : null;
      if (banner ? !isSameBoot(boots, uptime) : hasFallenBack(boots, uptime, wall)) next(boots);
      boots.seen = true;
      boots.banner ||= banner;
      if (uptime !== null) {
        boots.uptime = boots.uptime === null ? uptime : Math.max(boots.uptime, uptime);
        boots.wall = wall;
      }
      return boots.label;
    },
    turn(host) {
      const boots = of(host);
      if (boots?.seen === true) next(boots);
    },
  };
}

function next(boots: Boots): void {
  boots.label = `#${++boots.count}`;
  boots.banner = false;
  boots.uptime = null;
  boots.wall = null;
  boots.seen = false;
}

/** Whether a banner belongs to the boot that is already running: only messages of its first second came before it. */
function isSameBoot(boots: Boots, uptime: Micros | null): boolean {
  if (!boots.seen) return true;
  if (boots.banner || boots.uptime === null) return false;
  return uptime !== null && boots.uptime <= JITTER && uptime + JITTER >= boots.uptime;
}

function hasFallenBack(boots: Boots, uptime: Micros | null, wall: WrittenTime | null): boolean {
  if (uptime === null || boots.uptime === null) return false;
  const drop = boots.uptime - uptime;
  if (drop <= JITTER) return false;
  if (uptime < ZERO) return true;
  if (wall === null || boots.wall === null) return boots.uptime > BRING_UP && (drop > LATE_UPTIME || uptime <= JITTER);
  if (drop > LATE) return true;
  // A line that was only late: since the line before it less time passed than another boot would have needed.
  const passed = wall.micros - boots.wall.micros;
  return passed < -MINUTE || (passed > 0 && passed >= uptime);
}
