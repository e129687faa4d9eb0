import { arrayUnder, type Pressure } from './array.js';
import { checkpointEvents, planNight, type Run } from './backup.js';
import { veeamLog } from './backup-files.js';
import { bootsOf, type Calendar, eveningsFrom } from './calendar.js';
import { type Broken, keepsText, saturatedCase } from './cases.js';
import { disk, type Vm } from './cluster.js';
import { busiestTask, hungTask, JOURNAL_FRAMES, WRITER_FRAMES, XFS_FRAMES } from './guest-faults.js';
import { hardware } from './guest-sundries.js';
import { addHistory, otherNights, pastNights } from './host-history.js';
import { hostNoise, isolatedTrouble, vssNoise } from './host-noise.js';
import { failRequest } from './incident.js';
import { iostat } from './metrics.js';
import { recordHosts, STREAM_RATE } from './nights.js';
import { at, openSite, type SampleOptions, type Site, vmOf, writeEvents, writeGuests, writeRemote } from './site.js';
import { DAY, HOUR, MINUTE, SECOND } from './stamps.js';
import { storm } from './storm.js';
import { SYSTEMS } from './systems.js';

const NIGHTS = 3;
/** Updates in December and January. */
const CALENDAR: Calendar = { drains: eveningsFrom([-54, -26]), restarts: [-51, -23], works: 3 };
/** Monday 2024-02-05, midnight in New York. */
export const SATURATED_FROM = Date.UTC(2024, 1, 5, 5);
/** STATUS_IO_TIMEOUT. */
const IO_TIMEOUT = 0xc00000b5;

/** A disk of the array was replaced on Sunday: its mirror is rebuilt beside the backup for three nights. */
function pressures(site: Site): readonly Pressure[] {
  const heavy = (from: number, to: number, latency: readonly [number, number]): Pressure => ({
    from,
    to,
    latency,
    throughput: [41, 46],
    queue: [42, 96],
  });
  return [
    heavy(at(site, 0, 1, 21), at(site, 0, 1, 58), [320, 900]),
    heavy(at(site, 1, 1, 12), at(site, 1, 2, 4), [380, 1300]),
    heavy(at(site, 2, 1, 16), at(site, 2, 2, 33), [500, 2000]),
  ];
}

export function saturatedSan(options: SampleOptions): Site {
  // One job for all, application processing off: no guest is asked to freeze.
  const site = openSite('saturated-san', options, SATURATED_FROM, SATURATED_FROM + NIGHTS * DAY - 13 * HOUR, 'crash');
  const hard = pressures(site);
  const nights = hard.map((_, night) => backupNight(site, night));
  const runs = nights.flat();
  site.events.push(
    ...hostNoise(site.seed, site.from, site.to, { bootedAt: bootsOf(site.from, CALENDAR) }),
    ...vssNoise(
      hard.map((_, n) => at(site, n, 1)),
      site.random,
    ),
  );
  isolatedTrouble(site.events, site.random, [['retry', 'HV02', at(site, 0, 13, 40)]]);
  for (const [night, pressure] of hard.entries()) {
    storm(site, pressure, night === 2 ? 'worst' : 'bad');
    for (const guest of site.guests.values()) hang(site, guest.vm, pressure, night);
  }
  const broken = breakTwo(site, runs);
  for (const guest of site.guests.values()) hardware(guest, site.from, site.to);
  metrics(site, runs, hard);
  veeamLog(
    site.files,
    'backup/Cluster nightly/Job.Cluster nightly.Backup.log',
    [...pastNights(site, small(site)), ...nights, ...otherNights(site, small(site), [NIGHTS])],
    site.stamps,
    { name: 'Cluster nightly', server: 'BACKUP01' },
    site.seed,
  );
  addHistory(site, CALENDAR, 'all');
  writeGuests(site);
  writeRemote(
    site,
    broken.map(({ key }) => key),
  );
  writeEvents(site, (host, channel) => {
    if (host === 'HV02') return channel === 'System' ? 'xml' : 'evtx';
    if (host === 'HV03') return channel === 'System' || channel.includes('Storport') ? 'evtx' : 'xml';
    return 'evtx';
  });
  saturatedCase(site, broken);
  return site;
}

