import { DAY, HOUR, MINUTE, type Micros, SECOND } from '../../src/model/time.js';
import { type Dice, diceOf } from './dice.js';
import { FORMATS, type Sign } from './log.js';
import { type Guest, type Host, type KeptLog, note, type Site } from './site.js';

/** How a record of a guest is read: its rule, program and words. */
interface GuestLine {
  readonly rule: string;
  readonly ident: string;
  readonly pid: number | null;
  readonly body: string;
  readonly uptime: Micros | null;
  readonly captures?: Readonly<Record<string, string>>;
}

/** Everything that happens on the site, written into its logs. */
export function happen(site: Site, seed: number): void {
  const outages = outagesOf(site, diceOf(seed, 'outages'));
  for (const guest of site.guests) {
    const dice = diceOf(seed, `events of ${guest.machine.name}`);
    const boots = bootsOf(site, guest, dice);
    freezes(site, guest, dice);
    symptoms(site, guest, outages, boots, dice);
    quotes(guest, dice);
    reports(site, guest, dice);
  }
  for (const host of site.hosts) hostReports(host, diceOf(seed, `steps of ${host.machine.name}`));
}

function hostSign(rule: string, vm: string): Sign {
  return {
    rule,
    entity: { type: 'vm', name: vm },
    captures: { vm },
    ident: 'Hyper-V',
    pid: null,
    body: rule,
    uptime: null,
  };
}

function onHost({ machine }: Host, log: KeptLog, at: Micros, rule: string, vm: string, event: string | null): void {
  note(log, machine, `${machine.name}.contoso.local`, at, hostSign(rule, vm), event);
}

/** Into every log of the guest, and what it forwards: `late` is how much later than the event each stamps it. */
function inGuest(
  site: Site,
  guest: Guest,
  at: Micros,
  line: GuestLine,
  event: string | null,
  late: (log: KeptLog | 'central') => Micros,
): void {
  const { name } = guest.machine;
  const sign: Sign = { captures: {}, ...line, entity: { type: 'vm', name } };
  for (const log of guest.logs) note(log, guest.machine, name, at + late(log), withUptime(sign, guest, log), event);
  const { central } = site;
  if (central === null || !guest.forwards) return;
  const by = central.keepsStamps ? guest.machine : central.machine;
  note(central.log, by, name, at + late('central'), guest.stampsUptime ? sign : { ...sign, uptime: null }, event);
}

/** The journal has the kernel's own time beside every line; a syslog daemon only what is printed. */
function withUptime(sign: Sign, { stampsUptime }: Guest, { file }: KeptLog): Sign {
  return stampsUptime || FORMATS[file.format] === FORMATS.journal ? sign : { ...sign, uptime: null };
}

const RELEASE = 'Linux version 6.1.0-18-amd64 (debian-kernel@lists.debian.org)';

/** True times at which its kernel started. */
function bootsOf(site: Site, guest: Guest, dice: Dice): readonly Micros[] {
  const { from, to } = site.window;
  const irregular = Array.from({ length: dice.pick([0, 0, 1, 2, 3, 4, 5, 8, 12, 20, 40]) }, () =>
    dice.between(from, to),
  );
  const scheduled = dice.chance(0.15) ? nightly(site, dice, dice.scaled(0.5, 60) * SECOND) : [];
  const boots = [...irregular.map((at) => ({ at, kind: 'odd' })), ...scheduled.map((at) => ({ at, kind: 'nightly' }))]
    .sort((x, y) => x.at - y.at)
    .filter(({ at }, i, all) => i === 0 || at - (all[i - 1]?.at ?? 0) > 5 * MINUTE);
  for (const [i, { at, kind }] of boots.entries())
    boot(site, guest, at, `${kind}|boot|${guest.machine.name}|${i}`, dice);
  foreignBoots(site, guest, dice);
  return boots.map(({ at }) => at);
}

