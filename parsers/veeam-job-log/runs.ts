import type { LogRecord, Position } from '../../src/model/record.js';
import type { WrittenTime } from '../../src/model/time.js';
import {
  type BackupConsistency,
  type BackupFacts,
  type BackupKind,
  type BackupPhase,
  backupRecord,
} from '../../src/parser/backup-record.js';
import type { Completion } from './message.js';

/** A stamped line as the begin or end of something. */
export interface Mark {
  readonly time: WrittenTime;
  readonly at: Position;
  readonly text: string;
  readonly host: string | null;
}

/** One run of a job, from its start line to `Job session ... has been completed`. */
export interface Run {
  id: string | null;
  job: string | null;
  start: Mark;
  kind: BackupKind;
  guestProcessing: BackupConsistency | null;
  quiesce: boolean | null;
  ended: boolean;
}

/** One virtual machine in a run. */
export interface Task {
  readonly id: string;
  vm: string;
  start: Mark;
  running: boolean;
  thread: string | null;
  tag: string | null;
  readonly run: Run | null;
  fallback: boolean;
  removal: Mark | null;
}

export function newRun(start: Mark, job: string | null, id: string | null): Run {
  return { id, job, start, kind: 'unknown', guestProcessing: null, quiesce: null, ended: false };
}

export function newTask(id: string, vm: string, start: Mark, run: Run | null): Task {
  return { id, vm, start, running: false, thread: null, tag: null, run, fallback: false, removal: null };
}

/** A quiesced snapshot freezes file systems; it counts where guest processing is off or not stated. */
function consistencyOf(run: Run | null): BackupConsistency {
  if (run === null) return 'unknown';
  if (run.guestProcessing === 'application') return 'application';
  if (run.quiesce === true) return 'file-system';
  return run.guestProcessing ?? 'unknown';
}

function runFacts(run: Run | null): BackupFacts {
  const kind = run?.kind ?? 'unknown';
  return { product: 'veeam', job: run?.job ?? null, session: run?.id ?? null, kind, consistency: consistencyOf(run) };
}

/** Error numbers inside a message: `error code: 32768`, `0x800423f4`. */
const ERROR_CODE = /\berror code:? '?([-\w]{1,40})|\b(0x[0-9a-f]{8})\b/i;

function errorOf(text: string | null): Pick<BackupFacts, 'errorCode' | 'errorMessage'> {
  const code = text === null ? null : ERROR_CODE.exec(text);
  return { errorCode: code?.[1] ?? code?.[2] ?? null, errorMessage: text };
}

/** The record of a run or task from its start line and, if it has ended, its last line. */
function spanRecord(facts: BackupFacts, start: Mark, end: Mark | null): LogRecord {
  const text = end === null || end.at === start.at ? start.text : `${start.text}\n${end.text}`;
  const { time, host, at } = start;
  return backupRecord(facts, { time, until: end?.time ?? null, host, message: null, severity: null, text, at });
}

export function jobRecord(run: Run, done: { readonly end: Mark; readonly completion: Completion } | null): LogRecord {
  const status = done === null ? 'running' : done.completion.status;
  const facts: BackupFacts = {
    ...runFacts(run),
    phase: 'job',
    status,
    bytes: done?.completion.bytes ?? null,
    ...errorOf(done?.completion.details ?? null),
  };
  return spanRecord(facts, run.start, done?.end ?? null);
}

export function taskRecord(
  task: Task,
  done: { readonly end: Mark; readonly completion: Completion } | null,
): LogRecord {
  const status = done === null ? 'running' : done.completion.status;
  const facts: BackupFacts = {
    ...taskFacts(task, 'vm'),
    status,
    bytes: done?.completion.bytes ?? null,
    ...errorOf(done?.completion.details ?? null),
  };
  return spanRecord(facts, task.start, done?.end ?? null);
}

export function removalRecord(task: Task, start: Mark, end: Mark): LogRecord {
  return spanRecord(taskFacts(task, 'merge'), start, end);
}

function taskFacts(task: Task, phase: BackupPhase): BackupFacts {
  const consistency = task.fallback ? 'crash' : consistencyOf(task.run);
  return { ...runFacts(task.run), vm: task.vm, phase, consistency, fallback: task.fallback };
}

/** A line that stands for itself: a warning, an error, a bottleneck. It has no status: that is the run's. */
export function lineRecord(
  mark: Mark,
  message: string,
  severity: number,
  context: { readonly task: Task | null; readonly run: Run | null; readonly fallback: boolean },
): LogRecord {
  const run = context.task?.run ?? context.run;
  const facts: BackupFacts = {
    product: 'veeam',
    job: run?.job ?? null,
    session: run?.id ?? null,
    vm: context.task?.vm ?? null,
    consistency: context.fallback ? 'crash' : null,
    fallback: context.fallback,
    ...(severity >= 17 ? errorOf(message) : {}),
  };
  const { time, host, at, text } = mark;
  return backupRecord(facts, { time, until: null, host, message, severity, text, at });
}
