import { HOUR, type Micros } from '../../src/model/time.js';
import {
  type BackupConsistency,
  type BackupKind,
  type BackupStatus,
  backupStatus,
  readSize,
} from '../../src/parser/backup-record.js';
import { civilMicros } from '../../src/parser/stamp.js';

// Class names in brackets differ per platform (`[ViTaskBuilder]` is vSphere's), ids stand in '...' or [...] depending on
// the build. So no pattern names a class, and every id may be quoted either way.

export interface Completion {
  readonly of: 'task' | 'job';
  readonly id: string;
  readonly status: BackupStatus | null;
  readonly bytes: number | null;
  readonly details: string | null;
}

// Task session 'c7ea...' has been completed, status: 'Failed', '0' of '0' bytes, '0' of '0' objects, details: ''
// Task session [3af0...] has been completed, status: Success, 107,374,182,400 of 107,374,182,400 bytes,
//   55,326,015,488 of 55,326,015,488 used bytes, 14 of 14 objects, details:
// Job session '0f8a...' has been completed, status: 'Success', '11,6 TB' of '11,6 TB' bytes, '14' storages in '14' tasks,
//   '14' successful, '0' failed, details: '', PointId: [d3e2...]
const COMPLETED =
  /^(?:\[[^\]]{1,80}\] )?(Task|Job) session (?:'([^']{1,200})'|\[([^\]]{1,200})\]) has been completed, status: '?(\w{1,40})'?(.*)$/s;
const AMOUNT =
  /(?:'([^']{1,40})' of '[^']{1,40}'|(\d[\d., \u00a0\u202f]{0,40}) of \d[\d., \u00a0\u202f]{0,40}) (used )?bytes/g;
const QUOTED_DETAILS = /details: '(.*?)'?(?:, PointId: .*)?$/s;
const BARE_DETAILS = /details:\s*(.*)$/s;

export function readCompletion(message: string): Completion | null {
  const m = COMPLETED.exec(message);
  if (m === null) return null;
  const tail = m[5] ?? '';
  const details = (QUOTED_DETAILS.exec(tail) ?? BARE_DETAILS.exec(tail))?.[1]?.trim() ?? '';
  return {
    of: m[1] === 'Task' ? 'task' : 'job',
    id: m[2] ?? m[3] ?? '',
    status: backupStatus(m[4] ?? ''),
    bytes: readAmount(tail),
    details: details === '' ? null : details,
  };
}

/** What was read: the used bytes where the line has them, for a thin disk's empty part costs no reads. */
function readAmount(tail: string): number | null {
  let bytes: number | null = null;
  for (const m of tail.matchAll(AMOUNT)) {
    const value = readSize(m[1] ?? m[2] ?? '');
    if (value !== null && (bytes === null || m[3] !== undefined)) bytes = value;
  }
  return bytes;
}

export interface TaskMention {
  readonly id: string;
  readonly vm: string;
  readonly running: boolean;
}

// [ViTaskBuilder] Task session 'c7ea1ba1-...' created for Vm 'web01'
// Set status 'InProgress' for task session 'c7ea1ba1-...', object name 'web01'
const TASK_CREATED =
  /Task session (?:'([^']{1,200})'|\[([^\]]{1,200})\]) created for [\w ]{1,40}(?:'(.{1,400})'|\[(.{1,400})\])/;
const TASK_STATUS =
  /Set status '?\[?(\w{1,40})'?\]? for task session (?:'([^']{1,200})'|\[([^\]]{1,200})\]), object name (?:'(.{1,400})'|\[(.{1,400})\])/;

export function readTask(message: string): TaskMention | null {
  const created = TASK_CREATED.exec(message);
  if (created !== null) {
    return { id: created[1] ?? created[2] ?? '', vm: created[3] ?? created[4] ?? '', running: false };
  }
  const m = TASK_STATUS.exec(message);
  if (m === null) return null;
  return { id: m[2] ?? m[3] ?? '', vm: m[4] ?? m[5] ?? '', running: m[1] === 'InProgress' };
}

// STARTBACKUPJOB; other job types have their own word (backup copy: the monitoring scripts look for START.+)
const RUN_START = /^START[A-Z]{3,40}$/;
// [JobSession] Starting job Nightly Linux
const NAMED_START = /^\[JobSession\] Starting job (?!mode\b)(.{1,400})$/;

/** The job's name, or an empty text where the line does not name it; null when no run starts here. */
export function readRunStart(message: string): string | null {
  return RUN_START.test(message) ? '' : (NAMED_START.exec(message)?.[1]?.trim() ?? null);
}

