import { HOSTS, type HostName, machines, type Vm } from './cluster.js';
import { type Guest, openGuest } from './guest.js';
import { bootGuest, rotated } from './guest-boot.js';
import { dmesg, type Files, guestFiles, put, remoteLog, rotationsBefore } from './guest-files.js';
import { addNoise } from './guest-noise.js';
import { type Random, randomOf } from './random.js';
import { type At, DAY, HOUR, type Stamps, stampsOf } from './stamps.js';
import { evtxOf, jsonOf, type WindowsEvent, xmlOf } from './windows.js';

export interface SampleOptions {
  readonly seed: number;
  /** Moves every source by the same time. */
  readonly shiftSeconds?: number;
  readonly rename?: (vm: string) => string;
}

/** Everything a scenario adds to, and what is written of it in the end. */
export interface Site {
  readonly seed: number;
  readonly stamps: Stamps;
  readonly vms: readonly Vm[];
  readonly guests: ReadonlyMap<string, Guest>;
  readonly events: WindowsEvent[];
  /** Of other days than the sample's own: what a log that was exported whole has besides. */
  readonly history: WindowsEvent[];
  readonly from: At;
  readonly to: At;
  readonly random: Random;
  readonly files: Files;
  /** Guests whose `dmesg` was copied at the console. */
  readonly consoles: { readonly key: string; readonly at: At }[];
}

/** Guests without logs in the collection are machines of the cluster all the same. */
export function openSite(
  name: string,
  options: SampleOptions,
  from: At,
  to: At,
  consistency?: Vm['consistency'],
): Site {
  const stamps = stampsOf(options.shiftSeconds ?? 0);
  const vms = machines(options.rename ?? ((vm) => vm), consistency);
  const random = randomOf(options.seed, name);
  const guests = new Map<string, Guest>();
  for (const vm of vms) {
    if (vm.guest === null) continue;
    const own = randomOf(options.seed, `${name} ${vm.key}`);
    const guest = openGuest(vm, vm.guest, own, stamps, from);
    bootGuest(guest, from - own.whole(3, 30) * DAY - own.whole(0, DAY), { unclean: false });
    guests.set(vm.key, guest);
  }
  return {
    seed: options.seed,
    stamps,
    vms,
    guests,
    events: [],
    history: [],
    from,
    to,
    random,
    files: new Map(),
    consoles: [],
  };
}

export function vmOf(site: Site, key: string): Vm {
  const vm = site.vms.find((v) => v.key === key);
  if (vm === undefined) throw new Error(`no machine ${key}`);
  return vm;
}

export function guestOf(site: Site, key: string): Guest {
  const guest = site.guests.get(key);
  if (guest === undefined) throw new Error(`no logs of ${key}`);
  return guest;
}

/** Called last: ordinary life fills what the scenario left, then everything is written. */
export function writeGuests(site: Site, journalAt: At = site.to): void {
  for (const guest of site.guests.values()) {
    addNoise(guest, site.from, site.to);
    for (const cut of rotationsBefore(site.to)) if (cut > site.from) rotated(guest, cut + 220);
    guestFiles(site.files, guest, site.to, journalAt);
  }
  for (const console of site.consoles) {
    const guest = guestOf(site, console.key);
    const path = `guests/${guest.vm.name}/dmesg-${site.stamps.date(console.at)}.txt`;
    put(site.files, path, dmesg(guest, console.at));
  }
}

/** log01 keeps the logs of the others, each in its own file. */
export function writeRemote(site: Site, keys: readonly string[]): void {
  const server = vmOf(site, 'log01');
  for (const key of keys) {
    const guest = guestOf(site, key);
    put(site.files, `guests/${server.name}/var/log/remote/${guest.vm.name}.log.gz`, remoteLog(guest));
  }
}

export type EventForm = 'evtx' | 'xml' | 'json';

/** The days of the sample, and what the history adds to them. */
export function writtenEvents(site: Site): readonly WindowsEvent[] {
  return [...site.history, ...site.events.filter((event) => event.at >= site.from && event.at < site.to)];
}

/** A log file per channel: `System.evtx`, `Microsoft-Windows-VHDMP-Operational.evtx`. */
export function writeEvents(site: Site, formOf: (host: HostName, channel: string) => EventForm | null): void {
  for (const host of HOSTS) {
    const own = writtenEvents(site).filter((event) => event.host === host);
    for (const channel of [...new Set(own.map((event) => event.channel))].sort()) {
      const form = formOf(host, channel);
      if (form === null) continue;
      const events = own.filter((event) => event.channel === channel).sort((a, b) => a.at - b.at);
      // Numbered from the sample's first day, so that a longer history leaves the records of the sample their ids.
      const before = events.filter((event) => event.at < site.from).length;
      const first = 1000 + randomOf(site.seed, `records ${host} ${channel}`).whole(0, 80_000) - before;
      const path = `hosts/${host}/${channel.replaceAll('/', '-')}`;
      if (form === 'evtx') site.files.set(`${path}.evtx`, evtxOf(events, site.stamps, first));
      else if (form === 'xml') put(site.files, `${path}.xml.gz`, xmlOf(events, site.stamps, first));
      else put(site.files, `${path}.json`, jsonOf(events, site.stamps, first));
    }
  }
}

/** Local time of a day of the sample. */
export function at(site: { readonly from: At }, day: number, hour: number, minute = 0, second = 0): At {
  return site.from + day * DAY + hour * HOUR + minute * 60_000 + second * 1000;
}
