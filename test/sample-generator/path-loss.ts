import { arrayUnder } from './array.js';
import { csvExport } from './backup-files.js';
import { bootsOf, type Calendar, eveningsFrom } from './calendar.js';
import { type Broken, keepsText, pathLossCase } from './cases.js';
import { disk, type HostName } from './cluster.js';
import { busiestTask, hungTask, JOURNAL_FRAMES, shutDownXfs, WRITER_FRAMES } from './guest-faults.js';
import { hardware } from './guest-sundries.js';
import { csvPaused, iscsi, linkLost, linkUp, mpio, retried, surpriseRemoved } from './host-events.js';
import { addHistory, pastNights } from './host-history.js';
import { hostNoise, isolatedTrouble, vssNoise } from './host-noise.js';
import { failRequest, reset } from './incident.js';
import { ordinaryNight, recordHosts, STREAM_RATE } from './nights.js';
import {
  at,
  guestOf,
  openSite,
  type SampleOptions,
  type Site,
  vmOf,
  writeEvents,
  writeGuests,
  writeRemote,
} from './site.js';
import { type At, DAY, HOUR, MINUTE, SECOND } from './stamps.js';
import { ioFailure, requestPassedOn, vhdmp } from './virtual-disk-events.js';

/** Monday 2024-02-12, midnight in New York. */
export const PATH_LOSS_FROM = Date.UTC(2024, 1, 12, 5);
const DAYS = 3;
/** Updates in December and January, and in the evenings that follow. */
const CALENDAR: Calendar = { drains: eveningsFrom([-61, -33, 2]), restarts: [-58, -30, 5], works: 4 };
/** STATUS_DEVICE_NOT_CONNECTED. */
const NOT_CONNECTED = 0xc000009d;
const HIT: HostName = 'HV02';

export function pathLoss(options: SampleOptions): Site {
  const site = openSite('path-loss', options, PATH_LOSS_FROM, PATH_LOSS_FROM + DAYS * DAY - 6 * HOUR);
  const nights = Array.from({ length: DAYS }, (_, night) => ordinaryNight(site, night));
  const runs = nights.flat();
  site.events.push(
    ...hostNoise(site.seed, site.from, site.to, { bootedAt: bootsOf(site.from, CALENDAR) }),
    ...vssNoise(
      nights.map((_, n) => at(site, n, 1)),
      site.random,
    ),
  );
  isolatedTrouble(site.events, site.random, [
    ['pause', 'HV01', at(site, 0, 1, 12, 40)],
    ['retry', 'HV03', at(site, 2, 10, 3)],
  ]);
  const lostAt = at(site, 1, 14, 23, 8);
  const backAt = lostAt + 11 * MINUTE + 4 * SECOND;
  losePaths(site, lostAt, backAt);
  const broken = harmGuests(site, lostAt, backAt);
  for (const guest of site.guests.values()) hardware(guest, site.from, site.to);
  const array = arrayUnder(
    { runs, pressures: [], outages: [{ host: HIT, from: lostAt, to: backAt }], rate: STREAM_RATE },
    site.seed,
  );
  // The collector was left running on the second day.
  recordHosts(
    site,
    array,
    [0, 1, 2].map((day) => ({ from: at(site, day, 0), to: at(site, day, day === 1 ? 24 : 6) })),
  );
  const past = pastNights(site, site.vms).flat();
  csvExport(site.files, 'backup/job-runs.csv', [...past, ...runs], site.stamps);
  addHistory(site, CALENDAR, 'all');
  site.consoles.push({ key: 'web02', at: at(site, 1, 14, 52) });
  writeGuests(site, at(site, 1, 14, 58));
  writeRemote(site, ['web02', 'git01']);
  writeEvents(site, (host, channel) =>
    host === HIT ? (channel.includes('VHDMP') ? 'xml' : 'evtx') : host === 'HV03' ? 'xml' : 'evtx',
  );
  pathLossCase(site, lostAt, backAt, broken);
  return site;
}

