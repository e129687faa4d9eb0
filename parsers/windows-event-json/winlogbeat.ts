import type { WindowsEvent } from '../../src/parser/windows-event.js';
import { isObject, type Json, numberOf, pick, stringOf, textOf, timeOf } from './value.js';

type JsonObject = Readonly<Record<string, Json>>;

const LEVELS: Readonly<Record<string, number>> = {
  critical: 1,
  error: 2,
  warning: 3,
  information: 4,
  verbose: 5,
};

/**
 * An event as Winlogbeat ships it (Elastic Common Schema):
 * {"@timestamp":"2024-03-03T02:14:07.123Z","winlog":{"channel":"System","event_id":"153","event_data":{...}},"message":"..."}
 * Null when the object is something else.
 */
export function readWinlogbeat(object: JsonObject): WindowsEvent | null {
  const winlog = pick(object, 'winlog');
  if (!isObject(winlog)) return null;
  const ecs = member(object, 'event');
  const eventId = numberOf(pick(winlog, 'event_id') ?? pick(ecs, 'code'));
  if (eventId === null) return null;
  const process = member(winlog, 'process');
  const { data, binary } = dataOf(winlog);
  const level = stringOf(pick(member(object, 'log'), 'level'));
  return {
    provider: stringOf(pick(winlog, 'provider_name') ?? pick(ecs, 'provider')) ?? '',
    eventId,
    qualifiers: null,
    version: numberOf(pick(winlog, 'version')),
    level: level === null ? null : (LEVELS[level.toLowerCase()] ?? null),
    // Winlogbeat writes the display names of task, opcode and keywords, not their numbers.
    task: null,
    opcode: null,
    keywords: null,
    time: timeOf(pick(object, '@timestamp')),
    recordId: numberOf(pick(winlog, 'record_id')),
    processId: numberOf(pick(process, 'pid')),
    threadId: numberOf(pick(member(process, 'thread'), 'id')),
    channel: stringOf(pick(winlog, 'channel')),
    computer: stringOf(pick(winlog, 'computer_name') ?? pick(member(object, 'host'), 'name')),
    userId: stringOf(pick(member(winlog, 'user'), 'identifier')),
    data,
    binary,
    message: stringOf(pick(object, 'message')),
  };
}

function member(object: JsonObject, name: string): JsonObject {
  const value = pick(object, name);
  return isObject(value) ? value : {};
}

/** `event_data` and `user_data`: unnamed items are `param1`, `param2` ...; `xml_name` is the name of the root. */
function dataOf(winlog: JsonObject): { readonly data: WindowsEvent['data']; readonly binary: string | null } {
  const unnamed: string[] = [];
  const named: { readonly name: string; readonly value: string }[] = [];
  let binary: string | null = null;
  for (const [name, value] of [
    ...Object.entries(member(winlog, 'event_data')),
    ...Object.entries(member(winlog, 'user_data')),
  ]) {
    const index = /^param([1-9]\d?)$/.exec(name)?.[1];
    if (index !== undefined) unnamed[Number(index) - 1] = textOf(value);
    else if (name === 'Binary') binary = textOf(value).toUpperCase();
    else if (name !== 'xml_name') named.push({ name, value: textOf(value) });
  }
  // Winlogbeat leaves empty items out; the others keep their numbers.
  const numbered = Array.from(unnamed, (value) => ({ name: null, value: value ?? '' }));
  return { data: [...numbered, ...named], binary };
}