/** The same time of day each night by the site's own zone, give or take. */
function nightly({ window, zone }: Site, dice: Dice, jitter: Micros): readonly Micros[] {
  const hour = dice.between(0, 24) * HOUR;
  const nights: Micros[] = [];
  for (let day = Math.floor(window.from / DAY) * DAY; day < window.to; day += DAY) {
    const at = day + hour - zone.offset(day + hour) + Math.abs(dice.normal()) * jitter;
    if (at > window.from && at < window.to) nights.push(at);
  }
  return nights;
}

const STARTS = ['core/host/vm-started', 'core/host/vm-reset-by-host', 'core/host/vm-reset-by-guest'];

/** How the run before came to its end, and what brought up the next. */
type Cause = 'start' | 'reset' | 'reboot' | 'crash' | 'restart';
const CAUSES: readonly Cause[] = ['start', 'start', 'start', 'reset', 'reboot', 'reboot', 'reboot', 'crash', 'restart'];
const STARTED_BY: Readonly<Record<Cause, string>> = {
  start: 'core/host/vm-started',
  reset: 'core/host/vm-reset-by-host',
  reboot: 'core/host/vm-reset-by-guest',
  crash: 'core/host/vm-reset-by-guest',
  restart: 'core/host/vm-started',
};

/** The VM is started or reset, its firmware hands over, the kernel starts, and its first line waits for a daemon to stamp it. */
function boot(site: Site, guest: Guest, kernel: Micros, event: string, dice: Dice): void {
  const { name } = guest.machine;
  const host = dice.chance(0.85) ? guest.home : dice.pick(site.hosts);
  const cause = dice.pick(CAUSES);
  const handover = kernel - guest.loader * dice.between(0.9, 1.1);
  const start = handover - dice.between(3, 8) * SECOND;
  if (cause === 'reboot') stop(site, guest, host, start, null, event, dice);
  if (cause === 'restart')
    stop(site, guest, host, start - dice.scaled(5, 120) * SECOND, 'core/host/vm-shut-down-by-host', event, dice);
  if (cause === 'crash') crash(site, guest, host, start - dice.between(1, 30) * SECOND, event, dice);
  onHost(host, host.worker, start, STARTED_BY[cause], name, event);
  onHost(host, host.worker, handover, 'core/host/vm-booted', name, event);
  banner(site, guest, kernel, event, dice);
}

/** Services are stopped one after the other; the host sees the end of it. */
function stop(
  site: Site,
  guest: Guest,
  host: Host,
  at: Micros,
  seenAs: string | null,
  event: string,
  dice: Dice,
): void {
  const first = at - dice.scaled(3, 40) * SECOND;
  const rule = 'core/guest/orderly-shutdown';
  const late = (): Micros => dice.between(0, 0.3) * SECOND;
  const logind = { rule, ident: 'systemd-logind', pid: 610, body: 'System is rebooting.', uptime: null };
  inGuest(site, guest, first, logind, event, late);
  const target = { rule, ident: 'systemd', pid: 1, body: 'Reached target Reboot.', uptime: null };
  inGuest(site, guest, first + dice.between(0.3, 0.9) * (at - first), target, event, late);
  if (seenAs !== null) onHost(host, host.worker, at, seenAs, guest.machine.name, event);
}

/** The last words of a kernel seldom reach a file. */
function crash(site: Site, guest: Guest, host: Host, at: Micros, event: string, dice: Dice): void {
  const uptime = Math.floor(dice.scaled(60, 4e6) * SECOND);
  const body = `Kernel panic - not syncing: Fatal exception ${uptime}`;
  const line = { rule: 'core/guest/kernel-panic', ident: 'kernel', pid: null, body, uptime };
  if (dice.chance(0.3)) inGuest(site, guest, at, line, event, () => dice.between(0, 0.3) * SECOND);
  onHost(host, host.worker, at + dice.between(0, 2) * SECOND, 'core/host/guest-crashed', guest.machine.name, event);
}

