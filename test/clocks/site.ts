import { DAY, HOUR, MINUTE, type Micros, SECOND } from '../../src/model/time.js';
import { type Dice, diceOf } from './dice.js';
import type { FormatName, LogFile, Sign } from './log.js';
import { freeMachine, keptMachine, type Machine, strayHost } from './machine.js';
import { type CaseZone, caseZone, ZONE_NAMES } from './zones.js';

export interface Window {
  readonly from: Micros;
  readonly to: Micros;
}

/** A log, and how well it is kept. */
export interface KeptLog {
  readonly file: LogFile;
  /** Share of the events that it lost. */
  readonly lost: number;
  /** True times it reaches over. */
  readonly cover: Window;
  /** Mean time between two records. */
  readonly rhythm: Micros;
  readonly dice: Dice;
}

export interface Host {
  readonly machine: Machine;
  readonly worker: KeptLog;
  readonly vmms: KeptLog;
  readonly system: KeptLog;
}

export interface Guest {
  readonly machine: Machine;
  readonly logs: readonly KeptLog[];
  /** On which of the hosts it usually runs. */
  readonly home: Host;
  /** Whether kernel lines carry the time since boot. */
  readonly stampsUptime: boolean;
  readonly forwards: boolean;
  /** From the start of the kernel to the stamps of its first lines, and from the start of the VM to that of its kernel. */
  readonly syslogStart: Micros;
  readonly loader: Micros;
}

export interface Central {
  readonly machine: Machine;
  readonly log: KeptLog;
  /** Whether it keeps the stamp of the sender or writes its own. */
  readonly keepsStamps: boolean;
}

export interface Site {
  readonly window: Window;
  readonly zone: CaseZone;
  readonly hosts: readonly Host[];
  readonly guests: readonly Guest[];
  readonly backup: { readonly machine: Machine; readonly log: KeptLog } | null;
  readonly central: Central | null;
}

/** What a test may fix; left out, it is thrown. */
export interface SiteWish {
  /** All clocks right, all stamps with their offset, all logs whole. */
  readonly exact?: boolean;
}

export function siteOf(seed: number, wish: SiteWish = {}): Site {
  const dice = diceOf(seed, 'site');
  const zone = caseZone(dice.pick(ZONE_NAMES));
  const window = windowOf(zone, dice);
  const strayHosts = wish.exact !== true && dice.chance(0.12);
  const hosts = Array.from({ length: dice.pick([1, 1, 2, 2, 3]) }, (_, i) =>
    hostOf(seed, `HV0${i + 1}`, zone, window, strayHosts && dice.chance(0.6), wish),
  );
  const central = dice.chance(0.35) ? centralOf(seed, zone, window, wish) : null;
  const guests = Array.from({ length: dice.pick([1, 2, 2, 3, 4, 5, 6, 8]) }, (_, i) => {
    const own = dice.chance(0.85) ? zone : caseZone(dice.pick(ZONE_NAMES));
    return guestOf(seed, `web${String(i + 1).padStart(2, '0')}`, own, window, hosts, central !== null, wish);
  });
  const backup = dice.chance(0.4) && wish.exact !== true ? backupOf(seed, zone, window) : null;
  return { window, zone, hosts, guests, backup, central };
}

/** 2 to 45 days in 2019 to 2024; a third of them round New Year or a change of summer time. */
function windowOf(zone: CaseZone, dice: Dice): Window {
  const length = dice.pick([2, 3, 7, 14, 30, 45]) * DAY;
  const year = dice.pick([2019, 2020, 2021, 2022, 2023, 2024]);
  const start = Date.UTC(year, 0, 1) * 1000;
  const end = Date.UTC(year + 1, 0, 1) * 1000;
  const turns = [end, ...zone.changes.filter((change) => change > start && change < end)];
  const from = dice.chance(0.35)
    ? dice.pick(turns) - dice.between(0.15, 0.85) * length
    : dice.between(start, end - length);
  return { from: Math.floor(from), to: Math.floor(from) + length };
}

function hostOf(seed: number, name: string, zone: CaseZone, window: Window, stray: boolean, wish: SiteWish): Host {
  const dice = diceOf(seed, name);
  const machine = stray ? strayHost(name, zone, window, dice) : keptMachine(name, zone, dice);
  const channel = (log: string, rhythm: Micros): KeptLog =>
    logOf(seed, `hosts/${name}/${log}.evtx`, name, `Microsoft-Windows-Hyper-V-${log}`, 'evtx', rhythm, window, wish);
  return {
    machine,
    worker: channel('Worker-Admin', 30 * MINUTE),
    vmms: channel('VMMS-Admin', 20 * MINUTE),
    system: channel('System', 8 * MINUTE),
  };
}

