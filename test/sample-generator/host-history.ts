import { checkpointEvents, planNight, type Run } from './backup.js';
import { type Calendar, drainMoves, drainOn, firmwareWorks, type Move, migrated } from './calendar.js';
import { HOSTS, type HostName, type Vm } from './cluster.js';
import { STREAM_RATE, STREAM_SHARE } from './nights.js';
import { type Random, randomOf } from './random.js';
import { at, type Site, vmOf } from './site.js';
import { DAY, HOUR, MINUTE, SECOND } from './stamps.js';
import { slowRequest } from './virtual-disk-events.js';
import { vmms, type WindowsEvent, worker } from './windows.js';

/** Per host: the machine that was created within the months that the logs reach back, and one that is moved by hand. */
const YOUNGEST: Readonly<Record<HostName, string>> = { HV01: 'print01', HV02: 'rds01', HV03: 'ts02' };
const MOVED: Readonly<Record<HostName, string>> = { HV01: 'file01', HV02: 'sql01', HV03: 'wsus01' };
const CREATED_DAY = -66;

/** Nights for which VHDMP, the chattiest of these logs, still has its records. */
const PAST_NIGHTS = [-2, -1] as const;

/** Good runs of nights that lie outside the sample, at the array's ordinary pace. */
export function otherNights(site: Site, vms: readonly Vm[], nights: readonly number[]): readonly (readonly Run[])[] {
  return nights.map((night) => {
    const plan = { start: at(site, night, 1), concurrency: 3, rate: STREAM_RATE * STREAM_SHARE };
    const random = randomOf(site.seed, `night ${site.from} ${night}`);
    return planNight(vms, { ...plan, failing: new Map(), hostOf: (vm) => vm.host }, random);
  });
}

export function pastNights(site: Site, vms: readonly Vm[]): readonly (readonly Run[])[] {
  const nights = otherNights(site, vms, PAST_NIGHTS);
  for (const run of nights.flat()) site.history.push(...checkpointEvents(run));
  return nights;
}

/**
 * The Admin channels hold 1 MB, which lasts for months on a host that is well: what they have of the time before the
 * sample, and of the days until they were exported. `existing`: only channels that have something of the sample's
 * own days were thought worth an export.
 */
export function addHistory(site: Site, calendar: Calendar, channels: 'existing' | 'all'): void {
  const random = randomOf(site.seed, `history ${site.from}`);
  const moves = movesOf(site, calendar, random);
  const all = [
    ...moves.map((move) => migrated(move, random)),
    ...firmware(site, random),
    ...creations(site, random),
    ...restarts(site, calendar, moves, random),
    ...smallWorks(site, calendar, random),
    ...slowOnes(site, random),
  ];
  const isOwn = (event: WindowsEvent): boolean => event.at >= site.from && event.at < site.to;
  const known = new Set(site.events.filter(isOwn).map((event) => `${event.host} ${event.channel}`));
  site.history.push(
    ...all.filter((event) => !isOwn(event) && (channels === 'all' || known.has(`${event.host} ${event.channel}`))),
  );
}

/** Monthly drains, and one machine per host that is tried on its neighbour after the sample. */
function movesOf(site: Site, calendar: Calendar, random: Random): readonly Move[] {
  const drains = calendar.drains
    .map(([host, day]) => drainOn(site.from, host, day))
    .filter((drain) => drain.from < site.from || drain.from >= site.to);
  const youngest = new Set(Object.values(YOUNGEST));
  const tried = HOSTS.flatMap((host, i): Move[] => {
    const vm = vmOf(site, MOVED[host]);
    const to = HOSTS[(i + 1) % HOSTS.length] ?? host;
    const start = at(site, calendar.works, 20, 4 * i) + random.between(0, 90) * SECOND;
    const back = start + random.between(25, 40) * MINUTE;
    return [
      { at: start, vm, from: host, to },
      { at: back, vm, from: to, to: host },
    ];
  });
  return [...drains.flatMap((drain) => drainMoves(site.vms, drain, random)), ...tried].filter(
    (move) => !youngest.has(move.vm.key) || move.at > at(site, CREATED_DAY, 12),
  );
}

