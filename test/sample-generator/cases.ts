import { ALTARO_KIND, type Case, CSV_KIND, IOSTAT_KIND, PERFMON_KIND, VEEAM_KIND, writeCase } from './case-text.js';
import { type Site, vmOf } from './site.js';
import type { At } from './stamps.js';
import { STORAGE_VSP, VMMS, WORKER } from './windows.js';

const ADMIN: readonly string[] = [VMMS, WORKER, STORAGE_VSP];

/** `web01 2024-01-19 01:00:33`. */
function when(site: Site, at: At): string {
  return `${site.stamps.date(at)} ${site.stamps.clock(at)}`;
}

function name(site: Site, key: string): string {
  return vmOf(site, key).name;
}

const HOST_LOGS =
  'hosts/HV0n: event logs as .evtx (`wevtutil epl`), as .xml.gz (`wevtutil qe /f:xml`) or as .json (`Get-WinEvent | ConvertTo-Json`); perfmon/*.csv.gz: one reading per 30 s.';
const GUEST_LOGS =
  'guests/NAME: what the operator copied: syslog with its rotations, messages, journalctl as JSON or text, dmesg where the machine could only be reached at its console.';

/** The small logs were taken whole; what is said of them is read from what was made. */
function adminLogs(site: Site, taken: string): string {
  const times = site.history.filter((event) => ADMIN.includes(event.channel)).map((event) => event.at);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  return `Of the channels named \`-Admin\` (VMMS, Worker, StorageVSP) hosts keep months: ${taken} were exported whole some days later, with records from ${site.stamps.date(first)} to ${site.stamps.date(last)}. VHDMP begins two nights before the sample's first; all other logs cover the sample's own days.`;
}

function history(site: Site): string {
  const hasSlow = site.history.some((event) => event.channel === STORAGE_VSP);
  const slow = hasSlow ? '; single requests of 10 to 12 s in nights of backups' : '';
  return `Before and after the days told here the Admin channels have ordinary life only: an orderly stop and start of all machines for new firmware of the array ten weeks before; one machine per host created since; monthly drains by live migration, out and home again; restarts after updates; afterwards a machine per host shut down to get more memory and another tried on its neighbour${slow}.`;
}

export interface Broken {
  readonly key: string;
  readonly at: At;
  readonly resetAt: At;
  readonly path: string;
  readonly note: string;
}

