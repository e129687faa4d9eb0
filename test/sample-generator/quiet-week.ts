import { arrayUnder } from './array.js';
import { csvExport } from './backup-files.js';
import { bootsOf, type Calendar, type Drain, drainMoves, drainOn, migrated } from './calendar.js';
import { quietCase } from './cases.js';
import type { Vm } from './cluster.js';
import { say } from './guest.js';
import { bootGuest, stopGuest } from './guest-boot.js';
import { hardware, oldErrors } from './guest-sundries.js';
import { classic } from './host-events.js';
import { addHistory, pastNights } from './host-history.js';
import { hostNoise, isolatedTrouble, vssNoise } from './host-noise.js';
import { ordinaryNight, recordHosts, STREAM_RATE } from './nights.js';
import { at, guestOf, openSite, type SampleOptions, type Site, vmOf, writeEvents, writeGuests } from './site.js';
import { type At, DAY, SECOND } from './stamps.js';
import { SYSTEM, type WindowsEvent, worker } from './windows.js';

/** Monday 2024-01-29, midnight in New York. */
export const QUIET_FROM = Date.UTC(2024, 0, 29, 5);
const DAYS = 7;
const DRAIN_DAY = 3;
/** HV03 in its Thursday evening, the others the Monday and Tuesday after; once a month. */
const CALENDAR: Calendar = {
  drains: [-56, -28, 0].flatMap((month) => [
    ['HV03', month + DRAIN_DAY] as const,
    ['HV01', month + 7] as const,
    ['HV02', month + 8] as const,
  ]),
  restarts: [-44, -16],
  works: 8,
};

export function quietWeek(options: SampleOptions): Site {
  const site = openSite('quiet-week', options, QUIET_FROM, QUIET_FROM + DAYS * DAY);
  const runs = Array.from({ length: DAYS }, (_, night) => ordinaryNight(site, night)).flat();
  const drain = drainOn(site.from, 'HV03', DRAIN_DAY);
  const quiet = {
    off: [[drain.host, drain.downAt, drain.upAt + 30 * SECOND] as const],
    bootedAt: bootsOf(site.from, CALENDAR),
  };
  site.events.push(...hostNoise(site.seed, site.from, site.to, quiet));
  site.events.push(
    ...vssNoise(
      Array.from({ length: DAYS }, (_, n) => at(site, n, 1)),
      site.random,
    ),
  );
  maintain(site, drain);
  for (const [key, when] of [
    ['web01', at(site, 1, 18, 31)],
    ['mon01', at(site, 4, 19, 2, 20)],
  ] as const)
    update(site, vmOf(site, key), when);
  isolatedTrouble(site.events, site.random, [
    ['retry', 'HV01', at(site, 0, 11, 20)],
    ['pause', 'HV03', at(site, 2, 1, 24, 11)],
    ['retry', 'HV02', at(site, 5, 16, 47)],
  ]);
  sundries(site);
  const array = arrayUnder({ runs, pressures: [], outages: [], rate: STREAM_RATE }, site.seed);
  recordHosts(
    site,
    array,
    Array.from({ length: DAYS }, (_, night) => ({ from: at(site, night, 0), to: at(site, night, 6) })),
  );
  csvExport(site.files, 'backup/job-runs.csv', runs, site.stamps);
  writeGuests(site);
  pastNights(site, site.vms);
  addHistory(site, CALENDAR, 'existing');
  writeEvents(site, (host, channel) => {
    if (channel.includes('VHDMP')) return host === 'HV01' ? 'evtx' : 'xml';
    return host === 'HV02' && channel === 'System'
      ? 'xml'
      : host === 'HV03' && channel.includes('VMMS')
        ? 'xml'
        : 'evtx';
  });
  quietCase(site);
  return site;
}

/** A host is emptied by live migration, restarted, and gets its machines back. */
function maintain(site: Site, drain: Drain): void {
  const { random, events } = site;
  const { host, downAt, upAt } = drain;
  for (const move of drainMoves(site.vms, drain, random)) events.push(migrated(move, random));
  const general = (t: At, id: number, data: readonly (readonly [string, string | number])[]): WindowsEvent => ({
    at: t,
    host,
    channel: SYSTEM,
    provider: 'Microsoft-Windows-Kernel-General',
    id,
    level: 4,
    userId: 'S-1-5-18',
    data,
  });
  events.push(classic(downAt - 40 * SECOND, host, 'EventLog', 6006, 4, []));
  events.push(general(downAt - 2 * SECOND, 13, [['StopTime', site.stamps.utc(downAt - 2 * SECOND)]]));
  events.push(
    general(upAt, 12, [
      ['MajorVersion', 10],
      ['MinorVersion', 0],
      ['BuildVersion', 20_348],
      ['QfeVersion', 2227],
      ['ServiceVersion', 0],
      ['BootMode', 0],
      ['StartTime', site.stamps.utc(upAt)],
    ]),
  );
  events.push({
    at: upAt + 3 * SECOND,
    host,
    channel: SYSTEM,
    provider: 'Microsoft-Windows-Hyper-V-Hypervisor',
    id: 1,
    level: 4,
    userId: 'S-1-5-18',
    data: [],
  });
  events.push(
    classic(upAt + 21 * SECOND, host, 'EventLog', 6009, 4, ['10.00.', '20348', '', 'Multiprocessor Free', '0']),
  );
  events.push(classic(upAt + 21.1 * SECOND, host, 'EventLog', 6005, 4, []));
}

/** Updates were installed; the guest restarts by itself and in order. */
function update(site: Site, vm: Vm, when: At): void {
  const guest = guestOf(site, vm.key);
  const backAt = when + 24 * SECOND;
  stopGuest(guest, when);
  guest.away.push([when, backAt + 10 * SECOND]);
  site.events.push(worker(when + 9 * SECOND, vm.host, vm, 18514));
  bootGuest(guest, backAt - 9 * SECOND, { unclean: false });
}

function sundries(site: Site): void {
  for (const guest of site.guests.values()) hardware(guest, site.from, site.to);
  const erp = guestOf(site, 'erp01');
  oldErrors(erp, erp.boots[0] ?? site.from, site.from - 143 * DAY, site.from, site.to);
  const mon = guestOf(site, 'mon01');
  say(mon, at(site, 2, 9, 14, 7), 'chronyd', 'System clock wrong by 0.412871 seconds', { pid: 655, severity: 4 });
  say(mon, at(site, 2, 9, 14, 8), 'chronyd', 'System clock was stepped by 0.412871 seconds', { pid: 655, severity: 4 });
  const old = guestOf(site, 'old01');
  for (let day = 0; day < DAYS; day++) {
    const t = at(site, day, 3, 10, 12);
    say(old, t, 'snmpd', "error on subcontainer 'ia_addr' insert (-1)", { pid: 990, severity: 3 });
    say(old, t + 30 * SECOND, '', 'last message repeated 3 times');
    const mail = guestOf(site, 'mail01');
    const sent = at(site, day, 6, 25, 40);
    say(
      mail,
      sent,
      'postfix/local',
      `4TNw${day}k2zXJz9: to=<root@corp.example>, orig_to=<root>, relay=local, delay=0.07, delays=0.04/0/0/0.03, dsn=2.0.0, status=sent (delivered to mailbox)`,
      { pid: 4410 + day, facility: 2 },
    );
  }
}
