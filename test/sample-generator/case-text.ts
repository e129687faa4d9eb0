import { disk, HOSTS } from './cluster.js';
import { type Files, put } from './guest-files.js';
import { type Kind, table } from './kinds.js';
import { guestKind } from './kinds-guest.js';
import { windowsKind } from './kinds-windows.js';
import { type Site, writtenEvents } from './site.js';
import { SYSTEMS } from './systems.js';

export interface Case {
  readonly title: string;
  /** What the generator made happen, as paragraphs or lists. */
  readonly truth: readonly string[];
  readonly collection: readonly string[];
  readonly kinds: readonly Kind[];
}

const ARRAY =
  'Three hosts with six machines each, one array of four disks in RAID 10 with one LUN, a dedicated 1 Gb iSCSI network, MPIO over two ports per host, one Cluster Shared Volume (`C:\\ClusterStorage\\Volume1`). Local time is America/New_York, UTC-5 throughout; the clocks of guests and hosts agree within a second.';

export function writeCase(site: Site, name: string, text: Case): void {
  const files: Files = site.files;
  const guests = [...site.guests.values()].flatMap((guest) =>
    guest.lines.map((line) => guestKind(line.ident, line.text)),
  );
  const events = writtenEvents(site).map((event) => windowsKind(event.provider, event.id));
  const body = [
    `# ${text.title}`,
    `These data are generated: \`WRITE_SAMPLES=1 npx vitest run test/sample-generator\` writes this folder (sample \`${name}\`, seed ${site.seed}) from test/sample-generator/. Hosts, machines, addresses and people are invented. The wording of the lines is real where the table below says so.`,
    '## What happened',
    ...text.truth,
    '## Topology',
    ARRAY,
    topology(site),
    '## Collection',
    text.collection.map((line) => `- ${line}`).join('\n'),
    '## Kinds of lines',
    'Numbers, times, names and the order of events are made up by the generator; only the wording is judged here.',
    table([...guests, ...events, ...text.kinds]).trimEnd(),
  ];
  put(files, 'case.md', `${body.join('\n\n')}\n`);
}

function topology(site: Site): string {
  const rows = HOSTS.flatMap((host) =>
    site.vms
      .filter((vm) => vm.host === host)
      .map((vm) => {
        const system = vm.guest === null ? 'not collected' : `${vm.guest}, ${SYSTEMS[vm.guest].release}`;
        return `| ${vm.name} | ${host} | ${vm.id} | ${system} | ${vm.consistency} | \`${disk(vm)}\` |`;
      }),
  );
  return ['| machine | host | id | guest | backup | disk |', '| --- | --- | --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
}

export const PERFMON_KIND: Kind = {
  form: 'perfmon: (PDH-CSV 4.0) (Eastern Standard Time)(300), counters of PhysicalDisk, Cluster CSV File System, Hyper-V Virtual Storage Device',
  mark: 'verified',
  source:
    'header and counters: sheets of relog and windows_exporter; instance names of the Hyper-V object inferred; values with three digits',
};
export const CSV_KIND: Kind = {
  form: 'backup/job-runs.csv',
  mark: 'inferred',
  source: 'an export as an operator makes it; columns are those of common products',
};
export const ALTARO_KIND: Kind = {
  form: 'Altaro OpControllers log',
  mark: 'verified',
  source:
    'grammar of the file name and the result line from public scripts; other lines inferred (no raw log is public)',
};
export const VEEAM_KIND: Kind = {
  form: 'Veeam job log',
  mark: 'verified',
  source: 'real log of version 11 and lines of version 12; the Hyper-V lines inferred (no public Hyper-V job log)',
};
export const IOSTAT_KIND: Kind = {
  form: 'iostat -xt 30 with S_TIME_FORMAT=ISO',
  mark: 'verified',
  source: 'sysstat 12.5 iostat.c',
};
