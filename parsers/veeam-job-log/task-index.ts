import type { VeeamLine } from './line.js';
import type { Task } from './runs.js';

/** Open tasks by id, and by what a line can say of its task. */
export interface TaskIndex {
  readonly byId: Map<string, Task>;
  /** `<17>`, `#a91f`, `web01` to the tasks with that thread, tag or virtual machine. */
  readonly byKey: Map<string, Set<Task>>;
}

export function newTaskIndex(): TaskIndex {
  return { byId: new Map(), byKey: new Map() };
}

/** Adds a task, or takes note of a thread and a tag it has got. */
export function putTask(index: TaskIndex, task: Task): void {
  index.byId.set(task.id, task);
  for (const key of keysOf(task)) {
    const tasks = index.byKey.get(key) ?? new Set();
    index.byKey.set(key, tasks.add(task));
  }
}

export function removeTask(index: TaskIndex, task: Task): void {
  index.byId.delete(task.id);
  for (const key of keysOf(task)) {
    const tasks = index.byKey.get(key);
    tasks?.delete(task);
    if (tasks?.size === 0) index.byKey.delete(key);
  }
}

function keysOf(task: Task): string[] {
  const keys = [`vm ${task.vm}`];
  if (task.thread !== null) keys.push(`<${task.thread}>`);
  if (task.tag !== null) keys.push(`#${task.tag}`);
  return keys;
}

const QUOTED = /'([^']{1,400})'|\[([^\]]{1,400})\]/g;

/** The task a line is about: by its tag, its thread, or the one virtual machine it names in quotes or brackets. */
export function findTask(index: TaskIndex, line: VeeamLine): Task | null {
  const own = [line.tag === null ? '' : `#${line.tag}`, line.thread === null ? '' : `<${line.thread}>`];
  for (const key of own) {
    const task = only(index.byKey.get(key));
    if (task !== null) return task;
  }
  if (index.byId.size === 0) return null;
  const named = new Set<Task>();
  for (const m of line.message.matchAll(QUOTED)) {
    for (const task of index.byKey.get(`vm ${m[1] ?? m[2] ?? ''}`) ?? []) {
      named.add(task);
      if (named.size > 1) return null;
    }
  }
  return only(named);
}

function only(tasks: ReadonlySet<Task> | undefined): Task | null {
  const [task] = tasks?.size === 1 ? tasks : [];
  return task ?? null;
}