/** Here less of a machine changes in a day. */
function small(site: Site): readonly Vm[] {
  return site.vms.map((vm) => ({ ...vm, gigabytes: vm.gigabytes * 0.6 }));
}

function backupNight(site: Site, night: number): readonly Run[] {
  // The array gives less, so that the same work takes longer.
  const rate = [STREAM_RATE * 0.4, STREAM_RATE * 0.36, STREAM_RATE * 0.33][night] ?? STREAM_RATE;
  const runs = planNight(
    small(site),
    { start: at(site, night, 1), concurrency: 3, rate, failing: new Map(), hostOf: (vm) => vm.host },
    site.random,
  );
  for (const run of runs) site.events.push(...checkpointEvents(run));
  return runs;
}

/** Requests of some machines starve for minutes; who is hit has nothing to do with whose backup runs. */
function hang(site: Site, vm: Vm, pressure: Pressure, night: number): void {
  const guest = site.guests.get(vm.key);
  if (guest === undefined || guest.vm.guest === null) return;
  const { random } = guest;
  if (!random.chance([0.5, 0.6, 0.95][night] ?? 1)) return;
  const { root, type } = SYSTEMS[guest.vm.guest];
  const stalls = night === 2 ? 2 : 1;
  for (let i = 0; i < stalls; i++) {
    const from = pressure.from + random.between(3, 20 + i * 25) * MINUTE;
    const to = from + random.between(255, 420) * SECOND;
    if (type === 'xfs') hungTask(guest, from, to, `xfsaild/${root}`, XFS_FRAMES);
    else {
      hungTask(guest, from, to, `jbd2/${root}-8`, JOURNAL_FRAMES);
      hungTask(guest, from + 2 * SECOND, to, busiestTask(guest), WRITER_FRAMES);
    }
    guest.away.push([from, to]);
  }
}

/** In the third night the hosts give up: two machines get errors on their plain disks, no checkpoint is near them. */
function breakTwo(site: Site, runs: readonly Run[]): readonly Broken[] {
  const broken: Broken[] = [];
  const failedAt = at(site, 2, 2, 24, 37);
  const isFree = (key: string): boolean =>
    !runs.some((run) => run.vm.key === key && failedAt > run.start - 10 * MINUTE && failedAt < run.end + 10 * MINUTE);
  // Which machines are free of their backup then differs per seed.
  const [first, second] = ['erp01', 'web02', 'web01', 'app03', 'mail01'].filter(isFree);
  if (first === undefined || second === undefined) throw new Error('no two machines are out of their backup');
  for (const [key, after, keeps] of [
    [first, 0, 'chain'],
    [second, 3140, 'nothing'],
  ] as const) {
    const vm = vmOf(site, key);
    const resetAt = at(site, 2, 7, 12 + (after > 0 ? 9 : 0), 21);
    failRequest(site, {
      vm,
      host: vm.host,
      at: failedAt + after,
      path: disk(vm),
      status: IO_TIMEOUT,
      noticedAfter: 60 + after,
      keeps,
      resetAt,
    });
    if (keeps === 'nothing') site.consoles.push({ key, at: resetAt - 3 * MINUTE });
    broken.push({ key, at: failedAt + after, resetAt, path: disk(vm), note: keepsText(keeps) });
  }
  return broken;
}

function metrics(site: Site, runs: readonly Run[], hard: readonly Pressure[]): void {
  const array = arrayUnder({ runs, pressures: hard, outages: [], rate: STREAM_RATE * 0.4 }, site.seed);
  recordHosts(
    site,
    array,
    // From the evening before until an hour after the last machine was reset.
    hard.map((_, night) => ({ from: at(site, night, -2), to: at(site, night, 8, 30) })),
  );
  const mail = vmOf(site, 'mail01');
  iostat(
    site.files,
    `guests/${mail.name}/iostat.log`,
    mail,
    SYSTEMS.debian12.release,
    at(site, 1, 0, 30),
    at(site, 1, 3),
    array,
    site.stamps,
    site.seed,
  );
}