/** Both iSCSI ports of one host hang on one switch, which restarts. */
function losePaths(site: Site, lostAt: At, backAt: At): void {
  const { random, events } = site;
  events.push(linkLost(lostAt, HIT, 3), linkLost(lostAt + 212, HIT, 4));
  for (const t of [lostAt + 900, lostAt + 1140]) events.push(iscsi(t, HIT, 7), iscsi(t + 60, HIT, 20));
  events.push(mpio(lostAt + 4 * SECOND, HIT, 20), mpio(lostAt + 4.2 * SECOND, HIT, 20));
  events.push(mpio(lostAt + 15.4 * SECOND, HIT, 16), mpio(lostAt + 15.5 * SECOND, HIT, 17));
  for (let i = 0; i < 6; i++)
    events.push(
      retried(lostAt + 15.6 * SECOND + i * random.between(5, 90), HIT, random.whole(0x1000000, 0x7fffffff), 0x0e),
    );
  // The disk is taken away PDORemovePeriod (20 s) after its last path.
  const goneAt = lostAt + 36 * SECOND;
  events.push(
    mpio(goneAt, HIT, 23),
    surpriseRemoved(goneAt + 180, HIT),
    csvPaused(goneAt + 410, HIT, 'STATUS_DEVICE_NOT_CONNECTED(c000009d)'),
  );
  for (let t = lostAt + 16 * SECOND; t < backAt - 10 * SECOND; t += random.between(28, 33) * SECOND)
    events.push(iscsi(t, HIT, 1), iscsi(t + 90, HIT, 1));
  events.push(iscsi(lostAt + 25 * SECOND, HIT, 49), iscsi(lostAt + 25.1 * SECOND, HIT, 63));
  events.push(linkUp(backAt - 9 * SECOND, HIT, 3), linkUp(backAt - 8.7 * SECOND, HIT, 4));
  events.push(iscsi(backAt - 2 * SECOND, HIT, 34), iscsi(backAt - 1.8 * SECOND, HIT, 34));
  events.push(mpio(backAt - 900, HIT, 1), mpio(backAt - 850, HIT, 2), mpio(backAt - 700, HIT, 2));
}

function harmGuests(site: Site, lostAt: At, backAt: At): readonly Broken[] {
  const { random, events } = site;
  const failedAt = lostAt + 37.2 * SECOND;
  const [web, git, db] = ['web02', 'git01', 'db02'].map((key) => vmOf(site, key));
  if (web === undefined || git === undefined || db === undefined) return [];
  const webResetAt = at(site, 1, 15, 4, 40);
  failRequest(site, {
    vm: web,
    host: HIT,
    at: failedAt,
    path: disk(web),
    status: NOT_CONNECTED,
    noticedAfter: 1700,
    keeps: 'chain',
    resetAt: webResetAt,
  });
  for (let i = 0; i < 4; i++) {
    const t = failedAt + 820 + i * random.between(2, 40);
    events.push(
      ...requestPassedOn(t - 0.4, git, HIT, disk(git), NOT_CONNECTED),
      ioFailure(t, HIT, disk(git), NOT_CONNECTED),
    );
  }
  const stoppedAt = shutDownXfs(guestOf(site, 'git01'), failedAt + 830, '0xc0000001');
  const resetAt = at(site, 1, 15, 9, 12);
  guestOf(site, 'git01').mute.push([stoppedAt - 2 * SECOND, resetAt]);
  reset(site, git, HIT, resetAt, false);
  // The others on this host are held by the virtual disk until the volume is back: they only wait.
  const waiting = site.vms.filter((vm) => vm.host === HIT && vm !== web && vm !== git);
  for (const vm of waiting) {
    const from = failedAt + random.between(0, 900);
    events.push(
      vhdmp(from, HIT, 100, [
        ['VhdFile', disk(vm)],
        ['VmId', vm.id],
        ['VhdIoType', 'Write'],
        ['Status', { hex: NOT_CONNECTED }],
      ]),
    );
    events.push(
      vhdmp(backAt + random.between(100, 2500), HIT, 101, [
        ['VhdFile', disk(vm)],
        ['VmId', vm.id],
      ]),
    );
  }
  const guest = guestOf(site, 'db02');
  hungTask(guest, lostAt + SECOND, backAt, 'jbd2/dm-0-8', JOURNAL_FRAMES);
  hungTask(guest, lostAt + 3 * SECOND, backAt, busiestTask(guest), WRITER_FRAMES);
  guest.away.push([lostAt, backAt]);
  return [
    { key: 'web02', at: failedAt, resetAt: webResetAt, path: disk(web), note: keepsText('chain') },
    {
      key: 'git01',
      at: failedAt + 830,
      resetAt,
      path: disk(git),
      note: `${keepsText('nothing')}; the journal in memory has it`,
    },
  ];
}