function banner(site: Site, guest: Guest, kernel: Micros, event: string, dice: Dice): void {
  const line = { rule: 'core/guest/boot', ident: 'kernel', pid: null, body: RELEASE, uptime: 0 };
  // Now and then file systems are checked first.
  const check = dice.chance(0.03) ? dice.scaled(10, 90) * SECOND : 0;
  const daemon = guest.syslogStart * dice.between(0.85, 1.15);
  inGuest(site, guest, kernel, line, event, (log) => {
    if (log === 'central') return check + daemon + dice.between(2, 12) * SECOND;
    return FORMATS[log.file.format] === FORMATS.journal ? dice.between(1, 4) * SECOND : check + daemon;
  });
  // What the kernel says from then on is stamped at once.
  for (const service of ['Heartbeat', 'TimeSync', 'Shutdown'].slice(0, dice.pick([0, 1, 3]))) {
    const uptime = Math.floor(check + daemon + dice.between(0.1, 4) * SECOND);
    const body = `hv_utils: ${service} IC version 4.0`;
    const offered = { rule: 'core/guest/integration-service-offered', ident: 'kernel', pid: null, body, uptime };
    inGuest(site, guest, kernel + uptime, offered, null, (log) =>
      log === 'central' ? dice.between(2, 12) * SECOND : dice.between(0, 0.3) * SECOND,
    );
  }
}

/** A kernel that was loaded without the firmware, a VM that never came to its kernel: one side sees them. */
function foreignBoots(site: Site, guest: Guest, dice: Dice): void {
  const { from, to } = site.window;
  for (let i = dice.pick([0, 0, 0, 1, 4]); i > 0; i--) {
    const at = dice.between(from, to);
    if (dice.chance(0.5)) onHost(guest.home, guest.home.worker, at, dice.pick(STARTS), guest.machine.name, null);
    else banner(site, guest, at, `odd|kexec|${guest.machine.name}|${i}`, dice);
  }
}

/** A nightly backup: frozen in the guest, merged on the host, in the backup's own log. */
function freezes(site: Site, guest: Guest, dice: Dice): void {
  if (!dice.chance(0.6)) return;
  const { name } = guest.machine;
  const pid = Math.floor(dice.between(400, 2000));
  for (const [i, at] of nightly(site, dice, dice.pick([0.01, 2, 30, 300]) * SECOND).entries()) {
    const event = `nightly|freeze|${name}|${i}`;
    const line = { ident: 'hv_vss_daemon', pid, uptime: null };
    const held = dice.between(0.2, 4) * SECOND;
    const late = (): Micros => held + dice.between(0, 0.2) * SECOND;
    inGuest(
      site,
      guest,
      at,
      { ...line, rule: 'core/guest/vss-hot-backup-check', body: 'VSS: op=CHECK HOT BACKUP' },
      event,
      late,
    );
    inGuest(
      site,
      guest,
      at + 3 * SECOND,
      { ...line, rule: 'core/guest/vss-freeze', body: 'VSS: op=FREEZE: succeeded' },
      event,
      late,
    );
    inGuest(
      site,
      guest,
      at + 4 * SECOND,
      { ...line, rule: 'core/guest/vss-thaw', body: 'VSS: op=THAW: succeeded' },
      event,
      late,
    );
    const merge = at + dice.scaled(60, 1800) * SECOND;
    onHost(guest.home, guest.home.vmms, merge, 'core/host/merge-started', name, event);
    onHost(guest.home, guest.home.vmms, merge + dice.scaled(5, 600) * SECOND, 'core/host/merge-finished', name, event);
    if (dice.chance(0.05))
      onHost(guest.home, guest.home.vmms, at + 10 * SECOND, 'core/host/checkpoint-failed', name, event);
    if (site.backup === null) continue;
    const run = { ...hostSign('core/backup/vm-application-consistent', name), lasts: 0 };
    const start = at - dice.between(2, 40) * SECOND;
    run.lasts = Math.floor(merge + dice.between(-20, 60) * SECOND - start);
    note(site.backup.log, site.backup.machine, null, start, run, event);
  }
}