/** Where a machine was: at home, or where its last move took it. */
function placeOf(vm: Vm, t: number, moves: readonly Move[]): HostName {
  const own = moves.filter((move) => move.vm === vm && move.at <= t).sort((a, b) => a.at - b.at);
  return own.at(-1)?.to ?? vm.host;
}

/** All machines were shut down in order, and started when the array and the hosts were back. */
function firmware(site: Site, random: Random): readonly WindowsEvent[] {
  const { downFrom, upFrom } = firmwareWorks(site.from);
  const youngest = new Set(Object.values(YOUNGEST));
  return site.vms
    .filter((vm) => !youngest.has(vm.key))
    .flatMap((vm, i) => {
      const after = (): number => i * 40 * SECOND + random.between(0, 30) * SECOND;
      const reason = [
        ['Force', 'False'],
        ['Reason', ''],
      ] as const;
      return [worker(downFrom + after(), vm.host, vm, 18504, reason), worker(upFrom + after(), vm.host, vm, 18500)];
    });
}

function creations(site: Site, random: Random): readonly WindowsEvent[] {
  return HOSTS.flatMap((host, i) => {
    const vm = vmOf(site, YOUNGEST[host]);
    const start = at(site, CREATED_DAY, 10, 8 + 11 * i) + random.between(0, 50) * SECOND;
    const named = [
      ['VmName', vm.name],
      ['VmId', vm.id],
    ] as const;
    return [
      vmms(start, host, 13002, 4, named),
      vmms(start + random.between(200, 900), host, 18304, 4, named),
      worker(start + random.between(90, 400) * SECOND, host, vm, 18500),
    ];
  });
}

/** Windows machines after their updates; Linux ones at the boot that their own kernel clock counts from. */
function restarts(site: Site, calendar: Calendar, moves: readonly Move[], random: Random): readonly WindowsEvent[] {
  const windows = site.vms.filter((vm) => vm.guest === null);
  const updated = calendar.restarts.flatMap((day) =>
    windows.map((vm, i) => worker(at(site, day, 3, 6 + 2 * i) + random.between(0, 99) * SECOND, vm.host, vm, 18514)),
  );
  const booted = [...site.guests.values()].flatMap((guest) => {
    const boot = guest.boots[0];
    if (boot === undefined) return [];
    const reset = boot - 6 * SECOND;
    return [worker(reset, placeOf(guest.vm, reset, moves), guest.vm, 18514)];
  });
  return [...updated, ...booted];
}

/** The youngest machine of each host gets more memory, for which it is shut down. */
function smallWorks(site: Site, calendar: Calendar, random: Random): readonly WindowsEvent[] {
  return HOSTS.flatMap((host, i) => {
    const vm = vmOf(site, YOUNGEST[host]);
    const off = at(site, calendar.works, 19, 2 + 7 * i) + random.between(0, 50) * SECOND;
    return [worker(off, host, vm, 18508), worker(off + random.between(100, 200) * SECOND, host, vm, 18500)];
  });
}

/** Now and then one request of a whole night of backups takes a little longer than StorageVSP tolerates, 10 s. */
function slowOnes(site: Site, random: Random): readonly WindowsEvent[] {
  return HOSTS.flatMap((host) => {
    const own = site.vms.filter((vm) => vm.host === host);
    const second = host === 'HV02' ? site.to : site.from - random.whole(8, 13) * DAY;
    return [site.from - random.whole(38, 52) * DAY, second].flatMap((day) => {
      const night = site.from + Math.ceil((day - site.from) / DAY) * DAY;
      const vm = own[random.whole(0, own.length - 1)];
      if (vm === undefined) return [];
      const when = night + HOUR + random.between(8, 70) * MINUTE;
      return [slowRequest(when, vm, host, random.whole(10_100, 11_900))];
    });
  });
}
