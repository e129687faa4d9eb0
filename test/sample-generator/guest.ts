import type { Distribution, Vm } from './cluster.js';
import type { Random } from './random.js';
import { type At, SECOND, type Stamps } from './stamps.js';

export interface Line {
  readonly at: At;
  /** Seconds since boot for kernel lines, else null. */
  readonly uptime: number | null;
  readonly ident: string;
  readonly pid: number | null;
  readonly severity: number;
  readonly facility: number;
  readonly text: string;
  /** `auth` lines go to their own file on Debian. */
  readonly log: 'main' | 'auth';
}

export interface Guest {
  readonly vm: Vm;
  readonly system: Distribution;
  readonly random: Random;
  readonly stamps: Stamps;
  readonly lines: Line[];
  /** Where the collected logs begin; only the kernel's ring buffer goes back to the boot before. */
  readonly from: At;
  /** Boots, the first before the logs begin. */
  readonly boots: At[];
  /** Nothing that is said in here reaches the guest's own disk. */
  readonly mute: (readonly [At, At])[];
  /** Nothing runs in here at all: off, or every process hangs. */
  readonly away: (readonly [At, At])[];
}

export function openGuest(vm: Vm, system: Distribution, random: Random, stamps: Stamps, from: At): Guest {
  return { vm, system, random, stamps, lines: [], from, boots: [], mute: [], away: [] };
}

interface Saying {
  readonly pid?: number;
  readonly severity?: number;
  readonly facility?: number;
  readonly log?: Line['log'];
}

export function say(guest: Guest, at: At, ident: string, text: string, more: Saying = {}): void {
  const { pid = null, severity = 6, facility = 3, log = 'main' } = more;
  guest.lines.push({ at, uptime: null, ident, pid, severity, facility, text, log });
}

export function kernel(guest: Guest, at: At, text: string, severity = 6): void {
  const boot = guest.boots.findLast((b) => b <= at) ?? 0;
  const uptime = (at - boot) / SECOND;
  guest.lines.push({ at, uptime, ident: 'kernel', pid: null, severity, facility: 0, text, log: 'main' });
}

/** Kernel lines of one burst: some tens of microseconds apart, as printk stamps show. */
export function kernelBurst(guest: Guest, at: At, texts: readonly (readonly [string, number])[]): At {
  let t = at;
  for (const [text, severity] of texts) {
    kernel(guest, t, text, severity);
    t += guest.random.whole(14, 900) / 1000;
  }
  return t;
}

export function isAway(guest: Guest, at: At): boolean {
  return guest.away.some(([from, to]) => at >= from && at < to);
}

/** In order of time; lines of the same microsecond stay as they were said. */
export function ordered(lines: readonly Line[]): Line[] {
  return lines
    .map((line, i) => ({ line, i }))
    .sort((a, b) => a.line.at - b.line.at || a.i - b.i)
    .map(({ line }) => line);
}

export function stored(guest: Guest): Line[] {
  const isMute = (at: At): boolean => guest.mute.some(([from, to]) => at >= from && at < to);
  return ordered(guest.lines.filter((line) => line.at >= guest.from && !isMute(line.at)));
}
