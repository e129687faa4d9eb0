import { HOSTS, type HostName } from './cluster.js';
import { classic, csvPaused, retried } from './host-events.js';
import { type Random, randomOf } from './random.js';
import { type At, DAY, HOUR, MINUTE, SECOND } from './stamps.js';
import { APPLICATION, NTP_SOURCE, SYSTEM, type WindowsEvent } from './windows.js';

/** Services that start and stop by themselves all day. */
const SERVICES = [
  'WMI Performance Adapter',
  'Windows Modules Installer',
  'Device Setup Manager',
  'Software Protection',
  'Portable Device Enumerator Service',
  'Windows Update',
] as const;

export interface Quiet {
  /** Hosts that are off in an interval write nothing. */
  readonly off?: readonly (readonly [HostName, At, At])[];
  /** The last start of a host before a moment. */
  readonly bootedAt: (host: HostName, at: At) => At;
}

export function hostNoise(seed: number, from: At, to: At, quiet: Quiet): WindowsEvent[] {
  const events: WindowsEvent[] = [];
  for (const host of HOSTS) {
    const random = randomOf(seed, `host ${host}`);
    for (let day = from; day < to; day += DAY) events.push(...dayOf(host, day, random, quiet.bootedAt));
  }
  const isOff = (event: WindowsEvent): boolean =>
    (quiet.off ?? []).some(([host, a, b]) => event.host === host && event.at >= a && event.at < b);
  return events.filter((event) => event.at >= from && event.at < to && !isOff(event));
}

/** `day`: local midnight. */
function dayOf(host: HostName, day: At, random: Random, bootedAt: Quiet['bootedAt']): WindowsEvent[] {
  const events: WindowsEvent[] = [];
  const some = (n: number, act: (at: At) => void): void => {
    for (let i = 0; i < n; i++) act(day + random.whole(0, DAY - HOUR) + random.whole(0, 999) / 1000);
  };
  const scm = (at: At, service: string, state: string): WindowsEvent => ({
    ...classic(at, host, 'Service Control Manager', 7036, 4, []),
    qualifiers: 16_384,
    data: [
      ['param1', service],
      ['param2', state],
    ],
  });
  some(random.whole(7, 11), (at) => {
    const service = random.pick(SERVICES);
    events.push(scm(at, service, 'running'), scm(at + random.whole(60, 900) * SECOND, service, 'stopped'));
  });
  const manifest = (at: At, provider: string, id: number, data: WindowsEvent['data']): WindowsEvent => ({
    at,
    host,
    channel: SYSTEM,
    provider,
    id,
    level: 4,
    userId: 'S-1-5-18',
    ...(data === undefined ? {} : { data }),
  });
  some(1, (at) =>
    events.push(
      manifest(at, 'Microsoft-Windows-Time-Service', 37, [['TimeSource', NTP_SOURCE]]),
      manifest(at + 4, 'Microsoft-Windows-Time-Service', 35, [
        ['TimeSource', NTP_SOURCE],
        ['TimeSourceRefId', 184_549_898],
        ['CurrentStratumNumber', 4],
      ]),
    ),
  );
  some(3, (at) =>
    events.push(
      manifest(at, 'Microsoft-Windows-GroupPolicy', 1501, [
        ['SupportInfo1', 1],
        ['SupportInfo2', 4226],
        ['ProcessingMode', 0],
        ['ProcessingTimeInMilliseconds', random.whole(700, 3200)],
        ['DCName', '\\\\dc.corp.example'],
      ]),
    ),
  );
  some(random.whole(0, 2), (at) =>
    events.push(
      manifest(at, 'Microsoft-Windows-Kernel-General', 16, [
        ['HiveNameLength', 40],
        ['HiveName', '\\SystemRoot\\System32\\Config\\DRIVERS'],
        ['KeysUpdated', random.whole(100, 900)],
        ['DirtyPages', random.whole(20, 90)],
      ]),
    ),
  );
  if (random.chance(0.3))
    some(1, (at) =>
      events.push(
        manifest(at, 'Microsoft-Windows-Ntfs', 98, [
          ['DriveName', 'C:'],
          ['DeviceName', '\\Device\\HarddiskVolume4'],
          ['CorruptionActionState', 0],
        ]),
      ),
    );
  const noon = day + 12 * HOUR + random.whole(0, 900);
  const uptime = String(Math.floor((noon - bootedAt(host, noon)) / SECOND));
  events.push(classic(noon, host, 'EventLog', 6013, 4, ['', '', '', '', uptime, '60', '300 Eastern Standard Time']));
  return events;
}

/** One retried request of the boot disk, one pause of the volume that ended by itself: nobody was hurt. */
export function isolatedTrouble(
  events: WindowsEvent[],
  random: Random,
  moments: readonly (readonly ['retry' | 'pause', HostName, At])[],
): void {
  for (const [what, host, at] of moments) {
    if (what === 'retry') events.push(retried(at, host, random.whole(0x100000, 0x7fffffff), 0x04, 0));
    else events.push(csvPaused(at, host, 'STATUS_CLUSTER_CSV_AUTO_PAUSE_ERROR(c0130021)'));
  }
}

/** What VSS leaves in Application on a host that is backed up every night. */
export function vssNoise(nights: readonly At[], random: Random): WindowsEvent[] {
  const block =
    '\r\n\r\nOperation:\r\n   Gathering Writer Data\r\n\r\nContext:\r\n   Writer Class Id: {e8132975-6f93-4464-a53e-1050253ae220}\r\n   Writer Name: System Writer';
  return nights.flatMap((night) =>
    HOSTS.flatMap((host) => {
      const at = night + random.whole(2, 9) * SECOND;
      const idle = night + 2 * HOUR + random.whole(3, 20) * MINUTE;
      const events = [classic(idle, host, 'VSS', 8224, 4, ['', ''], APPLICATION)];
      if (random.chance(0.35))
        events.push(classic(at, host, 'VSS', 8194, 2, ['0x80070005, Access is denied.', block], APPLICATION));
      if (random.chance(0.25))
        events.push(
          classic(idle - MINUTE, host, 'Ntfs', 137, 2, ['', '\\\\?\\Volume{3b0c8a51-77e2-4d0f-9a64-c1f2d5e80b19}']),
        );
      return events;
    }),
  );
}