/** When the storage of the site was away. */
function outagesOf({ window }: Site, dice: Dice): readonly Micros[] {
  return Array.from({ length: dice.pick([0, 0, 1, 3]) }, () => dice.between(window.from, window.to));
}

/** What coincides because it has one cause, and is no anchor: I/O errors in guests and on hosts. */
function symptoms(site: Site, guest: Guest, outages: readonly Micros[], boots: readonly Micros[], dice: Dice): void {
  const { name } = guest.machine;
  for (const [i, outage] of outages.entries()) {
    onHost(
      guest.home,
      guest.home.system,
      outage + dice.between(0, 30) * SECOND,
      'core/host/storport-request-timeout',
      name,
      null,
    );
    for (let n = dice.pick([0, 1, 5]); n > 0; n--) {
      const at = outage + dice.between(0, 90) * SECOND;
      const started = boots.findLast((time) => time <= at) ?? site.window.from - 9 * DAY;
      const body = `I/O error, dev sda, sector ${Math.floor(dice.between(1e4, 1e8))} op 0x1:(WRITE)`;
      const line = {
        rule: 'core/guest/block-io-error',
        ident: 'kernel',
        pid: null,
        body,
        uptime: Math.floor(at - started),
      };
      const event = `odd|copy|${name}|${i}.${n}`;
      inGuest(
        site,
        guest,
        at,
        line,
        event,
        (log) => (log === 'central' ? dice.between(0.05, 0.8) : dice.between(0, 0.3)) * SECOND,
      );
    }
  }
}

/** Lines that quote the absolute time of their machine: audit. */
function quotes({ machine, logs }: Guest, dice: Dice): void {
  if (!dice.chance(0.35)) return;
  const count = dice.pick([1, 3, 20, 60]);
  for (const { file, cover } of logs) {
    if (FORMATS[file.format] === FORMATS.journal) continue;
    for (let i = 0; i < count; i++) {
      const at = dice.between(cover.from, cover.to);
      const utc = Math.floor((at + machine.error(at)) / 1000) * 1000;
      const stamped = at + Math.min(0.9, 0.05 * dice.waiting()) * SECOND;
      const event = `odd|epoch|${machine.name}|${i}`;
      file.entries.push({
        ...{ at: stamped, stamped, host: machine.name, by: machine, sign: null, event },
        quotes: { utc, tolerance: SECOND },
      });
    }
  }
}

/** A time service says what it did, some time after. */
function reports(site: Site, guest: Guest, dice: Dice): void {
  for (const { at, by } of guest.machine.steps) {
    if (!dice.chance(0.6)) continue;
    const body = `System clock was stepped by ${(by / SECOND).toFixed(6)} seconds`;
    const captures = { stepped: (by / SECOND).toFixed(6) };
    const line = { rule: 'core/guest/clock-step', ident: 'chronyd', pid: 700, body, uptime: null, captures };
    inGuest(site, guest, at + dice.scaled(0.01, 60) * SECOND, line, null, () => 0);
  }
}

/** Windows writes down every time its clock is set: what it showed before and after. */
function hostReports({ machine, system }: Host, dice: Dice): void {
  for (const { at } of machine.steps) {
    if (!dice.chance(0.95)) continue;
    const shown = (utc: Micros): string => new Date((utc + machine.error(utc)) / 1000).toISOString();
    const rule = 'core/host/clock-changed';
    const name = `${machine.name}.contoso.local`;
    const sign: Sign = {
      ...{ rule, entity: { type: 'host', name }, captures: {}, ident: 'Microsoft-Windows-Kernel-General', pid: null },
      ...{ body: rule, uptime: null, fields: { OldTime: shown(at - 1), NewTime: shown(at) } },
    };
    note(system, machine, name, at, sign, null);
  }
}