function guestOf(
  seed: number,
  name: string,
  zone: CaseZone,
  window: Window,
  hosts: readonly Host[],
  hasCentral: boolean,
  wish: SiteWish,
): Guest {
  const dice = diceOf(seed, name);
  const machine = wish.exact === true ? keptMachine(name, zone, dice) : freeMachine(name, zone, window, dice);
  const format = dice.pick<FormatName>(
    wish.exact === true ? ['rfc3339', 'journal'] : ['rfc3164', 'rfc3164', 'rfc3164', 'dated', 'rfc3339', 'journal'],
  );
  const second = format !== 'journal' && dice.chance(0.25);
  const rhythm = dice.pick([2, 5, 15]) * MINUTE;
  const logs = [format, ...(second ? (['journal'] as const) : [])].map((one) =>
    logOf(
      seed,
      `guests/${name}/${one === 'journal' ? 'journal.export' : 'syslog'}`,
      name,
      null,
      one,
      rhythm,
      window,
      wish,
    ),
  );
  return {
    ...{ machine, logs, home: dice.pick(hosts), stampsUptime: dice.chance(0.7) },
    forwards: hasCentral && dice.chance(0.8),
    syslogStart: dice.scaled(3, 25) * SECOND,
    loader: dice.between(1, 6) * SECOND,
  };
}

function backupOf(seed: number, zone: CaseZone, window: Window): NonNullable<Site['backup']> {
  const dice = diceOf(seed, 'backup');
  const machine = dice.chance(0.8) ? keptMachine('bk01', zone, dice) : freeMachine('bk01', zone, window, dice);
  return { machine, log: logOf(seed, 'backup/altaro.log', null, null, 'backup', 60 * MINUTE, window, {}) };
}

function centralOf(seed: number, zone: CaseZone, window: Window, wish: SiteWish): Central {
  const dice = diceOf(seed, 'central');
  const kept = wish.exact === true || dice.chance(0.7);
  const machine = kept ? keptMachine('log01', zone, dice) : freeMachine('log01', zone, window, dice);
  const format = dice.pick<FormatName>(wish.exact === true ? ['rfc3339'] : ['rfc3164', 'dated', 'rfc3339']);
  const log = logOf(seed, 'central/messages', null, null, format, 10 * MINUTE, window, wish);
  return { machine, log, keepsStamps: dice.chance(0.3) };
}

function logOf(
  seed: number,
  path: string,
  pathHost: string | null,
  channel: string | null,
  format: FormatName,
  rhythm: Micros,
  window: Window,
  wish: SiteWish,
): KeptLog {
  const dice = diceOf(seed, path);
  const whole = wish.exact === true || dice.chance(0.8);
  const length = window.to - window.from;
  const from = window.from + (whole ? 0 : dice.between(0, 0.5) * length);
  const to = window.to - (whole ? 0 : dice.between(0, 0.4) * length);
  return {
    file: { path, pathHost, channel, format, entries: [] },
    lost: wish.exact === true ? 0 : dice.pick([0, 0, 0.1, 0.4]),
    ...{ cover: { from, to }, rhythm, dice },
  };
}

/** Something that happened, as one log stamps it. Lost with the log's own chance; whether it was kept. */
export function note(
  { file, lost, cover, dice }: KeptLog,
  by: Machine,
  host: string | null,
  at: Micros,
  sign: Sign,
  event: string | null,
): void {
  const isLost = dice.chance(lost);
  if (isLost || at < cover.from || at > cover.to) return;
  file.entries.push({ at, stamped: at, host, by, sign, event, quotes: null });
}

/** Busy by day, quiet by night. */
const DAY_FACTOR = [1, 1, 1, 2, 3, 3, 3, 2];

/** Records that nobody else sees: they show that the log was alive. */
export function fill({ file, cover, rhythm, dice }: KeptLog, by: Machine, host: string | null): void {
  const silenceAt = dice.chance(0.3) ? dice.between(cover.from, cover.to) : Number.POSITIVE_INFINITY;
  const silence = dice.scaled(0.5, 12) * HOUR;
  for (let at = cover.from; at <= cover.to; at += dice.waiting() * rhythm * factorAt(at)) {
    if (at > silenceAt && at < silenceAt + silence) continue;
    const plain = { host, by, sign: null, event: null, quotes: null };
    file.entries.push({ at, stamped: at, ...plain });
    // A slower writer: its line comes after, with the earlier stamp.
    if (dice.chance(0.005)) file.entries.push({ at: at + 1, stamped: at - dice.between(0.2, 1.9) * SECOND, ...plain });
  }
}

function factorAt(at: Micros): number {
  return DAY_FACTOR[Math.floor((at % DAY) / (3 * HOUR))] as number;
}