// [Session] Id 'def0e86b-...', State 'Working'.
const WORKING = /^\[Session\] Id (?:'([^']{1,200})'|\[([^\]]{1,200})\]), State '?\[?Working/;

export function readWorkingSession(message: string): string | null {
  const m = WORKING.exec(message);
  return m === null ? null : (m[1] ?? m[2] ?? null);
}

// Job Name: [Nightly Linux]          JobId=a61d..., JobName=Copy to tape
const JOB_NAME = /^(?:Job Name: \[(.{1,400})\]$|JobId=[\w-]{1,80}, JobName=(.{1,400})$)/;

export function readJobName(message: string): string | null {
  const m = JOB_NAME.exec(message);
  return m === null ? null : (m[1] ?? m[2] ?? '');
}

// Preparing point in incremental mode / Job session is running in full mode / [JobSession] Setting full mode (activeFull: False).
// [CSimpleCopyPointAlg] Creating incremental point
const KIND =
  /^(?:\[[^\]]{1,80}\] )?(?:Preparing point in|Job session is running in|Setting|Creating) (full|incremental) (?:mode|point)\b/;

export function readKind(message: string): BackupKind | null {
  const word = KIND.exec(message)?.[1]?.toLowerCase();
  return word === undefined ? null : word === 'full' ? 'full' : 'incremental';
}

/** What the job options say about how guests are made consistent. Null: the line does not say. */
export interface ConsistencyOptions {
  readonly guestProcessing: BackupConsistency | null;
  readonly quiesce: boolean | null;
}

// Job VSS Settings: [VssSnapshotOptions: [Enabled: [False], ApplicationProcessingEnabled: [True], IgnoreErrors: [False], ...
const VSS = /VssSnapshotOptions: \[Enabled: \[(True|False)\](?:, ApplicationProcessingEnabled: \[(True|False)\])?/;
// Job Options: [<JobOptionsRoot>...<VMToolsQuiesce>False</VMToolsQuiesce>...  EnableHvQuiescence is the Hyper-V one
// (Set-VBRJobAdvancedHvOptions: the method for guests without application-aware processing).
const QUIESCE = /<(?:VMToolsQuiesce|EnableHvQuiescence)>(True|False)</gi;

export function readConsistencyOptions(message: string): ConsistencyOptions {
  const vss = VSS.exec(message);
  const quiesce = message.startsWith('Job Options:') ? [...message.matchAll(QUIESCE)].map((m) => m[1]) : [];
  return {
    guestProcessing: vss === null ? null : readGuestProcessing(vss[1] === 'True', vss[2] !== 'False'),
    quiesce: quiesce.length === 0 ? null : quiesce.some((word) => word?.toLowerCase() === 'true'),
  };
}

/** Enabled without application processing means file indexing alone: nothing is said about consistency. */
function readGuestProcessing(enabled: boolean, application: boolean): BackupConsistency {
  if (!enabled) return 'crash';
  return application ? 'application' : 'unknown';
}

// Load: Source 99% > Proxy 9% > Network 19% > Target 12%      Busy: ... (per task)      Primary bottleneck: Source
const BOTTLENECK = /^(?:\[[^\]]{1,80}\] )?(?:(?:Load|Busy): Source \d{1,3}%|Primary bottleneck: \S)/;

export function isBottleneck(message: string): boolean {
  return BOTTLENECK.test(message);
}

// [VmSnapshotTracker] Closing snapshots. Session id: [...]: from here to the bottleneck line the snapshots are removed.
const SNAPSHOT_REMOVAL = /Tracker\] closing snapshots\b/i;

export function isSnapshotRemoval(message: string): boolean {
  return SNAPSHOT_REMOVAL.test(message);
}

const CRASH_CONSISTENT = /crash[- ]consistent/i;

/** Of a warning or an error only: an option's name may hold the words without anything having happened. */
export function isCrashFallback(message: string): boolean {
  return CRASH_CONSISTENT.test(message);
}

// UTC offset: 2.00 hours      UTC offset: -3,50 hours
const UTC_OFFSET = /^UTC offset: (-?)(\d{1,2})(?:[.,](\d{1,4}))? hours?/;

export function readUtcOffset(text: string): Micros | null {
  const m = UTC_OFFSET.exec(text);
  if (m === null) return null;
  const hours = Number(`${m[2]}.${m[3] ?? '0'}`);
  // Zones lie between -12 and +14 hours, on whole minutes.
  return hours > 14 ? null : (m[1] === '-' ? -1 : 1) * Math.round(hours * 60) * (HOUR / 60);
}

// UTC Time: [7/7/2021 2:34:10 PM], DaylightSavingTime: [True]
const UTC_TIME = /^UTC Time: \[(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d\d):(\d\d) ([AP])M\]/;

/** Only the US layout is read: under other cultures day and month cannot be told apart. */
export function readUtcTime(text: string): Micros | null {
  const m = UTC_TIME.exec(text);
  if (m === null) return null;
  const hour = (Number(m[4]) % 12) + (m[7] === 'P' ? 12 : 0);
  return civilMicros(Number(m[3]), Number(m[1]) - 1, Number(m[2]), hour, Number(m[5]), Number(m[6]), 0);
}

// MachineName: [VBR01], OS: [Microsoft Windows Server 2016 Datacenter (10.0.14393)], CPU: [2]
export function readMachine(text: string): string | null {
  return /^MachineName: \[([^\]]{1,255})\]/.exec(text)?.[1] ?? null;
}
