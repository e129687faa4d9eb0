import type { Run } from './backup.js';
import { type Files, put } from './guest-files.js';
import { guid, randomOf } from './random.js';
import { type At, SECOND, type Stamps } from './stamps.js';

/** The export of all runs, one row per machine. Times are local, the offset stands beside them. */
export function csvExport(files: Files, path: string, runs: readonly Run[], stamps: Stamps): void {
  const time = (at: At): string => `${stamps.date(at)} ${stamps.clock(at)}`;
  const rows = [...runs]
    .sort((a, b) => a.start - b.start)
    .map((run) => {
      const size = (run.bytes / 1e9).toFixed(2);
      const consistency = run.vm.consistency === 'application' ? 'Application Consistent' : 'Crash Consistent';
      const status = run.error === null ? 'Success' : 'Failed';
      return [
        'Cluster nightly',
        run.vm.name,
        time(run.start),
        time(run.end),
        '-05:00',
        status,
        consistency,
        'Incremental',
        size,
        run.error ?? '',
      ]
        .map(quoted)
        .join(',');
    });
  const header =
    'Job Name,VM Name,Start Time,End Time,UTC Offset,Status,Consistency,Backup Type,Transferred (GB),Error Message';
  put(files, path, `${[header, ...rows].join('\r\n')}\r\n`);
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** Altaro's log per operation: the name carries the facts, the lines have no stamps. */
export function altaroLogs(files: Files, folder: string, runs: readonly Run[], stamps: Stamps): void {
  for (const run of runs) {
    const start = `${stamps.date(run.start)} ${stamps.clock(run.start).replaceAll(':', '-')}`;
    const result = run.error === null ? 'Success' : 'Failed';
    const name = `${start}_Backup_${run.operation}_${run.vm.name}_${run.job}_${result}.log`;
    const text = [
      'ControllerRct.DoWork(): Altaro Temp Checkpoint',
      ...(run.error === null ? [] : [run.error]),
      `ControllerRct.DoWork(): CONTROLLER RESULT =${result}`,
    ];
    put(files, `${folder}/${name}`, `${text.join('\r\n')}\r\n`);
  }
}

export interface VeeamJob {
  readonly name: string;
  readonly server: string;
}

/** A job log of version 12: all nights in one file, each behind a new preamble. */
export function veeamLog(
  files: Files,
  path: string,
  nights: readonly (readonly Run[])[],
  stamps: Stamps,
  job: VeeamJob,
  seed: number,
): void {
  const random = randomOf(seed, 'veeam');
  put(files, path, nights.map((runs) => veeamRun(runs, stamps, job, () => guid(random))).join('\r\n'));
}

function veeamRun(runs: readonly Run[], stamps: Stamps, job: VeeamJob, id: () => string): string {
  const start = Math.min(...runs.map((run) => run.start)) - 4 * SECOND;
  const end = Math.max(...runs.map((run) => run.end)) + 3 * SECOND;
  const session = id();
  const said: (readonly [At, string])[] = [
    [start, 'STARTBACKUPJOB'],
    [start + 100, "Starting job mode: 'Normal'."],
    [start + 140, `[Session] Id [${session}], State [Working].`],
    [start + 190, `Job Name: [${job.name}]`],
    [start + 200, 'Job Options: [<JobOptionsRoot><EnableHvQuiescence>False</EnableHvQuiescence></JobOptionsRoot>]'],
    [
      start + 210,
      'Job VSS Settings: [VssSnapshotOptions: [Enabled: [False], ApplicationProcessingEnabled: [False], IgnoreErrors: [False]]]',
    ],
    [start + 900, 'Preparing point in incremental mode'],
  ];
  for (const run of runs) {
    const task = id();
    said.push([run.start, `Set status 'InProgress' for task session [${task}], object name [${run.vm.name}]`]);
    said.push([run.mergeFrom, `[VmSnapshotTracker] Closing snapshots. Session id: [${session}]`]);
    said.push([run.end - 40, 'Primary bottleneck: Source']);
    const bytes = String(run.bytes).replace(/\B(?=(\d{3})+$)/g, ',');
    const status = run.error === null ? 'Success' : 'Failed';
    said.push([
      run.end,
      `Task session [${task}] has been completed, status: ${status}, ${bytes} of ${bytes} bytes, ${bytes} of ${bytes} used bytes, 3 of 3 objects, details: ${run.error ?? ''}`,
    ]);
  }
  const failed = runs.filter((run) => run.error !== null).length;
  const gigabytes = `${(runs.reduce((sum, run) => sum + run.bytes, 0) / 1e9).toFixed(1)} GB`;
  said.push([
    end,
    `Job session '${session}' has been completed, status: '${failed > 0 ? 'Failed' : 'Success'}', '${gigabytes}' of '${gigabytes}' bytes, '${runs.length}' of '${runs.length}' tasks, '${runs.length - failed}' successful, '${failed}' failed, details: '', PointId: [${id()}]`,
  ]);
  const preamble = [
    '===================================================================',
    'Starting new log',
    `Log has been started by '${job.server}\\SYSTEM' user (Non-interactive)`,
    `MachineName: [${job.server}], OS: [Microsoft Windows Server 2022 Standard (10.0.20348)], CPU: [4]`,
    `UTC Time: [${stamps.american(start - SECOND)}], DaylightSavingTime: [False]`,
    'Culture: [en-US], UI culture: [en-US]',
    'UTC offset: -5.00 hours',
    '',
  ];
  const lines = said
    .sort((a, b) => a[0] - b[0])
    .map(([at, text]) => `[${stamps.veeam(at)}]   <  1> Info (3)       ${text}`);
  return `\r\n${[...preamble, ...lines].join('\r\n')}\r\n`;
}
