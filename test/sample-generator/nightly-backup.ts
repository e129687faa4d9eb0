import { arrayUnder } from './array.js';
import { checkpointEvents, freeze, planNight, type Run } from './backup.js';
import { altaroLogs, csvExport } from './backup-files.js';
import { bootsOf, type Calendar, eveningsFrom } from './calendar.js';
import { type Broken, keepsText, nightlyCase } from './cases.js';
import { complain } from './guest-faults.js';
import { hardware } from './guest-sundries.js';
import { addHistory, pastNights } from './host-history.js';
import { hostNoise, isolatedTrouble, vssNoise } from './host-noise.js';
import { type Failure, failRequest } from './incident.js';
import { recordHosts, STREAM_RATE, STREAM_SHARE } from './nights.js';
import { at, guestOf, openSite, type SampleOptions, type Site, writeEvents, writeGuests, writeRemote } from './site.js';
import { DAY, HOUR, MINUTE } from './stamps.js';
import { VMMS, vmms } from './windows.js';

const NIGHTS = 14;
/** Monday 2024-01-15, midnight in New York. */
export const NIGHTLY_FROM = Date.UTC(2024, 0, 15, 5);
/** Updates in November, December and January, the last in the week before. */
const CALENDAR: Calendar = { drains: eveningsFrom([-61, -33, -5]), restarts: [-58, -30, -2], works: 15 };
const NOT_TAKEN = 'Failed to create VM recovery checkpoint (error code: 32768)';

interface Plan {
  readonly key: string;
  readonly night: number;
  readonly status: number;
  readonly keeps: Failure['keeps'];
  readonly noticedAfter: number;
  readonly isTaken: boolean;
}

/** Five machines in five nights. Which ones, and how much of it their logs kept, differs as it did in the story. */
const INCIDENTS: readonly Plan[] = [
  { key: 'app03', night: 2, status: 0xc0000001, keeps: 'nothing', noticedAfter: 40, isTaken: true },
  { key: 'web01', night: 4, status: 0xc0000001, keeps: 'nothing', noticedAfter: 2100, isTaken: false },
  { key: 'db02', night: 7, status: 0xc0000001, keeps: 'all', noticedAfter: 15, isTaken: true },
  { key: 'erp01', night: 9, status: 0xc0000001, keeps: 'chain', noticedAfter: 900, isTaken: true },
  { key: 'web02', night: 12, status: 0xc0000001, keeps: 'chain', noticedAfter: 5300, isTaken: false },
];

export function nightlyBackup(options: SampleOptions): Site {
  const site = openSite('nightly-backup', options, NIGHTLY_FROM, NIGHTLY_FROM + NIGHTS * DAY + 9 * HOUR);
  const broken: Broken[] = [];
  const nights = Array.from({ length: NIGHTS }, (_, night) => backupNight(site, night, broken));
  const runs = nights.flat();
  site.events.push(
    ...hostNoise(site.seed, site.from, site.to, { bootedAt: bootsOf(site.from, CALENDAR) }),
    ...vssNoise(
      nights.map((_, n) => at(site, n, 1)),
      site.random,
    ),
  );
  isolatedTrouble(site.events, site.random, [
    ['retry', 'HV03', at(site, 1, 14, 12)],
    ['pause', 'HV02', at(site, 6, 1, 31, 5)],
    ['retry', 'HV01', at(site, 10, 4, 55)],
  ]);
  for (const guest of site.guests.values()) hardware(guest, site.from, site.to);
  const array = arrayUnder({ runs, pressures: [], outages: [], rate: STREAM_RATE }, site.seed);
  recordHosts(
    site,
    array,
    nights.map((_, night) => ({ from: at(site, night, 0), to: at(site, night, 5) })),
  );
  csvExport(site.files, 'backup/job-runs.csv', runs, site.stamps);
  altaroLogs(site.files, 'hosts/HV01/Altaro/OpControllers', nights[12] ?? [], site.stamps);
  writeGuests(site);
  writeRemote(site, ['app03', 'web01']);
  pastNights(site, site.vms);
  addHistory(site, CALENDAR, 'existing');
  writeEvents(site, (host, channel) => {
    // The operator forgot this one.
    if (host === 'HV03' && channel === VMMS) return null;
    if (host === 'HV01') return 'evtx';
    if (host === 'HV02') return channel.includes('Worker') ? 'json' : 'xml';
    return channel === 'System' ? 'evtx' : 'xml';
  });
  nightlyCase(site, broken);
  return site;
}

function backupNight(site: Site, night: number, broken: Broken[]): readonly Run[] {
  const plan = INCIDENTS.find((incident) => incident.night === night);
  const failing = new Map(plan !== undefined && !plan.isTaken ? [[plan.key, NOT_TAKEN]] : []);
  const concurrency = night % 3 === 1 ? 2 : 3;
  const hostOf = (vm: { host: Run['host'] }): Run['host'] => vm.host;
  const runs = planNight(
    site.vms,
    { start: at(site, night, 1), concurrency, rate: STREAM_RATE * STREAM_SHARE, failing, hostOf },
    site.random,
  );
  for (const run of runs) {
    site.events.push(...checkpointEvents(run));
    freeze(run, site.guests.get(run.vm.key));
    if (run.vm.key === plan?.key) broken.push(breakMachine(site, run, plan));
  }
  return runs;
}

/** While the machine goes over to its differencing disk, the host fails requests on that disk. */
function breakMachine(site: Site, run: Run, plan: Plan): Broken {
  const { vm, host, path } = run;
  const { random } = site;
  const failedAt = run.forkAt + 700 + random.between(150, 900);
  const resetAt = at(site, plan.night, 7, random.whole(31, 58), random.whole(0, 59));
  const { status, noticedAfter, keeps } = plan;
  const guest = guestOf(site, plan.key);
  if (plan.key === 'db02')
    complain(
      guest,
      failedAt,
      resetAt,
      'mysqld',
      "[ERROR] /usr/libexec/mysqld: Disk is full writing './shop/orders.MYD' (Errcode: 30 - Read-only file system)",
    );
  if (plan.key === 'app03') complain(guest, failedAt, resetAt, 'systemd', 'Failed to start Rotate log files.');
  failRequest(site, { vm, host, at: failedAt, path, status, noticedAfter, keeps, resetAt });
  if (plan.key === 'web01') site.consoles.push({ key: 'web01', at: resetAt - 4 * MINUTE });
  const broken = { key: plan.key, at: failedAt, resetAt, path, note: keepsText(keeps) };
  if (plan.isTaken) return broken;
  const named = [
    ['VmName', vm.name],
    ['VmId', vm.id],
  ] as const;
  const error = [
    ['ErrorMessage', '%%2147943406'],
    ['ErrorCode', '0x800703EE'],
  ] as const;
  site.events.push(
    vmms(failedAt + 310, host, 10150, 2, [...named, ...error]),
    vmms(failedAt + 322, host, 18012, 2, named),
  );
  return broken;
}