function brokenTable(site: Site, broken: readonly Broken[]): string {
  const rows = broken.map(
    (b) => `| ${name(site, b.key)} | ${when(site, b.at)} | ${when(site, b.resetAt)} | \`${b.path}\` | ${b.note} |`,
  );
  return [
    '| machine | request failed (local) | reset | virtual disk | what its logs kept |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

const KEEPS = {
  nothing: 'own log ends before it',
  chain: 'own log ends with the remount',
  all: 'everything: /var/log is on another file system',
} as const;

export function keepsText(keeps: keyof typeof KEEPS): string {
  return KEEPS[keeps];
}

export function nightlyCase(site: Site, broken: readonly Broken[]): void {
  const text: Case = {
    title: 'Nightly backup: checkpoints that fail below a guest',
    truth: [
      'Every night from 01:00 all eighteen machines are backed up, two or three at a time. The array is busy then (latency some 20 to 40 ms, up to 110 MB/s) and no more on bad nights than on good ones; no host loses a path or times out.',
      'Machines set to application-consistent are frozen and thawed by the Hyper-V VSS daemon and go over to a differencing disk. On five of the fourteen nights the host fails writes of one such Linux machine on the new differencing disk while it goes over. The guest gets errors, its journal aborts, its root turns read-only and the administrator resets it in the morning. Crash-consistent Linux machines on the same volume go through the same load every night unharmed. Nothing else is wrong.',
      brokenTable(site, broken),
      history(site),
      'Why crash-consistent checkpoints do not fail is part of the story the sample is modelled on (the cause ended when the mode was changed); no source explains it further.',
    ],
    collection: [
      HOST_LOGS,
      adminLogs(site, 'those that have something of these nights'),
      "HV03's VMMS-Admin is missing: the operator forgot it.",
      GUEST_LOGS,
      `guests/${name(site, 'log01')}/var/log/remote: ${name(site, 'log01')} keeps the syslog of ${name(site, 'app03')} and ${name(site, 'web01')}.`,
      'backup/job-runs.csv: all runs with consistency and UTC offset; hosts/HV01/Altaro/OpControllers: the operation logs of the night of the last incident.',
    ],
    kinds: [PERFMON_KIND, CSV_KIND, ALTARO_KIND],
  };
  writeCase(site, 'nightly-backup', text);
}

export function saturatedCase(site: Site, broken: readonly Broken[]): void {
  const text: Case = {
    title: 'Saturated SAN: an array that cannot keep up',
    truth: [
      'A disk of the array was replaced on Sunday; its mirror is rebuilt for three nights while backups run. Latency rises to 0.3 to 2 s with 40 to 90 requests waiting and throughput flat at the 41 to 46 MB/s that the array has left. Single requests starve for minutes: tasks hang on guests of all three hosts, whether or not their backup runs. Backups are crash-consistent (guest processing off, no quiescence): no guest is frozen.',
      'In the third night the hosts give up: target resets are not answered, sessions drop, the volume is paused, and requests of two machines that are in no backup at that time come back with STATUS_IO_TIMEOUT on their plain disks.',
      brokenTable(site, broken),
      history(site),
    ],
    collection: [
      HOST_LOGS,
      adminLogs(site, 'all three of every host'),
      GUEST_LOGS,
      'backup: the job log of Veeam with all three nights, two before and one after.',
      'perfmon: from 22:00 before each night until 08:30.',
      `guests/${name(site, 'mail01')}/iostat.log: second night.`,
      `guests/${name(site, 'log01')}/var/log/remote: syslog of ${broken.map(({ key }) => name(site, key)).join(' and ')}.`,
    ],
    kinds: [PERFMON_KIND, VEEAM_KIND, IOSTAT_KIND],
  };
  writeCase(site, 'saturated-san', text);
}

export function pathLossCase(site: Site, lostAt: At, backAt: At, broken: readonly Broken[]): void {
  const text: Case = {
    title: 'Path loss: one host without its storage',
    truth: [
      `The switch that both iSCSI ports of HV02 hang on restarts: the links are down from ${when(site, lostAt)} to ${when(site, backAt)} (local). All paths of HV02 fail, the disk is removed, the volume is paused on that host. HV01 and HV03 reach the same volume all the time. No backup runs at that hour; the nightly ones before and after are good.`,
      `${name(site, 'web02')} (ext4) and ${name(site, 'git01')} (XFS) get their requests back with STATUS_DEVICE_NOT_CONNECTED; ${name(site, 'db02')} and the Windows machines of HV02 are held by the resiliency of the virtual disk and only wait.`,
      brokenTable(site, broken),
      history(site),
    ],
    collection: [
      HOST_LOGS,
      adminLogs(site, 'all three of every host'),
      GUEST_LOGS,
      `guests/${name(site, 'git01')}/journal.json.gz was taken at 14:58, before the reset: its journal lives in memory.`,
      'backup/job-runs.csv: the nightly runs, from two nights before the first to the night after the loss.',
      `guests/${name(site, 'log01')}/var/log/remote: syslog of ${name(site, 'web02')} and ${name(site, 'git01')}.`,
    ],
    kinds: [PERFMON_KIND, CSV_KIND],
  };
  writeCase(site, 'path-loss', text);
}

export function quietCase(site: Site): void {
  const text: Case = {
    title: 'Quiet week: nothing happened',
    truth: [
      'Seven ordinary days. No machine and no host had an incident; a report that finds one is wrong.',
      `What looks like trouble and is none: nightly backups with freezes and merges, two orderly restarts after updates (${name(site, 'web01')}, ${name(site, 'mon01')}), HV03 emptied by live migration and restarted on Thursday evening, empty DVD and floppy drives that are read, ${name(site, 'erp01')} repeating ext4 errors of 143 days before, isolated disk 153 of boot disks and one isolated pause of the volume (c0130021), Ntfs 137 and VSS 8194 after backups, a clock step of 0.4 s.`,
      history(site),
    ],
    collection: [
      HOST_LOGS,
      adminLogs(site, 'those that have something of this week'),
      GUEST_LOGS,
      'backup/job-runs.csv: all runs.',
    ],
    kinds: [PERFMON_KIND, CSV_KIND],
  };
  writeCase(site, 'quiet-week', text);
}
