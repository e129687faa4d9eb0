import type { LogRecord } from '../../src/model/record.js';
import type { Sink } from '../../src/parser/parser.js';
import type { VeeamLine } from './line.js';
import {
  type Completion,
  isBottleneck,
  isCrashFallback,
  isSnapshotRemoval,
  readCompletion,
  readConsistencyOptions,
  readJobName,
  readKind,
  readRunStart,
  readTask,
  readWorkingSession,
} from './message.js';
import {
  jobRecord,
  lineRecord,
  type Mark,
  newRun,
  newTask,
  type Run,
  removalRecord,
  type Task,
  taskRecord,
} from './runs.js';
import { findTask, newTaskIndex, putTask, removeTask, type TaskIndex } from './task-index.js';

/** More tasks than a job has at once; beyond it the oldest is taken as one whose end is not in the log. */
const OPEN_TASKS = 10_000;
/** Ids of sessions that have ended, kept to recognise a completion that is logged twice. */
const ENDED_IDS = 10_000;

const SEVERITY = { info: 9, warning: 13, error: 17 } as const;

/** What is known of the runs and tasks of one job log at one line of it. */
export interface Sessions {
  readonly sink: Sink;
  readonly tasks: TaskIndex;
  readonly ended: Set<string>;
  run: Run | null;
  /** The last name seen, for a run whose own is not in the log. */
  job: string | null;
}

export function newSessions(sink: Sink): Sessions {
  return { sink, tasks: newTaskIndex(), ended: new Set(), run: null, job: null };
}

/** Reads one stamped line; gives the records it makes, the line's own one last. */
export function followLine(state: Sessions, line: VeeamLine, mark: Mark): readonly LogRecord[] {
  const completion = readCompletion(line.message);
  if (completion !== null) {
    if (isRepeated(state, completion.id)) return [];
    return completion.of === 'task' ? endTask(state, completion, mark) : endJob(state, completion, mark);
  }
  const before = begin(state, line, mark);
  noteOptions(state, line.message);
  return [...before, ...ownRecords(state, line, mark)];
}

/** The process or the file ends: what is open has no end. */
export function closeSessions(state: Sessions): readonly LogRecord[] {
  return closeRun(state);
}

function begin(state: Sessions, line: VeeamLine, mark: Mark): LogRecord[] {
  const name = readRunStart(line.message);
  if (name !== null) return startRun(state, name, mark);
  const id = readWorkingSession(line.message);
  return id !== null ? attachSession(state, id, mark) : noteTask(state, line, mark);
}

function startRun(state: Sessions, name: string, mark: Mark): LogRecord[] {
  const { run } = state;
  if (run !== null && !run.ended && run.job === null && name !== '') {
    run.job = name;
    return [];
  }
  const records = closeRun(state);
  state.run = newRun(mark, name === '' ? null : name, null);
  state.job = state.run.job;
  return records;
}

function attachSession(state: Sessions, id: string, mark: Mark): LogRecord[] {
  const { run } = state;
  if (state.ended.has(id)) return [];
  if (run !== null && !run.ended && (run.id === null || run.id === id)) {
    run.id = id;
    return [];
  }
  const records = closeRun(state);
  state.run = newRun(mark, state.job, id);
  return records;
}

function noteTask(state: Sessions, line: VeeamLine, mark: Mark): LogRecord[] {
  const mention = readTask(line.message);
  if (mention === null || state.ended.has(mention.id)) return [];
  const task = state.tasks.byId.get(mention.id) ?? newTask(mention.id, mention.vm, mark, state.run);
  if (mention.running) {
    // Waiting for resources lies between the task's creation and its work.
    if (!task.running) task.start = mark;
    task.running = true;
    removeTask(state.tasks, task);
    task.thread = line.thread;
    task.tag = line.tag;
  }
  putTask(state.tasks, task);
  const oldest = state.tasks.byId.size > OPEN_TASKS ? state.tasks.byId.values().next().value : undefined;
  return oldest === undefined ? [] : [dropTask(state, oldest)];
}

function noteOptions(state: Sessions, message: string): void {
  const name = readJobName(message);
  state.job = name ?? state.job;
  const { run } = state;
  if (run === null || run.ended) return;
  const { guestProcessing, quiesce } = readConsistencyOptions(message);
  run.job = name ?? run.job;
  run.kind = readKind(message) ?? run.kind;
  run.guestProcessing = guestProcessing ?? run.guestProcessing;
  run.quiesce = quiesce ?? run.quiesce;
}

/** Records of lines that stand for themselves, and the end of a snapshot removal that such a line marks. */
function ownRecords(state: Sessions, line: VeeamLine, mark: Mark): LogRecord[] {
  const { message, level } = line;
  const isLoad = isBottleneck(message);
  const isRemoval = isSnapshotRemoval(message);
  if (level === 'info' && !isLoad && !isRemoval) return [];
  const task = findTask(state.tasks, line);
  const fallback = level !== 'info' && isCrashFallback(message);
  if (task !== null && fallback) task.fallback = true;
  if (task !== null && isRemoval) task.removal = mark;
  const removed = task !== null && isLoad ? endRemoval(task, mark) : [];
  if (level === 'info' && !isLoad) return removed;
  return [...removed, lineRecord(mark, message, SEVERITY[level], { task, run: state.run, fallback })];
}

function endTask(state: Sessions, completion: Completion, end: Mark): LogRecord[] {
  const known = state.tasks.byId.get(completion.id);
  if (known === undefined) startUnknown(state, end);
  else removeTask(state.tasks, known);
  const task = known ?? newTask(completion.id, '', end, state.run);
  return [...endRemoval(task, end), taskRecord(task, { end, completion })];
}

function endRemoval(task: Task, end: Mark): LogRecord[] {
  const start = task.removal;
  task.removal = null;
  return start === null ? [] : [removalRecord(task, start, end)];
}

function endJob(state: Sessions, completion: Completion, end: Mark): LogRecord[] {
  const open = state.run !== null && !state.run.ended ? state.run : null;
  const isOpen = open !== null && (open.id === null || open.id === completion.id);
  if (!isOpen) startUnknown(state, end);
  const run = isOpen ? open : newRun(end, state.job, completion.id);
  run.id = completion.id;
  run.ended = true;
  const left = isOpen ? dropTasks(state) : [];
  return [...left, jobRecord(run, { end, completion })];
}

function closeRun(state: Sessions): LogRecord[] {
  const { run } = state;
  state.run = null;
  const records = dropTasks(state);
  if (run === null || run.ended) return records;
  unfinished(state, run.start);
  return [...records, jobRecord(run, null)];
}

/** A run begins with no task open, so all that are open are its own. */
function dropTasks(state: Sessions): LogRecord[] {
  return [...state.tasks.byId.values()].map((task) => dropTask(state, task));
}

function dropTask(state: Sessions, task: Task): LogRecord {
  removeTask(state.tasks, task);
  unfinished(state, task.start);
  return taskRecord(task, null);
}

function isRepeated(state: Sessions, id: string): boolean {
  if (state.ended.has(id)) return true;
  state.ended.add(id);
  const oldest = state.ended.size > ENDED_IDS ? state.ended.keys().next().value : undefined;
  if (oldest !== undefined) state.ended.delete(oldest);
  return false;
}

function unfinished(state: Sessions, start: Mark): void {
  state.sink.issue('run-unfinished', 'info', 'the end of a run or task is not in the log', start.at);
}

function startUnknown(state: Sessions, end: Mark): void {
  const note = 'the start of a run or task is not in the log; only its end is known';
  state.sink.issue('start-unknown', 'info', note, end.at);
}
