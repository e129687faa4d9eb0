import type { Timed } from '../model/detection.js';
import { TOLD_CAUSES } from '../model/gap.js';
import type { GapRule, Rule } from '../model/rule.js';
import { type Interval, isDated, MINUTE, type Micros, SECOND } from '../model/time.js';
import { shortName } from '../model/windows-name.js';
import type { Log } from './logs.js';

/** A record that says why its machine was silent, as its rule reads it. */
export interface Mark {
  readonly rule: GapRule;
  readonly detection: Timed;
  /** True time of the first and the last record. */
  readonly start: Micros;
  readonly end: Micros;
}

/** Marks by machine, in time order. */
export type Marks = ReadonlyMap<string, readonly Mark[]>;

/** Records are handed to the logger, stored and stamped apart by some seconds; a minute is what the reader can tell apart. */
const EDGE = MINUTE;

export function collectMarks(detections: readonly Timed[], rules: readonly Rule[], logs: readonly Log[]): Marks {
  const gaps = new Map(
    rules.flatMap((rule): [string, GapRule][] =>
      rule.kind === 'detection' && rule.gap !== null ? [[rule.id, rule.gap]] : [],
    ),
  );
  const machines = new Map(logs.map(({ key, machine }) => [key, machine]));
  const marks = new Map<string, Mark[]>();
  for (const detection of detections) {
    const rule = gaps.get(detection.rule);
    if (rule === undefined || !isDated(detection.start)) continue;
    const machine = ownerOf(detection) ?? machines.get(detection.stream) ?? null;
    if (machine === null) continue;
    const mark = { rule, detection, start: detection.start, end: detection.end ?? detection.start };
    const known = marks.get(machine);
    if (known === undefined) marks.set(machine, [mark]);
    else known.push(mark);
  }
  for (const list of marks.values())
    list.sort((a, b) => a.start - b.start || (a.detection.id < b.detection.id ? -1 : 1));
  return marks;
}

function ownerOf({ entity }: Timed): string | null {
  return entity !== null && (entity.type === 'vm' || entity.type === 'host') ? shortName(entity.name) : null;
}

/** A part of a silence that a cause covers. */
export interface Cover {
  readonly cause: GapRule['cause'];
  readonly span: Interval;
  /** Both its beginning and its end were recorded. */
  readonly isBounded: boolean;
  readonly marks: readonly Mark[];
}

/** What the marks of its machine say of one silence of a log. */
export function coversOf(marks: readonly Mark[], span: Interval, uncertainty: Micros, log: Log): readonly Cover[] {
  // Placed with an error wider than half the silence, a mark may as well belong before or after it.
  const widest = (span.latest - span.earliest) / 2;
  const near = nearby(marks, span, EDGE + widest).filter(({ rule, detection, start, end }) => {
    // A rate limit holds for one log; everything else for all that the machine writes.
    if (rule.cause === 'rate-limited' && detection.stream !== log.key) return false;
    const slack = detection.clock === log.clockId ? 0 : uncertainty + detection.uncertainty;
    return slack <= widest && end >= span.earliest - EDGE - slack && start <= span.latest + EDGE + slack;
  });
  return near.flatMap((mark) => {
    const cover = coverOf(mark, near, span);
    return cover.span.latest <= cover.span.earliest ? [] : [cover];
  });
}

function nearby(marks: readonly Mark[], span: Interval, slack: Micros): readonly Mark[] {
  const from = span.earliest - slack;
  const to = span.latest + slack;
  let low = 0;
  let high = marks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((marks[middle] as Mark).start < from) low = middle + 1;
    else high = middle;
  }
  const found: Mark[] = [];
  for (let i = low; i < marks.length && (marks[i] as Mark).start <= to; i++) found.push(marks[i] as Mark);
  return found;
}

function coverOf(mark: Mark, near: readonly Mark[], silence: Interval): Cover {
  const { cause, at } = mark.rule;
  const lasts = lastsOf(mark);
  const cover = (from: Micros, to: Micros, end?: Mark): Cover => ({
    cause,
    span: { earliest: Math.max(from, silence.earliest), latest: Math.min(to, silence.latest) },
    isBounded: end !== undefined,
    marks: end === undefined ? [mark] : [mark, end],
  });
  if (at === 'any') return cover(mark.start - lasts, mark.end + lasts);
  if (at === 'end') {
    const begin = near.findLast((other) => other.start < mark.start && endsWith(other, mark));
    return cover(Math.max(mark.start - lasts, begin?.start ?? -Infinity), mark.start);
  }
  const after = near.filter((other) => other.start > mark.start);
  const end = after.find((other) => endsWith(mark, other));
  const overtaken = after.find((other) => overtakes(mark, other));
  const until = Math.min(mark.start + lasts, end?.start ?? Infinity, overtaken?.start ?? Infinity);
  return cover(mark.start, until, until === end?.start ? end : undefined);
}

function lastsOf({ rule, detection }: Mark): Micros {
  if (rule.lasts === null) return Infinity;
  return (typeof rule.lasts === 'number' ? rule.lasts : Number(detection.captures[rule.lasts] ?? 0)) * SECOND;
}

/** A VM that was paused and is then saved is no longer paused; one that is shut down stays so when its logger stops. */
function overtakes(begin: Mark, other: Mark): boolean {
  return other.rule.at === 'begin' && TOLD_CAUSES.indexOf(other.rule.cause) < TOLD_CAUSES.indexOf(begin.rule.cause);
}

/** A machine that boots is no longer saved, paused or read-only. */
function endsWith(begin: Mark, end: Mark): boolean {
  const { at } = end.rule;
  return (
    begin.rule.at === 'begin' && at === 'end' && (end.rule.cause === begin.rule.cause || end.rule.cause === 'reboot')
  );
}
