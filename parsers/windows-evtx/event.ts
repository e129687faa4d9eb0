import type { WrittenTime } from '../../src/model/time.js';
import { readIsoStamp } from '../../src/parser/stamp.js';
import type { WindowsEvent } from '../../src/parser/windows-event.js';

/** The child of `<Event>` that is being read. */
export type Section = 'System' | 'EventData' | 'UserData' | 'RenderingInfo' | null;

/** Picks a WindowsEvent out of the elements of one event as they come by. */
export interface EventBuilder {
  depth: number;
  section: Section;
  /** Element below the section: `EventID`, `Data`. */
  field: string;
  /** `Name` of the innermost `<Data>`. */
  dataName: string | null;
  /** Text of the innermost element so far. */
  text: string;
  /** The innermost open element has no child element so far. */
  isLeaf: boolean;
  /** `EventID`, `Provider@Name`: the first of each counts. */
  readonly system: Map<string, string>;
  readonly data: { readonly name: string | null; readonly value: string }[];
  binary: string | null;
  message: string | null;
}

export function openEvent(): EventBuilder {
  return {
    depth: 0,
    section: null,
    field: '',
    dataName: null,
    text: '',
    isLeaf: false,
    system: new Map(),
    data: [],
    binary: null,
    message: null,
  };
}

export function openElement(event: EventBuilder, name: string): void {
  event.depth++;
  if (event.depth === 2) event.section = sectionOf(name);
  else if (event.depth === 3) event.field = name;
  event.dataName = null;
  event.text = '';
  event.isLeaf = true;
}

export function sectionOf(name: string): Section {
  return name === 'System' || name === 'EventData' || name === 'UserData' || name === 'RenderingInfo' ? name : null;
}

export function addAttribute(event: EventBuilder, name: string, value: string): void {
  if (event.section === 'System') {
    if (event.depth === 3) setOnce(event, `${event.field}@${name}`, value);
  } else if (name === 'Name') event.dataName = value;
}

export function addText(event: EventBuilder, text: string): void {
  if (event.isLeaf) event.text += text;
}

export function closeElement(event: EventBuilder, name: string): void {
  if (event.isLeaf && event.depth > 2) closeLeaf(event, name);
  if (event.depth === 2) event.section = null;
  event.depth--;
  event.isLeaf = false;
}

function closeLeaf(event: EventBuilder, name: string): void {
  switch (event.section) {
    case 'System':
      if (event.depth === 3) setOnce(event, name, event.text);
      return;
    case 'EventData':
      // <Data Name='x'> is named, <Data> is not, <Binary> is the event's; nested structures name their leaves.
      if (name === 'Binary') event.binary ??= event.text;
      else event.data.push({ name: event.dataName ?? (name === 'Data' ? null : name), value: event.text });
      return;
    case 'UserData':
      event.data.push({ name, value: event.text });
      return;
    case 'RenderingInfo':
      // Forwarded events carry the text their own computer rendered.
      if (name === 'Message') event.message ??= event.text;
      return;
    case null:
  }
}

function setOnce(event: EventBuilder, key: string, value: string): void {
  if (!event.system.has(key)) event.system.set(key, value);
}

/** Null when the record says not even which event it is. `written` is the time of the record's header. */
export function finishEvent(event: EventBuilder, written: WrittenTime | null): WindowsEvent | null {
  const { system } = event;
  const eventId = numberOf(system.get('EventID'));
  if (eventId === null) return null;
  return {
    provider: system.get('Provider@Name') ?? '',
    eventId,
    qualifiers: numberOf(system.get('EventID@Qualifiers')),
    version: numberOf(system.get('Version')),
    level: numberOf(system.get('Level')),
    task: numberOf(system.get('Task')),
    opcode: numberOf(system.get('Opcode')),
    keywords: system.get('Keywords') ?? null,
    time: timeOf(system.get('TimeCreated@SystemTime')) ?? written,
    recordId: numberOf(system.get('EventRecordID')),
    processId: numberOf(system.get('Execution@ProcessID')),
    threadId: numberOf(system.get('Execution@ThreadID')),
    channel: system.get('Channel') ?? null,
    computer: system.get('Computer') ?? null,
    userId: system.get('Security@UserID') ?? null,
    data: event.data,
    binary: event.binary,
    message: event.message,
  };
}

export function numberOf(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,20}$/.test(text) ? Number(text) : null;
}

/** A FILETIME of 0 is no time. */
const NEVER = '1601-01-01T00:00:00.0000000Z';

/** `2024-03-01T02:14:07.1234567Z`; the format knows UTC only. */
export function timeOf(text: string | undefined): WrittenTime | null {
  const stamp = text === undefined || text === NEVER ? null : readIsoStamp(text);
  return stamp === null ? null : { ...stamp.time, utcOffset: 0 };
}
